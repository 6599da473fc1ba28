"""How a filtered list reads its rows: gather the few that an index names, or walk the sorting's index until the page is full.

The wrong way costs a hundred times the right one, and the planners cannot tell: SQLite knows no distribution of values, PostgreSQL misjudges
conditions that hang together. So the list finds out itself, by counting what each indexed condition alone would bring, up to a bound. A
relation is counted by the records that it asks for: few orders lead to few accounts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from django.db import models
from django.db.models import BooleanField, Case, Q, QuerySet, Value, When

from kundenkreis.core.filter_asking import Condition, Part, related
from kundenkreis.core.filters import Filters
from kundenkreis.core.keyset import bounded_count

FEW = 2_000
# Comparisons that an index answers by a range or a few points.
_BY_INDEX = frozenset(
    {"in", "is", "starts", "over", "from", "under", "to", "before", "after", "on", "between"}
    | {"last", "next", "this", "previous", "following"}
)


def filtered(rows: QuerySet, filters: Filters, drivers: Collection[str], model: type[models.Model]) -> QuerySet:
    """`rows` that the filters let through. `drivers` are the names of filters whose column leads an index."""
    # One account, a group: the index that leads from it to its rows is right whatever else is asked.
    if any(one.filter.kind == "record" for one in filters.conditions):
        return rows.filter(filters.q())
    least, driver = FEW + 1, None
    for one in _each(filters.parts):
        alone, ids = _candidate(one, drivers, model)
        if alone is None:
            continue
        count = bounded_count(alone, least)
        if count < least:
            least, driver = count, ids
    if driver is not None:
        rows = rows.filter(driver)
    return rows.filter(_walked(filters.q()))


def _each(parts: tuple[Part, ...]) -> Iterator[Condition]:
    """The conditions that every row fulfils, those of "all of these" too."""
    for part in parts:
        if isinstance(part, Condition):
            yield part
        elif part.joined == "all":
            yield from _each(part.parts)


def _candidate(
    one: Condition, drivers: Collection[str], model: type[models.Model]
) -> tuple[QuerySet, Q] | tuple[None, None]:
    """What to count for a condition, and how its few rows lead to the list's; None when no index leads to them."""
    relation = one.filter.relation
    if relation is not None:
        if one.operation != "with" or not any(_by_index(part, relation.drivers) for part in _each(one.parts)):
            return None, None
        return related(one, single=True), Q(**{f"{relation.there}__in": related(one).values(relation.here)})
    if not _by_index(one, drivers):
        return None, None
    alone = _alone(one, model)
    return alone, Q(pk__in=alone.values("pk"))


def _by_index(one: Condition, drivers: Collection[str]) -> bool:
    return one.filter.name in drivers and one.operation in _BY_INDEX


def _alone(one: Condition, model: type[models.Model]) -> QuerySet:
    """What one condition alone brings. The indexes of figures, days and names hold only what is not in the bin; the others hold all."""
    alone = model._base_manager.filter(one.q()).order_by()
    return alone if one.filter.kind in ("choice", "person") else alone.filter(deleted_at=None)


def _walked(condition: Q) -> Case:
    """The condition in a shape from which no planner takes an index, so that it takes the sorting's."""
    return Case(When(condition, then=Value(True)), default=Value(False), output_field=BooleanField())
