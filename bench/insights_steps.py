"""The measured steps of `bench.insights`, in a process of their own so that its memory is theirs; prints one JSON object."""

from __future__ import annotations

import json
import random
import resource
import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import django

django.setup()

from django.db import transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from bench.insights import LINES, PER_ORDER  # noqa: E402
from kundenkreis.catalogue.models import Product  # noqa: E402
from kundenkreis.core import bulk, clock  # noqa: E402
from kundenkreis.customers.models import Account  # noqa: E402
from kundenkreis.history import chunks  # noqa: E402
from kundenkreis.history.models import Batch  # noqa: E402
from kundenkreis.history.recording import record_event  # noqa: E402
from kundenkreis.insights import figuring, judging, running  # noqa: E402
from kundenkreis.insights.facts import store  # noqa: E402
from kundenkreis.insights.models import Signal  # noqa: E402
from kundenkreis.orders.models import Order, OrderLine  # noqa: E402

BARE = "SELECT account, sum(amount), count(*), max(day) FROM lines GROUP BY account"
_LINE = "id order_id product_id occurrence position account_id ordered_on description quantity unit_price amount amount_house"
_ORDER = "id version created_at changed_at number kind account_id ordered_on currency total total_house line_count"


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    begun = time.perf_counter()
    found = work()
    return time.perf_counter() - begun, found


def main() -> None:
    found: dict[str, Any] = {}
    with figuring.engine() as con:
        found["extract_s"], manifest = timed(lambda: store.rebuild(con))
        store.views(con, manifest)
        found["lines"] = con.execute("SELECT count(*) FROM lines").fetchall()[0][0]
        con.execute("SELECT 1").fetchall()
        found["bare_s"] = min(timed(lambda: con.execute(BARE).fetchnumpy())[0] for _ in range(3))
        figuring._statements()  # what a worker has loaded by its second run
        found["full_s"] = min(timed(lambda: _full(con))[0] for _ in range(3))
        found["bare_s"] = min(found["bare_s"], *(timed(lambda: con.execute(BARE).fetchnumpy())[0] for _ in range(3)))
    store.forget()
    found["run_s"], _ = timed(running.run)  # from the database to stored signals, all accounts
    found["signals"] = Signal.objects.count()
    found["nothing_new_s"], _ = timed(running.run)
    _sell()
    found["increment_s"], run = timed(running.run)
    found |= {"increment_accounts": run.counts["computed"], "increment_is_full": run.is_full}
    found["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps({name: round(value, 3) if isinstance(value, float) else value for name, value in found.items()}))


def _full(con: Any) -> None:
    basis = figuring.basis(con, clock.today())
    judging.judge(con, basis, figuring.compute(con, basis), set())


@transaction.atomic
def _sell() -> None:
    """10,000 lines in 500 orders of 500 accounts, as a batch leaves them."""
    dice, now, today = random.Random(2), timezone.now(), clock.today()
    accounts = dice.sample(list(Account._base_manager.values_list("pk", flat=True)[:200_000]), LINES // PER_ORDER)
    products = list(Product._base_manager.values_list("pk", flat=True)[:5000])
    first, first_line = bulk.reserve_ids(Order, len(accounts)), bulk.reserve_ids(OrderLine, LINES)
    total, orders, lines = Decimal(10 * PER_ORDER), [], []
    for i, account in enumerate(accounts):
        head = (first + i, 1, now, now, f"N{first + i}", "order", account, today, "EUR", total, total, PER_ORDER)
        orders.append(head)
        for place, product in enumerate(dice.sample(products, PER_ORDER)):
            pk, ten = first_line + i * PER_ORDER + place, Decimal(10)
            lines.append((pk, first + i, product, 1, place + 1, account, today, "", 1, ten, ten, ten))
    bulk.insert_rows(Order, [*_ORDER.split(), "customer_reference", "country"], [(*row, "", "") for row in orders])
    bulk.insert_rows(OrderLine, _LINE.split(), lines)
    batch = Batch.objects.create(kind="import", label="Bench", state=Batch.State.DONE, started_at=now, ended_at=now)
    chunks.keep(batch, 0, Order, added=[row[0] for row in orders], now=now)
    record_event(batch, "batch.done", by=None, now=now, batch=batch)


if __name__ == "__main__":
    main()
