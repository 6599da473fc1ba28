"""`kundenkreis token`: keys with which programs use the API as a person."""

from __future__ import annotations

import argparse
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from kundenkreis.cli.commanding import Command as BaseCommand
from kundenkreis.cli.commanding import person, refuse_unless_ready
from kundenkreis.staff import access, scopes
from kundenkreis.staff.models import ApiToken


class Command(BaseCommand):
    help = "Make, list and revoke API tokens. A token may do what its person may, within its scopes."
    examples = (
        "token create --user ada@example.com --name 'ERP sync' --scopes read,write --days 90\n"
        "token list --json\n"
        "token revoke 12"
    )
    has_json = True

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="create | list | revoke")
        create = actions.add_parser("create", help="make a token; its key is shown once")
        create.add_argument("--user", required=True, metavar="EMAIL", help="the person it works as")
        create.add_argument("--name", required=True, help="what it is for")
        create.add_argument(
            "--scopes",
            dest="asked",
            default="read",
            help="read, write, or narrower as in accounts:read; by commas (read)",
        )
        create.add_argument("--days", type=int, default=90, help="how long it is valid; 0: until it is revoked (90)")
        listing = actions.add_parser("list", help="show the tokens, never their keys")
        listing.add_argument("--user", metavar="EMAIL", help="only this person's")
        revoke = actions.add_parser("revoke", help="make a token useless at once")
        revoke.add_argument("token", type=int, help="its number, as `token list` shows it")
        for action in (create, listing, revoke):
            action.add_argument("--json", action="store_true", dest="as_json", default=argparse.SUPPRESS)

    def handle(self, *, action: str, **options: Any) -> None:
        refuse_unless_ready()
        getattr(self, action)(**options)

    def create(self, *, user: str, name: str, asked: str, days: int, as_json: bool, **_options: Any) -> None:
        wanted = [scope.strip() for scope in asked.split(",") if scope.strip()]
        if wrong := scopes.unknown(wanted) or ([] if wanted else ["(none)"]):
            areas = ", ".join(scopes.AREAS)
            raise CommandError(
                f"{wrong[0]} is no scope. Use read, write, or narrower ones such as accounts:read. Areas: {areas}."
            )
        if days < 0:
            raise CommandError("A token cannot have ended before it begins: --days is 0 or more.")
        owner = person(user)
        if not access.may(owner, "tokens.add") and any(scope.endswith("write") for scope in wanted):
            raise CommandError(f"{owner.email} may only read, and so may her token: use read, or accounts:read.")
        token, key = ApiToken.issue(user=owner, name=name, scopes=wanted, by=None, days=days or None)
        if as_json:
            self.print_json(described(token) | {"key": key})
            return
        until = f"until {token.expires_at:%Y-%m-%d}" if token.expires_at else "until it is revoked"
        self.stdout.write(f"{key}\n")
        self.stderr.write(f"Token {token.pk} for {owner.email}, valid {until}. This key is not shown again.")

    def list(self, *, user: str | None, as_json: bool, **_options: Any) -> None:
        tokens = ApiToken.objects.select_related("user")
        if user:
            tokens = tokens.filter(user=person(user))
        rows = [described(token) for token in tokens]
        if as_json:
            self.print_json(rows)
            return
        for row in rows:
            self.stdout.write(
                f"{row['id']:>5}  {row['state']:<8} {row['begins_with']}…  {row['user']}  {row['name']}  "
                f"[{', '.join(row['scopes'])}]  until {str(row['expires_at'] or 'revoked')[:10]}"
            )
        if not rows:
            self.stdout.write("There are no tokens.")

    def revoke(self, *, token: int, as_json: bool, **_options: Any) -> None:
        found = ApiToken.objects.select_related("user").filter(pk=token).first()
        if found is None:
            raise CommandError(f"There is no token {token}. `kundenkreis token list` shows them.")
        found.revoke(by=None)
        found.refresh_from_db()
        if as_json:
            self.print_json(described(found))
        else:
            self.stdout.write(f"Token {token} ({found.name}) is revoked.")


def described(token: ApiToken) -> dict[str, Any]:
    """A token as `--json` shows it; never its key."""
    if token.revoked_at:
        state = "revoked"
    elif token.expires_at and token.expires_at <= timezone.now():
        state = "expired"
    else:
        state = "valid"
    return {
        "id": token.pk,
        "state": state,
        "user": token.user.email,
        "name": token.name,
        "begins_with": token.prefix,
        "scopes": token.scopes,
        "created_at": token.created_at,
        "expires_at": token.expires_at,
        "last_used_at": token.last_used_at,
    }
