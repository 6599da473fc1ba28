"""Forms. Their `save` calls one verb of a room; what the verb refuses goes back to the fields."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from kundenkreis.core.records import Stale
from kundenkreis.fields import picks
from kundenkreis.fields.picks import pick_of
from kundenkreis.web import formats

DATE_SHAPES = ("%Y-%m-%d", "%d.%m.%Y", "%d.%m.%y", "%d/%m/%Y", "%d %b %Y", "%d. %b %Y")
_SPACES = re.compile(r"[\s\u00a0\u202f'’]")


def decimal_of(text: str) -> Decimal:
    """The number that a person wrote: `1.234,56` and `1,234.56` alike; a single mark means what it does in the page's language.

    Raises InvalidOperation.
    """
    bare = _SPACES.sub("", text).replace("−", "-").strip("€$£")
    comma, point = bare.rfind(","), bare.rfind(".")
    if comma >= 0 and point >= 0:
        decimal_mark = "," if comma > point else "."
    elif bare.count(",") > 1 or bare.count(".") > 1:
        decimal_mark = ""
    else:
        decimal_mark = "," if formats.is_german() else "."
    thousands = {",": ".", ".": ",", "": ",."}[decimal_mark]
    whole = bare.split(decimal_mark)[0] if decimal_mark else bare
    for mark in thousands:
        if mark in bare and not re.fullmatch(rf"[+-]?\d{{1,3}}(\{mark}\d{{3}})+", whole if mark in whole else "x"):
            raise InvalidOperation
    for mark in thousands:
        bare = bare.replace(mark, "")
    return Decimal(bare.replace(",", ".") if decimal_mark == "," else bare)


class DateField(forms.DateField):
    """A day: `31.12.2010`, `31/12/2010`, `31 Dec 2010` or `2010-12-31`; the browser's own picker where there is one."""

    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    default_error_messages = {"invalid": _("Write a day such as 31.12.2010.")}

    def __init__(self, **kwargs: Any):
        super().__init__(input_formats=DATE_SHAPES, **kwargs)


class DateTimeField(forms.DateTimeField):
    """A day and a time: what the browser's picker sends, or `31.12.2010 14:30`."""

    widget = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})
    default_error_messages = {"invalid": _("Write a day and a time such as 31.12.2010 14:30.")}

    def __init__(self, **kwargs: Any):
        shapes = [f"{shape}{between}%H:%M" for shape in DATE_SHAPES[:4] for between in (" ", "T")]
        super().__init__(input_formats=[*shapes, *DATE_SHAPES], **kwargs)


class DecimalField(forms.DecimalField):
    """A figure as people write it: `1.234,56` in German, `1,234.56` in English, and each where it cannot be mistaken."""

    widget = forms.TextInput(attrs={"inputmode": "decimal"})
    default_error_messages = {"invalid": _("Write a number such as 1234.56.")}

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        if isinstance(value, str) and value.strip():
            try:
                value = decimal_of(value)
            except InvalidOperation as error:
                raise ValidationError(self.error_messages["invalid"], code="invalid") from error
        return super().to_python(value)

    def prepare_value(self, value: Any) -> Any:
        return formats.number(value, None).replace(formats.MINUS, "-") if isinstance(value, Decimal) else value


class WholeField(forms.IntegerField):
    """A whole number, with thousands written as people do."""

    widget = forms.TextInput(attrs={"inputmode": "numeric"})
    default_error_messages = {"invalid": _("Write a whole number.")}

    def to_python(self, value: Any) -> int | None:
        if isinstance(value, str) and value.strip():
            try:
                number = decimal_of(value)
            except InvalidOperation as error:
                raise ValidationError(self.error_messages["invalid"], code="invalid") from error
            value = str(int(number)) if number == number.to_integral_value() else value
        return super().to_python(value)


class RecordsField(forms.ModelMultipleChoiceField):
    """Several records. A number that no record can have is a wrong choice, not an overflow in the database."""

    def _check_values(self, value: Any) -> Any:
        for pk in value if isinstance(value, list | tuple) else ():
            if str(pk).lstrip("-").isdecimal() and len(str(pk)) > 18:
                raise ValidationError(
                    self.error_messages["invalid_choice"], code="invalid_choice", params={"value": pk}
                )
        return super()._check_values(value)


