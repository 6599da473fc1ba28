"""Forms of restriction, legal hold and erasure."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from kundenkreis.web.forms import DateField

_WHY = {"rows": 2}


class RestrictForm(forms.Form):
    reason = forms.CharField(label=_("reason"), max_length=500, widget=forms.Textarea(attrs=_WHY))
    until = DateField(label=_("until"), required=False, help_text=_("Empty: until somebody lifts it."))


class HoldForm(forms.Form):
    reason = forms.CharField(
        label=_("reason"),
        max_length=500,
        widget=forms.Textarea(attrs=_WHY),
        help_text=_("The claim or proceedings, with the file number."),
    )


class EraseForm(forms.Form):
    """The name has to be typed, because nothing brings the person back."""

    name = forms.CharField(
        label=_("the person's name, to confirm"), max_length=300, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    request_number = forms.CharField(label=_("number of the request"), max_length=40, required=False)
    note = forms.CharField(
        label=_("note"),
        max_length=500,
        required=False,
        help_text=_("Stays when the person is gone: write nothing personal."),
    )

    def __init__(self, *args: Any, called: str, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.called = called

    def clean_name(self) -> str:
        typed: str = self.cleaned_data["name"]
        if " ".join(typed.split()).casefold() != " ".join(self.called.split()).casefold():
            raise ValidationError(_("Type the name as it stands above."))
        return typed
