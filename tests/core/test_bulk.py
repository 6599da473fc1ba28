"""Bulk writing stores exactly what the ORM would store, on either database."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from kundenkreis.core.bulk import delete_ids, insert_rows, reserve_ids, update_rows
from kundenkreis.core.models import Counter, House
from kundenkreis.history.models import Batch, BatchChunk
from kundenkreis.rates.models import ExchangeRate

pytestmark = pytest.mark.django_db

NOON = dt.datetime(2026, 3, 29, 12, 0, tzinfo=dt.UTC)
BATCH = ("id", "kind", "label", "actor_id", "actor_name", "state", "started_at", "ended_at", "counts", "undo_report")


def counters(n, start=1):
    first = reserve_ids(Counter, n)
    return [(first + place, f"series {start + place}", place) for place in range(n)]


def test_rows_come_back_as_the_orm_reads_them():
    first = reserve_ids(ExchangeRate, 2)
    days = [dt.date(2010, 12, 9), dt.date(2010, 12, 10)]
    columns = ("id", "currency", "on", "rate", "source", "version", "created_at", "changed_at")
    rows = [
        (first, "GBP", days[0], Decimal("0.84150000"), "ECB", 1, NOON, NOON),
        (first + 1, "GBP", days[1], Decimal("0.8"), "ECB", 1, NOON, NOON),
    ]
    assert insert_rows(ExchangeRate, columns, rows) == 2
    stored = list(ExchangeRate.objects.order_by("on").values_list(*columns))
    assert stored == rows


def test_every_kind_of_value_is_stored_as_the_orm_stores_it():
    vienna = dt.timezone(dt.timedelta(hours=2))
    values = [
        ("import", 'Ä "quoted", \\tab\t', None, "", "done", NOON, None, {"a": [1, "ö", None], "day": "2026-01-01"}, {}),
        ("edit", "", 7, "Anna", "done", NOON.astimezone(vienna), NOON + dt.timedelta(microseconds=5), {}, {"kept": 1}),
    ]
    by_orm = [Batch.objects.create(**dict(zip(BATCH[1:], row, strict=True))).pk for row in values]
    first = reserve_ids(Batch, 2)
    insert_rows(Batch, BATCH, [(first + place, *row) for place, row in enumerate(values)])
    for place, pk in enumerate(by_orm):
        columns = BATCH[1:]
        assert (
            Batch.objects.filter(pk=first + place).values_list(*columns)[0]
            == Batch.objects.filter(pk=pk).values_list(*columns)[0]
        )
        assert _as_stored(first + place) == _as_stored(pk)


def _as_stored(pk):
    """The row as the database has it, without the ORM's reading; JSON as it sorts it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT label, started_at, ended_at, CAST(counts AS text) FROM history_batch WHERE id = %s", [pk]
        )
        row = list(cursor.fetchone())
    row[3] = row[3].replace("\\u00f6", "ö").replace(" ", "")
    return row


def test_flags_dates_and_bytes_are_stored():
    columns = (
        "id", "name", "currency", "country", "language", "works_agreement", "today", "is_demo", "contact_cap_days", "suppression_key",
        "is_test_copy", "vat_id", "asks_vies", "fiscal_month",
    )  # fmt: skip
    insert_rows(
        House,
        columns,
        [
            (50, "A", "EUR", "AT", "de", "", None, False, 30, "k", False, "", False, 1),
            (51, "B", "GBP", "GB", "en", "", dt.date(2010, 12, 9), True, 30, "k", False, "", False, 1),
        ],
    )
    assert list(House.objects.filter(pk__gte=50).order_by("pk").values_list("today", "is_demo")) == [
        (None, False),
        (dt.date(2010, 12, 9), True),
    ]
    batch = Batch.objects.create(kind="import", label="x")
    chunk = {
        "number": 1,
        "model": "m",
        "added": [[1, 2]],
        "changed": b"\x00\xff\\x",
        "is_undone": False,
        "at": NOON,
        "ids": b"",
    }
    row = {
        "id": reserve_ids(BatchChunk, 1),
        "batch": batch.pk,
        **chunk,
        "first": 1,
        "last": 2,
        "fields": [],
        "alike": {},
    }
    insert_rows(BatchChunk, tuple(row), [tuple(row.values())])
    chunk = BatchChunk.objects.get()
    assert (chunk.batch_id, chunk.added, bytes(chunk.changed)) == (batch.pk, [[1, 2]], b"\x00\xff\\x")


