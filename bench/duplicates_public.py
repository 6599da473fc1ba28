"""FEBRL 3 and fake_1000: published records of known truth, matched by Splink with comparisons of the same kind.

FEBRL 3 (P. Christen, Freely Extensible Biomedical Record Linkage; BSD) has 5,000 records of 2,000 persons, `rec-N-org` and `rec-N-dup-K`;
fake_1000 (Splink's data sets, MIT) 1,000 records with clusters.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import polars as pl

from kundenkreis.customers.likeness.sounds import cologne
from kundenkreis.quality.matching import engine


def run(folder: Path) -> dict[str, Any]:
    """What of the two is in `folder` (or in its `duplicates`)."""
    home = folder / "duplicates" if (folder / "duplicates").is_dir() else folder
    found: dict[str, Any] = {}
    if (home / "febrl3.csv").exists():
        found["febrl3"] = febrl(home / "febrl3.csv", with_number=True)
        found["febrl3_without_number"] = febrl(home / "febrl3.csv", with_number=False)
    if (home / "fake_1000.csv").exists():
        found["fake_1000_curve"] = fake(home / "fake_1000.csv")
    return found


def febrl(path: Path, with_number: bool) -> dict[str, Any]:
    """Precision, recall and F1 of FEBRL 3, with or without the social security number, at the threshold of odds one to one."""
    frame = pl.read_csv(path, infer_schema=False).rename(str.strip)
    frame = frame.select(pl.col(name).str.strip_chars().replace("", None) for name in frame.columns)
    frame = frame.with_columns(id=pl.int_range(1, pl.len() + 1), cluster=pl.col("rec_id").str.extract(r"rec-(\d+)-"))
    frame = frame.with_columns(
        pl.col("surname").map_elements(cologne, return_dtype=pl.String).alias("surname_sound"),
        pl.col("given_name").map_elements(cologne, return_dtype=pl.String).alias("given_sound"),
        pl.concat_list(pl.col("address_1", "address_2", "suburb").fill_null("")).list.join(" ").alias("whole_address"),
    )
    comparisons = [
        _name("given_name", "surname", "given_sound"),
        _name("surname", "given_name", "surname_sound"),
        _text("date_of_birth", (1, 2)),
        _text("address_1", (1, 3), other="address_2"),
        _text("address_2", (1, 3), other="address_1"),
        _text("suburb", (1, 2)),
        _text("postcode", (1,)),
        _text("street_number", (1,)),
        _text("state", ()),
    ]
    rules = [
        "l.date_of_birth = r.date_of_birth", "l.surname_sound = r.surname_sound AND l.given_sound = r.given_sound",
        "l.given_name = r.surname AND l.surname = r.given_name", "l.address_1 = r.address_1", "l.address_2 = r.address_2",
        "l.postcode = r.postcode AND l.street_number = r.street_number", "l.postcode = r.postcode AND l.surname_sound = r.surname_sound",
        "l.postcode = r.postcode AND l.given_sound = r.given_sound", "l.suburb = r.suburb AND l.surname = r.surname",
        "l.suburb = r.suburb AND l.street_number = r.street_number", "l.suburb = r.suburb AND l.given_name = r.given_name",
        "substr(l.date_of_birth, 1, 6) = substr(r.date_of_birth, 1, 6) AND l.state = r.state",
        "substr(l.date_of_birth, 5, 4) = substr(r.date_of_birth, 5, 4) AND l.postcode = r.postcode",
        "l.address_1 = r.address_2", "l.surname = r.surname AND l.street_number = r.street_number",
        "l.given_name = r.given_name AND l.street_number = r.street_number", "l.surname = r.surname AND l.postcode = r.postcode",
    ]  # fmt: skip
    if with_number:
        comparisons.append(_text("soc_sec_id", (1, 2)))
        rules.append("l.soc_sec_id = r.soc_sec_id")
    passes = [
        "l.date_of_birth = r.date_of_birth",
        "l.surname = r.surname AND l.given_name = r.given_name",
        "l.address_1 = r.address_1",
    ]
    weighed = _weighed(frame, comparisons, rules, passes, recall=0.9)
    return _scored(frame, weighed, 0.0)


def fake(path: Path) -> list[dict[str, Any]]:
    """Precision and recall of fake_1000 along the weights."""
    frame = pl.read_csv(path, infer_schema=False).rename({"unique_id": "id"}).with_columns(pl.col("id").cast(pl.Int64))
    frame = frame.select(pl.col("id"), *(pl.col(n).replace("", None) for n in frame.columns if n != "id"))
    frame = frame.with_columns(
        pl.col("surname").map_elements(lambda t: cologne(t.lower()), return_dtype=pl.String).alias("surname_sound"),
        pl.col("first_name").map_elements(lambda t: cologne(t.lower()), return_dtype=pl.String).alias("given_sound"),
    )
    comparisons = [
        _name("first_name", "surname", "given_sound"), _name("surname", "first_name", "surname_sound"),
        _text("dob", (1, 2)), _text("city", (1, 2)), _text("email", (1, 3)),
    ]  # fmt: skip
    rules = [
        "l.email = r.email", "l.dob = r.dob", "l.surname = r.surname", "l.first_name = r.first_name", "l.first_name = r.surname",
        "l.surname = r.first_name", "substr(l.dob, 1, 7) = substr(r.dob, 1, 7)", "split_part(l.email, '@', 1) = split_part(r.email, '@', 1)",
        "l.surname_sound = r.surname_sound", "l.given_sound = r.given_sound",
    ]  # fmt: skip
    passes = ["l.dob = r.dob", "l.email = r.email", "l.first_name = r.first_name AND l.surname = r.surname"]
    weighed = _weighed(frame, comparisons, rules, passes, recall=0.7)
    return [{"weight": at} | _scored(frame, weighed, at) for at in (-10, -6, -4, -2, 0, 2, 4, 6, 10, 15)]


def _level(sql: str, label: str) -> dict[str, Any]:
    return {"sql_condition": sql, "label_for_charts": label}


def _text(name: str, steps: tuple[int, ...], other: str = "") -> dict[str, Any]:
    """A text: the same, in the neighbour's column, or so many typing errors apart."""
    levels = [
        {
            "sql_condition": f"{name}_l IS NULL OR {name}_r IS NULL",
            "label_for_charts": "unknown",
            "is_null_level": True,
        },
        _level(f"{name}_l = {name}_r", "same"),
    ]
    if other:
        levels.append(_level(f"{name}_l = {other}_r OR {other}_l = {name}_r", "in the other column"))
    levels += [_level(f"damerau_levenshtein({name}_l, {name}_r) <= {most}", f"{most} typing errors") for most in steps]
    return {"output_column_name": name, "comparison_levels": [*levels, _level("ELSE", "different")]}


