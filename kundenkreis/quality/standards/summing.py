"""The figures of a measurement: for each rule by owner, team and the import from which a record came."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from kundenkreis.core import bulk
from kundenkreis.history.models import BatchChunk
from kundenkreis.quality.models import ImportRun
from kundenkreis.quality.rules import MODELS, QualityFigure, QualityFinding, QualityRule, QualityRun
from kundenkreis.quality.standards import judging

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

_WHOSE = {"account": ("owner_id", "team_id"), "contact": ("owner_id", "main_account__team_id")}
_BY = ["owner", "team", "source"]
_READ = 10_000


def keep(run: QualityRun, rules: Iterable[QualityRule]) -> dict[str, list[int]]:
    """Write the figures of a run; returns each rule's [asked, failed] of all records. Belongs into the transaction that ends it."""
    frames: dict[str, pl.DataFrame] = {}
    totals: dict[str, list[int]] = {}
    for rule in rules:
        if rule.noun_of not in frames:
            frames[rule.noun_of] = _records(rule)
        rows = _of(rule, frames[rule.noun_of])
        told = ((run.pk, rule.pk, *line) for line in rows.iter_rows())
        bulk.insert_rows(QualityFigure, ("run", "rule", "owner", "team", "source", "asked", "failed"), told)
        totals[str(rule.pk)] = [int(rows["asked"].sum()), int(rows["failed"].sum())]
    return totals


def _of(rule: QualityRule, records: pl.DataFrame) -> pl.DataFrame:
    """owner, team, source, asked, failed: a line for each that there is."""
    import polars as pl

    asked = _numbers(judging.asked(rule, judging.everything(rule)), "pk")
    failed = _numbers(QualityFinding.objects.filter(rule=rule), f"{rule.noun_of}_id")
    told = records.with_columns(
        asked=pl.col("id").is_in(pl.Series(asked).implode()), failed=pl.col("id").is_in(pl.Series(failed).implode())
    ).filter(pl.col("asked"))
    grouped = told.group_by(_BY).agg(pl.len().alias("asked"), pl.col("failed").sum().alias("failed"))
    return grouped.sort(_BY).select([*_BY, "asked", "failed"])


def _records(rule: QualityRule) -> pl.DataFrame:
    """id, owner, team and source of all living records of the rule's noun; null for none."""
    import numpy as np
    import polars as pl

    owner, team = _WHOSE[rule.noun_of]
    rows = judging.everything(rule).order_by("pk").values_list("pk", owner, team).iterator(chunk_size=_READ)
    frame = pl.DataFrame(
        rows, schema={"id": pl.Int64, "owner": pl.Int64, "team": pl.Int64}, orient="row", infer_schema_length=None
    )
    starts, ends, runs = _imported(MODELS[rule.noun_of])
    ids = frame["id"].to_numpy()
    if not len(starts):
        return frame.with_columns(source=pl.lit(None, dtype=pl.Int64))
    at = np.searchsorted(starts, ids, side="right") - 1
    inside = (at >= 0) & (ids <= ends[at])
    source = pl.Series("source", runs[np.maximum(at, 0)])
    return frame.with_columns(source=pl.when(pl.Series(inside)).then(source).otherwise(None))


def _imported(model: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(first, last, import) of the runs of numbers that imports have added, ascending; no two of them overlap."""
    import numpy as np

    run_of = dict(ImportRun.objects.exclude(batch=None).values_list("batch_id", "pk"))
    chunks = BatchChunk.objects.filter(batch_id__in=run_of, model=model._meta.label_lower, is_undone=False)
    found = sorted(
        (first, last, run_of[batch])
        for batch, added in chunks.values_list("batch_id", "added").iterator(chunk_size=1_000)
        for first, last in added
    )
    columns = np.array(found, dtype=np.int64).reshape(-1, 3)
    return columns[:, 0], columns[:, 1], columns[:, 2]


def _numbers(rows: Any, column: str) -> np.ndarray:
    """One column of whole numbers."""
    import numpy as np

    return np.fromiter(rows.values_list(column, flat=True).iterator(chunk_size=_READ), dtype=np.int64)
