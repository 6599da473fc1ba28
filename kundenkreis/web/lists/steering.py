"""How a filtered list reads its rows: gather the few that an index names, or walk the sorting's index until the page is full.

The wrong way costs a hundred times the right one, and the planners cannot tell: SQLite knows no distribution of values, PostgreSQL misjudges
conditions that hang together. So the list finds out itself, by counting what each indexed condition alone would bring, up to a bound.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db import models
from django.db.models import BooleanField, Case, Q, QuerySet, Value, When

from kundenkreis.core.filters import Condition, Filters
from kundenkreis.core.keyset import bounded_count

FEW = 2_000
# Comparisons that an index answers by a range or a few points.
_BY_INDEX = frozenset({"in", "is", "starts", "over", "from", "under", "to", "before", "after", "on", "between"})


def filtered(rows: QuerySet, filters: Filters, drivers: Collection[str], model: type[models.Model]) -> QuerySet:
    """`rows` that the filters let through. `drivers` are the names of filters whose column leads an index."""
    # One account, a group: the index that leads from it to its rows is right whatever else is asked.
    if any(one.filter.kind == "record" for one in filters.conditions):
        return rows.filter(filters.q())
    least, driver = FEW + 1, None
    for one in filters.conditions:
        if one.filter.name in drivers and one.operation in _BY_INDEX:
            alone = _alone(one, filters, model)
            count = bounded_count(alone, least)
            if count < least:
                least, driver = count, alone
    if driver is not None:
        rows = rows.filter(pk__in=driver.values("pk"))
    return rows.filter(_walked(filters.q()))


def _alone(one: Condition, filters: Filters, model: type[models.Model]) -> QuerySet:
    """What one condition alone brings. The indexes of figures, days and names hold only what is not in the bin; the others hold all."""
    alone = model._base_manager.filter(Filters((one,), filters.me, filters.today).q()).order_by()
    return alone if one.filter.kind in ("choice", "person") else alone.filter(deleted_at=None)


def _walked(condition: Q) -> Case:
    """The condition in a shape from which no planner takes an index, so that it takes the sorting's."""
    return Case(When(condition, then=Value(True)), default=Value(False), output_field=BooleanField())
