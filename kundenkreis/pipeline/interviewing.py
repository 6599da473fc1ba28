"""Somebody is to be asked how it was decided: whether she may be, and the task for whoever asks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from kundenkreis.activities import permission
from kundenkreis.activities.contact_rules import Answer
from kundenkreis.activities.models import Activity
from kundenkreis.customers.models import Contact
from kundenkreis.pipeline.models import Interview, Opportunity

# By which channel of permission each way of asking is judged. Who is visited is asked on business that she had with us.
_ASKED_BY = {"phone": ("survey", "phone"), "email": ("survey", "email")}
_KINDS = {"phone": "call", "email": "mail", "visit": "visit", "video": "meeting"}


def may_ask(people: Iterable[Contact], channel: str) -> dict[int, Answer]:
    """Whether these contacts may be asked over a channel of `Interview.Channel`; a survey counts as advertising (`contact_rules`)."""
    purpose = _ASKED_BY.get(channel)
    return permission.may_contact_many(people, *purpose) if purpose else permission.at_all(people)


@transaction.atomic
def plan(opportunity: Opportunity, contact: Contact, *, channel: str, due_on: dt.date, by: Any) -> Activity:
    """A task to ask this contact, which belongs to the opportunity. Raises ValidationError by field, where she must not be asked too."""
    if opportunity.is_open:
        raise ValidationError(_("It is still open. Ask how it was decided once it is."))
    if channel not in Interview.Channel.values:
        raise ValidationError({"channel": _("Choose how she is asked.")})
    answer = may_ask([contact], channel)[contact.pk]
    if not answer.allowed:
        raise ValidationError({"contact": answer.sentence})
    task = Activity.add(
        by=by, subject=(_("Interview: %(name)s") % {"name": opportunity})[:200], kind=_KINDS[channel], due_on=due_on,
        is_open=True, owner=by, account=opportunity.account, contact=contact,
    )  # fmt: skip
    opportunity.attach([task], by=by)
    return task
