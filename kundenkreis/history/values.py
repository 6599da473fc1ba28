"""Values as history keeps them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import models

ERASED = "⟨…⟩"
"""Stands in history where a value was erased (GDPR Art. 17). That it was changed stays known; what it was is not, and never comes back."""


def is_erased(values: Any) -> bool:
    """Whether one of these values was erased: what has them cannot be taken back."""
    return any(isinstance(value, str) and value == ERASED for value in values)


def plain(value: Any) -> Any:
    """A value as JSON keeps it: decimals and dates as text, records by their number."""
    if isinstance(value, models.Model):
        return value.pk
    if isinstance(value, (dt.date, dt.datetime, dt.time, Decimal, UUID)):
        return str(value)
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(v) for v in value]
    return value
