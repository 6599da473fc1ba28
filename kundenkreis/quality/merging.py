"""Making one record of two: what is known of either is known of the one that is kept, and the other leads to it.

A merge is a batch (of one pair or of thousands), each pair a chunk of it, so that it is taken back as a whole (`history.undo`) or pair
by pair (`unmerging`). Nothing is deleted: the merged record stays as it was, with what could not go along.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kundenkreis.activities import touching
from kundenkreis.core import bulk, search
from kundenkreis.customers.models import Account, AccountLink, Contact, Position
from kundenkreis.customers.models.merged import Mergeable
from kundenkreis.customers.models.structure import one_placing
from kundenkreis.fields import references, rolling
from kundenkreis.history import chunks, relations
from kundenkreis.history.models import Batch
from kundenkreis.history.recording import Recorded, record_event
from kundenkreis.history.taking_back import MERGE
from kundenkreis.quality import merge_fields
from kundenkreis.quality.merge_rows import Rows, gather
from kundenkreis.quality.models import Merge
from kundenkreis.quality.pairs import DuplicatePair
from kundenkreis.staff.models import User

_SLICE = 200  # pairs in one transaction
NOUNS: dict[str, type[Mergeable]] = {"account": Account, "contact": Contact}


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records of one noun, by number: the one that is kept and the one that is merged. `choices`: field → "kept", "gone" or "both"."""

    kept: int
    gone: int
    choices: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Foreseen:
    """What a merge would do: each field with its default, how many rows of which noun go along, and how many stay behind."""

    fields: list[merge_fields.Field]
    moving: list[tuple[str, int]]
    staying: list[tuple[str, int]]


def check(kept: Mergeable, gone: Mergeable) -> None:
    """Raises ValidationError, with a sentence, when these two cannot become one."""
    if type(kept) is not type(gone):
        raise ValidationError(_("Only records of the same kind can be merged."))
    if kept.pk == gone.pk:
        raise ValidationError(_("A record cannot be merged with itself."))
    for one in (kept, gone):
        if one.merged_into_id is not None:
            raise ValidationError(_("“%(record)s” was merged already.") % {"record": one})
        if one.deleted_at is not None:
            raise ValidationError(_("“%(record)s” is in the bin.") % {"record": one})


def foresee(kept: Mergeable, gone: Mergeable) -> Foreseen:
    """What `merge` would do. Raises ValidationError as it would."""
    check(kept, gone)
    with transaction.atomic():
        rows = gather(type(kept), {gone.pk: kept.pk})
    moving = [(_called(model), len(some)) for model, some in rows.new.items() if not _is_own(model)]
    staying = [(_called(model), len(some)) for model, some in rows.stay.items() if not _is_own(model)]
    return Foreseen(merge_fields.fields(kept, gone), sorted(moving), sorted(staying))


def _is_own(model: type[models.Model]) -> bool:
    """Lines go with their orders: nobody counts them."""
    return model._meta.label_lower == "orders.orderline"


def _called(model: type[models.Model]) -> str:
    owner: Any = model._meta.auto_created
    if owner:  # between two nouns: what is on the other side of it
        field = next(f for f in owner._meta.local_many_to_many if f.remote_field.through is model)
        return str(field.verbose_name)
    return str(model._meta.verbose_name_plural)


def merge(
    kept: Mergeable,
    gone: Mergeable,
    *,
    by: User | None,
    choices: Mapping[str, str] | None = None,
    now: dt.datetime | None = None,
) -> Merge:
    """Make `gone` a part of `kept`. Raises ValidationError with a sentence, ValueError for a field or choice that there is not."""
    check(kept, gone)
    merge_fields.chosen(kept, gone, choices or {})
    label = _("“%(gone)s” merged into “%(kept)s”") % {"gone": gone, "kept": kept}
    batch = merge_many(type(kept), [Pair(kept.pk, gone.pk, choices or {})], by=by, label=label, now=now)
    made = Merge.objects.filter(batch=batch).first()
    if made is None:
        raise ValidationError(_("Somebody else has merged or discarded one of them at the same moment."))
    return made


def merge_many(
    model: type[Mergeable],
    pairs: Sequence[Pair],
    *,
    by: User | None,
    label: str = "",
    now: dt.datetime | None = None,
    progress: Callable[[float], None] | None = None,
) -> Batch:
    """Merge all these pairs as one batch, some hundred in a transaction; those that cannot be merged any more are left out.

    Who is merged in one pair and kept in a later one is taken as the record that stands for her by then.
    """
    now = now or timezone.now()
    name = by.get_full_name()[:200] if by else ""
    label = label or ngettext("%(count)s pair merged", "%(count)s pairs merged", len(pairs)) % {"count": len(pairs)}
    batch = Batch.objects.create(
        kind=MERGE, label=label[:200], actor_id=by.pk if by else None, actor_name=name, started_at=now
    )
    done = seen = 0
    for some in _apart(model, pairs):
        with transaction.atomic():
            done += _merge_some(model, batch, done, some, by, now)
        seen += len(some)
        if progress:
            progress(seen / len(pairs))
    counts = {model._meta.label_lower: {"changed": done}}
    Batch.objects.filter(pk=batch.pk).update(state=Batch.State.DONE, counts=counts, ended_at=timezone.now())
    batch.refresh_from_db()
    if len(pairs) > 1:
        record_event(batch, "batch.merged", by=by, now=now, changes={"pairs": [None, done]}, batch=batch)
    return batch


