"""Who stands by what: calls of people, calls over them, and how they go up."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from kundenkreis.core.records import Stale
from kundenkreis.forecast import rolling_up
from kundenkreis.forecast.models import ForecastCall
from kundenkreis.history.models import Event
from kundenkreis.history.undo import undo_event
from kundenkreis.staff import access
from tests.forecast.test_changes import Q1, TODAY, at, deal, on_a_day  # noqa: F401 the day holds here too
from tests.pipeline.cards import stages, wrong

pytestmark = pytest.mark.django_db
PERIOD = str(Q1)


def give(by, **values):
    return ForecastCall.add(by=by, period=PERIOD, **values)


class TestACall:
    def test_is_hers_and_who_leads_says_another_over_it_and_why(self, world):
        own = give(world.ada, person=world.ada, commit=100, best_case=150)
        assert wrong(lambda: give(world.ben, person=world.ada, is_override=True, commit=80)) == {
            "note": "Say why it stands over what was summed."
        }
        over = give(world.ben, person=world.ada, is_override=True, commit=80, note="Brauneis will slip")
        assert (own.given_by, over.given_by) == (world.ada, world.ben)
        team = give(world.ben, team=world.north, commit=70, note="As last year")
        assert team.is_override
        assert Event.objects.about(team).get().verb == "forecastcall.added"

    def test_there_is_one_of_each(self, world):
        give(world.ada, person=world.ada, commit=1)
        give(world.ben, team=world.north, commit=1, note="n")
        give(world.ben, commit=1, note="n")
        for values in ({"person": world.ada}, {"team": world.north, "note": "n"}, {"note": "n"}):
            assert "already" in str(wrong(lambda values=values: give(world.ben, commit=2, **values)))

    def test_what_is_wrong_is_said_at_its_field(self, world):
        type(world.cem).objects.filter(pk=world.cem.pk).update(is_active=False)
        world.cem.refresh_from_db()
        for values, field in (
            ({"period": "2026-Q5"}, "period"),
            ({"person": world.ada, "team": world.north}, "team"),
            ({"commit": None}, "commit"),
            ({"commit": 5, "best_case": 4}, "best_case"),
            ({"commit": -1}, "commit"),
            ({"note": "a\x00"}, "note"),
            ({"person": world.cem}, "person"),
        ):
            given = {"period": PERIOD, "commit": 1, "note": "n"} | values
            assert field in wrong(lambda given=given: ForecastCall.add(by=world.ben, **given))

    def test_is_changed_by_one_at_a_time_and_taken_back(self, world):
        own = give(world.ada, person=world.ada, commit=100)
        seen = ForecastCall.objects.get(pk=own.pk)
        own.change(by=world.ada, commit=120, version=1)
        with pytest.raises(Stale):
            seen.change(by=world.ada, commit=90, version=1)
        assert "team" in wrong(lambda: own.change(by=world.ben, team=world.north))
        undo_event(Event.objects.about(own).latest("pk"), by=world.ada)
        own.refresh_from_db()
        assert own.commit == 100

    def test_who_may(self, world):
        own = give(world.ada, person=world.ada, commit=1)
        over = give(world.ben, person=world.ada, is_override=True, commit=1, note="n")
        house = give(world.ben, commit=1, note="n")
        may = {
            person.first_name: [access.may(person, "forecasts.change", one) for one in (own, over, house)]
            for person in (world.ada, world.cem, world.ben, world.dora, world.admin, world.rita)
        }
        none, every = [False] * 3, [True] * 3
        assert may == {
            "Ada": [True, False, False], "Cem": none, "Ben": every, "Dora": none, "Alma": every, "Rita": none
        }  # fmt: skip
        seen = {p: set(ForecastCall.objects.visible_to(p)) for p in (world.ada, world.cem, world.dora)}
        assert seen == {world.ada: {own, over}, world.cem: set(), world.dora: {own, over, house}}


class TestRollingUp:
    @pytest.fixture
    def some(self, world):
        """Ada 300 committed and 40 at best, Cem 100; 25 of one who left, 7 nobody's; 60 overdue; 5 won."""
        commit = {"forecast_category": "commit"}
        deal(world, value_house=240, **commit)
        deal(world, value_house=60, expected_close_on=TODAY - dt.timedelta(days=20), **commit)
        deal(world, value_house=40, forecast_category="best_case")
        deal(world, value_house=100, owner=world.cem, account=world.brauneis, **commit)
        deal(world, value_house=25, owner=world.gerda, **commit)
        deal(world, value_house=7, owner=None, **commit)
        deal(world, value_house=1000, expected_close_on=None, **commit)
        deal(world, value_house=2000, expected_close_on=dt.date(2025, 12, 30), **commit)
        deal(world, value_house=5, stage=stages()[-2], outcome="won", closed_at=at(TODAY), forecast_category="closed")
        type(world.gerda).objects.filter(pk=world.gerda.pk).update(is_active=False)

    def told(self, user):
        found = rolling_up.forecast(user, Q1)
        return found, {row.key: row for row in found.house.walk()}

    def test_goes_from_people_over_teams_to_the_house(self, world, some):
        found, rows = self.told(world.ben)
        ada, cem, north = f"person-{world.ada.pk}", f"person-{world.cem.pk}", f"team-{world.north.pk}"
        assert (rows[ada].sums.call, rows[ada].sums.best, rows[ada].sums.overdue.value) == (305, 345, 60)
        assert rows[north].commit == 305
        assert (rows["left"].sums.call, rows["nobody"].sums.call) == (25, 7)
        assert rows["house"].commit == 305 + 100 + 25 + 7 == rows["house"].sums.call
        assert (found.whole.undated.value, found.whole.earlier.value) == (1000, 2000)
        give(world.ada, person=world.ada, commit=290)
        give(world.ben, person=world.cem, is_override=True, commit=50, note="Slips")
        _found, rows = self.told(world.ben)
        assert (rows[ada].commit, rows[cem].summed, rows[cem].commit) == (290, 100, 50)
        assert rows["house"].commit == 290 + 50 + 32
        give(world.ben, team=world.north, commit=280, best_case=400, note="Careful")
        give(world.ben, commit=Decimal("999.99"), note="Told the board")
        _found, rows = self.told(world.ben)
        assert (rows[north].summed, rows[north].commit, rows[north].best) == (290, 280, 400)
        assert (rows["house"].summed, rows["house"].commit) == (280 + 50 + 32, Decimal("999.99"))

    def test_shows_each_reader_what_she_sees(self, world, some):
        give(world.ben, commit=1, note="n")
        found, rows = self.told(world.ada)
        assert not found.sees_all
        assert rows["house"].over is None
        assert f"person-{world.cem.pk}" not in rows
        # The one who left and the one without an owner are at her own account.
        assert rows["house"].sums.call == 305 + 25 + 7

    def test_asks_as_many_queries_for_many_as_for_few(self, world, some, django_assert_max_num_queries):
        with django_assert_max_num_queries(16):
            rolling_up.forecast(world.ben, Q1)
