"""How long it takes to merge many pairs of accounts as one batch, to take all of it back, and to un-merge one of them.

    bin/bench merging --size 100000 --pairs 10000

In the house that `bin/bench pages` made for this size; afterwards it is as it was. Prints seconds and pairs a second.
"""

from __future__ import annotations

from bench.options import parser
from bench.pages import _python, house

STEPS = """
import time
from kundenkreis.customers.models import Account
from kundenkreis.history.undo import undo_batch
from kundenkreis.orders.models import Order
from kundenkreis.quality import unmerging
from kundenkreis.quality.merging import Pair, merge_many
from kundenkreis.quality.models import Merge

ids = list(Account.objects.living().order_by("-pk").values_list("pk", flat=True)[:{count} * 2])
pairs = [Pair(kept, gone) for kept, gone in zip(ids[::2], ids[1::2])]
held = Order.objects.filter(account__in=[pair.gone for pair in pairs[:500]]).count()
start = time.perf_counter()
batch = merge_many(Account, pairs, by=None)
took = time.perf_counter() - start
done = batch.counts["customers.account"]["changed"]
print(f"merged     {{done:>7,}} pairs {{took:8.1f}} s {{done / took:8.0f}} a second")
start = time.perf_counter()
unmerging.unmerge(Merge.objects.filter(batch=batch).first(), by=None)
print(f"un-merged        1 pair  {{time.perf_counter() - start:8.3f}} s")
start = time.perf_counter()
result = undo_batch(batch, by=None)
took = time.perf_counter() - start
print(f"taken back {{done - 1:>7,}} pairs {{took:8.1f}} s {{done / took:8.0f}} a second, {{result.kept}} rows kept")
assert not Account.objects.filter(merged_into__isnull=False).exists()
assert held == Order.objects.filter(account__in=[pair.gone for pair in pairs[:500]]).count()
"""


def main(arguments: list[str] | None = None) -> None:
    asked = parser("merging", __doc__, size=100_000)
    asked.add_argument("--pairs", type=int, default=10_000)
    given = asked.parse_args(arguments)
    for database in given.databases.split(","):
        print(f"{database}, {given.size:,} accounts")
        print(_python(STEPS.format(count=given.pairs), house(given.size, database, given)), end="")


if __name__ == "__main__":
    main()
