"""All pairs of a house weighed by Splink on DuckDB."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from kundenkreis.quality.matching import frames
from kundenkreis.quality.matching.comparisons import Comparison, Matched
from kundenkreis.quality.matching.scoring import LIKELY, Agreement, Likeness
from kundenkreis.quality.matching.weights import Weights, as_probability

if TYPE_CHECKING:
    import polars as pl

MEMORY = "700MB"  # of DuckDB, which spills to disk beyond it
TRAITS = "traits"


@contextmanager
def opened() -> Iterator[Any]:
    """A DuckDB connection that spills to disk instead of growing."""
    import duckdb

    with tempfile.TemporaryDirectory(prefix="kundenkreis-matching-") as spill, duckdb.connect() as con:
        con.execute(f"SET memory_limit = '{MEMORY}'")
        con.execute(f"SET temp_directory = '{spill}'")
        con.execute("SET preserve_insertion_order = false")
        con.execute("SET enable_progress_bar = false")
        yield con


def load(con: Any, matched: Matched, raw: pl.DataFrame, fresh: Sequence[int] | None = None) -> None:
    """Put the traits and keys of all rows of `raw` into DuckDB. `fresh`: only pairs with one of these records are asked for."""
    found = frames.traits(matched.kind, raw)
    con.register("arriving", found.to_arrow())
    keys = matched.kind.keys
    # Numbers join faster than texts and take a tenth of their room; two texts of one number cost a comparison.
    hashed = [
        f"CASE WHEN {' AND '.join(f'{t} IS NOT NULL' for t in key.traits)} THEN hash({', '.join(key.traits)}) END AS key_{n}"
        for n, key in enumerate(keys)
    ]
    is_fresh = "TRUE"
    if fresh is not None:
        con.execute("CREATE OR REPLACE TEMP TABLE fresh AS SELECT unnest(?::BIGINT[]) AS id", [list(fresh)])
        is_fresh = "id IN (SELECT id FROM fresh)"
    columns = ", ".join(name for making in matched.kind.makings for name in making.names)
    con.execute(
        f"CREATE OR REPLACE TABLE {TRAITS} AS SELECT id, {is_fresh} AS is_fresh, {columns}, {', '.join(hashed)} FROM arriving"  # noqa: S608 our own names
    )
    con.unregister("arriving")
    for n, key in enumerate(keys):
        con.execute(
            f"UPDATE {TRAITS} SET key_{n} = NULL WHERE key_{n} IN (SELECT key_{n} FROM {TRAITS} WHERE key_{n} IS NOT NULL"  # noqa: S608
            f" GROUP BY 1 HAVING count(*) > {key.most})"
        )


def pairs(
    con: Any, matched: Matched, weights: Weights, before: float, *, fresh_only: bool = False, least: float = LIKELY
) -> list[tuple[int, int, float]]:
    """(lower id, higher id, weight in bits) of all pairs of the loaded records that share a key and weigh at least `least`."""
    from splink import DuckDBAPI, Linker

    logging.getLogger("splink").setLevel(logging.ERROR)
    database = DuckDBAPI(con)
    asked = settings(matched, weights, before, fresh_only=fresh_only)
    linker = Linker(database.register(TRAITS), asked, log_level=None, validate_settings=False)
    found = linker.inference.predict(threshold_match_weight=least)
    rows = con.execute(
        f"SELECT least(id_l, id_r) AS low, greatest(id_l, id_r) AS high, match_weight FROM {found.physical_name} ORDER BY low, high"  # noqa: S608
    ).fetchall()
    database.delete_tables_created_by_splink_from_db()
    return rows


def explained(
    con: Any, matched: Matched, weights: Weights, before: float, rows: Sequence[tuple[int, int, float]]
) -> Iterator[tuple[int, int, Likeness]]:
    """The pairs that `pairs` has found, each with how its records agree in every field."""
    import pyarrow as pa

    if not rows:
        return
    found = pa.table({"low": [low for low, _high, _weight in rows], "high": [high for _low, high, _weight in rows]})
    con.register("found", found)
    names = [name for making in matched.kind.makings for name in making.names]
    columns = ", ".join(f"l.{name} AS {name}_l, r.{name} AS {name}_r" for name in names)
    levels = ", ".join(level_sql(comparison) for comparison in matched.comparisons)
    told = con.execute(
        f"SELECT low, high, {levels} FROM (SELECT low, high, {columns} FROM found JOIN {TRAITS} l ON l.id = low"  # noqa: S608 our own names
        f" JOIN {TRAITS} r ON r.id = high) ORDER BY low, high"
    ).fetchall()
    con.unregister("found")
    fields = [comparison.field for comparison in matched.comparisons]
    known = {
        (f, level): Agreement(f, level, weights.bits(f, level)) for f, some in weights.table.items() for level in some
    }
    for low, high, *codes in told:
        agreements = tuple(
            known.get((f, code)) or Agreement(f, code, 0.0) for f, code in zip(fields, codes, strict=True)
        )
        yield low, high, Likeness(before, agreements)


def settings(matched: Matched, weights: Weights, before: float, *, fresh_only: bool = False) -> dict[str, Any]:
    """The model as Splink takes it."""
    fresh = " AND (l.is_fresh OR r.is_fresh)" if fresh_only else ""
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "id",
        "probability_two_random_records_match": as_probability(before),
        "comparisons": [_as_splink(comparison, weights) for comparison in matched.comparisons],
        "blocking_rules_to_generate_predictions": [
            {"blocking_rule": f"l.key_{n} = r.key_{n}{fresh}", "sql_dialect": "duckdb"}
            for n in range(len(matched.kind.keys))
        ],
        "retain_matching_columns": False,
        "retain_intermediate_calculation_columns": False,
    }


def _as_splink(comparison: Comparison, weights: Weights) -> dict[str, Any]:
    known = weights.table[comparison.field]
    levels: list[dict[str, Any]] = [
        {"sql_condition": comparison.unknown_sql, "label_for_charts": "unknown", "is_null_level": True}
    ]
    for code, test in comparison.levels:
        levels.append({"sql_condition": test.sql, "label_for_charts": code})
    levels.append({"sql_condition": "ELSE", "label_for_charts": "different"})
    for level in levels[1:]:
        level["m_probability"], level["u_probability"] = known[level["label_for_charts"]]
    return {"output_column_name": comparison.field, "comparison_levels": levels}


def level_sql(comparison: Comparison) -> str:
    """The name of the level on which two records agree, as a DuckDB expression over columns `…_l` and `…_r`."""
    steps = [f"WHEN {comparison.unknown_sql} THEN 'unknown'"]
    steps += [f"WHEN {test.sql} THEN '{code}'" for code, test in comparison.levels]
    return f"CASE {' '.join(steps)} ELSE 'different' END"
