"""Forms of the house's own settings and of its exchange rates."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from kundenkreis.core.countries import countries
from kundenkreis.core.models import House
from kundenkreis.customers import checks
from kundenkreis.orders import house_currency
from kundenkreis.rates.models import ExchangeRate, is_currency
from kundenkreis.web import formats
from kundenkreis.web.forms import DateField, VerbForm


class HouseForm(forms.ModelForm):
    """The house's settings. The currency cannot be chosen while amounts are kept in it; the field says why."""

    country = forms.ChoiceField(label=_("country"), choices=countries)
    language = forms.ChoiceField(label=_("language"), choices=settings.LANGUAGES)
    fiscal_month = forms.TypedChoiceField(
        label=_("fiscal year begins in"),
        coerce=int,
        required=False,
        choices=lambda: [(number, formats.month(number, wide=True)) for number in range(1, 13)],
        help_text=_(
            "Targets and the forecast go by its months and quarters. Targets that are there keep the year that they were set for, calls of a"
            " forecast the months that they were given for."
        ),
    )
    works_agreement_on = DateField(
        label=_("works agreement in force from"),
        required=False,
        help_text=_(
            "Figures about single people are shown from this day on. In Austria they need a works agreement (ArbVG §§ 96 and 96a);"
            " where there is no works council, the consent of each person (AVRAG § 10)."
        ),
    )

    merge_duplicates_from = forms.TypedChoiceField(
        label=_("merge duplicates by itself"),
        coerce=float,
        empty_value=None,
        required=False,
        choices=(
            ("", _("never")),
            ("0.999", _("from a probability of 99.9 %")),
            ("0.9999", _("from a probability of 99.99 %")),
            ("0.99999", _("from a probability of 99.999 %")),
        ),
        help_text=_(
            "Pairs that are this certain are merged without anybody having looked. Each merge can be taken back."
        ),
    )

    class Meta:
        model = House
        fields = (
            "name",
            "currency",
            "country",
            "language",
            "fiscal_month",
            "touch_days_a",
            "touch_days_b",
            "touch_days_c",
            "touch_days_d",
            "works_agreement_on",
            "works_agreement",
            "contact_cap",
            "contact_cap_days",
            "merge_duplicates_from",
            "forget_colleagues_months",
            "vat_id",
            "asks_vies",
        )
        help_texts = {
            "works_agreement": _("Its name and day, and where it can be read."),
            "forget_colleagues_months": _(
                "Counted from the day on which she was locked. Three years is how long claims from employment can be raised (§ 1486 ABGB);"
                " what travelling cost stays seven years (§ 132 BAO). Empty: only when an administrator does it."
            ),
            "vat_id": _(
                "Whoever names it gets a consultation number from VIES, the proof that a number was asked for."
            ),
            "asks_vies": _(
                "Numbers then go to the European Commission's service, one by one: at a press on an account's page, and at night those that a"
                " rule wants proven. No name or address is sent."
            ),
            "contact_cap": _("Over all channels, counted from what was sent and called. Empty: no limit of the house."),
        }

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["currency"].help_text = house_currency.why_fixed()
        self.fields["contact_cap_days"].required = False

    def clean_contact_cap_days(self) -> int:
        return self.cleaned_data["contact_cap_days"] or House._meta.get_field("contact_cap_days").default

    def clean_fiscal_month(self) -> int:
        """Nothing said: as it is."""
        return self.cleaned_data["fiscal_month"] or self.instance.fiscal_month

    def clean_vat_id(self) -> str:
        try:
            return checks.uid(number) if (number := self.cleaned_data["vat_id"].strip()) else ""
        except checks.BadValue as problem:
            raise ValidationError(problem.sentence, problem.code, problem.params) from problem

    def clean_currency(self) -> str:
        code = self.cleaned_data["currency"].strip().upper()
        if not is_currency(code):
            raise ValidationError(_("Write the currency as three letters, such as EUR."))
        return code


class RateForm(VerbForm):
    class Meta:
        model = ExchangeRate
        fields = ["currency", "on", "rate", "source"]
        widgets = {"currency": forms.TextInput(attrs={"size": 4, "autocapitalize": "characters"})}
