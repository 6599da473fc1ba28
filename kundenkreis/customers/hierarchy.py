"""Who belongs to whom, in one hierarchy on one day."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext as _

from kundenkreis.core import clock
from kundenkreis.customers.models import Account, AccountLink

_WALK = """
WITH RECURSIVE walk(id, depth) AS (
    SELECT CAST(%s AS bigint), 0
    UNION
    SELECT link.{to}, walk.depth + 1 FROM customers_accountlink link JOIN walk ON link.{start} = walk.id
    WHERE link.hierarchy = %s AND link.deleted_at IS NULL
      AND (link.starts_on IS NULL OR link.starts_on <= %s) AND (link.ends_on IS NULL OR link.ends_on >= %s)
      AND walk.depth < 50
) SELECT id, MIN(depth) FROM walk GROUP BY id ORDER BY 2, 1
"""

# On every page of an account, so it is written by hand: the ORM needs ten times as long to say it.
_HOLDS = (
    "SELECT hierarchy FROM customers_accountlink WHERE deleted_at IS NULL"
    " AND (starts_on IS NULL OR starts_on <= %s) AND (ends_on IS NULL OR ends_on >= %s)"
)
_USED = f"{_HOLDS} AND account_id = %s UNION {_HOLDS} AND parent_id = %s"


def members(account: Account, hierarchy: str, on: dt.date | None = None) -> list[int]:
    """Ids of the account and all below it, nearest first, in one query."""
    return _walk(account.pk, hierarchy, on or clock.today(), down=True)


def ancestors(account: Account, hierarchy: str, on: dt.date | None = None) -> list[int]:
    """Ids of the account and all above it, nearest first."""
    return _walk(account.pk, hierarchy, on or clock.today(), down=False)


def root(account: Account, hierarchy: str, on: dt.date | None = None) -> Account:
    """The head of the account's group; the account itself when it stands alone."""
    return Account._base_manager.get(pk=ancestors(account, hierarchy, on)[-1])


def group(account: Account, hierarchy: str, on: dt.date | None = None) -> list[int]:
    """Ids of the whole group to which the account belongs."""
    on = on or clock.today()
    return members(root(account, hierarchy, on), hierarchy, on)


def hierarchies_of(account: Account, on: dt.date | None = None) -> list[str]:
    """The hierarchies in which the account has somebody above or below it, in their usual order."""
    on = on or clock.today()
    with connection.cursor() as cursor:
        cursor.execute(_USED, [on, on, account.pk, on, on, account.pk])
        used = {row[0] for row in cursor.fetchall()}
    return [h for h in AccountLink.Hierarchy.values if h in used]


@transaction.atomic
def place(
    account: Account,
    parent: Account,
    hierarchy: str,
    *,
    by: Any,
    starts_on: dt.date | None = None,
    ends_on: dt.date | None = None,
    share: Decimal | None = None,
    now: dt.datetime | None = None,
) -> AccountLink:
    """Put `account` under `parent` for a time. Raises ValidationError at `parent` for a cycle on any day, or two parents at once.

    The hierarchy's links are checked over the whole period: A under B until June and B under A from July is allowed, an overlap is not.
    """
    list(Account._base_manager.select_for_update().filter(pk__in=sorted({account.pk, parent.pk})).values_list("pk"))
    for link in AccountLink.objects.living().filter(account=account, hierarchy=hierarchy):
        if _overlap(link, starts_on, ends_on):
            raise ValidationError(
                {
                    "parent": _("%(account)s belongs to %(parent)s at that time already.")
                    % {"account": account, "parent": link.parent}
                }
            )
    if account.pk == parent.pk or _reaches(parent.pk, account.pk, hierarchy, starts_on, ends_on):
        raise ValidationError(
            {
                "parent": _("%(parent)s belongs to %(account)s itself; that would be a circle.")
                % {"account": account, "parent": parent}
            }
        )
    return AccountLink.add(
        by=by,
        now=now,
        account=account,
        parent=parent,
        hierarchy=hierarchy,
        starts_on=starts_on,
        ends_on=ends_on,
        share=share,
    )


def _overlap(link: AccountLink, starts_on: dt.date | None, ends_on: dt.date | None) -> bool:
    first, last = dt.date.min, dt.date.max
    return (link.starts_on or first) <= (ends_on or last) and (starts_on or first) <= (link.ends_on or last)


def _reaches(start: int, goal: int, hierarchy: str, starts_on: dt.date | None, ends_on: dt.date | None) -> bool:
    """Is there a day within the period on which walking up from `start` meets `goal`?

    Each link narrows the period that is carried along, so links that never hold on a common day make no path.
    """
    first, last = starts_on or dt.date.min, ends_on or dt.date.max
    open_ends: list[tuple[int, dt.date, dt.date]] = [(start, first, last)]
    seen: set[tuple[int, dt.date, dt.date]] = set()
    while open_ends:
        found = AccountLink.objects.living().filter(account_id__in={e[0] for e in open_ends}, hierarchy=hierarchy)
        links: dict[int, list[AccountLink]] = {}
        for link in found:
            links.setdefault(link.account_id, []).append(link)
        further = []
        for node, begin, end in open_ends:
            for link in links.get(node, []):
                step = (
                    link.parent_id,
                    max(begin, link.starts_on or dt.date.min),
                    min(end, link.ends_on or dt.date.max),
                )
                if step[1] > step[2] or step in seen:
                    continue
                if step[0] == goal:
                    return True
                seen.add(step)
                further.append(step)
        open_ends = further
    return False


def _walk(start: int, hierarchy: str, on: dt.date, *, down: bool) -> list[int]:
    columns = {"to": "account_id", "start": "parent_id"} if down else {"to": "parent_id", "start": "account_id"}
    with connection.cursor() as cursor:
        cursor.execute(_WALK.format(**columns), [start, hierarchy, on, on])
        return [row[0] for row in cursor.fetchall()]
