"""Lines, buying contacts and competitors of an opportunity."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kundenkreis.history.models import Event
from kundenkreis.history.undo import undo_event
from kundenkreis.pipeline.models import OpportunityCompetitor, OpportunityContact, OpportunityLine
from kundenkreis.staff import access
from tests.pipeline.cards import card, product, wrong

pytestmark = pytest.mark.django_db


def line(one, **values) -> OpportunityLine:
    made = {"product": product(), "quantity": Decimal(10), "price": Decimal("2.50")}
    return OpportunityLine.add(by=one.owner, opportunity=one, **{**made, **values})


class TestLines:
    def test_the_first_line_of_what_has_no_value_makes_it_the_sum(self, world):
        one = card(world, value=Decimal(0))
        line(one)
        line(one, discount=Decimal(20))
        one.refresh_from_db()
        assert (one.value, one.value_house, one.sums_lines) == (Decimal("45.00"), Decimal("45.00"), True)

    def test_a_value_by_hand_stays_until_it_is_said_to_be_the_sum(self, world):
        one = card(world, value=Decimal(900))
        line(one)
        one.refresh_from_db()
        assert (one.value, one.sums_lines) == (Decimal(900), False)
        one.change(by=world.ada, sums_lines=True)
        assert one.value == Decimal("25.00")
        assert "value" in wrong(lambda: one.change(by=world.ada, value=Decimal(3)))

    def test_a_line_that_goes_or_comes_back_changes_the_sum(self, world):
        one = card(world, value=Decimal(0))
        line(one)
        second = line(one)
        event = second.discard(by=world.ada)
        one.refresh_from_db()
        assert one.value == Decimal("25.00")
        undo_event(event, by=world.ada)
        one.refresh_from_db()
        assert one.value == Decimal("50.00")

    def test_a_month_is_kept_by_its_first_day(self, world):
        assert line(card(world), delivered_in=dt.date(2026, 5, 17)).delivered_in == dt.date(2026, 5, 1)

    @pytest.mark.parametrize(
        ("name", "value"),
        [("quantity", 0), ("quantity", -1), ("price", -1), ("discount", 101), ("discount", -1), ("quantity", "many")],
    )
    def test_what_is_no_line_is_refused(self, world, name, value):
        one = card(world)
        assert name in wrong(lambda: line(one, **{name: value if isinstance(value, str) else Decimal(value)}))

    def test_an_amount_that_no_column_holds_is_refused(self, world):
        one = card(world)
        assert wrong(lambda: line(one, quantity=Decimal(10**9), price=Decimal(10**9)))

    def test_a_line_stays_at_its_opportunity(self, world):
        one, other = card(world), card(world)
        assert "opportunity" in wrong(lambda: line(one).change(by=world.ada, opportunity=other))

    @settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        st.lists(
            st.tuples(
                st.decimals("0.001", 1000, places=3), st.decimals(0, 1000, places=2), st.decimals(0, 100, places=2)
            ),
            min_size=1,
            max_size=5,
        )
    )
    def test_the_value_is_the_sum_of_its_lines_to_the_cent(self, world, rows):
        with transaction.atomic():
            one = card(world, value=Decimal(0))
            made = [line(one, quantity=q, price=p, discount=d) for q, p, d in rows]
            one.refresh_from_db()
            if not one.sums_lines:
                one.change(by=world.ada, sums_lines=True)
            assert one.value == sum(each.amount for each in made)
            for each, (quantity, price, discount) in zip(made, rows, strict=True):
                assert abs(each.amount - quantity * price * (100 - discount) / 100) <= Decimal("0.005")
            transaction.set_rollback(True)


class TestPeople:
    def test_a_contact_has_a_role_once(self, world):
        one = card(world)
        OpportunityContact.add(by=world.ada, opportunity=one, contact=world.maria, role="user")
        OpportunityContact.add(by=world.ada, opportunity=one, contact=world.maria, role="champion")
        again = lambda: OpportunityContact.add(by=world.ada, opportunity=one, contact=world.maria, role="user")  # noqa: E731
        assert wrong(again)

    def test_what_is_no_role_is_refused(self, world):
        made = {"opportunity": card(world), "contact": world.maria, "role": "emperor"}
        assert "role" in wrong(lambda: OpportunityContact.add(by=world.ada, **made))


class TestCompetitors:
    def test_an_account_names_it(self, world):
        rival = OpportunityCompetitor.add(by=world.ada, opportunity=card(world), account=world.brauneis)
        assert rival.name == "Brauneis Wohnkultur"

    def test_it_has_a_name_or_an_account(self, world):
        one = card(world)
        assert "name" in wrong(lambda: OpportunityCompetitor.add(by=world.ada, opportunity=one, name="  "))

    def test_the_customer_is_no_competitor(self, world):
        one = card(world)
        assert "account" in wrong(
            lambda: OpportunityCompetitor.add(by=world.ada, opportunity=one, account=world.lindner)
        )

    def test_the_database_wants_a_name_too(self, world):
        rival = OpportunityCompetitor.add(by=world.ada, opportunity=card(world), name="Fischer")
        with pytest.raises(IntegrityError), transaction.atomic():
            OpportunityCompetitor.objects.filter(pk=rival.pk).update(name="")


def test_parts_are_seen_and_changed_as_their_opportunity_is(world):
    one = card(world)
    some = line(one)
    assert list(OpportunityLine.objects.visible_to(world.ada)) == [some]
    assert not OpportunityLine.objects.visible_to(world.cem).exists()
    assert access.may(world.ada, "opportunities.change", some)
    assert not access.may(world.cem, "opportunities.change", some)


def test_the_customers_timeline_tells_of_parts(world):
    event = Event.objects.about(line(card(world))).get()
    assert (event.verb, event.account_id) == ("opportunityline.added", world.lindner.pk)
