"""The report of a call, visit or meeting, made for a phone: mostly taps."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from kundenkreis.activities.models import Activity
from kundenkreis.activities.reporting import report
from kundenkreis.core import clock
from kundenkreis.customers.models import Contact
from kundenkreis.history.models import Event
from kundenkreis.staff.models import User
from kundenkreis.web.forms import WholeField, apply_errors

DAYS = (("1", lazy("tomorrow")), ("7", lazy("in a week")), ("14", lazy("in two weeks")), ("30", lazy("in a month")))


class ReportForm(forms.Form):
    outcome = forms.ChoiceField(label=lazy("outcome"), choices=Activity.Outcome.choices, widget=forms.RadioSelect)
    body = forms.CharField(label=lazy("what happened"), max_length=20_000, required=False, widget=forms.Textarea)
    contact = forms.ModelChoiceField(
        label=lazy("with whom"), queryset=Contact.objects.none(), required=False, empty_label="–"
    )
    minutes = WholeField(label=lazy("minutes"), required=False, min_value=0, max_value=6000)
    next_step = forms.CharField(label=lazy("next step"), max_length=200, required=False)
    next_in = forms.ChoiceField(label=lazy("due"), choices=DAYS, initial="7", required=False, widget=forms.RadioSelect)

    def __init__(self, *args: Any, activity: Activity, user: User, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.activity, self.user = activity, user
        self.event: Event | None = None
        self.following: Activity | None = None
        if activity.account is not None:
            here = Contact.objects.visible_to(user).living().filter(positions__account=activity.account)
            self.fields["contact"].queryset = here.filter(positions__deleted_at=None).distinct()  # type: ignore[attr-defined]
        for name in ("body", "minutes", "contact"):
            self.initial.setdefault(name, getattr(activity, f"{name}_id" if name == "contact" else name))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        new = not self.activity.pk
        if new and cleaned.get("outcome") != Activity.Outcome.NOT_REACHED and not cleaned.get("body", "").strip():
            self.add_error("body", _("Write what happened, or what is to be done."))
        return cleaned

    def save_by(self) -> bool:
        """Write it; False with messages at the fields when something is missing."""
        if not self.is_valid():
            return False
        given, one = self.cleaned_data, self.activity
        body = given["body"].strip()
        if not one.pk:
            one.subject = (body.splitlines() or [str(one.get_kind_display())])[0][:200]
        values: dict[str, Any] = {"outcome": given["outcome"], "body": body, "minutes": given["minutes"]}
        if given["contact"] is not None:  # one who is not offered to her stays
            values["contact"] = given["contact"]
        due = clock.today() + dt.timedelta(days=int(given["next_in"] or 7))
        step = given["next_step"].strip()
        try:
            self.event, self.following = report(one, by=self.user, next_step=step, next_on=due, **values)
        except ValidationError as refused:
            apply_errors(self, refused)
            return False
        return True
