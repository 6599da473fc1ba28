"""Time zones: the moment that a clock shows, the hours that are left out or come twice, and how a zone is found."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from kundenkreis.core import zones


def utc(*parts: int) -> dt.datetime:
    return dt.datetime(*parts, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("shown", "zone", "moment"),
    [
        ((2026, 1, 15, 10, 0), "Europe/London", (2026, 1, 15, 10, 0)),
        ((2026, 7, 15, 10, 0), "Europe/London", (2026, 7, 15, 9, 0)),
        ((2026, 7, 15, 10, 0), "", (2026, 7, 15, 8, 0)),  # the house's
        ((2026, 3, 1, 23, 30), "America/New_York", (2026, 3, 2, 4, 30)),
        ((2026, 3, 29, 1, 59), "Europe/Vienna", (2026, 3, 29, 0, 59)),
        ((2026, 3, 29, 3, 0), "Europe/Vienna", (2026, 3, 29, 1, 0)),
        ((2026, 10, 25, 2, 30), "Europe/Vienna", (2026, 10, 25, 0, 30)),  # comes twice: the first
    ],
)
def test_what_a_clock_shows_is_one_moment(shown, zone, moment):
    assert zones.moment(dt.datetime(*shown), zone) == utc(*moment)


def test_an_hour_that_is_left_out_is_no_time():
    with pytest.raises(zones.NoSuchTime):
        zones.moment(dt.datetime(2026, 3, 29, 2, 30), "Europe/Vienna")
    # In London the clock goes on an hour earlier by its own hands.
    with pytest.raises(zones.NoSuchTime):
        zones.moment(dt.datetime(2026, 3, 29, 1, 30), "Europe/London")


def test_an_hour_that_comes_twice_is_the_second_one_after_what_comes_before_it():
    begin = utc(2026, 10, 25, 0, 45)
    assert zones.moment(dt.datetime(2026, 10, 25, 2, 30), "", not_before=begin) == utc(2026, 10, 25, 1, 30)
    assert zones.moment(dt.datetime(2026, 10, 25, 2, 30), "", not_before=utc(2026, 10, 26, 1, 0)) < begin


def test_a_zone_is_foreign_only_while_its_clocks_differ():
    assert zones.is_foreign("Europe/London", utc(2026, 1, 1))
    assert not zones.is_foreign("Europe/Berlin", utc(2026, 1, 1))
    assert not zones.is_foreign("", utc(2026, 1, 1))
    # The clocks of New York go on two weeks before ours; an hour less lies between them meanwhile.
    assert zones.local(utc(2026, 3, 15, 12), "America/New_York").hour == 8


@pytest.mark.parametrize("name", ["Europe/Nowhere", "CET", "US/Eastern", "Etc/GMT+1", "../etc/passwd"])
def test_only_zones_named_after_a_place_are_known(name):
    assert not zones.is_known(name)
    assert zones.zone(name).key == "Europe/Vienna"
    with pytest.raises(ValidationError, match="no time zone"):
        zones.check(name)


def test_a_zone_is_found_by_its_place_in_both_languages():
    with translation.override("de"):
        assert zones.found("wien")[0] == "Europe/Vienna"
        assert zones.city("Europe/Vienna") == "Wien"
    assert zones.found("london") == zones.found("belfast") == ["Europe/London"]
    assert zones.found("kalkutta") == [] != zones.found("kolkata") == zones.found("calcutta")
    assert zones.found("new york")[0] == "America/New_York"
    assert "America/Argentina/Buenos_Aires" in zones.found("buenos")
    assert zones.found("") == [] == zones.found("xyzzy")
