"""How fast a list with three conditions on custom fields answers over HTTP, against the floor page, and how a field comes to its index.

    bin/bench custom_fields --sizes 10000,1000000 --databases sqlite,postgresql

In the house that `bin/bench pages` made for this size; the fields, filled in on every account, stay there. Wanted: p95 ≤ 4 × floor.
"""

from __future__ import annotations

import argparse
import json
from typing import Any

from bench.options import parser
from bench.pages import FLOORS, _fire, _line, _python, house, served

FILL = """
import random, time
from django.db import connection, transaction
from kundenkreis.core import bulk
from kundenkreis.customers.models import Account
from kundenkreis.fields import indexing, known
from kundenkreis.fields.filling import put, work_out
from kundenkreis.fields.models import CustomField

FIELDS = [
    dict(key="bench_seats", kind="number", label_en="Seats", decimals=0),
    dict(key="bench_volume", kind="money", label_en="Volume", currency="EUR"),
    dict(key="bench_window", kind="choice", label_en="Window", choices=[dict(key=k, en=k) for k in ("early", "noon", "late")]),
    dict(key="bench_share", kind="formula", label_en="Share", formula="round(revenue_12m / bench_volume * 100; 1)", decimals=1),
]
if not CustomField.objects.filter(key="bench_share").exists():
    for one in FIELDS:
        CustomField.add(by=None, belongs_to="accounts", is_indexed=False, **one)
    known.forget()
    fields, dice, last, start = known.of("accounts"), random.Random(1), 0, time.perf_counter()
    while some := list(Account._base_manager.filter(pk__gt=last).only("pk", "custom", "revenue_12m").order_by("pk")[:5000]):
        for account in some:
            for key, value in (("bench_seats", dice.randrange(500)), ("bench_volume", dice.randrange(1000, 500000)),
                               ("bench_window", dice.choice(("early", "noon", "late")))):
                put(account.custom, fields.by_key[key], value)
            work_out(account, fields)
        with transaction.atomic():
            bulk.update_rows(Account, ["id", "custom"], ((a.pk, a.custom) for a in some))
        last = some[-1].pk
    print(f"filled     {Account._base_manager.count():>9,} accounts {time.perf_counter() - start:8.1f} s")
    for field in CustomField.objects.filter(key__startswith="bench_"):
        start = time.perf_counter()
        CustomField.objects.filter(pk=field.pk).update(is_indexed=True)
        field.refresh_from_db()
        indexing.prepare(field)
        print(f"index      {field.key:>12} {time.perf_counter() - start:8.1f} s")
if not CustomField.objects.filter(key="bench_rolled").exists():
    from kundenkreis.fields import rolling
    rollup = {"of": "orders", "how": "sum", "what": "net", "where": ["day:last:365d"]}
    CustomField.add(by=None, belongs_to="accounts", key="bench_rolled", kind="rollup", label_en="Rolled up", rollup=rollup, is_indexed=False)
    known.forget()
    for what, begin in (("first fill", lambda: None), ("each night", rolling.each_night)):
        start = time.perf_counter()
        begin()
        rolling.go_on()
        print(f"rolled up  {what:>12} {time.perf_counter() - start:8.1f} s")
"""

ASK = """
import json
from bench.aims import _keys, _people, _request

LIST = "/accounts/"
COLUMNS = "columns=name,owner,custom_bench_seats,custom_bench_volume,custom_bench_share"
asked = {
    "floor": [LIST.replace("accounts", "floor")],
    "list, three custom conditions": [
        f"{LIST}?f=custom_bench_window:in:early,noon&f=custom_bench_seats:over:{seats}&f=custom_bench_share:under:{share}&{COLUMNS}"
        for seats, share in ((250, 5), (450, 20), (490, 1), (100, 50))
    ],
    "list, three rare conditions": [
        f"{LIST}?f=custom_bench_window:in:late&f=custom_bench_seats:is:{seats}&f=custom_bench_volume:over:400000&{COLUMNS}"
        for seats in (7, 77, 177, 277)
    ],
    "list, by a custom field": [f"{LIST}?sort={way}custom_bench_share&{COLUMNS}" for way in ("", "-")],
}
session, token = _keys(_people()["head"])
print(json.dumps({name: [_request({"path": path}, session, token) for path in paths] for name, paths in asked.items()}))
"""


def main(arguments: list[str] | None = None) -> None:
    options = _options(arguments)
    slow = 0
    for database in options.databases.split(","):
        for size in map(int, options.sizes.split(",")):
            environment = house(size, database, options)
            print(_python(FILL, environment), end="")
            asked = json.loads(_python(ASK, environment))
            slow += sum(row["ratio_p95"] > FLOORS for row in _measured(asked, size, database, options, environment))
    print(f"\np95 ≤ {FLOORS:g} × floor: {'all' if not slow else f'{slow} not'}")


def _measured(
    asked: dict[str, Any], size: int, database: str, options: argparse.Namespace, environment: dict[str, str]
) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    with served(environment) as (port, _process):
        for clients in map(int, options.clients.split(",")):
            floor = None
            _fire(port, asked["floor"], clients, 1.5)
            for name, requests in asked.items():
                figures = _fire(port, requests, clients, options.seconds)
                floor = floor or figures["p95_ms"]
                row = {"size": size, "database": database, "clients": clients, "request": name, **figures}
                rows.append(row | {"ratio_p95": round(figures["p95_ms"] / floor, 2)})
                print(_line(rows[-1]), flush=True)
    return rows


def _options(arguments: list[str] | None) -> argparse.Namespace:
    asked = parser("custom_fields", __doc__)
    asked.add_argument("--clients", default="1,8")
    asked.add_argument("--seconds", type=float, default=5.0, help="for each request and number of clients")
    return asked.parse_args(arguments)


if __name__ == "__main__":
    main()
