"""The last day of a request and the hours of a breach, by tables made by hand from a calendar."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from kundenkreis.core import working_days
from kundenkreis.privacy import deadlines

VIENNA = ZoneInfo("Europe/Vienna")


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-03-02", "2026-04-02"),  # Monday → Thursday of the same number
        ("2026-01-31", "2026-03-02"),  # 28 Feb 2026 is a Saturday → Monday
        ("2024-01-31", "2024-02-29"),  # leap year, a Thursday
        ("2024-01-30", "2024-02-29"),  # no 30 Feb either
        ("2025-01-31", "2025-02-28"),  # a Friday
        ("2026-08-31", "2026-09-30"),  # the last of a shorter month
        ("2025-11-24", "2025-12-24"),  # Christmas Eve is no public holiday
        ("2025-11-25", "2025-12-29"),  # 25 and 26 Dec are, then a weekend
        ("2026-03-06", "2026-04-07"),  # Easter Monday 6 April 2026
        ("2026-03-03", "2026-04-03"),  # Good Friday is none in Austria
        ("2026-04-14", "2026-05-15"),  # Ascension 14 May 2026 → Friday
        ("2026-04-25", "2026-05-26"),  # Whit Monday 25 May 2026 → Tuesday
        ("2026-05-04", "2026-06-05"),  # Corpus Christi 4 June 2026 → Friday
        ("2025-12-06", "2026-01-07"),  # Epiphany, a Tuesday
        ("2026-09-26", "2026-10-27"),  # national day, a Monday
        ("2025-12-31", "2026-02-02"),  # 31 Jan 2026 is a Saturday
    ],
)
def test_a_month_is_counted_by_the_calendar_and_ends_on_a_working_day(received, due):
    assert deadlines.due(dt.date.fromisoformat(received)) == dt.date.fromisoformat(due)


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-03-02", "2026-06-02"),  # a Tuesday
        ("2025-11-30", "2026-03-02"),  # no 30 Feb; 28 Feb 2026 is a Saturday
        ("2026-02-15", "2026-05-15"),
    ],
)
def test_two_further_months_are_counted_from_the_day_it_came(received, due):
    assert deadlines.due(dt.date.fromisoformat(received), extended=True) == dt.date.fromisoformat(due)


def test_days_for_a_check_of_identity_are_added_before_the_working_day_is_sought():
    received = dt.date(2026, 3, 2)
    assert deadlines.due(received, waited=1) == dt.date(2026, 4, 3)
    assert deadlines.due(received, waited=2) == dt.date(2026, 4, 7)  # Saturday, Easter Sunday, Easter Monday


def test_other_countries_know_weekends_only():
    assert deadlines.due(dt.date(2026, 4, 14), country="DE") == dt.date(2026, 5, 14)
    assert deadlines.due(dt.date(2026, 1, 31), country="DE") == dt.date(2026, 3, 2)


@pytest.mark.parametrize(
    ("year", "easter_monday"),
    [(2000, "2000-04-24"), (2008, "2008-03-24"), (2011, "2011-04-25"), (2024, "2024-04-01"), (2038, "2038-04-26")],
)
def test_easter_is_found(year, easter_monday):
    assert dt.date.fromisoformat(easter_monday) in working_days.holidays(year)
    assert len(working_days.holidays(year)) in (12, 13)  # Ascension fell on 1 May in 2008


@pytest.mark.parametrize(
    ("noticed", "by"),
    [
        ((2026, 3, 27, 10, 0), (2026, 3, 30, 11, 0)),  # clocks go forward on 29 March: an hour later by the wall
        ((2026, 10, 23, 10, 0), (2026, 10, 26, 9, 0)),  # and back on 25 October
        ((2026, 6, 5, 18, 30), (2026, 6, 8, 18, 30)),  # a weekend is no pause
    ],
)
def test_72_hours_are_hours(noticed, by):
    begin, end = dt.datetime(*noticed, tzinfo=VIENNA), dt.datetime(*by, tzinfo=VIENNA)
    assert deadlines.notify_by(begin) == end
    assert deadlines.hours_left(begin, begin) == 72
    assert deadlines.hours_left(begin, end) == 0
    assert deadlines.hours_left(begin, end + dt.timedelta(seconds=1)) == -1
    assert deadlines.hours_left(begin, end - dt.timedelta(minutes=59)) == 0
