"""Forms of project sale: a project, its parties, its bidders, and to whom it goes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kundenkreis.core import clock
from kundenkreis.customers.models import Account
from kundenkreis.pipeline import awarding
from kundenkreis.pipeline.models import Opportunity, Project, ProjectParty
from kundenkreis.staff.models import Team, User
from kundenkreis.web.forms import DateField, VerbForm
from kundenkreis.web.forms.custom import FieldedForm
from kundenkreis.web.forms.records import RecordField


class ProjectForm(FieldedForm):
    class Meta:
        model = Project
        fields = [
            "name", "place", "country", "status", "specified_on", "tendered_on", "awarded_on", "value", "currency", "owner",
            "team", "description",
        ]  # fmt: skip
        widgets = {"description": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for name, some in (
            ("owner", User.objects.visible_to(self.user).living().filter(is_active=True)),
            ("team", Team.objects.living()),
        ):
            if name in self.fields:
                self.offer(name, some)
        if not self.instance.pk:
            self.initial.setdefault("owner", self.user.pk)
        if "currency" in self.fields:
            self.fields["currency"].required = False

    def values(self) -> dict[str, Any]:
        """A new one is hers who adds it, and her team's, unless it says otherwise."""
        values = super().values()
        left_out = () if self.instance.pk else [name for name in ("owner", "team") if not values.get(name)]
        return {name: value for name, value in values.items() if name not in left_out}


class PartyForm(VerbForm):
    account = RecordField(Account, label=_("account"), url="accounts:options", required=False)

    class Meta:
        model = ProjectParty
        fields = ["role", "account", "name", "note"]

    def __init__(self, *args: Any, whole: Project, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.whole = whole
        self.offer("account", Account.objects.visible_to(self.user).living())
        self.fields["account"].help_text = _("Where the house has one; else the name is enough.")

    def values(self) -> dict[str, Any]:
        return super().values() | ({} if self.instance.pk else {"project": self.whole})


class BidderForm(forms.Form):
    """An opportunity that is there already becomes one of the project's, and its account a party."""

    opportunity = RecordField(Opportunity, label=_("opportunity"), url="opportunities:options")
    role = forms.ChoiceField(label=_("bids as"), choices=ProjectParty.Role.choices, initial=ProjectParty.Role.INSTALLER)

    def __init__(self, *args: Any, user: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        opportunity: Any = self.fields["opportunity"]
        opportunity.queryset = Opportunity.objects.visible_to(user).living().filter(project=None)


class JoinForm(forms.Form):
    """The project of an opportunity, and as what its customer bids."""

    project = RecordField(Project, label=_("project"), url="projects:options")
    role = forms.ChoiceField(label=_("bids as"), choices=ProjectParty.Role.choices, initial=ProjectParty.Role.INSTALLER)

    def __init__(self, *args: Any, user: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        project: Any = self.fields["project"]
        project.queryset = Project.objects.visible_to(user).living()


class AwardForm(forms.Form):
    """To which bidder it goes, when, and whether we have won it with her."""

    to = forms.ModelChoiceField(
        label=_("awarded to the customer of"), queryset=Opportunity.objects.none(), empty_label=None,
        widget=forms.RadioSelect,
    )  # fmt: skip
    on = DateField(label=_("awarded on"), initial=clock.today)
    won = forms.BooleanField(
        label=_("we have the order too"), required=False,
        help_text=_("Else her opportunity goes on: she has the project, and has yet to buy from us."),
    )  # fmt: skip

    def __init__(self, *args: Any, project: Project, user: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        some = Opportunity.objects.visible_to(user).living().filter(project=project).exclude(outcome="lost")
        to: Any = self.fields["to"]
        to.queryset = some.select_related("account").order_by("pk")
        to.label_from_instance = lambda one: f"{one.account.name if one.account else '–'} · {one.name}"
        self.reason = awarding.neutral_reason()
