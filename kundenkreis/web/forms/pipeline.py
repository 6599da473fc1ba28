"""Forms of opportunities, what they are made of, how they end, and how pipelines are arranged."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kundenkreis.catalogue.models import Product
from kundenkreis.core import clock
from kundenkreis.customers.models import Account, Contact
from kundenkreis.pipeline import criteria
from kundenkreis.pipeline.models import (
    CloseReason,
    Opportunity,
    OpportunityCompetitor,
    OpportunityContact,
    OpportunityLine,
    Pipeline,
    Qualification,
    Stage,
)
from kundenkreis.staff.models import Team, User
from kundenkreis.web.forms import DateField, VerbForm
from kundenkreis.web.forms.custom import FieldedForm
from kundenkreis.web.forms.records import RecordField


class StageField(forms.ModelChoiceField):
    """A stage, under the name of its pipeline."""

    def __init__(self, **kwargs: Any):
        some = Stage.objects.living().select_related("pipeline").order_by("pipeline__position", "position", "pk")
        super().__init__(queryset=some, **kwargs)

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.pipeline.name}: {obj.name}"


class OpportunityForm(FieldedForm):
    """All fields of an opportunity. Another stage asks for what it needs."""

    asks_always = False

    account = RecordField(Account, label=_("account"), url="accounts:options", required=False)
    stage = StageField(label=_("stage"), required=False, empty_label="–")

    class Meta:
        model = Opportunity
        fields = [
            "name", "account", "pipeline", "stage", "value", "currency", "sums_lines", "probability", "expected_close_on",
            "decision_on", "forecast_category", "owner", "team", "source", "campaign", "description",
        ]  # fmt: skip
        widgets = {"description": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, user: Any, **kwargs: Any):
        super().__init__(*args, user=user, **kwargs)
        if "account" in self.fields:
            self.offer("account", Account.objects.visible_to(user).living())
        if "pipeline" in self.fields:
            self._offer_pipelines()
        if "stage" in self.fields:
            self._offer_stages()
        if "owner" in self.fields:
            self.offer("owner", User.objects.visible_to(user).living().filter(is_active=True))
        if "team" in self.fields:
            self.offer("team", Team.objects.living())
        if not self.instance.pk:
            for name in ("value", "currency", "pipeline", "forecast_category"):
                if name in self.fields:
                    self.fields[name].required = False
            self.fields.pop("sums_lines", None)

    def _offer_pipelines(self) -> None:
        field: Any = self.fields["pipeline"]
        some = Pipeline.objects.living().filter(is_active=True)
        present = self.instance.pipeline_id if self.instance.pk else None
        field.queryset = (some | Pipeline._base_manager.filter(pk=present)) if present else some
        field.empty_label = None
        if present is None:
            field.initial = some.values_list("pk", flat=True).first()

    def _offer_stages(self) -> None:
        field: Any = self.fields["stage"]
        if self.instance.pk:
            field.queryset = field.queryset.filter(pipeline_id=self.instance.pipeline_id)
            field.required, field.empty_label = True, None
            field.label_from_instance = lambda one: one.name
        else:
            field.queryset = field.queryset.filter(kind=Stage.Kind.OPEN, pipeline__is_active=True)
            field.help_text = _("Empty: the first stage.")

    def values(self) -> dict[str, Any]:
        """What is left empty in a new one is what new ones begin with."""
        values = super().values()
        if self.instance.pk:
            moves = "pipeline" in values and values["pipeline"] != self.instance.pipeline
            if moves and values.get("stage") == self.instance.stage:
                del values["stage"]  # another pipeline begins with its own first stage
            return values
        stage = values.get("stage")
        if stage is not None and "pipeline" in values and values["pipeline"] != stage.pipeline:
            values["pipeline"] = stage.pipeline  # the stage names its own
        return {name: value for name, value in values.items() if value not in (None, "") or name.startswith("custom_")}


class ToStageForm(OpportunityForm):
    """What a stage asks for on the way into it: those of its fields that are the opportunity's own."""

    lays_out = False

    def __init__(self, *args: Any, stage: Stage, names: Iterable[str], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.to = stage
        asked = [name for name in names if criteria.is_column(name)]
        for name in set(self.fields) - {*asked, "version"}:
            del self.fields[name]
        for name in asked:
            if name in self.fields:
                self.fields[name].required = True

    def act(self) -> Any:
        present = Opportunity._base_manager.get(pk=self.instance.pk)
        read = self.cleaned_data.get("version")
        given = {name: value for name, value in self.values().items() if name != "stage"}
        self.event = present.move(self.to, by=self.user, version=read.version if read else None, **given)
        return present


class CloseForm(VerbForm):
    """How it ended: the reason, the day, and what decided. `kind` is "won" or "lost"."""

    closed_on = DateField(label=_("closed on"), required=False)

    class Meta:
        model = Opportunity
        fields = ["value", "close_reason", "lost_to", "price_gap", "criterion", "close_note"]
        widgets = {"close_note": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, kind: str, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.kind = kind
        reasons: Any = self.fields["close_reason"]
        some = CloseReason.objects.living().filter(outcome=kind).select_related("parent")
        reasons.queryset = some.order_by("parent__position", "position", "pk")
        reasons.required = kind == "lost" and some.exists()
        if kind == "won":
            del self.fields["lost_to"], self.fields["price_gap"]
        else:
            competitors: Any = self.fields["lost_to"]
            competitors.queryset = OpportunityCompetitor.objects.living().filter(opportunity=self.instance)
            if not competitors.queryset.exists():
                del self.fields["lost_to"]
        self.fields["value"].required = False
        if kind == "lost" or self.instance.sums_lines:
            del self.fields["value"]  # of what is won: it may be another sum than was hoped for
        self.fields["closed_on"].initial = clock.today()
        self.fields["close_note"].help_text = _("In the customer's own words, if you know them.")

    def act(self) -> Any:
        present = Opportunity._base_manager.get(pk=self.instance.pk)
        read = self.cleaned_data.get("version")
        given = {
            name: value for name, value in self.values().items() if name != "closed_on" and value not in (None, "")
        }
        if (day := self.cleaned_data.get("closed_on")) and day != timezone.localdate():
            given["closed_at"] = max(clock.midnight(day) + dt.timedelta(hours=12), present.opened_at)
            if day < timezone.localdate(present.opened_at):
                given["closed_at"] = clock.midnight(day)
        verb = present.win if self.kind == "won" else present.lose
        self.event = verb(by=self.user, version=read.version if read else None, **given)
        return present


class PartForm(VerbForm):
    """The form of something that belongs to an opportunity."""

    def __init__(self, *args: Any, whose: Opportunity, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.whose = whose

    def values(self) -> dict[str, Any]:
        return super().values() | ({} if self.instance.pk else {"opportunity": self.whose})


class LineForm(PartForm):
    product = RecordField(Product, label=_("product"), url="products:options")

    class Meta:
        model = OpportunityLine
        fields = ["product", "quantity", "price", "discount", "delivered_in", "note"]

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.offer("product", Product.objects.visible_to(self.user).living())
        self.fields["price"].help_text = _("For one, in %(currency)s.") % {"currency": self.whose.currency}
        self.fields["delivered_in"].help_text = _("Any day of the month. One line for each month of a longer delivery.")


class BuyerForm(PartForm):
    contact = RecordField(Contact, label=_("contact"), url="contacts:options")

    class Meta:
        model = OpportunityContact
        fields = ["contact", "role", "stance", "note"]

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.offer("contact", Contact.objects.visible_to(self.user).living())


class CompetitorForm(PartForm):
    account = RecordField(Account, label=_("account of the competitor"), url="accounts:options", required=False)

    class Meta:
        model = OpportunityCompetitor
        fields = ["name", "account", "strength", "weakness", "price", "is_incumbent"]

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.offer("account", Account.objects.visible_to(self.user).living())
        self.fields["account"].help_text = _("Where the house has one; else the name is enough.")


class QualificationForm(PartForm):
    class Meta:
        model = Qualification
        fields = ["element", "score", "evidence", "next_question", "checked_on"]

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        asked = self.instance.element or self.initial.get("element", "")
        self.fields["evidence"].help_text = Qualification.QUESTIONS.get(asked, "")
        if self.instance.pk:
            del self.fields["element"]


class PipelineForm(VerbForm):
    class Meta:
        model = Pipeline
        fields = ["name_de", "name_en", "kind", "position", "is_active"]

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for name in ("name_de", "name_en"):
            self.fields[name].required = False


class StageForm(VerbForm):
    needs_to_enter = forms.MultipleChoiceField(
        label=_("needed to come in"), required=False, choices=criteria.offered, widget=forms.CheckboxSelectMultiple
    )
    needs_to_leave = forms.MultipleChoiceField(
        label=_("needed to go on"), required=False, choices=criteria.offered, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Stage
        fields = ["name_de", "name_en", "probability", "old_after_days", "position", "needs_to_enter", "needs_to_leave"]

    def __init__(self, *args: Any, pipeline: Pipeline, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.pipeline = pipeline
        for name in ("name_de", "name_en"):
            self.fields[name].required = False
        if self.instance.pk and not self.instance.is_open:
            for name in ("probability", "old_after_days", "needs_to_leave"):
                del self.fields[name]

    def values(self) -> dict[str, Any]:
        return super().values() | ({} if self.instance.pk else {"pipeline": self.pipeline})


class RemovalForm(forms.Form):
    """Where the cards of a stage go that is given up."""

    to = forms.ModelChoiceField(label=_("where its opportunities go"), queryset=Stage.objects.none(), required=False)

    def __init__(self, *args: Any, stage: Stage, **kwargs: Any):
        super().__init__(*args, **kwargs)
        others: Any = self.fields["to"]
        others.queryset = stage.pipeline.stages.living().filter(kind=Stage.Kind.OPEN).exclude(pk=stage.pk)
        others.label_from_instance = lambda one: one.name


class ReasonForm(VerbForm):
    class Meta:
        model = CloseReason
        fields = ["name_de", "name_en", "outcome", "is_neutral", "parent", "position"]

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for name in ("name_de", "name_en"):
            self.fields[name].required = False
        above: Any = self.fields["parent"]
        above.queryset = CloseReason.objects.living().filter(parent=None).exclude(pk=self.instance.pk)
