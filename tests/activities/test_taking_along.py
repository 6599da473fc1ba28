"""A colleague who is put on somebody else's visit is told, and finds it in her day and her calendar, as far as she may see it."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from kundenkreis.activities.calendar import calendar_of
from kundenkreis.activities.models import Activity
from kundenkreis.activities.morning import digest_of
from kundenkreis.core import clock
from kundenkreis.customers.models import AccountTeamMember, Contact, Position
from kundenkreis.inbox.models import Notification, Preference
from kundenkreis.web.circles import Circle
from kundenkreis.web.day import Day

pytestmark = pytest.mark.django_db


def visit(world, days: int = 0, **values) -> Activity:
    day = clock.today() + dt.timedelta(days=days)
    at = timezone.make_aware(dt.datetime.combine(day, dt.time(10)))
    given = {"kind": "visit", "subject": "Fair", "account": world.lindner, "owner": world.ada, "is_open": True}
    return Activity.add(by=world.ada, **given | {"at": at, "due_on": day} | values)


# --- being told


def test_whoever_is_put_on_a_visit_is_told_by_whom_when_and_where(world):
    one = visit(world, colleagues=[world.ben])
    told = Notification.objects.get()
    assert (told.person, told.kind, told.path) == (world.ben, "taken_along", f"/activities/{one.pk}/")
    assert told.text.startswith("Ada Huber puts you on: Fair, ")
    assert told.text.endswith("(Lindner & Söhne GmbH)")


def test_only_those_who_are_added_are_told_each_in_her_language(world):
    world.dora.change(by=world.admin, language="de")
    one = visit(world, colleagues=[world.ben])
    one.change(by=world.ada, colleagues=[world.ben, world.dora])
    assert Notification.objects.filter(person=world.ben).count() == 1
    assert "nimmt Sie mit" in Notification.objects.get(person=world.dora).text
    one.change(by=world.ada, subject="The fair")
    assert Notification.objects.count() == 2


def test_who_may_not_see_it_or_adds_herself_or_is_locked_is_not_told(world):
    world.dora.change(by=world.admin, is_active=False)
    one = visit(world, colleagues=[world.cem, world.dora, world.ada])
    one.change(by=world.ben, colleagues=[world.cem, world.ben])
    assert not Notification.objects.exists()


def told_of(person) -> list[str]:
    return list(Notification.objects.filter(person=person).order_by("pk").values_list("text", flat=True))


def test_who_comes_along_is_told_when_it_is_moved_or_called_off_and_when_she_is_not_needed(world):
    one = visit(world, colleagues=[world.ben, world.dora])
    day = timezone.localdate(one.at) + dt.timedelta(days=2)
    one.change(by=world.ada, at=one.at + dt.timedelta(days=2), due_on=day)
    one.change(by=world.ada, colleagues=[world.ben])
    one.discard(by=world.ada)
    one.restore(by=world.ada)
    day_text = f"{day.day} {day:%b}"
    verbs = [text.removeprefix("Ada Huber ").partition(":")[0] for text in told_of(world.ben)]
    assert verbs == ["puts you on", "moves", "calls off", "puts you on"]
    assert told_of(world.ben)[1] == f"Ada Huber moves: Fair, now {day_text} 10:00 (Lindner & Söhne GmbH)"
    assert told_of(world.dora)[2].startswith("Ada Huber no longer puts you on: Fair, ")
    assert len(told_of(world.dora)) == 3


def test_another_subject_or_the_end_of_it_tells_nobody_who_comes_along(world):
    one = visit(world, colleagues=[world.ben])
    one.change(by=world.ada, subject="The fair", minutes=30)
    one.finish(by=world.ada)
    one.discard(by=world.ada)
    assert len(told_of(world.ben)) == 1


def test_what_is_over_tells_nobody(world):
    visit(world, days=-3, is_open=False, due_on=None, colleagues=[world.ben])
    assert not Notification.objects.exists()


def test_it_can_be_switched_off(world, client):
    Preference.choose(world.ben, by=world.ben, quiet=["taken_along"], unmailed=["taken_along"], digest=True, hour=7)
    visit(world, colleagues=[world.ben])
    assert not Notification.objects.exists()
    client.force_login(world.ben)
    assert "I am put on a colleague" in client.get("/me/notifications/").content.decode()
    assert "taken_along" not in client.get("/api/v1/notification-choices").json()["inbox"]


# --- her day


def day_of(person) -> Day:
    return Day(Circle.asked(person, "mine"))


def test_it_stands_in_her_day_as_somebody_else_s(world, client):
    visit(world, colleagues=[world.ben])
    visit(world, days=3, subject="Audit", colleagues=[world.ben])
    [appointment] = day_of(world.ben).appointments
    assert (appointment.subject, appointment.is_along, appointment.owner) == ("Fair", True, world.ada)
    client.force_login(world.ben)
    page = client.get("/?whose=mine").content.decode()
    assert page.count("with Ada Huber") == 2
    assert "Tick off Audit" not in page
    agenda = client.get("/activities/").content.decode()
    assert "Fair" in agenda and "Audit" in agenda and agenda.count("with Ada Huber") == 2
    assert "Tick off" not in agenda
    assert "with Ada Huber" not in client.get("/activities/?whose=all").content.decode()


def test_it_stays_its_owner_s(world):
    one = visit(world, colleagues=[world.ben])
    assert Activity.objects.get(pk=one.pk).owner == world.ada
    [hers] = day_of(world.ada).appointments
    assert not hers.is_along


def test_what_she_may_not_see_is_not_in_her_day_nor_her_calendar_until_she_may(world, client):
    visit(world, colleagues=[world.cem])
    assert day_of(world.cem).appointments == []
    assert b"Fair" not in calendar_of(world.cem)
    client.force_login(world.cem)
    assert "Fair" not in client.get("/activities/").content.decode()
    AccountTeamMember.add(by=world.admin, account=world.lindner, person=world.cem, role="service")
    assert [one.subject for one in day_of(world.cem).appointments] == ["Fair"]
    assert b"Fair" in calendar_of(world.cem)


def test_the_mail_of_the_day_has_it_under_today(world):
    visit(world, colleagues=[world.ben])
    visit(world, days=2, subject="Audit", colleagues=[world.ben])
    digest = digest_of(world.ben, Preference.of(world.ben))
    assert [text for text, _path in digest.today] == ["Fair (Lindner & Söhne GmbH, with Ada Huber)"]


def test_the_calendar_has_it_with_its_owner_and_without_her_reminder(world):
    visit(world, colleagues=[world.ben], remind_at=timezone.now() + dt.timedelta(hours=1))
    visit(world, days=-2, subject="Past", is_open=False, due_on=None, colleagues=[world.ben])
    visit(world, subject="Not hers")
    text = calendar_of(world.ben).decode().replace("\r\n ", "")
    assert "Visit · Lindner & Söhne GmbH: Fair" in text and "Past" in text and "Not hers" not in text
    assert "with Ada Huber" in text
    assert "VALARM" not in text
    assert "VALARM" in calendar_of(world.ada).decode()


# --- contacts that took part


@pytest.fixture
def otto(world) -> Contact:
    contact = Contact.add(by=world.ada, given_name="Otto", family_name="Moser")
    Position.add(by=world.ada, contact=contact, account=world.lindner)
    return contact


def asked(client, question: str) -> set[str]:
    page = client.get("/contacts/", {"f": question}).content.decode()
    assert "shown without filters" not in page
    names = {one["id"] for one in client.get("/api/v1/contacts", {"f": question}).json()["items"]}
    for contact in Contact.objects.all():
        assert (contact.pk in names) == (f'href="/contacts/{contact.pk}/"' in page)
    return {str(one) for one in Contact.objects.filter(pk__in=names)}


def test_contacts_that_took_part_have_an_activity(world, client, otto):
    visit(world, days=-2, is_open=False, due_on=None, contact=world.maria, participants=[otto])
    client.force_login(world.ada)
    both = {"Mag. Maria Lindner", "Otto Moser"}
    assert asked(client, "activities:with") == both
    assert asked(client, "activities:with(kind:in:visit)") == both
    assert asked(client, "activities:with(at:last:30d)") == both
    assert asked(client, "activities:with(kind:in:call)") == set()
    assert asked(client, "activities:without") == set()
    assert asked(client, "activities:without(kind:in:call)") == both


def test_what_all_come_to_counts_each_activity_once_by_whatever_way(world, client, otto):
    visit(world, days=-2, contact=world.maria, participants=[otto])
    visit(world, days=-3, contact=otto, participants=[otto, world.maria])
    visit(world, days=-4, contact=world.maria)
    client.force_login(world.ada)
    assert asked(client, "activities:with(count:over:2)") == {"Mag. Maria Lindner"}
    assert asked(client, "activities:with(count:is:2)") == {"Otto Moser"}
    assert asked(client, "activities:with(count:over:1;at:last:30d;kind:in:visit)") == {
        "Mag. Maria Lindner",
        "Otto Moser",
    }
    assert asked(client, "activities:with(count:over:3)") == set()


def test_an_activity_that_one_may_not_see_is_no_answer(world, client, otto):
    Activity.add(
        by=world.cem, kind="visit", subject="Far", account=world.brauneis, owner=world.cem, participants=[otto]
    )
    client.force_login(world.ada)
    assert asked(client, "activities:with") == set()
    client.force_login(world.ben)
    assert asked(client, "activities:with") == {"Otto Moser"}
