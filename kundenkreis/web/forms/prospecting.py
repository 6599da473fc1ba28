"""Forms of target accounts, what is known of them, and what the house arranges about them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kundenkreis.core.countries import countries
from kundenkreis.customers.models import Account
from kundenkreis.customers.models.accounts import INDUSTRY
from kundenkreis.fields import picks
from kundenkreis.pipeline.models.pipelines import Arranged
from kundenkreis.prospecting.models import (
    CriteriaSet,
    FitCriterion,
    Judgement,
    ResearchAnswer,
    ResearchQuestion,
    TargetAccount,
    TriggerEvent,
)
from kundenkreis.staff.models import Territory, User
from kundenkreis.web.forms import VerbForm
from kundenkreis.web.forms.records import RecordField

_TALL = {"rows": 3}


class TargetForm(VerbForm):
    account = RecordField(Account, label=_("account"), url="accounts:options")

    class Meta:
        model = TargetAccount
        fields = ["account", "owner", "status", "priority", "potential", "potential_source", "drop_reason", "note"]
        widgets = {"note": forms.Textarea(attrs=_TALL)}

    def __init__(self, *args: Any, user: Any, **kwargs: Any):
        super().__init__(*args, user=user, **kwargs)
        if "owner" in self.fields:
            self.offer("owner", User.objects.visible_to(user).living().filter(is_active=True))
        if self.instance.pk:
            self.fields.pop("account", None)
            return
        self.offer("account", Account.objects.visible_to(user).living())
        self.fields["account"].help_text = _(
            "Not there yet? Add the account first; it is then looked whether it is known."
        )
        for name in ("status", "drop_reason"):
            self.fields.pop(name, None)
        self.initial.setdefault("owner", user.pk)


class DropForm(VerbForm):
    """Why it is given up."""

    class Meta:
        model = TargetAccount
        fields = ["drop_reason"]

    def act(self) -> Any:
        present = TargetAccount._base_manager.get(pk=self.instance.pk)
        read = self.cleaned_data.get("version")
        self.event = present.drop(
            self.cleaned_data["drop_reason"], by=self.user, version=read.version if read else None
        )
        return present


class OfTargetForm(VerbForm):
    """The form of something that belongs to a target account. `about` is what the address says that it is about."""

    asks: tuple[str, Any] | None = None

    def __init__(self, *args: Any, whose: TargetAccount, about: Any = None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.whose, self.about = whose, about
        if self.asks is None:
            return
        name, model = self.asks
        if self.instance.pk or about is not None:
            del self.fields[name]
        else:
            field: Any = self.fields[name]
            field.queryset = self.offered(model.objects.living())

    def offered(self, rows: Any) -> Any:
        return rows

    def values(self) -> dict[str, Any]:
        if self.instance.pk:
            return super().values()
        about = {self.asks[0]: self.about} if self.asks and self.about is not None else {}
        return super().values() | {"target": self.whose} | about


class AnswerForm(OfTargetForm):
    asks = ("question", ResearchQuestion)

    class Meta:
        model = ResearchAnswer
        fields = ["question", "text", "source", "found_on"]
        widgets = {"text": forms.Textarea(attrs=_TALL)}


class EventForm(OfTargetForm):
    class Meta:
        model = TriggerEvent
        fields = ["kind", "what", "happened_on", "expires_on", "source", "url", "note"]
        widgets = {"note": forms.Textarea(attrs=_TALL)}


class JudgementForm(OfTargetForm):
    asks = ("criterion", FitCriterion)

    class Meta:
        model = Judgement
        fields = ["criterion", "score", "reason"]

    def offered(self, rows: Any) -> Any:
        return rows.filter(measure=FitCriterion.Measure.JUDGED)


class PutForm(forms.Form):
    """Whose the target accounts are that are put on the list at once."""

    value: forms.ModelChoiceField = forms.ModelChoiceField(label=_("owner"), queryset=User.objects.none())

    def __init__(self, *args: Any, user: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        field: Any = self.fields["value"]
        field.queryset = User.objects.visible_to(user).living().filter(is_active=True)
        field.initial, field.empty_label = user.pk, None


class ArrangedForm(VerbForm):
    """What is named in both languages; a name in one serves for both."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for name in ("name_de", "name_en"):
            self.fields[name].required = False


class SetForm(ArrangedForm):
    class Meta:
        model = CriteriaSet
        fields = ["name_de", "name_en", "in_force", "position"]


class QuestionForm(ArrangedForm):
    class Meta:
        model = ResearchQuestion
        fields = ["name_de", "name_en", "position"]


class CriterionForm(ArrangedForm):
    """`values` are chosen from the list of the measure; only the one that belongs to it is read."""

    industries = forms.CharField(
        label=_("industries that fit"),
        required=False,
        widget=forms.Textarea(attrs=_TALL),
        help_text=_("One in each line."),
    )
    wanted_countries = forms.MultipleChoiceField(
        label=_("countries that fit"), required=False, choices=lambda: [one for one in countries() if one[0]]
    )
    territories = forms.ModelMultipleChoiceField(
        label=_("territories that fit"), required=False, queryset=Territory.objects.none()
    )

    class Meta:
        model = FitCriterion
        fields = ["name_de", "name_en", "measure", "weight", "position", "low", "high"]

    def __init__(self, *args: Any, of_set: CriteriaSet, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.of_set = of_set
        territories: Any = self.fields["territories"]
        territories.queryset = Territory.objects.living()
        self.fields["low"].help_text = self.fields["high"].help_text = _("For employees, revenue and growth.")
        values, measure = self.instance.values or [], self.instance.measure
        if measure == FitCriterion.Measure.INDUSTRY:
            self.initial["industries"] = "\n".join(picks.said(INDUSTRY, one) or one for one in values)
        elif measure == FitCriterion.Measure.COUNTRY:
            self.initial["wanted_countries"] = values
        elif measure == FitCriterion.Measure.TERRITORY:
            self.initial["territories"] = values

    def values(self) -> dict[str, Any]:
        given = super().values()
        lines = [line.strip() for line in given.pop("industries", "").splitlines()]
        chosen: dict[str, list[Any]] = {
            FitCriterion.Measure.INDUSTRY: [picks.key_of(INDUSTRY, line) for line in lines if line],
            FitCriterion.Measure.COUNTRY: list(given.pop("wanted_countries", [])),
            FitCriterion.Measure.TERRITORY: sorted(one.pk for one in given.pop("territories", [])),
        }
        measure = given.get("measure", self.instance.measure)
        return given | {"values": chosen.get(measure, [])} | ({} if self.instance.pk else {"of_set": self.of_set})


ARRANGED: dict[str, type[ArrangedForm]] = {"set": SetForm, "question": QuestionForm, "criterion": CriterionForm}
MODELS: dict[str, type[Arranged]] = {"set": CriteriaSet, "question": ResearchQuestion, "criterion": FitCriterion}
