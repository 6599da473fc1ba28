"""Forms of pick lists: lines of new values, the names of one."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

MOST_LINES = 10_000


class LinesField(forms.CharField):
    """One value on each line: `English | German`."""

    widget = forms.Textarea(attrs={"rows": 8})

    def clean(self, value: str) -> list[tuple[str, str]]:  # type: ignore[override]
        lines = super().clean(value).splitlines()
        if len(lines) > MOST_LINES:
            raise ValidationError(_("At most %(n)d values."), params={"n": MOST_LINES})
        found = []
        for line in lines:
            english, _bar, german = (part.strip() for part in line.partition("|"))
            found.append((english, german))
        return found


class LinesForm(forms.Form):
    lines = LinesField(label=_("values"), help_text=_("One on each line: English | German. One of the two is enough."))


class ValueForm(forms.Form):
    en = forms.CharField(label=_("name in English"), max_length=200, required=False)
    de = forms.CharField(label=_("name in German"), max_length=200, required=False)
