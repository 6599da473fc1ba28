"""Exchange rates come in as the ECB publishes them, or one in each row; nothing of a row is lost, and all can be undone."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from kundenkreis.quality import importing, targets
from kundenkreis.quality.models import ImportRun
from kundenkreis.rates.models import ExchangeRate
from tests.quality.imports import imported, told

pytestmark = pytest.mark.django_db
# The last comma is the ECB's own.
ECB = "Date,USD,JPY,EEK,GBP,\n2026-01-06,1.1711,183.12,N/A,0.86543,\n2026-01-05,1.1702,183.01,N/A,0.86571,\n"
LONG = "Date,Currency,Rate\n2026-01-05,GBP,0.86571\n2026-01-05,usd,1.1702\n"


def stored():
    rows = ExchangeRate.objects.living().order_by("on", "currency").values_list("on", "currency", "rate")
    return {(str(on), currency): str(rate.normalize()) for on, currency, rate in rows}


def test_the_file_of_the_ecb_is_understood_without_a_word(world):
    run = imported(ECB, target="rates", by=world.admin, name="eurofxref-hist.csv")
    assert stored() == {
        ("2026-01-05", "GBP"): "0.86571",
        ("2026-01-05", "JPY"): "183.01",
        ("2026-01-05", "USD"): "1.1702",
        ("2026-01-06", "GBP"): "0.86543",
        ("2026-01-06", "JPY"): "183.12",
        ("2026-01-06", "USD"): "1.1711",
    }
    assert run.counts["added"] == 2
    assert told(run) == []
    assert ExchangeRate.objects.first().source == "eurofxref-hist.csv"


def test_one_rate_a_row_is_understood_too(world):
    imported(LONG, target="rates", by=world.admin)
    assert stored() == {("2026-01-05", "GBP"): "0.86571", ("2026-01-05", "USD"): "1.1702"}


def test_the_same_file_again_changes_nothing_and_a_corrected_one_only_what_differs(world):
    imported(ECB, target="rates", by=world.admin)
    assert imported(ECB, target="rates", by=world.admin).counts["unchanged"] == 2
    run = imported(ECB.replace("1.1702", "1.1703"), target="rates", by=world.admin)
    assert (run.counts["changed"], run.counts["unchanged"]) == (1, 1)
    changed = ExchangeRate.objects.get(currency="USD", on=dt.date(2026, 1, 5))
    assert (changed.rate, changed.version) == (Decimal("1.1703"), 2)


def test_an_import_of_rates_can_be_undone(world):
    imported(LONG, target="rates", by=world.admin)
    before = stored()
    run = imported(ECB.replace("1.1702", "1.5"), target="rates", by=world.admin)
    importing.undo_now(run, by=world.admin)
    assert stored() == before


def test_a_rehearsal_stores_nothing_and_tells_what_would_come(world):
    from tests.quality.imports import draft

    run = draft(ECB + "2026-01-05,1.1702,183.01,N/A,0.86571,\n", target="rates", by=world.admin)
    importing.check(run)
    run.refresh_from_db()
    assert not ExchangeRate.objects.exists()
    assert (run.forecast["added"], run.forecast["unchanged"]) == (2, 1)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("2026-01-05,GBP,0", "more than zero"),
        ("2026-01-05,EUR,1", "no currency with a rate"),
        ("2026-01-05,GBP,", "“Rate”: This must not be empty"),
        ("2026-01-05,GBP,abc", "abc"),
        (",GBP,0.9", "“Date”: This must not be empty"),
    ],
)
def test_a_row_that_is_no_rate_is_rejected_with_a_sentence(world, row, said):
    run = imported(f"Date,Currency,Rate\n2026-01-04,GBP,0.9\n{row}\n", target="rates", by=world.admin)
    assert run.counts["rejected"] == 1
    assert said in " ".join(told(run))
    assert stored() == {("2026-01-04", "GBP"): "0.9"}


def test_only_new_ones_or_only_changes_are_respected(world):
    imported(LONG, target="rates", by=world.admin)
    run = imported(ECB, target="rates", by=world.admin, mode=ImportRun.Mode.CREATE)
    assert (run.counts["added"], run.counts["rejected"]) == (1, 1)
    run = imported(
        "Date,Currency,Rate\n2026-01-09,GBP,0.9\n", target="rates", by=world.admin, mode=ImportRun.Mode.UPDATE
    )
    assert run.counts["rejected"] == 1


def test_only_those_who_keep_the_rates_may_import_them(world):
    assert importing.may_run(world.admin, targets.get("rates"))
    assert not importing.may_run(world.ben, targets.get("rates"))