def localised(field: Any, **kwargs: Any) -> forms.Field | None:
    """`formfield_callback` for our ModelForms: days and figures as people write them."""
    if isinstance(field, models.DateTimeField):
        return field.formfield(form_class=DateTimeField, **kwargs)
    if isinstance(field, models.DateField):
        return field.formfield(form_class=DateField, **kwargs)
    if isinstance(field, models.DecimalField):
        return field.formfield(form_class=DecimalField, **kwargs)
    if isinstance(field, models.IntegerField) and not field.choices:
        return field.formfield(form_class=WholeField, **kwargs)
    if isinstance(field, models.URLField):
        return field.formfield(assume_scheme="https", **kwargs)
    return field.formfield(**kwargs)


def apply_errors(form: forms.BaseForm, error: ValidationError) -> None:
    """Put what a verb refused beside the fields it is about; what is about none of them, over the form."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, errors in error.error_dict.items():
        known = name in form.fields and name != NON_FIELD_ERRORS
        form.add_error(name if known else None, errors)  # type: ignore[arg-type]


class Read:
    """What a person had before her when she opened a form: the record's version and a short digest of each field.

    Written into the form as `7.place=1f0c3a9e,tier=…`. With it a field that she left alone is not sent back over somebody
    else's change, and a change that left no event of its own (a bulk edit, an import) is noticed too.
    """

    def __init__(self, version: int, digests: dict[str, str]):
        self.version, self.digests = version, digests

    def __str__(self) -> str:
        return f"{self.version}." + ",".join(f"{name}={digest}" for name, digest in self.digests.items())

    @classmethod
    def of(cls, record: Any, names: Iterable[str]) -> Read:
        return cls(record.version, {name: cls.digest(record, name) for name in names})

    @classmethod
    def parse(cls, text: str) -> Read:
        """Raises ValueError for what no form of ours has written. A bare number says the version alone."""
        version, _point, rest = text.partition(".")
        return cls(int(version[:18]), dict(pair.split("=", 1) for pair in rest.split(",") if pair))

    @staticmethod
    def digest(record: Any, name: str) -> str:
        """Eight letters that change with the field's value, which is taken as history would write it."""
        return Read.digest_of(record._shown(name)[0])

    @staticmethod
    def digest_of(value: Any) -> str:
        return hashlib.blake2b(json.dumps(value, default=str).encode(), digest_size=4).hexdigest()


class ReadField(forms.Field):
    widget = forms.HiddenInput

    def to_python(self, value: Any) -> Read | None:
        if value in self.empty_values:
            return None
        try:
            return Read.parse(str(value))
        except ValueError as error:
            raise ValidationError(_("The form is damaged. Reload the page and try again.")) from error


