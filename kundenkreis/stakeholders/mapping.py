"""The map of an account or its group as of a day: who is on it, who reports to whom, who listens to whom."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from kundenkreis.core import clock
from kundenkreis.customers.discretion import within_reach
from kundenkreis.customers.models import Contact, Position
from kundenkreis.customers.models.dated import holding
from kundenkreis.fields.picks import said
from kundenkreis.staff.models import User
from kundenkreis.stakeholders import reporting
from kundenkreis.stakeholders.models import Counterpart, InfluenceLine, Judgement, Stakeholder
from kundenkreis.stakeholders.models.people import Attitude

MOST = 300  # people on one sheet


@dataclass
class Person:
    """Somebody on the map with what was judged of her until the day. `is_named`: whether the reader may know who she is."""

    stakeholder: Stakeholder
    is_named: bool = True
    job_title: str = ""
    is_outside: bool = False  # works neither at the account nor in its group
    role: str = ""
    attitude: int | None = None
    influence: int | None = None
    relationship: int | None = None
    superior: int | None = None  # closed up over people who are not shown
    counterpart: User | None = None

    @property
    def pk(self) -> int:
        return self.stakeholder.pk

    @property
    def contact(self) -> Contact:
        return self.stakeholder.contact

    @property
    def role_label(self) -> str:
        return said("opportunities.role", self.role) if self.role else ""

    @property
    def attitude_label(self) -> str:
        return str(Attitude(self.attitude).label) if self.attitude is not None else ""


@dataclass
class Map:
    day: dt.date
    people: dict[int, Person] = field(default_factory=dict)
    lines: list[InfluenceLine] = field(default_factory=list)
    days: list[dt.date] = field(default_factory=list)  # on which something changed, the first one first
    more: int = 0  # people who did not fit on the sheet

    @property
    def roles(self) -> list[str]:
        return [one.role for one in self.people.values() if one.role]


def map_of(accounts: Collection[int], user: Any, on: dt.date | Callable[[list[dt.date]], dt.date] | None = None) -> Map:
    """The map as of a day, or of the day that `on` chooses from those on which something changed; as of today without one.

    Seven queries, however many people. What closes a circle by an accident is cut when it is drawn (`tree`).
    """
    rows = list(_everybody(accounts))
    facts, lines = list(_facts([one.pk for one in rows])), list(_lines([one.pk for one in rows]))
    days = _days(rows, facts, lines)
    day = on(days) if callable(on) else on or clock.today()
    shown = [one for one in rows if one.is_on(day) and one.contact.deleted_at is None]
    shown.sort(key=lambda one: (-(one.influence or 0), one.contact.key, one.pk))
    found = Map(day, days=days, more=max(0, len(shown) - MOST))
    named = within_reach(user, Contact, [one.contact_id for one in shown] or [0])
    found.people = {one.pk: Person(one, one.contact_id in named) for one in shown[:MOST]}
    _judge(found, facts, day)
    _close_up(found, facts, day)
    _place(found, accounts, day)
    _meet(found, day)
    found.lines = [
        one for one in lines if _holds(one, day) and {one.stakeholder_id, one.influenced_id} <= found.people.keys()
    ]
    return found


_SHOWN = ("account_id", "contact_id", "since", "until", "deleted_at", "influence")
_NAMED = ("title_before", "given_name", "family_name", "title_after", "key", "job_title", "deleted_at")


def _everybody(accounts: Collection[int]) -> Any:
    """Those who were there once as well: others may have reported to them."""
    rows = Stakeholder._base_manager.filter(account_id__in=list(accounts)).select_related("contact")
    return rows.only(*_SHOWN, *(f"contact__{name}" for name in _NAMED)).order_by("pk")


Fact = tuple[int, str, dt.date, int, str, int | None, int | None, int | None, int | None]


def _facts(ids: list[int]) -> Any:
    kinds = Judgement.Kind
    drawn = (kinds.REPORTS_TO, kinds.ROLE, kinds.ATTITUDE, kinds.INFLUENCE, kinds.RELATIONSHIP)
    rows = Judgement._base_manager.filter(stakeholder_id__in=ids, kind__in=drawn, deleted_at=None).order_by("on", "pk")
    return rows.values_list(
        "stakeholder_id", "kind", "on", "pk", "role", "attitude", "influence", "relationship", "superior_id"
    )


def _judge(found: Map, facts: list[Fact], day: dt.date) -> None:
    """The latest of each kind until the day; they come the oldest first."""
    for pk, kind, on, _number, role, attitude, influence, relationship, _superior in facts:
        if on > day or (one := found.people.get(pk)) is None:
            continue
        if kind == Judgement.Kind.ROLE:
            one.role = role
        elif kind == Judgement.Kind.ATTITUDE:
            one.attitude = attitude
        elif kind == Judgement.Kind.INFLUENCE:
            one.influence = influence
        elif kind == Judgement.Kind.RELATIONSHIP:
            one.relationship = relationship


def _close_up(found: Map, facts: list[Fact], day: dt.date) -> None:
    """Whoever reports to somebody not shown hangs under that one's superior."""
    lines: dict[int, list[reporting.Fact]] = {}
    for pk, kind, on, number, *_values, superior in facts:
        if kind == Judgement.Kind.REPORTS_TO:
            lines.setdefault(pk, []).append((on, number, superior))
    above = reporting.superiors_on(lines, day)
    for one in found.people.values():
        one.superior = shown_above(above, one.pk, found.people)


def shown_above(above: Mapping[int, int | None], start: int, shown: Collection[int]) -> int | None:
    at, seen = above.get(start), {start}
    while at is not None and at not in shown and at not in seen:
        seen.add(at)
        at = above.get(at)
    return at if at in shown and at not in seen else None


def _place(found: Map, accounts: Collection[int], day: dt.date) -> None:
    """What each does there; whoever does nothing there comes from outside."""
    contacts = {one.stakeholder.contact_id: one for one in found.people.values()}
    rows = Position._base_manager.filter(holding(day), contact_id__in=list(contacts), deleted_at=None)
    inside: set[int] = set()
    for contact, account, title in rows.order_by("-is_main", "pk").values_list("contact_id", "account_id", "job_title"):
        if account in accounts:
            inside.add(contact)
            contacts[contact].job_title = contacts[contact].job_title or title
    for contact, one in contacts.items():
        one.is_outside = contact not in inside
        if one.is_outside:
            one.job_title = one.contact.job_title


def _meet(found: Map, day: dt.date) -> None:
    """Our main counterpart of each."""
    rows = Counterpart._base_manager.filter(stakeholder_id__in=list(found.people), is_main=True, deleted_at=None)
    for one in (
        rows.filter(since__lte=day)
        .select_related("person")
        .only("stakeholder_id", "person__first_name", "person__last_name")
    ):
        found.people[one.stakeholder_id].counterpart = one.person


def _lines(ids: list[int]) -> Any:
    return InfluenceLine._base_manager.filter(Q(stakeholder_id__in=ids) | Q(influenced_id__in=ids), deleted_at=None)


def _holds(one: InfluenceLine, day: dt.date) -> bool:
    return one.since <= day and (one.until is None or day < one.until)


def _days(rows: list[Stakeholder], facts: list[Fact], lines: list[InfluenceLine]) -> list[dt.date]:
    days: set[dt.date | None] = {clock.today(), *(fact[2] for fact in facts)}
    for one in rows:
        if one.deleted_at is None:
            days |= {one.since, one.until}
    for line in lines:
        days |= {line.since, line.until}
    return sorted(one for one in days if one is not None and one <= clock.today())
