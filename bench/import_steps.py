"""What `bin/bench importing` measures, each step in a process of its own on a fresh database."""

from __future__ import annotations

import json
import os
import pickle
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any, Self

CHUNK = 25_000
# What is loaded bare to compare with; what an import finds in the database already is there for the bare load too.
TABLES = {
    "sales": ("customers.Account", "catalogue.Product", "orders.Order", "orders.OrderLine"),
    "accounts": ("customers.Account", "core.SearchEntry"),
    "contacts": ("customers.Contact", "customers.Position", "core.SearchEntry"),
}
LINES = {"sales": "orders.OrderLine", "accounts": "customers.Account", "contacts": "customers.Contact"}
PEOPLE_AT = 5_000  # accounts at which the contacts of a file work


def prepare(target: str) -> Any:
    """A migrated house with a rate and somebody who works in it."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from kundenkreis.customers.models import Account
    from kundenkreis.demo import rates
    from kundenkreis.staff.models import User

    if not User.objects.exists():
        rates.add()
        User.objects.create_user(
            "somebody@bench.test", "not-a-secret-at-all", last_name="Somebody", role="administrator"
        )
        for number in range(20):
            Account.add(by=None, name=f"Edited {number}", number=f"EDIT-{number}")
        if target == "contacts":
            Account.objects.bulk_create(
                Account(name=f"Firm {n}", key=f"firm {n}", number=f"BASE-{n}") for n in range(PEOPLE_AT)
            )
    return User.objects.get()


def product(target: str, file: str, rows: str) -> dict[str, float]:
    prepare(target)
    from kundenkreis.quality import importing

    run = importing.start_draft(Path(file), Path(file).name, None, target=target)
    cpu = time.process_time()
    with Watch() as watch:
        importing.run_now(run)
    cpu = time.process_time() - cpu
    if run.state != "done":
        raise RuntimeError(f"{run.state} {run.failure}")
    found = {"lines": run.rows_read, "seconds": watch.seconds, "cpu": cpu, "memory": watch.peak}
    if rows:
        _keep_rows(target, Path(rows))
    return found


def _keep_rows(target: str, path: Path) -> None:
    from django.apps import apps
    from django.db import connection

    kept = {}
    with connection.cursor() as cursor:
        for name in TABLES[target]:
            table = apps.get_model(name)._meta.db_table
            if connection.vendor == "postgresql":
                with cursor.copy(f"COPY {table} TO STDOUT (FORMAT csv)") as copy:
                    kept[name] = b"".join(bytes(block) for block in copy)
            else:
                cursor.execute(f"SELECT * FROM {table}")
                kept[name] = cursor.fetchall()
    path.write_bytes(pickle.dumps(kept))


def bare(target: str, _file: str, rows: str) -> dict[str, float]:
    prepare(target)
    from django.apps import apps
    from django.db import connection, transaction

    from kundenkreis.core import search_models, search_words

    kept, lines, seconds, cpu = pickle.loads(Path(rows).read_bytes()), 0, 0.0, 0.0
    apps.get_model(TABLES[target][0]).objects.all().delete()
    if "core.SearchEntry" in TABLES[target]:
        for kind in range(search_models.KINDS):
            search_words.clear(kind)
    for name in TABLES[target]:
        table = apps.get_model(name)._meta.db_table
        pieces = _pieces(kept.pop(name))
        began, used = time.perf_counter(), time.process_time()
        for piece in pieces:
            with transaction.atomic(), connection.cursor() as cursor:
                if connection.vendor == "postgresql":
                    with cursor.copy(f"COPY {table} FROM STDIN (FORMAT csv)") as copy:
                        copy.write(piece)
                else:
                    cursor.executemany(f"INSERT INTO {table} VALUES ({', '.join(['%s'] * len(piece[0]))})", piece)
                    if name == "core.SearchEntry":  # its index is a table of its own there, and a column on PostgreSQL
                        indexed = [(row[0], row[5]) for row in piece]
                        cursor.executemany("INSERT INTO core_searchindex (rowid, words) VALUES (%s, %s)", indexed)
        seconds += time.perf_counter() - began
        cpu += time.process_time() - used
        if name == LINES[target]:
            lines = sum(len(p) if isinstance(p, list) else p.count(b"\n") for p in pieces)
    return {"lines": lines, "seconds": seconds, "cpu": cpu}


def _pieces(rows: Any) -> list[Any]:
    if isinstance(rows, bytes):
        some = rows.splitlines(keepends=True)
        return [b"".join(some[i : i + CHUNK]) for i in range(0, len(some), CHUNK)]
    return [rows[i : i + CHUNK] for i in range(0, len(rows), CHUNK)]


def edits(target: str, file: str, _rows: str) -> dict[str, float]:
    """Edits one after the other, a twentieth of a second apart, while another process imports."""
    user = prepare(target)
    from kundenkreis.customers.models import Account

    accounts = list(Account.objects.filter(number__startswith="EDIT-"))
    accounts[0].change(by=user, place="before")  # somebody works
    importer = subprocess.Popen(
        [sys.executable, "-m", "bench.import_steps", "product", target, file, ""],
        stdout=subprocess.PIPE,
        text=True,
    )
    waits, number = [], 0
    from kundenkreis.quality.models import ImportRun

    while importer.poll() is None:
        running = ImportRun.objects.filter(state="running").exists()
        began = time.perf_counter()
        accounts[number % len(accounts)].change(by=user, place=f"Place {number}")
        if running:
            waits.append((time.perf_counter() - began) * 1000)
        number += 1
        time.sleep(0.05)
    found = json.loads(importer.communicate()[0])
    cuts = statistics.quantiles(waits, n=100)
    return {
        "lines": found["lines"],
        "seconds": found["seconds"],
        "edits": len(waits),
        "p50": cuts[49],
        "p95": cuts[94],
        "p99": cuts[98],
    }


def whole(target: str, file: str, _rows: str) -> dict[str, float]:
    """An import, what its undo would do, and its undo: how long each takes and how much memory."""
    found = product(target, file, "")
    from kundenkreis.history import undo as history_undo
    from kundenkreis.quality import importing
    from kundenkreis.quality.models import ImportRun

    run = ImportRun.objects.get()
    assert run.batch is not None
    with Watch() as foreseeing:
        would = history_undo.preview_batch(run.batch)
    with Watch() as undoing:
        done = importing.undo_now(run, None)
    if (would.undone, would.kept) != (done.undone, done.kept):
        raise RuntimeError(f"foreseen {would.undone} and {would.kept}, done {done.undone} and {done.kept}")
    return found | {
        "undone": done.undone,
        "foreseeing": foreseeing.seconds,
        "foreseeing memory": foreseeing.peak,
        "undoing": undoing.seconds,
        "undoing memory": undoing.peak,
    }


class Watch:
    """Looks many times a second how much memory this process and its children have of their own (what files share with it is the system's)."""

    def __enter__(self) -> Self:
        self.peak, self._ended = 0.0, threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()
        self._began = time.perf_counter()
        return self

    def __exit__(self, *_trouble: object) -> None:
        self.seconds = time.perf_counter() - self._began
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._ended.wait(0.03):
            self.peak = max(self.peak, sum(map(_own_memory, _family(os.getpid()))))


def _family(pid: int) -> list[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return [pid]
    return [pid, *(one for child in children for one in _family(int(child)))]


def _own_memory(pid: int) -> float:
    """Megabytes; 0 for a process that has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    own = (line.split() for line in status.splitlines() if line.startswith(("RssAnon", "RssShmem")))
    return sum(int(words[1]) for words in own) / 1024


STEPS = {"product": product, "bare": bare, "edits": edits, "whole": whole}


def main() -> None:
    """One step, in a process of its own; prints what it has found as JSON."""
    step, target, file, rows = sys.argv[1:5]
    print(json.dumps(STEPS[step](target, file, rows)))


if __name__ == "__main__":
    main()
