"""Queries whose SQL is made once answer as Django's do, whoever asks and with whatever values."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.db.models import Count, QuerySet, Sum
from django.utils import timezone

from kundenkreis.activities.models import Activity
from kundenkreis.core import prepared as room
from kundenkreis.core.prepared import prepared
from kundenkreis.customers.models import Account
from kundenkreis.orders.models import Order
from kundenkreis.staff.models import User

pytestmark = pytest.mark.django_db


@prepared
def _named(name: Any, ids: Any) -> QuerySet:
    return Account.objects.filter(name=name, pk__listed=ids).select_related("owner").order_by("pk")


@prepared
def _seen(ids: Any, *, user: User) -> QuerySet:
    return Account.objects.visible_to(user).filter(pk__listed=ids).order_by("pk").values_list("pk", flat=True)


def test_values_may_differ_from_call_to_call_and_the_sql_is_made_once(world, monkeypatch):
    monkeypatch.setattr(room, "checked", False)
    both = [world.lindner.pk, world.brauneis.pk]
    assert _named(world.lindner.name, both) == [world.lindner]

    def made_again(*args):
        raise AssertionError("made again")

    monkeypatch.setattr(room, "_make", made_again)
    assert _named(world.brauneis.name, both) == [world.brauneis]
    assert _named(world.brauneis.name, []) == []


def test_records_come_with_what_was_selected_beside_them(world, django_assert_num_queries):
    room.clock.today()  # asks for the house
    with django_assert_num_queries(1):
        (found,) = _named(world.lindner.name, [world.lindner.pk])
        assert found.owner == world.lindner.owner
    found.refresh_from_db()  # a row like any other
    assert found._state.db == "default"


def test_fields_left_out_are_read_when_they_are_asked_for(world):
    @prepared
    def barely(pk: Any) -> QuerySet:
        return Account.objects.filter(pk=pk).only("name")

    (found,) = barely(world.lindner.pk)
    assert found.get_deferred_fields() > {"place"}
    assert found.place == world.lindner.place


def test_what_is_given_by_name_has_sql_of_its_own(world):
    everything = [one.pk for one in (world.lindner, world.brauneis)]
    for user in (world.ada, world.cem, world.ben):
        assert _seen(everything, user=user) == list(
            Account.objects.visible_to(user).filter(pk__in=everything).order_by("pk").values_list("pk", flat=True)
        )


def test_moments_days_and_amounts_are_written_as_django_writes_them(world):
    now, today = timezone.now(), dt.date(2010, 12, 1)
    Order.add(by=world.admin, number="P1", account=world.lindner, ordered_on=today, total=Decimal("12.50"), total_house=Decimal("12.50"))  # fmt: skip

    @prepared
    def asked(day: Any, moment: Any, amount: Any) -> QuerySet:
        rows = Order.objects.filter(ordered_on__gte=day, created_at__gte=moment, total_house__gte=amount)
        return rows.values("account_id").annotate(net=Sum("total_house"), n=Count("pk")).order_by("account_id")

    assert asked(today, now, Decimal("12.50")) == [{"account_id": world.lindner.pk, "net": Decimal("12.50"), "n": 1}]
    assert asked(today, now, Decimal("12.51")) == []
    assert asked(today + dt.timedelta(days=1), now, Decimal(0)) == []
    assert asked(today, timezone.now() + dt.timedelta(hours=1), Decimal(0)) == []


def test_a_query_that_can_find_nothing_is_not_asked(world, django_assert_num_queries):
    @prepared
    def nothing(pk: Any) -> QuerySet:
        return Activity.objects.none().filter(pk=pk)

    nothing(1)
    with django_assert_num_queries(0):
        assert nothing(2) == []


def test_a_hostile_value_stays_a_value(world):
    assert _named("'; DROP TABLE customers_account; --", [world.lindner.pk]) == []
    assert _named("%s %(x)s", [world.lindner.pk]) == []
    assert Account.objects.filter(pk=world.lindner.pk).exists()


def test_a_value_that_decides_how_the_query_looks_is_found_out(world):
    @prepared
    def wrong(name: Any) -> QuerySet:
        return Account.objects.filter(name=name) if name != "none" else Account.objects.filter(place="")

    assert wrong("Lindner") == []
    with pytest.raises(AssertionError, match="Another query"):
        wrong("none")


def test_what_needs_a_second_query_is_refused(world):
    @prepared
    def two(pk: Any) -> QuerySet:
        return Account.objects.filter(pk=pk).prefetch_related("tags")

    with pytest.raises(TypeError, match="one query"):
        two(1)


def test_another_day_of_the_house_is_another_question(world, monkeypatch):
    """Rules about who sees what speak of today: a seat on an account team that ends today shows nothing tomorrow."""
    days = []

    @prepared
    def by_day(pk: Any) -> QuerySet:
        days.append(room.clock.today())
        return Account.objects.filter(pk=pk, last_order_on__lt=room.clock.today())

    monkeypatch.setattr(room, "checked", False)
    by_day(1), by_day(2)
    first = len(days)
    monkeypatch.setattr(room.clock, "today", lambda: dt.date(2031, 1, 1))
    by_day(1)
    assert (first, len(days)) == (1, 2)


def test_lists_of_numbers_are_one_value_on_both_databases(world):
    many = list(range(1, 40_000)) + [world.lindner.pk]
    assert _named(world.lindner.name, many) == [world.lindner]
    assert room.listed([3, 1], connection.vendor) == ([3, 1] if connection.vendor == "postgresql" else "[3, 1]")
