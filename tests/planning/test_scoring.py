"""Points, axes and tiers: worked out by hand, and exactly at their edges."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kundenkreis.planning.selection.rhythm import next_review
from kundenkreis.planning.selection.scoring import Asked, Rule, Yardstick, axis, holds, points

RANGE = Asked("attractiveness", 50, "range", low=0, high=1000)
FALLING = Asked("attractiveness", 50, "range", low=100, high=0)
STEPS = Asked("attractiveness", 50, "steps", steps=((10, 25), (20, 100)))
RANK = Asked("attractiveness", 50, "rank", bounds=tuple(range(1, 101)))
JUDGED = Asked("attractiveness", 50, "judged", missing="out")


@pytest.mark.parametrize(
    ("asked", "figure", "wanted"),
    [
        (RANGE, 0, 0), (RANGE, 1000, 100), (RANGE, 1001, 100), (RANGE, -5000, 0), (RANGE, 5, 1), (RANGE, 4, 0),
        (FALLING, 0, 100), (FALLING, 100, 0), (FALLING, 101, 0), (FALLING, 25, 75),
        (STEPS, 9, 0), (STEPS, 10, 25), (STEPS, 19, 25), (STEPS, 20, 100),
        (RANK, 1, 1), (RANK, 50, 50), (RANK, 100, 100), (RANK, 0, 0), (RANK, -7, 0),
        (JUDGED, 0, 0), (JUDGED, 1, 33), (JUDGED, 2, 67), (JUDGED, 3, 100), (JUDGED, None, None),
        (RANGE, None, 0), (Asked("position", 1, "range", missing="middle"), None, 50),
        (Asked("position", 1, "range", high=10, counts=False), 10, None),
    ],
)  # fmt: skip
def test_a_figure_is_worth_so_many_points(asked, figure, wanted):
    assert points(asked, figure) == wanted


def test_an_axis_is_the_mean_by_weight_of_what_counts_and_halves_go_up():
    assert axis([100, 50], [60, 40]) == 80
    assert axis([100, None], [60, 40]) == 100
    assert axis([0, 1], [50, 50]) == 1
    assert axis([None, None], [60, 40]) is None
    assert axis([], []) is None


def test_a_rule_holds_exactly_from_its_thresholds_on():
    rule = Rule("A", attractiveness=70, position=60, cents=100_00)
    assert holds(rule, 70, 60, 100_00)
    assert not holds(rule, 69, 60, 100_00)
    assert not holds(rule, 70, 59, 100_00)
    assert not holds(rule, 70, 60, 99_99)
    below = Rule("D", attractiveness=70, below=60)
    assert holds(below, 70, 59, 0)
    assert not holds(below, 70, 60, 0)
    assert holds(below, 70, None, 0), "what is not known stays below everything"
    assert not holds(below, None, 10, 0), "and reaches nothing"
    assert not holds(Rule("C", cents=0), 90, 90, -1), "who has sent back more than she bought"


def test_the_first_rule_that_holds_makes_the_tier():
    measure = Yardstick(
        (RANGE, Asked("position", 100, "judged")),
        (Rule("A", attractiveness=70, position=60), Rule("B", attractiveness=70), Rule("C", cents=1)),
    )
    assert [(s.tier, s.rule) for s in (measure.score((1000, 3), 1), measure.score((1000, 0), 1), measure.score((0, 0), 1))] == [
        ("A", 0), ("B", 1), ("C", 2),
    ]  # fmt: skip
    none = measure.score((0, 0), 0)
    assert (none.tier, none.rule, none.points) == ("", None, (0, 0))


@given(
    st.lists(st.tuples(st.integers(-(10**13), 10**13), st.integers(1, 100)), max_size=5),
    st.integers(-(10**9), 10**9),
    st.integers(-(10**9), 10**9),
)
def test_points_and_axes_never_leave_0_to_100_and_more_is_never_worth_less(pairs, low, high):
    found = [points(Asked("position", weight, "range", low=low, high=high), figure) for figure, weight in pairs]
    assert all(one is not None and 0 <= one <= 100 for one in found)
    mean = axis(found, [weight for _figure, weight in pairs])
    assert mean is None if not pairs else min(found) <= mean <= max(found)
    known = sorted((figure, one) for (figure, _weight), one in zip(pairs, found, strict=True))
    worth = [one for _figure, one in known]
    assert worth == sorted(worth, reverse=high < low)


def test_a_review_is_due_a_years_part_after_the_last_one():
    since, last = dt.date(2026, 1, 1), dt.date(2026, 2, 1)
    assert next_review(since, None, 4) == dt.date(2026, 4, 2)
    assert next_review(since, last, 1) == dt.date(2027, 2, 1)
    assert next_review(since, last, None) is None
