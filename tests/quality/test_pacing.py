"""How large a piece an import stores while other people work."""

import pytest

from kundenkreis.quality import pacing
from kundenkreis.quality.pacing import Pace


def settled(seconds_of):
    """The piece to which the pace comes when a transaction of n rows takes `seconds_of(n)`, and how long that takes."""
    pace = Pace(100)
    for _piece in range(60):
        pace.note(pace.rows, seconds_of(pace.rows))
    return pace.rows, seconds_of(pace.rows)


@pytest.mark.parametrize("fixed", [0.001, 0.02, 0.03])
def test_pieces_become_as_large_as_the_time_allows_whatever_a_transaction_costs_by_itself(fixed):
    rows, seconds = settled(lambda n: fixed + n / 60_000)
    assert seconds == pytest.approx(pacing.HELD, rel=0.05)
    assert rows == pytest.approx((pacing.HELD - fixed) * 60_000, rel=0.05)


def test_one_slow_transaction_does_not_make_pieces_small_for_long():
    pace = Pace(100)
    for _piece in range(20):
        pace.note(pace.rows, pace.rows / 60_000)
    before = pace.rows
    pace.note(pace.rows, 2.0)
    assert pace.rows < before / 2
    for _piece in range(4):
        pace.note(pace.rows, pace.rows / 60_000)
    assert pace.rows > before * 0.8


def test_the_short_rest_of_a_chunk_does_not_shrink_the_next_piece():
    pace = Pace(100)
    before = pace.rows
    pace.note(3, 0.02)
    assert pace.rows == before


def test_a_database_that_is_slow_throughout_still_gets_on():
    rows, _seconds = settled(lambda _n: 0.5)
    assert rows == 100


def test_between_two_transactions_others_get_in_and_what_was_done_meanwhile_counts(monkeypatch):
    now, slept = [10.0], []
    monkeypatch.setattr(pacing.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(pacing.time, "sleep", slept.append)
    pace = Pace(100)
    pace.ended()
    now[0] += pacing.REST / 3
    pace.rest()
    now[0] += pacing.REST
    pace.rest()
    assert slept == [pytest.approx(pacing.REST * 2 / 3), 0.0]