class VerbForm(forms.ModelForm):
    """A form whose `save_by` calls `Model.add` or `.change`. Knows who acts, and what she looked at.

    After a save: `record` is the record, `event` the event that can be undone. `conflict` holds a `Stale` when somebody else was faster.
    """

    version = ReadField(required=False)

    def __init__(self, *args: Any, user: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.user = user
        self.kept: set[str] = set()  # see `offer`
        self.record: Any = None
        self.event: Any = None
        self.conflict: Stale | None = None
        for name, field in list(self.fields.items()):
            if isinstance(field, forms.ModelChoiceField):
                field.empty_label = None if field.empty_label is None else "–"
                continue
            if pick := pick_of(self._column(name)):
                self._on_list(name, pick)
                continue
            self._in_their_language(name, field)
            if (
                isinstance(field, forms.TypedChoiceField)
                and (choices := list(cast(Iterable, field.choices)))
                and choices[0][0] == ""
            ):
                field.choices = [("", "–"), *list(field.choices)[1:]]
        if self.instance.pk:
            own = [name for name in self.fields if name != "version" and name in self._columns()]
            self.initial["version"] = Read.of(self.instance, own)
        else:
            del self.fields["version"]

    def offer(self, name: str, records: Any) -> None:
        """The records among which the person may choose, for a form's __init__. What the field refers to already and is not among them
        is neither shown nor taken away: an empty field then means that it stays.
        """
        cast(forms.ModelChoiceField, self.fields[name]).queryset = records
        if name not in self.fields:
            return
        present = getattr(self.instance, f"{name}_id") if self.instance.pk else None
        if present is not None and not records.filter(pk=present).exists():
            self.kept.add(name)
            self.fields[name].required = False
            self.initial[name] = None
            self.initial["version"].digests.pop(name, None)

    def _column(self, name: str) -> Any:
        """The model's column behind a field; None for one that the form declares itself."""
        if name in self.declared_fields:
            return None
        return next((c for c in self._meta.model._meta.fields if c.name == name), None)

    def _on_list(self, name: str, pick: str) -> None:
        """What the house offers, in its order, and what stands there already."""
        from kundenkreis.web.forms.picked import field_of

        present = getattr(self.instance, name) if self.instance.pk else ""
        self.fields[name] = field_of(self.fields[name], pick, present)
        if not self.instance.pk and (usual := picks.words(pick).usual):
            self.initial.setdefault(name, usual)

    def _columns(self) -> set[str]:
        options = self._meta.model._meta
        return {column.name for column in (*options.fields, *options.many_to_many)}

    def _in_their_language(self, name: str, field: forms.Field) -> None:
        """Days and figures as people write them, whatever Django would have chosen for the column."""
        column = self._column(name)
        if column is None:
            return
        replaced = localised(column)
        if replaced is not None and type(replaced) is not type(field):
            replaced.initial, replaced.required, replaced.help_text = field.initial, field.required, field.help_text
            self.fields[name] = replaced

    def values(self) -> dict[str, Any]:
        """What the verb is told."""
        given = {name: value for name, value in self.cleaned_data.items() if name not in ("version", "anyway")}
        return {name: value for name, value in given.items() if value is not None or not self._stays(name)}

    def _stays(self, name: str) -> bool:
        """Was the field empty only because its record could not be shown, now or when the form was opened?"""
        read: Read | None = self.cleaned_data.get("version")
        unread = read is not None and bool(read.digests) and name in self._columns() and name not in read.digests
        return name in self.kept or unread

    def act(self) -> Any:
        """Call the verb; the record comes back. Raises what the verb raises."""
        if not self.instance.pk:
            return self._meta.model.add(by=self.user, **self.values())
        present = self._meta.model._base_manager.get(pk=self.instance.pk)
        read: Read | None = self.cleaned_data.get("version")
        touched = self._touched(read)
        if read is not None:
            changed = {n for n in touched if n in read.digests and Read.digest(present, n) != read.digests[n]}
            if changed:
                raise Stale(present, {name: getattr(present, name) for name in changed})
        self.event = present.change(by=self.user, version=read.version if read else None, **touched)
        return present

    def _touched(self, read: Read | None) -> dict[str, Any]:
        """The values that differ from those that the form was opened with; all, when it does not say."""
        values = self.values()
        return (
            values
            if read is None
            else {n: v for n, v in values.items() if read.digests.get(n) != self._digest_of(n, v)}
        )

    def _digest_of(self, name: str, value: Any) -> str:
        column = self._meta.model._meta.get_field(name)
        if column.many_to_many:
            return Read.digest_of(sorted(one.pk for one in value))
        probe = self._meta.model()
        setattr(probe, name, value)
        return Read.digest(probe, name)

    def save_by(self) -> bool:
        """Validate and do it. False when the person has to look again: at the fields, or at the conflict."""
        if not self.is_valid():
            return False
        try:
            with transaction.atomic():
                self.record = self.act()
        except Stale as stale:
            self.conflict = stale
            return False
        except ValidationError as error:
            apply_errors(self, error)
            return False
        return True

    def _post_clean(self) -> None:
        """The verb checks the record itself; checking here too would write on an instance that is on the screen."""

    def conflict_rows(self) -> list[tuple[str, Any, str, str]]:
        """For `ui.conflict`: each disputed field with mine and theirs as the form sends them."""
        assert self.conflict is not None
        rows = []
        for name, theirs in self.conflict.theirs.items():
            if name in self.fields:
                mine = self.data.get(self.add_prefix(name), "")
                rows.append((name, self[name].label, mine, _as_sent(self.fields[name], theirs)))
        return rows

    def conflict_version(self) -> str:
        """What `ui.conflict` sends as version: she has now seen theirs; what she left alone before stays left alone."""
        assert self.conflict is not None
        read = self.cleaned_data.get("version")
        seen = {name: Read.digest(self.conflict.record, name) for name in self._touched(read) if name in self.fields}
        return str(Read(self.conflict.record.version, (read.digests if read else {}) | seen))

    def rest(self) -> Kept:
        """What else was typed, so that a conflict loses none of it."""
        disputed = set(self.conflict.theirs) if self.conflict else set()
        kept = [name for name in self.fields if name not in disputed | {"version"}]
        return Kept([(name, value) for name in kept for value in self.data.getlist(self.add_prefix(name))])


class Kept:
    """Names and values of hidden fields; a name may come more than once."""

    def __init__(self, pairs: list[tuple[str, str]]):
        self.pairs = pairs

    def items(self) -> list[tuple[str, str]]:
        return self.pairs


def _as_sent(field: forms.Field, value: Any) -> str:
    prepared = field.prepare_value(value)
    return "" if prepared is None else str(prepared.isoformat() if isinstance(prepared, dt.date) else prepared)
