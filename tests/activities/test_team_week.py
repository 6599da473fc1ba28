"""A team's week: what counts, and that single people are told only under a works agreement."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kundenkreis.activities.models import Activity
from kundenkreis.activities.team_week import Figures, team_week
from kundenkreis.core import clock
from kundenkreis.core.models import House
from kundenkreis.history.models import Event
from kundenkreis.staff.models import User
from kundenkreis.staff.roles import Role

pytestmark = pytest.mark.django_db
MONDAY = dt.date(2026, 3, 2)
WEDNESDAY = MONDAY + dt.timedelta(days=2)
ADDRESS = "/activities/team/"


@pytest.fixture(autouse=True)
def _today(world):
    House.objects.update_or_create(pk=1, defaults={"today": WEDNESDAY})
    House.forget()


def agree(on: dt.date = MONDAY) -> None:
    house = House.current()
    house.works_agreement_on, house.works_agreement = on, "Works agreement of 1 March"
    house.save()


def did(person, kind="call", day=0, **values) -> Activity:
    at = clock.midnight(MONDAY + dt.timedelta(days=day)) + dt.timedelta(hours=10)
    return Activity.add(by=person, kind=kind, subject="Something", owner=person, at=at, **values)


def people(*some: User) -> list[int]:
    return [person.pk for person in some]


def rows(week) -> dict[str, Figures]:
    return {person.first_name: figures for person, figures in week.rows}


def test_what_took_place_that_week_counts_by_kind(world):
    for day in (-1, 0, 6, 7):
        did(world.ada, day=day)
    did(world.ada, "visit")
    did(world.ada, "meeting")
    did(world.ada, "note")
    did(world.ada, outcome="not_reached")
    did(world.ada, "visit", day=1).discard(by=world.ada)
    week = team_week(world.ben, people(world.ada), MONDAY, by_person=True)
    assert rows(week) == {"Ada": Figures(call=2, visit=1, meeting=1)}


def test_what_is_planned_that_week_and_what_is_overdue_today(world):
    did(world.ada, "visit", day=3, is_open=True)
    did(world.ada, "call", day=3, is_open=True, due_on=MONDAY + dt.timedelta(days=9))
    did(world.ada, "task", is_open=True, due_on=MONDAY)
    did(world.ada, "task", is_open=True, due_on=WEDNESDAY)
    week = team_week(world.ben, people(world.ada), MONDAY, by_person=True)
    assert rows(week) == {"Ada": Figures(planned=1, overdue=1)}


def test_without_an_agreement_there_is_a_sum_of_three_people_and_ones_own_row(world):
    did(world.ada)
    did(world.ben, "visit")
    week = team_week(world.ben, people(world.ada, world.ben, world.cem, world.dora), MONDAY, by_person=False)
    assert rows(week) == {"Ben": Figures(visit=1)}
    assert week.whole == Figures(call=1, visit=1)
    assert team_week(world.ben, people(world.ada, world.cem), MONDAY, by_person=False).whole is None
    # Her own taken off, the sum would be one of two.
    assert team_week(world.ben, people(world.ada, world.ben, world.cem), MONDAY, by_person=False).whole is None


def test_its_queries_do_not_grow_with_the_people(world):
    did(world.ada)
    clock.today()  # asks the house once
    with CaptureQueriesContext(connection) as few:
        team_week(world.ben, people(world.ada), MONDAY, by_person=True)
    for person in (world.ben, world.cem, world.dora):
        did(person)
        did(person, "visit", is_open=True)
    with CaptureQueriesContext(connection) as many:
        team_week(world.ben, people(world.ada, world.ben, world.cem, world.dora), MONDAY, by_person=True)
    assert len(few) == len(many) == 5


# --- the page


def test_the_page_names_nobody_until_the_agreement_is_in_force(world, signed_in):
    did(world.ada)
    page = signed_in(world.ben).get(ADDRESS).content.decode()
    assert "no works agreement is recorded" in page
    assert "Ada Huber" not in page
    agree(on=WEDNESDAY + dt.timedelta(days=1))
    assert "Ada Huber" not in signed_in(world.ben).get(ADDRESS).content.decode()
    agree(on=WEDNESDAY)
    assert "Ada Huber" in signed_in(world.ben).get(ADDRESS).content.decode()


def test_a_small_team_has_no_sum_without_an_agreement(world, signed_in):
    did(world.ada)
    page = signed_in(world.ben).get(f"{ADDRESS}?team={world.north.pk}").content.decode()
    assert "would tell of each of them" in page
    assert "Ada Huber" not in page


def test_a_team_is_chosen_with_those_below_it(world, signed_in):
    agree()
    client = signed_in(world.ben)
    assert "Cem" not in client.get(f"{ADDRESS}?team={world.north.pk}").content.decode()
    own = client.get(ADDRESS).content.decode()  # Sales, with North and South below it
    assert "Ada Huber" in own
    assert "Cem" in own
    for asked in ("all", "x", "999999999999999999999", "-1"):
        assert client.get(f"{ADDRESS}?team={asked}&week=2026-W99").status_code == 200


@pytest.mark.parametrize("role", [role for role in Role if role != Role.HEAD_OF_SALES])
def test_only_who_leads_sales_sees_it(world, signed_in, role):
    world.ben.change(by=None, role=role)
    client = signed_in(world.ben)
    assert client.get(ADDRESS).status_code == 403
    assert ADDRESS not in client.get("/activities/").content.decode()


def test_the_agreement_is_recorded_in_the_settings_by_name_and_stands_in_the_history(world, signed_in):
    given = {"name": "Wolf", "currency": "EUR", "country": "AT", "language": "de", "works_agreement_on": "02.03.2026"}
    client = signed_in(world.admin)
    refused = client.post("/house/", given)
    assert refused.status_code == 422
    assert "Name the agreement" in refused.content.decode()
    assert House.current().works_agreement_on is None
    assert client.post("/house/", given | {"works_agreement": "BV Vertrieb, 1.3.2026"}).status_code == 302
    assert House.current().counts_people(WEDNESDAY)
    assert Event.objects.filter(verb="house.changed").latest("pk").changes["works_agreement_on"] == [None, "2026-03-02"]
