"""`kundenkreis doctor`: what is well, what is not, and what to do."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandParser

from kundenkreis.cli import diagnosis
from kundenkreis.cli.commanding import Command as BaseCommand
from kundenkreis.cli.commanding import refuse_unless_ready


class Command(BaseCommand):
    help = "Examine this installation. Exit code 1 if there is an error; warnings leave it 0."
    examples = "doctor\ndoctor --json\ndoctor --rebuild-search\ndoctor --read-documents"
    has_json = True

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--rebuild-search", action="store_true", help="first write the search index anew")
        parser.add_argument("--read-documents", action="store_true", help="first read the text of all documents anew")

    def handle(self, *, rebuild_search: bool, read_documents: bool, as_json: bool, **_options: Any) -> None:
        if rebuild_search:
            refuse_unless_ready()
            number = diagnosis.rebuild_search()
            if not as_json:
                self.stdout.write(f"The search index was written anew: {number:,} records.")
        if read_documents:
            refuse_unless_ready()
            number = diagnosis.read_documents_again()
            if not as_json:
                self.stdout.write(f"The documents were read anew: {number:,}.")
        findings = list(diagnosis.examine())
        errors = [finding for finding in findings if finding.level == diagnosis.ERROR]
        if as_json:
            self.print_json({"ok": not errors, "findings": [asdict(finding) for finding in findings]})
        else:
            for finding in findings:
                self.stdout.write(self._line(finding))
        if errors:
            sys.exit(1)

    def _line(self, finding: diagnosis.Finding) -> str:
        style = {diagnosis.OK: self.style.SUCCESS, diagnosis.WARNING: self.style.WARNING}.get(
            finding.level, self.style.ERROR
        )
        advice = f"  → {finding.do}" if finding.do else ""
        return f"{style(f'{finding.level:<8}')}{finding.what}: {finding.says}{advice}"
