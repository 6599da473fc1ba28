"""Sums over sorted columns, against the same worked out row by row."""

from __future__ import annotations

import datetime as dt
import itertools
import math
import random
from collections import defaultdict
from decimal import Decimal as D

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from kundenkreis.insights import columns, heads, products
from kundenkreis.insights.columns import DAY, MONEY, number_of
from kundenkreis.insights.computing import Basis
from kundenkreis.insights.groups import Groups
from kundenkreis.insights.products import Assortment
from kundenkreis.insights.windows import windows

TODAY = dt.date(2026, 3, 2)
BASIS = Basis(windows(TODAY, dt.date(2020, 1, 1)))
DAY_NUMBER = number_of(TODAY)
FAMILY_OF = {"product": np.array([1, 2, 3, 4]), "family": np.array([10, 10, 20, 20])}  # product 5 has none


# --- groups


def test_neighbours_with_the_same_keys_are_a_group():
    groups = Groups(np.array([1, 1, 1, 2, 2, 3]), np.array([7, 7, 8, 8, 8, 8]))
    values, where = np.array([1, 2, 4, 8, 16, 32]), np.array([True, False, True, False, True, True])
    assert groups.first.tolist() == [0, 2, 3, 5]
    assert groups.sizes.tolist() == [2, 1, 2, 1]
    assert groups.sums(values).tolist() == [3, 4, 24, 32]
    assert groups.sums(values, where).tolist() == [1, 4, 16, 32]
    assert groups.counts(where).tolist() == [1, 1, 1, 1]
    assert groups.firsts(values, ~where).tolist() == [2, 0, 8, 0]
    assert groups.lasts(values, where).tolist() == [1, 4, 16, 32]
    assert groups.spread(np.array([5, 6, 7, 8])).tolist() == [5, 5, 6, 7, 7, 8]


def test_without_rows_there_are_no_groups():
    nothing = np.empty(0, "int64")
    groups = Groups(nothing, nothing)
    assert (len(groups), groups.sums(nothing).tolist(), groups.firsts(nothing, nothing > 0).tolist()) == (0, [], [])


# --- columns


@pytest.fixture
def con():
    with duckdb.connect() as con:
        con.execute("SET arrow_output_version = '1.5'")
        yield con


def test_money_comes_as_cents_and_a_day_as_a_number_and_both_go_back(con):
    found = columns.fetch(con, "SELECT 12345.67::DECIMAL(18, 2) AS amount, DATE '1970-02-01' AS day, true AS is_so")
    assert [found[name].tolist() for name in ("amount", "day", "is_so")] == [[1234567], [31], [True]]
    table = columns.as_table(found, {"amount": MONEY, "day": DAY})
    con.register("back", table)
    assert con.execute("SELECT amount, day, is_so FROM back").fetchall() == [(D("12345.67"), dt.date(1970, 2, 1), True)]


def test_a_sum_of_money_that_needs_more_than_64_bits_is_refused(con):
    with pytest.raises(TypeError):
        columns.fetch(con, "SELECT 1::DECIMAL(38, 2) AS amount")


def test_rows_are_sorted_where_they_are_not(con):
    query = "SELECT * FROM (VALUES (2, 1), (1, 2), (1, 1)) AS t(a, b)"
    assert {k: v.tolist() for k, v in columns.fetch(con, query, ("a", "b")).items()} == {"a": [1, 1, 2], "b": [1, 2, 1]}


def test_slices_of_a_table_are_read_where_they_begin():
    table = pa.table({"amount": pa.array([D("1.00"), D("2.00"), D("3.00")], pa.decimal64(18, 2))})
    assert columns.of_table(table.slice(1))["amount"].tolist() == [200, 300]


# --- heads and products, row by row


def drawn(seed: int) -> tuple[list[tuple], list[tuple]]:
    """Orders (account, day, is credit, cents) and lines (account, product, day, bought, cents) of a few accounts."""
    dice, orders, lines = random.Random(seed), [], []
    for account in dice.sample(range(1, 100), 12):
        for _ in range(dice.choice((1, 2, 8, 30))):
            day, credit = DAY_NUMBER - dice.choice((dice.randint(0, 100), dice.randint(0, 1000))), dice.random() < 0.15
            bought = [(p, dice.randint(0, 900) * (-1 if credit else 1)) for p in dice.sample(range(1, 6), 3)]
            orders.append((account, day, credit, sum(cents for _p, cents in bought)))
            lines += [(account, p, day, not credit, cents) for p, cents in bought]
    return sorted(orders), sorted(lines)


def as_columns(rows: list[tuple], names: str) -> columns.Columns:
    return dict(zip(names.split(), map(np.array, zip(*rows, strict=True)), strict=True))


