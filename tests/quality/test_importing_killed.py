"""Killed with SIGKILL at random moments, an import goes on without loss and without doing anything twice."""

from __future__ import annotations

import datetime as dt
import os
import random
import signal
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.db import connection

from kundenkreis.catalogue.models import Product
from kundenkreis.customers.models import Account
from kundenkreis.history.models import Batch, BatchChunk
from kundenkreis.orders.models import Order, OrderLine
from kundenkreis.quality import importing, running
from kundenkreis.quality.models import ImportRun
from kundenkreis.rates.models import ExchangeRate
from tests.quality.imports import RETAIL, draft

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
ROWS, CHUNK = 8_000, 250
ROOT = Path(__file__).parent.parent.parent


def rows(seed: int) -> list[str]:
    """Orders that lie scattered, products that repeat in them, some bad rows; another seed has other quantities."""
    dice, quantities = random.Random(1), random.Random(seed)
    made = []
    for number in range(ROWS):
        order = f"{number // 12 + dice.choice((0, 0, 0, 0, 1, 40))}"
        product = f"P{dice.randint(0, 6)}" if dice.random() > 0.01 else ""
        quantity = quantities.randint(1, 9)
        account = f"{int(order) % 97}" if dice.random() > 0.2 else ""
        made.append(
            f"{order},{product},Text {product},{quantity},2010-01-{int(order) % 28 + 1:02d},{dice.randint(1, 999) / 100},{account},France"
        )
    return made


def picture() -> list:
    """Everything that matters, without ids and times."""
    orders = list(
        Order.objects.order_by("number").values_list(
            "number", "kind", "account__number", "ordered_on", "total", "total_house", "line_count"
        )
    )
    lines = OrderLine.objects.order_by("order__number", "position").values_list(
        "order__number",
        "position",
        "product__number",
        "occurrence",
        "account__number",
        "quantity",
        "unit_price",
        "amount",
        "amount_house",
    )
    accounts = list(Account.objects.order_by("number").values_list("number", "name", "last_order_on", "revenue_12m"))
    return [orders, list(lines), accounts, list(Product.objects.order_by("number").values_list("number", "name"))]


def process(what: str, run: ImportRun) -> subprocess.Popen:
    settings = connection.settings_dict
    url = f"sqlite:///{settings['NAME']}"
    if connection.vendor == "postgresql":
        url = urlsplit(os.environ["KUNDENKREIS_TEST_URL"])._replace(path=f"/{settings['NAME']}").geturl()
    environment = os.environ | {"KUNDENKREIS_DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "kundenkreis.settings"}
    environment.pop("KUNDENKREIS_TEST_URL", None)
    arguments = [sys.executable, "-m", "tests.quality.killed", what, str(run.pk), str(CHUNK)]
    child = subprocess.Popen(arguments, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert child.stdout.readline() == "go\n"
    return child


def killed(what: str, run: ImportRun, times: int) -> int:
    """Start it, kill it some moments after it has stored something, and start again; at last let it end."""
    dice, hits = random.Random(7), 0
    for _time in range(times):
        child, done = process(what, run), share(what, run)
        while child.poll() is None and share(what, run) == done:
            time.sleep(0.01)
        time.sleep(dice.uniform(0, 0.3))
        child.kill()
        hits += child.wait() == -signal.SIGKILL
        run.refresh_from_db()
        if run.state in (ImportRun.State.DONE, ImportRun.State.UNDONE):
            return hits
    child = process(what, run)
    assert child.wait(timeout=300) == 0
    run.refresh_from_db()
    return hits


def share(what: str, run: ImportRun) -> int:
    if what == "run":
        return ImportRun.objects.values_list("next_chunk", flat=True).get(pk=run.pk)
    return BatchChunk.objects.filter(batch=run.batch_id, is_undone=True).count()


@pytest.mark.parametrize("again", [False, True], ids=["new", "over older sales"])
def test_a_killed_import_comes_to_the_same_as_one_that_was_left_alone(again, monkeypatch):
    monkeypatch.setattr(running, "CHUNK", 5_000)
    ExchangeRate.objects.create(currency="GBP", on=dt.date(2009, 12, 1), rate=Decimal("0.9"))
    older = None
    if again:
        older = importing.run_now(draft("\n".join([RETAIL, *rows(1)[: ROWS * 2 // 3]])))
    before = picture()
    text = "\n".join([RETAIL, *rows(2)])

    run = draft(text)
    hits = killed("run", run, times=4)
    assert hits >= 2, "it was never killed at work"
    assert run.state == ImportRun.State.DONE, run.failure
    interrupted, counts = picture(), run.counts
    problems = list(run.problems.order_by("row", "field").values_list("row", "field", "code"))
    assert BatchChunk.objects.filter(batch=run.batch, model="orders.orderline").count() > ROWS // CHUNK // 2

    importing.undo(run, None)
    run.refresh_from_db()
    if run.state != ImportRun.State.UNDONE:
        importing.undo_now(run, None)
    assert picture() == before

    alone = importing.run_now(draft(text))
    assert picture() == interrupted
    assert {k: v for k, v in alone.counts.items() if k != "notes"} == {
        k: v for k, v in counts.items() if k not in ("notes", "undone", "kept")
    }
    assert list(alone.problems.order_by("row", "field").values_list("row", "field", "code")) == problems
    assert older is None or alone.counts["unchanged"] > 0


def test_a_killed_undo_goes_on_until_nothing_is_left(monkeypatch):
    ExchangeRate.objects.create(currency="GBP", on=dt.date(2009, 12, 1), rate=Decimal("0.9"))
    before = picture()
    monkeypatch.setattr(running, "CHUNK", CHUNK)
    run = importing.run_now(draft("\n".join([RETAIL, *rows(1)])))
    assert killed("undo", run, times=4) >= 1
    assert run.state == ImportRun.State.UNDONE
    assert picture() == before
    assert run.batch.state == Batch.State.UNDONE
