"""The report of a call, visit or meeting, made for a phone: mostly taps."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from kundenkreis.activities.models import Activity
from kundenkreis.activities.participating import with_hidden
from kundenkreis.activities.reporting import call_again, report
from kundenkreis.core import clock
from kundenkreis.customers.models import Contact
from kundenkreis.fields import picks
from kundenkreis.history.models import Event
from kundenkreis.staff.models import User
from kundenkreis.web.forms import WholeField, apply_errors
from kundenkreis.web.forms.activities import offer_participants
from kundenkreis.web.forms.custom import required_fields, required_values
from kundenkreis.web.forms.records import PickedField

DAYS = (("1", lazy("tomorrow")), ("7", lazy("in a week")), ("14", lazy("in two weeks")), ("30", lazy("in a month")))
AGAIN = (("", lazy("no")), ("hour", lazy("in an hour")), ("1", lazy("tomorrow")), ("7", lazy("in a week")))
_MORNING = dt.time(9)


class ReportForm(forms.Form):
    outcome = forms.ChoiceField(
        label=lazy("outcome"), choices=lambda: picks.offered("activities.outcome"), widget=forms.RadioSelect
    )
    body = forms.CharField(label=lazy("what happened"), max_length=20_000, required=False, widget=forms.Textarea)
    contact = forms.ModelChoiceField(
        label=lazy("with whom"), queryset=Contact.objects.none(), required=False, empty_label="–"
    )
    participants = PickedField(Contact, label=lazy("also with"), url="contacts:options")
    minutes = WholeField(label=lazy("minutes"), required=False, min_value=0, max_value=6000)
    next_step = forms.CharField(label=lazy("next step"), max_length=200, required=False)
    next_in = forms.ChoiceField(label=lazy("due"), choices=DAYS, initial="7", required=False, widget=forms.RadioSelect)
    again = forms.ChoiceField(label=lazy("call again"), choices=AGAIN, required=False, widget=forms.RadioSelect)

    def __init__(self, *args: Any, activity: Activity, user: User, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.activity, self.user = activity, user
        self.event: Event | None = None
        self.following: Activity | None = None
        visible = Contact.objects.visible_to(user).living()
        if activity.account is not None:
            here = visible.filter(positions__account=activity.account)
            self.fields["contact"].queryset = here.filter(positions__deleted_at=None).distinct()  # type: ignore[attr-defined]
        elif activity.contact is not None:
            self.fields["contact"].queryset = visible.filter(pk=activity.contact.pk)  # type: ignore[attr-defined]
        offer_participants(self, user)
        self.own = required_fields(Activity, user, activity.custom)
        self.fields |= self.own
        if activity.kind != Activity.Kind.CALL:
            del self.fields["again"]
        if activity.pk:
            self.initial["participants"] = list(activity.participants.all())
        for name in ("body", "minutes", "contact"):
            self.initial.setdefault(name, getattr(activity, f"{name}_id" if name == "contact" else name))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        new = not self.activity.pk
        if new and cleaned.get("outcome") not in Activity.MISSED and not cleaned.get("body", "").strip():
            self.add_error("body", _("Write what happened, or what is to be done."))
        return cleaned

    def _values(self) -> dict[str, Any]:
        given, one = self.cleaned_data, self.activity
        values: dict[str, Any] = {
            "outcome": given["outcome"],
            "body": given["body"].strip(),
            "minutes": given["minutes"],
        }
        if one.pk or given["participants"]:
            values["participants"] = with_hidden(self.user, one, given["participants"])
        values |= required_values(self)
        if given["contact"] is not None:  # one who is not offered to her stays
            values["contact"] = given["contact"]
        return values

    def save_by(self) -> bool:
        """Write it; False with messages at the fields when something is missing."""
        if not self.is_valid():
            return False
        given, one, values = self.cleaned_data, self.activity, self._values()
        if not one.pk:
            one.subject = (values["body"].splitlines() or [str(one.get_kind_display())])[0][:200]
        due = clock.today() + dt.timedelta(days=int(given["next_in"] or 7))
        step = given["next_step"].strip()
        try:
            with transaction.atomic():
                done, self.event, self.following = report(one, by=self.user, next_step=step, next_on=due, **values)
                if when := _again_at(given.get("again", "")):
                    subject = _("Call again")
                    self.following = call_again(done, self.event, by=self.user, at=when, subject=subject)
        except ValidationError as refused:
            apply_errors(self, refused)
            return False
        return True


def _again_at(choice: str) -> dt.datetime | None:
    """The hour of the next try, by the house's calendar; None without one."""
    if not choice:
        return None
    if choice == "hour":  # at the hour of the wall's clock, on the day that the house takes for today
        now = timezone.localtime().replace(second=0, microsecond=0, tzinfo=None)
        return timezone.make_aware(dt.datetime.combine(clock.today(), now.time()) + dt.timedelta(hours=1))
    return timezone.make_aware(dt.datetime.combine(clock.today() + dt.timedelta(days=int(choice)), _MORNING))
