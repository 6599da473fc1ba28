"""The sums of the room, by tables that can be worked out by hand or looked up."""

import datetime as dt
import math
from decimal import Decimal as D

import numpy as np
import pytest

from kundenkreis.insights import rfm, rhythm, trend
from kundenkreis.insights.rfm import Segment
from kundenkreis.insights.rhythm import Peers
from kundenkreis.insights.trend import Sold
from kundenkreis.insights.windows import Period, windows


def array(*values):
    return np.array(values, dtype="float64")


# --- windows


def test_a_year_ends_today_and_has_no_day_twice():
    w = windows(dt.date(2026, 3, 2), dt.date(2020, 1, 1))
    assert (w.year, w.before) == (
        Period(dt.date(2025, 3, 3), dt.date(2026, 3, 2)),
        Period(dt.date(2024, 3, 3), dt.date(2025, 3, 2)),
    )


def test_ninety_days_are_held_against_the_same_days_last_year():
    trended = windows(dt.date(2026, 3, 2), dt.date(2020, 1, 1)).trend
    assert trended.by_year
    assert trended.now == Period(dt.date(2025, 12, 3), dt.date(2026, 3, 2))
    assert trended.base == Period(dt.date(2024, 12, 3), dt.date(2025, 3, 2))


def test_where_last_year_is_not_recorded_the_days_before_are_the_base():
    trended = windows(dt.date(2010, 12, 9), dt.date(2009, 12, 1)).trend
    assert not trended.by_year
    assert (trended.base.first, trended.base.last) == (dt.date(2010, 6, 13), dt.date(2010, 9, 10))


def test_where_nothing_before_is_recorded_nothing_is_compared():
    assert windows(dt.date(2010, 3, 1), dt.date(2009, 12, 1)).trend is None
    assert windows(dt.date(2010, 3, 1), None).breadth is None


def test_a_leap_day_has_a_day_last_year():
    assert windows(dt.date(2024, 2, 29), dt.date(2000, 1, 1)).before.last == dt.date(2023, 2, 28)


# --- rfm


def test_equal_values_get_equal_scores():
    bounds = [1, 1, 2, 5]
    assert [rfm.score(v, bounds) for v in (0, 1, 2, 3, 5, 6)] == [1, 1, 3, 4, 4, 5]


@pytest.mark.parametrize(
    ("scores", "name"),
    [
        ((5, 5, 5), Segment.CHAMPIONS),
        ((5, 1, 1), Segment.PROMISING),
        ((4, 4, 4), Segment.LOYAL),
        ((3, 3, 3), Segment.ATTENTION),
        ((2, 4, 3), Segment.AT_RISK),
        ((1, 5, 5), Segment.CANNOT_LOSE),
        ((1, 4, 4), Segment.AT_RISK),
        ((2, 1, 1), Segment.HIBERNATING),
        ((1, 1, 1), Segment.LOST),
    ],
)
def test_three_scores_name_a_segment(scores, name):
    assert rfm.segment(*scores) == name


def test_whoever_has_ordered_once_and_lately_is_new():
    assert rfm.segment(5, 1, 5, is_new=True) == Segment.NEW


# --- rhythm


@pytest.mark.parametrize(("freedom", "point"), [(4, 1.533), (5, 1.476), (10, 1.372), (30, 1.310), (1000, 1.282)])
def test_the_ninety_per_cent_point_is_the_table_s(freedom, point):
    assert rhythm.quantile90(array(freedom))[0] == pytest.approx(point, abs=0.002)


@pytest.mark.parametrize(
    ("t", "freedom", "tail"), [(1.372, 10, 0.1), (2.228, 10, 0.025), (-1.372, 10, 0.9), (2.776, 4, 0.025), (0, 7, 0.5)]
)
def test_the_tail_of_student_s_t_is_the_table_s(t, freedom, tail):
    assert rhythm.student_tail(array(t), array(freedom))[0] == pytest.approx(tail, abs=0.0005)


def test_the_special_functions_have_their_known_values():
    assert rhythm._digamma(array(1))[0] == pytest.approx(-0.5772157, abs=1e-6)
    assert rhythm._trigamma(array(1))[0] == pytest.approx(math.pi**2 / 6, abs=1e-6)
    assert rhythm._inverse_trigamma(math.pi**2 / 6) == pytest.approx(1, abs=1e-6)


