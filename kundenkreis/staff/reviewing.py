"""Who may what, person by person, as an access review looks at it: one line for each, in a bounded number of queries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Q
from django.utils import timezone

from kundenkreis.core import clock
from kundenkreis.staff import access
from kundenkreis.staff.models import ApiToken, Team, User
from kundenkreis.staff.reviews import AccessCheck, AccessReview, rights_now
from kundenkreis.staff.roll import Roll

SILENT = dt.timedelta(days=90)  # who has not signed in for so long may not need to
STATES = ("open", "kept", "change", "changed", "silent")


@dataclass
class Line:
    """One person: what decides what she may, what her programs may, when she was last here, and what the review says of it."""

    person: User
    territories: list[str]
    stands_in_for: list[tuple[str, dt.date | None]]
    deputies: list[tuple[str, dt.date | None]]
    tokens: list[ApiToken] = field(default_factory=list)
    check: AccessCheck | None = None
    is_silent: bool = False
    has_changed: bool = False  # since somebody looked at it

    @property
    def states(self) -> set[str]:
        found = {self.check.verdict if self.check else "open"}
        return found | ({"silent"} if self.is_silent else set()) | ({"changed"} if self.has_changed else set())


def may_review(user: User, person: User | None = None) -> bool:
    return access.may(user, "access.review", person)


def lines_for(user: User, review: AccessReview | None) -> list[Line]:
    """Everybody whose access this person may review, by name. At most nine queries, however many people there are."""
    roll = Roll()
    people = [person for person in roll.people if may_review(user, person)]
    checks = {one.person_id: one for one in AccessCheck.objects.filter(review=review).select_related("by")}
    tokens, deputies, today = _tokens(timezone.now()), _deputies(roll), clock.midnight(roll.today)
    return [_line(roll, one, checks.get(one.pk), tokens, deputies, today) for one in people]


def _line(
    roll: Roll,
    person: User,
    check: AccessCheck | None,
    tokens: dict[int, list[ApiToken]],
    deputies: dict[int, list[tuple[str, dt.date | None]]],
    today: dt.datetime,
) -> Line:
    standing_in = access.standing_in(person, roll.today)
    return Line(
        person,
        roll.territories(person),
        sorted((roll.names.get(pk, "?"), until) for pk, until in standing_in.items()),
        deputies.get(person.pk, []),
        tokens.get(person.pk, []),
        check,
        is_silent=person.is_active and (person.last_login or person.created_at) < today - SILENT,
        has_changed=check is not None and check.rights != rights_now(roll, person),
    )


def _tokens(now: dt.datetime) -> dict[int, list[ApiToken]]:
    """What still opens something, by person."""
    found: dict[int, list[ApiToken]] = {}
    living = ApiToken.objects.filter(Q(expires_at=None) | Q(expires_at__gt=now), revoked_at=None)
    for token in living.order_by("user_id", "-created_at"):
        found.setdefault(token.user_id, []).append(token)
    return found


def _deputies(roll: Roll) -> dict[int, list[tuple[str, dt.date | None]]]:
    """Who stands in for whom today, by the one who is away."""
    found: dict[int, list[tuple[str, dt.date | None]]] = {}
    for deputy in roll.people:
        for person, until in access.standing_in(deputy, roll.today).items():
            found.setdefault(person, []).append((str(deputy), until))
    return found


def narrowed(lines: Iterable[Line], *, text: str = "", role: str = "", team: int = 0, state: str = "") -> list[Line]:
    """Those whose name or mail address has all the words, of a role, of a team and those below it, in one of STATES."""
    words = text.lower().split()
    teams = access.below(Team, {team}) if team else None
    return [
        line
        for line in lines
        if all(word in f"{line.person} {line.person.email}".lower() for word in words)
        and (not role or line.person.role == role)
        and (teams is None or line.person.team_id in teams)
        and (not state or state in line.states)
    ]
