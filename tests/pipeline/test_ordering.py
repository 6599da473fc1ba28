"""A won opportunity becomes an order, or several, or is tied to those that the ERP sent."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone

from kundenkreis.core import clock
from kundenkreis.history.models import Event
from kundenkreis.history.undo import undo_event
from kundenkreis.orders import booking, credit
from kundenkreis.orders.models import OpenItem, Order
from kundenkreis.pipeline import ordering
from kundenkreis.pipeline.models import Opportunity, OpportunityLine, OpportunityOrder
from tests.pipeline.cards import card, product, ready, soon, wrong

pytestmark = pytest.mark.django_db


@pytest.fixture
def won(world) -> Opportunity:
    """Won, with two months of dowels and some screws at a discount."""
    one = card(world, value=Decimal(0))
    for number, price, discount, month in (
        ("D-1", "2.50", "0", dt.date(2027, 3, 1)),
        ("D-1", "2.50", "0", dt.date(2027, 4, 1)),
        ("S-1", "0.3333", "7.5", None),
    ):
        OpportunityLine.add(
            by=world.ada, opportunity=one, product=product(number, f"Thing {number}"), quantity=Decimal(1000),
            price=Decimal(price), discount=Decimal(discount), delivered_in=month,
        )  # fmt: skip
    one.refresh_from_db()
    ready(one, world)
    one.win(by=world.ada)
    return Opportunity.objects.get(pk=one.pk)


def test_its_lines_become_an_order_that_one_undo_takes_back(world, won):
    foreseen = ordering.preview(won, ordering.waiting(won))
    assert (foreseen.total, foreseen.difference, won.value) == (Decimal("5308.30"), Decimal(0), Decimal("5308.30"))
    tied = ordering.hand_over(won, by=world.gerda, number="4711", customer_reference="PO 9")
    order = tied.order
    assert (order.number, order.account, order.total, order.currency) == (
        "4711",
        world.lindner,
        Decimal("5308.30"),
        "EUR",
    )
    rows = order.lines.order_by("position").values_list("description", "quantity", "unit_price", "amount")
    assert list(rows) == [
        ("Thing D-1 · March 2027", 1000, Decimal("2.5"), 2500),
        ("Thing D-1 · April 2027", 1000, Decimal("2.5"), 2500),
        ("Thing S-1", 1000, Decimal("0.3083"), Decimal("308.30")),
    ]
    assert OpportunityOrder.ordered(won) == won.value_house
    assert ordering.waiting(won) == []
    told = {event.verb for event in (*Event.objects.about(order), *Event.objects.about(won))}
    assert {"order.added", "order.tied", "opportunity.ordered"} <= told
    undo_event(Event.objects.get(verb="opportunityorder.added"), by=world.gerda)
    assert not Order.objects.living().exists()
    assert (len(ordering.waiting(won)), OpportunityOrder.ordered(won)) == (3, 0)


def test_it_may_become_several_and_no_line_is_ordered_twice(world, won):
    first, second, third = ordering.waiting(won)
    ordering.hand_over(won, by=world.gerda, lines=[first])
    assert Order.objects.get().number == "A-00001"
    assert "lines" in wrong(lambda: ordering.hand_over(won, by=world.gerda, lines=[first, second]))
    ordering.hand_over(won, by=world.gerda, lines=[second, third])
    assert OpportunityOrder.ordered(won) == Decimal("5308.30")
    assert "lines" in wrong(lambda: ordering.hand_over(won, by=world.gerda))
    assert Order.objects.count() == 2


def test_it_is_refused_in_words_and_then_there_is_no_order(world, won):
    assert "won" in ordering.refusal(card(world, name="Still open"))
    standing, _event = credit.enter(
        world.lindner, by=world.admin, is_blocked=True, reason="two invoices overdue", as_of=clock.today()
    )
    assert "two invoices overdue" in wrong(lambda: ordering.hand_over(won, by=world.gerda))[""]
    standing.change(by=world.admin, is_blocked=False)
    assert "ordered_on" in wrong(lambda: ordering.hand_over(won, by=world.gerda, ordered_on=soon()))
    ordering.hand_over(won, by=world.gerda, number="4711", lines=ordering.waiting(won)[:1])
    assert "number" in wrong(lambda: ordering.hand_over(won, by=world.gerda, number="4711"))
    assert Order.objects.count() == 1
    Opportunity.objects.filter(pk=won.pk).update(account=None)
    won.refresh_from_db()
    assert "account" in wrong(lambda: ordering.hand_over(won, by=world.gerda))[""]


def test_a_credit_limit_that_would_be_passed_is_told_before(world, won):
    credit.enter(world.lindner, by=world.admin, limit=Decimal(6000), currency="EUR", as_of=clock.today())
    assert ordering.preview(won, ordering.waiting(won)).warnings == ()
    OpenItem.add(
        by=None, account=world.lindner, number="R1", booked_on=clock.today(), due_on=soon(), amount=Decimal(700),
        open_amount=Decimal(700),
    )  # fmt: skip
    assert "6,008.30" in ordering.preview(won, ordering.waiting(won)).warnings[0]


def test_orders_of_the_erp_are_offered_and_tied_once(world, won):
    day = timezone.localdate(won.closed_at)

    def order(number: str, **values):
        line = booking.Line(product(), Decimal(1), Decimal(100))
        return booking.book(
            by=None, lines=[line], **{"number": number, "account": world.lindner, "ordered_on": day, **values}
        )

    mine, foreign = order("1"), order("2", account=world.brauneis)
    order("3", ordered_on=day - dt.timedelta(days=60))
    assert [one.number for one in ordering.offered(won, world.ada)] == ["1"]
    tied = ordering.tie(won, mine, by=world.ada)
    assert ordering.offered(won, world.ada) == []
    assert wrong(lambda: ordering.tie(won, mine, by=world.ada))
    assert "order" in wrong(lambda: ordering.tie(won, foreign, by=world.ada))
    assert OpportunityOrder.ordered(won) == 100
    tied.discard(by=world.ada)
    assert OpportunityOrder.ordered(won) == 0
    assert mine.deleted_at is None
