"""The criteria that a new house begins with: in force at once, its own from then on."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

_FILE = Path(__file__).resolve().parent / "data" / "usual.json"


def begin(sets: Any, criteria: Any, rules: Any, today: dt.date) -> bool:
    """Write them by these managers, if the house has none (in the bin neither). Returns whether it did."""
    if sets.exists():
        return False
    usual = json.loads(_FILE.read_text(encoding="utf-8"))
    of_set = sets.create(
        position=1, name_en=usual["name_en"], name_de=usual["name_de"], state="in_force", in_force_on=today, edition=1
    )
    for place, criterion in enumerate(usual["criteria"], start=1):
        criteria.create(of_set=of_set, position=place, **criterion)
    for place, rule in enumerate(usual["rules"], start=1):
        rules.create(of_set=of_set, position=place, **rule)
    return True


def set_up(today: dt.date) -> bool:
    """`begin` in the house as it is now."""
    from kundenkreis.planning.models import SelectionCriterion, SelectionSet, TierRule

    return begin(SelectionSet._base_manager, SelectionCriterion._base_manager, TierRule._base_manager, today)
