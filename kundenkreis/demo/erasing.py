"""In the demo house: a person whose data must not be used, one who is held for a claim, one who was erased."""

from __future__ import annotations

import datetime as dt

from kundenkreis.activities.models import Activity
from kundenkreis.customers.models import Account, Contact, Position
from kundenkreis.demo.people import House
from kundenkreis.privacy import erasing, restricting


def add(house: House, now: dt.datetime) -> None:
    alma, cem = house.people["Alma"], house.people["Cem"]
    account = Account.objects.living().filter(owner=cem).order_by("pk").first()
    if account is None:
        return
    quiet = _person(cem, account, "Roswitha", "Stillinger", "Buyer")
    restricting.restrict(quiet, by=alma, now=now, reason="She says that the position is wrong; the company is asked.")
    held = _person(cem, account, "Egon", "Streithofer", "Managing director")
    restricting.hold(held, by=alma, now=now, reason="Claim over a delivery, 4 Cg 12/10")
    gone = _person(cem, account, "Gundula", "Vergangen", "Assistant")
    Activity.add(
        by=cem, now=now, kind="call", subject="Ms Vergangen wants to be forgotten", body="Gundula Vergangen asks for the erasure of her data.",
        account=account, contact=gone, owner=cem, at=now - dt.timedelta(days=3),
    )  # fmt: skip
    erasing.work(erasing.begin(gone, by=alma, now=now, note="Asked by telephone"))


def _person(by: object, account: Account, given: str, family: str, work: str) -> Contact:
    mail = f"{given}.{family}@kunde.example".lower()
    contact = Contact.add(by=by, given_name=given, family_name=family, email=mail, is_generated=True)
    Position.add(by=by, contact=contact, account=account, job_title=work)
    return contact
