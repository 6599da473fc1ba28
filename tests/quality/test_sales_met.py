"""What a file has named of older orders is found again, and finding it does not become slower with the file."""

import random
import time
from collections import Counter

import polars as pl

from kundenkreis.quality.targets import sales_met
from kundenkreis.quality.targets.sales_met import Met


def pairs(rows):
    return pl.DataFrame(rows, schema={"order_id": pl.Int64, "product_id": pl.Int64, "n": pl.Int64}, orient="row")


def test_the_pairs_of_an_order_are_found_wherever_they_were_named(monkeypatch):
    monkeypatch.setattr(sales_met, "LARGE", 300)
    chance, met, true = random.Random(7), Met(), Counter()
    for _piece in range(200):
        rows = {(chance.randrange(400), chance.randrange(5)): chance.randrange(1, 4) for _row in range(20)}
        met.add(pairs([(*pair, n) for pair, n in rows.items()]))
        true.update(rows)
        some = set(chance.sample(range(-5, 420), 15))
        found = Counter()
        for order, product, n in met.of(some).rows():
            found[order, product] += n
        assert found == {pair: n for pair, n in true.items() if pair[0] in some}


def test_nothing_is_found_before_anything_was_named():
    assert Met().of({1, 2}).rows() == []


def test_the_last_piece_of_a_long_file_costs_no_more_than_the_first():
    met, seconds = Met(), []
    for piece in range(2_000):
        orders = range(piece * 100, piece * 100 + 100)
        began = time.process_time()
        # The file names orders in no order, so each piece spans them all.
        scattered = [(order * 7_919) % 200_000 for order in orders]
        met.of(scattered)
        met.add(pairs([(order, product, 1) for order in scattered for product in range(5)]))
        seconds.append(time.process_time() - began)
    assert len(met._frames) < 20
    assert sum(seconds[-500:]) < 4 * sum(seconds[100:600])
