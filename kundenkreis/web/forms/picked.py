"""The form's field for a column whose values stand on a pick list."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.renderers import BaseRenderer
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kundenkreis.fields import picks
from kundenkreis.web.forms.records import RecordInput

MOST_OFFERED = 200  # values that stand in a form; of more, those that fit what is typed are suggested


class PickInput(RecordInput):
    """The combobox over many values: without JavaScript a name is typed."""

    def __init__(self, pick: str):
        super().__init__("picks:options")
        self.pick = pick

    def address(self) -> str:
        return reverse(self.url, args=[self.pick])

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return super().value_from_datadict(data, files, name).removeprefix("?")

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: BaseRenderer | None = None
    ) -> Any:
        known = picks.words(self.pick).by_key.get(value)
        self.named = known.label if known else ""
        return super().render(name, value if known or not value else f"?{value}", attrs, renderer)


class _Typed(forms.CharField):
    """A name or a value that somebody typed, as its value."""

    def __init__(self, pick: str, present: str, **about: Any):
        super().__init__(widget=PickInput(pick), **about)
        self.pick, self.present = pick, present

    def clean(self, value: Any) -> str:
        key = picks.key_of(self.pick, super().clean(value))
        choice = picks.words(self.pick).by_key.get(key)
        if key and key != self.present and (choice is None or choice.retired):
            raise ValidationError(_("“%(value)s” is none of the choices."), params={"value": key[:60]})
        return key


def field_of(field: forms.Field, pick: str, present: str) -> forms.Field:
    """`field` with what is offered now. One of the house's own lists on which nothing stands stays a text."""
    if not picks.is_closed(pick):
        return field
    offered = picks.offered(pick, present)
    about: dict[str, Any] = {"label": field.label, "help_text": field.help_text, "required": field.required}
    if len(offered) > MOST_OFFERED:
        return _Typed(pick, present, **about)
    if present and present not in dict(offered):
        offered = [(present, picks.said(pick, present)), *offered]  # written before there was a list
    if not isinstance(field, forms.ChoiceField):
        return forms.ChoiceField(choices=[("", "–"), *offered], **about)
    blank = [("", "–")] if next(iter(field.choices), ("-",))[0] == "" else []
    field.choices = [*blank, *offered]
    return field