def test_reserved_ids_are_given_to_nobody_else():
    first = reserve_ids(Counter, 10)
    second = reserve_ids(Counter, 10)
    single = Counter.objects.create(series="single")
    assert first + 9 < second
    assert second + 9 < single.pk
    insert_rows(Counter, ("id", "series", "last"), [(first + place, f"s{place}", 0) for place in range(10)])
    assert Counter.objects.create(series="after").pk > second + 9


def test_ids_of_deleted_rows_are_not_given_again():
    first = reserve_ids(Counter, 3)
    insert_rows(Counter, ("id", "series", "last"), [(first + place, f"s{place}", 0) for place in range(3)])
    Counter.objects.all().delete()
    assert reserve_ids(Counter, 1) > first + 2


def test_at_least_one_id_is_reserved():
    with pytest.raises(ValueError, match="one id"):
        reserve_ids(Counter, 0)


def test_rows_may_be_a_stream_longer_than_a_slice():
    rows = counters(25_001)
    assert insert_rows(Counter, ("id", "series", "last"), iter(rows)) == 25_001
    assert Counter.objects.count() == 25_001


def test_nothing_to_write_writes_nothing():
    assert insert_rows(Counter, ("id", "series", "last"), []) == 0
    assert update_rows(Counter, ("id", "last"), []) == 0
    assert delete_ids(Counter, []) == 0


def test_a_broken_constraint_is_an_integrity_error():
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_rows(Counter, ("id", "series", "last"), [(1, "same", 0), (2, "same", 0)])
    assert Counter.objects.count() == 0


def test_rows_are_changed_by_id_and_others_left_alone():
    rows = counters(5)
    insert_rows(Counter, ("id", "series", "last"), rows)
    changed = update_rows(
        Counter, ("id", "last", "series"), [(rows[0][0], 70, "new"), (rows[3][0], 73, "s'3"), (10**9, 1, "?")]
    )
    assert changed == 2
    stored = dict(Counter.objects.values_list("series", "last"))
    assert stored == {"new": 70, "series 2": 1, "series 3": 2, "s'3": 73, "series 5": 4}


def test_many_rows_are_changed_as_few_are():
    rows = counters(60)
    insert_rows(Counter, ("id", "series", "last"), rows)
    assert update_rows(Counter, ("id", "last"), ((row[0], row[2] + 100) for row in rows)) == 60
    assert sorted(Counter.objects.values_list("last", flat=True)) == sorted(row[2] + 100 for row in rows)


def test_decimals_dates_and_nothing_are_changed_too():
    batch = Batch.objects.create(kind="import", label="x", ended_at=NOON)
    rate = ExchangeRate.objects.create(currency="GBP", on=dt.date(2010, 1, 1), rate=Decimal("0.9"))
    assert update_rows(Batch, ("id", "ended_at", "counts", "actor_id"), [(batch.pk, None, {"n": 1}, 5)]) == 1
    assert update_rows(ExchangeRate, ("id", "rate", "on"), [(rate.pk, Decimal("0.85"), dt.date(2011, 1, 1))]) == 1
    batch.refresh_from_db()
    rate.refresh_from_db()
    assert (batch.ended_at, batch.counts, batch.actor_id) == (None, {"n": 1}, 5)
    assert (rate.rate, rate.on) == (Decimal("0.85"), dt.date(2011, 1, 1))


def test_changes_can_be_written_twice_in_one_transaction():
    rows = counters(2)
    insert_rows(Counter, ("id", "series", "last"), rows)
    for last in (5, 6):
        assert update_rows(Counter, ("id", "last"), [(row[0], last) for row in rows]) == 2
    assert set(Counter.objects.values_list("last", flat=True)) == {6}


def test_an_update_begins_with_the_primary_key():
    with pytest.raises(ValueError, match="primary key"):
        update_rows(Counter, ("series", "last"), [("x", 1)])


def test_an_unknown_column_is_named():
    with pytest.raises(ValueError, match="colour"):
        insert_rows(Counter, ("id", "colour"), [(1, "red")])


def test_rows_are_deleted_by_id():
    rows = counters(3)
    insert_rows(Counter, ("id", "series", "last"), rows)
    assert delete_ids(Counter, [rows[0][0], rows[2][0], 10**9]) == 2
    assert list(Counter.objects.values_list("series", flat=True)) == ["series 2"]
