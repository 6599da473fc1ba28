"""The templates of mutual action plans that a new house begins with. They are its own from then on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

_FILE = Path(__file__).resolve().parent / "data" / "usual_plans.json"


def begin(templates: Any, steps: Any) -> bool:
    """Write them by these managers, if the house has no template at all (in the bin neither). Returns whether it did."""
    if templates.exists():
        return False
    for place, one in enumerate(json.loads(_FILE.read_text(encoding="utf-8")), start=1):
        template = templates.create(position=place, name_en=one["name_en"], name_de=one["name_de"])
        for at, step in enumerate(one["steps"], start=1):
            steps.create(template=template, position=at, **step)
    return True


def set_up() -> bool:
    """`begin` in the house as it is now."""
    from kundenkreis.pipeline.models import PlanTemplate, TemplateStep

    return begin(PlanTemplate._base_manager, TemplateStep._base_manager)
