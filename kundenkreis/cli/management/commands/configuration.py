"""`kundenkreis configuration`: what the house has made its own without code, as a file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, CommandParser
from django.utils import translation

from kundenkreis.cli.commanding import Command as BaseCommand
from kundenkreis.cli.commanding import person, refuse_unless_ready
from kundenkreis.configuration import applying, comparing, document, parts
from kundenkreis.configuration.comparing import Difference
from kundenkreis.staff import access


class Command(BaseCommand):
    help = "Write the configuration to a file, say what a file would change here, or take it over as one batch that can be undone."
    examples = (
        "configuration export live.json\nconfiguration compare test.json --json\n"
        "configuration apply test.json --by alma@example.com --part pick_lists"
    )
    has_json = True

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["export", "compare", "apply"])
        parser.add_argument("file", type=Path, help="the file; for export a new one, or - for the screen")
        parser.add_argument(
            "--part",
            action="append",
            default=[],
            metavar="NAME",
            help="only this part, such as custom_fields; again for more",
        )
        parser.add_argument("--by", metavar="EMAIL", help="the administrator who takes it over; needed for apply")
        parser.add_argument(
            "--clashes", action="store_true", help="also take over what was changed here since the test copy was made"
        )
        parser.add_argument("--gone", action="store_true", help="also retire what the file lacks")

    def handle(self, *, what: str, file: Path, part: list[str], as_json: bool, **options: Any) -> None:
        refuse_unless_ready()
        if strange := [name for name in part if parts.get(name) is None]:
            known = ", ".join(one.name for one in parts.every())
            raise CommandError(f"There is no part {strange[0]}. The parts are: {known}.")
        with translation.override("en"):
            if what == "export":
                self.export(file, part, as_json)
                return
            found = self.compared(file, part)
            if what == "compare":
                self.say(found, as_json)
            else:
                self.apply(found, as_json, **options)

    def export(self, file: Path, part: list[str], as_json: bool) -> None:
        text = document.written(part)
        if str(file) == "-":
            self.stdout.write(text)
            return
        if file.exists():
            raise CommandError(f"{file} exists already and is not overwritten.")
        file.write_text(text, encoding="utf-8")
        counts = {name: len(some) for name, some in document.dump(part).items()}
        if as_json:
            self.print_json({"file": str(file), "parts": counts})
        else:
            told = ", ".join(f"{count} {name}" for name, count in counts.items())
            self.stdout.write(f"{file}: {told}.")

    def compared(self, file: Path, part: list[str]) -> Difference:
        try:
            read = document.read(sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes())
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
        except ValidationError as refused:
            raise CommandError(" ".join(refused.messages)) from refused
        if part:
            read.parts = {name: some for name, some in read.parts.items() if name in part}
        return comparing.compare(read)

    def say(self, found: Difference, as_json: bool) -> None:
        if as_json:
            self.print_json(
                {"differs": bool(found), "unknown": found.unknown, "items": [_as_json(one) for one in found.items]}
            )
            return
        for part, items in found.by_part():
            self.stdout.write(str(part.label))
            for one in items:
                mark = " (changed here too)" if one.is_clash else " (not in the file)" if one.is_told_only else ""
                self.stdout.write(f"  {one.kind}: {one.title}{mark}")
                for label, before, after in one.lines:
                    self.stdout.write(f"    {label}: {before + ' → ' if before else ''}{after}")
                for conflict in one.conflicts:
                    self.stdout.write(f"    ! {conflict.text}")
        if not found:
            self.stdout.write("The house is as the file says already.")

    def apply(
        self, found: Difference, as_json: bool, *, by: str | None, clashes: bool, gone: bool, **_options: Any
    ) -> None:
        if not by:
            raise CommandError("Say who takes it over: --by EMAIL.")
        actor = person(by)
        if not access.may(actor, "configuration.change"):
            raise CommandError(f"{by} may not change the configuration.")
        chosen = applying.usual(found)
        chosen |= {one.name for one in found.items if one.is_clash and clashes and not one.is_stopped}
        chosen |= {one.name for one in found.items if one.is_told_only and gone and not one.is_stopped}
        if not chosen:
            self.say(found, as_json)
            return
        try:
            batch = applying.apply(found, chosen, by=actor)
        except ValidationError as refused:
            raise CommandError(" ".join(refused.messages)) from refused
        left = [one for one in found.items if one.name not in chosen]
        if as_json:
            self.print_json({"batch": batch.pk, "applied": sorted(chosen), "left": [_as_json(one) for one in left]})
            return
        self.stdout.write(f"Batch {batch.pk}: {len(chosen)} definitions were taken over, {len(left)} were left.")
        self.stdout.write(f"It can be undone with: kundenkreis undo {batch.pk}")


def _as_json(one: comparing.Item) -> dict[str, Any]:
    return {
        "part": one.part.name, "key": one.change.key, "kind": one.kind, "title": one.title, "clash": one.is_clash,
        "not_in_file": one.is_told_only, "conflicts": [{"text": str(c.text), "stops": c.stops} for c in one.conflicts],
        "lines": [{"member": label, "from": before, "to": after} for label, before, after in one.lines],
    }  # fmt: skip
