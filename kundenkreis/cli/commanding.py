"""What several commands do before they begin, and how they speak."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError, CommandParser, DjangoHelpFormatter
from django.core.serializers.json import DjangoJSONEncoder
from django.db import DatabaseError

from kundenkreis.core import readiness

if TYPE_CHECKING:
    from kundenkreis.staff.models import User

DJANGO_OPTIONS = BaseCommand().create_parser("", "")._option_string_actions.keys() - {"-h", "--help"}


class ExampleFormatter(DjangoHelpFormatter):
    """Keeps the line breaks of the examples below the options."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return "\n".join(indent + line for line in text.splitlines())


class Command(BaseCommand):
    """A command with examples in its help. Subclasses set `help`, `examples`, and `has_json` if a program would read them."""

    examples = ""
    has_json = False
    # The checks read the whole site map; a backup must not depend on that. `kundenkreis check` runs them.
    requires_system_checks: list[str] = []

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        examples = "\n".join(f"  kundenkreis {line}" for line in self.examples.strip().splitlines())
        parser = super().create_parser(prog_name, subcommand, epilog=f"Examples:\n{examples}", **kwargs)
        parser.formatter_class = ExampleFormatter
        if self.has_json:
            parser.add_argument(
                "--json", action="store_true", dest="as_json", help="print one JSON object, for programs"
            )
        for action in parser._actions:  # Django's own options work, but would hide ours in the help
            if action.option_strings and action.option_strings[-1] in DJANGO_OPTIONS:
                action.help = argparse.SUPPRESS
        return parser

    def print_json(self, answer: Any) -> None:
        self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2, cls=DjangoJSONEncoder))


def refuse_unless_ready() -> None:
    """Raise CommandError with one sentence unless the database answers and is fully migrated.

    A restore that was cut off half-way is brought to its end first.
    """
    from kundenkreis.cli import restoring

    try:
        if did := restoring.finish_if_cut_off():
            print(did, file=sys.stderr)
    except DatabaseError:
        pass  # what is wrong is said below
    trouble = readiness.look(thorough=True).trouble
    if trouble:
        raise CommandError(trouble)


def person(email: str) -> User:
    """The active person with an address; CommandError if there is none."""
    from kundenkreis.staff.models import User

    found = User.objects.living().filter(email__iexact=email.strip(), is_active=True).first()
    if found is None:
        raise CommandError(f"There is no active person with the address {email}.")
    return found
