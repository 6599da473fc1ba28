"""The composer's form: one box for a note, a call, a visit, a mail, a task."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kundenkreis.activities.models import Activity
from kundenkreis.activities.participating import with_hidden
from kundenkreis.core import clock, zones
from kundenkreis.customers.models import Account, Contact
from kundenkreis.fields import picks
from kundenkreis.staff import access
from kundenkreis.staff.models import User
from kundenkreis.web.forms import DateField, DateTimeField, WholeField, apply_errors
from kundenkreis.web.forms.custom import FieldedForm, required_fields, required_values
from kundenkreis.web.forms.records import PickedField, RecordField
from kundenkreis.web.forms.zones import ClockField, ZoneField, on_clock


def colleague_called(text: str) -> Q:
    """People of staff with this first and last name, or mail address."""
    first, _blank, last = text.rpartition(" ")
    return Q(last_name__iexact=last, first_name__iexact=first) | Q(email__iexact=text)


def offer_participants(form: forms.BaseForm, user: User) -> None:
    """Who may be named as taking part: contacts whom the person may see, and colleagues."""
    form.fields["participants"].queryset = Contact.objects.visible_to(user).living()  # type: ignore[attr-defined]
    if "colleagues" in form.fields:
        colleagues = User.objects.visible_to(user).living().filter(is_active=True)
        form.fields["colleagues"].queryset = colleagues  # type: ignore[attr-defined]


class ComposerForm(forms.Form):
    """`text` is the subject (its first line) and the body. A task or a planned visit is open until it is ticked off."""

    kind = forms.ChoiceField(choices=lambda: picks.offered("activities.kind"))
    text = forms.CharField(label=_("what happened"), max_length=20_000, widget=forms.Textarea)
    with_whom = forms.ModelChoiceField(
        label=_("with whom"), queryset=Contact.objects.none(), required=False, empty_label="–"
    )
    participants = PickedField(Contact, label=_("also with"), url="contacts:options")
    colleagues = PickedField(User, label=_("colleagues"), url="people:options", named=colleague_called)
    at = DateTimeField(label=_("when"), required=False)
    minutes = WholeField(label=_("minutes"), required=False, min_value=0, max_value=6000)
    outcome = forms.ChoiceField(
        label=_("outcome"), choices=lambda: [("", "–"), *picks.offered("activities.outcome")], required=False
    )
    due_on = DateField(label=_("due"), required=False)
    remind_at = DateTimeField(label=_("remind me"), required=False)
    owner = forms.ModelChoiceField(label=_("whose"), queryset=User.objects.none(), required=False)

    def __init__(self, *args: Any, user: User, account: Account | None, contact: Contact | None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.user, self.account, self.contact = user, account, contact
        self.record: Activity = Activity()
        self.fields |= optional(required_fields(Activity, user))  # of a task nothing is asked
        self.fields["owner"].queryset = User.objects.living().filter(is_active=True)
        offer_participants(self, user)
        if account is not None:
            self.fields["with_whom"].queryset = (
                Contact.objects.living().filter(positions__account=account, positions__deleted_at=None).distinct()
            )

    def clean_text(self) -> str:
        text = self.cleaned_data["text"].strip()
        if not text:
            raise ValidationError(_("Write what happened, or what is to be done."))
        return text

    def values(self) -> dict[str, Any]:
        """What `Activity.add` is told."""
        given = self.cleaned_data
        first, _line, rest = given["text"].partition("\n")
        is_task = given["kind"] == Activity.Kind.TASK
        at = given["at"] or timezone.now()
        planned = given["kind"] in (
            Activity.Kind.VISIT,
            Activity.Kind.MEETING,
            Activity.Kind.CALL,
        ) and self._lies_ahead(given["at"])
        values: dict[str, Any] = {
            "kind": given["kind"],
            "subject": first.strip()[:200],
            "body": given["text"] if len(first.strip()) > 200 else rest.strip(),
            "account": self.account,
            "contact": self.contact or given["with_whom"],
            "participants": given["participants"] or None,
            "colleagues": given["colleagues"] or None,
            "owner": given["owner"] or self.user,
            "at": at,
            "is_open": is_task or planned,
        }
        if is_task or planned:
            values |= {
                "due_on": given["due_on"] or (timezone.localdate(at) if planned else None),
                "remind_at": given["remind_at"],
            }
        if not is_task:
            values |= {"minutes": given["minutes"], "outcome": given["outcome"]}
        values |= required_values(self)
        return {name: value for name, value in values.items() if value is not None}

    def _lies_ahead(self, at: dt.datetime | None) -> bool:
        """Only a time that was given can lie ahead, by the house's calendar."""
        if at is None:
            return False
        day, today = timezone.localdate(at), clock.today()
        return day > today or (day == today and at > timezone.now())

    def save_by(self) -> bool:
        """Write it; False with messages at the fields when something is missing."""
        if not self.is_valid():
            return False
        try:
            self.record = Activity.add(by=self.user, **self.values())
        except ValidationError as error:
            apply_errors(self, error)
            return False
        return True


