"""Roll-ups: what the records that belong to a record come to, stored on it like any other value, so that lists filter and sort by it.

A verb that changes few records brings what is kept over them into step in its own transaction. Where very many are touched (an import, its
undo, a new definition) their numbers are noted, and the worker follows chunk by chunk: killed, it goes on where it was.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.db import models, transaction
from django.db.models import Count, F, Max, Min, Q, Sum
from django.utils import timezone

from kundenkreis.core import clock
from kundenkreis.core.filters import BadFilter, parse
from kundenkreis.fields import known, sources
from kundenkreis.fields.known import Field
from kundenkreis.fields.nouns import NOUNS
from kundenkreis.fields.sources import Source
from kundenkreis.staff import access

FEW = 200  # records that are brought into step while somebody waits
CHUNK = 1000
_AGGREGATES = {"sum": Sum, "average": Sum, "min": Min, "max": Max, "latest": Max}
_MOVES = re.compile(r":(last|next|this|previous|following|overdue)\b|[:,](today|[+-]\d{1,5}[dwmy])(?=[,;)]|$)")


def moves(rollup: Mapping[str, Any]) -> bool:
    """Whether a condition depends on the day, so that the figure is worked out anew each night."""
    return any(_MOVES.search(text) for text in rollup.get("where", ()))


def _asked(source: Source, where: Iterable[str], today: dt.date) -> Q | None:
    """The condition that the definition says; None for one that can no longer be read."""
    try:
        return parse(list(where), source.asked(), today=today).q()
    except BadFilter:
        return None


def figures(field: Field, ids: Collection[int], today: dt.date | None = None) -> dict[int, Any]:
    """{number: value} of this roll-up for these records, as Decimal or day; who has none has no entry. A query for each way."""
    rollup = dict(field.rollup)
    source, today = sources.of(field.belongs_to, rollup["of"]), today or clock.today()
    asked = _asked(source, rollup["where"], today) if source else None
    if source is None or asked is None:
        return {}
    found: dict[int, Any] = {pk: Decimal(0) for pk in ids} if rollup["how"] in ("count", "sum") else {}
    counts: dict[int, int] = defaultdict(int)
    for place in range(len(source.ways)):
        for pk, count, value in _rows(source, place, ids, rollup, asked):
            counts[pk] += count
            value = count if rollup["how"] == "count" else value
            if value is not None:
                found[pk] = _together(rollup["how"], found.get(pk), _plain(value))
    if rollup["how"] == "average":
        return {pk: value / counts[pk] for pk, value in found.items() if counts[pk]}
    return found


def _rows(source: Source, place: int, ids: Collection[int], rollup: Mapping[str, Any], asked: Q) -> Iterable[Any]:
    """(number, how many, value) by the way at `place`; what an earlier way leads to as well is left to that."""
    rows = source.rows().filter(asked).annotate(_keeper=F(source.ways[place])).filter(_keeper__listed=list(ids))
    for earlier in source.ways[:place]:
        rows = rows.filter(Q(**{f"{earlier}__isnull": True}) | ~Q(**{earlier: F("_keeper")}))
    measure = source.measures.get(rollup.get("what", ""))
    if rollup["how"] == "count" or measure is None:
        return [(pk, n, None) for pk, n in rows.order_by().values_list("_keeper").annotate(n=Count("pk"))]
    of = measure.column
    totals = {"n": Count(of), "value": _AGGREGATES[rollup["how"]](of)}
    return list(rows.order_by().values_list("_keeper").annotate(**totals))


def _plain(value: Any) -> Any:
    """A number as Decimal, a moment as the day on which it was here."""
    if isinstance(value, dt.datetime):
        return timezone.localtime(value).date()
    return value if isinstance(value, dt.date | Decimal) else Decimal(str(value))


def _together(how: str, one: Any, other: Any) -> Any:
    if one is None:
        return other
    if how in ("count", "sum", "average"):
        return one + other
    return min(one, other) if how == "min" else max(one, other)


# --- who may see them --------------------------------------------------------------------------------------------------


def may_see(person: Any, field: Field) -> bool:
    """Whether this person may see the figure: of what she sees such records at all, and all of them where the source needs it.

    A formula that reads roll-ups is for those who may see each of them.
    """
    return all(_may(person, field.belongs_to, name) for name in field.rolls)


def _may(person: Any, noun: str, name: str) -> bool:
    source = sources.of(noun, name)
    reach = access.reach(person, source.sees) if source and person is not None else access.Reach()
    return reach.everything if source and source.needs_all else bool(reach)


# --- in step -----------------------------------------------------------------------------------------------------------


_made: tuple[Any, dict[Any, list[tuple[str, Source]]]] = (None, {})


def _defined() -> dict[Any, list[tuple[str, Source]]]:
    """Model → (noun, source) of every roll-up that is kept over its rows, or over the parts of its rows. Made once for the same definitions."""
    global _made
    nouns = known.all_nouns()
    if _made[0] is not nouns:
        _made = (nouns, _sources_in(nouns))
    return _made[1]


def _sources_in(nouns: Mapping[str, known.Fields]) -> dict[Any, list[tuple[str, Source]]]:
    found: dict[Any, dict[tuple[str, str], tuple[str, Source]]] = defaultdict(dict)
    for noun, fields in nouns.items():
        for one in fields.rollups:
            if source := sources.of(noun, dict(one.rollup)["of"]):
                found[source.model][noun, source.name] = (noun, source)
                for label in source.part:
                    found[label][noun, source.name] = (noun, source)
    return {model: list(some.values()) for model, some in found.items()}


def kept_over(model: Any, ids: Collection[int]) -> dict[str, set[int]]:
    """Noun → numbers of the records that keep a roll-up over these rows, as they are now. Nothing is asked where none is defined."""
    defined = _defined()
    found: dict[str, set[int]] = defaultdict(set)
    label = model._meta.label_lower
    for noun, source in [*defined.get(model, ()), *defined.get(label, ())] if ids else ():
        column = "pk" if source.model is model else source.part[label]
        rows = source.model._base_manager.filter(**{f"{column}__listed": sorted(ids)})
        for way in source.ways:
            found[noun] |= set(rows.order_by().values_list(way, flat=True).distinct()) - {None}
    return dict(found)


def sources_over(model: Any) -> list[tuple[str, Source]]:
    """(noun, source) of every roll-up that is kept over rows of this model."""
    return _defined().get(model, [])


def follow(found: Mapping[str, Collection[int]]) -> None:
    """Bring these records into step: few at once, many by the worker. Belongs into the transaction of the change."""
    for noun, ids in found.items():
        if len(ids) <= FEW:
            again(noun, ids)
        else:
            behind(noun, ids)


def behind(noun: str, ids: Iterable[int]) -> None:
    """Note that these records are to be brought into step."""
    from kundenkreis.fields.models import Behind

    rows = (Behind(noun=noun, record_id=pk) for pk in sorted(ids))
    Behind.objects.bulk_create(rows, batch_size=2000)


def again(noun: str, ids: Collection[int], only: Field | None = None) -> int:
    """The roll-ups of these few records, and the formulas; returns how many have changed."""
    from kundenkreis.fields import recomputing

    some = [one for one in ([only] if only else known.of(noun).rollups) if one.kind == "rollup"]
    return recomputing.again(NOUNS[noun].model, ids, rollups=some) if (some or only) and ids else 0


# --- the worker's part -------------------------------------------------------------------------------------------------


def fill(field: Any) -> None:
    """Work the roll-up out for every record, from the beginning: the worker does, or, in a small house, at once."""
    type(field)._base_manager.filter(pk=field.pk).update(filled_to=0)
    known.forget()


def is_behind() -> bool:
    from kundenkreis.fields.models import Behind, CustomField

    return CustomField.objects.active().filter(filled_to__isnull=False).exists() or Behind.objects.exists()


def go_on() -> None:
    """Every step that is left; a worker that was killed is followed by another one."""
    from kundenkreis.fields.models import CustomField

    for pk in CustomField.objects.active().filter(filled_to__isnull=False).order_by("pk").values_list("pk", flat=True):
        go_on_with(pk)
    while _catch_up():
        pass


def go_on_with(pk: int) -> None:
    while _fill_on(pk):
        pass


@transaction.atomic
def _fill_on(pk: int) -> bool:
    """The next records of one field by number. False when there is none left."""
    from kundenkreis.fields.models import CustomField

    row = CustomField._base_manager.select_for_update().get(pk=pk)
    field = known.of(row.belongs_to).by_key.get(row.key)
    if row.filled_to is None or field is None or field.kind not in known.WORKED_OUT:
        return False
    rows: Any = NOUNS[row.belongs_to].model._base_manager
    ids = list(rows.filter(pk__gt=row.filled_to).order_by("pk").values_list("pk", flat=True)[:CHUNK])
    again(row.belongs_to, ids, only=field)
    done: dict[str, Any] = {"filled_to": ids[-1]} if ids else {"filled_to": None, "rolled_on": clock.today()}
    CustomField._base_manager.filter(pk=pk).update(**done)
    if not ids:
        known.forget()
    return bool(ids)


@transaction.atomic
def _catch_up() -> bool:
    """The next records that were noted."""
    from kundenkreis.fields.models import Behind

    some = list(Behind.objects.select_for_update(skip_locked=True).order_by("pk")[:CHUNK])
    for noun in {one.noun for one in some}:
        again(noun, {one.record_id for one in some if one.noun == noun})
    Behind.objects.filter(pk__in=[one.pk for one in some]).delete()
    return bool(some)


def each_night() -> None:
    """What depends on the day is worked out anew, chunk by chunk; only what comes to something else is written.

    One pass is enough for all formulas of a noun, which are worked out together. Once a week every roll-up is, whatever the verbs have said:
    a custom field that a condition asks may have been given another kind.
    """
    from kundenkreis.fields.models import CustomField

    for fields in known.all_nouns().values():
        is_sunday = clock.today().weekday() == 6
        moving = [one for one in fields.active if one.moves or (is_sunday and one.kind == "rollup")]
        rollups = [one for one in moving if one.kind == "rollup"]
        for one in rollups or moving[:1]:
            CustomField._base_manager.filter(pk=one.pk).update(filled_to=0)
    known.forget()


class RolledPart:
    """Rows without verbs of their own over which roll-ups are kept."""

    @classmethod
    def kept_over(cls, ids: Collection[int]) -> dict[str, set[int]]:
        return kept_over(cls, ids)

    @classmethod
    def keep_again(cls, found: Mapping[str, Collection[int]]) -> None:
        follow(found)


class Rolled(RolledPart):
    """A noun over which roll-ups of other records are kept. Stands before `Recorded` among the bases."""

    @classmethod
    @transaction.atomic
    def add(cls, **values: Any) -> Any:
        record = super().add(**values)  # type: ignore[misc]
        follow(kept_over(cls, [record.pk]))
        return record

    @transaction.atomic
    def change(self, **values: Any) -> Any:
        model: Any = type(self)
        before = kept_over(model, [self.pk])  # type: ignore[attr-defined]
        event = super().change(**values)  # type: ignore[misc]
        if event is not None:
            follow(joined(before, kept_over(model, [self.pk])))  # type: ignore[attr-defined]
        return event

    def _move(self, *args: Any, **values: Any) -> Any:
        event = super()._move(*args, **values)  # type: ignore[misc]
        follow(kept_over(type(self), [self.pk]))  # type: ignore[attr-defined]
        return event


def joined(*some: Mapping[str, Collection[int]]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = defaultdict(set)
    for one in some:
        for noun, ids in one.items():
            found[noun] |= set(ids)
    return found


def of_rows(model: type[models.Model], ids: Iterable[int]) -> None:
    """Rows of a model were written past its verbs: what is kept over them is followed."""
    some = sorted(ids)
    for start in range(0, len(some), 5000):
        follow(kept_over(model, some[start : start + 5000]))