def _apart(model: type[Mergeable], pairs: Sequence[Pair]) -> Iterator[list[Pair]]:
    """The pairs in slices in none of which a record occurs twice; records that an earlier pair merged are named by what stands for them."""
    some: list[Pair] = []
    busy: set[int] = set()
    standing: dict[int, int] = {}
    for pair in pairs:
        kept, gone = _standing(standing, pair.kept), _standing(standing, pair.gone)
        if kept == gone:
            continue
        if len(some) >= _SLICE or {kept, gone} & busy:
            yield some
            some, busy = [], set()
        some.append(Pair(kept, gone, pair.choices))
        busy |= {kept, gone}
        standing[gone] = kept
    if some:
        yield some


def _standing(known: dict[int, int], pk: int) -> int:
    while pk in known:
        pk = known[pk]
    return pk


def _merge_some(
    model: type[Mergeable], batch: Batch, first: int, pairs: Sequence[Pair], by: User | None, now: dt.datetime
) -> int:
    """Merge these pairs as chunks `first` and following; returns how many were."""
    if model is Account:
        for hierarchy in AccountLink.Hierarchy.values:
            one_placing(hierarchy)
    ids = [pk for pair in pairs for pk in (pair.kept, pair.gone)]
    records = {one.pk: one for one in model._base_manager.select_for_update().filter(pk__in=ids).order_by("pk")}
    good = [pair for pair in pairs if _both_stand(records, pair)]
    if not good:
        return 0
    rows = _gathered(model, records, good, by, now)
    _write(batch, first, model, good, rows, now)
    Merge.objects.bulk_create(
        [
            Merge(
                noun=model.noun(), kept_id=pair.kept, gone_id=pair.gone, at=now, batch=batch, number=first + place,
                kept_label=str(records[pair.kept])[:200], gone_label=str(records[pair.gone])[:200],
            )
            for place, pair in enumerate(good)
        ]
    )  # fmt: skip
    for pair in good:
        kept, gone = records[pair.kept], records[pair.gone]
        changes = {"merged": [None, gone.pk, "", gone.called[:200]]}
        record_event(kept, f"{model.noun()}.merged", by=by, now=now, changes=changes, batch=batch)
    return len(good)


def _gathered(
    model: type[Mergeable], records: Mapping[int, Mergeable], good: Sequence[Pair], by: User | None, now: dt.datetime
) -> Rows:
    """Every row that these merges change, those of the records themselves and of their pairs included."""
    rows = gather(model, {pair.gone: pair.kept for pair in good})
    for pair in good:
        kept, gone = records[pair.kept], records[pair.gone]
        values = _values(kept, gone, pair.choices)
        if "custom" in values:  # of two accounts that led to each other, the one leads to itself
            values["custom"] = references.turned(f"{model.noun()}s", values["custom"], model, {gone.pk: kept.pk})
        if values:
            rows.set(model, kept.pk, gone.pk, **values)
        if values.get("person_id") is not None and values["person_id"] == getattr(gone, "person_id", None):
            rows.set(model, gone.pk, gone.pk, person_id=None)  # it is the account of one person only
        rows.set(model, gone.pk, gone.pk, deleted_at=now, merged_into_id=kept.pk)
        rows.set(model, kept.pk, gone.pk)
    for pk, gone_id in _pairs(model, good).items():
        rows.set(
            DuplicatePair,
            pk,
            gone_id,
            state=DuplicatePair.State.MERGED,
            decided_by_id=by.pk if by else None,
            decided_at=now,
        )
    return rows


def _pairs(model: type[Mergeable], pairs: Sequence[Pair]) -> dict[int, int]:
    """Pair of duplicates → the merged record, of those that these merges decide."""
    noun = model.noun()
    wanted = {(min(pair.kept, pair.gone), max(pair.kept, pair.gone)): pair.gone for pair in pairs}
    rows = DuplicatePair._base_manager.filter(**{f"{noun}__in": [low for low, _high in wanted]})
    found = rows.values_list("pk", f"{noun}_id", f"other_{noun}_id")
    return {pk: wanted[low, high] for pk, low, high in found if (low, high) in wanted}


def _both_stand(records: Mapping[int, Mergeable], pair: Pair) -> bool:
    found = [records.get(pk) for pk in (pair.kept, pair.gone)]
    return all(one is not None and one.deleted_at is None and one.merged_into_id is None for one in found)


