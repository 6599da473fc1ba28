"""Which territory an account gets when it is made or changed: by rule, unless somebody put it elsewhere by hand."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from kundenkreis.staff import rulebook
from kundenkreis.staff.territory_rules import Key, Placed

DECIDE = frozenset({"country", "postcode", "industry", "employees"})


def key_of(account: Any) -> Key:
    return Key(account.country, account.postcode, account.industry, account.employees)


def by_rule(account: Any) -> Placed:
    """Where the rules of the territories put it now."""
    return rulebook.known().place(key_of(account))


def follow(account: Any, touched: Collection[str]) -> set[str]:
    """Set the territory of an account before it is checked; returns the names of the fields that were set.

    A territory that was named is one by hand where the rules would have chosen another; then it stays whatever becomes of the address.
    A new account of which none was named, and one whose address, industry or size changes, goes where the rules say.
    """
    is_new = account._state.adding
    if "territory" in touched and (account.territory_id is not None or not is_new):
        account.territory_by_hand = account.territory_id not in (None, by_rule(account).territory)
        return {"territory_by_hand"}
    if account.territory_by_hand or not (is_new or DECIDE & set(touched)):
        return set()
    placed = by_rule(account).territory
    if placed is None and is_new:
        return set()
    account.territory_id = placed
    return {"territory"}


def brought(account: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    """The territory that comes with other values of an account, if another one does: history tells of it like of any change."""
    if "territory" in values or not DECIDE & values.keys():
        return {}
    names = (*DECIDE, "territory_id", "territory_by_hand")
    present = type(account)._base_manager.filter(pk=account.pk).values(*names).first()
    if present is None or present["territory_by_hand"]:
        return {}
    told = {name: values.get(name, present[name]) for name in DECIDE}
    try:
        key = Key(
            str(told["country"] or ""),
            str(told["postcode"] or ""),
            str(told["industry"] or ""),
            _number(told["employees"]),
        )
    except (TypeError, ValueError):
        return {}  # it is refused anyway
    placed = rulebook.known().place(key).territory
    if placed == present["territory_id"]:
        return {}
    field = type(account)._meta.get_field("territory")
    return {"territory": field.related_model._base_manager.filter(pk=placed).first() if placed else None}


def _number(value: Any) -> int | None:
    return None if value in (None, "") else int(value)
