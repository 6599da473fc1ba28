"""The weights fitted to the house: u from pairs drawn by chance, m and the shift from what people decided, both smoothed towards the shipped.

Smoothing is that of a Dirichlet prior: the shipped probabilities count as so many pairs that somebody has seen before. Everything is
counted, nothing is drawn anew, so the same house gives the same weights.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from kundenkreis.quality.matching import engine
from kundenkreis.quality.matching.comparisons import UNKNOWN, Matched
from kundenkreis.quality.matching.scoring import Likeness
from kundenkreis.quality.matching.weights import Weights, as_probability

SAMPLE = 700  # records of which every pair is looked at
PAIRS_BEFORE = 20_000  # so many pairs by chance are the shipped u worth
DECISIONS_BEFORE = 60  # so many decisions are the shipped m worth
ENOUGH = 30  # decisions of the same kind before any are learnt from
SHIFT_SPREAD = 2.0  # bits by which the house's pairs may be expected to differ from the model
MOST_SHIFT = 6.0
Counts = Mapping[str, Mapping[str, int]]
"""field → level → how many pairs."""


def by_chance(con: Any, matched: Matched, weights: Weights | None = None, before: float = 0.0) -> Counts:
    """How pairs of different records agree, among `SAMPLE` of those that are loaded, chosen by their numbers.

    With weights a pair that they take for the same one (from `before`, in bits, on) is no pair of different records: after a second import
    of a small base every other record has a twin, whose agreement would otherwise pass for chance.
    """
    drawn = f"SELECT * FROM {engine.TRAITS} ORDER BY hash(id), id LIMIT {SAMPLE}"  # noqa: S608
    con.execute(f"CREATE OR REPLACE TEMP TABLE sampled AS {drawn}")
    names = [name for making in matched.kind.makings for name in making.names]
    columns = ", ".join(f"l.{name} AS {name}_l, r.{name} AS {name}_r" for name in names)
    levels = ", ".join(f"{engine.level_sql(one)} AS {one.field}" for one in matched.comparisons)
    paired = f"SELECT {columns} FROM sampled l JOIN sampled r ON l.id < r.id"  # noqa: S608
    con.execute(f"CREATE OR REPLACE TEMP TABLE chance AS SELECT {levels} FROM ({paired})")  # noqa: S608
    if weights is not None:
        con.execute(f"DELETE FROM chance WHERE {before} + {_bits_sql(matched, weights)} >= 0")  # noqa: S608
    counts: dict[str, dict[str, int]] = {}
    for comparison in matched.comparisons:
        asked = f"SELECT {comparison.field} AS level, count(*) FROM chance GROUP BY 1"  # noqa: S608
        counts[comparison.field] = {level: count for level, count in con.execute(asked).fetchall() if level != UNKNOWN}
    con.execute("DROP TABLE chance")
    return counts


def _bits_sql(matched: Matched, weights: Weights) -> str:
    """What the levels of a pair weigh together, as a DuckDB expression over the columns of `chance`."""
    terms = []
    for comparison in matched.comparisons:
        levels = weights.table[comparison.field]
        steps = " ".join(f"WHEN '{level}' THEN {weights.bits(comparison.field, level)}" for level in levels)
        terms.append(f"CASE {comparison.field} {steps} ELSE 0 END")
    return " + ".join(terms)


def with_chance(weights: Weights, counts: Counts) -> Weights:
    """The weights with u as the house has it."""
    table: dict[str, dict[str, tuple[float, float]]] = {}
    for field, levels in weights.table.items():
        seen = counts.get(field, {})
        total = sum(seen.values())
        table[field] = {}
        for level, (m, u) in levels.items():
            smoothed = (seen.get(level, 0) + PAIRS_BEFORE * u) / (total + PAIRS_BEFORE)
            # What was not met in so many pairs may still be half a pair in them.
            table[field][level] = (m, max(smoothed, min(u, 0.5 / total)) if total else u)
    return replace(weights, table=table)


def with_decisions(weights: Weights, same: Sequence[Likeness], different: Sequence[Likeness]) -> Weights:
    """The weights with m as among the pairs that people found the same, and shifted so that as many are expected as were found.

    Changes nothing before there are `ENOUGH` decisions that a pair is the same.
    """
    if len(same) < ENOUGH:
        return weights
    counted: dict[str, Counter[str]] = {field: Counter() for field in weights.table}
    for likeness in same:
        for agreement in likeness.agreements:
            if agreement.level != UNKNOWN and agreement.field in counted:
                counted[agreement.field][agreement.level] += 1
    table = {
        field: {
            level: ((counted[field][level] + DECISIONS_BEFORE * m) / (counted[field].total() + DECISIONS_BEFORE), u)
            for level, (m, u) in levels.items()
        }
        for field, levels in weights.table.items()
    }
    learnt = replace(weights, table=table)
    return replace(learnt, shift=_shift(learnt, same, different) if different else 0.0)


def _shift(weights: Weights, same: Sequence[Likeness], different: Sequence[Likeness]) -> float:
    """The bits that make the model expect as many of the decided pairs to be the same as people found, held near 0 by a normal prior.

    The mode of a logistic regression with an intercept alone (Platt 1999), by Newton's method.
    """
    bits = [_again(weights, likeness) for likeness in (*same, *different)]
    shift = 0.0
    for _step in range(50):
        chances = [as_probability(one + shift) for one in bits]
        slope = len(same) - sum(chances) - shift / SHIFT_SPREAD**2
        curve = math.log(2) * sum(p * (1 - p) for p in chances) + 1 / SHIFT_SPREAD**2
        step = slope / curve
        shift = max(-MOST_SHIFT, min(MOST_SHIFT, shift + max(-1.0, min(1.0, step))))
        if abs(step) < 1e-6:
            break
    return round(shift, 3)


def _again(weights: Weights, likeness: Likeness) -> float:
    """A decided pair's weight by other weights than it had when it was found, without any shift of then."""
    return likeness.prior + sum(weights.bits(a.field, a.level) for a in likeness.agreements if a.level != UNKNOWN)
