"""People who work here, and their teams. They cannot sign in until an administrator gives them a password."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from django.contrib.auth.hashers import make_password
from django.utils.translation import gettext_lazy as _

from kundenkreis.core.models import House
from kundenkreis.quality.fields import FieldSpec
from kundenkreis.quality.targets import references
from kundenkreis.quality.targets.base import Job, MatchKey, Outcome, Problem, Target
from kundenkreis.quality.targets.records import Key, Records, Row
from kundenkreis.staff.models import Team, User
from kundenkreis.staff.roles import Role

FIELDS = (
    FieldSpec("full_name", _("full name"), synonyms=("name", "sales agent", "mitarbeiter", "employee")),
    FieldSpec("first_name", _("first name"), synonyms=("vorname",)),
    FieldSpec("last_name", _("last name"), synonyms=("nachname",)),
    FieldSpec("email", _("e-mail"), "email"),
    FieldSpec("role", _("role"), synonyms=("rolle",)),
    FieldSpec("team", _("team"), synonyms=("abteilung",)),
    FieldSpec("region", _("team above"), synonyms=("regional office", "region", "niederlassung")),
    FieldSpec("manager", _("manager"), synonyms=("vorgesetzter", "supervisor")),
    FieldSpec("job_title", _("job title"), synonyms=("funktion",)),
    FieldSpec("phone", _("phone"), "phone"),
    FieldSpec("language", _("language"), "language"),
)
OWN = {"full_name", "region", "manager"}


class People(Records):
    model = User
    fields = FIELDS
    columns_of = {spec.name: spec.name for spec in FIELDS if spec.name not in OWN}
    lenient = frozenset({"phone"})

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        self.demoted: set[int] = set()  # administrators whom this run gives another role

    def key_of(self, row: Row) -> Key | None:
        return (row.values["email"].lower(),) if "email" in row.values else None

    def find(self, keys: Sequence[Key]) -> dict[Key, list[int]]:
        return self.by_column("email", keys)

    def refer(self, rows: list[Row], outcome: Outcome) -> list[Row]:
        good = []
        for row in rows:
            self._complete(row)
            if "last_name" in row.values:
                good.append(row)
            else:
                self.refuse(outcome, row, "full_name", "missing")
        self._managers(good, outcome)
        teams = self._teams(good, outcome)
        for row in good:
            if name := row.values.pop("team", None) or self._team_of(row):
                row.values["team"] = teams[name].pk
        return good

    def _complete(self, row: Row) -> None:
        """First and last name out of the full one; an address out of both where the option `mail_domain` is given."""
        values = row.values
        if name := values.pop("full_name", None):
            first, _space, last = name.rpartition(" ")
            values.setdefault("last_name", last)
            if first:
                values.setdefault("first_name", first)
        known = references.people([f"{values.get('first_name', '')} {values.get('last_name', '')}".strip()])
        if "email" not in values and known:
            values["email"] = next(iter(known.values())).email
        elif "email" not in values and (domain := self.job.options.get("mail_domain")) and "last_name" in values:
            values["email"] = _address(values.get("first_name", ""), values["last_name"], domain)
        if "email" in values:
            values["email"] = values["email"].lower()

    def _team_of(self, row: Row) -> str:
        """Without a team of its own, a person is in the team called after the manager, or in that of the region."""
        return row.values.get("manager") or row.values.get("region") or ""

    def _teams(self, rows: list[Row], outcome: Outcome) -> dict[str, Team]:
        """Teams that the file names, made where they are not there; the region is the team above."""
        teams = {team.name: team for team in Team.objects.living()}
        regions = dict.fromkeys(row.values["region"] for row in rows if "region" in row.values)
        above = {self._name(row): row.values.get("region", "") for row in rows if self._name(row)}
        for names in (list(regions), [name for name in above if name not in regions]):
            new = [
                Team(name=name[:100], parent=teams.get(above.get(name, "")) if name not in regions else None)
                for name in names
                if name not in teams
            ]
            if new:
                outcome.kept.append(self.job.add_records(new))
                outcome.counts["teams_added"] += len(new)
                teams |= {team.name: team for team in new}
        return teams

    def _name(self, row_or_attname: Row | str) -> str:  # type: ignore[override]
        if isinstance(row_or_attname, str):
            return super()._name(row_or_attname)
        return row_or_attname.values.get("team") or self._team_of(row_or_attname)

    def _managers(self, rows: list[Row], outcome: Outcome) -> None:
        """Managers who stand only beside their people become people themselves, as heads of sales."""
        if not (self.job.may_add and self.job.options.get("mail_domain")):
            return
        names = list(dict.fromkeys(row.values["manager"] for row in rows if "manager" in row.values))
        known = references.people(names)
        own_rows = {f"{row.values.get('first_name', '')} {row.values.get('last_name', '')}".strip() for row in rows}
        new = []
        for name in names:
            if name in known or name in own_rows:
                continue
            first, _space, last = name.rpartition(" ")
            user = self._new_user()
            user.first_name, user.last_name, user.role = first, last, Role.HEAD_OF_SALES
            user.email = _address(first, last, self.job.options["mail_domain"])
            new.append(user)
        if new:
            outcome.kept.append(self.job.add_records(new))
            outcome.counts["managers_added"] += len(new)

    def forbid(self, row: Row, differs: set[str]) -> Problem | None:
        """Whatever a file says, one active administrator remains."""
        person = row.record
        if "role" not in differs or person.role != Role.ADMINISTRATOR or not person.pk or not person.is_active:
            return None
        administrators = User.objects.living().filter(role=Role.ADMINISTRATOR, is_active=True)
        if self.job.write:
            administrators = administrators.select_for_update()
        if not set(administrators.values_list("pk", flat=True)) - self.demoted - {person.pk}:
            return Problem(row.number, "role", "last_administrator", {"value": str(person)})
        self.demoted.add(person.pk)
        return None

    def make(self, row: Row) -> User:
        return self._new_user()

    def _new_user(self) -> User:
        role = self.job.options.get("role") or Role.READ_ONLY
        return User(password=make_password(None), role=role, language=House.current().language)


def _address(first: str, last: str, domain: str) -> str:
    def plain(name: str) -> str:
        text = unicodedata.normalize("NFKD", name.lower().replace("ß", "ss")).encode("ascii", "ignore").decode()
        return re.sub(r"[^a-z0-9]+", "-", text).strip("-")

    return ".".join(part for part in (plain(first), plain(last)) if part) + f"@{domain}"


TARGET = Target(
    name="people",
    label=_("People and teams"),
    fields=FIELDS,
    keys=(MatchKey("email", _("e-mail, or full name"), ()),),
    needs=("people.add", "people.change"),
    loader=People,
    row_model="staff.user",
)
