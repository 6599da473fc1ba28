"""`kundenkreis person`: the first administrator of a new house, who then invites the others on the page *People and teams*."""

from __future__ import annotations

import argparse
import getpass
import sys
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, CommandParser
from django.db import transaction
from django.utils import translation

from kundenkreis.cli.commanding import Command as BaseCommand
from kundenkreis.cli.commanding import refuse_unless_ready
from kundenkreis.staff import joining
from kundenkreis.staff.models import User
from kundenkreis.staff.roles import Role


class Command(BaseCommand):
    help = "Add a person who can sign in, or list those who can. The password is asked for, or read from the standard input."
    examples = (
        "person add you@example.com --first-name Ada --last-name Huber\n"
        "person add ben@example.com --last-name Kern --role head_of_sales --json < password.txt\n"
        "person list --json"
    )
    has_json = True

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="add | list")
        add = actions.add_parser("add", help="add a person; the password is asked for and never shown")
        add.add_argument("email", help="the address with which she signs in")
        add.add_argument("--first-name", default="", metavar="NAME")
        add.add_argument("--last-name", required=True, metavar="NAME")
        add.add_argument("--role", default=Role.ADMINISTRATOR, choices=Role.values, help="administrator, if left out")
        listing = actions.add_parser("list", help="show the people, never their passwords")
        for action in (add, listing):
            action.add_argument("--json", action="store_true", dest="as_json", default=argparse.SUPPRESS)

    def handle(self, *, action: str, **options: Any) -> None:
        refuse_unless_ready()
        with translation.override("en"):
            getattr(self, action)(**options)

    def add(self, *, email: str, first_name: str, last_name: str, role: str, as_json: bool, **_options: Any) -> None:
        values: dict[str, Any] = {
            "email": email.strip(),
            "first_name": first_name,
            "last_name": last_name,
            "role": role,
        }
        if User.objects.filter(email__iexact=values["email"]).exists():
            raise CommandError(f"Somebody with the address {values['email']} is here already, perhaps in the bin.")
        password = asked_twice() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
        try:
            validate_password(password, User(**values))
            with transaction.atomic():
                person = joining.invite(by=None, **values)
                person.set_password(password)
                person.save(update_fields=["password"])
        except ValidationError as refused:
            raise CommandError(" ".join(refused.messages)) from refused
        if as_json:
            self.print_json(described(person))
        else:
            self.stdout.write(f"{person} can sign in now as {person.email} ({Role(person.role).label}).")

    def list(self, *, as_json: bool, **_options: Any) -> None:
        people = [described(person) for person in User.objects.living().order_by("email")]
        if as_json:
            self.print_json(people)
            return
        for one in people:
            locked = "" if one["is_active"] else "  locked"
            self.stdout.write(f"{one['id']:>5}  {one['email']}  {one['name']}  [{one['role']}]{locked}")
        if not people:
            self.stdout.write("There is nobody yet. `kundenkreis person add` adds the first administrator.")


def asked_twice() -> str:
    """The password, typed twice without being shown. Raises CommandError when the two differ."""
    password = getpass.getpass("Password (at least 12 characters): ")
    if password != getpass.getpass("The same again: "):
        raise CommandError("The two passwords differ; nobody was added.")
    return password


def described(person: User) -> dict[str, Any]:
    """A person as `--json` shows her; never a password."""
    return {
        "id": person.pk,
        "email": person.email,
        "name": person.get_full_name(),
        "role": person.role,
        "is_active": person.is_active,
    }
