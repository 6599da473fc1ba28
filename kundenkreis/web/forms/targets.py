"""Forms of targets, and of a strategy's steps."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from kundenkreis.activities.models import Activity
from kundenkreis.catalogue.models import Family
from kundenkreis.core import clock, fiscal
from kundenkreis.core.models import House
from kundenkreis.customers.models import Account
from kundenkreis.market import seasons
from kundenkreis.market.discretion import for_viewer
from kundenkreis.market.models import MONTHS, Target
from kundenkreis.market.splitting import split
from kundenkreis.staff.models import Team, User
from kundenkreis.web import formats
from kundenkreis.web.forms import DateField, DecimalField, VerbForm
from kundenkreis.web.forms.records import RecordField

EQUAL, SEASON, BY_HAND = "equal", "season", "hand"
SPREADS = ((EQUAL, _("in equal parts")), (SEASON, _("as last year's sales")), (BY_HAND, _("as written below")))


def years_offered(chosen: dt.date | None = None) -> list[tuple[str, str]]:
    """Last year, this one and the two that follow; and those of which there are targets."""
    now = fiscal.year_of(clock.today(), House.known().fiscal_month)
    offered = {fiscal.plus_months(now, 12 * number) for number in (-1, 0, 1, 2)} | set(Target.years())
    offered |= {chosen} if chosen else set()
    return [(one.isoformat(), fiscal.name(one)) for one in sorted(offered, reverse=True)]


def month_name(starts_on: dt.date, number: int) -> str:
    """ "Jul 2026": the month that is the `number`th of a fiscal year."""
    first = fiscal.plus_months(starts_on, number - 1)
    return f"{formats.month(first.month)} {first.year}"


class TargetForm(VerbForm):
    """A new target: whose, of what, which year, and how much; split into months on the way."""

    starts_on = forms.TypedChoiceField(label=_("Fiscal year"), coerce=dt.date.fromisoformat)
    account = RecordField(Account, url="accounts:options", label=_("Account"), required=False)
    amount = DecimalField(
        label=_("Target of the year"), min_value=0, max_digits=14, decimal_places=2, required=False,
        help_text=_("In house currency. Empty, if you write down the months."),
    )  # fmt: skip
    spread = forms.ChoiceField(label=_("Split into months"), choices=SPREADS, initial=EQUAL)

    class Meta:
        model = Target
        fields = ("level", "team", "person", "account", "family", "business", *MONTHS, "note")
        widgets = {"note": forms.Textarea(attrs={"rows": 2})}

    field_order = ("starts_on", "level", "team", "person", "account", "family", "business", "amount", "spread")

    def __init__(self, *args: Any, user: Any, **kwargs: Any):
        super().__init__(*args, user=user, **kwargs)
        if self.instance.pk:
            for name in ("starts_on", "level", "team", "person", "account", "family", "business"):
                self.fields.pop(name, None)
            self.initial["spread"] = BY_HAND
        else:
            self._offer()
        if set(MONTHS) <= set(self.fields):
            starts_on = self.instance.starts_on or dt.date(2000, 1, 1)
            for number, name in enumerate(MONTHS, start=1):
                self.fields[name].required = False
                if self.instance.pk:
                    self.fields[name].label = month_name(starts_on, number)
        else:  # one field in its place
            self.fields.pop("amount", None)
            self.fields.pop("spread", None)

    def _offer(self) -> None:
        self.fields["starts_on"].choices = years_offered()  # type: ignore[attr-defined]
        self.initial.setdefault("starts_on", fiscal.year_of(clock.today(), House.known().fiscal_month).isoformat())
        self.offer("team", Team.objects.visible_to(self.user).living())
        self.offer("person", User.objects.visible_to(self.user).living().filter(is_active=True))
        self.offer("account", Account.objects.visible_to(self.user).living())
        self.offer("family", Family.objects.living())

    def clean(self) -> dict[str, Any] | None:
        given = super().clean()
        if "spread" not in self.fields or self.errors:
            return given
        amount, spread = self.cleaned_data.get("amount"), self.cleaned_data.get("spread")
        months = [self.cleaned_data.get(name) or Decimal(0) for name in MONTHS]
        if spread == BY_HAND:
            if amount is not None and sum(months, Decimal(0)) != amount:
                said = _("The months come to %(sum)s. Change one, or let the year be split.")
                self.add_error(
                    "amount", ValidationError(said, params={"sum": formats.number(sum(months, Decimal(0)), 2)})
                )
        elif amount is None:
            self.add_error("amount", _("How much is to be split?"))
        return given

    def values(self) -> dict[str, Any]:
        given = super().values()
        amount, spread = given.pop("amount", None), given.pop("spread", BY_HAND)
        for name in set(MONTHS) & given.keys():
            given[name] = given[name] or Decimal(0)
        if spread != BY_HAND and amount is not None:
            given |= dict(zip(MONTHS, split(amount, self._weights(spread, given)), strict=True))
        return given

    def _weights(self, spread: str, given: dict[str, Any]) -> list[Decimal]:
        if spread == EQUAL:
            return [Decimal(1)] * 12
        names = ("starts_on", "level", "team", "person", "account", "family", "business")
        probe = self.instance if self.instance.pk else Target(**{n: given[n] for n in names if n in given})
        return seasons.weights(probe, for_viewer(self.user))


class StepForm(forms.Form):
    """What is done next for an initiative."""

    kind = forms.ChoiceField(label=_("Kind"))
    subject = forms.CharField(label=_("Subject"), max_length=200)
    due_on = DateField(label=_("Due"))
    owner = forms.ModelChoiceField(User.objects.none(), label=_("Owner"))

    def __init__(self, *args: Any, user: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        kinds = [Activity.Kind.TASK, Activity.Kind.CALL, Activity.Kind.VISIT, Activity.Kind.MEETING]
        self.fields["kind"].choices = [(one.value, one.label) for one in kinds]  # type: ignore[attr-defined]
        people = User.objects.visible_to(user).living().filter(is_active=True)
        self.fields["owner"].queryset = people  # type: ignore[attr-defined]
        self.initial.setdefault("owner", user.pk)
        self.initial.setdefault("due_on", clock.today())
