"""Shares and lifts against numbers that were published."""

import pytest

from kundenkreis.insights.proportions import Lift, Share


@pytest.mark.parametrize(
    ("hits", "cases", "low", "high"),
    [
        # Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17 (1998), table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_the_interval_of_a_share_is_the_published_one(hits, cases, low, high):
    assert [round(one, 4) for one in Share(hits, cases).interval] == [low, high]
    # and of the other side of it, mirrored
    assert [round(one, 4) for one in Share(cases - hits, cases).interval] == pytest.approx([1 - high, 1 - low])


def test_a_share_of_nothing_is_none():
    assert (Share(0, 0).value, Share(0, 0).interval) == (None, None)


def test_the_interval_of_a_lift_is_the_published_one():
    """Aspirin and heart attacks (Agresti, "Categorical Data Analysis", section 3.1): 1.82 times as often, 1.43 to 2.30."""
    lift = Lift(Share(189, 11_034), Share(104, 11_037))
    assert lift.value == pytest.approx(1.82, abs=0.005)
    assert lift.interval == pytest.approx((1.43, 2.30), abs=0.01)  # there from rounded logarithms


@pytest.mark.parametrize(("one", "other"), [((3, 9), (0, 9)), ((3, 9), (0, 0)), ((0, 0), (3, 9))])
def test_there_is_no_lift_over_nothing(one, other):
    lift = Lift(Share(*one), Share(*other))
    assert (lift.value, lift.interval) == (None, None)


def test_a_group_without_a_hit_has_a_lift_of_none_and_no_interval():
    lift = Lift(Share(0, 9), Share(3, 9))
    assert (lift.value, lift.interval) == (0, None)
