"""Forms of people, teams, territories and deputies."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from kundenkreis.staff import joining
from kundenkreis.staff.models import Deputy, Team, Territory, User
from kundenkreis.web.forms import RecordsField, VerbForm


class PersonForm(VerbForm):
    territories = RecordsField(
        label=_("Territories"), queryset=Territory.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = User
        fields = ("first_name", "last_name", "email", "role", "team", "job_title", "phone", "language")

    def __init__(self, *args: Any, user: Any, **kwargs: Any):
        super().__init__(*args, user=user, **kwargs)
        self.fields["team"].queryset = Team.objects.living()  # type: ignore[attr-defined]
        self.fields["territories"].queryset = Territory.objects.living()  # type: ignore[attr-defined]
        if self.instance.pk:
            self.initial["territories"] = list(self.instance.territories.living())

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in super().values().items() if name != "territories"}

    def act(self) -> User:
        """Joining and changing are verbs of staff: they keep territories and the last administrator."""
        territories = list(self.cleaned_data["territories"])
        if not self.instance.pk:
            return joining.invite(by=self.user, territories=territories, **self.values())
        joining.refuse_without_administrator(self.instance, self.cleaned_data["role"])
        person = super().act()
        joining.place(person, territories, by=self.user)
        return person


class TeamForm(VerbForm):
    class Meta:
        model = Team
        fields = ("name", "parent")

    def __init__(self, *args: Any, user: Any, **kwargs: Any):
        super().__init__(*args, user=user, **kwargs)
        self.fields["parent"].queryset = Team.objects.living().exclude(pk=self.instance.pk)  # type: ignore[attr-defined]


class TerritoryForm(VerbForm):
    countries = forms.CharField(
        label=_("Countries"), required=False, help_text=_("Two letters each, with commas: AT, DE. Empty for all.")
    )
    postcodes = forms.CharField(
        label=_("Postcodes"),
        required=False,
        help_text=_("Beginnings or ranges, with commas: 10, 4000-4699. Empty for all."),
    )
    people = RecordsField(
        label=_("Who works here"), queryset=User.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Territory
        fields = ("name", "parent", "countries", "postcodes", "people")

    def __init__(self, *args: Any, user: Any, **kwargs: Any):
        super().__init__(*args, user=user, **kwargs)
        self.fields["parent"].queryset = Territory.objects.living().exclude(pk=self.instance.pk)  # type: ignore[attr-defined]
        self.fields["people"].queryset = User.objects.living().filter(is_active=True)  # type: ignore[attr-defined]
        for name in ("countries", "postcodes"):
            self.initial[name] = ", ".join(getattr(self.instance, name, None) or [])

    def clean_countries(self) -> list[str]:
        codes = _listed(self.cleaned_data["countries"].upper())
        if wrong := [code for code in codes if len(code) != 2 or not code.isalpha() or not code.isascii()]:
            raise ValidationError(_("“%(code)s” is not a country's two letters."), params={"code": wrong[0]})
        return codes

    def clean_postcodes(self) -> list[str]:
        ranges = _listed(self.cleaned_data["postcodes"])
        for one in ranges:
            first, dash, last = one.partition("-")
            if not first.strip() or (dash and (len(first) != len(last) or first > last)):
                raise ValidationError(
                    _("“%(range)s” is no range of postcodes; write 4000-4699."), params={"range": one}
                )
        return ranges


def _listed(text: str) -> list[str]:
    return [part.strip().replace(" ", "") for part in text.split(",") if part.strip()]


class DeputyForm(VerbForm):
    class Meta:
        model = Deputy
        fields = ("deputy", "starts_on", "ends_on")

    def __init__(self, *args: Any, user: Any, person: User, **kwargs: Any):
        super().__init__(*args, user=user, **kwargs)
        self.person = person
        self.fields["deputy"].queryset = User.objects.living().filter(is_active=True).exclude(pk=person.pk)  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        return super().values() | {"person": self.person}


class HandOverForm(forms.Form):
    """To whom a leaving person's accounts, contacts and tasks go; nobody means that they stay with her name."""

    to = forms.ModelChoiceField(
        label=_("Everything goes to"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("nobody yet"),
    )

    def __init__(self, *args: Any, person: User, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = User.objects.living().filter(is_active=True).exclude(pk=person.pk)  # type: ignore[attr-defined]
