"""Double opt-in and unsubscribing: what a person does herself, by a signed link and without signing in.

The link of a double opt-in holds once and for two weeks; only a button on its page confirms, because mail scanners open every link. The
link that unsubscribes never expires, and a mail program may post to it (RFC 8058, as RFC 2369 names it in the mail's head).
"""

from __future__ import annotations

import contextlib
import datetime as dt
import secrets
import smtplib
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core import mail, signing
from django.core.exceptions import ValidationError
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from kundenkreis.activities import permission
from kundenkreis.activities.contact_rules import Rule
from kundenkreis.core.models import House
from kundenkreis.customers import barring
from kundenkreis.customers.models import Consent, ConsentWording, Contact

LASTS = dt.timedelta(days=14)
AGAIN_AFTER = dt.timedelta(days=1)
_SALT_IN, _SALT_OUT = "kundenkreis.opt-in", "kundenkreis.unsubscribe"
_FORBIDDING = frozenset(
    {Rule.OBJECTED, Rule.SUPPRESSED, Rule.WITHDRAWN, Rule.IN_BIN, Rule.DECEASED, Rule.NO_CONTACT, Rule.LEFT}
)


@dataclass(frozen=True)
class Link:
    """What a link of a double opt-in stands for: `state` is "ask", "done" (confirmed by it already) or "unknown"."""

    state: str
    consent: Consent | None = None


def ask(contact: Contact, wording: ConsentWording, *, by: Any, source: str = "") -> Consent:
    """Mail the wording to the contact with a link that confirms it; until then the consent is pending, which allows nothing.

    Raises ValidationError, with a sentence, where asking itself would not be right, and when the mail could not be sent.
    """
    refuse_without_mail()
    if Consent.Channel.EMAIL not in wording.channels:
        raise ValidationError({"wording": _("This wording is for another purpose or channel.")})
    answer = permission.may_contact(contact, wording.purpose, Consent.Channel.EMAIL)
    if answer.rule in _FORBIDDING or answer.rule == Rule.NO_ADDRESS:
        raise ValidationError(answer.sentence)
    if answer.rule == Rule.CONSENT:
        raise ValidationError(_("The consent is given already."))
    with transaction.atomic():
        consent = _pending(contact, wording, by, source.strip() or _("asked by mail"))
        message = _message(consent)
        try:
            message.send()
        except (smtplib.SMTPException, OSError) as trouble:
            raise ValidationError(_("The mail could not be sent; nothing was stored.")) from trouble
    return consent


def refuse_without_mail() -> None:
    """Raises ValidationError, with a sentence, where no mail leaves the house."""
    if settings.EMAIL_BACKEND.endswith("console.EmailBackend"):
        raise ValidationError(_("No mail server is set up, so nobody can be asked by mail."))
    if House.current().is_test_copy:
        raise ValidationError(_("This is a test copy: no mail leaves it."))
    if House.current().is_demo:
        raise ValidationError(_("This is a demo house: no mail leaves it."))


def _pending(contact: Contact, wording: ConsentWording, by: Any, source: str) -> Consent:
    """The one entry for this purpose by mail, waiting for its link to be used; an older link is worth nothing from now on."""
    now = timezone.now()
    values: dict[str, Any] = {
        "state": Consent.State.PENDING,
        "since": now,
        "source": source[:200],
        "wording": wording,
        "how": Consent.How.DOUBLE_OPT_IN,
        "proof": "",
    }
    pair: dict[str, Any] = {"purpose": wording.purpose, "channel": Consent.Channel.EMAIL}
    rows = Consent._base_manager.select_for_update(of=("self",))
    there = rows.filter(contact=contact, **pair).first()
    if there is None:
        there = Consent.add(by=by, now=now, contact=contact, **pair, **values)
    elif there.state == Consent.State.PENDING and there.deleted_at is None and there.since > now - AGAIN_AFTER:
        raise ValidationError(_("This was asked within the last day; give the person time to answer."))
    else:
        if there.deleted_at is not None:
            there.restore(by=by, now=now)
        there.change(by=by, now=now, verb="asked", **values)
    there.ticket = secrets.token_urlsafe(16)
    Consent._base_manager.filter(pk=there.pk).update(ticket=there.ticket)
    return there


def _message(consent: Consent) -> mail.EmailMultiAlternatives:
    assert consent.wording is not None
    token = signing.dumps([consent.pk, consent.ticket], salt=_SALT_IN)
    return written(consent.contact, consent.wording, absolute("opt_in:confirm", token))


def written(person: Any, wording: ConsentWording, link: str) -> mail.EmailMultiAlternatives:
    """The mail with the wording and the link that confirms it, in the person's language. A person has `email`, `language`, `full_name`."""
    with translation.override(person.language):
        context = {
            "contact": person,
            "house": House.current().name,
            "purpose": wording.get_purpose_display(),
            "text": wording.text(person.language),
            "link": link,
            "days": LASTS.days,
        }
        subject = _("Please confirm: %(purpose)s of %(house)s") % context
        text = render_to_string("mail/opt_in.txt", context, using="jinja2")
        html = render_to_string("mail/opt_in.html", context, using="jinja2")
    made = mail.EmailMultiAlternatives(
        subject, text, None, [person.email], headers={"Auto-Submitted": "auto-generated"}
    )
    made.attach_alternative(html, "text/html")
    return made


