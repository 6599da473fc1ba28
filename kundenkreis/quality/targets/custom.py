"""Custom fields as fields of an import: found by their labels, read by their kinds, and refused with the words that every door has."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property, partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from kundenkreis.fields import known, values
from kundenkreis.fields import references as references_of
from kundenkreis.fields.filling import Fielded, put, work_out
from kundenkreis.fields.known import PREFIX, Field
from kundenkreis.quality.fields import FieldSpec
from kundenkreis.quality.targets import references
from kundenkreis.quality.targets.base import Job
from kundenkreis.quality.targets.rows import Row
from kundenkreis.staff import access
from kundenkreis.staff.access import Reach
from kundenkreis.staff.models import User

if TYPE_CHECKING:
    import polars as pl

Finder = Callable[[Sequence[str]], Mapping[str, Any]]
_KINDS = {"number": "decimal", "money": "decimal", "date": "date"}
_SPECIAL = {"several": {"multiline": True}}  # one choice may stand on each line


def specs(noun: str) -> tuple[FieldSpec, ...]:
    """What an import of this noun ("accounts") can fill beside its own fields."""
    return tuple(
        FieldSpec(
            one.name,
            one.label,
            _KINDS.get(one.kind, "text"),
            synonyms=tuple(filter(None, (one.label_en, one.label_de, one.key.replace("_", " ")))),
        )
        for one in known.of(noun).written
    )


def special(noun: str) -> dict[str, Mapping[str, Any]]:
    """How their cells are read otherwise than is usual, by field."""
    return {one.name: _SPECIAL[one.kind] for one in known.of(noun).written if one.kind in _SPECIAL}


def finder(field: Field, job: Job) -> tuple[Finder, str] | None:
    """How an import finds the records that its cells name, and the problem of one that it does not find; None for other kinds."""
    if field.kind == "reference":
        find = {"accounts": references.accounts, "contacts": references.contacts, "products": references.products}
        reach = Reach(everything=True) if job.by is None else access.reach(job.by, f"{field.refers_to}.see")
        return partial(_with_names, find[field.refers_to], reach), "unknown_record"
    return (references.people, "unknown_person") if field.kind == "person" else None


def _with_names(
    find: Callable[[Sequence[str], Reach], Mapping[str, Any]], reach: Reach, texts: Sequence[str]
) -> Mapping[str, Any]:
    """By what the finder knows them by, else as an export writes them: the number, a blank and the name."""
    found = dict(find(texts, reach))
    rest = {text: text.partition(" ")[0] for text in texts if text not in found and " " in text}
    numbers = find(list(dict.fromkeys(rest.values())), reach) if rest else {}
    return found | {
        text: numbers[number]
        for text, number in rest.items()
        if number in numbers and _is_called(numbers[number], text)
    }


def _is_called(record: Any, text: str) -> bool:
    return f"{getattr(record, 'number', '')} {record}" == text


def fragments(
    field: Field, job: Job, cells: Sequence[Any]
) -> tuple[dict[Any, str], dict[Any, tuple[str, dict[str, Any]]]]:
    """Each cell, once, as the JSON of what it puts into the column; and, of those that are wrong, problem and its parameters."""
    kept: dict[Any, str] = {}
    wrong: dict[Any, tuple[str, dict[str, Any]]] = {}
    texts = [cell for cell in dict.fromkeys(cells) if cell is not None]
    find, unknown = finder(field, job) or (None, "")
    found = find([str(text) for text in texts]) if find else {}
    for text in texts:
        if find and str(text) not in found:
            wrong[text] = (unknown, {"value": text})
            continue
        given = found[str(text)].pk if find else text
        present: dict[str, Any] = {}
        try:
            put(present, field, values.stored(field, given, given if find else None))
        except ValidationError as bad:
            wrong[text] = ("invalid", {"message": bad})
            continue
        kept[text] = json.dumps(present, ensure_ascii=False)
    return kept, wrong


class Custom:
    """The custom fields of the records of one run. `person` is who runs it."""

    def __init__(self, model: type[Any], person: Any, mapped: Mapping[str, str]) -> None:
        fields = model.own_fields() if issubclass(model, Fielded) else known.Fields(())
        self.noun = model.fields_noun() if issubclass(model, Fielded) else ""
        self.person = person
        self.fields = {one.name: one for one in fields.written}
        self.mapped = {name: one for name, one in self.fields.items() if name in mapped}
        self.required = [one for one in self.fields.values() if one.is_required_of(person)]
        self.needed = tuple(one.name for one in self.required)
        self.all, self.works_out = fields, bool(fields.formulas)
        self.read = sorted(fields.read_by_formulas) if fields.formulas else []
        self.named = {name: one for name, one in self.mapped.items() if one.kind in ("person", "reference")}

    def checks(self, job: Job) -> dict[str, Callable[[pl.Series], pl.Series]]:
        """How the cells of a column are read at once (see `alike`): as `fragments`, null where one is not plainly good."""
        import polars as pl

        def check(field: Field, cells: pl.Series) -> pl.Series:
            listed = cells.to_list()
            kept, _wrong = fragments(field, job, listed)
            return pl.Series(cells.name, [None if cell is None else kept.get(cell) for cell in listed], dtype=pl.String)

        return {name: partial(check, field) for name, field in self.mapped.items()}

    def worked_out(self, present: dict[str, Any], columns: Mapping[str, Any]) -> dict[str, Any]:
        """Values of a new record with its formulas; `columns` are those of the record that formulas read."""
        if not self.works_out:
            return present
        light: Any = SimpleNamespace(custom=present, _state=_NEW, **columns)
        work_out(light, self.all)
        return dict(light.custom)

    @contextmanager
    def unasked(self) -> Iterator[None]:
        """For a record that stands for many: what is required of each has been looked at."""
        required, self.required = self.required, []
        try:
            yield
        finally:
            self.required = required

    def concern(self, row: Row) -> bool:
        """Whether the row's record may come to other values."""
        return bool(self.fields)

    def filled(self, row: Row) -> dict[str, Any]:
        """The values of the row's record with those of its cells. Raises ValidationError, by field."""
        present, wrong = dict(row.record.custom), {}
        for name, field in self.mapped.items():
            if (given := row.values.get(name)) is not None:
                try:
                    put(present, field, self._stored(field, given, present.get(field.key)))
                except ValidationError as bad:
                    wrong[name] = bad
        for field in self.required:
            if field.key in present or field.name in wrong or not row.record.asks(field, row.values):
                continue
            if row.state == "added" or not row.record.asks(field):
                wrong[field.name] = values.required(field)
        if wrong:
            raise ValidationError(wrong)
        return present

    def _stored(self, field: Field, given: Any, present: Any) -> Any:
        # Whoever a cell names was found already.
        return values.stored(field, given, given.pk if field.kind in ("person", "reference") else present)


