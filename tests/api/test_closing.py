"""What comes after the end, through the API: orders, projects and their award, win and loss."""

from decimal import Decimal

import pytest

from kundenkreis.core.models import House
from kundenkreis.orders.models import Order
from kundenkreis.pipeline.models import Opportunity, OpportunityLine, Project
from tests.pipeline.cards import card, product, ready
from tests.pipeline.test_winloss import closed

pytestmark = pytest.mark.django_db


def test_whoever_may_enter_orders_makes_one_of_a_won_opportunity(program, world):
    one = card(world)
    OpportunityLine.add(by=world.ada, opportunity=one, product=product(), quantity=Decimal(4), price=Decimal("2.5"))
    gerda, path = program(world.gerda), f"opportunities/{one.pk}/order"
    assert gerda.post(path, {"number": "4711"}).status_code == 409
    ready(one, world)
    one.win(by=world.ada)
    assert program(world.ada).post(path, {"number": "4711"}).status_code == 403
    assert gerda.post(path, {"number": "4711"}).status_code == 200
    order = Order.objects.get()
    assert (order.number, order.total) == ("4711", Decimal("10.00"))
    tied = gerda.get(f"opportunity-orders?f=opportunity:is:{one.pk}").json()["items"]
    assert [each["order_id"] for each in tied] == [order.pk]


def test_a_project_counts_once_and_is_awarded_by_who_may_change_its_opportunities(program, world):
    ada = program(world.ada)
    made = ada.post("projects", {"name": "Hospital", "country": "AT"}).json()
    one, other = card(world, name="One"), card(world, name="Other", value=Decimal(90_000))
    for each in (one, other):
        path = f"opportunities/{each.pk}"
        assert ada.patch(path, {"project_id": made["id"]}, etag=ada.get(path)["ETag"]).status_code == 200
    assert [ada.get(f"opportunities/{each.pk}").json()["shadowed"] for each in (one, other)] == [True, False]
    path = f"projects/{made['id']}/award"
    assert program(world.rita).post(path, {"opportunity_id": one.pk}).status_code == 403
    assert ada.post(path, {"opportunity_id": card(world).pk}).status_code == 422
    foreign = card(world, by=world.cem, owner=world.cem, account=None, project=Project.objects.get())
    assert ada.post(path, {"opportunity_id": one.pk}).status_code == 403
    foreign.change(by=world.cem, project=None)
    told = ada.post(path, {"opportunity_id": one.pk}).json()
    assert (told["status"], told["awarded_to_id"]) == ("awarded", one.pk)
    assert Opportunity.objects.get(pk=other.pk).close_reason.is_neutral


def test_win_and_loss_is_told_by_a_cut_and_not_of_single_others(program, world):
    closed(world, "won", 12, source="fair")
    closed(world, "lost", 4, source="fair", owner=world.cem, team=world.south)
    ben = program(world.ben)
    told = ben.get("win-loss?by=source").json()
    assert (told["groups"][0]["key"], told["groups"][0]["rate"], told["whole"]["won"]) == ("fair", 0.75, 12)
    assert told["groups"][0]["rows"] == ["source:in:fair"]
    assert ben.get("win-loss?by=source&f=state:in:lost").json()["whole"]["won"] == 0
    assert ben.get("win-loss?by=weather").status_code == 422
    assert ben.get("win-loss?f=weather:is:good").status_code == 422
    assert ben.get("win-loss?by=owner").json()["groups"] == []
    assert ben.get(f"win-loss?f=owner:is:{world.cem.pk}").status_code == 403
    House.objects.update(works_agreement="On figures", works_agreement_on="2020-01-01")
    House.forget()
    assert {one["key"] for one in ben.get("win-loss?by=owner").json()["groups"]} == {
        str(world.ada.pk),
        str(world.cem.pk),
    }
    assert program(world.ada).get(f"win-loss?f=owner:is:{world.cem.pk}").status_code == 403
