"""The fixed choices of a column, as people write them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import translation

from kundenkreis.fields import picks
from kundenkreis.fields.picks import pick_of


def choices_of(model: type[models.Model], column: str) -> dict[str, str]:
    """Every way to write a choice: its value, and its name in each language; empty for a column without choices."""
    known: dict[str, str] = {}
    field: Any = model._meta.get_field(column)
    if pick := pick_of(field):
        known = written_on(pick)
    for value, label in field.choices or ():
        known.setdefault(str(value).casefold(), value)
        for code, _name in settings.LANGUAGES:
            with translation.override(code):
                known.setdefault(str(label).casefold(), value)
    return known


def written_on(pick: str) -> dict[str, str]:
    """The same of a pick list; empty for one of the house's own on which nothing stands: its columns take any text."""
    return dict(picks.words(pick).written) if picks.is_closed(pick) else {}


def named_on(pick: str, most: int = 20) -> list[str]:
    """What is on offer, as somebody who wrote another thing is told it."""
    labels = [label for _key, label in picks.offered(pick)]
    return labels if len(labels) <= most else [*labels[:most], "…"]
