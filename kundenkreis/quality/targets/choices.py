"""The fixed choices of a column, as people write them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import translation


def choices_of(model: type[models.Model], column: str) -> dict[str, str]:
    """Every way to write a choice: its value, and its name in each language; empty for a column without choices."""
    known: dict[str, str] = {}
    for value, label in model._meta.get_field(column).choices or ():
        known[str(value).casefold()] = value
        for code, _name in settings.LANGUAGES:
            with translation.override(code):
                known.setdefault(str(label).casefold(), value)
    return known
