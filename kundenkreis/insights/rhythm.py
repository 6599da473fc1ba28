"""An account's own order rhythm: when the next order is due, how sure that is, and whether one was missed.

The gaps between days with an order are taken as lognormal (their logarithm y as normal): gaps are positive, skewed, and vary in
proportion. Each account has its own mean and variance of y, drawn from the house's: the conjugate prior of Gelman et al., Bayesian Data
Analysis (3rd ed., 2013), section 3.3. So two gaps say little and pull the account to its peers, thirty say nearly all. The prior comes from
the accounts themselves: degrees of freedom and scale of the variances as in Smyth, "Linear models and empirical Bayes methods" (2004),
section 6.2; the spread of the means by moments. The next gap then has a Student-t in y; its 10 %, 50 % and 90 % points are the
early, expected and late day. An order is missed when the late day is past: of accounts that go on as before, one in ten is late by chance.

Whether a silent account is lost: Bayes with the house's rate of last orders against the chance of so long a gap (the idea of Schmittlein,
Morrison and Colombo, "Counting your customers", 1987, without its assumption that orders come at random).
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Z90 = 1.2815515655446004
FEWEST_GAPS = 2  # below, an account has no rhythm of its own, and no order can be missed
SMALLEST_VARIANCE = 0.01  # of ln(gap): even a standing order moves by a weekend
LONGEST = 3650  # days
MICRO = 1_000_000  # logarithms are added up as whole millionths: in any order the sum is the same


@dataclass(frozen=True)
class Peers:
    """What the house's accounts have in common, for ln(gap in days): mean, weight of the mean in gaps, variance and its weight."""

    mean: float = math.log(45)
    weight: float = 1.0
    variance: float = 0.6
    freedom: float = 6.0


def micro_log(days: Any) -> Any:
    """ln(days) in whole millionths."""
    import numpy as np

    return np.rint(np.log(days) * MICRO).astype("int64")


def fit(count: Floats, mean: Floats, square: Floats) -> Peers:
    """The prior from accounts with `count` gaps, their mean of ln(gap) and their sum of squared deviations `square`.

    Given to three digits, so that one more order in the house does not move everybody's dates.
    """
    import numpy as np

    some = count >= FEWEST_GAPS
    if some.sum() < 20:
        return Peers()
    n, m = count[some], mean[some]
    free = n - 1
    variance = np.maximum(square[some] / free, SMALLEST_VARIANCE)
    e = np.log(variance) - _digamma(free / 2) + np.log(free / 2)
    spread = float(np.mean((e - e.mean()) ** 2 * len(e) / (len(e) - 1) - _trigamma(free / 2)))
    half = _inverse_trigamma(spread) if spread > 0.02 else 50.0
    freedom = min(max(2 * half, 4.0), 100.0)
    scale = math.exp(float(e.mean()) + float(_digamma(np.array([freedom / 2]))[0]) - math.log(freedom / 2))
    pooled = float((variance * free).sum() / free.sum())
    between = max(float(np.var(m)) - pooled * float(np.mean(1 / n)), pooled / 50)
    centre = float((m / (between + pooled / n)).sum() / (1 / (between + pooled / n)).sum())
    return Peers(*(_three_digits(x) for x in (centre, pooled / between, scale, freedom)))


@dataclass(frozen=True)
class Rhythm:
    """Of many accounts: the three gaps in days (10 %, 50 %, 90 %), and the Student-t of ln(gap) that they come from."""

    early: Any
    expected: Any
    late: Any
    centre: Any
    scale: Any
    freedom: Any

    def of(self, rows: Any) -> Rhythm:
        """Of some of the accounts, by their places or a mask."""
        return Rhythm(*(getattr(self, each.name)[rows] for each in fields(self)))


