"""The secret link of an action plan goes to buying contacts by mail, with a text of our own in the language of each.

A link is made for each person and mailed within one transaction, so that the secret is kept nowhere (it would lie in the queue of the worker)
and a mail that does not go out leaves no link. Whether she may be mailed is asked at that moment (`may_contact`, running business).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from smtplib import SMTPException
from typing import Any

from django.core import mail
from django.core.exceptions import ValidationError
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from kundenkreis.activities import opting_in
from kundenkreis.activities.contact_rules import SERVICE
from kundenkreis.activities.permission import Channel, may_contact_many
from kundenkreis.core.models import House
from kundenkreis.customers.models import Contact
from kundenkreis.customers.salutation import opening
from kundenkreis.history.recording import record_event
from kundenkreis.pipeline import sharing
from kundenkreis.pipeline.models import ActionPlan

MOST_TEXT = 4000


@dataclass
class Mailed:
    """To whom it went, and of whom it did not, why."""

    to: list[Contact] = field(default_factory=list)
    failed: list[tuple[Contact, str]] = field(default_factory=list)


def buying_contacts(plan: ActionPlan, seen: Any) -> list[Contact]:
    """The opportunity's buying contacts among those that somebody sees (`Contact.objects.visible_to`), in their order."""
    parts = plan.opportunity.contacts.living().order_by("pk").values_list("contact_id", flat=True)
    numbers = list(dict.fromkeys(parts))
    known = seen.living().in_bulk([pk for pk in numbers if pk])
    return [known[pk] for pk in numbers if pk in known]


def hindrances(people: Collection[Contact]) -> Mapping[int, str]:
    """Why some of these are not mailed, by their numbers."""
    answers = may_contact_many(people, SERVICE, Channel.EMAIL)
    found = {one.pk: answers[one.pk].sentence for one in people if not answers[one.pk].allowed}
    return found | {one.pk: _("No e-mail address is known.") for one in people if not one.email}


def usual_text(language: str) -> str:
    """What the text begins with, in a language of the house."""
    with translation.override(language):
        return _(
            "Here is our mutual action plan: what both of us do until the decision. Please look at it, tick what you have done, and comment"
            " where something does not fit."
        )


def send(
    plan: ActionPlan, people: Sequence[Contact], *, by: Any, texts: Mapping[str, str], expires_on: dt.date | None = None
) -> Mailed:
    """Make a link for each of these and mail it; `texts` are our words by language. Raises ValidationError by field, and then nothing went out.

    Of whom the mail server refuses, no link is left, and it is told.
    """
    opting_in.refuse_without_mail()
    if not House.lets_out():
        raise ValidationError(_("This is a test copy: no mail leaves it."))
    _refuse(people, texts)
    told = Mailed()
    for person in people:
        try:
            with transaction.atomic():
                link, address = sharing.share(plan, by=by, contact=person, expires_on=expires_on)
                record_event(link, "planlink.mailed", by=by)
                written(person, plan, texts[person.language], address, link.expires_on, by).send()
        except (SMTPException, OSError) as trouble:
            told.failed.append((person, type(trouble).__name__))
        except ValidationError as wrong:
            told.failed.append((person, " ".join(wrong.messages)))
        else:
            told.to.append(person)
    return told


def _refuse(people: Sequence[Contact], texts: Mapping[str, str]) -> None:
    if not people:
        raise ValidationError({"people": _("Choose to whom it goes.")})
    if why := hindrances(people):
        said = [f"{one.full_name}: {why[one.pk]}" for one in people if one.pk in why]
        raise ValidationError({"people": said})
    wrong: dict[str, Any] = {}
    for language in {one.language for one in people}:
        text = texts.get(language, "")
        if not text.strip():
            wrong[f"text_{language}"] = _("Write what stands above the link.")
        elif "\x00" in text:
            wrong[f"text_{language}"] = _("Null characters are not allowed.")
        elif len(text) > MOST_TEXT:
            wrong[f"text_{language}"] = _("This text is too long.")
    if wrong:
        raise ValidationError(wrong)


def written(
    person: Contact, plan: ActionPlan, text: str, address: str, expires_on: dt.date, by: Any
) -> mail.EmailMultiAlternatives:
    """The mail in her language; what she answers goes to whoever sends it."""
    with translation.override(person.language):
        context = {
            "opening": opening(person, person.language), "text": text.strip(), "link": address, "until": expires_on,
            "sender": by.get_full_name(), "house": House.current().name, "title": plan.title,
        }  # fmt: skip
        subject = _("%(title)s: our mutual action plan") % {"title": " ".join(plan.title.split())}
        plain = render_to_string("mail/plan.txt", context, using="jinja2")
        html = render_to_string("mail/plan.html", context, using="jinja2")
    made = mail.EmailMultiAlternatives(
        subject[:200], plain, None, [person.email], reply_to=[by.email] if by.email else None
    )
    made.attach_alternative(html, "text/html")
    return made
