"""`kundenkreis insights`: what it prints for people and for programs, what it looks back to, and how it says that it could not."""

from __future__ import annotations

import fcntl
import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from kundenkreis.insights.facts import store
from kundenkreis.insights.models import Kind, Run, Signal
from tests.insights.conftest import TODAY, days_ago, facts_folder, sell, shop  # noqa: F401

pytestmark = pytest.mark.django_db


def said(*options: str) -> str:
    out = StringIO()
    call_command("insights", *options, stdout=out, stderr=StringIO())
    return out.getvalue()


def told(*options: str) -> dict:
    return json.loads(said(*options, "--json"))


@pytest.fixture
def weekly(shop, sell):  # noqa: F811
    """Lindner ordered every week for half a year and stopped 80 days ago; Brauneis goes on."""
    for n in range(26):
        sell(shop.lindner, days_ago(80 + 7 * n), lantern=2)
        sell(shop.brauneis, days_ago(14 * n), candle=1)
    return shop


def test_it_recomputes_and_says_what_changed(weekly):
    answer = told()
    run = Run.latest()
    assert (answer["run"], answer["as_of"], answer["full"]) == (run.pk, TODAY.isoformat(), True)
    assert answer["raised"] == Signal.objects.count() > 0
    assert answer["accounts"] == 2
    assert told()["full"] is False
    assert told("--full")["full"] is True
    line = said()
    assert line == "As of 2026-03-02: 2 accounts, 0 computed; signals: 0 raised, 0 changed, 0 closed.\n"


def test_a_past_day_is_shown_without_what_came_later_and_nothing_is_stored(weekly):
    before = told("--as-of", days_ago(82).isoformat())["signals"]
    assert Kind.MISSED_ORDER not in {one["kind"] for one in before}
    answer = told("--as-of", days_ago(20).isoformat())
    assert answer["as_of"] == days_ago(20).isoformat()
    missed = [one for one in answer["signals"] if one["kind"] == Kind.MISSED_ORDER]
    assert [one["account"] for one in missed] == [weekly.lindner.pk]
    assert missed[0]["figures"]["last_on"] == days_ago(80).isoformat()
    assert (Signal.objects.count(), Run.objects.count()) == (0, 0)
    words = said("--as-of", days_ago(20).isoformat())
    assert words.startswith(f"As of {days_ago(20)}: {len(answer['signals'])} signals.\n  missed_order: 1\n")
    assert weekly.lindner.number in words


def test_the_back_test_is_printed_with_its_intervals(weekly):
    day = days_ago(60).isoformat()
    with pytest.raises(CommandError, match="nothing to compare"):  # its 90 days are not over
        said("--back-test", day)
    weekly.extra["day"] = days_ago(95).isoformat()
    with pytest.raises(CommandError, match="nothing to compare"):  # nobody had missed an order by then
        said("--back-test", weekly.extra["day"])


def test_a_back_test_with_an_alert_says_how_many_stayed_away(weekly, sell):  # noqa: F811
    for n in range(10):
        sell(weekly.lindner, days_ago(400 + 7 * n), lantern=2)
    day = days_ago(330)
    sell(weekly.brauneis, days_ago(700), candle=1)
    answer = told("--back-test", day.isoformat())
    assert (answer["as_of"], answer["until"]) == (day.isoformat(), days_ago(240).isoformat())
    assert answer["all_"]["alerted"] == {"hits": 0, "cases": 1}
    assert "of those alerted                     0 of      1 =   0.0%" in said("--back-test", day.isoformat())


@pytest.mark.parametrize("option", ["--as-of", "--back-test"])
@pytest.mark.parametrize("day", ["yesterday", "2010-13-01", ""])
def test_a_day_that_is_none_is_refused(db, option, day):
    with pytest.raises(CommandError, match="invalid _date value"):
        said(option, day)


def test_a_second_run_at_the_same_time_is_refused_with_a_failing_code(weekly):
    folder = store.folder()
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(CommandError, match="Another recomputation is at work") as refused:
            said()
    assert refused.value.returncode == 1
    assert not Run.objects.exists()
