"""What key account selection costs: a round over all accounts, its pages, and the portfolio.

    bin/bench selection --size 1000000

In the house that `bin/bench pages` made for this size, with the usual criteria and some thousand judgements; what it writes is gone
afterwards. Prints seconds, the peak of memory over that of the process at rest, and milliseconds of each page beside those of the floor.
"""

from __future__ import annotations

from bench.options import parser
from bench.pages import _python, house

STEPS = """
import datetime as dt, resource, statistics, time
from django.test import Client
from kundenkreis.core import bulk, clock
from kundenkreis.customers.models import Account
from kundenkreis.insights import running as insights
from kundenkreis.planning import usual
from kundenkreis.planning.models import AccountJudgement, RoundResult, ScoringRound
from kundenkreis.planning.selection import running
from kundenkreis.staff.models import User

assert not ScoringRound.objects.exists(), "this house has rounds of its own"
leads = User.objects.filter(role="head_of_sales").first()
manager = User.objects.filter(role="key_account_manager", is_active=True).first()


def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def timed(what, work):
    start, before = time.perf_counter(), peak()
    done = work()
    print(f"{what:<44} {time.perf_counter() - start:9.2f} s  peak {peak():6.0f} MB (before {before:.0f})", flush=True)
    return done


def page(address, who, floor=None, times=20):
    took = []
    for _turn in range(times):
        start = time.perf_counter()
        assert who.get(address).status_code == 200, address
        took.append((time.perf_counter() - start) * 1000)
    took.sort()
    p95 = took[int(0.95 * (len(took) - 1))]
    ratio = f"  {p95 / floor:5.1f} × floor" if floor else ""
    print(f"{address:<44} median {statistics.median(took):7.1f} ms  p95 {p95:7.1f} ms{ratio}", flush=True)
    return p95


def judgements():
    largest = Account.objects.living().order_by("-revenue_12m").values_list("pk", flat=True)[:2000]
    rows = [
        AccountJudgement(account_id=pk, about=about, score=number % 4, reason="measured")
        for number, pk in enumerate(largest) for about in ("strategic", "reference", "closeness")
    ]
    AccountJudgement.objects.bulk_create(rows, batch_size=2000)


if insights.is_due():
    timed("insights", insights.run)
usual.set_up(clock.today())
judgements()
try:
    rounds = []
    for year in (2025, 2026):
        one = ScoringRound.start(by=leads, starts_on=dt.date(year, 1, 1))
        one = timed(f"a round, {one.pk}", lambda: running.score(one))
        assert one.state == "ready", one.problem
        ScoringRound.objects.filter(pk=one.pk, starts_on__year=2025).update(state="in_force", in_force_on=clock.today())
        rounds.append(one)
    print(f"{RoundResult.objects.filter(round=one).count():,} results", flush=True)
    head, hers = Client(), Client()
    head.force_login(leads)
    hers.force_login(manager)
    floor = page("/floor/", head)
    page(f"/selection/{one.pk}/", head, floor)
    page(f"/selection/results/?f=round:in:{one.pk}", head, floor)
    page(f"/selection/results/?f=round:in:{one.pk}&f=moved:in:same&f=tier:in:B", head, floor)
    page("/selection/portfolio/", head, floor)
    page("/selection/portfolio/?by=group", head, floor)
    page("/selection/portfolio/", hers, floor)
    page(f"/selection/{one.pk}/judging/", hers, floor)
    page(f"/accounts/{Account.objects.order_by('-revenue_12m').first().pk}/", head, floor)
finally:
    while ids := list(RoundResult.objects.values_list("pk", flat=True)[:20000]):
        bulk.delete_ids(RoundResult, ids)
    ScoringRound.objects.all().delete()
    AccountJudgement.objects.filter(reason="measured").delete()
"""


def main(arguments: list[str] | None = None) -> None:
    given = parser("selection", __doc__, size=1_000_000).parse_args(arguments)
    for database in given.databases.split(","):
        print(f"{database}, {given.size:,} accounts", flush=True)
        print(_python(STEPS, house(given.size, database, given)), end="")


if __name__ == "__main__":
    main()
