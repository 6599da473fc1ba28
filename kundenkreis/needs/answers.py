"""What may be answered to a question of each kind, and how it reads. A sum: no database."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext as _

LONGEST = 4000  # letters of an answer
MOST_MONEY = Decimal(10) ** 11

Question = Mapping[str, Any]
"""{"key", "step", "kind", "name_en", "name_de", "choices": [{"key", "name_en", "name_de"}]}"""


def in_language(one: Mapping[str, Any]) -> str:
    """A question's or choice's text in the reader's language."""
    return one["name_de"] if (get_language() or "").startswith("de") else one["name_en"]


def stored(question: Question, text: str) -> str:
    """An answer as it is kept: a text, a choice's key, "yes" or "no", or a plain decimal. Raises ValidationError for another one."""
    text = (text or "").strip()
    if "\x00" in text:
        raise ValidationError(_("Null characters are not allowed."))
    if len(text) > LONGEST:
        raise ValidationError(_("At most %(most)s letters."), params={"most": LONGEST})
    if not text:
        return ""
    kind = question["kind"]
    if kind in ("number", "money"):
        return _figure(text, not_negative=kind == "money")
    if kind == "choice" and text not in {one["key"] for one in question["choices"]}:
        raise ValidationError(_("Choose one of the answers."))
    if kind == "yes_no" and text not in ("yes", "no"):
        raise ValidationError(_("Choose yes or no."))
    return text


def _figure(text: str, *, not_negative: bool) -> str:
    try:
        figure = Decimal(text)
    except InvalidOperation as wrong:
        raise ValidationError(_("Write a number such as 1234.56.")) from wrong
    if not figure.is_finite() or abs(figure) >= MOST_MONEY:
        raise ValidationError(_("This number is too large."))
    if not_negative and figure < 0:
        raise ValidationError(_("An amount is not below zero."))
    return format(figure.quantize(Decimal("0.01")).normalize(), "f")


def said(question: Question, value: str) -> str:
    """A kept answer in the reader's language; figures as plain decimals, for the door to write as people do."""
    if question["kind"] == "choice":
        return next((in_language(one) for one in question["choices"] if one["key"] == value), value)
    if question["kind"] == "yes_no":
        return {"yes": _("yes"), "no": _("no")}.get(value, value)
    return value
