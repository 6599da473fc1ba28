"""Forms of territories, of reassignments and of what these change."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kundenkreis.customers.models import Account
from kundenkreis.customers.models.accounts import INDUSTRY
from kundenkreis.fields import picks
from kundenkreis.staff.models import Territory, User
from kundenkreis.staff.territory_rules import Size
from kundenkreis.territories.models import AccountChoice, Reassignment, TerritoryChange
from kundenkreis.web.forms import RecordsField, VerbForm
from kundenkreis.web.forms.customers import colleagues
from kundenkreis.web.forms.records import RecordField

RULES = ("countries", "postcodes", "industries", "sizes")


def said(name: str, values: list[str]) -> str:
    """A list of a rule as it stands in its field."""
    if name == "industries":
        known = picks.words(INDUSTRY).by_key
        return "\n".join(str(known[one].label) if one in known else one for one in values)
    return ", ".join(values)


class RuleForm(VerbForm):
    """The part that says which accounts belong to a territory."""

    countries = forms.CharField(
        label=_("Countries"), required=False, help_text=_("Two letters each, with commas: AT, DE. Empty for all.")
    )
    postcodes = forms.CharField(
        label=_("Postcodes"),
        required=False,
        help_text=_("Beginnings or ranges, with commas: 10, 4000-4699. Empty for all."),
    )
    industries = forms.CharField(
        label=_("Industries"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One in each line. Empty for all."),
    )
    sizes = forms.MultipleChoiceField(
        label=_("Sizes"), required=False, choices=Size.choices, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any):
        super().__init__(*args, user=user, **kwargs)
        of = kwargs.get("initial") or {}
        for name in ("countries", "postcodes", "industries"):
            self.initial[name] = said(name, of.get(name) or getattr(self.instance, name, None) or [])

    def clean_countries(self) -> list[str]:
        return listed(self.cleaned_data["countries"].upper())

    def clean_postcodes(self) -> list[str]:
        return listed(self.cleaned_data["postcodes"])

    def clean_industries(self) -> list[str]:
        lines = [line.strip() for line in self.cleaned_data["industries"].splitlines()]
        return [picks.key_of(INDUSTRY, line) for line in lines if line]


def listed(text: str) -> list[str]:
    return [part.strip().replace(" ", "") for part in text.split(",") if part.strip()]


class TerritoryForm(RuleForm):
    people = RecordsField(
        label=_("Who works here"), queryset=User.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Territory
        fields = ("name", "parent", *RULES, "owner", "people", "deputy", "deputy_from", "deputy_until")

    def __init__(self, *args: Any, user: Any, **kwargs: Any):
        super().__init__(*args, user=user, **kwargs)
        self.fields["parent"].queryset = Territory.objects.living().exclude(pk=self.instance.pk)  # type: ignore[attr-defined]
        self.fields["people"].queryset = User.objects.living().filter(is_active=True)  # type: ignore[attr-defined]
        for name in ("owner", "deputy"):
            self.offer(name, colleagues())
        self.fields["owner"].help_text = _("Gets accounts that come here. Empty: the owner of the territory above.")


class ReassignmentForm(VerbForm):
    class Meta:
        model = Reassignment
        fields = ("name", "due_on", "owners", "hands_over", "takes_by_hand", "whole_house", "note")
        widgets = {"note": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, user: Any, **kwargs: Any):
        super().__init__(*args, user=user, **kwargs)
        self.fields["due_on"].help_text = _("Empty as long as it is carried out by hand only.")


class TerritoryChangeForm(RuleForm):
    new_people = RecordsField(
        label=_("Who works there then"),
        queryset=User.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = TerritoryChange
        fields = ("territory", "sets_owner", "new_owner", "sets_rules", *RULES, "sets_people", "new_people")

    def __init__(self, *args: Any, user: Any, reassignment: Reassignment, **kwargs: Any):
        super().__init__(*args, user=user, **kwargs)
        self.reassignment = reassignment
        taken = TerritoryChange.objects.living().filter(reassignment=reassignment).exclude(pk=self.instance.pk)
        free = Territory.objects.living().exclude(pk__in=taken.values("territory_id"))
        self.fields["territory"].queryset = free  # type: ignore[attr-defined]
        self.fields["new_people"].queryset = User.objects.living().filter(is_active=True)  # type: ignore[attr-defined]
        self.fields["sets_owner"].help_text = _("Empty below: it has no owner of its own then.")
        self.fields["sets_rules"].help_text = _("What stands below holds in place of the present rules.")
        self.fields["sets_people"].help_text = _("Those who are ticked below work there, and nobody else.")
        self.offer("new_owner", colleagues())

    def values(self) -> dict[str, Any]:
        return super().values() if self.instance.pk else super().values() | {"reassignment": self.reassignment}


class AccountChoiceForm(VerbForm):
    account = RecordField(Account, url="accounts:options", label=_("Account"))

    class Meta:
        model = AccountChoice
        fields = ("account", "territory")

    def __init__(self, *args: Any, user: Any, reassignment: Reassignment, **kwargs: Any):
        super().__init__(*args, user=user, **kwargs)
        self.reassignment = reassignment
        self.fields["account"].queryset = Account.objects.visible_to(user).living()  # type: ignore[attr-defined]
        self.fields["territory"].queryset = Territory.objects.living()  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        return super().values() | {"reassignment": self.reassignment}


def present_of(territory: Territory) -> dict[str, Any]:
    """What a change of a territory begins with: what holds now."""
    rules = {name: getattr(territory, name) for name in RULES}
    return {"territory": territory.pk, "new_people": list(territory.people.living()), **rules}


def address_of(reassignment: Reassignment) -> str:
    return reverse("reassignments:detail", args=[reassignment.pk])
