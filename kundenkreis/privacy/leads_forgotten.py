"""Leads are people too: what is held of one goes for good with her erasure, and out of sight while she is restricted.

A person's leads are those that became her contact, and those with a mail address of hers; so is what was sent by a form with it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from kundenkreis.activities.models import Activity
from kundenkreis.core import bulk, search
from kundenkreis.core.models import House
from kundenkreis.customers import barring
from kundenkreis.customers.models import Suppression
from kundenkreis.files.models import Document
from kundenkreis.history.recording import record_event
from kundenkreis.history.values import ERASED, plain
from kundenkreis.leads.models import Lead, LeadConsent, Submission
from kundenkreis.privacy import files_naming, unsaying

_THROUGH: Any = Lead.activities.through


def of_person(contacts: Collection[int], mails: Iterable[str]) -> list[Lead]:
    """Her leads, in the bin too."""
    here = models.Q(contact_id__in=list(contacts)) | models.Q(email__in=[one.lower() for one in mails if one])
    return list(Lead._base_manager.filter(here).order_by("pk"))


def sent_by(mails: Iterable[str], leads: Iterable[Lead]) -> models.QuerySet[Submission]:
    """What was sent by forms with her address, or became her leads."""
    here = models.Q(lead__in=[one.pk for one in leads])
    for mail in mails:
        here |= models.Q(data__email__iexact=mail)
    return Submission._base_manager.filter(here)


def take(contacts: Collection[int], mails: Collection[str]) -> dict[str, Any]:
    """Out of sight: the rows as they were, so that `put` brings them back. Belongs into one transaction."""
    leads = of_person(contacts, mails)
    numbers = [one.pk for one in leads]
    kept: dict[str, Any] = {"events": [], "rows": {}}
    if not numbers and not sent_by(mails, leads).exists():
        return {}
    for model, rows in _rows(numbers, mails, leads):
        kept["rows"][model._meta.label_lower] = [
            {name: plain(value) for name, value in row.items()}
            for row in rows.values(*(field.attname for field in model._meta.concrete_fields))
        ]
    consents = LeadConsent._base_manager.filter(lead__in=numbers).values_list("pk", flat=True)
    about = [("leads.lead", pk) for pk in numbers] + [("leads.leadconsent", pk) for pk in consents]
    unsaying.unsay_events(about, _nameless(), kept["events"])
    _delete(numbers, mails, leads)
    return kept


def put(kept: dict[str, Any]) -> None:
    """Everything where it was."""
    if not kept:
        return
    models_: tuple[Any, ...] = (Lead, LeadConsent, _THROUGH, Submission)
    for model in models_:
        fields = list(model._meta.concrete_fields)
        rows = kept["rows"].get(model._meta.label_lower, [])
        values = [[field.to_python(row.get(field.attname)) for field in fields] for row in rows]
        if values:
            bulk.insert_rows(model, [field.attname for field in fields], values)
    numbers = [row["id"] for row in kept["rows"].get("leads.lead", [])]
    search.index(search.LEAD, [lead.search_row() for lead in Lead.objects.living().filter(pk__in=numbers)])
    unsaying.say_again(kept["events"])


def _rows(numbers: list[int], mails: Collection[str], leads: list[Lead]) -> list[tuple[Any, Any]]:
    return [
        (Lead, Lead._base_manager.filter(pk__in=numbers)),
        (LeadConsent, LeadConsent._base_manager.filter(lead__in=numbers)),
        (_THROUGH, _THROUGH._base_manager.filter(lead__in=numbers)),
        (Submission, sent_by(mails, leads)),
    ]


def _delete(numbers: list[int], mails: Collection[str], leads: list[Lead]) -> None:
    sent_by(mails, leads).delete()
    search.remove(search.LEAD, numbers)
    Lead._base_manager.filter(pk__in=numbers).delete()


@transaction.atomic
def forget_all(contacts: Collection[int], mails: Collection[str], *, by: Any) -> int:
    """Her leads go for good, with what hangs on them; how many there were. That they were erased stays in history."""
    leads = of_person(contacts, mails)
    for lead in leads:
        _forget(lead, by)
    sent_by(mails, []).delete()
    return len(leads)


@transaction.atomic
def forget(lead: Lead, *, by: Any) -> None:
    """A lead who never became a contact wants to be forgotten (Art. 17 GDPR); her addresses stay as hashes, so that her wish holds.

    Raises ValidationError for one who is a contact: there everything about her is looked for.
    """
    lead = Lead._base_manager.select_for_update(of=("self",)).get(pk=lead.pk)
    if lead.contact_id is not None:
        raise ValidationError(_("She is a contact by now. Erase the contact; her leads go with it."))
    for kind, text in (("email", lead.email), ("phone", lead.phone), ("phone", lead.mobile)):
        try:
            if text:
                barring.suppress_address(kind, text, by=None, reason=Suppression.Reason.ERASURE)
        except ValidationError:  # no number that anybody could call
            continue
    mails = [lead.email] if lead.email else []
    _forget(lead, by)
    sent_by(mails, []).delete()


def _forget(lead: Lead, by: Any) -> None:
    said = _nameless()
    own = lead.activities.filter(account=None)  # with nobody else: what was spoken was with her
    texts = list(own.values_list("pk", flat=True))
    consents = list(LeadConsent._base_manager.filter(lead=lead).values_list("pk", flat=True))
    documents = list(Document.objects.on(lead))
    shas = [sha for one in documents for sha in one.versions.values_list("sha256", flat=True)]
    files_naming.drop(shas, [one.pk for one in documents])
    about = [("leads.lead", lead.pk), *(("leads.leadconsent", pk) for pk in consents)]
    about += [("activities.activity", pk) for pk in texts]
    record_event(lead, "lead.erased", by=by)
    unsaying.unsay_events(about, said)
    for one in Activity._base_manager.filter(pk__in=texts):
        Activity._base_manager.filter(pk=one.pk).update(subject=ERASED, body="")
        one.refresh_from_db()
        one.settle({"subject", "body"})
    _delete([lead.pk], [], [lead])


def _nameless() -> str:
    with translation.override(House.known().language or "en"):
        return _("Erased lead")
