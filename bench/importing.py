"""How fast the importer is beside a bare load of the same rows, what it does to other people's edits, and how much memory it takes.

    bin/bench importing                                        sales, accounts and contacts as CSV and Parquet, on SQLite
    bin/bench importing --databases sqlite,postgresql
    bin/bench importing --targets sales --lines 10000000 --only memory --format parquet

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
# What is loaded bare to compare with; what an import finds in the database already is there for the bare load too.
TABLES = {
    "sales": ("customers.Account", "catalogue.Product", "orders.Order", "orders.OrderLine"),
    "accounts": ("customers.Account",),
    "contacts": ("customers.Contact", "customers.Position"),
}
PEOPLE_AT = 5_000  # accounts at which the contacts of a file work
LINES = 50_000  # of a file of accounts or contacts, when --lines does not say
AIMS = {
    "share of bare": 0.5,
    "edits p95, ms": 100.0,
    "memory, MB": 500.0,
}


# --- in the processes that measure --------------------------------------------------------------------------------------


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
    began, cpu = time.perf_counter(), time.process_time()
    importing.run_now(run)
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    if run.state != "done":
        raise RuntimeError(f"{run.state} {run.failure}")
    found = {"lines": run.rows_read, "seconds": seconds, "cpu": cpu, "memory": _peak()}
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

    kept, lines, seconds, cpu = pickle.loads(Path(rows).read_bytes()), 0, 0.0, 0.0
    apps.get_model(TABLES[target][0]).objects.all().delete()
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
        seconds += time.perf_counter() - began
        cpu += time.process_time() - used
        lines = (
            lines
            if target == "contacts" and lines
            else sum(len(p) if isinstance(p, list) else p.count(b"\n") for p in pieces)
        )
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
        [sys.executable, "-m", "bench.importing", "--step", "product", "--target", target, "--file", file],
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


def undo(target: str, file: str, _rows: str) -> dict[str, float]:
    found = product(target, file, "")
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


def make_file(target: str, kind: str, lines: int | None, folder: Path) -> Path:
    """A file of the target in that format; sales are the real ones, as often as it takes, the others are made up."""
    import polars as pl

    path = folder / f"{target}.{kind}"
    if target == "sales":
        if kind == "parquet" and not lines:
            return SALES
        lines = lines or pl.scan_parquet(SALES).select(pl.len()).collect().item()
        (make_parquet if kind == "parquet" else make_csv)(path, lines)
        return path
    number = pl.int_range(lines or LINES, eager=True)
    frame = _accounts(number) if target == "accounts" else _contacts(number)
    frame.write_parquet(path, row_group_size=ROW_GROUP) if kind == "parquet" else frame.write_csv(path)
    return path


def _numbered(text: str, number: Any) -> Any:
    import polars as pl

    return pl.select(pl.format(text, number)).to_series()


def _accounts(number: Any) -> Any:
    import polars as pl

    return pl.DataFrame({
        "account number": _numbered("B-{}", number), "name": _numbered("Weinhofer Handel {} GmbH", number),
        "street": _numbered("Hauptplatz {}", number % 99), "postcode": _numbered("46{}0", number % 10),
        "place": ["Wels"] * len(number), "country": ["AT"] * len(number), "email": _numbered("office{}@kunde.test", number),
        "phone": _numbered("+43 7242 {}", 10_000 + number % 80_000),
    })  # fmt: skip


def _contacts(number: Any) -> Any:
    import polars as pl

    return pl.DataFrame({
        "last name": _numbered("Lindhofer {}", number % 9_000), "first name": ["Eva"] * len(number),
        "e-mail": _numbered("eva{}@kunde.test", number), "phone": _numbered("+43 7242 {}", 10_000 + number % 80_000),
        "account number": _numbered("BASE-{}", number % PEOPLE_AT), "job title": ["Einkauf"] * len(number),
    })  # fmt: skip


ENGINES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
SERVER = "postgres://root@127.0.0.1:5432/postgres"


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

    def step(self, name: str, target: str, file: Path, rows: Path | None = None) -> dict[str, float]:
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "kundenkreis.settings", "KUNDENKREIS_DATABASE_URL": self.fresh(),
            "KUNDENKREIS_DATA_DIR": str(self.folder / "data"),
        }  # fmt: skip
        arguments = ["--step", name, "--target", target, "--file", str(file), *(["--rows", str(rows)] if rows else [])]
        done = subprocess.run(
            [sys.executable, "-m", "bench.importing", *arguments],
            env=environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise SystemExit(f"{self.name}, {target}, {name}: {done.stderr[-3000:]}")
        for old in self.folder.glob("bench-*.sqlite3*"):
            old.unlink()
        return json.loads(done.stdout.splitlines()[-1])


def measure(engine: Engine, target: str, file: Path, only: str, rounds: int) -> dict[str, Any]:
    rows, found = engine.folder / f"{engine.name}.rows", {}
    if only in ("", "speed"):
        turns = [
            (engine.step("product", target, file, rows), engine.step("bare", target, file, rows))
            for _round in range(rounds)
        ]
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
        ours = engine.step("product", target, file)
        found |= {
            "lines": ours["lines"],
            "product, lines/s": round(ours["lines"] / ours["seconds"]),
            "memory, MB": round(ours["memory"]),
        }
    if only in ("", "edits"):
        others = engine.step("edits", target, file)
        found |= {f"edits {p}, ms": round(others[p], 1) for p in ("p50", "p95", "p99")}
        found["edits"] = others["edits"]
        found["with people at work, lines/s"] = round(others["lines"] / others["seconds"])
    if only in ("", "undo"):
        found["undo, seconds"] = round(engine.step("undo", target, file)["seconds"], 1)
    return found


def main(argv: list[str] | None = None) -> None:
    given = _options(argv)
    if given.step:
        print(json.dumps(STEPS[given.step](given.target, given.file, given.rows)))
        return
    databases = given.databases.split(",") + (
        ["postgresql"] if given.postgres and "postgresql" not in given.databases else []
    )
    results: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory(prefix="bench-importing-") as name:
        folder = Path(name)
        for target in given.targets.split(","):
            for kind in given.format.split(","):
                file = make_file(target, kind, given.lines, folder)
                for database in databases:
                    engine = Engine(ENGINES[database], given.postgres or SERVER, folder)
                    found = measure(engine, target, file, given.only, given.rounds)
                    results[f"{target}, {kind}, {engine.name}"] = found
                    _print(f"{target}, {kind}, {engine.name}", found)
    missed = [
        f"{name}: {figure}" for name, found in results.items() for figure in found if _misses(figure, found[figure])
    ]
    print("\nnot as wanted: " + ("; ".join(missed) or "nothing"))
    if given.json:
        told = {"at": time.strftime("%Y-%m-%dT%H:%M:%S"), "cores": os.cpu_count(), "results": results}
        given.json.write_text(json.dumps(told, indent=2))


def _options(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bin/bench importing", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--databases", default="sqlite", help="sqlite,postgresql")
    parser.add_argument("--targets", default=",".join(TABLES), help="sales,accounts,contacts")
    parser.add_argument(
        "--postgres", metavar="URL", help=f"a PostgreSQL server's database ({SERVER}); another one is made beside it"
    )
    parser.add_argument(
        "--lines", type=int, help="files of so many lines (the real sales; 50,000 accounts and contacts)"
    )
    parser.add_argument("--format", default="csv,parquet", help="csv,parquet")
    parser.add_argument("--only", choices=["speed", "edits", "undo", "memory"], default="")
    parser.add_argument(
        "--rounds", type=int, default=2, help="how often bare and product take turns; the best of each counts (2)"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    parser.add_argument("--step", choices=STEPS, help=argparse.SUPPRESS)
    parser.add_argument("--target", choices=TABLES, default="sales", help=argparse.SUPPRESS)
    parser.add_argument("--file", default=str(SALES), help=argparse.SUPPRESS)
    parser.add_argument("--rows", default="", help=argparse.SUPPRESS)
    return parser.parse_args(argv)


def _misses(figure: str, value: float) -> bool:
    aim = AIMS.get(figure)
    return aim is not None and (value < aim if figure == "share of bare" else value > aim)


def _print(name: str, found: dict[str, Any]) -> None:
    print(f"\n{name}")
    for figure, value in found.items():
        aim = AIMS.get(figure)
        wanted = "" if aim is None else f"   wanted {'≥' if figure == 'share of bare' else '≤'} {aim:g}"
        print(f"  {figure:32}{value:>14,}{wanted}", flush=True)


if __name__ == "__main__":
    main()
