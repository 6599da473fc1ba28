"""How long it takes to hold all accounts and contacts against the usual rules, to do so again, and to follow a thousand changes.

    bin/bench quality --size 1000000

In the house that `bin/bench pages` made for this size; the rules and what they found are gone afterwards. Prints seconds and the peak
of memory.
"""

from __future__ import annotations

from bench.options import parser
from bench.pages import _python, house

STEPS = """
import datetime as dt, resource, time
from django.utils import timezone
from kundenkreis.customers.models import Account, Contact
from kundenkreis.quality.rules import QualityFinding, QualityMark, QualityRule, QualityRun
from kundenkreis.quality.standards import cockpit, measuring, usual
from kundenkreis.staff.models import User

assert not QualityRule.objects.exists(), "this house has rules of its own"
rules = usual.take_over(None)


def timed(what, work):
    start = time.perf_counter()
    done = work()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{{what:<28}} {{time.perf_counter() - start:9.2f}} s  peak {{peak:6.0f}} MB", flush=True)
    return done


try:
    records = Account.objects.living().count() + Contact.objects.living().count()
    timed("first measurement", measuring.measure)
    print(f"{{records:,}} records, {{len(rules)}} rules, {{QualityFinding.objects.count():,}} findings")
    timed("measured again", measuring.measure)
    some = list(Account.objects.living().values_list("pk", flat=True)[:1000])
    Account.objects.filter(pk__in=some).update(changed_at=timezone.now())
    QualityMark.objects.update(changed_at=timezone.now() - dt.timedelta(seconds=1))
    count = timed("1,000 changes followed", measuring.follow)
    assert count == 1000, count
    head = User.objects.filter(role="head_of_sales").first() or User.objects.filter(role="administrator").first()
    timed("cockpit", lambda: [cockpit.Cockpit(head).lines, cockpit.Cockpit(head).parts("owner")])
finally:
    QualityRun.objects.all().delete()
    for rule in QualityRule.objects.all():
        while ids := list(rule.findings.values_list("pk", flat=True)[:20_000]):
            QualityFinding.objects.filter(pk__listed=ids).delete()
    QualityRule.objects.all().delete()
    QualityMark.objects.all().delete()
"""


def main(arguments: list[str] | None = None) -> None:
    given = parser("quality", __doc__, size=100_000).parse_args(arguments)
    for database in given.databases.split(","):
        print(f"{database}, {given.size:,} accounts", flush=True)
        print(_python(STEPS.format(), house(given.size, database, given)), end="")


if __name__ == "__main__":
    main()
