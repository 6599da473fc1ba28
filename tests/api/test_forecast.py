"""The forecast through the API: sums, calls and what changed, as far as the caller sees."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from kundenkreis.forecast import taking
from kundenkreis.market.models import Target
from tests.forecast.test_changes import Q1, TODAY, at, deal, on_a_day  # noqa: F401 the day holds here too

pytestmark = pytest.mark.django_db
PERIOD = str(Q1)


def test_a_period_its_calls_and_what_changed(world, program):
    one = deal(world, value_house=300, forecast_category="commit")
    deal(world, value_house=100, owner=world.cem, account=world.brauneis)
    snapshot = taking.take(now=at(TODAY - dt.timedelta(days=7)))
    type(one).objects.filter(pk=one.pk).update(value_house=350, changed_at=at(TODAY))
    ada, ben = program(world.ada), program(world.ben)
    given = {"period": PERIOD, "person_id": world.ada.pk, "commit": "320.00"}
    assert ada.post("forecast-calls", given).status_code == 201
    over = ada.post("forecast-calls", given | {"is_override": True, "note": "n"})
    assert over.status_code == 403
    assert ben.post("forecast-calls", {"period": "2026-Q7", "commit": "1"}).status_code == 422
    rows = {row["key"]: row for row in ben.get(f"forecast?period={PERIOD}").json()["rows"]}
    mine = rows[f"person-{world.ada.pk}"]
    assert (mine["under"], mine["commit_sum"], mine["summed"]) == (
        f"team-{world.north.pk}", {"number": 1, "value": "350.00"}, "320.00"
    )  # fmt: skip
    assert f"person-{world.cem.pk}" not in {row["key"] for row in ada.get(f"forecast?period={PERIOD}").json()["rows"]}
    told = ben.get(f"forecast/changes?period={PERIOD}&snapshot_id={snapshot.pk}").json()
    assert (float(told["start"]), float(told["now"])) == (400, 450)
    assert [(step["kind"], float(step["value"])) for step in told["steps"]] == [("up", 50)]
    assert ben.get("forecast?period=2026-13").status_code == 422
    assert ben.get(f"forecast/changes?period={PERIOD}&row=team-0").status_code == 404
    assert program(world.rita).get("forecast-snapshots").json()["items"][0]["number"] == 2


def test_the_target_stands_beside_where_there_is_one(world, program):
    deal(world, value_house=100, forecast_category="best_case")
    target = Target.add(by=world.ben, starts_on=Q1.first, level="house", month_1=Decimal(100), month_3=Decimal(40))
    rows = {row["key"]: row for row in program(world.ben).get(f"forecast?period={Q1}").json()["rows"]}
    house, ada = rows["house"], rows[f"person-{world.ada.pk}"]
    assert (house["target"], house["target_id"], house["gap"]) == ("140.00", target.pk, "140.00")
    assert [house[f"gap_{name}"] for name in ("best_case", "pipeline", "missing")] == ["100.00", "0.00", "40.00"]
    assert (ada["target"], ada["target_id"], ada["gap"]) == (None, None, None)
    assert program(world.ada).get("forecast").json()["rows"][0]["target"] is None
