"""The purposes that a house with a CRM usually has, to begin the record of processing with. They are the house's own from then on."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from django.db import transaction

from kundenkreis.privacy.models import Purpose

_FILE = Path(__file__).resolve().parent / "data" / "purposes.json"


@cache
def usual() -> list[dict[str, Any]]:
    """The columns of each, as `Purpose.add` takes them."""
    return json.loads(_FILE.read_text(encoding="utf-8"))


def lacking() -> list[dict[str, Any]]:
    """Those whose key the house has not, in the bin neither: what it threw away does not come back by itself."""
    there = set(Purpose._base_manager.values_list("key", flat=True))
    return [one for one in usual() if one["key"] not in there]


@transaction.atomic
def take_over(by: Any) -> list[Purpose]:
    """They become the house's own. Nothing happens to those that are there."""
    return [Purpose.add(by=by, **one) for one in lacking()]
