"""The pipeline at 100,000 open opportunities: boards, forecast, what changed, win and loss over HTTP against the floor page, a snapshot's time
and memory, and the baseline's.

    bin/bench forecast
    bin/bench forecast --databases sqlite,postgresql

In a house of 10,000 accounts with 100,000 open and 150,000 closed opportunities; 3,000 of them changed in the last week. "After a change"
is asked when an opportunity was changed since the last time, so that nothing that was remembered holds.
"""

from __future__ import annotations

import html
import json
import re
import sys
from typing import Any

from bench.options import parser
from bench.pages import _fire, _python, house, served

STEPS = """
import re, sys, threading, time
from bench import forecast_making
from kundenkreis.core import planning
from kundenkreis.forecast import learning, taking
from kundenkreis.forecast.models import Snapshot


def own():
    # Of its own, without the pages of the database's file that SQLite maps.
    with open("/proc/self/status") as file:
        return int(re.search(r"RssAnon:\\s+(\\d+)", file.read())[1]) / 1024


def timed(what, work):
    seen, before, done, start = [], own(), threading.Event(), time.perf_counter()
    watch = threading.Thread(target=lambda: [seen.append(own()) or time.sleep(0.005) for _ in iter(done.is_set, True)])
    watch.start()
    work()
    took = time.perf_counter() - start
    done.set()
    watch.join()
    print(f"{what:<44} {took:7.2f} s  peak memory + {max(seen) - before:.0f} MB", file=sys.stderr, flush=True)


taking.is_due()
Snapshot.objects.all().delete()
timed("a snapshot", taking.take)
forecast_making.a_week_passes({changed})
planning.learn()
timed("the baseline of four periods", learning.compute)
"""
AFTER = """
import json, statistics, time
from django.test import Client
from django.utils import timezone
from kundenkreis.pipeline.models import Opportunity
from bench.forecast import requests
from django.conf import settings
settings.ALLOWED_HOSTS = ["*"]
client, found = Client(), {}
for name, some in requests().items():
    took = []
    for turn in range(25):
        one = Opportunity.objects.open().order_by("-pk")[turn]
        Opportunity.objects.filter(pk=one.pk).update(changed_at=timezone.now())
        start = time.perf_counter()
        answer = client.get(some[0]["path"], headers=some[0]["headers"])
        assert answer.status_code == 200, answer.status_code
        took.append((time.perf_counter() - start) * 1000)
    found[name] = statistics.quantiles(took[3:], n=20)[18]
print(json.dumps(found))
"""


def requests() -> dict[str, list[dict[str, Any]]]:
    """What is asked, by name: the floor first."""
    from django.urls import reverse

    from bench.aims import _keys, _people, _request
    from kundenkreis.core import clock
    from kundenkreis.forecast import periods
    from kundenkreis.pipeline.models import Pipeline

    people = _people()
    head, narrow = _keys(people["head"]), _keys(people["narrow"])
    pipeline = Pipeline.objects.living().get(kind="new")
    board = f"{reverse('opportunities:list')}?layout=board-p{pipeline.pk}"
    lane = pipeline.stages.living().first()
    asked = {
        "floor": reverse("floor"),
        "board": board,
        "board, next cards": _next_cards(board, lane.pk, head),
        "board, its sums": f"{board}&sums=1",
        "list": reverse("opportunities:list"),
        "win and loss by industry": reverse("winloss:index"),
        "win and loss by owner": f"{reverse('winloss:index')}?by=owner",
        "win and loss by quarter": f"{reverse('winloss:index')}?by=quarter&period=all",
        "forecast page": reverse("forecast:index"),
        "forecast page, month": f"{reverse('forecast:index')}?period={periods.of(clock.today(), 'month')}",
        "what changed": reverse("forecast:changes"),
        "what changed, names": f"{reverse('forecast:changes')}?kind=slipped",
    }
    found = {name: [_request({"path": path}, *head)] for name, path in asked.items()}
    for one in found["board, next cards"]:
        one["headers"]["HX-Request"] = "true"
    for name in ("forecast page", "what changed", "board"):
        found[f"narrow: {name}"] = [_request({"path": asked[name]}, *narrow)]
    return found


def _next_cards(board: str, lane: int, keys: tuple[tuple[str, str], str]) -> str:
    """The address of the cards of a column behind the first ones, as the board's page says."""
    from django.test import Client

    from bench.aims import _request

    asked = _request({"path": board}, *keys)
    text = Client().get(board, headers=asked["headers"] | {"Host": "127.0.0.1"}).content.decode()
    found = re.search(rf'hx-get="([^"]+[?&;]lane={lane}&[^"]+)"', text)
    return html.unescape(found[1]) if found else board


def main(arguments: list[str] | None = None) -> None:
    asked = parser("forecast", __doc__, size=10_000)
    asked.add_argument("--open", type=int, default=100_000, dest="still", help="open opportunities")
    asked.add_argument("--closed", type=int, default=150_000)
    asked.add_argument("--changed", type=int, default=3_000, help="of the open ones in the last week")
    asked.add_argument("--seconds", type=float, default=3.0)
    given = asked.parse_args(arguments)
    for database in given.databases.split(","):
        environment = house(given.size, database, given)
        _python(_MIGRATE, environment)
        print(f"{database}, {given.still:,} open opportunities", flush=True)
        _python(f"from bench.forecast_making import make; make({given.still}, {given.closed})", environment)
        _python(STEPS.replace("{changed}", str(given.changed)), environment)
        some = json.loads(
            _python("import json; from bench.forecast import requests; print(json.dumps(requests()))", environment)
        )
        with served(environment) as (port, _process):
            _fire(port, some["floor"], 1, 1.5)
            floor = 0.0
            for name, each in some.items():
                figures = _fire(port, each, 1, given.seconds)
                floor = floor or figures["p95_ms"]
                print(
                    f"{name:<32} p50 {figures['p50_ms']:8.1f}  p95 {figures['p95_ms']:8.1f} ms  {figures['p95_ms'] / floor:5.2f} × floor"
                )
        for name, p95 in json.loads(_python(AFTER, environment)).items():
            print(f"after a change: {name:<32} p95 {p95:8.1f} ms (in process)")
        sys.stdout.flush()


_MIGRATE = 'from django.core.management import call_command; call_command("migrate", verbosity=0)'


if __name__ == "__main__":
    main()
