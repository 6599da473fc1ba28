"""Form fields for a time on the clock of a place: the zone, and what its clock shows."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kundenkreis.core import zones
from kundenkreis.web.forms import DateTimeField
from kundenkreis.web.forms.records import RecordInput


class ZoneField(forms.CharField):
    """An IANA time zone, found by typing its place; without JavaScript "London" or "Europe/London" will do. Empty: the house's."""

    def __init__(self, **kwargs: Any):
        super().__init__(required=False, max_length=200, widget=RecordInput("zones"), **kwargs)

    def to_python(self, value: Any) -> str:
        text = str(value or "").strip()
        if text.startswith("?"):
            text = self._found(text[1:].strip())
        elif text and not zones.is_known(text):
            raise ValidationError(_("Choose one of those that are suggested."))
        self.widget.named = _named(text)
        return text

    def prepare_value(self, value: Any) -> Any:
        if self.widget.named is None and zones.is_known(str(value or "")):
            self.widget.named = _named(str(value))
        return value

    def _found(self, text: str) -> str:
        hits = [text] if zones.is_known(text) else zones.found(text)
        exact = [name for name in hits if zones.city(name).casefold() == text.casefold()]
        if len(exact or hits) != 1:
            said = (
                _("Several time zones are called “%(text)s”. Type a part of the name and choose.")
                if hits
                else _("No time zone is called “%(text)s”. Write its largest town, such as London.")
            )
            raise ValidationError(said, params={"text": text})
        return (exact or hits)[0]


def _named(name: str) -> str:
    return f"{zones.city(name)} ({name})" if name else ""


class ClockField(DateTimeField):
    """A day and a time as a clock shows it. Whose clock, the form says: `on_clock` makes a moment of it."""

    zone = ""

    def to_python(self, value: Any) -> Any:
        with timezone.override(dt.UTC):  # it belongs to no zone yet; in that of the house it might not exist
            found = super().to_python(value)
        return found.replace(tzinfo=None) if found is not None else None

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, dt.datetime) and timezone.is_aware(value):
            return zones.local(value, self.zone).replace(tzinfo=None)
        return value


def on_clock(form: forms.BaseForm, name: str, zone: str, *, not_before: dt.datetime | None = None) -> None:
    """Make the moment of the time that was typed into the field `name`; an error beside it when there is no such time on that clock."""
    shown = form.cleaned_data.get(name)
    if not isinstance(shown, dt.datetime) or timezone.is_aware(shown):
        return
    if not 1900 <= shown.year < 2200:  # by another clock it may lie outside of what a calendar holds
        form.add_error(name, DateTimeField.default_error_messages["invalid"])
        return
    try:
        form.cleaned_data[name] = zones.moment(shown, zone, not_before=not_before)
    except zones.NoSuchTime:
        said = _("The clocks of %(place)s were put forward over this time: there is none.")
        form.add_error(name, ValidationError(said, params={"place": zones.city(zone)}))
