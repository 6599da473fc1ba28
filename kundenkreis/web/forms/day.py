"""What is done from My day, with a customer: a call that took place, a task, a planned visit, and the step after it."""

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
from kundenkreis.activities.reporting import follow_up
from kundenkreis.core import clock
from kundenkreis.customers.models import Account
from kundenkreis.history.models import Event
from kundenkreis.staff.models import User
from kundenkreis.web.forms import DateField, apply_errors
from kundenkreis.web.forms.activities import ComposerForm

KINDS = (Activity.Kind.CALL, Activity.Kind.TASK, Activity.Kind.VISIT)


class ActForm(ComposerForm):
    """As the composer, with a next step beside what took place, and whether that settles the reason on My day."""

    next_step = forms.CharField(label=lazy("next step"), max_length=200, required=False)
    next_on = DateField(label=lazy("due"), required=False)
    settles = forms.BooleanField(label=lazy("take it off My day"), required=False, initial=True)

    def __init__(self, *args: Any, user: User, account: Account, kind: str, **kwargs: Any):
        super().__init__(*args, user=user, account=account, contact=None, **kwargs)
        self.following: Activity | None = None
        self.fields["kind"].initial = kind
        self.fields["kind"].required = False
        self.chosen = kind
        if kind == Activity.Kind.VISIT:
            self.fields["at"].required = True
            self.initial.setdefault("at", _next_morning())
        if kind == Activity.Kind.TASK:
            self.initial.setdefault("due_on", clock.today() + dt.timedelta(days=1))

    def clean_kind(self) -> str:
        return self.chosen

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("next_on") and not cleaned.get("next_step"):
            self.add_error("next_step", _("Write what is to be done then."))
        return cleaned

    @property
    def planned_for(self) -> dt.date | None:
        """The day of what was planned; None for what took place."""
        return self.record.due_on if self.record.is_open else None

    @transaction.atomic
    def save_by(self) -> bool:
        """The activity and, if one was written, the step after it; both or none."""
        if not super().save_by():
            return False
        given = self.cleaned_data
        if not given["next_step"]:
            return True
        try:
            due = given["next_on"] or clock.today() + dt.timedelta(days=7)
            event = Event.objects.about(self.record).latest("pk")
            step = given["next_step"].strip()
            self.following = follow_up(self.record, event, by=self.user, step=step, on=due)
        except ValidationError as refused:
            transaction.set_rollback(True)
            apply_errors(self, refused)
            return False
        return True


def _next_morning() -> dt.datetime:
    """The next working day at ten, by the house's calendar."""
    day = clock.today() + dt.timedelta(days=1)
    while day.weekday() > 4:
        day += dt.timedelta(days=1)
    return timezone.make_aware(dt.datetime.combine(day, dt.time(10)))
