"""Maven Analytics' fictitious B2B pipeline (8,800 opportunities of a computer hardware seller) in a house of its own: imported as it comes,
and held against figures that are counted from its files without the product: lists and boards, win and loss, forecast, and what changed.

The pipeline is imported twice: first as the file would have looked on `THEN` (what was closed later is still open, what was begun later is not
there yet), of which a snapshot is taken, and then as it is. So what changed between the two days can be counted from the file.
The file has no expected close of what is open and no categories: nothing open falls into a period, and commit and best case are empty.

    bin/bench b2b --files FOLDER

FOLDER has accounts.csv, products.csv, sales_teams.csv and sales_pipeline.csv of "CRM Sales Opportunities" (mavenanalytics.io, published for
free use). The house is made anew in a folder of its own. Prints each figure by hand and in the house; ends with 1 when any differs.
"""

from __future__ import annotations

import argparse
import csv
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
NAMES = ("accounts.csv", "products.csv", "sales_teams.csv", "sales_pipeline.csv")
OPEN = {"Prospecting": "Qualification", "Engaging": "Needs analysis"}  # the stages of the delivered mapping
WRONG = {"GTXPro": "GTX Pro"}
Figures = dict[str, Any]


def main(arguments: list[str] | None = None) -> None:
    asked = argparse.ArgumentParser(
        prog="bin/bench b2b", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    asked.add_argument("--files", type=Path, required=True)
    asked.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)  # in the house's own process
    given = asked.parse_args(arguments)
    if given.inside:
        raise SystemExit(0 if compare(given.files) else 1)
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "KUNDENKREIS_DATA_DIR": folder,
            "DJANGO_SETTINGS_MODULE": "kundenkreis.settings",
        }
        environment.pop("KUNDENKREIS_DATABASE_URL", None)
        subprocess.run([sys.executable, "-m", "kundenkreis", "migrate", "-v0"], env=environment, cwd=ROOT, check=True)
        again = [sys.executable, "-m", "bench", "b2b", "--inside", "--files", str(given.files.resolve())]
        raise SystemExit(subprocess.run(again, env=environment, cwd=ROOT, check=False).returncode)


def compare(files: Path) -> bool:
    """Import all four files and print what is the same and what is not."""
    import django

    django.setup()
    from bench import b2b_figures

    _import(files)
    theirs = by_hand(files) | b2b_figures.by_hand(files)
    ours, right = in_the_house() | b2b_figures.in_the_house(), True
    for name in sorted(theirs):
        same = theirs[name] == ours.get(name)
        right &= same
        print(
            f"{'=' if same else '≠'} {name}: {_short(theirs[name])}" + ("" if same else f" | {_short(ours.get(name))}")
        )
    print("all of it the same" if right else "NOT the same")
    return right


def _short(value: Any) -> str:
    text = str(dict(sorted(value.items())) if isinstance(value, dict) else value)
    return text if len(text) < 160 else f"{text[:157]}…"


def _import(files: Path) -> None:
    """As somebody does it who changes nothing about what is suggested; the pipeline as it stood then, and as it is."""
    from bench import b2b_figures
    from kundenkreis.core.models import House
    from kundenkreis.forecast import taking

    house = House.current()
    for name in NAMES[:-1]:
        _file(files / name, name)
    House.objects.filter(pk=house.pk).update(currency="USD", today=b2b_figures.THEN)
    House.forget()
    with tempfile.TemporaryDirectory() as folder:
        earlier = Path(folder) / NAMES[-1]
        b2b_figures.as_it_stood(files / NAMES[-1], earlier)
        _file(earlier, NAMES[-1])
    print(f"snapshot of {b2b_figures.THEN}: {taking.take().number:,} opportunities")
    House.objects.filter(pk=house.pk).update(today=b2b_figures.NOW)
    House.forget()
    _file(files / NAMES[-1], NAMES[-1])


def _file(path: Path, name: str) -> None:
    from kundenkreis.quality import importing

    began = time.perf_counter()
    run = importing.start_draft(path, name, None)
    if hindrances := importing.hindrances(run):
        raise SystemExit(f"{name}: {hindrances}")
    run = importing.run_now(run)
    told = {key: value for key, value in run.counts.items() if isinstance(value, int)}
    print(f"{name}: {run.rows_read:,} rows in {time.perf_counter() - began:.1f} s, {told}")