# What the composer offers unless the house has its own words for it: kind, label, icon.
_KINDS = (
    ("note", _("Note"), "sticky-note"),
    ("call", _("Call"), "phone"),
    ("visit", _("Visit"), "car"),
    ("meeting", _("Meeting"), "users"),
    ("mail", _("Mail"), "mail"),
    ("task", _("Task"), "check"),
)


class ComposerOwn(forms.Form):
    """What the composer over a timeline knows of the house: which kinds and outcomes it offers, and the custom fields that whoever writes
    an entry may not leave empty.
    """

    @property
    def kinds(self) -> list[tuple[str, Any, str]]:
        if "activities.kind" not in picks.known():
            return list(_KINDS)
        icons = {kind: icon for kind, _label, icon in _KINDS}
        return [(kind, label, icons[kind]) for kind, label in picks.offered("activities.kind")]

    @property
    def outcomes(self) -> list[tuple[str, str]]:
        return [("", "–"), *picks.offered("activities.outcome")]

    def __init__(self, user: User):
        super().__init__(auto_id="composer-%s")
        self.fields |= optional(required_fields(Activity, user))


def optional(some: dict[str, forms.Field]) -> dict[str, forms.Field]:
    """Fields that the verb asks for where it needs them."""
    for one in some.values():
        one.required = False
    return some


class ActivityForm(FieldedForm):
    asks_always = False
    """All fields of an activity, new or there already."""

    account = RecordField(Account, label=_("account"), url="accounts:options", required=False)
    contact = RecordField(Contact, label=_("contact"), url="contacts:options", required=False)
    at = ClockField(label=_("when"), required=False)
    time_zone = ZoneField(label=_("time zone"))
    participants = PickedField(Contact, label=_("also with"), url="contacts:options")
    colleagues = PickedField(User, label=_("colleagues"), url="people:options", named=colleague_called)

    class Meta:
        model = Activity
        fields = [
            "kind",
            "subject",
            "account",
            "contact",
            "participants",
            "owner",
            "colleagues",
            "at",
            "time_zone",
            "minutes",
            "is_open",
            "due_on",
            "remind_at",
            "outcome",
            "purpose",
            "body",
        ]
        help_texts = {
            "purpose": _(
                "Empty for running business. Advertising is planned only where it is allowed, and counts against the house's limit."
            )
        }
        widgets = {"body": forms.Textarea(attrs={"rows": 5})}

    def __init__(self, *args: Any, user: User, **kwargs: Any):
        super().__init__(*args, user=user, **kwargs)
        if "owner" in self.fields:
            self.fields["owner"].queryset = User.objects.living().filter(is_active=True)  # type: ignore[attr-defined]
        for name, model in (("account", Account), ("contact", Contact)):
            self.offer(name, model.objects.visible_to(user).living())
        self.fields["at"].zone = self.instance.time_zone  # type: ignore[attr-defined]
        self.fields["time_zone"].help_text = _("Empty: %(place)s. The time is the one there.") % {
            "place": zones.city("")
        }
        offer_participants(self, user)
        if "at" in self.fields:
            self.fields["at"].required = False

    def values(self) -> dict[str, Any]:
        values = super().values()
        if "participants" in values:
            values["participants"] = with_hidden(self.user, self.instance, values["participants"])
        if values.get("at") is None:
            values["at"] = self.instance.at if self.instance.pk else timezone.now()
        if not self.instance.pk and values.get("owner") is None:
            values["owner"] = self.user
        return values

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        on_clock(self, "at", cleaned.get("time_zone", ""))
        moved = {
            name: cleaned[name]
            for name in ("account", "contact")
            if cleaned.get(name) is not None and cleaned[name].pk != getattr(self.instance, f"{name}_id")
        }
        whose = (cleaned.get("account") or cleaned.get("contact")) if moved else None
        if whose is not None and not access.may(self.user, "activities.add", whose):
            self.add_error("account", _("You may not add activities there."))
        return cleaned


class StepForm(forms.Form):
    """The next step, in place: what, when, and what it is."""

    subject = forms.CharField(label=_("next step"), max_length=200)
    kind = forms.ChoiceField(
        label=_("kind"), choices=lambda: [one for one in picks.offered("activities.kind") if one[0] != "note"]
    )
    due_on = DateField(label=_("due"))


def step_of(form: StepForm, record: Any, by: Any) -> Activity:
    """The activity that a next step is: of the record's owner, or `by` where she has left, at its account. Raises ValidationError."""
    owner = record.owner if record.owner is not None and record.owner.is_active else by
    return Activity.add(by=by, is_open=True, owner=owner, account=record.account, **form.cleaned_data)
