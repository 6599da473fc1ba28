"""How a record takes the values of its custom fields: a noun is `Fielded`, and the verbs that every noun has do the rest.

A value is given under the name of its field (`account.change(by=…, custom_seats=40)`), or several as `custom={"seats": 40}`. What is not
named stays. History tells of each field by itself; formulas are worked out at every write and stand beside the others.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from copy import copy
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from kundenkreis.core import clock
from kundenkreis.fields import known, references, values
from kundenkreis.fields.formula_working import TODAY, NoValue, worked_out
from kundenkreis.fields.known import PREFIX, Field, Fields
from kundenkreis.fields.nouns import NOUNS
from kundenkreis.fields.stored import REASON, ValuesField
from kundenkreis.history.models import Event
from kundenkreis.history.recording import Actor, Recorded
from kundenkreis.staff.models import User


class Given(dict):
    """Values as somebody gave them, by key, over those that are there; `prepare` reads them."""

    def __init__(self, values: Mapping[str, Any], present: Mapping[str, Any], by: Any, *, is_new: bool = False):
        super().__init__(values)
        self.present, self.by, self.is_new = present, by, is_new


class Fielded(Recorded):
    """A noun with custom fields."""

    custom = ValuesField(_("custom fields"))
    # Whether a new record is refused that lacks a required field. What a mirror of the ERP brings in knows nothing of the house's own.
    asks_of_new: ClassVar[bool] = True

    class Meta:
        abstract = True

    @classmethod
    def fields_noun(cls) -> str:
        """Its name among `nouns.NOUNS`."""
        return next((noun.name for noun in NOUNS.values() if noun.model is cls), "")

    @classmethod
    def own_fields(cls) -> Fields:
        return known.of(cls.fields_noun())

    def __getattr__(self, name: str) -> Any:
        """`record.custom_seats` is the value as it is stored."""
        if name.startswith(PREFIX):
            return self.custom.get(name.removeprefix(PREFIX))
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    @classmethod
    def complete(cls, rows: Sequence[dict[str, Any]], by: Actor | None) -> None:
        super().complete(rows, by)
        for row in rows:
            own = {name: row.pop(name) for name in list(row) if name.startswith(PREFIX)}
            given = {**(row.pop("custom", None) or {}), **{n.removeprefix(PREFIX): v for n, v in own.items()}}
            if given or (cls.asks_of_new and any(one.is_required_of(by) for one in cls.own_fields().written)):
                row["custom"] = Given(given, {}, by, is_new=True)

    @transaction.atomic
    def change(self, *, by: Any, custom: Mapping[str, Any] | None = None, **values: Any) -> Event | None:  # type: ignore[override]
        named = values | {PREFIX + key: value for key, value in (custom or {}).items()}
        if wrong := self._lacking(named, by) | self._unseen(named, by):
            raise ValidationError(wrong)
        return super().change(by=by, **named)

    def asks(self, field: Field, values: Mapping[str, Any] | None = None) -> bool:
        """Whether a required field is required of this record as it is, or as it would be with these values of its columns."""
        return True

    def lacks(self, field: Field, given: Mapping[str, Any]) -> bool:
        """Whether a change would take away what is required, or bring the record so far that it is without having it.

        What an older record has always lacked is no reason to refuse another change.
        """
        value = given[field.name] if field.name in given else self.custom.get(field.key)
        is_reason = field.name in given or not self.asks(field)
        return value in (None, "", []) and is_reason and self.asks(field, given)

    def _lacking(self, given: Mapping[str, Any], by: Any) -> dict[str, ValidationError]:
        """What is wrong with a change of this person because of what she may not leave empty."""
        some = [one for one in self.own_fields().written if one.is_required_of(by) and self.lacks(one, given)]
        return {field.name: values.required(field) for field in some}

    def _unseen(self, given: Mapping[str, Any], by: Any) -> dict[str, ValidationError]:
        """What is wrong with a change that names records which this person does not see."""
        own, wrong = self.own_fields().by_name, {}
        for name, value in given.items():
            if name in own and own[name].kind == "reference":
                try:
                    references.refuse_unseen(own[name], value, self.custom.get(own[name].key), by)
                except ValidationError as bad:
                    wrong[name] = bad
        return wrong

    def prepare(self, touched: set[str]) -> set[str]:
        derived = super().prepare(touched)
        fields = self.own_fields()
        if isinstance(self.custom, Given):
            given, present = self.custom, dict(self.custom.present)
            self.__dict__["_wrong_fields"] = self._take(fields, given, present)
            self.custom = present
        is_new = self._state.adding and bool(fields.rollups)
        if is_new or (
            fields.formulas and ("custom" in touched or touched & fields.read_by_formulas or self._state.adding)
        ):
            work_out(self, fields)
            derived.add("custom")
        return derived

    def _take(self, fields: Fields, given: Given, present: dict[str, Any]) -> dict[str, ValidationError]:
        """Put the values in their place; returns what is wrong with which."""
        wrong: dict[str, ValidationError] = {}
        for key, value in given.items():
            field = fields.by_key.get(key)
            if field is None or (field.is_retired and value != present.get(key)):
                wrong[PREFIX + key] = ValidationError(_("There is no field “%(key)s”."), params={"key": key[:60]})
                continue
            try:
                if field.kind == "reference":
                    references.refuse_unseen(field, value, present.get(key), given.by)
                put(present, field, values.stored(field, value, present.get(key)))
            except ValidationError as bad:
                wrong[field.name] = bad
        if given.is_new and self.asks_of_new:
            for field in fields.written:
                is_asked = field.is_required_of(given.by) and self.asks(field)
                if is_asked and field.key not in present and field.name not in wrong:
                    wrong[field.name] = values.required(field)
        return wrong

    def clean(self) -> None:
        """Raises what `prepare` found wrong with the values that were given."""
        super().clean()
        if wrong := self.wrong_fields():
            raise ValidationError(wrong)

    def wrong_fields(self) -> dict[str, Any]:
        return self.__dict__.pop("_wrong_fields", None) or {}

    def _fill(self, values: dict[str, Any]) -> set[str]:
        own = {name.removeprefix(PREFIX): value for name, value in values.items() if name.startswith(PREFIX)}
        rest = {name: value for name, value in values.items() if not name.startswith(PREFIX)}
        if own:
            rest["custom"] = Given(own, self.custom, None)
        return super()._fill(rest)

    def _shown(self, name: str) -> list:
        if not name.startswith(PREFIX):
            return super()._shown(name)
        value = self.custom.get(name.removeprefix(PREFIX))
        field = self.own_fields().by_name.get(name)
        if field is not None and field.kind == "person":
            return [value, str(User._base_manager.filter(pk=value).first() or "") if value else ""]
        if field is not None and field.kind == "reference":
            return [
                value,
                str(references.model_of(field)._base_manager.filter(pk=value).first() or "") if value else "",
            ]
        return [value]

    @classmethod
    def told_apart(cls, changes: dict[str, list]) -> dict[str, list]:
        return names_in(changes)

    @classmethod
    def taken_back(cls, ids: Collection[int]) -> None:
        """Old values are back, and formulas come to what they came to then."""
        from kundenkreis.fields import recomputing

        super().taken_back(ids)
        recomputing.after(cls, ids, cls.own_fields().read_by_formulas)

    def knows(self, name: str) -> bool:
        return name in self.own_fields().by_name if name.startswith(PREFIX) else super().knows(name)

    def columns_of(self, names: Iterable[str]) -> set[str]:
        found = super().columns_of(names)
        return found | {"custom"} if any(one.name in found for one in self.own_fields().searched) else found

    def searched_values(self) -> list[str]:
        """The texts of fields by which the search box finds the record."""
        fields = self.own_fields()
        return fields.search_text(self.custom) if fields.searched else []


def put(present: dict[str, Any], field: Field, value: Any) -> None:
    """A stored value into a record's values, with what stands beside it; what is empty is not there."""
    for key, one in {field.key: value, **values.beside(field, value)}.items():
        if one is None:
            present.pop(key, None)
        else:
            present[key] = one


