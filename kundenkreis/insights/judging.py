"""From figures to scores and signals: what needs all accounts of the house, and what is worth a sentence.

Reads the tables `found` and `details` of a DuckDB connection beside the figures, and leaves `figures`, `judged` (the figures and what was
judged of them), `scores` and `signals` there.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from kundenkreis.insights import columns, rfm, rhythm, rules
from kundenkreis.insights.columns import DAY
from kundenkreis.insights.computing import Basis
from kundenkreis.insights.rfm import SEGMENT_ORDER
from kundenkreis.insights.rhythm import FEWEST_GAPS, MICRO, Peers

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    from kundenkreis.insights.columns import Columns

QUINTILES = (0.2, 0.4, 0.6, 0.8)
SILENCE = 60  # days that a silence lasts at least
WORTH = 0.2  # of the median account's revenue: less is not worth a sentence
_READ = (
    "account",
    "first_on",
    "last_on",
    "order_days",
    "usual_days",
    "usual",
    "gaps",
    "log_sum",
    "log_square",
    "last_gap",
)
_KINDS = dict.fromkeys(("early_on", "expected_on", "late_on", "before_on"), DAY)


@dataclass(frozen=True)
class House:
    """What the accounts are held against."""

    bounds: dict[str, list[Any]]  # of the quintiles: recency (day), frequency (order days), monetary (cents)
    peers: Peers
    last_orders: float  # share of orders that were an account's last
    returns: float  # share of returns in what was sold
    revenue: float
    worth: float  # the least value of a signal
    since: str  # the first order's day; "" without one

    def as_kept(self) -> dict[str, Any]:
        bounds = {name: [str(one) for one in some] for name, some in self.bounds.items()}
        return asdict(self) | {"bounds": bounds, "peers": asdict(self.peers)}

    @classmethod
    def from_kept(cls, kept: dict[str, Any]) -> House:
        bounds = {name: [int(one) for one in some] for name, some in kept["bounds"].items()}
        return cls(**kept | {"bounds": bounds, "peers": Peers(**kept["peers"])})


def judge(con: Any, basis: Basis, figures: pa.Table, hidden: set[int], house: House | None = None) -> House:
    """Hold the figures against the `house`, or against what they say of it themselves.

    `hidden` accounts (in the bin) have scores and no signals.
    """
    import pyarrow as pa

    con.register("figures", figures)
    con.register("hidden", pa.table({"account": pa.array(sorted(hidden), pa.int64())}))
    own = columns.of_table(figures, _READ)
    own["silent"] = columns.number_of(basis.windows.as_of) - own["last_on"]
    own["is_new"] = own["first_on"] >= columns.number_of(basis.windows.year.first)
    house = house or _house(con, own)
    judged = columns.as_table({name: figures[name] for name in figures.column_names} | _judged(own, house), _KINDS)
    con.register("judged", judged)
    con.execute(f"CREATE OR REPLACE TEMP VIEW scores AS SELECT {_SCORES} FROM judged")  # noqa: S608
    con.execute(f"CREATE OR REPLACE TEMP TABLE signals AS {_signals(basis, house)}")
    return house


def _house(con: Any, own: Columns) -> House:
    import numpy as np

    def bounds(values: np.ndarray) -> list[int]:
        places = [max(0, int(np.ceil(len(values) * q)) - 1) for q in QUINTILES]
        return [int(one) for one in np.partition(values, places)[places]] if len(values) else [0, 0, 0, 0]

    rhythmic = np.flatnonzero(own["gaps"] >= FEWEST_GAPS)
    rhythmic = rhythmic[np.argsort(own["account"][rhythmic], kind="stable")]
    count, mean, square = _gaps({name: own[name][rhythmic] for name in ("gaps", "log_sum", "log_square")})
    sold, returned, revenue, median = con.execute(
        "SELECT sum(sold)::DOUBLE, sum(returned)::DOUBLE, sum(revenue)::DOUBLE, quantile_disc(revenue, 0.5)::DOUBLE"
        " FROM figures WHERE order_days > 0"
    ).fetchall()[0]
    settled, ended, since = con.execute(
        "SELECT coalesce(sum(settled), 0), coalesce(sum(ended), 0), min(first_on) FROM figures"
    ).fetchall()[0]
    return House(
        {
            "recency": bounds(-own["silent"]),
            "frequency": bounds(own["usual_days"]),
            "monetary": bounds(own["usual"]),
        },
        rhythm.fit(count, mean, square),
        # With one of each added (Laplace's rule of succession), so that a young house has a share too.
        float(f"{(ended + 1) / (settled + 2):.2g}"),
        round(returned / sold, 4) if sold else 0.0,
        round(revenue or 0.0, 2),
        max(round((median or 0.0) * WORTH, 2), 0.0),
        str(since or ""),
    )


def _gaps(own: Columns) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of ln(gap): how many, their mean, and their sum of squared deviations."""
    import numpy as np

    count = own["gaps"].astype("float64")
    some = np.maximum(count, 1)
    total, squares = own["log_sum"] / MICRO, own["log_square"] / MICRO**2
    mean = np.where(count > 0, total / some, 0.0)
    return count, mean, np.maximum(squares - count * mean**2, 0.0)


