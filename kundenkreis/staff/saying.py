"""Ways to a record, and what would have to change, as sentences in the reader's language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from kundenkreis.staff.explaining import By, Change, Ground, Kind, Want, Way
from kundenkreis.staff.models import User
from kundenkreis.staff.roles import Role
from kundenkreis.staff.roll import Roll

KINDS = {
    Kind.ROLE: lazy("the role reaches everything"),
    Kind.OWN: lazy("own"),
    Kind.DEPUTY: lazy("as a deputy"),
    Kind.SEAT: lazy("account team"),
    Kind.SEAT_DEPUTY: lazy("as a deputy in an account team"),
    Kind.TEAM: lazy("own team"),
    Kind.TEAM_BELOW: lazy("a team below hers"),
    Kind.TERRITORY: lazy("territory"),
    Kind.TERRITORY_BELOW: lazy("a territory below hers"),
    Kind.EVERYONE: lazy("everyone"),
    Kind.SHARED_TEAM: lazy("shared with the team"),
    Kind.AGREEMENT: lazy("works agreement"),
}


class Sayer:
    """Words for what `Roll`'s people reach. `told` are the accounts whose names the reader may know; others are not named."""

    def __init__(self, roll: Roll, told: Collection[int] = ()):
        self.roll = roll
        self.told = set(told)

    def ways(self, person: User, ways: list[Way]) -> list[str]:
        """A sentence for each way."""
        return [self._through(way.ground, self._way(person, way)) for way in ways]

    def wants(self, person: User, wants: list[Change]) -> list[str]:
        """A sentence for each thing that would have to change."""
        said = [self._through(change.ground, self._want(person, change)) for change in wants]
        return list(dict.fromkeys(said))

    def _through(self, ground: Ground | None, sentence: str) -> str:
        if ground is None or ground.account is None:
            return sentence
        pk, name = ground.account
        if pk not in self.told:
            return _("By an account outside your reach: %(sentence)s") % {"sentence": sentence}
        return _("By the account %(account)s: %(sentence)s") % {"account": name, "sentence": sentence}

    def _way(self, person: User, way: Way) -> str:
        if way.ground is None:
            return self._of_house(person, way)
        says: dict[By, Callable[[User, Way, Ground], str]] = {
            By.OWNER: self._owner,
            By.SEAT: self._seat,
            By.SEAT_DEPUTY: self._seat_deputy,
            By.TEAM: self._team,
            By.TERRITORY: self._territory,
        }
        return says[way.ground.by](person, way, way.ground)

    def _of_house(self, person: User, way: Way) -> str:
        if way.kind is Kind.AGREEMENT:
            return _("A works agreement lets whoever leads see it.")
        if way.kind is Kind.EVERYONE:
            return _("Everybody who can sign in sees it.")
        return _("The role %(role)s reaches everything of this kind.") % {"role": Role(person.role).label}

    def _owner(self, person: User, way: Way, ground: Ground) -> str:
        if way.stands_in_for is None:
            return _("%(name)s is the owner.") % {"name": person}
        values = {"name": person, "owner": self._name(ground.of), "until": _until(way.until)}
        return _("%(name)s stands in for %(owner)s, who is the owner%(until)s.") % values

    def _seat(self, person: User, way: Way, ground: Ground) -> str:
        values = {"name": person, "role": ground.role, "seated": self._name(ground.of), "until": _until(way.until)}
        if way.stands_in_for is None:
            return _("%(name)s is on the account team as %(role)s.") % values
        said = _("%(name)s stands in for %(seated)s, who is on the account team as %(role)s%(until)s.")
        return said % values

    def _seat_deputy(self, person: User, way: Way, ground: Ground) -> str:
        values: dict[str, Any] = {"name": person, "role": ground.role, "seated": self._name(ground.seated)}
        if way.stands_in_for is None:
            said = _("%(name)s is the deputy of %(seated)s in the account team, who is there as %(role)s.")
            return said % values
        values |= {"deputy": self._name(ground.of), "until": _until(way.until)}
        said = _("%(name)s stands in for %(deputy)s, the deputy of %(seated)s in the account team%(until)s.")
        return said % values

    def _team(self, person: User, way: Way, ground: Ground) -> str:
        values = {"name": person, "team": self._team_name(ground.of), "above": self._team_name(person.team_id)}
        if way.kind is Kind.SHARED_TEAM:
            return _("It is shared with the team %(team)s.") % values
        if way.kind is Kind.TEAM:
            return _("It belongs to %(name)s's team %(team)s.") % values
        return _("It belongs to the team %(team)s, which is below %(name)s's team %(above)s.") % values

    def _territory(self, person: User, way: Way, ground: Ground) -> str:
        values = {"name": person, "territory": self.roll.territory_names.get(ground.of, "?")}
        if way.kind is Kind.TERRITORY:
            return _("It lies in %(name)s's territory %(territory)s.") % values
        return _("It lies in the territory %(territory)s, which is below one of %(name)s's.") % values

    def _want(self, person: User, change: Change) -> str:
        values = {"name": person, "role": Role(person.role).label}
        ground = change.ground
        if ground is not None:
            values |= {
                "owner": self._name(ground.of),
                "team": self._team_name(ground.of),
                "territory": self.roll.territory_names.get(ground.of, "?"),
            }
        return str(_WANTS[change.want]) % values

    def _name(self, person: int | None) -> str:
        return self.roll.names.get(person or 0, "?")

    def _team_name(self, team: int | None) -> str:
        return self.roll.team_names.get(team or 0, "?")


_WANTS = {
    Want.ACTIVE: lazy("%(name)s cannot sign in: let her in again first."),
    Want.ROLE: lazy("The role %(role)s does not see this kind of record at all: another role would be needed."),
    Want.WIDER_ROLE: lazy("Or a role that reaches everything of this kind."),
    Want.OWNER: lazy("%(name)s becomes the owner, or the deputy of %(owner)s, who is the owner now."),
    Want.NOBODY_OWNS: lazy("%(name)s becomes the owner; it has none now."),
    Want.SEAT: lazy("%(name)s gets a place on the account team."),
    Want.TEAM: lazy("%(name)s comes into the team %(team)s or one above it, or it goes to a team of hers."),
    Want.NO_TEAM: lazy("It goes to a team of hers; it belongs to none now."),
    Want.TERRITORY: lazy("%(name)s works in the territory %(territory)s or one above it."),
    Want.NO_TERRITORY: lazy("It is put into a territory of hers; it lies in none now."),
    Want.OUT_OF_BIN: lazy("The account comes back from the bin."),
    Want.AGREEMENT: lazy("A works agreement comes into force, under which whoever leads sees it."),
    Want.SHARED: lazy("Its owner shares it with her team or with everyone."),
}


def _until(day: dt.date | None) -> str:
    return _(", until %(day)s") % {"day": date_format(day, "SHORT_DATE_FORMAT")} if day else ""
