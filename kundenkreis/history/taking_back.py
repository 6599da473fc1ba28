"""Taking one chunk of a batch back, set by set. Looking first (`dry`) goes the same way without a write.

A row goes back when it is as the batch left it. Parts share the fate of their whole: an order goes with all its lines in one
transaction, or stays with all of them.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import IntegrityError, models, transaction

from kundenkreis.core import bulk, search
from kundenkreis.history import chunks, relations
from kundenkreis.history.left_rows import as_left, both, inside, missing, reindex, slices
from kundenkreis.history.models import Batch, BatchChunk, TakenBack
from kundenkreis.history.recording import Recorded, plain
from kundenkreis.history.values import is_erased

MERGE = "merge"  # the kind of a batch that made one record of two
_NAMED = 100  # so many kept records are named one by one; beyond, they are counted
Model = type[models.Model]


@dataclass
class Undone:
    """What an undo did, or, as a preview, would do."""

    undone: int = 0
    kept: int = 0
    kept_records: list[tuple[str, int]] = field(default_factory=list)  # (model, id), at most 100
    fields: list[str] = field(default_factory=list)
    kept_fields: list[str] = field(default_factory=list)
    parts: int = 0  # of one event: so many that were done with it went back too

    def keep(self, model: Model, ids: Collection[int], *, names: Collection[int] | None = None) -> None:
        """Count rows that stay; named are they, or the records `names` of `model` whose parts they are."""
        self.kept += len(ids)
        for pk in sorted(ids if names is None else names):
            if len(self.kept_records) >= _NAMED:
                return
            if (one := (model._meta.label_lower, pk)) not in self.kept_records:
                self.kept_records.append(one)


@dataclass
class _Back:
    """The rows of one chunk that get their old values: (id, values before…) over `specs`."""

    model: Model
    specs: list[Any]
    rows: list[list[Any]]


class Taker:
    """Takes the chunks of one batch back, from the last to the first. Memory: one chunk, and runs of ids."""

    def __init__(self, batch: Batch, result: Undone, now: dt.datetime, *, dry: bool = False) -> None:
        self.batch, self.result, self.now, self.dry = batch, result, now, dry
        self._own: dict[str, chunks.Ids] = {}
        self._held: dict[Model, set[int]] = {}  # records older than the batch that this chunk cannot set back
        self._needed: dict[Model, set[int]] = defaultdict(set)  # (dry) what rows that stay refer to
        self._foreseen: dict[Model, dict[int, dict[str, Any]]] = defaultdict(dict)  # (dry) values that rows would have
        self._repeated: dict[str, bytearray] = {}
        # (dry) what the batch added: {id: older rows that would refer to it no more}
        self._released: dict[Model, dict[int, set[tuple[Model, int]]]] = defaultdict(dict)
        self._references: dict[tuple[Model, bool], list[models.Exists]] = {}
        self._sums: dict[type[Recorded], set[int]] = defaultdict(set)  # records whose sums this chunk changes
        self._kept: dict[tuple[Any, str], set[int]] = defaultdict(
            set
        )  # the same of roll-ups, by who tells of them and noun

    def take(self, numbers: Sequence[int]) -> None:
        """All that these chunks did (see `together`). Belongs into one transaction."""
        waiting = BatchChunk.objects.filter(batch=self.batch, number__in=numbers, is_undone=False)
        some = list(waiting.order_by("-number", "-pk"))
        self._held = defaultdict(set)
        before = deepcopy(self.result)
        backs = [self._decide(*one) for one in _changed(some)]
        if len(numbers) > 1 and any(self._held.values()):
            # What stays may keep others of its own chunk from going, but of no other one.
            self.result.__dict__.update(before.__dict__)
            for number in numbers:
                self.take([number])
            return
        for back in backs:
            self._set_back(back)
        for chunk in some:
            model = apps.get_model(chunk.model)
            for first, last in reversed(list(chunks.added_ids(chunk))):
                self._take_out(model, first, last)
        for noun, summed in self._sums.items():
            noun.sum_again(summed)
        self._sums.clear()
        for (of, keeper), kept in self._kept.items():
            of.keep_again({keeper: kept})
        self._kept.clear()

    def own(self, model: Model) -> chunks.Ids:
        """Ids of this model's rows that the batch has added."""
        label = model._meta.label_lower
        if label not in self._own:
            added = BatchChunk.objects.filter(batch=self.batch, model=label).values_list("added", flat=True)
            self._own[label] = chunks.Ids(run for runs in added.iterator() for run in runs)
        return self._own[label]

    # --- changed rows ---------------------------------------------------------------------------------------------------

    def _decide(self, model: Model, fields: Sequence[str], rows: Sequence[Sequence[Any]]) -> _Back:
        """Which rows can be set back: those that hold what the batch wrote, and whose whole can be set back."""
        specs: list[Any] = [model._meta.get_field(name) for name in fields]
        width, back = len(fields), []
        for some in slices(rows):
            present = self._present(model, fields, [row[0] for row in some])
            stay = self._with_their_whole(model, [row[0] for row in some])
            for row in some:
                pk, before, after = row[0], row[1 : 1 + width], row[1 + width :]
                before, after = inside(specs, present.get(pk), before, after)
                if self.batch.kind == MERGE and pk in present:
                    before, after = self._as_far_as_left(specs, present[pk], before, after)
                if pk in stay or is_erased(row[1:]) or not as_left(specs, present.get(pk), after):
                    self._held[model].add(pk)
                else:
                    back.append([pk, *(s.to_python(v) for s, v in zip(specs, before, strict=True))])
        for place, spec in enumerate(specs, start=1):
            if spec.is_relation:
                gone = missing(spec.related_model, {row[place] for row in back} - {None})
                self._held[model] |= {row[0] for row in back if row[place] in gone}
        if issubclass(model, Recorded):
            after = {row[0]: dict(zip(fields, row[1:], strict=True)) for row in back}
            self._held[model] |= model.indispensable(after)
        back = [row for row in back if row[0] not in self._held[model]]
        self._keep(model, self._held[model])
        self.result.undone += len(back)
        return _Back(model, specs, back)

    def _as_far_as_left(
        self, specs: Sequence[Any], present: Sequence[Any], before: Sequence[Any], after: Sequence[Any]
    ) -> tuple[list[Any], list[Any]]:
        """Of a merge each field goes back by itself: one that somebody has changed since keeps what she wrote."""
        same = [as_left([s], [p], [a]) for s, p, a in zip(specs, present, after, strict=True)]
        if not any(same):
            return list(before), list(after)
        self.result.kept_fields += [s.name for s, is_same in zip(specs, same, strict=True) if not is_same]
        now = [plain(value) for value in present]
        return (
            [b if is_same else p for b, p, is_same in zip(before, now, same, strict=True)],
            [a if is_same else p for a, p, is_same in zip(after, now, same, strict=True)],
        )

    def _present(self, model: Model, fields: Sequence[str], ids: Sequence[int]) -> dict[int, list[Any]]:
        """The rows as they are; of a version, what it would be had nothing been taken back."""
        found = {row[0]: list(row[1:]) for row in model._base_manager.filter(pk__in=ids).values_list("pk", *fields)}
        if "version" in fields:
            for pk, steps in chunks.steps_back(model, ids).items():
                if pk in found:
                    found[pk][fields.index("version")] -= steps
        specs: list[Any] = [model._meta.get_field(name) for name in fields]
        for pk in found.keys() & self._foreseen[model].keys():
            foreseen = self._foreseen[model][pk]
            found[pk] = [foreseen.get(s.attname, value) for s, value in zip(specs, found[pk], strict=True)]
        return found

    def _with_their_whole(self, model: Model, ids: Sequence[int]) -> set[int]:
        """Parts that stay because their whole does."""
        stay: set[int] = set()
        for attname, whole in relations.wholes_of(model):
            if held := self._held[whole]:
                rows = model._base_manager.filter(pk__in=ids).values_list("pk", attname)
                stay |= {pk for pk, of in rows if of in held}
        return stay

    def _set_back(self, back: _Back) -> None:
        if self.dry:
            self._foresee(back)
            return
        specs = [spec for spec in back.specs if spec.name != "version"]
        places = [place for place, spec in enumerate(back.specs, start=1) if spec.name != "version"]
        columns = ["id", *(spec.attname for spec in specs)]
        rows = [[row[0], *(row[place] for place in places)] for row in back.rows]
        self._note_sums(back.model, [row[0] for row in rows])
        of_before = self._wholes(back.model, [row[0] for row in rows])
        done = [pk for some in slices(rows) for pk in self._write(back.model, columns, some)]
        self._note_sums(back.model, done)
        if issubclass(back.model, Recorded):
            chunks.step_back(back.model, done, self.now)
            back.model.taken_back(done)
            for some in slices(done):
                reindex(back.model, some)
            self._settle(back.model, both(of_before, self._wholes(back.model, done)))

    def _foresee(self, back: _Back) -> None:
        """A preview remembers old values of rows that an earlier chunk has changed as well, and what they would refer to no more."""
        times = self._times(back.model)
        names = [spec.attname for spec in back.specs]
        for pk, *values in back.rows:
            if times[pk - 1] > 1:
                self._foreseen[back.model].setdefault(pk, {}).update(zip(names, values, strict=True))
        links = [spec for spec in back.specs if spec.is_relation]
        for some in slices([row[0] for row in back.rows] if links else []):
            for pk, *targets in back.model._base_manager.filter(pk__in=some).values_list(
                "pk", *(s.attname for s in links)
            ):
                for spec, target in zip(links, targets, strict=True):
                    if target is not None and target in self.own(spec.related_model):
                        self._released[spec.related_model].setdefault(target, set()).add((back.model, pk))

    def _times(self, model: Model) -> bytearray:
        """How often (2: or more) the batch has changed the row with the number i + 1: one byte for each."""
        label = model._meta.label_lower
        if label not in self._repeated:
            times = self._repeated[label] = bytearray()
            packed = BatchChunk.objects.filter(batch=self.batch, model=label, is_undone=False)
            for some in packed.values_list("changed", flat=True).iterator(chunk_size=1):
                for pk, *_values in chunks.unpack(some)[1]:
                    if pk > len(times):
                        times.extend(bytes(pk - len(times)))
                    times[pk - 1] = min(times[pk - 1] + 1, 2)
        return self._repeated[label]

    def _write(self, model: Model, columns: list[str], rows: list[list[Any]]) -> list[int]:
        """Ids of the rows that took their old values; one whose value another record has by now stays."""
        try:
            with transaction.atomic():
                bulk.update_rows(model, columns, rows)
            return [row[0] for row in rows]
        except IntegrityError:
            if len(rows) > 1:
                middle = len(rows) // 2
                return self._write(model, columns, rows[:middle]) + self._write(model, columns, rows[middle:])
            self.result.undone -= 1
            self._held[model].add(rows[0][0])
            self._keep(model, {rows[0][0]})
            return []

    # --- added rows -----------------------------------------------------------------------------------------------------

    def _take_out(self, model: Model, first: int, last: int) -> None:
        """Delete what can go of a run of ids."""
        links = relations.wholes_of(model)
        rows = list(
            model._base_manager.filter(pk__gte=first, pk__lte=last).values_list("pk", *(name for name, _w in links))
        )
        gone, stay, free = 0, set(), {row[0] for row in rows}
        for place, (_attname, whole) in enumerate(links, start=1):
            owned = {row[place] for row in rows if row[place] is not None and row[place] in self.own(whole)}
            leaving = self._free(whole, owned, foresee=True)
            stay |= {row[0] for row in rows if row[place] in owned - leaving or row[place] in self._held[whole]}
            if issubclass(model, Recorded) or model._meta.auto_created:
                continue
            # Rows without a version of their own leave in one transaction with their whole and all of its rows.
            with_whole = {row[0] for row in rows if row[place] in leaving}
            free -= with_whole
            gone += len(with_whole) if self.dry else self._delete(whole, leaving)
        free -= stay
        while leaving := self._free(model, free):
            gone += len(leaving) if self.dry else self._delete(model, leaving, links)
            free -= leaving
            if not relations.refers_to_itself(model):
                break  # else, what its leaves kept from leaving can leave now
        self.result.undone += gone
        self._stay(model, stay | free)

    def _free(self, model: Model, ids: Collection[int], *, foresee: bool = False) -> set[int]:
        """Which of these rows nobody has touched since and nothing refers to, but parts that go with them.

        To `foresee` is not to count what rows refer to them that this undo will have taken out before it comes to them.
        """
        free: set[int] = set()
        for some in slices(sorted(ids)):
            rows = self._untouched(model, model._base_manager.filter(pk__in=some), foresee=foresee)
            free.update(rows.values_list("pk", flat=True))
        released = self._released[model]
        free |= {pk for pk in set(ids) - free if pk in released and self._is_released(model, pk, released[pk])}
        free -= self._needed[model]
        for part, attname in relations.parts_of(model):
            own = self.own(part)
            for some in slices(sorted(free)):
                rows = part._base_manager.filter(**{f"{attname}__listed": some})
                free.difference_update(of for pk, of in rows.values_list("pk", attname) if pk not in own)
                if issubclass(part, Recorded) or self._strangers(part, foresee=foresee):
                    going = set(self._untouched(part, rows, foresee=foresee).values_list("pk", flat=True))
                    free.difference_update(of for pk, of in rows.values_list("pk", attname) if pk not in going)
        if issubclass(model, Recorded):
            free -= model.indispensable(dict.fromkeys(free))
        return free

    def _untouched(self, model: Model, rows: models.QuerySet, *, foresee: bool, by_key: bool = True) -> models.QuerySet:
        """Rows at their first version that nothing refers to (by foreign keys; without `by_key`, by type and number only)."""
        if issubclass(model, Recorded):
            undone = TakenBack.objects.filter(
                model=model._meta.label_lower, record_id=models.OuterRef("pk"), steps=models.OuterRef("version") - 1
            )
            rows = rows.filter(models.Q(version=1) | models.Exists(undone))
        for reference in self._strangers(model, foresee=foresee) if by_key else relations.by_number(model):
            rows = rows.exclude(reference)
        return rows

    def _is_released(self, model: Model, pk: int, by: set[tuple[Model, int]]) -> bool:
        """In a preview: does nothing refer to the record but what would be set back or taken out?"""
        if not self._untouched(model, model._base_manager.filter(pk=pk), foresee=True, by_key=False).exists():
            return False
        return not any(
            (other, row) not in by and row not in self.own(other)
            for other, name in relations.pointers(model)
            for row in other._base_manager.filter(**{name: pk}).values_list("pk", flat=True).iterator()
        )

    def _strangers(self, model: Model, *, foresee: bool) -> list[models.Exists]:
        foresee = foresee or self.dry
        if (model, foresee) not in self._references:
            own: Callable[[Model], list[list[int]]] | None = (lambda m: self.own(m).bridged(m)) if foresee else None
            self._references[model, foresee] = relations.strangers(model, own)
        return self._references[model, foresee]

    def _delete(self, model: Model, ids: Collection[int], links: Sequence[tuple[str, Model]] = ()) -> int:
        """Delete records with their parts; returns how many rows went."""
        gone = 0
        for some in slices(sorted(ids)):
            for part, attname in relations.parts_of(model):
                parts = list(part._base_manager.filter(**{f"{attname}__listed": some}).values_list("pk", flat=True))
                gone += self._delete(part, parts)
            for derived, attname in relations.derived_from(model):
                derived._base_manager.filter(**{f"{attname}__listed": some}).delete()
            wholes = self._wholes(model, some) if links else {}
            if kind := getattr(model, "search_kind", None):
                search.remove(kind, some)
            if issubclass(model, Recorded):
                TakenBack.objects.filter(model=model._meta.label_lower, record_id__in=some).delete()
            self._note_sums(model, some)
            gone += bulk.delete_ids(model, some)
            self._settle(model, wholes)
        return gone

    # --- what stays, and what follows -----------------------------------------------------------------------------------

    def _stay(self, model: Model, ids: set[int]) -> None:
        """Count rows that stay; in a preview they go on needing what they refer to."""
        if not ids:
            return
        self._keep(model, ids)
        if self.dry:
            for spec in relations.foreign_keys(model):
                for some in slices(sorted(ids)):
                    found = model._base_manager.filter(pk__in=some).values_list(spec.attname, flat=True)
                    self._needed[spec.related_model].update(pk for pk in found if pk is not None)

    def _keep(self, model: Model, ids: set[int]) -> None:
        if not ids:
            return
        if issubclass(model, Recorded) or not relations.is_part(model):
            self.result.keep(model, ids)
            return
        for place, (whole, of) in enumerate(self._wholes(model, sorted(ids)).items()):
            self.result.keep(whole, ids if place == 0 else (), names=of)

    def _wholes(self, model: Model, ids: Sequence[int]) -> dict[Model, set[int]]:
        found: dict[Model, set[int]] = {}
        for attname, whole in relations.wholes_of(model):
            found[whole] = set()
            for some in slices(ids):
                rows = model._base_manager.filter(pk__in=some).values_list(attname, flat=True)
                found[whole].update(pk for pk in rows if pk is not None)
        return found

    def _note_sums(self, model: Model, ids: Sequence[int]) -> None:
        """An import sums up once, at its end; roll-ups are noted as what they are kept over goes."""
        if hasattr(model, "kept_over"):
            for some in slices(ids):
                for noun, numbers in model.kept_over(some).items():
                    self._kept[model, noun] |= set(numbers)
        if issubclass(model, Recorded) and self.batch.kind != "import":
            for some in slices(ids):
                self._sums[model] |= model.summed_on(some)

    def _settle(self, model: Model, wholes: dict[Model, set[int]]) -> None:
        """What older records keep of their parts is brought into step again."""
        for whole, ids in wholes.items():
            if not ids:
                continue
            if issubclass(model, Recorded):
                model.settle_wholes(whole, ids)
            elif model._meta.auto_created and issubclass(whole, Recorded):
                # A record that came with its rows has no step for them.
                chunks.step_back(whole, sorted(pk for pk in ids if pk not in self.own(whole)), self.now)


def _changed(some: Sequence[BatchChunk]) -> list[tuple[Model, Sequence[str], list[Sequence[Any]]]]:
    """What chunks have changed, as (model, fields, rows of `chunks.unpack`); wholes before their parts."""
    found: dict[tuple[Model, tuple[str, ...]], list[Sequence[Any]]] = {}
    for chunk in some:
        if chunk.changed:
            fields, rows = chunks.unpack(chunk.changed)
            found.setdefault((apps.get_model(chunk.model), tuple(fields)), []).extend(rows)
    return [(*key, rows) for key, rows in sorted(found.items(), key=lambda one: relations.is_part(one[0][0]))]
