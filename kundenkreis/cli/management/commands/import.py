"""`kundenkreis import`: the browser's import on the command line."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from kundenkreis.cli.commanding import Command as BaseCommand
from kundenkreis.cli.commanding import person, refuse_unless_ready
from kundenkreis.cli.progress import Progress
from kundenkreis.quality import importing, mappings, repairing, targets
from kundenkreis.quality.importing import CannotImport
from kundenkreis.quality.messages import explain
from kundenkreis.quality.models import ImportRun
from kundenkreis.quality.reading import Unreadable

SHOWN = 10
State = ImportRun.State


class Command(BaseCommand):
    help = (
        "Import a file (XLSX, CSV, Parquet, …). "
        "Exit code 0: every row is stored; 1: rows were rejected; 2: not imported, or not to its end."
    )
    examples = (
        "import customers.xlsx --as accounts --match vat_id --dry-run\n"
        "import sales.csv --as sales --currency GBP --map order=Invoice --map product=SKU\n"
        "import --resume 12\n"
        "import sales.csv --as sales --rejected rejected.csv --json"
    )
    has_json = True

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, help="the file")
        parser.add_argument(
            "--as", dest="target", metavar="WHAT", help=f"what its rows are: {', '.join(targets.names())}"
        )
        parser.add_argument(
            "--mapping", metavar="NAME", help="a stored mapping by its name; else the one for these headings"
        )
        parser.add_argument(
            "--map", action="append", default=[], metavar="FIELD=COLUMN", help="one field's column (may be repeated)"
        )
        parser.add_argument(
            "--match", metavar="KEY", help="by what records are matched, such as number, vat_id, email, name"
        )
        parser.add_argument(
            "--mode", choices=ImportRun.Mode.values, default=ImportRun.Mode.BOTH, help="create, update, or both"
        )
        parser.add_argument("--dry-run", action="store_true", help="only count what would happen")
        parser.add_argument(
            "--user", metavar="EMAIL", help="whose rights hold and whom the history names; else the house"
        )
        parser.add_argument("--resume", type=int, metavar="RUN", help="go on with a run that was stopped or killed")
        parser.add_argument(
            "--rejected", type=Path, metavar="FILE", help="write the rejected rows there, to repair and import again"
        )
        parser.add_argument("--decimal", choices=[".", ","], help="the decimal mark of its numbers; else it is found")
        order = parser.add_mutually_exclusive_group()
        order.add_argument("--day-first", action="store_true", help="dates like 03/04/2010 are the 3rd of April")
        order.add_argument("--month-first", action="store_true", help="dates like 03/04/2010 are the 4th of March")
        parser.add_argument("--currency", help="the currency where the file names none")
        parser.add_argument("--sheet", help="the sheet of a workbook")
        parser.add_argument("--delimiter", help="what separates the cells of a text file")
        parser.add_argument("--encoding", help="the text encoding")
        parser.add_argument("--header-rows", type=int, choices=[0, 1, 2], help="how many rows name the columns")
        parser.add_argument("--set", action="append", default=[], metavar="OPTION=VALUE", help=argparse.SUPPRESS)

    def handle(self, *_args: Any, **given: Any) -> None:
        refuse_unless_ready()
        try:
            run = self._run_of(given)
            self._work(run, given)
        except Unreadable as trouble:
            raise CommandError(explain(trouble.code, trouble.params), returncode=2) from trouble
        except CannotImport as trouble:
            raise CommandError(explain(trouble.code, trouble.params), returncode=2) from trouble
        self._tell(run, given)
        go_on = f"Go on with: kundenkreis import --resume {run.pk}"
        if run.state == State.FAILED:
            raise CommandError(f"{explain(run.failure['code'], run.failure['params'])} {go_on}", returncode=2)
        if run.state == State.CANCELLED:
            raise CommandError(f"Stopped after {run.rows_read:,} rows. {go_on}", returncode=2)
        counts = run.forecast if given["dry_run"] else run.counts
        if counts.get("rejected"):
            sys.exit(1)

    def _run_of(self, given: dict[str, Any]) -> ImportRun:
        if given["resume"]:
            run = ImportRun.objects.filter(pk=given["resume"]).first()
            if run is None:
                raise CommandError(f"There is no import {given['resume']}.", returncode=2)
            return run
        if given["file"] is None:
            raise CommandError("Name the file to import, or the run to go on with (--resume).", returncode=2)
        if given["target"] and given["target"] not in targets.names():
            raise CommandError(f"--as is one of: {', '.join(targets.names())}.", returncode=2)
        run = importing.start_draft(
            given["file"] if given["file"].is_file() else _missing(given["file"]),
            given["file"].name,
            person(given["user"]) if given["user"] else None,
            target=given["target"] or "",
            options={
                name: given[name]
                for name in ("sheet", "delimiter", "encoding", "header_rows")
                if given[name] is not None
            },
        )
        try:
            hindrances = importing.set_mapping(
                run, mapping=_mapping(run, given), match_by=given["match"], mode=given["mode"], options=_options(given)
            )
            if hindrances:
                raise CommandError(
                    " ".join(explain(h.code, h.params) for h in hindrances) + _columns(run), returncode=2
                )
        except BaseException:
            importing.forget(run)
            raise
        return run

    def _work(self, run: ImportRun, given: dict[str, Any]) -> None:
        progress = Progress(sys.stderr)
        text = f"{'Checking' if given['dry_run'] else 'Importing'} {run.file_name}"

        def tell(at: ImportRun) -> None:
            progress(text, at.rows_read, at.rows_total or round(at.rows_read / at.share) if at.share else 0)

        def stop(_number: int, _frame: Any) -> None:
            ImportRun.objects.filter(pk=run.pk).update(wants_cancel=True)
            signal.signal(signal.SIGINT, signal.default_int_handler)  # a second Ctrl-C ends at once; that too can go on

        before = signal.signal(signal.SIGINT, stop)
        try:
            importing.check(run, tell) if given["dry_run"] else importing.run_now(run, tell)
        finally:
            signal.signal(signal.SIGINT, before)
            progress.end_line()

    def _tell(self, run: ImportRun, given: dict[str, Any]) -> None:
        counts = run.forecast if given["dry_run"] else run.counts
        rejected = run.problems.filter(is_note=False)
        if given["rejected"] and rejected.exists():
            with given["rejected"].open("wb") as out:
                out.writelines(repairing.problems_file(run)[1])
        if given["as_json"]:
            problems = [
                {"row": p.row, "field": p.field, "code": p.code, "problem": repairing.sentence(p, with_row=False)}
                for p in rejected[:1000]
            ]
            rows = run.rows_total if given["dry_run"] else run.rows_read
            about: dict[str, Any] = {"run": run.pk, "batch": run.batch_id, "state": run.state, "target": run.target}
            about |= {"dry_run": given["dry_run"], "rows": rows, "seconds": round(run.seconds, 2)}
            self.print_json(about | {"counts": counts, "problems": problems})
            return
        for problem in rejected.order_by("row", "pk")[:SHOWN]:
            self.stdout.write(repairing.sentence(problem))
        if rejected.count() > SHOWN:
            self.stdout.write(f"… and {rejected.count() - SHOWN:,} more. --rejected FILE writes all of them.")
        shown = ", ".join(f"{counts[name]:,} {name.replace('_', ' ')}" for name in counts if counts[name])
        rows = (run.rows_total if given["dry_run"] else run.rows_read) or 0
        self.stdout.write(f"{'Would be: ' if given['dry_run'] else ''}{rows:,} rows: {shown or 'nothing to do'}.")
        if run.batch_id and not given["dry_run"]:
            self.stdout.write(f"Take it back with: kundenkreis undo {run.batch_id}")


def _missing(path: Path) -> Path:
    raise Unreadable("no_file", path=str(path))


def _mapping(run: ImportRun, given: dict[str, Any]) -> dict[str, str]:
    mapping = dict(run.mapping)
    if given["mapping"]:
        known = mappings.named(run.target, given["mapping"])
        if known is None:
            raise CommandError(f"There is no mapping “{given['mapping']}”.", returncode=2)
        mapping = dict(known.mapping)
        run.options = {**run.options, **known.options}
    for pair in given["map"]:
        name, equals, column = pair.partition("=")
        if not equals:
            raise CommandError(f"--map takes FIELD=COLUMN, not “{pair}”.", returncode=2)
        mapping[name.strip()] = column.strip()
    return mapping


def _options(given: dict[str, Any]) -> dict[str, Any]:
    options: dict[str, Any] = {}
    if given["decimal"]:
        options["decimal_mark"] = given["decimal"]
    if given["day_first"] or given["month_first"]:
        options["date_order"] = "dmy" if given["day_first"] else "mdy"
    if given["currency"]:
        options["currency"] = given["currency"].upper()
    for pair in given["set"]:
        name, _equals, value = pair.partition("=")
        options[name] = value
    return options


def _columns(run: ImportRun) -> str:
    fields = ", ".join(spec.name + ("*" if spec.required else "") for spec in targets.get(run.target).fields)
    return f"\nFields (* needed): {fields}\nColumns of the file: {', '.join(run.options['columns'])}\nMapped: " + (
        ", ".join(f"{name}={column}" for name, column in run.mapping.items()) or "nothing"
    )