@pytest.mark.parametrize("seed", range(20))
def test_what_one_account_is_like_is_what_its_days_say(seed):
    orders, _lines = drawn(seed)
    found = heads.of_accounts(as_columns(orders, "account day is_credit amount"), BASIS)
    year = range(number_of(BASIS.windows.year.first), DAY_NUMBER + 1)
    expected = []
    for account, some in itertools.groupby(orders, key=lambda row: row[0]):
        rows = list(some)
        days = sorted({day for _a, day, credit, _c in rows if not credit})
        if not days:
            continue
        gaps = [b - a for a, b in itertools.pairwise(days)]
        logs = [round(math.log(gap) * 1e6) for gap in gaps]
        settled = [n for n, day in enumerate(days) if n >= 2 and day <= DAY_NUMBER - 180]
        expected.append(
            {
                "account": account,
                "first_on": days[0],
                "last_on": days[-1],
                "days": len({row[1] for row in rows}),
                "order_days": len([day for day in days if day in year]),
                "revenue": sum(cents for _a, day, _c, cents in rows if day in year),
                "returned": -sum(cents for _a, day, credit, cents in rows if credit and day in year),
                "usual": sum(cents for _a, day, _c, cents in rows if day > days[-1] - 365),
                "first_amount": sum(cents for _a, day, _c, cents in rows if day == days[0]),
                "gaps": len(gaps),
                "log_sum": sum(logs),
                "log_square": sum(log * log for log in logs),
                "last_gap": gaps[-1] if gaps else 0,
                "settled": len(settled),
                "ended": len([n for n in settled if n == len(days) - 1 or gaps[n] > 180]),
            }
        )
    assert [{name: int(found[name][n]) for name in one} for n, one in enumerate(expected)] == expected
    assert len(found["account"]) == len(expected)


@pytest.mark.parametrize("seed", range(20))
def test_what_its_products_are_is_what_its_lines_say(seed):
    orders, lines = drawn(seed)
    own = heads.of_accounts(as_columns(orders, "account day is_credit amount"), BASIS)
    told = products.telling(as_columns(lines, "account product day bought amount"), own)
    of = Assortment(told, own, FAMILY_OF, BASIS)
    year = range(number_of(BASIS.windows.year.first), DAY_NUMBER + 1)
    head = {int(account): {name: int(own[name][n]) for name in own} for n, account in enumerate(own["account"])}
    by_product = defaultdict(list)
    for account, product, day, bought, cents in lines:
        if account in head and head[account]["days"] >= 3:
            by_product[account, product].append((day, bought, cents))
    lost, new, main = [], [], {}
    for (account, product), rows in sorted(by_product.items()):
        one, days = head[account], sorted({day for day, bought, _c in rows if bought})
        revenue = sum(cents for day, _b, cents in rows if day in year)
        lately = len([1 for day, bought, _c in rows if bought and day > DAY_NUMBER - 730])
        if lately >= 3 and len(days) >= 3 and revenue > 0:
            silent = one["last_on"] - days[-1]
            if silent > 60 and silent > (days[-1] - days[0]) / (len(days) - 1) * 3:
                lost.append((account, product, revenue))
        amount = sum(cents for day, _b, cents in rows if day > DAY_NUMBER - 90)
        if len(days) >= 2 and days[0] > DAY_NUMBER - 90 and one["first_on"] < DAY_NUMBER - 180 and amount > 0:
            new.append((account, product, amount))
        if revenue > 0 and revenue * 2 >= one["revenue"] and revenue > main.get(account, (0, 0))[1]:
            main[account] = (product, revenue)
    both = [n for n, account in enumerate(own["account"]) if head[int(account)]["days"] >= 3]
    assert rows_of(of.lost()) == lost
    assert rows_of(of.new()) == new
    assert [row for row in rows_of(of.main()) if row[0] in set(own["account"][both])] == [
        (account, *one) for account, one in sorted(main.items())
    ]


def test_of_a_family_given_up_all_that_was_bought_in_the_two_half_years_is_told():
    before, now = DAY_NUMBER - 365, DAY_NUMBER
    lines = [
        (7, 1, before, 500),
        (7, 2, now, 300),
        (7, 3, before, 800),
        (7, 5, before, 999),
        (8, 1, before, 1),
        (8, 2, now, 1),
    ]
    orders = sorted({(account, day, False, 0) for account, _p, day, _c in lines})
    own = heads.of_accounts(as_columns(orders, "account day is_credit amount"), BASIS)
    bought = [(account, product, day, True, cents) for account, product, day, cents in lines]
    told = products.telling(as_columns(bought, "account product day bought amount"), own)
    found = Assortment(told, own, FAMILY_OF, BASIS).halves()
    assert rows_of(found, "account item half_now half_base") == [(7, 10, 300, 500), (7, 20, 0, 800)]


def rows_of(found: columns.Columns, names: str = "account item amount") -> list[tuple]:
    return [tuple(map(int, row)) for row in zip(*(found[name] for name in names.split()), strict=True)]
