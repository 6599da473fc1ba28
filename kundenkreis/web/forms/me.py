"""Forms of a person's own pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from kundenkreis.staff.models import ApiToken, User
from kundenkreis.staff.scopes import CALENDAR
from kundenkreis.web.forms import VerbForm


class ProfileForm(VerbForm):
    """What a person may change about herself; role, team and mail address are the administrator's."""

    class Meta:
        model = User
        fields = ("first_name", "last_name", "job_title", "phone", "language", "theme")
        widgets = {"theme": forms.RadioSelect}


class TokenForm(forms.Form):
    DAYS = ((30, lazy("30 days")), (90, lazy("90 days")), (365, lazy("one year")), (0, lazy("without end")))

    name = forms.CharField(label=lazy("What for"), max_length=100)
    scope = forms.ChoiceField(
        label=lazy("It may"), choices=ApiToken.Scope.choices, initial="read", widget=forms.RadioSelect
    )
    nouns = forms.MultipleChoiceField(
        label=lazy("Only for"),
        required=False,
        choices=[
            ("accounts", lazy("Accounts")),
            ("contacts", lazy("Contacts")),
            ("activities", lazy("Activities")),
            ("products", lazy("Products")),
            ("orders", lazy("Orders")),
            ("documents", lazy("Documents")),
        ],
        widget=forms.CheckboxSelectMultiple,
        help_text=lazy("Nothing chosen means everything that you may do yourself."),
    )
    valid = forms.TypedChoiceField(label=lazy("Valid for"), choices=DAYS, coerce=int, initial=365)

    def scopes(self) -> list[str]:
        """`["read"]`, `["read", "write"]`, or for chosen nouns `["accounts:read", …]`."""
        rights = ["read", "write"] if self.cleaned_data["scope"] == ApiToken.Scope.WRITE else ["read"]
        nouns = self.cleaned_data["nouns"]
        return [f"{noun}:{right}" for noun in nouns for right in rights] if nouns else rights

    def days(self) -> int | None:
        return self.cleaned_data["valid"] or None


class CalendarForm(forms.Form):
    name = forms.CharField(
        label=lazy("What shows it"), max_length=100, help_text=lazy("So that you know it again, such as “My phone”.")
    )


def words_of(scopes: list[str]) -> str:
    """A token's scopes in words: "read and write", "read: accounts, orders"."""
    if scopes == [CALENDAR]:
        return _("calendar, by its secret address")
    written: dict[str, list[str]] = {}
    for scope in scopes:
        noun, _colon, right = scope.rpartition(":")
        written.setdefault(noun, []).append(right)
    parts: list[Any] = []
    for noun, rights in written.items():
        what = _("read and write") if "write" in rights else _("read")
        parts.append(f"{dict(TokenForm.base_fields['nouns'].choices).get(noun, noun)}: {what}" if noun else what)  # type: ignore[attr-defined]
    return ", ".join(map(str, parts))
