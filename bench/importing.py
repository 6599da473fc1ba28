"""How fast the importer is beside a bare load of the same rows, what it does to other people's edits, and how much memory it takes.

    python -m bench.importing                          SQLite and, with --postgres URL (a server's database), PostgreSQL
    python -m bench.importing --lines 10000000 --only memory
    python -m bench.importing --lines 10000000 --only memory --format parquet

Bare is `executemany` (SQLite) and `COPY` of ready text (PostgreSQL) of the rows that the import had stored, with their ids, into
the same tables with the same indexes, in chunks of 25,000. Product is everything from the file
to the end of the run, the accounts' figures included.
Every measurement is a process of its own on a fresh database; bare and product take turns.
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).parent.parent
SALES = ROOT / "kundenkreis" / "demo" / "data" / "online-retail-ii-2009-2010.parquet"
CHUNK = 25_000
TABLES = ("customers.Account", "catalogue.Product", "orders.Order", "orders.OrderLine")
AIMS = {
    "share of bare": 0.5,
    "edits p95, ms": 100.0,
    "memory, MB": 500.0,
}


# --- in the processes that measure --------------------------------------------------------------------------------------


def prepare() -> Any:
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
    return User.objects.get()


def product(file: str, rows: str) -> dict[str, float]:
    prepare()
    from kundenkreis.quality import importing

    run = importing.start_draft(Path(file), Path(file).name, None, target="sales")
    began, cpu = time.perf_counter(), time.process_time()
    importing.run_now(run)
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    if run.state != "done":
        raise RuntimeError(f"{run.state} {run.failure}")
    found = {"lines": run.rows_read, "seconds": seconds, "cpu": cpu, "memory": _peak()}
    if rows:
        _keep_rows(Path(rows))
    return found


def _keep_rows(path: Path) -> None:
    from django.apps import apps
    from django.db import connection

    kept = {}
    with connection.cursor() as cursor:
        for name in TABLES:
            table = apps.get_model(name)._meta.db_table
            if connection.vendor == "postgresql":
                with cursor.copy(f"COPY {table} TO STDOUT (FORMAT csv)") as copy:
                    kept[name] = b"".join(bytes(block) for block in copy)
            else:
                cursor.execute(f"SELECT * FROM {table}")
                kept[name] = cursor.fetchall()
    path.write_bytes(pickle.dumps(kept))


def bare(_file: str, rows: str) -> dict[str, float]:
    prepare()
    from django.apps import apps
    from django.db import connection, transaction

    kept, lines, seconds, cpu = pickle.loads(Path(rows).read_bytes()), 0, 0.0, 0.0
    apps.get_model("customers.Account").objects.all().delete()
    for name in TABLES:
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
        seconds += time.perf_counter() - began
        cpu += time.process_time() - used
        lines = sum(len(p) if isinstance(p, list) else p.count(b"\n") for p in pieces)
    return {"lines": lines, "seconds": seconds, "cpu": cpu}


def _pieces(rows: Any) -> list[Any]:
    if isinstance(rows, bytes):
        some = rows.splitlines(keepends=True)
        return [b"".join(some[i : i + CHUNK]) for i in range(0, len(some), CHUNK)]
    return [rows[i : i + CHUNK] for i in range(0, len(rows), CHUNK)]


def edits(file: str, _rows: str) -> dict[str, float]:
    """Edits one after the other, a twentieth of a second apart, while another process imports."""
    user = prepare()
    from kundenkreis.customers.models import Account

    accounts = list(Account.objects.filter(number__startswith="EDIT-"))
    accounts[0].change(by=user, place="before")  # somebody works
    importer = subprocess.Popen(
        [sys.executable, "-m", "bench.importing", "--step", "product", "--file", file],
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


def undo(file: str, _rows: str) -> dict[str, float]:
    found = product(file, "")
    from kundenkreis.quality import importing
    from kundenkreis.quality.models import ImportRun

    began = time.perf_counter()
    importing.undo_now(ImportRun.objects.get(), None)
    return {"lines": found["lines"], "seconds": time.perf_counter() - began}


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


STEPS = {"product": product, "bare": bare, "edits": edits, "undo": undo}


# --- in the process that tells --------------------------------------------------------------------------------------------


ROW_GROUP = 1_048_576  # what most programs write


def make_csv(path: Path, lines: int) -> None:
    """A CSV of that many lines: the real ones again and again, with other order numbers each time."""
    with path.open("wb") as out:
        for turn, some in enumerate(_again_and_again(lines)):
            some.write_csv(out, include_header=not turn)


def make_parquet(path: Path, lines: int) -> None:
    """The same lines as a Parquet file with row groups as large as most programs write them."""
    import polars as pl

    pl.concat(_again_and_again(lines), rechunk=True).write_parquet(path, row_group_size=ROW_GROUP)


def _again_and_again(lines: int) -> Iterator[Any]:
    import polars as pl

    frame = pl.read_parquet(SALES).with_columns(pl.col("Customer ID").cast(pl.Int64))
    for turn in range(-(-lines // frame.height)):
        some = frame.head(lines - turn * frame.height)
        yield some.with_columns(pl.col("Invoice").str.replace(r"(\d)", f"{turn}-$1")) if turn else some


MAKE = {"csv": make_csv, "parquet": make_parquet}


class Engine:
    def __init__(self, name: str, url: str, folder: Path) -> None:
        self.name, self.url, self.folder, self.number = name, url, folder, 0

    def fresh(self) -> str:
        self.number += 1
        if self.name == "SQLite":
            return f"sqlite:///{self.folder / f'bench-{self.number}.sqlite3'}"
        import psycopg

        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("DROP DATABASE IF EXISTS bench_importing")
            connection.execute("CREATE DATABASE bench_importing")
        return urlsplit(self.url)._replace(path="/bench_importing").geturl()

    def step(self, name: str, file: Path, rows: Path | None = None) -> dict[str, float]:
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "kundenkreis.settings", "KUNDENKREIS_DATABASE_URL": self.fresh(),
            "KUNDENKREIS_DATA_DIR": str(self.folder / "data"),
        }  # fmt: skip
        arguments = ["--step", name, "--file", str(file), *(["--rows", str(rows)] if rows else [])]
        done = subprocess.run(
            [sys.executable, "-m", "bench.importing", *arguments],
            env=environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise SystemExit(f"{self.name}, {name}: {done.stderr[-3000:]}")
        for old in self.folder.glob("bench-*.sqlite3*"):
            old.unlink()
        return json.loads(done.stdout.splitlines()[-1])


def measure(engine: Engine, file: Path, only: str, rounds: int) -> dict[str, Any]:
    rows, found = engine.folder / f"{engine.name}.rows", {}
    if only in ("", "speed"):
        turns = [(engine.step("product", file, rows), engine.step("bare", file, rows)) for _round in range(rounds)]
        ours, theirs = (min((turn[side] for turn in turns), key=lambda one: one["seconds"]) for side in (0, 1))
        found["lines"] = ours["lines"]
        found["bare, lines/s"] = round(theirs["lines"] / theirs["seconds"])
        found["product, lines/s"] = round(ours["lines"] / ours["seconds"])
        found["share of bare"] = round(theirs["seconds"] / ours["seconds"], 2)
        if engine.name == "SQLite":  # where the database works in the same process
            found["share of bare, processor time"] = round(
                min(t["cpu"] for _o, t in turns) / min(o["cpu"] for o, _t in turns), 2
            )
        found["memory, MB"] = round(ours["memory"])
        rows.unlink()
    if only == "memory":
        ours = engine.step("product", file)
        found |= {
            "lines": ours["lines"],
            "product, lines/s": round(ours["lines"] / ours["seconds"]),
            "memory, MB": round(ours["memory"]),
        }
    if only in ("", "edits"):
        others = engine.step("edits", file)
        found |= {f"edits {p}, ms": round(others[p], 1) for p in ("p50", "p95", "p99")}
        found["edits"] = others["edits"]
        found["with people at work, lines/s"] = round(others["lines"] / others["seconds"])
    if only in ("", "undo"):
        found["undo, seconds"] = round(engine.step("undo", file)["seconds"], 1)
    return found


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--postgres", metavar="URL", help="a PostgreSQL server's database; another one is made beside it"
    )
    parser.add_argument("--lines", type=int, help="a file of so many lines instead of the real one")
    parser.add_argument("--format", choices=MAKE, default="csv", help="what kind of file --lines makes (csv)")
    parser.add_argument("--only", choices=["speed", "edits", "undo", "memory"], default="")
    parser.add_argument(
        "--rounds", type=int, default=2, help="how often bare and product take turns; the best of each counts (2)"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    parser.add_argument("--step", choices=STEPS, help=argparse.SUPPRESS)
    parser.add_argument("--file", default=str(SALES), help=argparse.SUPPRESS)
    parser.add_argument("--rows", default="", help=argparse.SUPPRESS)
    given = parser.parse_args(argv)
    if given.step:
        print(json.dumps(STEPS[given.step](given.file, given.rows)))
        return
    with tempfile.TemporaryDirectory(prefix="bench-importing-") as name:
        folder, file = Path(name), SALES
        if given.lines:
            file = folder / f"sales.{given.format}"
            MAKE[given.format](file, given.lines)
        engines = [Engine("SQLite", "", folder)]
        engines += [Engine("PostgreSQL", given.postgres, folder)] if given.postgres else []
        results = {engine.name: measure(engine, file, given.only, given.rounds) for engine in engines}
    names = list(dict.fromkeys(name for found in results.values() for name in found))
    print(f"{'':32}" + "".join(f"{engine:>14}" for engine in results) + "        wanted")
    for figure in names:
        aim = AIMS.get(figure)
        wanted = "" if aim is None else f"{'≥' if figure == 'share of bare' else '≤'} {aim:g}"
        print(f"{figure:32}" + "".join(f"{found.get(figure, ''):>14,}" for found in results.values()) + f"{wanted:>14}")
    if given.json:
        given.json.write_text(
            json.dumps(
                {"at": time.strftime("%Y-%m-%dT%H:%M:%S"), "cores": os.cpu_count(), "results": results}, indent=2
            )
        )


if __name__ == "__main__":
    main()
