"""From figures to scores and signals: what needs all accounts of the house, and what is worth a sentence.

Reads the tables `figures` and `details` of a DuckDB connection and leaves `judged`, `scores` and `signals` there.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from kundenkreis.insights import rfm, rhythm, rules
from kundenkreis.insights.computing import MICRO, Basis
from kundenkreis.insights.rhythm import FEWEST_GAPS, Peers

if TYPE_CHECKING:
    import numpy as np

QUINTILES = (0.2, 0.4, 0.6, 0.8)
SILENCE = 60  # days that a silence lasts at least
WORTH = 0.2  # of the median account's revenue: less is not worth a sentence


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


def judge(con: Any, basis: Basis, hidden: set[int], house: House | None = None) -> House:
    """Make `scores` and `signals`, held against the `house`, or against what the tables say of it.

    `hidden` accounts (in the bin) have scores and no signals.
    """
    import pyarrow as pa

    con.register("hidden", pa.table({"account": pa.array(sorted(hidden), pa.int64())}))
    columns = _columns(con, basis)
    house = house or _house(con, columns)
    con.register("judged_rows", pa.table(_judged(columns, house)))
    con.execute("CREATE OR REPLACE TEMP TABLE judged AS SELECT * FROM judged_rows")
    con.unregister("judged_rows")
    con.execute(f"CREATE OR REPLACE TEMP TABLE scores AS {_SCORES}")
    con.execute(f"CREATE OR REPLACE TEMP TABLE signals AS {_signals(basis, house)}")
    return house


def _columns(con: Any, basis: Basis) -> dict[str, np.ndarray]:
    return con.execute(
        f"""
        SELECT account, date_diff('day', last_on, DATE '{basis.windows.as_of}') AS silent, order_days, usual_days,
            (usual * 100)::BIGINT AS cents, gaps, log_sum::DOUBLE AS log_sum, log_square::DOUBLE AS log_square, last_gap,
            first_on >= DATE '{basis.windows.year.first}' AS is_new
        FROM figures ORDER BY account
        """  # noqa: S608 a date
    ).fetchnumpy()


def _house(con: Any, columns: dict[str, np.ndarray]) -> House:
    import numpy as np

    def bounds(values: np.ndarray) -> list[int]:
        places = [max(0, int(np.ceil(len(values) * q)) - 1) for q in QUINTILES]
        return [int(one) for one in np.partition(values, places)[places]] if len(values) else [0, 0, 0, 0]

    count, mean, square = _gaps(columns)
    sold, returned, revenue, median = con.execute(
        "SELECT sum(sold)::DOUBLE, sum(returned)::DOUBLE, sum(revenue)::DOUBLE, quantile_disc(revenue, 0.5)::DOUBLE"
        " FROM figures WHERE order_days > 0"
    ).fetchall()[0]
    settled, ended, since = con.execute(
        "SELECT coalesce(sum(settled), 0), coalesce(sum(ended), 0), min(first_on) FROM figures"
    ).fetchall()[0]
    return House(
        {
            "recency": bounds(-columns["silent"]),
            "frequency": bounds(columns["usual_days"]),
            "monetary": bounds(columns["cents"]),
        },
        rhythm.fit(count, mean, square),
        # With one of each added (Laplace's rule of succession), so that a young house has a share too.
        float(f"{(ended + 1) / (settled + 2):.2g}"),
        round(returned / sold, 4) if sold else 0.0,
        round(revenue or 0.0, 2),
        max(round((median or 0.0) * WORTH, 2), 0.0),
        str(since or ""),
    )


def _gaps(columns: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of ln(gap): how many, their mean, and their sum of squared deviations."""
    import numpy as np

    count = columns["gaps"].astype("float64")
    some = np.maximum(count, 1)
    total, squares = columns["log_sum"] / MICRO, columns["log_square"] / MICRO**2
    mean = np.where(count > 0, total / some, 0.0)
    return count, mean, np.maximum(squares - count * mean**2, 0.0)