def _name(name: str, other: str, sound: str) -> dict[str, Any]:
    """A name as the house compares names: the same, exchanged, a typing error apart, of the same sound."""
    found = _text(name, (1, 2))
    levels = found["comparison_levels"]
    levels.insert(2, _level(f"{name}_l = {other}_r AND {other}_l = {name}_r", "exchanged"))
    levels.insert(-1, _level(f"{sound}_l = {sound}_r", "sounds the same"))
    return found


def _weighed(
    frame: pl.DataFrame, comparisons: list, rules: list[str], passes: list[str], recall: float
) -> list[tuple[int, int, float]]:
    """(lower id, higher id, bits) of all candidates, with u by sampling and m by expectation maximisation."""
    from splink import DuckDBAPI, Linker

    logging.getLogger("splink").setLevel(logging.ERROR)
    with engine.opened() as con:
        con.register("arriving", frame.to_arrow())
        con.execute("CREATE TABLE records AS SELECT * FROM arriving")
        database = DuckDBAPI(con)
        settings = {
            "link_type": "dedupe_only", "unique_id_column_name": "id", "comparisons": comparisons,
            "blocking_rules_to_generate_predictions": rules, "retain_matching_columns": False,
        }  # fmt: skip
        linker = Linker(database.register("records"), settings, log_level=None)
        linker.training.estimate_probability_two_random_records_match(passes, recall=recall)
        linker.training.estimate_u_using_random_sampling(max_pairs=5e6, seed=1)
        for rule in passes:
            linker.training.estimate_parameters_using_expectation_maximisation(rule)
        found = linker.inference.predict(threshold_match_weight=-20)
        asked = f"SELECT least(id_l, id_r), greatest(id_l, id_r), match_weight FROM {found.physical_name}"  # noqa: S608
        return con.execute(asked).fetchall()


def _scored(frame: pl.DataFrame, weighed: list[tuple[int, int, float]], least: float) -> dict[str, Any]:
    from bench.duplicates import scored

    truth = dict(zip(frame["id"].to_list(), frame["cluster"].to_list(), strict=True))
    return scored(((low, high) for low, high, weight in weighed if weight >= least), truth)
