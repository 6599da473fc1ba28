"""The statistical baseline, against figures worked out by hand."""

import numpy as np
import pytest

from kundenkreis.forecast import accuracy, baseline, combining
from kundenkreis.forecast.accuracy import Case
from kundenkreis.forecast.baseline import AGES, ENOUGH, Anew, Cell, Deals, Future, Odds, Standing, Stays
from kundenkreis.forecast.combining import Before

pytestmark = pytest.mark.once
INF = np.inf


def stays(*rows):
    """(opportunity, stage, since, until, won_at, value) each, all of one owner."""
    columns = list(zip(*rows, strict=True))
    ints, floats = [np.array(c) for c in columns[:2]], [np.array(c, dtype=float) for c in columns[2:]]
    return Stays(*ints, *floats, np.ones(len(rows), dtype=np.int64))


def many(count, *, won, stage=1, days=10.0, first=0):
    """So many that stood from day 0 to `days` and ended, the first `won` of them won."""
    return [(first + n, stage, 0.0, days, days if n < won else INF, 100.0) for n in range(count)]


def test_the_share_is_that_of_days_on_which_the_win_was_near_enough():
    # Ten days each, horizon 4: a won one could be called for on its last 4 of 10 days. 12 of 40 won: .3 × .4 of all days.
    odds = baseline.learn(stays(*many(40, won=12)), as_of=100.0, horizon=4.0)
    assert odds is not None
    assert odds.whole.share == pytest.approx(0.12)
    assert odds.cells[1, 0] == Cell(pytest.approx(0.12), 40)
    # With a horizon longer than any stay every day of a won one counts.
    assert baseline.learn(stays(*many(40, won=12)), 100.0, 20.0).whole.share == pytest.approx(0.3)


def test_what_is_still_open_is_no_loss_and_nothing_later_is_known():
    rows = [*many(40, won=20), (99, 1, 95.0, INF, INF, 100.0), (98, 1, 50.0, 120.0, 120.0, 100.0)]
    odds = baseline.learn(stays(*rows), as_of=100.0, horizon=10.0)
    # The one of day 95 has no moment whose 10 days are over. The one won on day 120 stood for 40 known days, none of them near its win.
    assert odds.whole.number == 41
    assert odds.whole.share == pytest.approx(20 * 10 / (40 * 10 + 40))
    again = baseline.learn(stays(*rows[:-1], (98, 1, 50.0, INF, INF, 100.0)), 100.0, 10.0)
    assert again.whole.share == odds.whole.share


def test_of_a_period_to_come_only_what_is_won_in_it_counts():
    # 20 days each. On days 6 to 15 the win lies more than 5 and at most 14 days away.
    odds = baseline.learn(stays(*many(40, won=40, days=20.0)), 100.0, 14.0, 5.0)
    assert odds.whole.share == pytest.approx(9 / 20)
    new = baseline.anew(deals((0, 1, False, 1, 1), (8, 15, True, 100, 1), (8, 12, True, 9, 1)), 28.0, 14.0, 5.0)
    assert new.sums[:, 0].tolist() == [0, 100]  # from day 7 on: day 12 is not more than five days later


def test_past_forecasts_say_how_far_off_they_were():
    week = [(7.0 * n, 7.0 * n + 5) for n in range(60)]
    rows = [
        (n * 2 + k, 1, since, until, until if k else INF, 10.0) for n, (since, until) in enumerate(week) for k in (0, 1)
    ]
    past = deals(*[(row[2], row[3], row[4] < INF, 10.0, 1) for row in rows])
    past_ones = combining.before(stays(*rows), past, 400.0, 28.0)
    assert (past_ones.number, past_ones.days) == (combining.MOST_ERRORS, 28.0)
    assert past_ones.apart == pytest.approx(1 + 23 * 7 / 28)
    assert past_ones.factors == pytest.approx(np.ones(past_ones.number), abs=0.3)
    low, high = past_ones.span()
    assert 0.7 < low <= 1 <= high < 1.3
    assert combining.before(stays(*rows[:70]), past, 100.0, 90.0).span() is None


def test_what_failed_less_weighs_more_and_the_span_is_that_of_the_errors():
    came = np.full(9, 100.0)
    one = Before(np.full(9, 50.0), np.full(9, 100.0), came, 30.0, 9.0)
    assert one.weight == 0  # the time before was right each time
    assert one.factors == pytest.approx(np.ones(9))
    half = Before(np.full(9, 50.0), np.full(9, 200.0), came, 30.0, 9.0)
    assert half.weight == pytest.approx(0.5)  # both a factor of two off
    assert half.factors == pytest.approx(np.full(9, 100 / 125))
    told = 100 / np.array([0.5, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.5, 2.0])
    spread = Before(told, told, came, 30.0, 9.0)
    assert spread.span() == (0.5, 2.0)  # 8 of 9 are not enough: (1 + 1/9) × 80 % are asked for
    assert Before(*(np.tile(column, 10) for column in (told, told, came)), 30.0, 90.0).span() == (0.5, 2.0)
    assert Before(told, told, came, 30.0, 3.9).span() is None
    many = 100 / np.linspace(0.5, 1.5, 101)
    low, high = Before(many, many, np.full(101, 100.0), 30.0, 101.0).span()
    assert (low, high) == (pytest.approx(0.59, abs=0.011), pytest.approx(1.41, abs=0.011))


