"""The pipelines, reasons and questions that a new house begins with. They are its own from then on."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

_FILE = Path(__file__).resolve().parent / "data" / "usual.json"


@cache
def usual() -> dict[str, Any]:
    """ "pipelines" with their "stages", "reasons" by outcome with their "children", "neutral" and "questions"; the columns of each."""
    return json.loads(_FILE.read_text(encoding="utf-8"))


def begin(pipelines: Any, stages: Any, reasons: Any) -> bool:
    """Write them by these managers, if the house has no pipeline at all (in the bin neither). Returns whether it did."""
    if pipelines.exists():
        return False
    for place, one in enumerate(usual()["pipelines"], start=1):
        columns = {name: value for name, value in one.items() if name != "stages"}
        pipeline = pipelines.create(position=place, **columns)
        for at, stage in enumerate(one["stages"], start=1):
            stages.create(pipeline=pipeline, position=at, **stage)
    for outcome, roots in usual()["reasons"].items():
        for place, one in enumerate(roots, start=1):
            root = reasons.create(outcome=outcome, position=place, name_en=one["name_en"], name_de=one["name_de"])
            for at, below in enumerate(one["children"], start=1):
                reasons.create(outcome=outcome, position=at, parent=root, **below)
    return True


def complete(reasons: Any, guides: Any) -> None:
    """What a house has beside: a reason that is no loss of ours, and the questions of an interview, unless it has (or had) some."""
    if not reasons.filter(is_neutral=True).exists():
        reasons.create(
            outcome="lost", position=reasons.filter(outcome="lost").count() + 1, is_neutral=True, **usual()["neutral"]
        )
    if not guides.exists():
        asked = [{"key": f"q{place}", **one} for place, one in enumerate(usual()["questions"], start=1)]
        guides.create(edition=1, questions=asked)


def set_up() -> bool:
    """`begin` and `complete` in the house as it is now."""
    from kundenkreis.pipeline.models import CloseReason, InterviewGuide, Pipeline, Stage

    began = begin(Pipeline._base_manager, Stage._base_manager, CloseReason._base_manager)
    complete(CloseReason._base_manager, InterviewGuide._base_manager)
    return began
