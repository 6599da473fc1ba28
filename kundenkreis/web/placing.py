"""Accounts held against the rules of the territories: which lie elsewhere, for which two fit alike, and why one lies where it does."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from kundenkreis.core.countries import country_name
from kundenkreis.customers.models import Account
from kundenkreis.customers.territories import by_rule, key_of
from kundenkreis.staff import rulebook
from kundenkreis.staff.territory_rules import Fit, Placed, size_of

LOOKED_AT = 20_000  # accounts on one page
SHOWN = 50
KINDS = {
    "elsewhere": _("Accounts that the rules would put elsewhere"),
    "ties": _("Accounts for which two territories fit alike"),
}
_COLUMNS = ("pk", "name", "place", "country", "postcode", "industry", "employees", "territory_id", "territory_by_hand")


@dataclass
class Found:
    """One page of a worklist. `beyond` is the number after which the next page begins; 0 for the last one."""

    kind: str
    rows: list[dict[str, Any]] = field(default_factory=list)
    looked_at: int = 0
    beyond: int = 0

    @property
    def title(self) -> Any:
        return KINDS[self.kind]


def found_in(user: Any, kind: str, beyond: int) -> Found:
    """Walks by number over what the person sees, until a page is full or so many were looked at."""
    book, found = rulebook.known(), Found(kind)
    names = {node.pk: node.name for node in book.nodes}
    rows = Account.objects.visible_to(user).living().filter(pk__gt=beyond, territory_by_hand=False)
    for account in rows.order_by("pk").only(*_COLUMNS)[:LOOKED_AT].iterator(chunk_size=2_000):
        found.looked_at += 1
        placed = book.place(key_of(account))
        if not _is_wanted(kind, account, placed):
            continue
        wanted = [placed.territory, *placed.ties] if kind == "ties" else [placed.territory]
        found.rows.append(
            {
                "account": account,
                "present": names.get(account.territory_id, ""),  # type: ignore[attr-defined]
                "wanted": " / ".join(names.get(pk, "") for pk in wanted if pk is not None),
            }
        )
        if len(found.rows) >= SHOWN:
            found.beyond = account.pk
            return found
    if found.looked_at >= LOOKED_AT:
        found.beyond = account.pk
    return found


def _is_wanted(kind: str, account: Any, placed: Placed) -> bool:
    return bool(placed.ties) if kind == "ties" else placed.territory != account.territory_id


def explained(account: Account) -> dict[str, Any]:
    """What the page says: where it lies and why, where the rules would put it, and what else fits."""
    book, placed = rulebook.known(), by_rule(account)
    key = key_of(account)
    rows = [
        (book.by_pk[pk], _reasons(book.line(pk), fit, key), pk == account.territory_id) for fit, pk in book.fits(key)
    ]  # type: ignore[attr-defined]
    return {
        "by_rule": book.by_pk.get(placed.territory) if placed.territory else None,
        "ties": rulebook.names(placed.ties),
        "is_there": placed.territory == account.territory_id,  # type: ignore[attr-defined]
        "rows": rows[:SHOWN],
    }


def _reasons(line: Any, fit: Fit, key: Any) -> list[str]:
    """What of the account a territory's rules name."""
    found = []
    if fit.postcode:
        found.append(
            _("postcode %(postcode)s (%(count)s characters)") % {"postcode": key.postcode, "count": fit.postcode}
        )
    if fit.industry:
        found.append(_("industry %(name)s") % {"name": key.industry})
    if fit.size:
        found.append(_("size %(name)s") % {"name": size_of(key.employees)})
    if fit.country:
        found.append(_("country %(name)s") % {"name": country_name(key.country)})
    return [str(one) for one in found]