def test_the_parts_come_to_the_whole_when_both_are_combined():
    future = Future(np.array([1, 2]), np.array([[60.0] * 5000, [40.0] * 5000]))
    past = Before(np.full(9, 50.0), np.full(9, 200.0), np.full(9, 100.0), 30.0, 9.0)
    whole = combining.combined(future, 200.0, past)
    assert whole.expected == pytest.approx(150.0)  # half of 100 and half of 200
    assert whole.means == pytest.approx([90.0, 60.0])
    assert whole.band == pytest.approx((150 * 0.8, 150.0))
    drawn = np.percentile(whole.draws.sum(axis=0), [10, 90])
    assert drawn == pytest.approx((120, 150), rel=0.02)
    alone = combining.combined(future, 200.0, Before())
    assert (alone.expected, alone.band) == (pytest.approx(100.0), None)


def test_classes_of_age_share_a_stay():
    odds = baseline.learn(stays(*many(40, won=40, days=44.0)), as_of=200.0, horizon=20.0)
    assert [odds.cells[1, index].share for index in range(3)] == [0, pytest.approx(6 / 16), 1]
    assert list(baseline.age_class(np.array([0.0, 14.0, 14.1, 400.0]))) == [0, 0, 1, len(AGES) - 1]


def test_few_are_asked_of_a_larger_cell_and_too_few_say_nothing():
    odds = baseline.learn(stays(*many(30, won=15), *many(5, won=5, stage=2, first=50)), 100.0, 20.0)
    assert odds.of(1, 0)[1] == "cell"
    assert odds.of(1, 5)[1] == "stage"
    assert odds.of(2, 0) == (odds.whole, "whole")
    assert baseline.learn(stays(*many(ENOUGH - 1, won=15)), 100.0, 20.0) is None


def test_large_ones_that_are_lost_more_often_weigh():
    rows = [(n, 1, 0.0, 10.0, 10.0 if n < 20 else INF, 100.0 if n < 20 else 300.0) for n in range(40)]
    odds = baseline.learn(stays(*rows), 100.0, 20.0)
    assert (odds.whole.share, odds.size) == (0.5, 0.5)  # a quarter of the money, half of the number


def spread(draws):
    low, high = np.percentile(draws, combining.BAND)
    return low, draws.mean(), high


def deals(*rows):
    opened, closed, won, value, owner = zip(*rows, strict=True)
    return Deals(
        np.array(opened, float), np.array(closed, float), np.array(won), np.array(value, float), np.array(owner)
    )


def test_what_comes_anew_was_opened_and_won_within_the_time():
    history = deals((0, 1, False, 5, 1), (8, 15, True, 100, 1), (8, 40, True, 1000, 1), (30, 33, True, 7, 2))
    new = baseline.anew(history, as_of=42.0, horizon=14.0)
    # Weeks that begin on 28, 21, 14 and 7: within 14 days after them.
    assert list(new.owners) == [1, 2]
    assert new.sums.tolist() == [[0, 7], [0, 7], [0, 0], [100, 0]]
    assert not new.seasonal


def test_with_two_years_only_the_same_season_is_asked():
    history = deals(*[(day, day + 1, True, 1.0, 1) for day in range(0, 1000, 10)])
    new = baseline.anew(history, as_of=990.0, horizon=30.0)
    assert new.seasonal
    begins = [990 - 30 - 7 * n for n in range(138)]
    assert new.weeks == sum(abs((990 - day + 182.6) % 365.25 - 182.6) <= 45 for day in begins)


def test_the_futures_come_to_what_is_expected_and_are_the_same_each_time():
    standing = Standing(np.full(400, 1), np.full(400, 5.0), np.full(400, 10.0), np.repeat([1, 2], 200))
    odds = Odds({(1, 0): Cell(0.25, 100_000)}, {}, Cell(0.25, 100_000))
    new = Anew(np.array([2, 3]), np.tile([0.0, 50.0], (10, 1)))
    future = baseline.draw(standing, odds, new)
    assert list(future.owners) == [1, 2, 3]
    low, expected, high = spread(future.draws.sum(axis=0))
    # 400 × .25 × 10, and 50 anew; the deviation of the binomial is √(400 × .25 × .75) × 10 = 86.6, and 80 % lie within 1.28 of it.
    assert expected == pytest.approx(1050, abs=10)
    assert (low, high) == (pytest.approx(1050 - 111, abs=15), pytest.approx(1050 + 111, abs=15))
    assert future.levels == {"cell": 400, "stage": 0, "whole": 0}
    assert (baseline.draw(standing, odds, new).draws == future.draws).all()


def test_few_cases_make_a_wide_band():
    standing = Standing(np.full(400, 1), np.full(400, 5.0), np.full(400, 10.0), np.full(400, 1))
    none = Anew(np.array([], dtype=np.int64), np.zeros((0, 0)))
    wide, narrow = (
        spread(baseline.draw(standing, Odds({}, {}, Cell(0.25, number)), none).draws[0]) for number in (30, 30_000)
    )
    assert wide[2] - wide[0] > 3 * (narrow[2] - narrow[0])


def test_accuracy_by_hand():
    cases = [Case(110, 100, 80, 120), Case(150, 200, 100, 180), Case(30, 0)]
    told = accuracy.measured(cases)
    assert told.bias == pytest.approx(-10 / 300)
    assert told.mape == pytest.approx((0.1 + 0.25) / 2)
    assert (told.number, told.counted, told.coverage, told.is_few) == (3, 2, 0.5, True)
    assert accuracy.measured([]) == accuracy.Accuracy(0)
