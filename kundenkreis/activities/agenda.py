"""What is to be done, by when: overdue, today, the next days, later, without a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Case, Value, When

from kundenkreis.activities.models import Activity

NEXT_DAYS = 7
LATER = 30  # days to which something is put that need not be soon


@dataclass
class Agenda:
    """Open activities, each in one of five lists, soonest first."""

    overdue: list[Activity] = field(default_factory=list)
    today: list[Activity] = field(default_factory=list)
    soon: list[Activity] = field(default_factory=list)
    later: list[Activity] = field(default_factory=list)
    someday: list[Activity] = field(default_factory=list)

    @classmethod
    def of(cls, activities: Iterable[Activity], today: dt.date) -> Agenda:
        """`activities` in the order of their days; "soon" are the seven days after today."""
        agenda = cls()
        for one in activities:
            agenda._list_for(one.due_on, today).append(one)
        return agenda

    def _list_for(self, due: dt.date | None, today: dt.date) -> list[Activity]:
        if due is None:
            return self.someday
        if due < today:
            return self.overdue
        if due == today:
            return self.today
        return self.soon if due <= today + dt.timedelta(days=NEXT_DAYS) else self.later


def part_of(today: dt.date) -> Case:
    """In SQL the name of the list of `Agenda` in which an open activity stands."""
    return Case(
        When(due_on=None, then=Value("someday")),
        When(due_on__lt=today, then=Value("overdue")),
        When(due_on=today, then=Value("today")),
        When(due_on__lte=today + dt.timedelta(days=NEXT_DAYS), then=Value("soon")),
        default=Value("later"),
    )


def day_in(part: str, today: dt.date) -> dt.date | None:
    """The day that puts something into one of those lists. Raises KeyError for "overdue": nothing is put there."""
    return {
        "today": today,
        "soon": today + dt.timedelta(days=NEXT_DAYS),
        "later": today + dt.timedelta(days=LATER),
        "someday": None,
    }[part]


def snoozed(due: dt.date | None, today: dt.date, days: int) -> dt.date:
    """The day to which something is put off: `days` from today, or from its own day when that lies ahead."""
    return max(due or today, today) + dt.timedelta(days=days)
