"""What the demo's people allowed: consents in every state with their wordings, an objection, suppressed addresses, made lists.

All of it is invented. Nothing of the real ECG or Robinson list is in it.
"""

from __future__ import annotations

import datetime as dt
import random
import tempfile
from pathlib import Path
from typing import Any

from django.utils import timezone

from kundenkreis.core.models import House
from kundenkreis.customers import barring, registers
from kundenkreis.customers.models import Consent, ConsentWording, Contact, Register
from kundenkreis.demo.names import SEED

EDITION = "2009-11"
CAP, CAP_DAYS = 4, 30
_TEXTS = {
    Consent.Purpose.NEWSLETTER: (
        "Ja, ich möchte den Newsletter über Neuheiten und Aktionen per E-Mail bekommen. Ich kann das jederzeit widerrufen.",
        "Yes, I want to get the newsletter with news and offers by e-mail. I can withdraw this at any time.",
    ),
    Consent.Purpose.ADVERTISING: (
        "Ja, Sie dürfen mich zu Ihren Angeboten anrufen und mir schreiben. Ich kann das jederzeit widerrufen.",
        "Yes, you may call and write to me about your offers. I can withdraw this at any time.",
    ),
    Consent.Purpose.SURVEY: (
        "Ja, Sie dürfen mich nach meiner Zufriedenheit fragen. Ich kann das jederzeit widerrufen.",
        "Yes, you may ask me how satisfied I am. I can withdraw this at any time.",
    ),
}
_SOURCES = (
    ("Order form", "written", "Order form, scanned"),
    ("Trade fair, Birmingham", "written", "Card of the fair, filed 2010"),
    ("Website", "web_form", "Form of the shop, 203.0.113.7"),
    ("Phone call, noted by inside sales", "oral", "Noted at once, number of the call 4711"),
)


def add_consents(contacts: list[Contact], now: dt.datetime) -> None:
    """About half of the people said something, in every state there is; some that do not count, for want of proof."""
    from kundenkreis.demo.accounts import insert

    wordings = _wordings(now)
    dice, consents = random.Random(f"{SEED}/consents"), []  # noqa: S311
    state = Consent.State
    weights = {state.GIVEN: 68, state.CUSTOMER: 12, state.PENDING: 5, state.WITHDRAWN: 10, state.OBJECTED: 5}
    for contact in contacts:
        if dice.random() > 0.45:
            continue
        chosen = dice.choices(list(weights), list(weights.values()))[0]
        since = now - dt.timedelta(days=dice.randint(5, 330), hours=dice.randint(0, 9))
        pairs = [(Consent.Purpose.NEWSLETTER, "email"), (Consent.Purpose.ADVERTISING, "email")][: dice.randint(1, 2)]
        if chosen == state.GIVEN and dice.random() < 0.3:
            pairs.append((Consent.Purpose.ADVERTISING, "phone"))
        for purpose, channel in pairs:
            consents.append(_consent(contact, purpose, channel, chosen, since, wordings[purpose], dice))
    insert(Consent, consents, now)


def _consent(
    contact: Contact,
    purpose: str,
    channel: str,
    state: str,
    since: dt.datetime,
    wording: ConsentWording,
    dice: random.Random,
) -> Consent:
    source, how, proof = dice.choice(_SOURCES)
    is_exception = state == Consent.State.CUSTOMER
    if is_exception:
        source, how, proof = "First order", "", ""
    if state == Consent.State.PENDING:
        source, how, proof = "Website", "double_opt_in", ""
    return Consent(
        contact=contact,
        purpose=purpose,
        channel=channel,
        state=state,
        since=since,
        source=source,
        how=how,
        proof="" if dice.random() < 0.08 else proof,
        wording=None if is_exception else wording,
        with_sale=is_exception,
        own_similar=is_exception,
        could_refuse=is_exception and dice.random() < 0.8,
    )


def _wordings(now: dt.datetime) -> dict[str, ConsentWording]:
    valid_from = dt.date(2009, 11, 1)
    return {
        purpose: ConsentWording.add(
            by=None,
            now=now,
            purpose=purpose,
            edition=EDITION,
            channels=list(Consent.Channel.values),
            text_de=german,
            text_en=english,
            valid_from=valid_from,
        )
        for purpose, (german, english) in _TEXTS.items()
    }


def add_lists(by: Any, today: dt.date) -> None:
    """A limit of the house, one objection, one suppressed address, and two small lists that somebody of the demo is on."""
    House.objects.update(contact_cap=CAP, contact_cap_days=CAP_DAYS)
    House.forget()
    people = list(Contact.objects.living().exclude(email="").order_by("pk")[:12])
    if len(people) < 6:
        return
    now = timezone.make_aware(dt.datetime.combine(today - dt.timedelta(days=9), dt.time(10)))
    barring.object_to_advertising(people[1], by=by, source="Letter", now=now)
    barring.suppress_address("email", people[2].email, by=by, reason="complaint", source="Call")
    excepted = Consent.objects.filter(state=Consent.State.CUSTOMER, channel="email").select_related("contact")
    listed = [one.contact.email for one in excepted.order_by("pk")[:3]] or [people[3].email]
    _load(Register.Kind.ECG, today - dt.timedelta(days=12), "\n".join([*listed, "@no-advertising.example"]), by)
    rows = [
        "last name;first name;street;postcode;place",
        *(f"Muster {n};Max;Hauptplatz {n};4600;Wels" for n in (1, 2, 3)),
    ]
    _load(Register.Kind.ROBINSON, today - dt.timedelta(days=45), "\n".join(rows), by)


def _load(kind: str, as_of: dt.date, text: str, by: Any) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{kind}.txt"
        path.write_text(text + "\n")
        registers.load(registers.begin(kind, as_of, f"invented-{kind}.txt", by=by), path, by=by)
