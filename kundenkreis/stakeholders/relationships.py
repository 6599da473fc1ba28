"""The relationships of an account: our people by theirs, how strong each is, what is thin, and what follows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from kundenkreis.core import clock
from kundenkreis.customers.models import Account, AccountTeamMember
from kundenkreis.customers.models.dated import holding
from kundenkreis.staff import access
from kundenkreis.staff.models import User
from kundenkreis.stakeholders import touches, warmth
from kundenkreis.stakeholders.covering import KEY
from kundenkreis.stakeholders.mapping import Map, Person
from kundenkreis.stakeholders.models import Counterpart, RelationshipGrade, counts_people

MOST_OURS = 40
_THIN = ("weak", "none")
MUCH = 4  # from this influence on somebody is a key person, whatever her role


@dataclass(frozen=True)
class Cell:
    """One of us and one of them. `is_red`: she is to look after her, and it is weak or nothing at all."""

    warmth: warmth.Warmth | None
    grade: int | None = None
    graded_on: dt.date | None = None
    is_counterpart: bool = False
    is_red: bool = False

    @property
    def points(self) -> int | None:
        return self.warmth.points if self.warmth else None

    @property
    def level(self) -> str:
        return warmth.level(self.points)


@dataclass
class Sheet:
    """`ours` are the rows that the reader may see, `theirs` the columns. `is_whole`: figures about all of us may be shown."""

    ours: list[User]
    theirs: list[Person]
    cells: Mapping[tuple[int, int], Cell]  # (one of us, stakeholder)
    is_whole: bool
    best: Mapping[int, int] = field(default_factory=dict)  # stakeholder → the strongest relationship that anybody has
    threads: Sequence[str] = ()

    @property
    def keys(self) -> list[Person]:
        return [one for one in self.theirs if is_key(one)]

    @property
    def unknown(self) -> list[Person]:
        """Key people whom nobody of us knows at least middling, and who are nobody's to look after."""
        return [one for one in self.keys if one.counterpart is None and warmth.level(self.best.get(one.pk)) in _THIN]

    @property
    def covered(self) -> int:
        """How many key people somebody knows at least middling."""
        return sum(1 for one in self.keys if warmth.level(self.best.get(one.pk)) not in _THIN)


def is_key(one: Person) -> bool:
    return one.role in KEY or (one.influence or 0) >= MUCH


def sees_all(user: Any, account: Account) -> bool:
    """Figures about colleagues are for whoever leads, owns the account or has a seat on its team, and under a works agreement only."""
    if not counts_people():
        return False
    if access.may(user, "people.lead") or account.owner_id == user.pk:
        return True
    seats = AccountTeamMember._base_manager.filter(holding(clock.today()), account=account, deleted_at=None)
    return seats.filter(person=user.pk).exists()


def sheet_of(account: Account, shown: Map, user: Any) -> Sheet:
    """Eight queries beside the map's, however many people and touches."""
    theirs = [one for one in shown.people.values() if one.is_named]
    by_contact = {one.stakeholder.contact_id: one for one in theirs}
    found = touches.cells(user, by_contact)
    counterparts = {
        (one.person_id, one.stakeholder_id)
        for one in Counterpart._base_manager.filter(stakeholder_id__in=list(shown.people), deleted_at=None)
    }
    whole = sees_all(user, account)
    ids = {user.pk}
    if whole:
        ids |= touches.ours_of(found) | {person for person, _one in counterparts} | _team(account)
    ours = sorted(touches.people(ids), key=lambda one: one.pk != user.pk)[:MOST_OURS]
    grades = _grades(list(shown.people), [one.pk for one in ours])
    cells = {
        (us.pk, them.pk): _cell(us.pk, them, found.get((us.pk, them.stakeholder.contact_id)), grades, counterparts)
        for us in ours
        for them in theirs
    }
    best: dict[int, int] = {}
    for (_us, contact), one in found.items():
        pk = by_contact[contact].pk
        best[pk] = max(best.get(pk, 0), one.points)
    return Sheet(ours, theirs, cells, whole, best, _threads(found, by_contact, {one.pk: one for one in ours}, whole))


def _team(account: Account) -> set[int]:
    seats = AccountTeamMember._base_manager.filter(holding(clock.today()), account=account, deleted_at=None)
    found = set(seats.values_list("person_id", flat=True))
    return found | {account.owner_id} if account.owner_id else found


def _grades(theirs: list[int], ours: list[int]) -> dict[tuple[int, int], tuple[int, dt.date]]:
    """The latest of each pair."""
    rows = RelationshipGrade._base_manager.filter(stakeholder_id__in=theirs, person_id__in=ours, deleted_at=None)
    some = rows.order_by("on", "pk").values_list("person_id", "stakeholder_id", "grade", "on")
    return {(person, one): (grade, on) for person, one, grade, on in some}


def _cell(us: int, them: Person, found: Any, grades: Any, counterparts: set[tuple[int, int]]) -> Cell:
    grade, on = grades.get((us, them.pk), (None, None))
    mine = (us, them.pk) in counterparts
    thin = warmth.level(found.points if found else None) in _THIN
    return Cell(found, grade, on, mine, is_red=thin and mine)


def _threads(found: Any, by_contact: Mapping[int, Person], ours: Mapping[int, User], whole: bool) -> list[str]:
    """Where one person carries the relationship: of us where it may be told, of them always."""
    said = []
    mine = warmth.carried((us, one.points) for (us, _them), one in found.items())
    if mine is not None and whole and mine[0] in ours and len(by_contact) > 1:
        text = _("%(name)s carries %(share)s %% of the relationship: if she leaves us, it leaves with her.")
        said.append(text % {"name": ours[mine[0]].get_full_name(), "share": round(100 * mine[1])})
    theirs = warmth.carried((them, one.points) for (_us, them), one in found.items())
    if theirs is not None and len(by_contact) > 1:
        text = _("%(share)s %% of the relationship hangs on %(name)s alone: know more people there.")
        said.append(text % {"name": by_contact[theirs[0]].contact.full_name, "share": round(100 * theirs[1])})
    return said
