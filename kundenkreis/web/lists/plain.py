"""Figures and days as a person types them, the way an address has them."""

from __future__ import annotations

from decimal import InvalidOperation

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from kundenkreis.web.forms import DateField, decimal_of


def plain(kind: str, value: str) -> str:
    """What is neither a figure nor a day is left for the filter to refuse."""
    try:
        if kind == "number":
            return format(decimal_of(value), "f")
        if kind in ("date", "moment") and value.casefold() == _("today").casefold():
            return "today"
        if kind in ("date", "moment"):
            return DateField().clean(value).isoformat()
    except (InvalidOperation, ValidationError):
        pass
    return value
