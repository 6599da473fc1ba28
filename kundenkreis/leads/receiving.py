"""What comes in by a public form: kept raw first, then made a lead, or held back where it looks like a robot's.

Nothing is thrown away: what is held back waits for a person, who releases or discards it. Only beyond `MOST_KEPT` an hour the form says
that it takes no more, so that whoever sends it knows.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from kundenkreis.core import hourly
from kundenkreis.customers import sealed_addresses
from kundenkreis.history.recording import record_event
from kundenkreis.inbox.models import Notification
from kundenkreis.leads import opting_in
from kundenkreis.leads.models import Lead, LeadForm, Submission
from kundenkreis.leads.models.forms import ASKABLE
from kundenkreis.staff import access
from kundenkreis.staff.models import User

Why, State = Submission.Why, Submission.State
TRAP = "confirm_fax"  # a field that people do not see
BESIDE = ("campaign", "medium", "referrer", "landing_page")
STAMP_LASTS = 24 * 3600  # seconds
MOST_KEPT = 2_000  # an hour and form
_LONGEST = 10_000  # characters of one value
_SALT = "kundenkreis.lead-form"


@dataclass(frozen=True)
class Stamp:
    """When a form was shown, and its one-time mark."""

    mark: str
    age: float


def stamp(form: LeadForm) -> str:
    """What a shown form carries, signed: which form it is, when it was shown, and a mark that counts once."""
    return signing.dumps([form.pk, int(time.time() * 1000), secrets.token_urlsafe(9)], salt=_SALT, compress=True)


def read_stamp(text: str, form: LeadForm) -> Stamp | None:
    """None for one that is not ours, of another form, or too old."""
    try:
        number, shown, mark = signing.loads(text, salt=_SALT, max_age=STAMP_LASTS)
        age = time.time() - int(shown) / 1000
    except (signing.BadSignature, TypeError, ValueError):
        return None
    return Stamp(str(mark), age) if number == form.pk else None


class TooMany(Exception):
    """The form keeps no more for now."""


def submit(
    form: LeadForm,
    data: Mapping[str, str],
    *,
    stamp: Stamp | None,
    trapped: bool = False,
    agreed: bool = False,
    language: str = "de",
    address: str = "",
    agent: str = "",
) -> Submission | None:
    """Keep what was sent, and make a lead of it unless something speaks for a robot. None for the same page sent twice.

    Raises TooMany beyond what is kept in an hour.
    """  # fmt: skip
    kept = {name: str(data[name])[:_LONGEST] for name in (*ASKABLE, *BESIDE) if data.get(name)}
    why = _suspicion(form, kept, stamp, trapped)
    if why == "again":
        return None
    why = why or _over_limit(form, address)
    if hourly.count(f"form.kept.{form.pk}") > MOST_KEPT:
        raise TooMany
    made = Submission.objects.create(
        form=form, data=kept, why=why, language=language, agreed=agreed and form.wording_id is not None,
        wording_id=form.wording_id if agreed else None, address=address[:45], agent=agent[:300].replace("\x00", ""),
    )  # fmt: skip
    if why:
        _tell_held(form)
    else:
        accept(made, by=None)
    return made


def _suspicion(form: LeadForm, kept: Mapping[str, str], stamp: Stamp | None, trapped: bool) -> str:
    if not form.is_active:
        return Why.CLOSED
    if trapped or stamp is None:
        return Why.TRAP
    digest = hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()
    key = f"leads.stamp.{stamp.mark}"
    if not cache.add(key, digest, STAMP_LASTS):
        return "again" if cache.get(key) == digest else Why.REPLAYED
    return Why.FAST if stamp.age < form.least_seconds else ""


def _over_limit(form: LeadForm, address: str) -> str:
    """Only what would be accepted counts, so that a robot in a trap takes nobody's place."""
    if hourly.count(f"form.{form.pk}.{hashlib.sha256(address.encode()).hexdigest()[:24]}") > form.per_address:
        return Why.ADDRESS
    return Why.FORM if hourly.count(f"form.{form.pk}") > form.per_hour else ""


