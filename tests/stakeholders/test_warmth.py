"""How strong relationships are, by hand; and from whose touches."""

import datetime as dt

import pytest

from kundenkreis.stakeholders import touches
from kundenkreis.stakeholders.warmth import Touch, Warmth, carried, level, warmth
from tests.stakeholders.mapped import ago, contact, met

DAY = dt.date(2026, 3, 2)


def back(days, from_them=None):
    return Touch(DAY - dt.timedelta(days=days), from_them)


@pytest.mark.parametrize(
    ("some", "points"),
    [
        # recency 1, frequency 1/12, no side known: (0.5 + 0.3/12) / 0.8 = 65.6
        ([back(0)], 66),
        # a half-life ago: (0.25 + 0.025) / 0.8 = 34.4
        ([back(90)], 34),
        # six touches, the last 90 days ago, one of two calls from them: 0.25 + 0.15 + 0.2 = 60
        ([back(90), back(100), back(110), back(120), back(90, True), back(95, False)], 60),
        # twelve from us only: 0.5 + 0.3 + 0 = 80
        ([back(number, False) for number in range(12)], 80),
        ([back(0, True)] * 12, 100),
    ],
)
def test_strength_is_as_reckoned_by_hand(some, points):
    assert warmth(some, DAY).points == points


def test_what_is_older_than_a_year_or_still_to_come_does_not_count():
    assert warmth([back(365), back(-1)], DAY) is None
    assert warmth([back(364), back(365)], DAY).count == 1
    assert [level(one) for one in (None, 29, 30, 60)] == ["none", "weak", "middling", "strong"]


def test_whoever_carries_more_than_70_percent_is_a_single_thread():
    assert carried([(1, 80), (2, 20)]) == (1, 0.8)
    assert carried([(1, 70), (2, 30)]) is None
    assert carried([]) is None


@pytest.mark.django_db
def test_touches_count_for_everybody_who_took_part(world):
    anna, max_ = contact("Anna Berg", world.lindner), contact("Max Egger", world.lindner)
    met(world, anna, 0, participants=[max_], colleagues=[world.ben])
    met(world, anna, 10, kind="call", is_incoming=True)
    met(world, anna, 10, kind="call", outcome="not_reached")
    met(world, anna, 1, kind="note")
    found = touches.cells(world.ada, [anna.pk, max_.pk])
    assert set(found) == {(who.pk, whom.pk) for who in (world.ada, world.ben) for whom in (anna, max_)}
    assert found[world.ada.pk, anna.pk] == Warmth(75, 2, ago(0), 1, 1)  # 0.5 + 0.3 × 2/12 + 0.2 = 0.75
    assert found[world.ben.pk, max_.pk].count == 1
    assert touches.cells(world.cem, [anna.pk]) == {}, "who does not see the account counts nothing there"
