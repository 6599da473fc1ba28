"""Targets over the API: the same figures as on the page, and the same rule on figures about people."""

from __future__ import annotations

import pytest

from kundenkreis.market.models import Target
from tests.insights.conftest import facts_folder, sell, shop  # noqa: F401
from tests.market.test_targets import agreed, day

pytestmark = pytest.mark.django_db


def test_targets_are_set_many_at_once_and_say_how_they_stand(world, program, sell):  # noqa: F811
    sell(world.lindner, day(2026, 2, 2), candle=50)
    ben, ada = program(world.ben), program(world.ada)
    year = {"starts_on": "2026-01-01"}
    months = {f"month_{number}": "100.50" for number in range(1, 13)}
    rows = [
        year | {"level": "person", "person_id": world.ada.pk} | months,
        year | {"level": "person", "person_id": world.cem.pk} | months,
        year | {"level": "account", "account_id": world.lindner.pk} | months,
    ]
    assert ada.post("targets", rows[0]).status_code == 403
    made = ben.post("targets/bulk", {"items": rows})
    assert made.status_code in (200, 201), made.content
    told = ben.get("targets?sort=total").json()["items"]
    assert [one["total"] for one in told] == ["1206.00"] * 3
    twice = ben.post("targets", rows[0])
    assert twice.status_code == 422, twice.content
    wrong = ben.post("targets", rows[0] | {"starts_on": "2027-01-15", "month_1": "-1"})
    assert {one["pointer"] for one in wrong.json()["errors"]} >= {"/month_1"}
    hers, his, at = Target.objects.order_by("pk")
    assert {one["id"] for one in ada.get("targets").json()["items"]} == {hers.pk, at.pk}
    assert ada.get(f"targets/{his.pk}/attainment").status_code == 404
    stand = ada.get(f"targets/{at.pk}/attainment?part=m2").json()
    assert (stand["actual"], stand["gap"], stand["first"], stand["last"]) == (
        "500.00", "-399.50", "2026-02-01", "2026-02-28",
    )  # fmt: skip
    assert ada.get(f"targets/{at.pk}/attainment?part=q9").status_code == 422
    stand = ben.get(f"targets/{his.pk}/attainment").json()
    assert (stand["is_told"], stand["actual"], stand["open_value"], stand["wanted"]) == (False, None, None, "1206.00")
    agreed()
    assert ben.get(f"targets/{his.pk}/attainment").json()["is_told"]
