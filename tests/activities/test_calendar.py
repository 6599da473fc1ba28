"""My appointments as an iCalendar, by a secret address: what stands in it, who may read it, and that nothing else opens."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone
from icalendar import Calendar

from kundenkreis.activities import calendar
from kundenkreis.activities.models import Activity
from kundenkreis.history.models import Event
from kundenkreis.staff.models import ApiToken
from kundenkreis.staff.roles import Role

pytestmark = pytest.mark.django_db


def planned(world, subject="Spring range", days=3, **values) -> Activity:
    at = timezone.localtime().replace(hour=10, minute=0, second=0, microsecond=0) + dt.timedelta(days=days)
    given = {"kind": "visit", "account": world.lindner, "contact": world.maria, "owner": world.ada, "is_open": True}
    return Activity.add(by=world.ada, subject=subject, at=at, **{**given, **values})


@pytest.fixture
def secret(world) -> str:
    return calendar.subscribe(world.ada, "My phone")[1]


def read(secret: str, client: Client | None = None, **headers):
    return (client or Client()).get(f"/calendar/{secret}.ics", headers=headers)


def events(answer) -> dict[str, object]:
    return {str(one["summary"]): one for one in Calendar.from_ical(answer.content).walk("VEVENT")}


def test_a_visit_stands_there_with_its_time_place_and_whom_to_meet(world, secret):
    world.lindner.change(by=world.ada, street="Ringstraße 1")
    world.maria.change(by=world.ada, mobile="+43 664 1234567")
    visit = planned(world, body="Bring samples, please;\nand the price list")
    answer = read(secret)
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    ((summary, one),) = events(answer).items()
    assert summary == "Visit · Lindner & Söhne GmbH: Spring range"
    assert one.start == visit.at and one.end - one.start == dt.timedelta(hours=1)
    assert one["location"] == "Ringstraße 1, 4600 Wels"
    lines = str(one["description"]).splitlines()
    assert lines[0] == "Mag. Maria Lindner, +43 664 1234567"
    assert lines[1:3] == ["Bring samples, please;", "and the price list"]
    assert lines[-1].endswith(f"/activities/{visit.pk}/")


def test_only_my_own_calls_visits_and_meetings_of_that_time_are_in_it(world, secret):
    planned(world, "A visit")
    planned(world, "A call", kind="call", minutes=30)
    planned(world, "A meeting that was", days=-5, kind="meeting", is_open=False)
    planned(world, "A task", kind="task", due_on=timezone.localdate())
    planned(world, "A mail", kind="mail", is_open=False)
    planned(world, "Long ago", days=-91, is_open=False)
    planned(world, "In two years", days=700)
    planned(world, "Of Ben", owner=world.ben)
    planned(world, "In the bin").discard(by=world.ada)
    found = events(read(secret))
    assert {name.split(": ")[1] for name in found} == {"A visit", "A call", "A meeting that was (done)"}
    call = next(one for name, one in found.items() if "A call" in name)
    assert call.end - call.start == dt.timedelta(minutes=30)


def test_what_is_planned_for_a_day_or_put_off_stands_there_without_an_hour(world, secret):
    day = timezone.localdate() + dt.timedelta(days=9)
    planned(world, "Without an hour", days=-20, due_on=day)
    visit = planned(world, "Put off")
    visit.change(by=world.ada, due_on=day)
    for one in events(read(secret)).values():
        assert (one.start, one.end) == (day, day + dt.timedelta(days=1))


def test_a_change_has_the_same_identity_and_a_later_number(world, secret):
    visit = planned(world)
    (before,) = events(read(secret)).values()
    visit.change(by=world.ada, at=visit.at + dt.timedelta(hours=2))
    (after,) = events(read(secret)).values()
    assert before["uid"] == after["uid"]
    assert after["sequence"] > before["sequence"]
    assert after.start - before.start == dt.timedelta(hours=2)


def test_a_reminder_is_an_alarm_until_it_is_done(world, secret):
    visit = planned(world)
    remind = visit.at - dt.timedelta(hours=1)
    visit.change(by=world.ada, remind_at=remind)
    (one,) = events(read(secret)).values()
    (alarm,) = one.walk("VALARM")
    assert alarm["trigger"].dt == remind
    visit.finish(by=world.ada)
    (one,) = events(read(secret)).values()
    assert not one.walk("VALARM")


def test_lines_are_no_longer_than_the_norm_allows_and_markup_and_line_ends_stay_text(world, secret):
    planned(world, "Ö" * 180, body="<script>\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:forged")
    answer = read(secret)
    assert max(len(line) for line in answer.content.split(b"\r\n")) <= 75  # octets, RFC 5545 3.1
    assert len(events(answer)) == 1


def test_an_unchanged_calendar_is_not_sent_again(world, secret):
    planned(world)
    first = read(secret)
    again = read(secret, **{"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    planned(world, "Another")
    assert read(secret, **{"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_it_speaks_the_person_s_language(world, secret):
    planned(world)
    world.ada.change(by=world.ada, language="de")
    assert next(iter(events(read(secret)))).startswith("Besuch · ")


def test_names_outside_her_reach_are_not_told(world, secret):
    planned(world, "At Cem's", account=world.brauneis, contact=None)
    assert list(events(read(secret))) == ["Visit · At Cem's"]


def test_who_has_no_key_who_is_locked_and_who_lost_the_right_reads_nothing(world, secret):
    assert read("kk_nothing").status_code == 404
    assert read(secret).status_code == 200
    token = calendar.subscriber(secret)
    token.revoke(by=world.ada)
    assert read(secret).status_code == 404
    again = calendar.subscribe(world.cem, "Phone")[1]
    world.cem.change(by=world.admin, is_active=False)
    assert read(again).status_code == 404


def test_the_calendar_s_key_opens_nothing_of_the_api_and_the_api_s_no_calendar(world, secret):
    for path in ("accounts", "me", "house"):
        answer = Client().get(f"/api/v1/{path}", headers={"Authorization": f"Bearer {secret}"})
        assert answer.status_code == 401, path
    key = ApiToken.issue(user=world.ada, name="Program", scopes=["read", "write"], by=world.ada)[1]
    assert read(key).status_code == 404


def test_it_takes_as_many_questions_for_many_as_for_few(world, secret, django_assert_max_num_queries):
    for number in range(30):
        planned(world, f"Visit {number}", days=number)
    with django_assert_max_num_queries(16):
        assert len(events(read(secret))) == 30


def test_the_page_makes_an_address_shows_it_once_and_revokes_it(world, signed_in):
    client = signed_in(world.ada)
    assert "No calendar shows your appointments yet." in client.get("/me/calendar/").content.decode()
    page = client.post("/me/calendar/", {"name": "My phone"}).content.decode()
    secret = page[page.index("/calendar/kk_") + len("/calendar/") : page.index(".ics")]
    assert read(secret).status_code == 200
    later = client.get("/me/calendar/").content.decode()
    assert secret not in later and "My phone" in later
    assert "My phone" not in client.get("/me/tokens/").content.decode()
    token = calendar.subscriptions(world.ada).get()
    assert Event.objects.filter(verb="apitoken.issued").exists()
    client.post(f"/me/tokens/{token.pk}/revoke/")
    assert read(secret).status_code == 404
    assert client.post("/me/calendar/", {"name": " "}).status_code == 422


def test_nobody_revokes_another_s_and_a_role_without_activities_has_no_calendar(world, signed_in, monkeypatch):
    calendar.subscribe(world.ada, "My phone")
    token = calendar.subscriptions(world.ada).get()
    assert signed_in(world.cem).post(f"/me/tokens/{token.pk}/revoke/").status_code == 404
    assert world.rita.role == Role.READ_ONLY
    assert signed_in(world.rita).get("/me/calendar/").status_code == 403
