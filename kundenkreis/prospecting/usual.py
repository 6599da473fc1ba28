"""The criteria and research questions that a new house begins with. They are its own from then on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

_FILE = Path(__file__).resolve().parent / "data" / "usual.json"


def begin(sets: Any, criteria: Any, questions: Any) -> bool:
    """Write them by these managers, if the house has neither (in the bin neither). Returns whether it did."""
    if sets.exists() or questions.exists():
        return False
    usual = json.loads(_FILE.read_text(encoding="utf-8"))
    one = usual["criteria"]
    of_set = sets.create(position=1, kind="targets", in_force=True, name_en=one["name_en"], name_de=one["name_de"])
    for place, criterion in enumerate(one["criteria"], start=1):
        criteria.create(of_set=of_set, position=place, **criterion)
    for place, (name_en, name_de) in enumerate(usual["questions"], start=1):
        questions.create(position=place, name_en=name_en, name_de=name_de)
    return True


def set_up() -> bool:
    """`begin` in the house as it is now."""
    from kundenkreis.prospecting.models import CriteriaSet, FitCriterion, ResearchQuestion

    return begin(*(model._base_manager for model in (CriteriaSet, FitCriterion, ResearchQuestion)))
