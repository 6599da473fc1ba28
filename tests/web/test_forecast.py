"""The pages of the forecast: figures that open, calls, what changed, and how right it was."""

from __future__ import annotations

import datetime as dt
import html
from decimal import Decimal

import pytest
from django.urls import reverse

from kundenkreis.core.models import House
from kundenkreis.forecast import looking_back, taking
from kundenkreis.forecast.models import Baseline, ForecastCall, Snapshot, SnapshotCall, SnapshotSum
from kundenkreis.forecast.rolling_up import forecast
from kundenkreis.web import forecasts
from tests.forecast.test_changes import Q1, TODAY, at, deal, on_a_day  # noqa: F401 the day holds here too
from tests.pipeline.cards import stages

pytestmark = pytest.mark.django_db
PERIOD = str(Q1)


def get(client, name, **asked):
    answer = client.get(reverse(f"forecast:{name}"), {"period": PERIOD} | asked)
    return answer, html.unescape(answer.content.decode())


@pytest.fixture
def some(world):
    commit = {"forecast_category": "commit"}
    deal(world, name="Large hall", value_house=2400, **commit)
    deal(world, name="Late hall", value_house=60, expected_close_on=TODAY - dt.timedelta(days=20), **commit)
    deal(world, name="Cem's", value_house=100, owner=world.cem, account=world.brauneis, **commit)
    deal(world, name="Orphan", value_house=7, owner=None, **commit)
    deal(world, name="Undated", value_house=1000, expected_close_on=None)
    deal(
        world,
        name="Won",
        value_house=5,
        stage=stages()[-2],
        outcome="won",
        closed_at=at(TODAY),
        forecast_category="closed",
    )


class TestThePage:
    def test_shows_the_tree_and_each_figure_opens_into_its_rows(self, world, some, client):
        client.force_login(world.ben)
        answer, page = get(client, "index")
        assert answer.status_code == 200
        for text in ("North", "Ada Huber", "Without an owner", "€2,465", "nobody says when they close"):
            assert text in page
        for who, category, names in (
            (f"team-{world.north.pk}", "commit", {"Large hall", "Late hall"}),
            (f"person-{world.ada.pk}", "closed", {"Won"}),
            (f"person-{world.ada.pk}", "overdue", {"Late hall"}),
            ("nobody", "commit", {"Orphan"}),
            ("house", "commit", {"Large hall", "Late hall", "Cem's", "Orphan"}),
        ):
            assert self.listed(client, world, who, category) == names

    def listed(self, client, world, who, category):
        row = forecast(world.ben, Q1).house.find(who)
        page = html.unescape(client.get(forecasts.rows_of(row, Q1, category)).content.decode())
        return {
            name for name in ("Large hall", "Late hall", "Cem's", "Orphan", "Undated", "Won") if f">{name}<" in page
        }

    def test_a_meeting_goes_from_person_to_person(self, world, some, client):
        client.force_login(world.ben)
        taking.take(now=at(TODAY))
        _answer, page = get(client, "index", who=f"person-{world.ada.pk}")
        assert "Large hall" in page
        assert "Her or his own call" in page
        assert f"who=person-{world.cem.pk}" in page

    def test_what_one_does_not_see_is_not_there(self, world, some, client):
        client.force_login(world.ada)
        assert "Cem" not in get(client, "index")[1]
        assert get(client, "index", who=f"person-{world.cem.pk}")[0].status_code == 404
        client.force_login(world.rita)
        assert get(client, "index")[0].status_code == 200
        type(world.rita).objects.filter(pk=world.rita.pk).update(role="complaint_manager")
        assert get(client, "index")[0].status_code == 403

    @pytest.mark.parametrize(
        "asked", [{"period": "2026-Q9"}, {"period": "\x00"}, {"who": "team-x"}, {"since": "9" * 30}]
    )
    def test_nonsense_in_the_address_does_no_harm(self, world, client, asked):
        client.force_login(world.ben)
        for name in ("index", "changes", "accuracy"):
            assert get(client, name, **asked)[0].status_code in (200, 400, 404)

    def test_what_history_said_is_told_with_its_band(self, world, some, client):
        told = {
            "house": [100.0, 200.0, 300.0],
            "closed": 50,
            "levels": {"cell": 1, "stage": 0, "whole": 0},
            "errors": 9,
        }
        told |= {"owners": {str(world.ada.pk): [None, 90.0, None]}}
        Baseline.objects.create(as_of=TODAY, period=PERIOD, computed_at=at(TODAY), told=told)
        client.force_login(world.ben)
        page = get(client, "index")[1]
        assert "80 %: €100 to €300" in page
        assert "€90" in page
        client.force_login(world.ada)
        page = get(client, "index")[1]
        assert "€90" in page
        assert "€300" not in page