def test_many_equal_gaps_are_the_account_s_own_rhythm():
    gaps = 40
    own = rhythm.rhythm(array(gaps), array(math.log(14)), array(0.0), Peers(math.log(60), 1, 0.5, 6))
    assert own.expected[0] in (14, 15)
    assert 8 <= own.early[0] < 14 < own.late[0] <= 22


def test_an_account_without_gaps_is_what_its_peers_are():
    own = rhythm.rhythm(array(0), array(0), array(0), Peers(math.log(60), 1, 0.5, 6))
    # ln 60 plus and minus t(.9; 6) = 1.440 times the root of .5 * (1 + 1/1)
    assert (own.expected[0], own.early[0], own.late[0]) == (60, round(60 * math.exp(-1.44)), round(60 * math.exp(1.44)))


def test_two_gaps_lie_between_the_account_and_its_peers():
    own = rhythm.rhythm(array(2), array(math.log(10)), array(0.0), Peers(math.log(80), 1, 0.5, 6))
    # (1 * ln 80 + 2 * ln 10) / 3 = ln 20
    assert own.expected[0] == 20


def test_an_order_is_missed_when_its_late_day_is_past():
    last = dt.date(2026, 1, 1)
    assert not rhythm.missed(dt.date(2026, 1, 31), last, 30, 5)
    assert rhythm.missed(dt.date(2026, 2, 1), last, 30, 5)
    assert not rhythm.missed(dt.date(2026, 2, 1), last, 30, 1)


def test_the_chance_of_loss_rises_with_silence_by_bayes():
    own = rhythm.rhythm(array(10), array(math.log(14)), array(1.0), Peers())
    days = float(own.late[0])
    some, more = (rhythm.loss(array(d), own, 0.05)[0] for d in (days, 3 * days))
    # At the late day one in ten goes on: .05 / (.05 + .95 * .1)
    assert some == pytest.approx(0.05 / (0.05 + 0.95 * 0.1), abs=0.03)
    assert more > 0.8


def test_the_prior_is_found_again_in_what_was_drawn_from_it():
    dice = np.random.default_rng(7)
    count = dice.integers(3, 30, 4000)
    variance = 0.4 * 12 / dice.chisquare(12, 4000)
    centre = dice.normal(3.5, np.sqrt(variance / 2))
    draws = [dice.normal(c, math.sqrt(v), n) for c, v, n in zip(centre, variance, count, strict=True)]
    mean, square = np.array([d.mean() for d in draws]), np.array([((d - d.mean()) ** 2).sum() for d in draws])
    found = rhythm.fit(count.astype(float), mean, square)
    assert found.mean == pytest.approx(3.5, abs=0.05)
    assert found.variance == pytest.approx(0.4, rel=0.1)
    assert found.freedom == pytest.approx(12, rel=0.25)
    assert found.weight == pytest.approx(2, rel=0.25)


def test_a_house_with_few_accounts_has_the_prior_that_is_built_in():
    assert rhythm.fit(array(5), array(3), array(1)) == Peers()


# --- trend


def test_volume_and_price_are_told_apart():
    # 10 at 5 became 12 at 6: two more at the old price, and a euro more for each of the twelve.
    part = trend.contribution(Sold(1, D(10), D(50), D(12), D(72)))
    assert (part.volume, part.price, part.total) == (D(10), D(12), D(22))


def test_new_and_lost_products_are_wholly_that():
    assert trend.contribution(Sold(1, D(0), D(0), D(3), D(30))).new == D(30)
    assert trend.contribution(Sold(1, D(3), D(30), D(0), D(0))).lost == D(-30)


def test_where_returns_outweigh_sales_there_is_no_price():
    part = trend.contribution(Sold(1, D(10), D(50), D(-2), D(-10)))
    assert (part.volume, part.price) == (D(-60), D(0))


def test_the_parts_add_up_to_the_change_to_the_cent():
    sold = [Sold(n, D(n), D("10.01") * n, D(7) / D(n), D("3.33") * (n % 4) + D("0.07")) for n in range(1, 40)]
    whole = trend.altogether(trend.contributions(sold))
    assert whole.total == sum((s.amount - s.amount_before for s in sold), D(0))


def test_what_explains_most_stands_first():
    parts = trend.contributions([Sold(1, D(1), D(10), D(1), D(11)), Sold(2, D(1), D(90), D(0), D(0))])
    assert [part.product for part in parts] == [2, 1]
