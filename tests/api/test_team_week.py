"""The team's week by API: as on the page, and single people under a works agreement only."""

from __future__ import annotations

import datetime as dt

import pytest

from kundenkreis.activities.models import Activity
from kundenkreis.core import clock
from kundenkreis.core.models import House
from kundenkreis.staff.models import Team
from kundenkreis.staff.roles import Role

pytestmark = pytest.mark.django_db
MONDAY = dt.date(2026, 3, 2)


@pytest.fixture(autouse=True)
def _today(world):
    House.objects.update_or_create(pk=1, defaults={"today": MONDAY + dt.timedelta(days=2)})
    House.forget()


def agree(on: dt.date = MONDAY) -> None:
    house = House.current()
    house.works_agreement_on, house.works_agreement = on, "Works agreement of 1 March"
    house.save()


def did(person, kind="call", day=0) -> None:
    at = clock.midnight(MONDAY + dt.timedelta(days=day)) + dt.timedelta(hours=10)
    Activity.add(by=person, kind=kind, subject="Something", owner=person, at=at)


def test_without_an_agreement_there_is_a_sum_and_ones_own_row(world, program):
    did(world.ada)
    did(world.ben, "visit")
    answer = program(world.ben).get("team-week").json()
    assert (answer["monday"], answer["sunday"], answer["team_name"]) == ("2026-03-02", "2026-03-08", "Sales")
    assert answer["is_by_person"] is False
    assert [row["person_name"] for row in answer["rows"]] == ["Ben Kern"]
    assert answer["whole"] == {"call": 1, "visit": 1, "meeting": 0, "planned": 0, "overdue": 0}
    small = program(world.ben).get(f"team-week?team_id={world.north.pk}").json()
    assert (small["whole"], small["rows"]) == (None, [])


def test_an_agreement_that_is_in_force_names_people(world, program):
    did(world.ada)
    ben = program(world.ben)
    agree(on=MONDAY + dt.timedelta(days=3))
    assert "Ada" not in ben.get("team-week").content.decode()
    agree()
    rows = {row["person_name"]: row for row in ben.get("team-week").json()["rows"]}
    assert (rows["Ada Huber"]["person_id"], rows["Ada Huber"]["call"]) == (world.ada.pk, 1)
    assert rows["Cem Yıldız"]["call"] == 0


def test_a_team_a_week_or_everybody_is_asked_for(world, program):
    agree()
    did(world.ada, day=-7)
    ben = program(world.ben)
    before = ben.get(f"team-week?team_id={world.north.pk}&week=2026-W09").json()
    assert (before["monday"], before["team_id"]) == ("2026-02-23", world.north.pk)
    assert {row["person_name"]: row["call"] for row in before["rows"]} == {"Ada Huber": 1, "Rita Lang": 0}
    everybody = ben.get("team-week?everybody=true").json()
    assert everybody["team_id"] is None
    assert everybody["people"] > ben.get("team-week").json()["people"]


def test_what_there_is_not_is_refused(world, program):
    ben = program(world.ben)
    gone = Team.add(by=None, name="Gone")
    gone.discard(by=None)
    for team in (gone.pk, 999_999):
        assert ben.get(f"team-week?team_id={team}").status_code == 404
    for wrong in ("week=2026-W99", "week=soon", "team_id=0", "team_id=x", "more=1"):
        answer = ben.get(f"team-week?{wrong}")
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["parameter"] == wrong.partition("=")[0]


@pytest.mark.parametrize("role", [role for role in Role if role != Role.HEAD_OF_SALES])
def test_only_who_leads_sales_sees_it_as_on_the_page(world, program, signed_in, role):
    world.ben.change(by=None, role=role)
    assert program(world.ben).get("team-week").status_code == 403
    assert signed_in(world.ben).get("/activities/team/").status_code == 403


def test_a_token_of_another_area_does_not_reach_it(world, program):
    assert program(world.ben, scopes=["accounts:read"]).get("team-week").status_code == 403
    assert program(world.ben, scopes=["activities:read"]).get("team-week").status_code == 200
    assert program(None).get("team-week").status_code == 401
