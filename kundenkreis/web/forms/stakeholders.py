"""Forms of stakeholder maps: who is on one, what is judged of her, lines and counterparts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms import modelform_factory
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from kundenkreis.activities.models import Activity
from kundenkreis.customers.models import Account, Contact
from kundenkreis.fields import picks
from kundenkreis.history.models import Event
from kundenkreis.history.recording import join
from kundenkreis.staff.models import User
from kundenkreis.stakeholders.models import (
    Counterpart,
    InfluenceLine,
    Judgement,
    RelationshipGrade,
    Stakeholder,
    group_of,
)
from kundenkreis.stakeholders.models.judgements import VALUE_OF
from kundenkreis.web.forms import VerbForm
from kundenkreis.web.forms.records import RecordField

SHOWN_TO_HER = _("What you write here is shown to the person when she asks what is stored about her. Write facts only.")
ACTIVITIES = 30  # the latest, to choose a source from


class PersonChoice(forms.ModelChoiceField):
    """Somebody on the map, with what she does, so that two of the same name can be told apart."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.contact.full_name} ({obj.contact.job_title})" if obj.contact.job_title else obj.contact.full_name


class ActivityChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{date_format(obj.day, 'SHORT_DATE_FORMAT')} · {obj.get_kind_display()} · {obj.subject}"


def on_the_map(account: Account, user: Any, but: int | None = None) -> Any:
    """Those of the account and its group whom this person may name."""
    seen = Contact.objects.visible_to(user)
    rows = Stakeholder.objects.visible_to(user).present().filter(account_id__in=group_of(account))
    return rows.filter(contact__in=seen).exclude(pk=but).select_related("contact").order_by("contact__key", "pk")


class PutForm(VerbForm):
    """A person onto the map; at once with her role and her superior, if they are known."""

    contact = RecordField(Contact, label=_("contact"), url="contacts:options")
    role: forms.ChoiceField = forms.ChoiceField(label=_("buying role"), required=False)
    superior = PersonChoice(queryset=Stakeholder.objects.none(), label=_("reports to"), required=False)
    source = forms.CharField(label=_("where it is known from"), max_length=300, required=False, help_text=SHOWN_TO_HER)

    class Meta:
        model = Stakeholder
        fields = ["contact", "since"]

    field_order = ["contact", "role", "superior", "source", "since"]

    def __init__(self, *args: Any, account: Account, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.account = account
        self.offer("contact", Contact.objects.visible_to(self.user).living())
        offered = [(one.key, one.label) for one in picks.words("opportunities.role").offered]
        role: Any = self.fields["role"]
        role.choices = [("", "–"), *offered]
        superior: Any = self.fields["superior"]
        superior.queryset, superior.empty_label = on_the_map(account, self.user), "–"

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if (found.get("role") or found.get("superior")) and not (found.get("source") or "").strip():
            self.add_error("source", _("Say where this is known from."))
        return found

    def act(self) -> Any:
        """The person and what is judged of her at once are taken back as one."""
        given = self.cleaned_data
        made = Stakeholder.add(by=self.user, account=self.account, contact=given["contact"], since=given["since"])
        first = Event.objects.about(made).latest("pk")
        for kind, name in (("role", "role"), ("reports_to", "superior")):
            if given.get(name):
                judged = Judgement.add(
                    by=self.user, stakeholder=made, kind=kind, source=given["source"], on=given["since"], **{name: given[name]}
                )  # fmt: skip
                join(Event.objects.about(judged).latest("pk"), first)
        self.event = first
        return made


class StayForm(VerbForm):
    """From when until when she is on the map."""

    class Meta:
        model = Stakeholder
        fields = ["since", "until"]


class OfStakeholderForm(VerbForm):
    def __init__(self, *args: Any, whose: Stakeholder, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.whose = whose
        if "source" in self.fields:
            self.fields["source"].help_text = SHOWN_TO_HER

    def values(self) -> dict[str, Any]:
        return super().values() | ({} if self.instance.pk else {"stakeholder": self.whose})


class JudgeForm(OfStakeholderForm):
    """One judgement of one kind: its value, where it is known from, and on which day."""

    kind = ""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            return
        name = VALUE_OF[self.kind]
        value: Any = self.fields[name]
        value.label = Judgement.Kind(self.kind).label
        value.required = name != "superior"
        if name == "superior":
            value = self.fields[name] = PersonChoice(
                queryset=on_the_map(self.whose.account, self.user, self.whose.pk), label=value.label, required=False
            )
            value.empty_label = _("nobody on the map")
        elif name == "text":
            value.widget = forms.Textarea(attrs={"rows": 3})
            value.help_text = _("Only what may be shown to her, and what she has said or done at work.")
        else:
            self.initial.setdefault(name, getattr(self.whose, name))
        self._offer_activities()

    def _offer_activities(self) -> None:
        hers = Activity.objects.visible_to(self.user).living().with_contact(self.whose.contact_id)
        latest = hers.filter(is_open=False).order_by("-at", "-pk").values_list("pk", flat=True)[:ACTIVITIES]
        rows = Activity.objects.filter(pk__in=list(latest)).order_by("-at", "-pk")
        self.fields["activity"] = ActivityChoice(
            queryset=rows, label=_("or an activity as its source"), required=False, empty_label="–"
        )

    def values(self) -> dict[str, Any]:
        return super().values() | ({} if self.instance.pk else {"kind": self.kind})


def judge_form(kind: str) -> type[JudgeForm]:
    fields = [VALUE_OF[kind], "source", "activity", "on"]
    made: Any = modelform_factory(Judgement, form=JudgeForm, fields=fields)
    made.kind = kind
    return made


class SourceForm(OfStakeholderForm):
    """A judgement is not written over; where it is known from may be put right."""

    class Meta:
        model = Judgement
        fields = ["source"]


class LineForm(OfStakeholderForm):
    influenced = PersonChoice(queryset=Stakeholder.objects.none(), label=_("whom"))

    class Meta:
        model = InfluenceLine
        fields = ["influenced", "strength", "note", "source", "since", "until"]

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["influenced"]
            return
        del self.fields["until"]
        field: Any = self.fields["influenced"]
        field.queryset = on_the_map(self.whose.account, self.user, self.whose.pk)


class CounterpartForm(OfStakeholderForm):
    class Meta:
        model = Counterpart
        fields = ["person", "is_main", "since"]

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["person"]
            return
        self.offer("person", User.objects.visible_to(self.user).living().filter(is_active=True))
        self.initial.setdefault("person", self.user.pk)
        self.initial.setdefault("is_main", not self.whose.counterparts.living().exists())


class GradeForm(OfStakeholderForm):
    class Meta:
        model = RelationshipGrade
        fields = ["grade", "on"]

    def __init__(self, *args: Any, person: User, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.person = person

    def values(self) -> dict[str, Any]:
        return super().values() | {"person": self.person}
