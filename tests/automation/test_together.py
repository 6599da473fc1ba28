"""Two workers at once, and a rule that meets very many records."""

from __future__ import annotations

import datetime as dt
from threading import Barrier, Thread

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kundenkreis.automation import daily, following, noting, working
from kundenkreis.automation.models import AutomationMet, AutomationRule, AutomationRun
from kundenkreis.core import bulk, clock
from kundenkreis.customers.models import Account
from kundenkreis.history import chunks
from kundenkreis.history.models import Batch, Event
from kundenkreis.history.recording import record_event
from kundenkreis.inbox.models import Notification
from tests.automation.ruling import again, rule, runs, set_to, told


def _work(barrier, wrong):
    try:
        barrier.wait(timeout=30)
        for _round in range(3):
            working.go()
    except BaseException as error:  # the thread would swallow it
        wrong.append(error)
    finally:
        connections.close_all()


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_do_everything_once(world, monkeypatch):
    monkeypatch.setattr(following, "STRETCH", 4)
    monkeypatch.setattr(working, "AT_ONCE", 3)
    made = rule(world, "added", set_to("tier", "A"), told("owner", text="new {record}"))
    chained = rule(world, "changed", set_to("industry", "Top"), field="tier", to_value="A")
    met = rule(world, "meets", told("owner", text="top {record}"), conditions=["industry:is:Top"])
    new = [Account.add(by=world.ada, name=f"New {number}", owner=world.ada) for number in range(12)]
    barrier, wrong = Barrier(2), []
    workers = [Thread(target=_work, args=(barrier, wrong)) for _each in range(2)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    assert wrong == []
    while working.go():
        pass
    for one in (made, chained, met):
        assert sorted(run.record_id for run in runs(one, "done")) == [account.pk for account in new], one
    assert Notification.objects.filter(text__startswith="new New").count() == len(new)
    assert Notification.objects.filter(text__startswith="top New").count() == len(new)
    assert Event.objects.filter(verb="account.changed", changes__has_key="industry").count() == len(new)
    assert not Batch.objects.filter(kind="automation", state="running").exists()


def _many(world, count, **values):
    """Accounts past the verbs, as an import writes them: one batch, one event."""
    first = bulk.reserve_ids(Account, count)
    columns = [field.attname for field in Account._meta.concrete_fields]
    rows = []
    for pk in range(first, first + count):
        account = Account(pk=pk, number=f"M{pk}", name=f"Many {pk}", key=f"many {pk}", owner=world.ada, **values)
        rows.append([getattr(account, name) for name in columns])
    bulk.insert_rows(Account, columns, rows)
    batch = Batch.objects.create(kind="import", label="many.csv", state="done", ended_at=timezone.now())
    for number, start in enumerate(range(first, first + count, 1_000)):
        chunks.keep(batch, number, Account, added=range(start, min(start + 1_000, first + count)))
    record_event(batch, "import.finished", by=world.ada, batch=batch)
    return first


def test_an_import_of_very_many_rows_makes_no_masses_and_memory_stays_flat(world, monkeypatch):
    loud = rule(world, "added", told("owner"), for_imports=True, most_a_day=50)
    quiet = rule(world, "added", told("owner"))
    met = rule(world, "meets", told("owner"), conditions=["country:in:AT"])
    largest = []
    real = noting.note
    monkeypatch.setattr(noting, "note", lambda one, touches: (largest.append(len(touches)), real(one, touches))[1])
    _many(world, 6_000, country="AT")
    working.go()
    assert max(largest) <= noting.SLICE
    assert (len(runs(loud)), len(runs(quiet)), len(runs(met))) == (50, 0, 0)
    assert not again(loud).is_on and again(quiet).is_on and again(met).is_on
    assert AutomationMet.objects.filter(rule=met).count() == 6_002
    assert Notification.objects.filter(kind="automation").count() < 10


def test_a_day_that_comes_for_very_many_is_taken_in_stretches_and_stopped_by_its_number(world, monkeypatch):
    monkeypatch.setattr(daily, "STRETCH", 500)
    today = clock.today()
    _many(world, 3_000, customer_since=today - dt.timedelta(days=365))
    of = {"belongs_to": "accounts", "responsible": world.admin, "is_on": True, "actions": [told("owner")]}
    made = AutomationRule.add(by=world.admin, name="Year", when="day", field="since", days=365, most_a_day=1_200, **of)
    (one,) = noting.ready()
    with CaptureQueriesContext(connection) as queries:
        daily._waits(one)
    assert len(queries) < 25, "a stretch asks so much, however many there are"
    assert AutomationRun.objects.filter(rule=made).count() == 500
    daily.look(noting.ready(), float("inf"))
    assert AutomationRun.objects.filter(rule=made).count() == 1_200
    made = again(made)
    assert not made.is_on and "1200" in made.stopped_why.replace(",", "")
