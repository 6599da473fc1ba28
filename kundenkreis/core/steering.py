"""How a filtered list reads its rows: gather the few that an index names, or walk the sorting's index until the page is full.

The wrong way costs a hundred times the right one, and the planners cannot tell: SQLite knows no distribution of values, PostgreSQL misjudges
conditions that hang together. So the list finds out itself, by counting what each indexed condition alone would bring, up to a bound. A
relation is counted by the records that it asks for: few orders lead to few accounts. Where an index alone can tell how many those are at
most (`Relation.beside`), only the index is read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from django.db import connection, models
from django.db.models import Q, QuerySet, Value

from kundenkreis.core.filter_asking import Condition, Group, Part, all_of, asks_together, related, walked
from kundenkreis.core.filters import Filters
from kundenkreis.core.keyset import bounded_count

FEW = 2_000
# Of other records more are few: walking asks for them at every row, and gathers 10,000 in the time in which it asks 20,000 rows.
# So it is with what every row's JSON has to be opened for.
FEW_OTHERS = 10_000
# One in so many of all records is rare; what is not fills a page before a walk has come far.
RARE = 10
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
    least, driver, asked = FEW + 1, None, filters.parts
    for one in sorted(_each(filters.parts), key=lambda one: one.filter.relation is not None):
        alone, ids = _candidate(one, drivers, model)
        if alone is None:
            continue
        if driver is None and _is_dear(one):
            least = FEW_OTHERS + 1
        count = _count(alone, least)
        if count < least and not _is_full_soon(one, count, model):
            least, driver, asked = count, ids, _without(filters.parts, one)
    if driver is not None:
        rows = rows.filter(driver)
    return rows.filter(walked(all_of(asked))) if asked else rows


def _is_full_soon(one: Condition, count: int, model: type[models.Model]) -> bool:
    """Whether a page of a condition of the row itself is full before a walk has come far. The last number tells how many records there are."""
    if count <= FEW or one.filter.relation is not None:
        return False
    last = model._base_manager.order_by("-pk").values_list("pk", flat=True).first() or 0
    return count * RARE > last


def _is_dear(one: Condition) -> bool:
    """Whether walking pays for the condition at every row: for other records, or for what an expression takes out of the row."""
    return one.filter.relation is not None or one.filter.index_is_of_living


def _without(parts: tuple[Part, ...], gathered: Condition) -> tuple[Part, ...]:
    """What is left to ask of rows that were gathered by a condition; the row's own answers cost nothing and stay."""
    if gathered.filter.relation is None or _meets_later(gathered):
        return parts
    return tuple(part for part in _flat(parts) if part is not gathered)


def _meets_later(one: Condition) -> bool:
    """Whether what all records come to is known only where several ways to one row meet: gathered by each way alone, it is asked again."""
    return bool(one.filter.relation and one.filter.relation.ways) and asks_together(one)


def _each(parts: tuple[Part, ...]) -> Iterator[Condition]:
    """The conditions that every row fulfils, those of "all of these" too."""
    return (part for part in _flat(parts) if isinstance(part, Condition))


def _flat(parts: tuple[Part, ...]) -> Iterator[Part]:
    """What every row fulfils, without the brackets of "all of these"."""
    for part in parts:
        if isinstance(part, Group) and part.joined == "all":
            yield from _flat(part.parts)
        else:
            yield part


def _candidate(
    one: Condition, drivers: Collection[str], model: type[models.Model]
) -> tuple[QuerySet, Q] | tuple[None, None]:
    """What to count for a condition, and how its few rows lead to the list's; None when no index leads to them."""
    relation = one.filter.relation
    if relation is not None:
        if one.operation != "with" or not any(_by_index(part, relation.drivers) for part in _each(one.parts)):
            return None, None
        led = related(one, single=_meets_later(one))
        first, *others = [led.values(way) for way in (relation.here, *relation.ways)]
        return _reached(one), Q(**{f"{relation.there}__in": first.union(*others) if others else first})
    if not _by_index(one, drivers):
        return None, None
    alone = _alone(one, model)
    return alone, Q(pk__in=alone.values("pk"))


def _reached(one: Condition) -> QuerySet:
    """The other records that are read for an answer: those in the range of the index."""
    relation = one.filter.relation
    assert relation is not None
    if relation.beside is None:
        return related(one, single=True)
    named = relation.drivers | relation.beside
    inside = all_of(part for part in _each(one.parts) if _by_index(part, named))
    return relation.rows(one.by).model._base_manager.filter(inside).order_by()


def _count(rows: QuerySet, bound: int) -> int:
    """As `keyset.bounded_count`, out of the index of the condition alone. On SQLite every index holds the id, on PostgreSQL none."""
    if connection.vendor == "sqlite":
        return bounded_count(rows, bound)
    return rows.annotate(counted=Value(1)).values("counted")[:bound].count()


def _by_index(one: Condition, drivers: Collection[str]) -> bool:
    return one.filter.name in drivers and one.operation in _BY_INDEX


def _alone(one: Condition, model: type[models.Model]) -> QuerySet:
    """What one condition alone brings. The indexes of figures, days and names hold only what is not in the bin; the others hold all."""
    alone = model._base_manager.filter(one.q()).order_by()
    of_all = one.filter.kind in ("choice", "person") and not one.filter.index_is_of_living
    return alone if of_all else alone.filter(deleted_at=None)
