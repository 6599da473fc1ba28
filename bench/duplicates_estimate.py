"""Estimates the weights that come with the product: u by chance, m by expectation maximisation (Splink), on made-up records."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import polars as pl

from bench import duplicates_making as making
from kundenkreis.core.text import fold
from kundenkreis.quality.matching import engine, learning
from kundenkreis.quality.matching.comparisons import ACCOUNTS, CONTACTS, Matched
from kundenkreis.quality.matching.weights import SHIPPED, Weights, chance, in_bits

SIZE, SEED, VERSION = 40_000, 2026, "2026-12"
LEAST_U = 1e-6  # what is never met by chance in some million pairs may be in the next million
# Each pass holds pairs together by what it then says nothing about.
PASSES = {
    "contact": ("l.email = r.email", "l.mobile = r.mobile",
                "l.given = r.given AND l.family = r.family AND l.postcode = r.postcode AND l.street = r.street",
                "l.given = r.given AND l.family = r.family AND l.employer = r.employer"),
    "account": ("l.uid = r.uid", "l.register = r.register", "l.joined = r.joined AND l.form = r.form", "l.line = r.line"),
}  # fmt: skip


def frame(matched: Matched, size: int, seed: int) -> tuple[pl.DataFrame, dict[int, int]]:
    """Made-up records as `engine.load` takes them, and which real one each is."""
    made = list((making.people if matched is CONTACTS else making.companies)(size, seed))
    columns = sorted({name for one in matched.kind.makings for name in one.of} - {"key"})
    data: dict[str, list[Any]] = {"id": list(range(1, len(made) + 1))}
    data |= {name: [record.get(name, "") for _real, record in made] for name in columns}
    if matched is ACCOUNTS:
        data["key"] = [fold(record["name"]) for _real, record in made]
    return pl.DataFrame(data), {n: real for n, (real, _record) in enumerate(made, start=1)}


def flat(matched: Matched) -> Weights:
    """Weights before anything is known: the closer, the likelier."""
    table = {}
    for comparison in matched.comparisons:
        codes = comparison.codes
        m = [0.9 ** (n + 1) for n in range(len(codes))]
        table[comparison.field] = {c: (v / sum(m), 1 / len(codes)) for c, v in zip(codes, m, strict=True)}
    return Weights("flat", table)


def estimate(matched: Matched) -> Weights:
    from splink import DuckDBAPI, Linker

    raw, _truth = frame(matched, SIZE, SEED)
    with engine.opened() as con:
        engine.load(con, matched, raw)
        pairs_before, learning.PAIRS_BEFORE = learning.PAIRS_BEFORE, 1
        learning.SAMPLE = 2_500
        start = learning.with_chance(flat(matched), learning.by_chance(con, matched))
        learning.PAIRS_BEFORE = pairs_before
        logging.getLogger("splink").setLevel(logging.ERROR)
        database = DuckDBAPI(con)
        asked = engine.settings(matched, start, in_bits(chance(SIZE)))
        linker = Linker(database.register(engine.TRAITS), asked, log_level=None, validate_settings=False)
        for rule in PASSES[matched.name]:
            linker.training.estimate_parameters_using_expectation_maximisation(rule, fix_u_probabilities=True)
        return _weights(matched, start, linker)


def _weights(matched: Matched, start: Weights, linker: Any) -> Weights:
    """m as estimated, each level at least once in a thousand; u as counted."""
    table = {}
    told = {one["output_column_name"]: one for one in linker.misc.save_model_to_json()["comparisons"]}
    for comparison in matched.comparisons:
        levels = {level["label_for_charts"]: level for level in told[comparison.field]["comparison_levels"]}
        m = {code: max(levels[code].get("m_probability") or 0.0, 0.001) for code in comparison.codes}
        table[comparison.field] = {
            code: (
                float(f"{m[code] / sum(m.values()):.4g}"),
                float(f"{max(start.table[comparison.field][code][1], LEAST_U):.4g}"),
            )
            for code in comparison.codes
        }
    return Weights(VERSION, table)


def write(path: Path = SHIPPED) -> None:
    told: dict[str, Any] = {
        "source": f"bench/duplicates.py --estimate: {SIZE} made-up records of each kind, seed {SEED};"
        " u counted among pairs by chance, m by EM (Splink)."
    }
    for matched in (ACCOUNTS, CONTACTS):
        told[matched.name] = estimate(matched).as_kept()
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
