"""Forms of key account selection: editions with their criteria and rules, rounds, judgements, and tiers by decision."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from kundenkreis.core import clock, fiscal
from kundenkreis.core.models import House
from kundenkreis.customers.models import Account
from kundenkreis.pipeline.models.pipelines import Arranged
from kundenkreis.planning.models import (
    AccountJudgement,
    RoundResult,
    ScoringRound,
    SelectionCriterion,
    SelectionSet,
    TierOverride,
    TierRule,
)
from kundenkreis.planning.models.criteria import REVIEWED
from kundenkreis.web.forms import VerbForm, decimal_of
from kundenkreis.web.forms.prospecting import ArrangedForm

_TALL = {"rows": 4}


class SetForm(ArrangedForm):
    class Meta:
        model = SelectionSet
        fields = ["name_de", "name_en", *REVIEWED]


class OfSetForm(ArrangedForm):
    def __init__(self, *args: Any, of_set: SelectionSet, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.of_set = of_set

    def values(self) -> dict[str, Any]:
        return super().values() | ({} if self.instance.pk else {"of_set": self.of_set})


class CriterionForm(OfSetForm):
    """`steps` are written as lines, a figure and its points in each."""

    steps = forms.CharField(
        label=_("steps"), required=False, widget=forms.Textarea(attrs=_TALL),
        help_text=_("One in each line: from which figure on how many points, such as “10000: 25”."),
    )  # fmt: skip

    class Meta:
        model = SelectionCriterion
        fields = [
            "name_de", "name_en", "axis", "measure", "weight", "scale", "low", "high", "steps", "missing", "position"
        ]  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["steps"] = "\n".join(f"{bound}: {points}" for bound, points in self.instance.steps)
        said = _("In house currency, percent or number, as the figure is. Which is the larger says which is better.")
        self.fields["low"].help_text = said

    def clean_steps(self) -> list[list[Any]]:
        found = []
        for line in self.cleaned_data["steps"].splitlines():
            if not line.strip():
                continue
            bound, _colon, points = line.rpartition(":")
            try:
                found.append([str(decimal_of(bound)), int(points)])
            except (ArithmeticError, ValueError) as wrong:
                raise ValidationError(_("Write each step as a figure and its points, such as “10000: 25”.")) from wrong
        return found


class RuleForm(OfSetForm):
    class Meta:
        model = TierRule
        fields = ["tier", "attractiveness", "reached", "below", "revenue", "position", "name_de", "name_en"]


class RoundForm(VerbForm):
    """A new round: of which fiscal year, as of which day. It is scored by the edition in force."""

    starts_on = forms.TypedChoiceField(label=_("fiscal year"), coerce=dt.date.fromisoformat)

    class Meta:
        model = ScoringRound
        fields = ["starts_on", "as_of", "note"]

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["starts_on"], self.fields["as_of"]
            return
        present = fiscal.year_of(clock.today(), House.known().fiscal_month)
        years = [fiscal.plus_months(present, 12 * step) for step in (1, 0, -1, -2)]
        field: Any = self.fields["starts_on"]
        field.choices = [(year.isoformat(), fiscal.name(year)) for year in years]
        self.initial.update({"starts_on": present.isoformat(), "as_of": clock.today()})

    def act(self) -> Any:
        if self.instance.pk:
            return super().act()
        return ScoringRound.start(by=self.user, **self.values())


class JudgementForm(VerbForm):
    """What somebody says of an account about one thing."""

    class Meta:
        model = AccountJudgement
        fields = ["score", "amount", "reason"]

    def __init__(self, *args: Any, account: Account, about: str, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.account, self.about = account, about
        is_amount = about == AccountJudgement.About.POTENTIAL
        del self.fields["score" if is_amount else "amount"]
        self.fields["amount" if is_amount else "score"].required = True

    def values(self) -> dict[str, Any]:
        return super().values() | ({} if self.instance.pk else {"account": self.account, "about": self.about})


class OverrideForm(VerbForm):
    class Meta:
        model = TierOverride
        fields = ["tier", "reason", "decided_on"]

    def __init__(self, *args: Any, result: RoundResult, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.result = result

    def values(self) -> dict[str, Any]:
        of = {"round": self.result.round, "account": self.result.account}
        return super().values() | ({} if self.instance.pk else of)


ARRANGED: dict[str, type[ArrangedForm]] = {"set": SetForm, "criterion": CriterionForm, "rule": RuleForm}
MODELS: dict[str, type[Arranged]] = {"set": SelectionSet, "criterion": SelectionCriterion, "rule": TierRule}
