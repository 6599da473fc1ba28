"""What targets cost: the sums of all sales, the sums again after nothing has changed, and the pages of attainment.

    bin/bench targets --size 1000000

In the house that `bin/bench pages` made for this size, with targets for its people, teams and a thousand accounts, which are gone
afterwards. Prints seconds, the peak of memory, and milliseconds of each page.
"""

from __future__ import annotations

from bench.options import parser
from bench.pages import _python, house

STEPS = """
import datetime as dt, resource, statistics, time
from django.test import Client
from kundenkreis.core import clock, fiscal
from kundenkreis.core.models import House
from kundenkreis.customers.models import Account
from kundenkreis.insights import running
from kundenkreis.market import summing
from kundenkreis.market.models import MONTHS, SalesMonth, Target
from kundenkreis.staff.models import Team, User

assert not Target.objects.exists(), "this house has targets of its own"
leads = User.objects.filter(role="head_of_sales").first()
year = fiscal.year_of(clock.today(), House.known().fiscal_month)


def timed(what, work):
    start = time.perf_counter()
    done = work()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{what:<44} {time.perf_counter() - start:9.2f} s  peak {peak:6.0f} MB", flush=True)
    return done


def page(address, times=20):
    took = []
    for _turn in range(times):
        start = time.perf_counter()
        assert client.get(address).status_code == 200, address
        took.append((time.perf_counter() - start) * 1000)
    print(f"{address:<44} median {statistics.median(took):7.1f} ms  longest {max(took):7.1f} ms", flush=True)


def rows():
    months = {name: 1000 for name in MONTHS}
    yield {"level": "house", **months}
    yield from ({"level": "team", "team": one, **months} for one in Team.objects.living())
    yield from ({"level": "person", "person": one, **months} for one in User.objects.living().filter(is_active=True)[:200])
    yield from ({"level": "account", "account": one, **months} for one in Account.objects.living().order_by("-revenue_12m")[:1000])


if running.is_due():
    timed("insights", running.run)
timed("all sales summed", summing.sum_up)
print(f"{SalesMonth.objects.count():,} sums")
timed("summed again, nothing has changed", summing.sum_up)
try:
    for row in rows():
        Target.add(by=None, starts_on=year, **row)
    client = Client()
    client.force_login(leads)
    page("/targets/")
    page("/targets/?part=year")
    page("/targets/all/")
    page("/targets/plan/")
    page(f"/targets/{Target.objects.get(level='house').pk}/?part=year", times=5)
    page("/market/ansoff/")
    page("/market/portfolio/")
finally:
    Target.objects.all().delete()
"""


def main(arguments: list[str] | None = None) -> None:
    given = parser("targets", __doc__, size=1_000_000).parse_args(arguments)
    for database in given.databases.split(","):
        print(f"{database}, {given.size:,} accounts", flush=True)
        print(_python(STEPS, house(given.size, database, given)), end="")


if __name__ == "__main__":
    main()
