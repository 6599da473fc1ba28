"""Forms of people, teams and deputies."""

from __future__ import annotations

from typing import Any

from django import forms
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
