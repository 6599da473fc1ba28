# ruff: noqa: E501 lists of words
"""What the owners did with their largest customers in autumn 2010, and what is due around the house's today."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from kundenkreis.activities.models import Activity
from kundenkreis.customers.models import Account, Contact
from kundenkreis.demo.names import SEED
from kundenkreis.staff.models import User

ACCOUNTS = 90
# Where a visit takes place by another clock than the house's.
ZONES = {"GB": "Europe/London", "IE": "Europe/Dublin", "PT": "Europe/Lisbon"}
Kind, Outcome = Activity.Kind, Activity.Outcome
# kind, minutes, subject and text in English and German
PAST = (
    (Kind.CALL, 15, ("Call about the Christmas order", "They want the paper chain kits before the 10th; stock is enough."), ("Anruf wegen der Weihnachtsbestellung", "Sie brauchen die Papierketten vor dem 10.; Lager reicht.")),
    (Kind.CALL, 10, ("Late delivery", "One carton was missing. Promised it for this week and told the warehouse."), ("Verspätete Lieferung", "Ein Karton fehlte. Für diese Woche zugesagt und das Lager verständigt.")),
    (Kind.VISIT, 90, ("Visit with the spring collection", "Likes the garden range, finds the new cake stands too dear. Wants a price for 200."), ("Besuch mit der Frühjahrskollektion", "Gartenserie gefällt, die neuen Etageren sind zu teuer. Möchte einen Preis für 200 Stück.")),
    (Kind.MEETING, 60, ("Annual review", "Went through last year's figures. They expect to grow by a tenth if returns get fewer."), ("Jahresgespräch", "Zahlen des letzten Jahres durchgegangen. Erwarten ein Zehntel mehr, wenn die Retouren sinken.")),
    (Kind.MAIL, None, ("New price list sent", "With the changes since summer marked."), ("Neue Preisliste geschickt", "Änderungen seit dem Sommer sind markiert.")),
    (Kind.NOTE, None, ("New shop in spring", "Heard at the fair: they open a second shop in April."), ("Neues Geschäft im Frühjahr", "Auf der Messe gehört: im April eröffnen sie ein zweites Geschäft.")),
    (Kind.CALL, 20, ("Question about returns", "Six glass holders arrived broken. Credit note agreed."), ("Frage zu Retouren", "Sechs Glashalter kamen zerbrochen an. Gutschrift vereinbart.")),
    (Kind.MAIL, None, ("Photographs for their catalogue", "Sent the pictures of the bags they asked for."), ("Fotos für ihren Katalog", "Die gewünschten Bilder der Taschen geschickt.")),
)  # fmt: skip
DUE = (
    (Kind.TASK, ("Offer for 200 cake stands", "Ask purchasing first."), ("Angebot über 200 Etageren", "Vorher den Einkauf fragen.")),
    (Kind.TASK, ("Check the open credit note", ""), ("Offene Gutschrift prüfen", "")),
    (Kind.CALL, ("Ask how Christmas went", ""), ("Fragen, wie Weihnachten gelaufen ist", "")),
    (Kind.TASK, ("Send samples of the spring collection", ""), ("Muster der Frühjahrskollektion schicken", "")),
    (Kind.VISIT, ("Spring collection", "Bring the new catalogue."), ("Frühjahrskollektion", "Neuen Katalog mitbringen.")),
)  # fmt: skip


def add(accounts: list[Account], today: dt.date) -> None:
    """Two to five past activities and up to two open ones for each of the largest accounts, written by their owners."""
    zone = ZoneInfo(settings.TIME_ZONE)
    contacts: dict[int | None, list[Contact]] = {}
    for contact in Contact._base_manager.filter(main_account__in=[a.pk for a in accounts[:ACCOUNTS]]).order_by("pk"):
        contacts.setdefault(contact.main_account_id, []).append(contact)
    for account in accounts[:ACCOUNTS]:
        dice = random.Random(f"{SEED}/activities/{account.number}")  # noqa: S311
        people = contacts.get(account.pk, [])
        for kind, minutes, *texts in dice.sample(PAST, dice.randint(2, 5)):
            day = today - dt.timedelta(days=dice.randint(1, 95))
            _add(account, people, dice, zone, day, kind, texts, minutes=minutes, outcome=_outcome(dice, kind))
        for kind, *texts in dice.sample(DUE, dice.choice((0, 1, 1, 2))):
            due = today + dt.timedelta(days=dice.randint(-6, 21))
            made = today - dt.timedelta(days=dice.randint(1, 20))
            if kind == Kind.VISIT:  # agreed with the customer for an hour
                _add(account, people, dice, zone, due, kind, texts, made=made, minutes=60, is_open=True)
            else:
                _add(account, people, dice, zone, made, kind, texts, due_on=due, is_open=True)


def _outcome(dice: random.Random, kind: str) -> str:
    return (
        ""
        if kind in (Kind.NOTE, Kind.MAIL)
        else dice.choice((Outcome.GOOD, Outcome.GOOD, Outcome.OPEN, Outcome.DIFFICULT, Outcome.NOT_REACHED))
    )


def _add(
    account: Account,
    people: list[Contact],
    dice: random.Random,
    zone: ZoneInfo,
    day: dt.date,
    kind: str,
    texts: list,
    made: dt.date | None = None,
    **values: Any,
) -> None:
    """`day` is that on which it takes place, or was made; for what is agreed for an hour ahead, `made` is the latter."""
    while day.weekday() > 4:
        day -= dt.timedelta(days=1)
    there = ZONES.get(account.country, "") if kind == Kind.VISIT else ""
    clock = ZoneInfo(there) if there else zone
    at = dt.datetime.combine(day, dt.time(dice.randint(8, 16), dice.choice((0, 15, 30, 45))), clock)
    owner = account.owner
    subject, body = texts[1] if owner and owner.language == "de" else texts[0]
    done: dict[str, Any] = {} if values.get("is_open") else {"done_at": at}
    if made:
        done = {"due_on": day}
    contact = dice.choice(people) if people and dice.random() < 0.8 else None
    also = [one for one in people if one != contact][:2] if kind in (Kind.VISIT, Kind.MEETING) and contact else []
    along = _along(owner) if kind == Kind.MEETING and also else []
    Activity.add(
        by=owner, now=dt.datetime.combine(made, at.timetz()) if made else at, kind=kind, subject=subject, body=body, account=account, owner=owner, at=at, time_zone=there,
        contact=contact, participants=also, colleagues=along, **done, **values,
    )  # fmt: skip


def _along(owner: User | None) -> list[User]:
    """Inside sales comes to large meetings."""
    return list(User.objects.filter(first_name="Gerda").exclude(pk=owner.pk if owner else None))
