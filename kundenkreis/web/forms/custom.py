"""Custom fields in a record's own form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kundenkreis.fields import layouts, references
from kundenkreis.fields import values as reading
from kundenkreis.fields.filling import Fielded
from kundenkreis.fields.known import PREFIX, Field
from kundenkreis.fields.nouns import NOUNS
from kundenkreis.staff.models import User
from kundenkreis.web.forms import DateField, DecimalField, Read, VerbForm
from kundenkreis.web.forms.records import RecordField, RecordInput

MOST_OFFERED = 200  # choices that stand in a form; of more, those that fit what is typed are suggested


class OfferedInput(RecordInput):
    """The combobox over many choices: without JavaScript a label is typed."""

    def __init__(self, field: Field):
        super().__init__("fields:options")
        self.field = field

    def address(self) -> str:
        return reverse(self.url, args=[self.field.pk])

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return super().value_from_datadict(data, files, name).removeprefix("?")

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> Any:
        known = self.field.choice.get(value)
        self.named = known.label if known else ""
        return super().render(name, value if known or not value else f"?{value}", attrs, renderer)


def form_field(field: Field, present: Any, person: Any) -> forms.Field:
    """The form's field for a custom one; `present` is what is stored now."""
    about: dict[str, Any] = {
        "label": field.label,
        "help_text": field.help,
        "required": field.is_required_of(person) and not field.required_stages,
    }
    if field.is_required_of(person) and field.required_stages:
        stages = NOUNS[field.belongs_to].stages
        named = ", ".join(str(stages[one]) for one in stages if one in field.required_stages)
        about["help_text"] = " ".join(
            filter(None, (str(field.help), _("Required for: %(stages)s.") % {"stages": named}))
        )
    if field.kind in ("number", "money"):
        return DecimalField(max_digits=reading.DIGITS, decimal_places=field.decimals, **about)
    if field.kind == "date":
        return DateField(**about)
    if field.kind == "person":
        some = User.objects.living().filter(is_active=True) | User._base_manager.filter(pk=present or 0)
        return forms.ModelChoiceField(some, empty_label="–", **about)
    if field.kind == "reference":
        return _record_field(field, present, person, about)
    offered = [(c.key, c.label) for c in field.choices if not c.retired or c.key == present or c.key in (present or ())]
    if field.kind == "choice" and len(offered) <= MOST_OFFERED:
        return forms.ChoiceField(choices=[("", "–"), *offered], **about)
    if field.kind == "choice":
        return forms.CharField(widget=OfferedInput(field), **about)
    if field.kind == "several" and len(offered) <= MOST_OFFERED:
        return forms.MultipleChoiceField(choices=offered, widget=forms.CheckboxSelectMultiple, **about)
    if field.kind == "several":
        hint = about["help_text"] or _("Several are separated by semicolons.")
        return _Listed(field, widget=forms.Textarea(attrs={"rows": 2}), **about | {"help_text": hint})
    return forms.CharField(max_length=reading.LONGEST_TEXT, **about)


def _record_field(field: Field, present: Any, person: Any, about: dict[str, Any]) -> RecordField:
    """Found by typing, among what the person sees; what stands there now may have gone to the bin since."""
    model = references.model_of(field)
    found = RecordField(model, url=f"{field.refers_to}:options", **about)
    found.queryset = model.objects.visible_to(person).filter(Q(deleted_at=None) | Q(pk=present or 0))
    return found


class _Listed(forms.CharField):
    """Many choices as a text."""

    def __init__(self, field: Field, **kwargs: Any):
        super().__init__(**kwargs)
        self.of = field

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        return "; ".join(self.of.choice[one].label if one in self.of.choice else one for one in value)


def required_fields(
    model: type[Fielded], person: Any, present: Mapping[str, Any] | None = None
) -> dict[str, forms.Field]:
    """Of a form that is not the record's own: the custom fields that this person may not leave empty and that hold nothing yet, by name."""
    present = present or {}
    some = [one for one in model.own_fields().written if one.is_required_of(person) and one.key not in present]
    return {one.name: form_field(one, None, person) for one in some}


def required_values(form: forms.BaseForm) -> dict[str, Any]:
    """What was given for them, as the verbs of the noun take it."""
    return {name: value for name, value in form.cleaned_data.items() if name.startswith(PREFIX)}


