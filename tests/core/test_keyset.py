"""Paging by key: every row once, in order, in both directions, whatever the page size."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db.models import Value
from django.db.models.functions import Concat

from kundenkreis.core.keyset import BadCursor, bounded_count, page
from kundenkreis.history.models import Batch
from kundenkreis.rates.models import ExchangeRate

pytestmark = pytest.mark.django_db

NOON = dt.datetime(2026, 1, 1, 12, 0, 0, 123456, tzinfo=dt.UTC)


@pytest.fixture
def rates():
    """23 rows with many equal values in every column but the id."""
    return ExchangeRate.objects.bulk_create(
        ExchangeRate(
            currency=["GBP", "USD", "CHF"][n % 3],
            on=dt.date(2010, 1, 1) + dt.timedelta(days=n),
            rate=Decimal(n % 4 + 1) * Decimal("0.33333333"),
            source=str(n % 2),
        )
        for n in range(23)
    )


@pytest.fixture
def batches():
    """11 rows of which some have no end and no actor."""
    return Batch.objects.bulk_create(
        Batch(
            kind="x",
            label=str(n),
            actor_id=None if n % 3 == 0 else n % 2,
            ended_at=None if n % 4 == 0 else NOON + dt.timedelta(hours=n % 5),
        )
        for n in range(11)
    )


def walk(queryset, order, size):
    """All pages forwards, and all pages backwards from the last one."""
    forwards, cursor = [], ""
    while True:
        here = page(queryset, order=order, after=cursor, size=size)
        forwards.append([row.pk for row in here.rows])
        assert len(forwards) < 100
        if not here.next:
            break
        cursor = here.next
    backwards = [[row.pk for row in here.rows]]
    while here.previous:
        here = page(queryset, order=order, after=here.previous, size=size)
        backwards.insert(0, [row.pk for row in here.rows])
        assert len(backwards) < 100
    return forwards, backwards


@pytest.mark.parametrize("size", [1, 4, 23, 50])
@pytest.mark.parametrize(
    "order",
    [
        [],
        [("id", "desc")],
        [("currency", "asc")],
        [("currency", "desc"), ("id", "desc")],
        [("currency", "asc"), ("on", "desc")],
        [("rate", "desc"), ("currency", "asc"), ("id", "desc")],
        [("rate", "asc"), ("source", "asc"), ("id", "asc")],
    ],
)
def test_every_row_comes_once_in_both_directions(rates, order, size):
    expected = sorted(rates, key=lambda rate: rate.pk, reverse=bool(order) and order[-1][1] == "desc")
    for name, direction in reversed(order):
        expected.sort(key=lambda rate: getattr(rate, name), reverse=direction == "desc")  # noqa: B023
    forwards, backwards = walk(ExchangeRate.objects.all(), order, size)
    assert [pk for some in forwards for pk in some] == [rate.pk for rate in expected]
    assert [pk for some in backwards for pk in some] == [rate.pk for rate in expected]
    assert all(len(some) == size for some in forwards[:-1])


@pytest.mark.parametrize("size", [1, 3, 11])
@pytest.mark.parametrize(
    "order",
    [
        [("actor_id", "asc")],
        [("actor_id", "desc")],
        [("ended_at", "desc"), ("actor_id", "asc")],
        [("ended_at", "asc"), ("actor_id", "asc"), ("id", "asc")],
        [("actor_id", "desc"), ("ended_at", "asc"), ("id", "desc")],
    ],
)
def test_empty_values_are_the_smallest_on_both_engines(batches, order, size):
    expected = sorted(batches, key=lambda batch: batch.pk, reverse=order[-1][1] == "desc")
    for name, direction in reversed(order):
        expected.sort(
            key=lambda batch: (
                (getattr(batch, name) is not None, getattr(batch, name) or 0)  # noqa: B023
                if name == "actor_id"  # noqa: B023
                else (batch.ended_at is not None, batch.ended_at or NOON)
            ),
            reverse=direction == "desc",
        )
    forwards, backwards = walk(Batch.objects.all(), order, size)
    assert [pk for some in forwards for pk in some] == [batch.pk for batch in expected]
    assert [pk for some in backwards for pk in some] == [batch.pk for batch in expected]


def test_values_and_annotations_can_be_paged(rates):
    rows = ExchangeRate.objects.annotate(both=Concat("currency", Value("-"), "source")).values("id", "both", "currency")
    order = [("both", "asc"), ("id", "asc")]
    first = page(rows, order=order, size=10)
    second = page(rows, order=order, after=first.next, size=10)
    third = page(rows, order=order, after=second.next, size=10)
    got = [(row["both"], row["id"]) for some in (first, second, third) for row in some.rows]
    assert got == sorted(got)
    assert len(got) == 23
    assert page(rows, order=order, after=second.previous, size=10).rows == first.rows


def test_a_filter_and_paging_go_together(rates):
    some = ExchangeRate.objects.filter(currency="GBP")
    forwards, _ = walk(some, [("on", "desc")], 3)
    assert sum(map(len, forwards)) == some.count()


def test_rows_that_come_and_go_meanwhile_shift_nothing(rates):
    order = [("on", "asc")]
    first = page(ExchangeRate.objects.all(), order=order, size=5)
    first.rows[0].delete()
    ExchangeRate.objects.create(currency="AAA", on=dt.date(2009, 1, 1), rate=1)
    second = page(ExchangeRate.objects.all(), order=order, after=first.next, size=5)
    assert [row.on.day for row in second.rows] == [6, 7, 8, 9, 10]


def test_the_only_page_has_no_neighbours(rates):
    only = page(ExchangeRate.objects.all(), order=[], size=50)
    assert (only.next, only.previous) == ("", "")
    nothing = page(ExchangeRate.objects.none(), order=[], size=50)
    assert (nothing.rows, nothing.next, nothing.previous) == ([], "", "")


@pytest.mark.parametrize("cursor", ["x", "...", "WzAsMV0.0123456789abcdef", "ä", "\0", "a" * 5000, "=", "-1", "." * 30])
def test_a_made_up_cursor_is_refused_with_a_sentence(rates, cursor):
    with pytest.raises(BadCursor, match="not valid"):
        page(ExchangeRate.objects.all(), order=[("on", "asc")], after=cursor)


def test_a_changed_cursor_is_refused(rates):
    cursor = page(ExchangeRate.objects.all(), order=[("on", "asc")], size=5).next
    for place in range(0, len(cursor), 5):
        letter = "A" if cursor[place] != "A" else "B"
        with pytest.raises(BadCursor):
            page(ExchangeRate.objects.all(), order=[("on", "asc")], after=cursor[:place] + letter + cursor[place + 1 :])


def test_a_cursor_of_another_order_is_refused(rates):
    cursor = page(ExchangeRate.objects.all(), order=[("on", "asc")], size=5).next
    with pytest.raises(BadCursor):
        page(ExchangeRate.objects.all(), order=[("on", "desc")], after=cursor)
    with pytest.raises(BadCursor):
        page(ExchangeRate.objects.all(), order=[("rate", "asc")], after=cursor)


def test_a_count_stops_at_its_bound(rates, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert bounded_count(ExchangeRate.objects.order_by("on"), 10) == 10
    assert bounded_count(ExchangeRate.objects.all()) == 23
    assert bounded_count(ExchangeRate.objects.none()) == 0


def test_a_page_is_one_query(rates, django_assert_num_queries):
    cursor = page(ExchangeRate.objects.all(), order=[("on", "asc")], size=5).next
    with django_assert_num_queries(1):
        page(ExchangeRate.objects.all(), order=[("on", "asc")], after=cursor, size=5)
