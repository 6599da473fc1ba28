"""An appointment by the clock of another place: typed there, shown in both times, and the right moment in every calendar."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from icalendar import Calendar

from kundenkreis.activities import calendar
from kundenkreis.activities.models import Activity
from kundenkreis.activities.rounds import monday_of

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 6, 10)


def given(world, **values):
    body = {"kind": "visit", "subject": "Fair", "account": world.lindner.pk, "owner": world.ada.pk, "is_open": "on"}
    return body | {"at": "2026-06-10T10:00", "time_zone": "Europe/London", "due_on": "2026-06-10", **values}


def test_the_time_that_is_typed_is_the_one_at_the_place(world, signed_in):
    ada = signed_in(world.ada)
    assert ada.post("/activities/plan/", given(world)).status_code == 303
    visit = Activity.objects.get()
    assert visit.at == dt.datetime(2026, 6, 10, 9, 0, tzinfo=dt.UTC)
    page = ada.get(f"/activities/{visit.pk}/").content.decode()
    assert "10:00 London · 11:00 Vienna" in page
    form = ada.get(f"/activities/{visit.pk}/edit/").content.decode()
    assert 'value="2026-06-10T10:00"' in form
    assert "London (Europe/London)" in form


def test_without_a_zone_everything_is_as_before(world, signed_in):
    ada = signed_in(world.ada)
    ada.post("/activities/plan/", given(world, time_zone=""))
    visit = Activity.objects.get()
    assert timezone.localtime(visit.at).hour == 10
    assert "10 Jun 2026, 10:00" in ada.get(f"/activities/{visit.pk}/").content.decode().replace("\xa0", " ")


def test_a_zone_is_found_by_what_was_typed_without_javascript(world, signed_in):
    ada = signed_in(world.ada)
    ada.post("/activities/plan/", given(world, time_zone="", time_zone_text="new york"))
    assert Activity.objects.get().time_zone == "America/New_York"
    refused = ada.post("/activities/plan/", given(world, time_zone="", time_zone_text="Atlantis"))
    assert refused.status_code == 422
    assert "No time zone is called “Atlantis”" in refused.content.decode()
    refused = ada.post("/activities/plan/", given(world, time_zone="Mars/Olympus"))
    assert refused.status_code == 422


def test_a_time_that_the_clocks_there_leave_out_is_refused(world, signed_in):
    answer = signed_in(world.ada).post("/activities/plan/", given(world, at="2026-03-29T01:30", due_on=""))
    assert answer.status_code == 422
    assert "The clocks of London were put forward" in answer.content.decode()
    # Here, where the clock goes on an hour later, it is a time as any other.
    assert (
        signed_in(world.ada).post("/activities/plan/", given(world, at="2026-03-29T01:30", time_zone="")).status_code
        == 303
    )


def test_saving_the_form_untouched_changes_nothing(world, signed_in):
    ada = signed_in(world.ada)
    ada.post("/activities/plan/", given(world))
    visit = Activity.objects.get()
    read = (
        ada.get(f"/activities/{visit.pk}/edit/")
        .content.decode()
        .partition('name="version" value="')[2]
        .partition('"')[0]
    )
    ada.post(f"/activities/{visit.pk}/edit/", given(world, version=read))
    visit.refresh_from_db()
    assert (visit.version, visit.at) == (1, dt.datetime(2026, 6, 10, 9, 0, tzinfo=dt.UTC))


def test_an_unknown_zone_is_refused_by_the_verb(world):
    with pytest.raises(ValidationError) as refused:
        Activity.add(by=world.ada, kind="call", subject="Hello", owner=world.ada, time_zone="Mars/Olympus")
    assert set(refused.value.error_dict) == {"time_zone"}


def test_the_calendar_holds_the_moment_itself_and_says_both_times(world):
    at = dt.datetime.combine(timezone.localdate() + dt.timedelta(days=3), dt.time(20), dt.UTC)
    Activity.add(
        by=world.ada,
        kind="meeting",
        subject="New York",
        owner=world.ada,
        at=at,
        time_zone="America/New_York",
        is_open=True,
    )
    (event,) = Calendar.from_ical(calendar.calendar_of(world.ada)).walk("VEVENT")
    assert event.start == at
    assert event["dtstart"].to_ical().endswith(b"Z")
    there, here = str(event["description"]).splitlines()[0].split(" · ")
    assert there.endswith("New York") and here.endswith("Vienna")


def test_an_evening_there_is_an_hour_of_its_own_day(world):
    """20:00 in New York is the next day here; it is planned for the day there, and keeps its hour."""
    at = dt.datetime(2026, 6, 11, 0, 0, tzinfo=dt.UTC)
    visit = Activity.add(
        by=world.ada,
        kind="visit",
        subject="Dinner",
        owner=world.ada,
        at=at,
        due_on=DAY,
        time_zone="America/New_York",
        is_open=True,
    )
    assert visit.has_hour and visit.day == DAY
    assert not Activity(at=at, due_on=dt.date(2026, 6, 15), is_open=True, time_zone="America/New_York").has_hour


def test_the_week_of_visits_shows_the_hour_there_and_here(world, signed_in):
    ada = signed_in(world.ada)
    ada.post("/activities/plan/", given(world))
    year, week, _day = monday_of(DAY).isocalendar()
    page = ada.get(f"/activities/week/?week={year}-W{week:02}").content.decode()
    assert ">10:00</time>" in page
    assert "10:00 London · 11:00 Vienna" in page
    assert "/trips/new/?day=2026-06-10" in page


def test_the_field_for_a_zone_suggests_places(world, signed_in):
    ada = signed_in(world.ada)
    assert "Europe/London" in ada.get("/zones/?q=lond").content.decode()
    assert "Europe/Vienna" in ada.get("/zones/").content.decode()
    assert ada.get("/zones/?q=" + "x" * 500).status_code == 200
