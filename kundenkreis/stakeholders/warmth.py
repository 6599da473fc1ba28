"""How strong a relationship is, from the touches of one of us with one of them: 0 to 100, without a database.

    strength = 100 × (0.5 × recency + 0.3 × frequency + 0.2 × reciprocity)

Recency is ½ to the power of (days since the last touch ÷ 90). Frequency is the touches of the last 365 days ÷ 12, one at most: once a month
counts full. Reciprocity is twice the share that came from their side, one at most, among touches whose side is known (calls and mails); where
none is known it is left out and the other two weigh 0.625 and 0.375. Recency, frequency and reciprocity are the dimensions of tie strength in
Granovetter (1973) and Marsden and Campbell (1984), as far as touches tell of them; the weights are the house's own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

HALF_LIFE, WINDOW, FULL = 90, 365, 12  # days, days, touches a year
RECENCY, FREQUENCY, RECIPROCITY = 0.5, 0.3, 0.2
ONE_THREAD = 0.7  # whoever carries more of all strength than this is a single thread


@dataclass(frozen=True)
class Touch:
    """A day, and whether it came from their side (None: nobody knows)."""

    day: dt.date
    from_them: bool | None = None


@dataclass(frozen=True)
class Warmth:
    points: int
    count: int
    last_on: dt.date
    from_them: int
    directed: int  # touches whose side is known


def warmth(touches: Sequence[Touch], today: dt.date) -> Warmth | None:
    """None when there was no touch within the window."""
    recent = [one for one in touches if 0 <= (today - one.day).days < WINDOW]
    if not recent:
        return None
    last = max(one.day for one in recent)
    directed = [one for one in recent if one.from_them is not None]
    theirs = sum(1 for one in directed if one.from_them)
    parts = [(RECENCY, 0.5 ** ((today - last).days / HALF_LIFE)), (FREQUENCY, min(1.0, len(recent) / FULL))]
    if directed:
        parts.append((RECIPROCITY, min(1.0, 2 * theirs / len(directed))))
    points = 100 * sum(weight * value for weight, value in parts) / sum(weight for weight, _value in parts)
    return Warmth(round(points), len(recent), last, theirs, len(directed))


def carried(points: Iterable[tuple[int, int]]) -> tuple[int, float] | None:
    """Of (person, points): who carries more than 70 % of all points, and which share; None when nobody does."""
    sums: dict[int, int] = {}
    for person, some in points:
        sums[person] = sums.get(person, 0) + some
    total = sum(sums.values())
    if not total:
        return None
    who = max(sums, key=lambda one: (sums[one], -one))
    return (who, sums[who] / total) if sums[who] / total > ONE_THREAD else None


def level(points: int | None) -> str:
    """ "strong", "middling", "weak" or "none", by which a cell is drawn."""
    if points is None:
        return "none"
    return "strong" if points >= 60 else "middling" if points >= 30 else "weak"


Cells = Mapping[tuple[int, int], Warmth]
"""{(one of us, contact): how strong it is}"""
