"""What would end a whole import ends one row at most: strange bytes, numbers that do not fit, a process that is killed."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import DataError, IntegrityError, transaction
from django.utils import timezone

from kundenkreis.customers.models import Account
from kundenkreis.history.models import Batch
from kundenkreis.orders.models import OrderLine
from kundenkreis.quality import importing, running, tasks
from kundenkreis.quality.importing import CannotImport
from kundenkreis.quality.models import ImportRun
from kundenkreis.quality.phrases import kept
from kundenkreis.quality.targets.accounts import Accounts
from kundenkreis.rates.models import ExchangeRate
from tests.quality.imports import draft, imported, sales, told

State = ImportRun.State
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def rate(db):
    ExchangeRate.objects.create(currency="GBP", on=dt.date(2009, 12, 1), rate=Decimal("0.9"))


@pytest.fixture
def row_by_row(monkeypatch):
    for name in ("CHUNK", "SMALL_CHUNK"):
        monkeypatch.setattr(running, name, 1)


LINE = "{order},85048,Glass ball,1,2009-12-01 07:45:00,6.95,13085,United Kingdom"


def test_zero_bytes_in_a_rejected_row_do_not_end_the_import(world):
    text = "name,place\nAlpha,We\x00ls\n,Li\x00nz\nGamma,Gr\x00az,too,many\n" + "Delta,Wien\n" * 4000
    run = imported(text, target="accounts", match_by="name", mapping={"name": "name", "place": "place"})
    assert (run.counts["added"], run.counts["rejected"]) == (2, 2)
    assert "\x00" not in str(list(run.problems.values_list("cells", "params")))
    assert Account.objects.get(name="Alpha").place == "Wels"


def test_what_json_cannot_keep_is_left_out_and_the_rest_stays():
    assert kept({"a\x00": ["x\x00y", "\ud800z", ("ö", 1, None)]}) == {"a": ["xy", "z", ["ö", 1, None]]}


def test_an_order_may_have_a_product_more_often_than_32767_times(monkeypatch):
    run = sales(*[LINE.format(order="1")] * 2)
    OrderLine.objects.filter(occurrence=2).update(occurrence=32_768, position=32_768)
    assert OrderLine.objects.latest("occurrence").occurrence == 32_768
    assert run.counts["added"] == 2


@pytest.mark.parametrize("error", [DataError, IntegrityError, OverflowError])
@pytest.mark.parametrize("write", [True, False], ids=["import", "dry run"])
def test_a_row_that_the_database_refuses_is_found_and_the_others_are_stored(world, monkeypatch, error, write):
    find = Accounts.find

    def picky(self, keys):
        if ("firm 13",) in keys:
            raise error("value out of range")
        return find(self, keys)

    monkeypatch.setattr(Accounts, "find", picky)
    rows = "\n".join(["name,uid", *(f"Firm {i},{'ATU12345678' if i == 7 else ''}" for i in range(40))])
    run = draft(rows, target="accounts", match_by="name")
    run = importing.run_now(run) if write else importing.check(run)
    counts = run.counts if write else run.forecast
    assert (run.state, counts["added"], counts["rejected"]) == (State.DONE if write else State.CHECKED, 38, 2)
    assert Account.objects.filter(name__startswith="Firm").count() == (38 if write else 0)
    assert (
        told(run)[-1] == "Row 15: The database does not take this row: a number is too large or a text too long for it."
    )
    if write:
        assert run.batch.counts["customers.account"]["added"] == 38
        importing.undo_now(run, None)
        assert not Account.objects.filter(name__startswith="Firm").exists()


def test_a_chunk_that_is_tried_again_is_counted_once_and_keeps_its_remarks(world, monkeypatch):
    keep, broken = running._Walker._keep, []

    def fail_after(self, outcome):
        keep(self, outcome)
        if not broken:
            broken.append(1)
            raise IntegrityError("as a deferred foreign key does at the end")

    monkeypatch.setattr(running._Walker, "_keep", fail_after)
    run = imported("name\n<b>Bold</b>\nPlain\n", target="accounts", match_by="name")
    assert run.batch.counts["customers.account"] == {"added": 2, "changed": 0}
    assert Batch.objects.get(pk=run.batch.pk).counts == run.batch.counts
    assert len(told(run)) == 1 and "contains HTML" in told(run)[0]


def test_a_sales_line_that_the_database_refuses_does_not_take_its_order_along(monkeypatch):
    from kundenkreis.quality.targets.sales_store import SalesStore

    store = SalesStore.store

    def picky(self, lines, outcome):
        if 4 in lines["row"].to_list():
            with transaction.atomic():
                store(self, lines, outcome)
                raise DataError("numeric field overflow")
        store(self, lines, outcome)

    monkeypatch.setattr(SalesStore, "store", picky)
    run = sales(*[LINE.format(order=order) for order in "1122"])
    assert (run.counts["added"], run.counts["rejected"]) == (3, 1)
    assert sorted(OrderLine.objects.values_list("order__number", "occurrence")) == [("1", 1), ("1", 2), ("2", 1)]


def test_a_failure_names_no_python_class(world, monkeypatch):
    from kundenkreis.quality.messages import explain

    run = draft("name\nA\n", target="accounts", match_by="name")
    monkeypatch.setattr(running._Walker, "take", lambda self, chunk: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        importing.run_now(run)
    said = explain(run.failure["code"], run.failure["params"])
    assert "the server's log says more" in said and "ZeroDivision" not in said and "?" not in said


def test_a_dry_run_of_an_import_that_has_stored_something_is_refused(row_by_row, monkeypatch):
    run = draft("name\nA\nB\n", target="accounts", match_by="name")
    again = ImportRun.objects.get(pk=run.pk)
    with monkeypatch.context() as patch:
        patch.setattr(running._Walker, "_size", lambda self: 1 / 0 if self.run.next_chunk else 1)
        with pytest.raises(ZeroDivisionError):
            importing.run_now(run)
    assert run.state == State.FAILED
    for refused in (importing.check, importing.check_later):
        with pytest.raises(CannotImport, match="already_running"):
            refused(again)
    importing.run_now(again)
    assert (again.state, again.counts["added"], again.rows_read) == (State.DONE, 2, 2)


def test_a_cancelled_import_whose_process_was_killed_does_not_run_on(row_by_row):
    run = draft("name\nA\nB\nC\n", target="accounts", match_by="name")

    def killed(at: ImportRun) -> None:
        importing.cancel(ImportRun.objects.get(pk=at.pk))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        importing.run_now(run, killed)
    ImportRun.objects.filter(pk=run.pk).update(heartbeat_at=timezone.now() - dt.timedelta(minutes=5))
    assert importing.orphans() == [run]
    tasks.run_import.func(run.pk)
    run.refresh_from_db()
    assert (run.state, run.counts["added"], run.batch.state) == (State.CANCELLED, 1, Batch.State.CANCELLED)
    assert importing.orphans() == []
    importing.resume(run)
    run.refresh_from_db()
    assert (run.state, run.counts["added"]) == (State.DONE, 3)
