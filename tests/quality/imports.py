"""Short ways to import a few rows, for the tests of the importer."""

from __future__ import annotations

import io
from typing import Any

from kundenkreis.quality import importing
from kundenkreis.quality.models import ImportRun
from kundenkreis.quality.repairing import sentence

RETAIL = "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country"


def draft(
    text: str, *, target: str = "", by: Any = None, name: str = "file.csv", mode: str = "both", **how: Any
) -> ImportRun:
    run = importing.start_draft(io.BytesIO(text.encode()), name, by, target=target)
    hindrances = importing.set_mapping(run, mode=mode, **how)
    assert not hindrances, hindrances
    return run


def imported(text: str, **how: Any) -> ImportRun:
    run = importing.run_now(draft(text, **how))
    assert run.state == ImportRun.State.DONE, run.failure
    assert sum(run.counts.get(n, 0) for n in ("added", "changed", "unchanged", "rejected")) == run.rows_read
    return run


def sales(*rows: str, **how: Any) -> ImportRun:
    """Rows below the headings of the real sales file, whose mapping is delivered."""
    return imported("\n".join([RETAIL, *rows]), **how)


def told(run: ImportRun) -> list[str]:
    """Every problem in words."""
    return [sentence(problem) for problem in run.problems.order_by("row", "pk")]
