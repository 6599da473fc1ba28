"""Keeping what is on a list: values to add, rename, order, retire, to make the usual one, and to merge. The same for pick lists and for the
choices of a custom field; a list is called "accounts.industry", or "accounts.custom_window" for that of a field.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Count
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from kundenkreis.core.records import Stale
from kundenkreis.core.text import fold
from kundenkreis.fields import checking, known, picks
from kundenkreis.fields.choosing import PREFIX
from kundenkreis.fields.known import Choice
from kundenkreis.fields.models import CustomField, PickList
from kundenkreis.fields.nouns import NOUNS
from kundenkreis.history.models import Event
from kundenkreis.history.recording import Actor

OF_FIELD = known.PREFIX


@dataclass(frozen=True)
class Kept:
    """A list as it is administered. `record` is None as long as the house has not touched a built-in one."""

    name: str
    label: Any
    noun: str
    choices: tuple[Choice, ...]
    record: PickList | CustomField | None = None
    listing: picks.Listing | None = None

    @property
    def title(self) -> str:
        return capfirst(str(self.label))

    @property
    def is_own(self) -> bool:
        """Whether values can be added and merged; else the program depends on them."""
        return self.listing is None or self.listing.is_own

    @property
    def by_key(self) -> dict[str, Choice]:
        return {one.key: one for one in self.choices}

    @property
    def longest(self) -> int:
        return self.listing.longest if self.listing else 0

    @property
    def has_default(self) -> bool:
        return (
            self.listing is None
            or self.is_own
            or any(column.blank or column.has_default() for column in self._columns())
        )

    def _columns(self) -> list[Any]:
        return [model._meta.get_field(name) for model, name in (self.listing.columns if self.listing else ())]


def every() -> list[Kept]:
    """Every list, built-in ones and those of custom fields that are not retired."""
    rows = {one.name: one for one in PickList.objects.living()}
    found = [_built_in(listing, rows.get(name)) for name, listing in picks.LISTS.items()]
    fields = CustomField.objects.active().filter(kind__in=("choice", "several")).in_order()
    return found + [_of_field(one) for one in fields]


def get(name: str) -> Kept | None:
    """The list of a name; None for none."""
    if name in picks.LISTS:
        return _built_in(picks.LISTS[name], PickList.objects.living().filter(name=name).first())
    noun, _dot, key = name.partition(".")
    if not key.startswith(OF_FIELD):
        return None
    some = CustomField.objects.active().filter(kind__in=("choice", "several"))
    found = some.filter(belongs_to=noun, key=key.removeprefix(OF_FIELD)).first()
    return _of_field(found) if found else None


def _built_in(listing: picks.Listing, record: PickList | None) -> Kept:
    words = picks._made([(listing.name, record.choices)])[listing.name].choices if record else tuple(listing.shipped())
    return Kept(listing.name, listing.label, listing.name.partition(".")[0], words, record, listing)


def _of_field(field: CustomField) -> Kept:
    choices = tuple(map(Choice.read, field.choices))
    return Kept(f"{field.belongs_to}.{OF_FIELD}{field.key}", field.label, field.belongs_to, choices, field)


@transaction.atomic
def keep(kept: Kept, choices: Sequence[Choice], *, by: Actor | None, **more: Any) -> Event | None:
    """These are on the list from now on, in this order. Returns the event that can be undone. Raises ValidationError."""
    given = [one.kept() for one in choices]
    if kept.record is not None:
        try:
            return kept.record.change(by=by, choices=given, version=kept.record.version, **more)
        except Stale as faster:
            raise ValidationError(_("Somebody else has changed the list meanwhile. Look at it again.")) from faster
    begun = PickList.add(by=by, name=kept.name, choices=given, **more)
    return Event.objects.about(begun).latest("pk")


def add(kept: Kept, english: str, german: str, *, by: Actor | None) -> Event | None:
    return add_many(kept, [(english, german)], by=by)


def add_many(kept: Kept, lines: Sequence[tuple[str, str]], *, by: Actor | None) -> Event | None:
    """Further values, each with its names in English and German. Raises ValidationError, by line; nothing is added then."""
    if not kept.is_own:
        raise ValidationError(_("The program depends on the values of this list; they can be renamed and hidden only."))
    present = [one.kept() for one in kept.choices]
    new = [{"en": english.strip(), "de": german.strip()} for english, german in lines]
    _refuse_lines(new, kept)
    made = checking.choices([*present, *new], kept.longest)
    checking.refuse_alike(made, {len(present) + n: n + 1 for n in range(len(new))})
    return keep(kept, list(map(Choice.read, made)), by=by)


def _refuse_lines(new: list[dict[str, str]], kept: Kept) -> None:
    """What is wrong with a line by itself, said of the line that somebody wrote."""
    try:
        checking.choices(new, kept.longest)
    except ValidationError as wrong:
        raise ValidationError(wrong.message_dict["choices"]) from wrong


def change(kept: Kept, key: str, *, by: Actor | None, **parts: Any) -> Event | None:
    """Another name (`en`, `de`), `retired` or not. Raises ValidationError."""
    some = [_with(one, parts) if one.key == key else one for one in kept.choices]
    if {"en", "de"} & parts.keys():
        mine = {place: 0 for place, one in enumerate(some) if one.key == key}
        checking.refuse_alike([one.kept() for one in some], mine)
    return keep(kept, some, by=by)


def _with(one: Choice, parts: dict[str, Any]) -> Choice:
    return Choice.read(one.kept() | parts)


def make_usual(kept: Kept, key: str, *, by: Actor | None) -> Event | None:
    """What a new record holds unless something else is said; "" for nothing."""
    return keep(kept, [_with(one, {"default": one.key == key}) for one in kept.choices], by=by)


def move(kept: Kept, key: str, to: int, *, by: Actor | None) -> Event | None:
    """To the place `to` among all, counted from 0."""
    some = [one for one in kept.choices if one.key != key]
    if len(some) == len(kept.choices):
        return None
    some.insert(max(0, min(to, len(some))), kept.by_key[key])
    return keep(kept, some, by=by)


def sort(kept: Kept, *, by: Actor | None) -> Event | None:
    """By their names in the language of the moment."""
    return keep(kept, sorted(kept.choices, key=lambda one: (fold(one.label), one.label)), by=by)


def remove(kept: Kept, key: str, *, by: Actor | None) -> Event | None:
    """Take off a value that nothing holds. Raises ValidationError for what is in use: it is retired instead."""
    if not kept.is_own or used(kept, [key]).get(key) or any(one.merged == key for one in kept.choices):
        raise ValidationError(_("“%(label)s” is in use. Retire it instead.") % {"label": kept.by_key[key].label})
    if isinstance(kept.record, CustomField):
        raise ValidationError(_("“%(label)s” may be in use. Retire it instead.") % {"label": kept.by_key[key].label})
    return keep(kept, [one for one in kept.choices if one.key != key], by=by)


def written_so_far(kept: Kept, most: int = checking.MOST_CHOICES) -> list[tuple[str, int]]:
    """The texts that the columns of a list hold and that are not on it, the most frequent first."""
    counts: dict[str, int] = {}
    there = kept.by_key
    for model, column in kept.listing.columns if kept.listing else ():
        rows = model._base_manager.exclude(**{column: ""}).order_by().values_list(column)
        for text, count in rows.annotate(count=Count("pk")).iterator():
            if text not in there:
                counts[text] = counts.get(text, 0) + count
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:most]


@transaction.atomic
def take_over(kept: Kept, *, by: Actor | None) -> Event | None:
    """Put on the list whatever records hold already: what is written in two ways stands there twice, to be merged."""
    texts = [text for text, _count in written_so_far(kept, checking.MOST_CHOICES - len(kept.choices))]
    labels = {(one.en or one.de).casefold() for one in kept.choices}
    new = []
    for text in texts:
        label = text if text.casefold() not in labels else f"{text} ({_('written so')})"[: kept.longest]
        labels.add(label.casefold())
        new.append(Choice(text, label, label))
    return keep(kept, [*kept.choices, *new], by=by) if new else None


def used(kept: Kept, keys: Sequence[str]) -> dict[str, int]:
    """How many records hold each of these values."""
    found: dict[str, int] = {}
    for rows, path in places(kept):
        if isinstance(kept.record, CustomField) and kept.record.kind == "several":
            for key in keys:
                found[key] = found.get(key, 0) + rows.filter(**{f"{path}__in": [key]}).count()
            continue
        counted = rows.filter(**{f"{path}__in": list(keys)}).order_by().values_list(path)
        for key, count in counted.annotate(count=Count("pk")):
            found[key] = found.get(key, 0) + count
    return found


def places(kept: Kept) -> list[tuple[models.QuerySet, str]]:
    """(rows, path of the value) wherever the list's values stand, records in the bin too."""
    if isinstance(kept.record, CustomField):
        end = "several" if kept.record.kind == "several" else "choice"
        model = NOUNS[kept.record.belongs_to].model
        return [(model._base_manager.all(), f"custom__{kept.record.key}_{end}")]
    return [(model._base_manager.all(), column) for model, column in (kept.listing.columns if kept.listing else ())]


def searched(kept: Kept, text: str, *, retired: bool | None = None) -> list[Choice]:
    """Those that fit a typed text, in the list's order."""
    wanted = fold(text) or text.strip().casefold()

    def fits(one: Choice) -> bool:
        return not wanted or any(wanted in (fold(label) or label.casefold()) for label in (one.en, one.de, one.key))

    return [one for one in kept.choices if (retired is None or one.retired == retired) and fits(one)]


def event_says(name: str) -> str:
    """Of a change's name in history the key of the choice that it is about; "" for another one."""
    return name.removeprefix(PREFIX) if name.startswith(PREFIX) else ""
