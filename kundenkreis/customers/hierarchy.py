"""Who belongs to whom, in one hierarchy on one day."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.db import connection

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
    """Put `account` under `parent` for a time. Raises ValidationError at `parent` for a cycle on any day, or two parents at once."""
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


def _walk(start: int, hierarchy: str, on: dt.date, *, down: bool) -> list[int]:
    columns = {"to": "account_id", "start": "parent_id"} if down else {"to": "parent_id", "start": "account_id"}
    with connection.cursor() as cursor:
        cursor.execute(_WALK.format(**columns), [start, hierarchy, on, on])
        return [row[0] for row in cursor.fetchall()]
