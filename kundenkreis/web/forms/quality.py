"""Forms of data quality: rules, exceptions from them, look-ups."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as translated
from django.utils.translation import gettext_lazy as _

from kundenkreis.core.filters import BadFilter, parse
from kundenkreis.lists.models import SavedView
from kundenkreis.quality.lookups import Lookup
from kundenkreis.quality.rules import Noun, QualityRule, filters_of
from kundenkreis.quality.standards import demands
from kundenkreis.quality.standards.demands import Kind
from kundenkreis.web.forms import VerbForm
from kundenkreis.web.forms.customers import PartForm


def demands_offered() -> list[tuple[str, list[tuple[str, str]]]]:
    """Everything that can be demanded, by noun: ("account.vat_id.valid", "VAT ID (UID) is valid")."""
    found = []
    for noun in Noun:
        some = [
            (f"{noun.value}.{one.name}.{kind}", f"{one.label} {Kind(kind).label}")
            for one in demands.of(noun.value).values()
            for kind in one.kinds()
        ]
        some.append((f"{noun.value}..{Kind.RECENT.value}", f"{demands.RECORD.label} {Kind.RECENT.label}"))
        found.append((str(noun.label), some))
    return found


class QualityRuleForm(VerbForm):
    """What is demanded of whom. What a rule that is there demands stays: another demand is another rule."""

    demand = forms.ChoiceField(label=_("What is demanded"), choices=demands_offered)
    conditions = forms.CharField(
        label=_("For whom"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
        help_text=_(
            "Empty: for all. Else a condition in each line, as it stands in the address of a filtered list: tier:in:A,B"
        ),
    )
    view = forms.ModelChoiceField(
        SavedView.objects.none(),
        label=_("or for whom a view shows"),
        required=False,
        help_text=_("Its conditions are taken over as they are now."),
    )

    class Meta:
        model = QualityRule
        fields = ["days", "weight", "conditions", "note"]
        help_texts = {
            "days": _("For “up to date” and “proven by a look-up”: after so many days it counts as old."),
            "weight": _("1 to 9: how much it counts in the sums."),
            "note": _("Told to whoever has to put it right."),
        }

    field_order = ["demand", "days", "weight", "conditions", "view", "note"]

    def __init__(self, *args: Any, user: Any, **kwargs: Any):
        super().__init__(*args, user=user, **kwargs)
        views = SavedView.objects.visible_to(user).living().filter(list_name__in=("accounts", "contacts"))
        self.fields["view"].queryset = views.order_by("list_name", "name")  # type: ignore[attr-defined]
        if not views.exists():
            del self.fields["view"]
        if self.instance.pk:
            del self.fields["demand"]
            self.initial["conditions"] = "\n".join(self.instance.conditions)

    def clean_conditions(self) -> list[str]:
        return [line.strip() for line in self.cleaned_data["conditions"].splitlines() if line.strip()]

    def values(self) -> dict[str, Any]:
        values = super().values()
        if demand := values.pop("demand", ""):
            values["noun_of"], values["field"], values["kind"] = demand.split(".")
        noun = values.get("noun_of") or self.instance.noun_of
        if view := values.pop("view", None):
            values["conditions"] = _conditions_of(view, noun)
        return values


def _conditions_of(view: SavedView, noun: str) -> list[str]:
    """The conditions of a view of this noun. Raises ValidationError when it is of another, or asks what a rule cannot."""
    from django.http import QueryDict

    if view.list_name != f"{noun}s":
        raise ValidationError({"view": translated("This view shows something else.")})
    try:
        read = parse(QueryDict(view.query), filters_of(noun))
    except BadFilter as bad:
        raise ValidationError({"view": str(bad)}) from bad
    return [part.param for part in read.parts]


class WaiverForm(forms.Form):
    """Why one record is not asked."""

    reason = forms.CharField(label=_("Why"), max_length=300)


class LookupForm(PartForm):
    """What an authority answered about the account's VAT ID, typed in from its page."""

    class Meta:
        model = Lookup
        fields = ["number", "service", "answer", "asked_on", "reference", "name", "address"]

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if not self.instance.pk:
            self.initial.setdefault("number", self.whose.vat_id)