def _values(kept: Mergeable, gone: Mergeable, choices: Mapping[str, str]) -> dict[str, Any]:
    """{column: value} that the kept record gets, with those that follow from them."""
    values = merge_fields.chosen(kept, gone, choices)
    if not values:
        return {}
    names = {f.attname: f.name for f in kept._meta.concrete_fields}
    made = type(kept)(**{f.attname: getattr(kept, f.attname) for f in kept._meta.concrete_fields})
    for column, value in values.items():
        setattr(made, column, value)
    touched = {names[column] for column in values} | ({"team"} if "owner_id" in values else set())
    derived = made.prepare(touched)
    for name in derived:
        column = str(kept._meta.get_field(name).attname)  # type: ignore[union-attr]
        if getattr(made, column) != getattr(kept, column):
            values[column] = getattr(made, column)
    return values


def _write(
    batch: Batch, first: int, model: type[Mergeable], pairs: Sequence[Pair], rows: Rows, now: dt.datetime
) -> None:
    """Give all rows their new values, keep what was for each pair, and bring into step what is summed up or searched."""
    numbers = {pair.gone: first + place for place, pair in enumerate(pairs)}
    sums: dict[type[Recorded], set[int]] = {}
    rolled: list[Mapping[str, Collection[int]]] = []
    for other in sorted(rows.new, key=lambda one: (one is not model, one._meta.label)):
        ids = list(rows.new[other])
        _note_sums(sums, other, ids)
        rolled.append(rolling.kept_over(other, ids))
        wholes = _wholes(other, ids)
        _write_rows(batch, numbers, other, rows, now)
        _note_sums(sums, other, ids)
        rolled.append(rolling.kept_over(other, ids))
        for whole, of in [*wholes, *_wholes(other, ids)]:
            other.settle_wholes(whole, of)  # type: ignore[attr-defined]
    for noun, which in sums.items():
        noun.sum_again(which)
    rolling.follow(rolling.joined(*rolled))
    kept = [pair.kept for pair in pairs]
    bring_in_step(model, [*kept, *numbers])
    model.tell_former(kept)
    standing = list(model._base_manager.filter(pk__in=kept))
    model.keep_alike(standing)
    if model.search_kind is not None:
        search.remove(model.search_kind, list(numbers))
        search.index(model.search_kind, [one.search_row() for one in standing])


def bring_in_step(model: type[Mergeable], ids: Collection[int]) -> None:
    """When the people at these accounts, or these people, were last spoken with follows from where they work now."""
    here = {"contact__in": ids} if model is Contact else {"account__in": ids}
    touching.push_down(set(Position._base_manager.filter(**here).values_list("account_id", flat=True)))


def _note_sums(sums: dict[type[Recorded], set[int]], model: type[models.Model], ids: Sequence[int]) -> None:
    if issubclass(model, Recorded):
        sums.setdefault(model, set()).update(model.summed_on(ids))


def _wholes(model: type[models.Model], ids: Sequence[int]) -> list[tuple[type[models.Model], set[int]]]:
    """The records of which these rows are parts, and which may keep something of them."""
    if not issubclass(model, Recorded):
        return []
    rows = model._base_manager.filter(pk__listed=list(ids))
    return [
        (whole, set(rows.values_list(attname, flat=True)) - {None}) for attname, whole in relations.wholes_of(model)
    ]


def _write_rows(
    batch: Batch, numbers: Mapping[int, int], model: type[models.Model], rows: Rows, now: dt.datetime
) -> None:
    """The new values of one model's rows."""
    new = {pk: {_column(model, name): v for name, v in values.items()} for pk, values in rows.new[model].items()}
    columns = sorted({column for values in new.values() for column in values})
    fields = [next(f.name for f in model._meta.concrete_fields if f.attname == column) for column in columns]
    present = model._base_manager.filter(pk__listed=list(new)).values_list("pk", *columns)
    before = {pk: values for pk, *values in present}
    after = {pk: [new[pk].get(c, was) for c, was in zip(columns, before[pk], strict=True)] for pk in before}
    # Merged records first: what must be unique is let go of before another takes it.
    ordered = sorted(after, key=lambda pk: pk not in numbers) if model in NOUNS.values() else list(after)
    for is_merged in (True, False):
        some = [[pk, *after[pk]] for pk in ordered if (pk in numbers) == is_merged]
        bulk.update_rows(model, ["id", *columns], some)
    by_number: dict[int, list[list[Any]]] = {}
    for pk in reversed(ordered):  # taken back, the other way round
        by_number.setdefault(numbers[rows.of[model, pk]], []).append([pk, *before[pk], *after[pk]])
    for number, changed in by_number.items():
        chunks.keep(batch, number, model, fields=fields, changed=changed, now=now)
    if issubclass(model, Recorded):
        model._base_manager.filter(pk__listed=list(after)).update(version=models.F("version") + 1, changed_at=now)
        _find_again(model, list(after), set(fields))


def _column(model: type[models.Model], name: str) -> str:
    return str(model._meta.get_field(name).attname)  # type: ignore[union-attr]


def _find_again(model: type[Recorded], ids: Sequence[int], changed: set[str]) -> None:
    """What is found by the name of an account is found by another one now."""
    if model.search_kind is None or model in NOUNS.values() and "deleted_at" in changed:
        return
    if changed & model.searched_fields:
        found = model._base_manager.filter(pk__listed=list(ids), deleted_at=None)
        search.index(model.search_kind, [one.search_row() for one in found])
