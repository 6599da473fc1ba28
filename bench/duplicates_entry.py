"""How long it takes to look whether a new account is here already, in a house of many, against the floor page of the same process.

    python -m bench.duplicates_entry --size 1000000

Fills an empty SQLite house in a folder of its own with made-up accounts and their keys, and deletes it afterwards.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import statistics
import tempfile
import time
from typing import Any

TRIES = 300
OWN = "name vat_id register_number gln email phone website street postcode place country".split()


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=100_000)
    options = parser.parse_args(arguments)
    folder = tempfile.mkdtemp(prefix="kundenkreis-bench-entry-")
    os.environ |= {"KUNDENKREIS_DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "kundenkreis.settings"}
    import django

    django.setup()
    try:
        print(json.dumps(measured(options.size)))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def measured(size: int) -> dict[str, Any]:
    """Milliseconds of a look-up and of the floor page: the median and what 95 of 100 stay below."""
    from django.conf import settings
    from django.core.management import call_command
    from django.test import Client

    from bench.duplicates_making import companies
    from kundenkreis.core import planning
    from kundenkreis.customers.models import Account, MatchKey
    from kundenkreis.demo.misspelling import company_again
    from kundenkreis.quality.matching.entry import accounts_like
    from kundenkreis.staff.models import User

    settings.ALLOWED_HOSTS = ["*"]
    call_command("migrate", verbosity=0)
    user = User.objects.create_user("bench@example.test", "x" * 20, role="head_of_sales", last_name="Bench")
    filling = time.perf_counter()
    some = _fill(size, companies(size))
    planning.learn([Account, MatchKey])
    filling = time.perf_counter() - filling
    makers = random.Random(3)
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(user, backend="kundenkreis.web.signin.Backend")
    looked, floor, found = [], [], 0
    for attempt in range(TRIES):
        typed = company_again(makers, some[attempt % len(some)])
        began = time.perf_counter()
        found += bool(accounts_like({k: v for k, v in typed.items() if k not in ("core", "form", "host")}, user))
        looked.append((time.perf_counter() - began) * 1000)
        began = time.perf_counter()
        client.get("/floor/")
        floor.append((time.perf_counter() - began) * 1000)
    return {
        "accounts": size,
        "filled_s": round(filling),
        "found": found / TRIES,
        "look_ms": _of(looked),
        "floor_ms": _of(floor),
    }


def _fill(size: int, made: Any) -> list[dict[str, Any]]:
    from django.db import transaction
    from django.utils import timezone

    from kundenkreis.core import bulk
    from kundenkreis.core.text import fold
    from kundenkreis.customers.likeness.companies import COMPANIES
    from kundenkreis.customers.models import Account, match_keys

    now, kept = timezone.now(), []
    columns = [f.attname for f in Account._meta.concrete_fields if f.attname != "id"]
    rows, keys = [], []

    def store() -> None:
        with transaction.atomic():
            first = bulk.reserve_ids(Account, len(rows))
            bulk.insert_rows(Account, ["id", *columns], ([first + n, *row] for n, row in enumerate(rows)))
            bulk.insert_rows(
                match_keys.MatchKey, ["kind", "key", "subject_id"],
                [(match_keys.ACCOUNT, key, first + n) for n, some in enumerate(keys) for key in some],
            )  # fmt: skip
        rows.clear()
        keys.clear()

    for number, (_real, company) in enumerate(made):
        if number >= size:
            break
        account = Account(
            number=f"K-{number}",
            key=fold(company["name"])[:200],
            created_at=now,
            changed_at=now,
            **{name: company[name] for name in OWN},
        )
        rows.append([getattr(account, name) for name in columns])
        keys.append(COMPANIES.keys_of(COMPANIES.traits_of(company | {"key": account.key})))
        if number % max(size // TRIES, 1) == 0:
            kept.append(company)
        if len(rows) == 20_000:
            store()
    if rows:
        store()
    return kept


def _of(times: list[float]) -> dict[str, float]:
    return {"median": round(statistics.median(times), 2), "p95": round(sorted(times)[int(len(times) * 0.95)], 2)}


if __name__ == "__main__":
    main()
