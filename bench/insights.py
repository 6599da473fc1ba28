"""How long scores and signals take, from the facts and from the database, as ratios to a bare scan-and-group of the same lines.

    bin/bench insights --sizes 100000,1000000 --databases sqlite,postgresql

Works on a copy of the house that `bin/bench pages` makes. *Bare* is DuckDB adding up the lines of the same Parquet files by account. *Full*
is figures, scores and signals of all accounts from the facts. *Increment* begins with 10,000 new lines in the database and ends when
their signals are stored there. Extraction and storing are shown beside them. Prints a table and writes JSON.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from bench import pages
from bench.options import parser

ROOT = Path(__file__).resolve().parent.parent
LINES, PER_ORDER = 10_000, 20
WANTED = {"full": 12.0, "increment": 0.1}  # times the bare scan; share of the full run


def main(arguments: list[str] | None = None) -> None:
    options = _options(arguments)
    results = [
        measure(size, database, options)
        for database in options.databases.split(",")
        for size in map(int, options.sizes.split(","))
    ]
    for row in results:
        print(json.dumps(row, indent=1))
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(results, indent=1))
    print(f"\nwritten to {options.json}")


def _options(arguments: list[str] | None) -> argparse.Namespace:
    asked = parser("insights", __doc__)
    asked.add_argument("--json", type=Path, default=ROOT / "bench" / "results" / "insights.json")
    return asked.parse_args(arguments)


def measure(size: int, database: str, options: argparse.Namespace) -> dict[str, Any]:
    """One row of results; the copy of the house is deleted afterwards."""
    environment = pages.house(size, database, options)
    folder = options.keep / f"insights-{database}-{size}"
    name = f"kundenkreis_bench_insights_{size}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    copied = environment | {"KUNDENKREIS_DATA_DIR": str(folder)}
    try:
        if database == "postgresql":
            subprocess.run(["dropdb", "-h", "127.0.0.1", "-U", "root", "--if-exists", name], check=True)
            subprocess.run(
                ["createdb", "-h", "127.0.0.1", "-U", "root", "-T", f"kundenkreis_bench_{size}", name], check=True
            )
            copied["KUNDENKREIS_DATABASE_URL"] = f"{options.postgresql}/{name}"
        else:
            shutil.copy(options.keep / f"{database}-{size}" / "kundenkreis.sqlite3", folder)
        subprocess.run([sys.executable, "-m", "kundenkreis", "migrate", "-v0"], env=copied, cwd=ROOT, check=True)
        steps = subprocess.run(
            [sys.executable, "-m", "bench.insights_steps"],
            env=copied,
            cwd=ROOT,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if database == "postgresql":
            subprocess.run(["dropdb", "-h", "127.0.0.1", "-U", "root", "--if-exists", name], check=True)
    row = {"size": size, "database": database} | json.loads(steps.stdout)
    row["full_times_bare"] = round(row["full_s"] / row["bare_s"], 1)
    row["increment_of_full"] = round(row["increment_s"] / row["full_s"], 2)
    row["increment_of_full_stored"] = round(row["increment_s"] / row["run_s"], 2)
    return row
