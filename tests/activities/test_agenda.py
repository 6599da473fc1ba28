"""Under which heading a day falls, and to which day something is put off."""

import datetime as dt

import pytest

from kundenkreis.activities.agenda import Agenda, snoozed
from kundenkreis.activities.models import Activity

TODAY = dt.date(2010, 12, 9)


@pytest.mark.parametrize(
    ("due", "heading"),
    [
        (dt.date(2010, 12, 8), "overdue"),
        (TODAY, "today"),
        (dt.date(2010, 12, 10), "soon"),
        (dt.date(2010, 12, 16), "soon"),
        (dt.date(2010, 12, 17), "later"),
        (None, "someday"),
    ],
)
def test_a_day_falls_under_its_heading(due, heading):
    agenda = Agenda.of([Activity(due_on=due)], TODAY)
    assert [name for name in ("overdue", "today", "soon", "later", "someday") if getattr(agenda, name)] == [heading]


def test_what_is_overdue_is_put_off_from_today():
    assert snoozed(dt.date(2010, 11, 1), TODAY, 3) == dt.date(2010, 12, 12)
    assert snoozed(None, TODAY, 1) == dt.date(2010, 12, 10)
    assert snoozed(dt.date(2010, 12, 20), TODAY, 7) == dt.date(2010, 12, 27)
