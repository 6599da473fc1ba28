"""What automation rules cost: the first look at all accounts, the look of each day, following a large change, and what a verb notices of it.

    bin/bench automation --size 1000000

In the house that `bin/bench pages` made for this size; the rules and what they remember are gone afterwards. Prints seconds and the peak
of memory.
"""

from __future__ import annotations

from bench.options import parser
from bench.pages import _python, house

STEPS = """
import datetime as dt, resource, statistics, time
from kundenkreis.automation import daily, following, noting, working
from kundenkreis.automation.models import AutomationMet, AutomationRule, AutomationRun
from kundenkreis.core import clock
from kundenkreis.customers.models import Account
from kundenkreis.staff.models import User

assert not AutomationRule.objects.exists(), "this house has rules of its own"
alma = User.objects.filter(role__in=("administrator", "head_of_sales")).first()
LONG = time.monotonic() + 3600


def timed(what, work):
    start = time.perf_counter()
    done = work()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{what:<44} {time.perf_counter() - start:9.2f} s  peak {peak:6.0f} MB", flush=True)
    return done


def changes():
    took = []
    for account in Account.objects.living().order_by("pk")[:200]:
        start = time.perf_counter()
        account.change(by=alma, description=f"{account.description}.")
        took.append((time.perf_counter() - start) * 1000)
    return statistics.median(took)


def rule(name, when, **more):
    return AutomationRule.add(
        by=alma, name=name, belongs_to="accounts", when=when, responsible=alma, is_on=True, most_a_day=10_000,
        actions=[{"do": "task", "kind": "call", "title": "Call {account}", "who": "owner", "days": 1}], **more,
    )


try:
    without = changes()
    rule("Large", "meets", conditions=["revenue:over:1000"])
    rule("Promoted", "changed", field="tier", to_value="A")
    rule("A year with us", "day", field="since", days=365)
    print(f"an account is changed: {without:.2f} ms without rules, {changes():.2f} ms with three", flush=True)
    count = Account.objects.living().count()
    timed(f"first look at {count:,} accounts, two rules", lambda: daily.look(noting.ready(), LONG))
    print(f"{AutomationMet.objects.count():,} fulfil the conditions")
    AutomationRule.objects.update(looked_on=clock.today() - dt.timedelta(days=1))
    timed("the look of the next day", lambda: daily.look(noting.ready(), LONG))
    following.follow(noting.ready(), LONG)
    some = list(Account.objects.living().exclude(tier="A").exclude(owner=None).order_by("pk").values_list("pk", flat=True)[:1000])
    for account in Account.objects.filter(pk__in=some):
        account.change(by=alma, tier="A")
    timed("1,000 changes followed", lambda: following.follow(noting.ready(), LONG))
    waiting = AutomationRun.objects.waiting().count()
    timed(f"{waiting:,} tasks made", lambda: working.work(LONG))
    assert AutomationRun.objects.filter(state="done").count() >= 1000
    timed("nothing to do", working.go)
finally:
    AutomationRun.objects.all().delete()
    AutomationMet.objects.all().delete()
    AutomationRule._base_manager.all().delete()
"""


def main(arguments: list[str] | None = None) -> None:
    given = parser("automation", __doc__, size=100_000).parse_args(arguments)
    for database in given.databases.split(","):
        print(f"{database}, {given.size:,} accounts", flush=True)
        print(_python(STEPS, house(given.size, database, given)), end="")


if __name__ == "__main__":
    main()