def _judged(own: Columns, house: House) -> dict[str, Any]:
    """Scores, segment, rhythm and chances of each account, column by column."""
    import numpy as np

    def scores(name: str, values: np.ndarray) -> np.ndarray:
        return 1 + np.searchsorted(np.array(house.bounds[name]), values, side="left")

    recency = scores("recency", -own["silent"])
    frequency, monetary = scores("frequency", own["usual_days"]), scores("monetary", own["usual"])
    young = own["is_new"] & (own["usual_days"] <= rfm.NEW_FREQUENCY)
    due = _due(own, house)
    is_missed = (own["gaps"] >= FEWEST_GAPS) & (own["silent"] > due.late)
    loss = np.zeros(len(is_missed))
    if is_missed.any():
        loss[is_missed] = np.round(
            rhythm.loss(own["silent"][is_missed].astype("float64"), due.of(is_missed), house.last_orders), 2
        )
    return {
        "recency": recency,
        "frequency": frequency,
        "monetary": monetary,
        "segment": _segments(young, recency, frequency, monetary),
        "early_on": own["last_on"] + due.early,
        "expected_on": own["last_on"] + due.expected,
        "late_on": own["last_on"] + due.late,
        "before_on": own["last_on"] - own["last_gap"],
        "silent": own["silent"].astype("int64"),
        "late": due.late,
        "is_missed": is_missed,
        "loss": loss,
        "is_back": _came_back(own, house),
    }


def _due(own: Columns, house: House) -> rhythm.Rhythm:
    """When each account's next order is due. Most accounts of a house have no gap yet, and all of these the same rhythm: it is worked out once."""
    import numpy as np

    some = own["gaps"] > 0
    first = np.zeros(1, "int64")
    rows = {name: np.append(first, own[name][some]) for name in ("gaps", "log_sum", "log_square")}
    return rhythm.rhythm(*_gaps(rows), house.peers).of(np.where(some, np.cumsum(some), 0))


def _segments(is_new: np.ndarray, recency: np.ndarray, frequency: np.ndarray, monetary: np.ndarray) -> pa.Array:
    """The segments that the scores name, each name kept once."""
    import numpy as np
    import pyarrow as pa

    five = range(1, 6)
    named = [
        [[[SEGMENT_ORDER.index(rfm.segment(r, f, m, is_new=n)) for m in five] for f in five] for r in five]
        for n in (False, True)
    ]
    found = np.array(named, "int8")[is_new.astype("int8"), recency - 1, frequency - 1, monetary - 1]
    return pa.DictionaryArray.from_arrays(pa.array(found), pa.array(SEGMENT_ORDER))


def _came_back(own: Columns, house: House) -> np.ndarray:
    """Whether the gap before the last order was beyond the late day of the rhythm that the account had before it."""
    import numpy as np

    asked = (own["gaps"] > FEWEST_GAPS) & (own["last_gap"] >= SILENCE)
    gap, gaps, log_sum, log_square = (own[name][asked] for name in ("last_gap", "gaps", "log_sum", "log_square"))
    last = rhythm.micro_log(gap).astype("float64")
    before = {"gaps": gaps - 1, "log_sum": log_sum - last, "log_square": log_square - last * last}
    is_back = np.zeros(len(asked), dtype=bool)
    is_back[asked] = gap > rhythm.rhythm(*_gaps(before), house.peers).late
    return is_back


_SCORES = """
account, segment, recency, frequency, monetary, first_on, last_on, order_days, revenue, usual AS usual_revenue, gaps,
early_on, expected_on, late_on
"""


def _signals(basis: Basis, house: House) -> str:
    """One row for each signal that holds: account, kind, value, and its figures as JSON, named items with them."""
    return f"""
        WITH whole AS MATERIALIZED (
            SELECT * FROM judged LEFT JOIN found USING (account)
            WHERE account NOT IN (SELECT account FROM hidden) AND ({rules.any_holds(basis, house)})
        ),
        named AS MATERIALIZED (
            SELECT account, kind, to_json(list([item::VARCHAR, amount::VARCHAR] ORDER BY rank)) AS items
            FROM details SEMI JOIN whole USING (account) GROUP BY account, kind
        )
        {rules.statement(basis, house)}
    """  # noqa: S608 built of constants
