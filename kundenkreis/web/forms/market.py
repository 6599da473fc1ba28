"""Forms of the market: segments, competitors, studies, and what belongs to them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kundenkreis.catalogue.models import Family, Product
from kundenkreis.core import clock, fiscal
from kundenkreis.core.models import House
from kundenkreis.customers.models import Account
from kundenkreis.customers.models.accounts import INDUSTRY
from kundenkreis.fields import picks
from kundenkreis.market.models import (
    BattleCard,
    Competitor,
    CompetitorShare,
    Initiative,
    MarketSegment,
    Objection,
    PricePoint,
    SegmentSize,
    Strategy,
    Study,
    Target,
)
from kundenkreis.staff.models import User
from kundenkreis.web.forms import VerbForm
from kundenkreis.web.forms.records import RecordField
from kundenkreis.web.forms.territories import listed, said


class SegmentForm(VerbForm):
    industries = forms.CharField(
        label=_("Industries"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One in each line. Empty for all."),
    )
    countries = forms.CharField(
        label=_("Countries"), required=False, help_text=_("Two letters each, with commas: AT, DE. Empty for all.")
    )

    class Meta:
        model = MarketSegment
        fields = ("name", "industries", "countries", "note")
        widgets = {"note": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, user: Any, **kwargs: Any):
        super().__init__(*args, user=user, **kwargs)
        for name in ("industries", "countries"):
            if name in self.fields:
                self.initial[name] = said(name, getattr(self.instance, name) or [])

    def clean_countries(self) -> list[str]:
        return listed(self.cleaned_data["countries"].upper())

    def clean_industries(self) -> list[str]:
        lines = [line.strip() for line in self.cleaned_data["industries"].splitlines()]
        return [picks.key_of(INDUSTRY, line) for line in lines if line]


class CompetitorForm(VerbForm):
    account = RecordField(Account, url="accounts:options", label=_("Is our account"), required=False)

    class Meta:
        model = Competitor
        fields = ("name", "country", "website", "account", "profile")
        widgets = {"profile": forms.Textarea(attrs={"rows": 6})}

    def __init__(self, *args: Any, user: Any, **kwargs: Any):
        super().__init__(*args, user=user, **kwargs)
        if "account" in self.fields:
            self.offer("account", Account.objects.visible_to(user).living())

    def clean_country(self) -> str:
        return self.cleaned_data["country"].upper()


class StudyForm(VerbForm):
    class Meta:
        model = Study
        fields = ("title", "question", "segment", "sample", "method", "by_whom", "starts_on", "ends_on", "findings")
        widgets = {
            "question": forms.Textarea(attrs={"rows": 2}),
            "method": forms.Textarea(attrs={"rows": 3}),
            "findings": forms.Textarea(attrs={"rows": 6}),
        }

    def __init__(self, *args: Any, user: Any, **kwargs: Any):
        super().__init__(*args, user=user, **kwargs)
        if "segment" in self.fields:
            self.offer("segment", MarketSegment.objects.living())


class StrategyForm(VerbForm):
    class Meta:
        model = Strategy
        fields = ("name", "starts_on", "ends_on", "owner", "text")
        widgets = {"text": forms.Textarea(attrs={"rows": 6})}

    def __init__(self, *args: Any, user: Any, **kwargs: Any):
        super().__init__(*args, user=user, **kwargs)
        if "owner" in self.fields:
            self.offer("owner", User.objects.visible_to(user).living().filter(is_active=True))


class PartForm(VerbForm):
    """What belongs to a record, which is not asked for: the page is its own."""

    def __init__(self, *args: Any, user: Any, whole: Any, **kwargs: Any):
        super().__init__(*args, user=user, **kwargs)
        self.of = whole
        for name in ("stated_on", "seen_on"):
            if name in self.fields and not self.instance.pk:
                self.initial.setdefault(name, clock.today())
        if "currency" in self.fields and not self.instance.pk:
            self.initial["currency"] = House.known().currency
        if "competitor" in self.fields:
            self.offer("competitor", Competitor.objects.living())

    def values(self) -> dict[str, Any]:
        given = super().values()
        return given if self.instance.pk else given | {self._meta.model.whole: self.of}  # type: ignore[attr-defined]


class SizeForm(PartForm):
    class Meta:
        model = SegmentSize
        fields = ("year", "volume", "kind", "source", "stated_on")


class ShareForm(PartForm):
    class Meta:
        model = CompetitorShare
        fields = ("competitor", "year", "percent", "source", "stated_on")


class PriceForm(PartForm):
    product = RecordField(Product, url="products:options", label=_("Our product"), required=False)

    class Meta:
        model = PricePoint
        fields = ("what", "price", "currency", "seen_on", "source", "product", "family")

    def __init__(self, *args: Any, user: Any, whole: Any, **kwargs: Any):
        super().__init__(*args, user=user, whole=whole, **kwargs)
        self.offer("product", Product.objects.visible_to(user).living())
        self.offer("family", Family.objects.living())

    def clean_currency(self) -> str:
        return self.cleaned_data["currency"].upper()


class CardForm(PartForm):
    class Meta:
        model = BattleCard
        fields = ("title", "strengths", "weaknesses", "how_we_win")
        widgets = {n: forms.Textarea(attrs={"rows": 3}) for n in ("strengths", "weaknesses", "how_we_win")}


class ObjectionForm(PartForm):
    class Meta:
        model = Objection
        fields = ("objection", "answer")
        widgets = {"answer": forms.Textarea(attrs={"rows": 3})}


class InitiativeForm(PartForm):
    class Meta:
        model = Initiative
        fields = (
            "name", "owner", "starts_on", "ends_on", "status", "ansoff", "budget", "segment", "target", "goal", "measure", "campaign",
        )  # fmt: skip

    def __init__(self, *args: Any, user: Any, whole: Any, **kwargs: Any):
        super().__init__(*args, user=user, whole=whole, **kwargs)
        if not self.instance.pk:
            self.initial.update(starts_on=whole.starts_on, ends_on=whole.ends_on, owner=whole.owner_id)
        self.offer("owner", User.objects.visible_to(user).living().filter(is_active=True))
        self.offer("segment", MarketSegment.objects.living())
        present = fiscal.year_of(clock.today(), House.known().fiscal_month)
        wanted = Target.objects.visible_to(user).living().for_list().exclude(level=Target.Level.ACCOUNT)
        self.offer("target", wanted.filter(starts_on__gte=present).order_by("starts_on", "level", "-total", "pk"))


PART_FORMS: dict[str, type[PartForm]] = {
    "size": SizeForm, "share": ShareForm, "price": PriceForm, "card": CardForm, "objection": ObjectionForm,
    "initiative": InitiativeForm,
}  # fmt: skip
