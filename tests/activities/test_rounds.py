"""A week of visits: by day and hour, what lies near each other, who is due there, and what is printed."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kundenkreis.activities.models import Activity
from kundenkreis.activities.rounds import area_of, monday_of, week_of
from kundenkreis.core.models import House
from kundenkreis.customers.models import Account

pytestmark = pytest.mark.django_db
MONDAY = dt.date(2026, 3, 2)


@pytest.fixture(autouse=True)
def _today(world):
    House.objects.update_or_create(pk=1, defaults={"today": MONDAY, "touch_days_a": 30})
    House.forget()


def visit(world, account, day=0, hour: int | None = 10, **values) -> Activity:
    on = MONDAY + dt.timedelta(days=day)
    at = dt.datetime.combine(on, dt.time(hour or 0), timezone.get_default_timezone())
    given = {"kind": "visit", "subject": "Visit", "account": account, "owner": world.ada, "is_open": True, "due_on": on}
    return Activity.add(by=world.ada, at=at - dt.timedelta(days=0 if hour else 9), **{**given, **values})


def account(world, name, postcode="", place="", **values) -> Account:
    return Account.add(by=world.ada, name=name, owner=world.ada, country="AT", postcode=postcode, place=place, **values)


@pytest.mark.parametrize(
    ("address", "area"),
    [
        (("AT", "4600", "Wels"), "AT 46"),
        (("DE", "80331", "München"), "DE 80"),
        (("GB", "SW1A 1AA", "London"), "GB SW"),
        (("GB", "b33 8TH", "Birmingham"), "GB B"),
        (("AT", "", "Steyr"), "AT steyr"),
        (("AT", "", ""), ""),
    ],
)
def test_what_lies_near_each_other_begins_with_the_same_postcode(address, area):
    assert area_of(*address) == area


def test_each_day_has_its_visits_by_the_hour_and_those_without_one_at_the_end(world):
    visit(world, world.lindner, 1, 14)
    visit(world, world.lindner, 1, 9)
    loose = visit(world, world.lindner, 1, None)
    visit(world, world.lindner, 7)  # next week
    visit(world, world.lindner, 1, 8, owner=world.ben)
    visit(world, world.lindner, 1, 8, kind="call")
    week = week_of(world.ada, MONDAY)
    assert [day for day, _stops in week.days] == [MONDAY + dt.timedelta(days=n) for n in range(5)]
    hours = [timezone.localtime(stop.visit.at).hour for stop in week.days[1][1][:2]]
    assert (hours, week.days[1][1][2].visit, len(week.stops)) == ([9, 14], loose, 3)
    assert not loose.has_hour


def test_a_visit_on_saturday_is_shown(world):
    visit(world, world.lindner, 5)
    assert [day.weekday() for day, _stops in week_of(world.ada, MONDAY).days] == [0, 1, 2, 3, 4, 5]


def test_two_days_in_one_area_and_two_visits_at_once_are_said(world, signed_in):
    near = account(world, "Zirbe", "4650", "Lambach")
    visit(world, world.lindner, 0, 10)
    visit(world, near, 3, 9)
    visit(world, near, 3, 9, minutes=30)
    week = week_of(world.ada, MONDAY)
    assert week.days[0][1][0].also == [MONDAY + dt.timedelta(days=3)]
    assert [stop.clashes for stop in week.days[3][1]] == [False, True]
    page = signed_in(world.ada).get("/activities/week/").content.decode()
    assert "In this area on other days too: Thursday." in page
    assert "Begins before the visit before it ends." in page


def test_who_is_due_stands_by_place_those_near_a_planned_visit_first(world, signed_in):
    visit(world, world.lindner, 2)
    late = timezone.now() - dt.timedelta(days=2000)
    for name, postcode, place in (
        ("Fern", "1010", "Wien"),
        ("Nah", "4650", "Lambach"),
        ("Auch nah", "4650", "Lambach"),
    ):
        account(world, name, postcode, place, tier="A", now=late)
    account(world, "Without a rule", "4650", "Lambach", now=late)
    world.lindner.change(by=world.ada, tier="A")
    week = week_of(world.ada, MONDAY)
    assert [(one.name, len(one.accounts), one.days) for one in week.places] == [
        ("4650 Lambach", 2, [MONDAY + dt.timedelta(days=2)]),
        ("1010 Wien", 1, []),
    ], "Lindner is visited anyway"
    page = signed_in(world.ada).get("/activities/week/?week=2026-W10").content.decode()
    assert "near the visits of Wednesday" in page
    assert "data-print" in page


@pytest.mark.parametrize("asked", ["", "nonsense", "2026-W99", "9999-W01", "0001-W01", "2026-W10\x00", "²026-W10"])
def test_a_week_that_is_none_is_this_one(world, signed_in, asked):
    answer = signed_in(world.ada).get("/activities/week/", {"week": asked})
    assert answer.status_code in (200, 400)
    if answer.status_code == 200:
        assert "2 Mar" in answer.content.decode().replace("\xa0", " ")


def test_the_weeks_lead_to_each_other_over_new_year(world, signed_in):
    page = signed_in(world.ada).get("/activities/week/?week=2026-W53").content.decode()
    assert "?week=2026-W52" in page and "?week=2027-W01" in page
    assert monday_of(dt.date(2027, 1, 1)) == dt.date(2026, 12, 28)


def test_names_outside_reach_are_not_told(world, signed_in):
    visit(world, world.brauneis, 1, subject="With Cem")
    page = signed_in(world.ada).get("/activities/week/").content.decode()
    assert "With Cem" in page and "Brauneis" not in page and "Salzburg" not in page


def test_it_asks_as_often_for_many_as_for_few(world, signed_in):
    late = timezone.now() - dt.timedelta(days=2000)
    client = signed_in(world.ada)
    counts = []
    for some in (1, 12):
        for n in range(some):
            account(world, f"Due {some} {n}", f"46{n:02}", "Ort", tier="A", now=late)
            visit(world, world.lindner, n % 5, 8 + n % 9, contact=world.maria)
        client.get("/activities/week/")
        with CaptureQueriesContext(connection) as asked:
            client.get("/activities/week/")
        counts.append(len(asked))
    assert counts[0] == counts[1]
