"""Opportunities through the API."""

from __future__ import annotations

import pytest

from kundenkreis.pipeline.models import CloseReason, Opportunity
from tests.pipeline.cards import card, product, soon, stages

pytestmark = pytest.mark.django_db


def test_one_is_made_moved_lost_and_opened_again(world, program):
    first, second, *_rest = stages()
    ada = program(world.ada)
    made = ada.post("opportunities", {"name": "Hall", "account_id": world.lindner.pk, "value": "10000"})
    assert made.status_code == 201, made.content
    told = made.json()
    assert (told["owner_id"], told["stage_id"], told["likelihood"]) == (world.ada.pk, first.pk, first.probability)
    assert (told["value_house"], told["weighted_house"], told["account_name"]) == (
        "10000.00",
        "1000.00",
        "Lindner & Söhne GmbH",
    )
    path = f"opportunities/{told['id']}"
    moved = ada.patch(path, {"stage_id": second.pk}, etag=made.headers["ETag"])
    assert moved.json()["stage_id"] == second.pk
    assert ada.patch(path, {"stage_id": first.pk}, etag=made.headers["ETag"]).status_code == 412
    lost = ada.patch(path, {"stage_id": stages()[5].pk}, etag=moved.headers["ETag"])
    assert lost.status_code == 422
    assert [one["pointer"] for one in lost.json()["errors"]] == ["/close_reason_id"]
    why = CloseReason.objects.filter(outcome="lost").first()
    lost = ada.patch(path, {"stage_id": stages()[5].pk, "close_reason_id": why.pk}, etag=moved.headers["ETag"])
    assert (lost.json()["outcome"], lost.json()["forecast_category"]) == ("lost", "omitted")
    opened = ada.post(f"{path}/reopen", {})
    assert (opened.json()["outcome"], opened.json()["stage_id"]) == ("", second.pk)
    verbs = [one["verb"] for one in ada.get(f"{path}/history").json()["items"]]
    assert verbs == ["opportunity.reopened", "opportunity.lost", "opportunity.moved", "opportunity.added"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"probability": 101},
        {"probability": -1},
        {"value": "-1"},
        {"expected_close_on": "2001-01-01"},
        {"currency": "XXX"},
        {"stage_id": 999_999},
        {"forecast_category": "certain"},
        {"name": "a\0b"},
    ],
)
def test_what_is_wrong_is_refused_and_nothing_is_stored(world, program, wrong):
    stages()
    answer = program(world.ada).post("opportunities", {"name": "Hall", **wrong})
    assert answer.status_code == 422, answer.content
    assert not Opportunity.objects.exists()


def test_lists_are_asked_by_state(world, program):
    one = card(world, expected_close_on=soon())
    card(world, stage=stages()[4], name="Won")
    items = program(world.ada).get("opportunities?f=state:in:open&sort=expected_close_on").json()["items"]
    assert [each["id"] for each in items] == [one.pk]


def test_lines_make_the_value(world, program):
    one = card(world, value=0)
    sent = {"opportunity_id": one.pk, "product_id": product().pk, "quantity": "3", "price": "2.50"}
    made = program(world.ada).post("opportunity-lines", sent)
    assert made.json()["amount"] == "7.50"
    assert program(world.ada).get(f"opportunities/{one.pk}").json()["value"] == "7.50"


def test_others_do_not_find_it(world, program):
    one = card(world)
    cem = program(world.cem)
    assert cem.get(f"opportunities/{one.pk}").status_code == 404
    sent = {"opportunity_id": one.pk, "name": "Fischer"}
    assert cem.post("opportunity-competitors", sent).status_code == 422
    assert program(world.rita).patch(f"opportunities/{one.pk}", {"name": "Mine"}).status_code == 403


def test_how_it_is_arranged_is_read_only(world, program):
    ben = program(world.ben)
    first = stages()[0]
    assert ben.get(f"stages/{first.pk}").json()["name_de"] == "Qualifizierung"
    assert ben.patch(f"stages/{first.pk}", {"name_de": "Neu"}).status_code == 405
    assert len(ben.get("pipelines").json()["items"]) == 5


def test_the_name_of_a_customer_out_of_reach_is_not_told(world, program):
    one = card(world, by=world.cem, account=world.lindner)
    told = program(world.cem).get(f"opportunities/{one.pk}").json()
    assert (told["account_id"], told["account_name"]) == (world.lindner.pk, None)