class FieldedForm(VerbForm):
    """The form of a noun with custom fields: they stand behind its own, under their headings. `only_required` leaves the others out."""

    only_required = False
    lays_out = True  # else it is the form of one field, whatever the layout makes of the whole
    asks_always = True  # else whether a required field is asked depends on what stands in the form: the verb says so

    def __init__(self, *args: Any, user: Any, **kwargs: Any):
        super().__init__(*args, user=user, **kwargs)
        model: type[Fielded] = self._meta.model
        self.layout = layouts.of(model.fields_noun(), getattr(user, "role", ""))
        asked = {one.name for group in self.layout or () for one in group.fields if one.required}
        self.own = {
            one.name: one
            for one in model.own_fields().written
            if not self.only_required or one.is_required_of(user) or one.name in asked
        }
        present = self.instance.custom if self.instance.pk else {}
        for name in self._unseen(present):
            del self.own[name]
        for name, field in self.own.items():
            value = present.get(field.key) if self.instance.pk else present.get(field.key, field.usual)
            self.fields[name] = form_field(field, value, user)
            self.fields[name].required &= self.asks_always
            self.initial.setdefault(name, reading.python(field, value))
        if self.lays_out:
            self._lay_out(user)
        if self.instance.pk and self.own:
            read = self.initial["version"]
            read.digests |= Read.of(self.instance, self.own).digests

    def _lay_out(self, user: Any) -> None:
        """Leave out what the layout hides, and insist on what it insists on. What the verb cannot do without stays."""
        arranged = layouts.NOUNS.get(self._meta.model.fields_noun())
        if arranged is None:
            return
        placed = {one.name: one for group in self.layout or () for one in group.fields}
        for name in list(self.fields):
            one = placed.get(name)
            kept = name in arranged.needed or self.fields[name].required
            is_late = self.only_required and name in arranged.form and name not in (arranged.first or arranged.form)
            if (one is not None and not one.form and not kept) or (is_late and not (one and one.required)):
                del self.fields[name]
            elif one is not None and one.required and self.asks_always:
                self.fields[name].required = True
        self.own = {name: field for name, field in self.own.items() if name in self.fields}

    def sections(self) -> list[tuple[str, list[Any]]]:
        """The bound fields as the layout has them: (heading, fields); the first ones of the shipped layout stand under none."""
        if self.layout is None:
            rest = [(heading or str(_("Further details")), some) for heading, some in self.groups()]
            return [("", self.built_in()), *rest] if self.built_in() else rest
        left: dict[str, Any] = {bound.name: bound for bound in self}
        found: list[tuple[str, list[Any]]] = []
        for group in self.layout:
            some = [left.pop(one.name) for one in group.fields if one.name in left]
            if some:
                found.append((str(group.label) or str(_("Further details")), some))
        return [("", list(left.values())), *found] if left else found

    def _unseen(self, present: Mapping[str, Any]) -> list[str]:
        """Fields that lead to a record which this person does not see: she neither reads nor changes them."""
        some = [one for one in self.own.values() if one.kind == "reference" and present.get(one.key)]
        return [
            one.name
            for one in some
            if references.named(self.user, one.refers_to, [present[one.key]])[present[one.key]].state == "unseen"
        ]

    def groups(self) -> list[tuple[str, list[Any]]]:
        """The bound custom fields under their headings."""
        there = [one for one in self.own.values() if one.name in self.fields]
        groups = self._meta.model.own_fields().groups(there)
        return [(heading, [self[one.name] for one in some]) for heading, some in groups]

    def built_in(self) -> list[Any]:
        """The bound fields that every house has."""
        return [bound for bound in self if bound.name not in self.own]

    def clean(self) -> dict[str, Any]:
        """What the verb would refuse is said here, beside what is wrong with the other fields."""
        cleaned = super().clean() or self.cleaned_data
        for name, field in self.own.items():
            if name in cleaned and name in self.fields:
                try:
                    reading.stored(field, cleaned[name], self._present(field))
                except ValidationError as wrong:
                    self.add_error(name, wrong)
        return cleaned

    def _present(self, field: Field) -> Any:
        return self.instance.custom.get(field.key) if self.instance.pk else None

    def _columns(self) -> set[str]:
        return super()._columns() | set(getattr(self, "own", ()))

    def _digest_of(self, name: str, value: Any) -> str:
        if name not in self.own:
            return super()._digest_of(name, value)
        return Read.digest_of(reading.stored(self.own[name], value, self._present(self.own[name])))
