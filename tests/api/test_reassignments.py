"""Reassignments by program: plan, look, carry out."""

from __future__ import annotations

import pytest

from kundenkreis.territories import tasks
from kundenkreis.territories.models import Reassignment

pytestmark = pytest.mark.django_db


def test_a_program_plans_looks_and_carries_out(world, program):
    ben = program(world.ben)
    one = ben.post("reassignments", {"name": "Nord neu", "owners": "all"}).json()
    address = f"reassignments/{one['id']}"
    body = {
        "reassignment_id": one["id"],
        "territory_id": world.wels.pk,
        "sets_owner": True,
        "new_owner_id": world.cem.pk,
    }
    change = ben.post("reassignment-territories", body).json()
    assert ben.post("reassignment-territories", body).status_code == 422, "a territory is in it once"
    seen = ben.get(f"{address}/preview").json()
    assert (seen["is_counted"], seen["moved"]) == (True, 1)
    assert {side["id"]: side["accounts_after"] for side in seen["people"]} == {world.ada.pk: 0, world.cem.pk: 2}
    assert ben.post(f"{address}/plan", {}).status_code == 409, "it has no day"
    assert ben.post(f"{address}/carry-out", {}).json()["state"] == "running"
    assert ben.post(f"{address}/carry-out", {}).status_code == 409
    tasks.carry_out.func(one["id"])
    world.lindner.refresh_from_db()
    assert world.lindner.owner == world.cem
    done = ben.get(address).json()
    assert (done["state"], done["batch_id"] is not None) == ("done", True)
    assert ben.get(f"reassignment-territories/{change['id']}").json()["territory_id"] == world.wels.pk


def test_the_rules_of_a_territory_are_written_and_refused_by_field(world, program):
    admin = program(world.admin)
    made = admin.post(
        "territories", {"name": "Graz", "countries": ["at"], "postcodes": ["80"], "sizes": ["large"]}
    ).json()
    assert (made["countries"], made["postcodes"], made["sizes"], made["industries"]) == (["AT"], ["80"], ["large"], [])
    wrong = admin.post("territories", {"name": "X", "postcodes": ["4-"]})
    assert wrong.status_code == 422
    assert "postcodes" in wrong.content.decode()


def test_an_account_gets_its_territory_by_rule_and_says_when_by_hand(world, program):
    ben = program(world.ben)
    by_rule = ben.post("accounts", {"name": "Neu", "country": "AT", "postcode": "4610"}).json()
    assert (by_rule["territory_id"], by_rule["territory_by_hand"]) == (world.wels.pk, False)
    by_hand = ben.post(
        "accounts", {"name": "Fern", "country": "AT", "postcode": "6020", "territory_id": world.wels.pk}
    ).json()
    assert by_hand["territory_by_hand"]
    found = ben.get("accounts?territory_by_hand=true").json()["items"]
    assert [row["id"] for row in found] == [by_hand["id"]]


def test_others_do_not_come_in(world, program):
    one = Reassignment.add(by=world.ben, name="Nord neu")
    for person in (world.ada, world.rita):
        other = program(person)
        assert other.get("reassignments").status_code == 403
        assert other.post(f"reassignments/{one.pk}/carry-out", {}).status_code == 403
        assert other.get(f"reassignments/{one.pk}/preview").status_code == 403