def accept(submission: Submission, *, by: Any) -> Lead | None:
    """Make a lead of what was sent; where that is refused it stays held back, with the reason."""
    try:
        with transaction.atomic():
            lead = _lead_of(submission)
            state = State.ACCEPTED if by is None else State.RELEASED
            _decide(submission, state, by, lead=lead)
            if submission.agreed and submission.wording is not None and lead.email:
                opting_in.agree(lead, submission.wording, source=str(submission.form))
            return lead
    except ValidationError as refused:
        texts = [submission.data.get(name, "") for name in sealed_addresses.COLUMNS]
        why = Why.SEALED if sealed_addresses.taken(texts) else Why.REFUSED
        said = " ".join(dict.fromkeys(refused.messages))[:300]
        Submission.objects.filter(pk=submission.pk).update(state=State.HELD, why=why, problem=said)
        submission.refresh_from_db()
        return None


def release(submission: Submission, *, by: Any) -> Lead | None:
    """It was a person after all. Raises ValidationError when somebody has decided already."""
    with transaction.atomic():
        _still_held(submission)
        return accept(submission, by=by)


@transaction.atomic
def discard(submission: Submission, *, by: Any) -> None:
    """It was no lead. What was sent is kept for a month, and can be released until then."""
    _still_held(submission)
    _decide(submission, State.DISCARDED, by)


@transaction.atomic
def take_back(submission: Submission, *, by: Any) -> None:
    """A discarded one waits again."""
    locked = Submission.objects.select_for_update().get(pk=submission.pk)
    if locked.state != State.DISCARDED:
        raise ValidationError(_("It is not discarded."))
    _decide(submission, State.HELD, by)


def _still_held(submission: Submission) -> None:
    locked = Submission.objects.select_for_update().get(pk=submission.pk)
    if locked.state not in (State.HELD, State.DISCARDED):
        raise ValidationError(_("Somebody has decided about it already."))


def _decide(submission: Submission, state: str, by: Any, lead: Lead | None = None) -> None:
    before = submission.state
    submission.state, submission.lead = state, lead or submission.lead
    submission.decided_at, submission.decided_by = (timezone.now(), by) if by is not None else (None, None)
    submission.save(update_fields=["state", "lead", "decided_at", "decided_by"])
    if by is not None:
        record_event(submission, f"submission.{state}", by=by, changes={"state": [before, state]})


def _lead_of(submission: Submission) -> Lead:
    form, data = submission.form, submission.data
    values: dict[str, Any] = {name: _fitted(name, text) for name, text in data.items() if name in (*ASKABLE, *BESIDE)}
    employees = values.pop("employees", "")
    if employees.isascii() and employees.isdigit() and len(employees) < 9:
        values["employees"] = int(employees)
    values["campaign"] = values.get("campaign") or form.campaign
    return Lead.add(
        by=None, **values, form=form, origin=Lead.Origin.FORM, source=form.source, is_inquiry=True, language=submission.language,
        received_at=submission.received_at,
    )  # fmt: skip


def _fitted(name: str, text: str) -> str:
    """A value in the length of its column; where something was cut off, the message has all of it in the submission."""
    longest = getattr(Lead._meta.get_field(name), "max_length", None)
    bare = text.strip().replace("\x00", "")
    return bare[:longest] if longest else bare


def _tell_held(form: LeadForm) -> None:
    """Once an hour whoever keeps the forms is told that something waits."""
    if not cache.add(f"leads.form.told.{form.pk}", 1, hourly.SECONDS):
        return
    for person in User.objects.living().filter(is_active=True, role__in=_keepers()):
        with translation.override(person.language):
            said = _("The form “%(form)s” holds back what was sent. Have a look.") % {"form": form}
        Notification.send(person, "lead", said, held_address())


def _keepers() -> list[str]:
    return [role for role, actions in access.TABLE.items() if actions.get("lead_settings.change")]


def held_address() -> str:
    """Where what is held back is shown."""
    from django.urls import NoReverseMatch, reverse

    try:
        return reverse("submissions:list")
    except NoReverseMatch:
        return ""


def forget_old() -> int:
    """What was discarded a month ago goes for good, and what became a lead a year ago (the lead is kept). How many rows."""
    from datetime import timedelta

    now = timezone.now()
    gone = Submission.objects.filter(state=State.DISCARDED, decided_at__lt=now - timedelta(days=30))
    done = Submission.objects.filter(
        state__in=(State.ACCEPTED, State.RELEASED), received_at__lt=now - timedelta(days=365)
    )
    return gone.delete()[0] + done.delete()[0]