def rhythm(count: Floats, mean: Floats, square: Floats, peers: Peers) -> Rhythm:
    """The predictive distribution of the next gap of each account. Whole days; at least one, at most ten years."""
    import numpy as np

    weight = peers.weight + count
    centre = (peers.weight * peers.mean + count * mean) / weight
    freedom = peers.freedom + count
    sums = peers.freedom * peers.variance + square + peers.weight * count / weight * (mean - peers.mean) ** 2
    scale = np.sqrt(sums / freedom * (1 + 1 / weight))
    reach = scale * quantile90(freedom)
    early, expected, late = (
        np.clip(np.rint(np.exp(y)), 1, LONGEST).astype("int64") for y in (centre - reach, centre, centre + reach)
    )
    return Rhythm(early, expected, late, centre, scale, freedom)


def survival(days: Floats, of: Rhythm) -> Floats:
    """The chance that a gap of an account that goes on as before is longer than so many days."""
    import numpy as np

    t = (np.log(np.maximum(days, 1)) - of.centre) / of.scale
    return student_tail(t, of.freedom)


def loss(days: Floats, of: Rhythm, last_orders: float) -> Floats:
    """The chance that the account does not come back, after so many silent days; `last_orders` is the house's share of last orders."""
    return last_orders / (last_orders + (1 - last_orders) * survival(days, of))


def missed(as_of: dt.date, last_on: dt.date, late: int, gaps: int) -> bool:
    """Whether the late day of the next order is past."""
    return gaps >= FEWEST_GAPS and last_on + dt.timedelta(days=late) < as_of


# --- Student's t, the digamma function and their kin, without a library for them ----------------------------------------


def quantile90(freedom: Floats) -> Floats:
    """The 90 % point of Student's t (Abramowitz and Stegun, 26.7.5); within .001 from 4 degrees of freedom on."""
    z, v = Z90, freedom
    g1 = (z**3 + z) / 4
    g2 = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    g3 = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    g4 = (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160
    return z + g1 / v + g2 / v**2 + g3 / v**3 + g4 / v**4


def student_tail(t: Floats, freedom: Floats) -> Floats:
    """P(T > t), by Hill, "Algorithm 395: Student's t-distribution" (1970), for at least 4 degrees of freedom."""
    import numpy as np

    a = freedom - 0.5
    b = 48 * a * a
    y = a * np.log1p(t * t / freedom)
    z = (((((-0.4 * y - 3.3) * y - 24) * y - 85.5) / (0.8 * y * y + 100 + b) + y + 3) / b + 1) * np.sqrt(y)
    tail = np.array([math.erfc(one / math.sqrt(2)) / 2 for one in np.atleast_1d(z)])
    return np.where(np.atleast_1d(t) > 0, tail, 1 - tail)


def _digamma(x: Floats) -> Floats:
    """By recurrence to x + 6 and the asymptotic series (Abramowitz and Stegun, 6.3.5 and 6.3.18)."""
    import numpy as np

    shift = sum(1 / (x + i) for i in range(6))
    y = x + 6
    return np.log(y) - 1 / (2 * y) - 1 / (12 * y**2) + 1 / (120 * y**4) - 1 / (252 * y**6) - shift


def _trigamma(x: Floats) -> Floats:
    """Likewise (6.4.6 and 6.4.12)."""
    shift = sum(1 / (x + i) ** 2 for i in range(6))
    y = x + 6
    return 1 / y + 1 / (2 * y**2) + 1 / (6 * y**3) - 1 / (30 * y**5) + 1 / (42 * y**7) + shift


def _inverse_trigamma(value: float) -> float:
    """By halving: the function falls from infinity to 0."""
    import numpy as np

    low, high = 1e-3, 1e3
    for _step in range(60):
        middle = math.sqrt(low * high)
        low, high = (middle, high) if float(_trigamma(np.array([middle]))[0]) > value else (low, middle)
    return math.sqrt(low * high)


def _three_digits(x: float) -> float:
    return float(f"{x:.3g}")
