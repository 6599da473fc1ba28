"""Shares and lifts against numbers that were published."""

import pytest

from kundenkreis.core.proportions import Lift, Share, fisher, likeness, two_proportions


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


def test_fishers_test_gives_the_published_figures():
    """The lady tasting tea (Fisher 1935; Agresti, "Categorical Data Analysis", section 3.5), and Wikipedia's studying example."""
    assert fisher(Share(3, 4), Share(1, 4)) == pytest.approx(0.4857, abs=0.00005)
    assert fisher(Share(1, 12), Share(9, 12)) == pytest.approx(0.002759456, abs=1e-8)
    assert fisher(Share(0, 0), Share(3, 5)) == fisher(Share(0, 5), Share(0, 9)) == pytest.approx(1)


def test_two_large_groups_are_compared_by_the_published_statistic():
    """Aspirin and heart attacks (Agresti, section 3.2): X² = 25.01 with one degree of freedom, which is z = 5.00."""
    aspirin = Share(189, 11_034), Share(104, 11_037)
    assert two_proportions(*aspirin) == pytest.approx(5.69e-7, rel=0.02)
    assert likeness(*aspirin) == two_proportions(*aspirin)
    assert likeness(Share(3, 4), Share(1, 4)) == fisher(Share(3, 4), Share(1, 4))
    assert likeness(Share(0, 40), Share(0, 50)) == pytest.approx(1)
    assert likeness(Share(0, 0), Share(3, 50)) == 1