_NEW = SimpleNamespace(adding=True)


class HeldCustom(Custom):
    """Of rows whose values are as the record holds them already; one that is None empties its field."""

    @cached_property
    def living(self) -> frozenset[int]:
        return frozenset(User.objects.living().values_list("pk", flat=True))

    def concern(self, row: Row) -> bool:
        return any(name.startswith(PREFIX) for name in row.values)

    def filled(self, row: Row) -> dict[str, Any]:
        present, wrong = dict(row.record.custom), {}
        for name, value in row.values.items():
            if name.startswith(PREFIX):
                try:
                    self._put(present, name, value)
                except ValidationError as bad:
                    wrong[name] = bad
        if wrong:
            raise ValidationError(wrong)
        return present

    def _put(self, present: dict[str, Any], name: str, value: Any) -> None:
        """By the definition as it is now, which may be another one than when the value was read."""
        field = self.fields.get(name)
        if field is None:
            raise ValidationError(_("There is no field “%(key)s”."), params={"key": name.removeprefix(PREFIX)})
        if value is None and field.is_required_of(self.person):
            raise values.required(field)
        put(present, field, self._stored(field, value, present.get(field.key)))

    def _stored(self, field: Field, given: Any, present: Any) -> Any:
        if field.kind == "reference":
            references_of.refuse_unseen(field, given, present, self.person)
            return values.stored(field, given, given)
        is_known = field.kind == "person" and given in self.living
        return values.stored(field, given, given if is_known else present)


def field_of(name: str) -> str:
    """The field of the import that a refusal is about: a custom one is called the same."""
    return name if name.startswith(PREFIX) else ""