class TestCalls:
    def give(self, client, world, who, over="", **given):
        address = reverse("forecast:call") + f"?period={PERIOD}&who={who}&over={over}"
        return client.post(address, {"commit": "", "best_case": "", "note": ""} | given)

    def test_are_given_changed_and_taken_back(self, world, some, client):
        client.force_login(world.ada)
        ada = f"person-{world.ada.pk}"
        assert self.give(client, world, ada, commit="2,000.50").status_code == 303
        own = ForecastCall.objects.get()
        assert (own.commit, own.person, own.given_by, own.is_override) == (
            Decimal("2000.50"),
            world.ada,
            world.ada,
            False,
        )
        assert self.give(client, world, ada, over="1", commit="1", note="n").status_code == 403
        client.force_login(world.ben)
        refused = self.give(client, world, ada, over="1", commit="1,500")
        assert refused.status_code == 422
        assert self.give(client, world, ada, over="1", commit="1,500", note="Slips <b>").status_code == 303
        page = get(client, "index")[1]
        assert "€1,500" in page
        assert "−€500" in page or "−€501" in page
        over = ForecastCall.objects.get(is_override=True)
        client.post(reverse("forecast:discard", args=[over.pk]))
        assert ForecastCall.objects.living().count() == 1

    def test_of_two_people_the_second_is_told(self, world, client):
        ForecastCall.add(by=world.ben, period=PERIOD, commit=1, note="n")
        client.force_login(world.ben)
        address = reverse("forecast:call") + f"?period={PERIOD}"
        page = client.get(address).content.decode()
        version = page.split('name="version" value="')[1].split('"')[0]
        ForecastCall.objects.get().change(by=world.admin, commit=5)
        answer = client.post(address, {"commit": "9", "note": "n", "version": html.unescape(version)})
        assert answer.status_code == 409
        assert "Alma" in answer.content.decode()


class TestWhatChanged:
    def test_without_a_snapshot_it_says_so_and_takes_one(self, world, some, client):
        client.force_login(world.ben)
        assert "no snapshot yet" in get(client, "changes")[1]
        assert client.post(reverse("forecast:take")).status_code == 303
        assert Snapshot.objects.get().taken_by == world.ben
        assert "Ben Kern" in get(client, "snapshots")[1]
        client.force_login(world.ada)
        assert client.post(reverse("forecast:take")).status_code == 403

    def test_draws_steps_with_names(self, world, some, client):
        snapshot = taking.take(now=at(TODAY - dt.timedelta(days=7)))
        one = type(deal(world, name="Fresh <i>", value_house=50, changed_at=at(TODAY))).objects.get(name="Large hall")
        type(one).objects.filter(pk=one.pk).update(expected_close_on=dt.date(2026, 4, 2), changed_at=at(TODAY))
        client.force_login(world.ben)
        answer = client.get(reverse("forecast:changes"), {"period": PERIOD, "since": snapshot.pk, "kind": "slipped"})
        raw = answer.content.decode()
        page = html.unescape(raw)
        assert "<svg" in page
        assert "Slipped out" in page
        assert "−€2,400" in page
        assert "Large hall" in page
        assert "€217" in page  # 2567 − 2400 + 50
        assert "Fresh <i>" not in raw


class TestHowRightItWas:
    def past(self, world):
        """Two past quarters: Ada called 90 and 120 where 100 came each; history said 100 with a band that held once."""
        for number, (commit, band) in enumerate(((90, [80, 100, 120]), (120, [101, 110, 120])), 1):
            period = Q1.moved(-number)
            deal(world, value_house=100, stage=stages()[-2], outcome="won", closed_at=at(period.half))
            for day in (period.first, period.half):
                snapshot = Snapshot.objects.create(taken_on=day, taken_at=at(day), is_generated=True)
                SnapshotSum.objects.create(
                    snapshot=snapshot, owner=world.ada, month=period.first, category="commit", number=1, value=50
                )
                SnapshotCall.objects.create(
                    snapshot=snapshot, period=str(period), person=world.ada, is_override=False, commit=commit
                )
                told = {"house": band, "owners": {str(world.ada.pk): band}}
                Baseline.objects.create(as_of=day, period=str(period), computed_at=at(day), told=told)

    def test_is_of_the_house_and_of_oneself_until_there_is_a_works_agreement(self, world, client):
        self.past(world)
        client.force_login(world.ben)
        page = get(client, "accuracy")[1]
        assert "All together" in page
        assert "Ada Huber" not in page
        told = {line.key: line for line in looking_back.look_back(world.ada).lines}
        assert set(told) == {f"person-{world.ada.pk}"}
        begin = told[f"person-{world.ada.pk}"].told["begin"]
        assert (begin["call"].number, begin["call"].bias, begin["call"].mape) == (
            2,
            pytest.approx(0.05),
            pytest.approx(0.15),
        )
        assert (begin["sums"].bias, begin["baseline"].covered, begin["baseline"].banded) == (-0.5, 1, 2)
        House.objects.update(works_agreement_on=TODAY, works_agreement="2026")
        House.forget()
        assert "Ada Huber" in get(client, "accuracy")[1]

    def test_says_when_there_is_nothing_to_compare(self, world, client):
        client.force_login(world.ben)
        assert "Nothing to compare yet" in get(client, "accuracy", kind="month")[1]
