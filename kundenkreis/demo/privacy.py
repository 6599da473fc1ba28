"""Data protection in the demo house: the record of processing, an open request that is due soon, one answered, one refused, a breach, an alert."""

from __future__ import annotations

import datetime as dt

from kundenkreis.activities.models import Activity
from kundenkreis.customers.models import Contact
from kundenkreis.demo import erasing
from kundenkreis.demo.people import DOMAIN, House
from kundenkreis.privacy import deadlines, usual_purposes, watching
from kundenkreis.privacy.models import Breach, Controller, Oddity, SubjectRequest
from kundenkreis.staff.models import User
from kundenkreis.staff.roles import Role

DUE_IN = 5  # days


def add(house: House, today: dt.date, now: dt.datetime) -> None:
    ben, alma = house.people["Ben"], house.people["Alma"]
    usual_purposes.take_over(alma)
    Controller.say(
        by=alma, now=now, name="Musterhandel GmbH (Demo)", address="Musterstraße 1, 4600 Wels", email="datenschutz@wholesale.example",
        representative=f"{ben}", officer=f"{alma}",
    )  # fmt: skip
    _requests(house, today, now)
    _breach(house, now - dt.timedelta(days=40))
    erasing.add(house, now)
    _colleague_who_left(house, now)
    watching.raise_alert(
        Oddity.UNUSUAL, house.people["Noah"], now, slot="demo", count=2_140, usual=180, what="contacts"
    )


def _colleague_who_left(house: House, now: dt.datetime) -> None:
    """Locked more than two years ago: next year his account is erased by itself."""
    began, left = now - dt.timedelta(days=1_500), now - dt.timedelta(days=800)
    viktor = User.objects.create_user(
        f"viktor@{DOMAIN}", None, now=began, first_name="Viktor", last_name="Brandl", role=Role.KEY_ACCOUNT_MANAGER,
        team=house.people["Cem"].team, job_title="Key account manager", language="de",
    )  # fmt: skip
    viktor.change(by=house.people["Alma"], now=left, verb="locked", is_active=False)


def _requests(house: House, today: dt.date, now: dt.datetime) -> None:
    """One of whoever Cem meets, due soon; one answered; one refused."""
    alma, cem, gerda = (house.people[name] for name in ("Alma", "Cem", "Gerda"))
    met = Activity.objects.living().filter(owner=cem, contact__isnull=False).order_by("contact_id")
    asking = list(Contact.objects.living().filter(pk__in=met.values("contact_id")).order_by("pk")[:2])
    one = SubjectRequest.add(
        by=gerda, now=now, kind="access", contact=asking[0], how="mail", received_on=_received(today), responsible=cem,
        wish="What do you know about me, and where did you get my mobile number?",
    )  # fmt: skip
    one.identify(by=cem, now=now, how="Answered from the address that we know")
    long_ago = today - dt.timedelta(days=60)
    answered = SubjectRequest.add(
        by=gerda,
        now=now,
        kind="rectification",
        contact=asking[-1],
        how="phone",
        received_on=long_ago,
        responsible=gerda,
    )
    answered.identify(by=gerda, now=now, how="Called back", on=long_ago)
    answered.respond(
        by=gerda, now=now, answer="Her new last name stands in all records.", on=long_ago + dt.timedelta(days=2)
    )
    refused = SubjectRequest.add(
        by=alma, now=now, kind="access", name="Unknown sender", address="someone@mail.example", how="mail", received_on=long_ago,
        responsible=alma, note="Eleventh request within two months",
    )  # fmt: skip
    refused.refuse(
        by=alma, now=now, told_of_complaint=True, on=long_ago + dt.timedelta(days=9),
        reason="Manifestly excessive: the same was answered in full three times within two months (Art. 12 (5) b).",
    )  # fmt: skip


def _received(today: dt.date) -> dt.date:
    """A day from which the answer is due in five days; the nearest before, where none is."""
    days = (today - dt.timedelta(days=back) for back in range(20, 40))
    return next(day for day in days if deadlines.due(day) <= today + dt.timedelta(days=DUE_IN))


def _breach(house: House, noticed: dt.datetime) -> None:
    alma = house.people["Alma"]
    breach = Breach.add(
        by=alma, now=noticed, title="Price list sent to the wrong customer", noticed_at=noticed, happened_at=noticed - dt.timedelta(hours=5),
        happened="A mail with contacts and conditions of one customer went to another one with a similar name.",
        categories="Contact persons of a customer: name, mail address, position", people_count=4, record_count=4, risk="risk",
        risk_reason="The recipient is a competitor of theirs.",
        consequences="Unwanted calls; their conditions are known to a competitor.",
        measures="The recipient has deleted the mail and confirmed it; mail addresses are now chosen from the account only.",
    )  # fmt: skip
    breach.notify(by=alma, now=noticed, at=noticed + dt.timedelta(hours=30), reference="D124.000/0000")
    breach.tell_people(
        by=alma, now=noticed, how="By telephone, by their key account manager", at=noticed + dt.timedelta(hours=32)
    )
    breach.close(by=alma, now=noticed + dt.timedelta(days=7))