def work_out(record: Fielded, fields: Fields) -> None:
    """Work every formula out anew, in their order. Replaces `record.custom`."""
    present = dict(record.custom)
    if record._state.adding:  # nothing belongs to it yet
        for one in fields.rollups:
            if dict(one.rollup)["how"] in ("count", "sum"):
                present.setdefault(one.key, 0)
    for field, tree in fields.formulas:
        present.pop(field.key + REASON, None)
        try:
            value = _result(field, worked_out(tree, _Reading(record, fields, present)))
        except NoValue as none:
            value = None
            present[field.key + REASON] = none.reason
        put(present, field, value)
    record.custom = present


def roll(present: dict[str, Any], field: Field, figure: Any) -> None:
    """The figure of a roll-up into a record's values, or why there is none."""
    present.pop(field.key + REASON, None)
    try:
        put(present, field, _result(field, figure))
    except NoValue as none:
        put(present, field, None)
        present[field.key + REASON] = none.reason


def as_of_now(record: Fielded) -> Mapping[str, Any]:
    """The record's values as a reader sees them today: those of formulas with today stand stored as of last night. Nothing is written."""
    fields = record.own_fields()
    if not any(one.moves for one, _tree in fields.formulas):
        return record.custom
    present = copy(record)
    work_out(present, fields)
    return present.custom


class _Reading(Mapping[str, Any]):
    """What a formula reads of a record: its custom fields as they are being written, and the columns that the noun told."""

    def __init__(self, record: Fielded, fields: Fields, present: Mapping[str, Any]):
        self.record, self.fields, self.present = record, fields, present

    def __getitem__(self, key: str) -> Any:
        if key == TODAY:
            return clock.today()
        if field := self.fields.by_key.get(key):
            return values.for_formula(field, self.present.get(key))
        value = getattr(self.record, key)
        if isinstance(value, dt.date):
            return None if value.year < 1901 or value.year > 9000 else value  # "never" and "not due" are kept as days
        return Decimal(value) if isinstance(value, int | float) else value if value != "" else None

    def __iter__(self) -> Any:
        return iter(self.fields.by_key)

    def __len__(self) -> int:
        return len(self.fields.by_key)


def _result(field: Field, value: Any) -> Any:
    """A formula's value as it is stored, to the field's decimals. Raises NoValue for what is too large."""
    if value is None or value == "":
        return None
    if isinstance(value, Decimal):
        if abs(value) >= Decimal(10) ** (values.DIGITS - field.decimals):
            raise NoValue("large")
        return values.as_json(value.quantize(Decimal(1).scaleb(-field.decimals), ROUND_HALF_UP))
    return value.isoformat() if isinstance(value, dt.date) else str(value)[: values.LONGEST_TEXT]


def names_in(changes: Mapping[str, list]) -> dict[str, list]:
    """What a batch did to the whole column, field by field, as an event tells it: {"custom": [before, after]} → {"custom_seats": …}."""
    if "custom" not in changes:
        return dict(changes)
    before, after = (one or {} for one in changes["custom"][:2])
    keys = [key for key in {**before, **after} if key[-1:] not in "~!" and before.get(key) != after.get(key)]
    rest = {name: values for name, values in changes.items() if name != "custom"}
    return rest | {PREFIX + key: [before.get(key), after.get(key)] for key in keys}


__all__ = ["Fielded", "Given", "as_of_now", "names_in", "put", "roll", "work_out"]
