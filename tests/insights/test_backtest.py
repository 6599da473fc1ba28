"""The back-test against a table that can be worked out by hand: six customers, and what each did before and after a day."""

from __future__ import annotations

import datetime as dt

import pytest

from kundenkreis.core.proportions import Share
from kundenkreis.customers.models import Account
from kundenkreis.insights import backtest, running
from kundenkreis.insights.backtest import BackTest
from kundenkreis.insights.models import Run, Signal
from tests.insights.conftest import TODAY, days_ago

DAY = days_ago(100)
# name: days between its orders, how many, how long silent on the day, and whether it orders in the 90 days after
TABLE = {
    "steady": (30, 10, 10, True),
    "stopped": (7, 10, 55, False),  # alerted, and right
    "stopped too": (7, 10, 50, False),  # alerted, and right
    "stops later": (30, 8, 5, False),  # stays away, and nobody was told
    "slow": (60, 4, 62, True),  # longer silent than those two, and no reason to worry
    "gone": (7, 10, 120, False),  # alerted, and right; a limit of 90 days would have known it as well
}


@pytest.fixture
def table(shop, sell):
    """At 100 an order, so that a customer's year is worth 100 times its orders."""
    for name, (gap, count, silent, returns) in TABLE.items():
        account = Account.add(by=None, name=name)
        for n in range(count):
            sell(account, DAY - dt.timedelta(days=silent + gap * n), lantern=2)
        if returns:
            sell(account, DAY + dt.timedelta(days=90), lantern=2)
    sell(Account.add(by=None, name="new"), DAY, lantern=2)  # without a rhythm: not watched
    sell(Account.objects.get(name="steady"), TODAY, lantern=2)


def shares(compared):
    return [(one.hits, one.cases) for one in (compared.watched, compared.alerted, compared.longest)]


def test_the_back_test_gives_what_the_table_says(table):
    tested = running.test_back(DAY)
    assert (tested.as_of, tested.until) == (DAY, DAY + dt.timedelta(days=90))
    # of six, four stayed away; the alerts named three of them; the longest silent are "gone", "slow" and "stopped"
    assert shares(tested.all_) == [(4, 6), (3, 3), (2, 3)]
    # without "gone": two alerts, both right; the longest silent are "slow" and "stopped"
    assert shares(tested.recent) == [(3, 5), (2, 2), (1, 2)]
    assert (tested.all_.over_watched.value, tested.all_.over_longest.value) == (1.5, 1.5)
    assert tested.recent.over_longest.value == 2
    # 1,000 each of the three alerted, of 3,800 that the four who stayed away bought
    assert tested.lost_revenue == round(3000 / 3800, 3)
    assert 0 < tested.promised < 1


def test_nothing_later_than_the_ninety_days_changes_it(table, sell):
    before = running.test_back(DAY)
    for name in ("stopped", "stops later"):
        sell(Account.objects.get(name=name), DAY + dt.timedelta(days=91), lantern=9)
    assert running.test_back(DAY) == before
    sell(Account.objects.get(name="stopped"), DAY + dt.timedelta(days=90), lantern=1)
    assert shares(running.test_back(DAY).recent) == [(2, 5), (1, 2), (0, 2)]


def test_it_stores_nothing(table):
    running.test_back(DAY)
    assert not Run.objects.exists() and not Signal.objects.exists()


@pytest.mark.parametrize("days", [0, 60, 82])
def test_there_is_none_before_the_ninety_days_are_over(table, days):
    assert running.test_back(days_ago(days)) is None


def test_there_is_none_without_an_alert(shop, sell):
    for days in (300, 270, 240, 210, 180, 150, 120, 60, 0):
        sell(shop.lindner, days_ago(days), lantern=1)
    assert running.test_back(DAY) is None


def test_a_test_that_was_kept_is_read_as_it_was(table):
    tested = running.test_back(DAY)
    assert BackTest.from_kept(tested.as_kept()) == tested
    assert isinstance(BackTest.from_kept(tested.as_kept()).recent.alerted, Share)


def test_the_usual_day_is_the_latest_first_of_a_month_of_which_ninety_days_are_known():
    assert backtest.usual_day(dt.date(2010, 12, 9)) == dt.date(2010, 9, 1)
    assert backtest.usual_day(dt.date(2010, 11, 30)) == dt.date(2010, 9, 1)
