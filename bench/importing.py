"""How fast the importer is beside a bare load of the same rows, what it does to other people's edits, and how much memory it takes.

    bin/bench importing                                        sales, accounts and contacts as CSV and Parquet, on SQLite
    bin/bench importing --databases sqlite,postgresql
    bin/bench importing --targets sales --lines 10000000 --only whole --format parquet

Bare is `executemany` (SQLite) and `COPY` of ready text (PostgreSQL) of the rows that the import had stored, with their ids, into
the same tables with the same indexes, those of the search box included, in chunks of 25,000. Product is everything from the file
to the end of the run, the accounts' figures included.
`--only whole` imports, counts what an undo would do, and undoes it, with the time and the memory of each.
Every measurement is a process of its own on a fresh database; bare and product take turns.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bench.import_files import make_file
from bench.import_steps import TABLES

ROOT = Path(__file__).parent.parent
AIMS = {
    "share of bare": 0.5,
    "edits p95, ms": 100.0,
    "memory, MB": 500.0,
    "foreseeing its undo, MB": 500.0,
    "undo, MB": 500.0,
}


ENGINES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
SERVER = "postgres://root@127.0.0.1:5432/postgres"


class Engine:
    def __init__(self, name: str, url: str, folder: Path) -> None:
        self.name, self.url, self.folder, self.number = name, url, folder, 0
        self.scratch = f"kundenkreis_bench_import_{os.getpid()}"

    def fresh(self) -> str:
        self.number += 1
        if self.name == "SQLite":
            return f"sqlite:///{self.folder / f'bench-{self.number}.sqlite3'}"
        import psycopg

        self.drop()
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {self.scratch}")
        return urlsplit(self.url)._replace(path=f"/{self.scratch}").geturl()

    def drop(self) -> None:
        """Take away the databases of the steps before."""
        for old in self.folder.glob("bench-*.sqlite3*"):
            old.unlink()
        if self.name == "PostgreSQL":
            import psycopg

            with psycopg.connect(self.url, autocommit=True) as connection:
                connection.execute(f"DROP DATABASE IF EXISTS {self.scratch} WITH (FORCE)")

    def step(self, name: str, target: str, file: Path, rows: Path | None = None) -> dict[str, float]:
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "kundenkreis.settings", "KUNDENKREIS_DATABASE_URL": self.fresh(),
            "KUNDENKREIS_DATA_DIR": str(self.folder / "data"),
        }  # fmt: skip
        done = subprocess.run(
            [sys.executable, "-m", "bench.import_steps", name, target, str(file), str(rows or "")],
            env=environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
        )
        self.drop()
        if done.returncode:
            raise SystemExit(f"{self.name}, {target}, {name}: {done.stderr[-3000:]}")
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
    if only in ("", "edits"):
        others = engine.step("edits", target, file)
        found |= {f"edits {p}, ms": round(others[p], 1) for p in ("p50", "p95", "p99")}
        found["edits"] = others["edits"]
        found["with people at work, lines/s"] = round(others["lines"] / others["seconds"])
    if only in ("", "whole"):
        found |= _told_whole(engine.step("whole", target, file), only == "whole")
    return found


def _told_whole(step: dict[str, float], alone: bool) -> dict[str, Any]:
    speed = {
        "lines": step["lines"],
        "product, seconds": round(step["seconds"], 1),
        "product, lines/s": round(step["lines"] / step["seconds"]),
        "memory, MB": round(step["memory"]),
    }
    return (speed if alone else {}) | {
        "records undone": step["undone"],
        "foreseeing its undo, seconds": round(step["foreseeing"], 1),
        "foreseeing its undo, MB": round(step["foreseeing memory"]),
        "undo, seconds": round(step["undoing"], 1),
        "undo, MB": round(step["undoing memory"]),
    }


def main(argv: list[str] | None = None) -> None:
    given = _options(argv)
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
    parser.add_argument("--only", choices=["speed", "edits", "whole"], default="")
    parser.add_argument(
        "--rounds", type=int, default=2, help="how often bare and product take turns; the best of each counts (2)"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
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