def of_link(token: str) -> Link:
    """What a link stands for now; looking at it changes nothing."""
    try:
        pk, ticket = signing.loads(token, salt=_SALT_IN, max_age=LASTS)
    except (signing.BadSignature, TypeError, ValueError):
        return Link("unknown")
    rows = Consent.objects.living().select_related("contact", "wording")
    consent = rows.filter(pk=pk, contact__deleted_at=None).first()
    if consent is None:
        return Link("unknown")
    if consent.state == Consent.State.PENDING and ticket and secrets.compare_digest(consent.ticket, ticket):
        return Link("ask", consent)
    confirmed = consent.state == Consent.State.GIVEN and consent.proof.endswith(mark_of(ticket))
    return Link("done" if confirmed else "unknown", consent if confirmed else None)


@transaction.atomic
def confirm(token: str, *, address: str) -> Link:
    """The person pressed the button: the consent is given, and moment, mail and network address are its proof. Works once."""
    link = of_link(token)
    if link.state != "ask" or link.consent is None:
        return link
    consent = Consent._base_manager.select_for_update(of=("self",)).get(pk=link.consent.pk)
    again = of_link(token)
    if again.state != "ask":  # a second press was faster
        return again
    answer = permission.may_contact(consent.contact, consent.purpose, consent.channel)
    if answer.rule in _FORBIDDING:
        return Link("unknown")
    now, ticket = timezone.now(), consent.ticket
    proof = f"{consent.contact.email}, {address}, {now.isoformat(timespec='seconds')}, {mark_of(ticket)}"
    consent.change(by=None, now=now, verb="confirmed", state=Consent.State.GIVEN, since=now, proof=proof[-300:])
    Consent._base_manager.filter(pk=consent.pk).update(ticket="")
    return Link("done", consent)


def mark_of(ticket: str) -> str:
    """What stays of a used ticket: enough to know the link again, too little to make one."""
    return f"#{ticket[:8]}"


# --- unsubscribing -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Way:
    """Whom, what and over which channel a link unsubscribes."""

    contact: Contact
    purpose: str
    channel: str

    @property
    def purpose_name(self) -> str:
        return str(Consent.Purpose(self.purpose).label)

    @property
    def channel_name(self) -> str:
        return str(Consent.Channel(self.channel).label)


def unsubscribe_link(contact: Contact, purpose: str, channel: str = "email") -> str:
    """The address that goes into each message of advertising."""
    return absolute("opt_in:unsubscribe", signing.dumps([contact.pk, purpose, channel], salt=_SALT_OUT))


def unsubscribe_headers(contact: Contact, purpose: str) -> dict[str, str]:
    """What the head of each advertising mail says, so that mail programs offer to unsubscribe by one press (RFC 8058)."""
    link = unsubscribe_link(contact, purpose)
    return {"List-Unsubscribe": f"<{link}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def way_out(token: str) -> Way | None:
    """What a link unsubscribes; None for one that we did not write, and when the contact is gone for good."""
    try:
        pk, purpose, channel = signing.loads(token, salt=_SALT_OUT)
    except (signing.BadSignature, TypeError, ValueError):
        return None
    contact = Contact._base_manager.filter(pk=pk).first()
    known = purpose in Consent.Purpose.values and channel in Consent.Channel.values
    return Way(contact, purpose, channel) if contact is not None and known else None


@transaction.atomic
def unsubscribe(way: Way) -> None:
    """No more of this purpose over this channel, whether it rested on consent or on the customer exception. Twice is once."""
    said = _("Unsubscribe link")
    pair: dict[str, Any] = {"purpose": way.purpose, "channel": way.channel}
    there = Consent._base_manager.select_for_update(of=("self",)).filter(contact=way.contact, **pair).first()
    now = timezone.now()
    if there is None:
        state = Consent.State.OBJECTED
        Consent.add(by=None, now=now, contact=way.contact, **pair, state=state, since=now, source=said)
        return
    if there.deleted_at is not None:
        there.restore(by=None, now=now)
    if there.may_withdraw:
        there.withdraw(by=None, now=now, source=said)


def unsubscribe_from_all(way: Way) -> None:
    """The person wants no advertising at all any more. Twice is once."""
    with contextlib.suppress(ValidationError):
        barring.object_to_advertising(way.contact, by=None, source=_("Unsubscribe link"))


def absolute(name: str, token: str) -> str:
    """The whole address of a page that somebody outside opens by a token."""
    return f"{settings.PUBLIC_URL.rstrip('/')}{reverse(name, args=[token])}"
