"""The sets of questions that a new house begins with. They are its own from then on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

_FILE = Path(__file__).resolve().parent / "data" / "usual.json"


def begin(sets: Any, editions: Any) -> bool:
    """Write them by these managers, if the house has no set (in the bin neither). Returns whether it did."""
    if sets.exists():
        return False
    for place, one in enumerate(json.loads(_FILE.read_text(encoding="utf-8")), start=1):
        made = sets.create(position=place, name_en=one["name_en"], name_de=one["name_de"], industries=one["industries"])
        rows = [
            {
                "key": f"q{at}",
                "step": step,
                "kind": kind,
                "name_en": english,
                "name_de": german,
                "choices": _choices(choices),
            }
            for at, (step, kind, english, german, *choices) in enumerate(one["questions"], start=1)
        ]
        editions.create(of_set=made, edition=1, questions=rows)
    return True


def _choices(pairs: list[list[str]]) -> list[dict[str, str]]:
    return [{"key": f"c{at}", "name_en": one[0], "name_de": one[1]} for at, one in enumerate(pairs, start=1)]


def set_up() -> bool:
    """`begin` in the house as it is now."""
    from kundenkreis.needs.models import QuestionEdition, QuestionSet

    return begin(QuestionSet._base_manager, QuestionEdition._base_manager)