def _judged(columns: dict[str, np.ndarray], house: House) -> dict[str, Any]:
    """Scores, segment, rhythm and chances of each account, column by column."""
    import numpy as np

    def scores(name: str, values: np.ndarray) -> np.ndarray:
        return 1 + np.searchsorted(np.array(house.bounds[name]), values, side="left")

    recency = scores("recency", -columns["silent"])
    frequency, monetary = scores("frequency", columns["usual_days"]), scores("monetary", columns["cents"])
    count, mean, square = _gaps(columns)
    own = rhythm.rhythm(count, mean, square, house.peers)
    silent = columns["silent"].astype("float64")
    is_missed = (count >= FEWEST_GAPS) & (silent > own.late)
    loss = np.zeros(len(count))
    if is_missed.any():
        some = rhythm.Rhythm(*(getattr(own, name)[is_missed] for name in rhythm.Rhythm.__dataclass_fields__))
        loss[is_missed] = np.round(rhythm.loss(silent[is_missed], some, house.last_orders), 2)
    young = columns["is_new"] & (columns["usual_days"] <= rfm.NEW_FREQUENCY)
    return {
        "account": columns["account"],
        "recency": recency,
        "frequency": frequency,
        "monetary": monetary,
        "segment": _segments()[young.astype("int8"), recency - 1, frequency - 1, monetary - 1],
        "early": own.early,
        "expected": own.expected,
        "late": own.late,
        "is_missed": is_missed,
        "loss": loss,
        "is_back": _came_back(columns, house),
    }


def _segments() -> np.ndarray:
    """Segment by (is new, recency, frequency, monetary), the scores from 0."""
    import numpy as np

    return np.array(
        [
            [[[str(rfm.segment(r, f, m, is_new=n)) for m in range(1, 6)] for f in range(1, 6)] for r in range(1, 6)]
            for n in (False, True)
        ]
    )


def _came_back(columns: dict[str, np.ndarray], house: House) -> np.ndarray:
    """Whether the gap before the last order was beyond the late day of the rhythm that the account had before it."""
    import numpy as np

    asked = (columns["gaps"] > FEWEST_GAPS) & (columns["last_gap"] >= SILENCE)
    gap, gaps, log_sum, log_square = (columns[name][asked] for name in ("last_gap", "gaps", "log_sum", "log_square"))
    last = np.round(np.log(gap) * MICRO)
    before = {"gaps": gaps - 1, "log_sum": log_sum - last, "log_square": log_square - last * last}
    is_back = np.zeros(len(asked), dtype=bool)
    is_back[asked] = gap > rhythm.rhythm(*_gaps(before), house.peers).late
    return is_back


_SCORES = """
SELECT account, segment, recency, frequency, monetary, first_on, last_on, order_days, revenue, usual AS usual_revenue, gaps,
    (last_on + early::INTEGER) AS early_on, (last_on + expected::INTEGER) AS expected_on, (last_on + late::INTEGER) AS late_on
FROM figures JOIN judged USING (account)
"""


def _signals(basis: Basis, house: House) -> str:
    """One row for each signal that holds: account, kind, value, and its figures as JSON, named items with them."""
    return f"""
        WITH whole AS (
            SELECT f.*, j.* EXCLUDE (account), date_diff('day', last_on, DATE '{basis.windows.as_of}') AS silent,
                last_on + early::INTEGER AS early_on, last_on + expected::INTEGER AS expected_on,
                last_on + late::INTEGER AS late_on, last_on - last_gap::INTEGER AS before_on
            FROM figures f JOIN judged j USING (account) WHERE account NOT IN (SELECT account FROM hidden)
        ),
        named AS (
            SELECT account, kind, to_json(list([item::VARCHAR, amount::VARCHAR] ORDER BY rank)) AS items
            FROM details GROUP BY account, kind
        ),
        raised AS ({rules.statement(basis, house)})
        SELECT account, kind, value,
            CASE WHEN items IS NULL THEN figures::VARCHAR
                ELSE json_merge_patch(figures, json_object('items', items))::VARCHAR END AS figures
        FROM raised LEFT JOIN named USING (account, kind)
    """  # noqa: S608 built of constants
