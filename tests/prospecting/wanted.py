"""Target accounts for tests."""

from __future__ import annotations

from typing import Any

from kundenkreis.customers.models import Account
from kundenkreis.prospecting import usual
from kundenkreis.prospecting.models import CriteriaSet, FitCriterion, TargetAccount


def prospect(world, name: str = "Pichler Bau GmbH", **values: Any) -> Account:
    given = {"name": name, "relation": "prospect", "owner": world.ada, "country": "AT", "employees": 100}
    return Account.add(by=None, **{**given, **values})


def target(world, account: Account | None = None, **values: Any) -> TargetAccount:
    usual.set_up()
    by = values.pop("by", world.ada)
    return TargetAccount.add(by=by, account=account or prospect(world), **values)


def criteria(*rows: dict[str, Any]) -> CriteriaSet:
    """The only set in force, with these criteria."""
    CriteriaSet._base_manager.all().delete()
    one = CriteriaSet.add(by=None, name_en="Ideal customer", in_force=True)
    for row in rows:
        FitCriterion.add(by=None, of_set=one, **{"name_en": row["measure"], **row})
    return one