def _rows(files: Path) -> Iterator[dict[str, str]]:
    with (files / "sales_pipeline.csv").open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def by_hand(files: Path) -> Figures:
    """From the files alone."""
    rows = list(_rows(files))
    with (files / "products.csv").open(encoding="utf-8-sig", newline="") as file:
        listed = {row["product"]: Decimal(row["sales_price"]) for row in csv.DictReader(file)}
    with (files / "accounts.csv").open(encoding="utf-8-sig", newline="") as file:
        sectors = Counter(row["sector"].replace("technolgy", "technology") for row in csv.DictReader(file))
    found: Figures = defaultdict(Counter)
    for row in rows:
        product, ended = WRONG.get(row["product"], row["product"]), row["deal_stage"] in ("Won", "Lost")
        found["opportunities by product"][product] += 1
        found["opportunities by person"][row["sales_agent"]] += 1
        found["opportunities by customer"][row["account"]] += 1
        if ended:
            found["ended by outcome"][row["deal_stage"].lower()] += 1
            found["ended by outcome and product"][f"{row['deal_stage'].lower()} {product}"] += 1
        else:
            found["open on the board, cards"][OPEN[row["deal_stage"]]] += 1
            found["open on the board, value"][OPEN[row["deal_stage"]]] += listed[product]
        if row["deal_stage"] == "Won":
            found["value won by person"][row["sales_agent"]] += Decimal(row["close_value"])
            month, _day, year = row["close_date"].split("/")
            found["value won by month"][f"{year}-{int(month):02}"] += Decimal(row["close_value"])
    return {name: dict(counted) for name, counted in found.items()} | {"customers by sector": dict(sectors)}


def in_the_house() -> Figures:
    """By the house's own lists, boards and sums."""
    from django.db.models import Count, Sum
    from django.db.models.functions import TruncMonth

    from kundenkreis.customers.models import Account
    from kundenkreis.pipeline.models import Opportunity

    some = Opportunity.objects.living().order_by()
    won = some.filter(outcome="won")
    ended = some.exclude(outcome="")
    lanes = list(_board())
    people = ("owner__first_name", "owner__last_name")
    return {
        "opportunities by product": dict(some.values_list("lines__product__name").annotate(n=Count("pk", distinct=True))),
        "opportunities by person": {f"{a} {b}": n for a, b, n in some.values_list(*people).annotate(n=Count("pk"))},
        "opportunities by customer": {a or "": n for a, n in some.values_list("account__name").annotate(n=Count("pk"))},
        "ended by outcome": dict(ended.values_list("outcome").annotate(n=Count("pk"))),
        "ended by outcome and product": {
            f"{a} {b}": n for a, b, n in ended.values_list("outcome", "lines__product__name").annotate(n=Count("pk"))
        },
        "open on the board, cards": {name: count for name, count, _value in lanes},
        "open on the board, value": {name: value for name, _count, value in lanes},
        "value won by person": {f"{a} {b}": n for a, b, n in won.values_list(*people).annotate(n=Sum("value_house"))},
        "value won by month": {
            f"{month:%Y-%m}": value
            for month, value in won.annotate(m=TruncMonth("closed_at")).values_list("m").annotate(n=Sum("value_house"))
        },
        "customers by sector": dict(Account.objects.living().order_by().values_list("industry").annotate(n=Count("pk"))),
    }  # fmt: skip


def _board() -> Iterator[tuple[str, int, Decimal]]:
    """Stage, cards and value of each column of the board that stands at its first pipeline, as its head is added up."""
    from django.db.models import Count, Sum

    from kundenkreis.pipeline.models import Opportunity, Stage
    from kundenkreis.web.views.opportunity_list import boards

    names = {stage.pk: stage.name_en for stage in Stage.objects.all()}
    for board in boards():
        rows = board.rows(Opportunity.objects.living()).order_by().values(board.reads)
        for row in rows.annotate(n=Count("pk"), value=Sum(board.sums)):
            yield names[row[board.reads]], row["n"], row["value"]
