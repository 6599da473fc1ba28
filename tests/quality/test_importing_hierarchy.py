"""Thousands of subsidiaries in one file: few queries, short transactions, part of the import's batch."""

import datetime as dt
import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kundenkreis.customers import placing
from kundenkreis.customers.models import Account, AccountLink
from kundenkreis.history.models import BatchChunk, Event
from kundenkreis.quality import importing, pacing, running
from kundenkreis.quality.models import ImportRun
from kundenkreis.quality.targets import accounts as target
from tests.quality.imports import draft, imported, told

State = ImportRun.State


def subsidiaries(n: int, heads: int = 1000) -> str:
    """`n` accounts, each below the one `heads` rows before it: chains of n / heads."""
    rows = [f"N-{i},Firm {i},{f'N-{i - heads}' if i >= heads else ''}" for i in range(n)]
    return "\n".join(["number,name,parent", *rows])


def test_thousands_of_parents_take_few_queries_and_belong_to_the_batch(world, monkeypatch):
    monkeypatch.setattr(pacing, "HELD", 60)  # no piece is made smaller because this machine is slow
    with CaptureQueriesContext(connection) as queries:
        run = imported(subsidiaries(3000), target="accounts", match_by="number")
    links = 3000 - 1000
    assert (run.counts["links_added"], AccountLink.objects.count()) == (links, links)
    kept = BatchChunk.objects.filter(batch=run.batch, model="customers.accountlink")
    assert len(queries) < 300 + 25 * kept.count(), "so many for a step, however many links it has"
    assert len(queries) < links, "not one by one"
    assert Event.objects.filter(verb="accountlink.added").count() == 0
    assert len(set(kept.values_list("number"))) == kept.count() >= links // target.LINKS
    importing.undo_now(run, world.admin)
    assert (AccountLink.objects.count(), Account.objects.filter(number__startswith="N-").count()) == (0, 0)


def test_others_wait_no_longer_for_a_step_than_for_an_edit(world, monkeypatch):
    """Between two steps the database is free; a step holds it for less than a tenth of a second."""
    held: list[float] = []
    place_many = placing.place_many

    def timed(*args, **kwargs):
        began = time.perf_counter()
        try:
            return place_many(*args, **kwargs)
        finally:
            held.append(time.perf_counter() - began)

    monkeypatch.setattr(target, "place_many", timed)
    imported(subsidiaries(3000), target="accounts", match_by="number")
    assert len(held) >= 2000 // target.LINKS
    assert sorted(held)[len(held) // 2] < 0.1


def test_a_slow_database_gets_smaller_steps(world, monkeypatch):
    sizes: list[int] = []

    def slow(pairs, hierarchy, *, now):
        pairs = list(pairs)
        sizes.append(len(pairs))
        time.sleep(len(pairs) / 2000)  # a hundred take 50 ms
        return placing.Placed()

    monkeypatch.setattr(target, "place_many", slow)
    imported(subsidiaries(500, heads=100), target="accounts", match_by="number")
    assert sizes[0] == 100 and max(sizes[1:]) <= 80


def test_a_cancelled_hierarchy_goes_on_where_it_was(world, monkeypatch):
    monkeypatch.setattr(target, "LINKS", 10)
    run = draft(subsidiaries(100, heads=10), target="accounts", match_by="number")

    def cancel(at: ImportRun) -> None:
        if AccountLink.objects.count() == 30:
            importing.cancel(ImportRun.objects.get(pk=at.pk))

    importing.run_now(run, cancel)
    assert (run.state, AccountLink.objects.count()) == (State.CANCELLED, 30)
    importing.run_now(run)
    assert (run.state, AccountLink.objects.count(), run.counts["links_added"]) == (State.DONE, 90, 90)
    importing.undo_now(run, None)
    assert AccountLink.objects.count() == 0


def test_a_hierarchy_that_broke_off_goes_on_and_tells_each_thing_once(world, monkeypatch):
    monkeypatch.setattr(target, "LINKS", 2)
    text = "number,name,parent\nA,A,Nowhere\nB,B,A\nC,C,B\nD,D,Nowhere\nA,A,C\n"
    run = draft(text, target="accounts", match_by="number")
    with monkeypatch.context() as patch:
        patch.setattr(running._Walker, "_let_others", lambda self: 1 / 0 if AccountLink.objects.count() == 2 else None)
        with pytest.raises(ZeroDivisionError):
            importing.run_now(run)
    assert (run.state, AccountLink.objects.count()) == (State.FAILED, 2)
    importing.run_now(ImportRun.objects.get(pk=run.pk))
    run.refresh_from_db()
    assert (run.state, run.counts["links_added"], run.counts["notes"]) == (State.DONE, 2, 3)
    assert told(run) == [
        "Row 2, column “parent”: There is no account “Nowhere”.",
        "Row 5, column “parent”: There is no account “Nowhere”.",
        "Row 6, column “parent”: “C” would belong to itself that way; the row was stored without it.",
    ]


def placed(*pairs: tuple[Account, Account]) -> placing.Placed:
    now = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
    return placing.place_many([(a.pk, b.pk) for a, b in pairs], "legal", now=now)


@pytest.fixture
def firms(db):
    return [Account.add(by=None, name=f"Firm {letter}") for letter in "ABCD"]


def test_a_circle_is_found_over_stored_and_new_links(firms):
    a, b, c, d = firms
    placed((a, b))
    result = placed((b, c), (c, d), (d, a))
    assert result.refused == {(d.pk, a.pk): "circle"}
    assert [AccountLink.objects.get(pk=pk).account for pk in result.added] == [b, c]


def test_links_that_never_hold_on_a_common_day_make_no_circle(firms):
    a, b, c, _d = firms
    AccountLink.add(by=None, account=a, parent=b, hierarchy="legal", ends_on=dt.date(2020, 6, 30))
    AccountLink.add(by=None, account=b, parent=c, hierarchy="legal", starts_on=dt.date(2020, 7, 1))
    assert placed((c, a)).refused == {}


def test_an_account_has_one_parent_and_itself_is_none(firms):
    a, b, c, _d = firms
    result = placed((a, b), (a, c), (a, b), (b, b))
    assert result.refused == {(a.pk, c.pk): "other_parent", (b.pk, b.pk): "circle"}
    assert len(result.added) == 1


def test_another_hierarchy_and_the_bin_do_not_count(firms):
    a, b, _c, _d = firms
    AccountLink.add(by=None, account=b, parent=a, hierarchy="sales")
    AccountLink.add(by=None, account=b, parent=a, hierarchy="legal").discard(by=None)
    assert placed((a, b)).refused == {}
