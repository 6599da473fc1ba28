"""Forms of what comes after the end: the order that a won opportunity becomes, and interviews."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kundenkreis.core import clock
from kundenkreis.customers.models import Contact
from kundenkreis.orders.models import Order
from kundenkreis.pipeline import interviewing, ordering
from kundenkreis.pipeline.models import Interview, InterviewGuide, Opportunity, OpportunityLine
from kundenkreis.staff.models import User
from kundenkreis.web.forms import DateField, RecordsField, WholeField
from kundenkreis.web.forms.pipeline import PartForm
from kundenkreis.web.forms.records import RecordField

NEW_ROWS = 3  # empty questions at the end of the form


class HandOverForm(forms.Form):
    """Which lines become the order, and what it is called."""

    lines = RecordsField(
        label=_("Product lines"), queryset=OpportunityLine.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    number = forms.CharField(
        label=_("order number"), max_length=40, required=False,
        help_text=_("As the ERP calls it, so that its import finds the order again. Empty: one of the house's own."),
    )  # fmt: skip
    ordered_on = DateField(label=_("ordered on"), initial=clock.today)
    customer_reference = forms.CharField(label=_("customer's order number"), max_length=60, required=False)

    def __init__(self, *args: Any, opportunity: Opportunity, **kwargs: Any):
        super().__init__(*args, **kwargs)
        waiting = ordering.waiting(opportunity)
        lines: Any = self.fields["lines"]
        lines.queryset = OpportunityLine.objects.filter(pk__in=[one.pk for one in waiting]).select_related("product")
        lines.initial = [one.pk for one in waiting]
        lines.label_from_instance = self._line
        self.foreseen = ordering.preview(opportunity, waiting)

    def _line(self, line: OpportunityLine) -> str:
        from kundenkreis.web import formats

        money = formats.money(line.amount, line.opportunity.currency)
        month = f"{formats.month(line.delivered_in.month)} {line.delivered_in.year}" if line.delivered_in else ""
        return " · ".join(filter(None, (f"{formats.number(line.quantity, None)} × {line.product}", month, money)))

    def values(self) -> dict[str, Any]:
        return {**self.cleaned_data, "lines": list(self.cleaned_data["lines"])}


class TieForm(forms.Form):
    """An order of the account that is there already."""

    order = forms.ModelChoiceField(label=_("order"), queryset=Order.objects.none(), empty_label=None)

    def __init__(self, *args: Any, opportunity: Opportunity, user: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        from kundenkreis.web import formats

        self.offered = ordering.offered(opportunity, user)
        order: Any = self.fields["order"]
        order.queryset = Order.objects.filter(pk__in=[one.pk for one in self.offered]).order_by("-ordered_on", "-pk")
        order.label_from_instance = lambda one: (
            f"{one.number} · {formats.day(one.ordered_on)} · {formats.money(one.total, one.currency)}"
        )


class InterviewForm(PartForm):
    """What was said, by the questions of the house (those that it was held by, when it is changed)."""

    contact = RecordField(Contact, label=_("who was asked"), url="contacts:options")

    class Meta:
        model = Interview
        fields = ["contact", "held_on", "channel", "interviewer", "criterion", "again", "note"]
        widgets = {"note": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.offer("contact", Contact.objects.visible_to(self.user).living())
        self.offer("interviewer", User.objects.visible_to(self.user).living().filter(is_active=True))
        self.fields["interviewer"].required = False
        if not self.instance.pk:
            self.initial.setdefault("interviewer", self.user.pk)
        self.guide = self.instance.guide if self.instance.pk else InterviewGuide.objects.current()
        self.asked = self.guide.asked() if self.guide else []
        known = self.instance.answers if self.instance.pk else {}
        for key, kind, text in self.asked:
            self.fields[f"answer_{key}"] = _answer(kind, text, known.get(key))
        self.fields["note"] = self.fields.pop("note")  # last

    def values(self) -> dict[str, Any]:
        values = super().values()
        answers = {key: values.pop(f"answer_{key}", None) for key, _kind, _text in self.asked}
        return values | {"answers": {key: value for key, value in answers.items() if value not in (None, "")}}


def _answer(kind: str, text: str, value: Any) -> forms.Field:
    if kind == "scale":
        return WholeField(label=text, required=False, min_value=0, max_value=10, initial=value, help_text=_("0 to 10"))
    return forms.CharField(
        label=text,
        required=False,
        max_length=Interview.LONGEST,
        initial=value,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class PlanInterviewForm(forms.Form):
    """Whom to ask, how, and until when."""

    contact = RecordField(Contact, label=_("whom to ask"), url="contacts:options")
    channel = forms.ChoiceField(label=_("channel"), choices=Interview.Channel.choices)
    due_on = DateField(label=_("due"))

    def __init__(self, *args: Any, opportunity: Opportunity, user: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        seen = Contact.objects.visible_to(user).living()
        contact: Any = self.fields["contact"]
        contact.queryset = seen
        buying = Q(opportunity_roles__opportunity=opportunity, opportunity_roles__deleted_at=None)
        self.people = list(seen.filter(buying).distinct().order_by("key", "pk")[:20])
        answers = {channel: interviewing.may_ask(self.people, channel) for channel in ("phone", "email")}
        self.permissions = [
            (one, [(channel, Interview.Channel(channel).label, told[one.pk]) for channel, told in answers.items()])
            for one in self.people
        ]
        if self.people:
            first = self.people[0].pk
            allowed = [channel for channel, told in answers.items() if told[first].allowed]
            self.initial.setdefault("contact", first)
            self.initial.setdefault("channel", allowed[0] if allowed else Interview.Channel.VISIT)


class QuestionsForm(forms.Form):
    """The questions of the next interviews, a row each; an empty row asks nothing."""

    def __init__(self, *args: Any, guide: InterviewGuide | None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.known = list(guide.questions) if guide else []
        self.rows = min(len(self.known) + NEW_ROWS, InterviewGuide.MOST)
        kinds = (("text", _("in words")), ("scale", _("0 to 10")))
        for at in range(self.rows):
            one = self.known[at] if at < len(self.known) else {}
            for name, label in (("name_de", _("question in German")), ("name_en", _("question in English"))):
                self.fields[f"{name}_{at}"] = forms.CharField(
                    label=label, required=False, max_length=InterviewGuide.LONGEST, initial=one.get(name, "")
                )
            self.fields[f"kind_{at}"] = forms.ChoiceField(
                label=_("answered"), choices=kinds, initial=one.get("kind", "text"), required=False
            )

    def of_rows(self) -> list[tuple[int, list[Any]]]:
        """For the page: (number, the row's three fields)."""
        return [(at + 1, [self[f"{name}_{at}"] for name in ("name_de", "name_en", "kind")]) for at in range(self.rows)]

    def questions(self) -> list[dict[str, str]]:
        """What stays the same question keeps its key, so that answers can be followed."""
        found = []
        for at in range(self.rows):
            one = {name: self.cleaned_data.get(f"{name}_{at}", "").strip() for name in ("name_de", "name_en")}
            if not any(one.values()):
                continue
            kind = self.cleaned_data.get(f"kind_{at}") or "text"
            before = self.known[at] if at < len(self.known) else {}
            same = {"key": before["key"]} if before.get("kind") == kind else {}
            found.append({**same, "kind": kind, **one})
        return found
