"""Recency, frequency, monetary value: scores from 1 to 5, and the segment that they name.

Source: Hughes, Strategic Database Marketing (1994), ch. 3 (quintiles); the segments' names are those in common use. Two things differ
from a sort into five equal heaps. Equal values get equal scores, so that nobody has to explain why one of two alike customers is a 3: a
score counts the quintile bounds below a value. And frequency counts days with an order, so that an order booked in five parts is one.
Frequency and monetary value are those of the year that ends with the account's last order: recency says how long that is past, and a good
customer who has been away for a year is "cannot lose", not a small one.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class Segment(models.TextChoices):
    CHAMPIONS = "champions", _("Champions")
    LOYAL = "loyal", _("Loyal")
    PROMISING = "promising", _("Promising")
    NEW = "new", _("New")
    ATTENTION = "attention", _("Need attention")
    AT_RISK = "at_risk", _("At risk")
    CANNOT_LOSE = "cannot_lose", _("Cannot lose")
    HIBERNATING = "hibernating", _("Hibernating")
    LOST = "lost", _("Lost")


SEGMENT_ORDER = [segment.value for segment in Segment]
NEW_FREQUENCY = 1  # order days up to which an account that began in the last twelve months is new


def score(value: Any, bounds: Sequence[Any]) -> int:
    """1 to 5: one more than how many of the four bounds are smaller than the value."""
    return 1 + bisect_left(list(bounds), value)


def segment(recency: int, frequency: int, monetary: int, *, is_new: bool = False) -> Segment:
    """The segment of three scores. Frequency and monetary value count together, rounded up: they tell the same story of size."""
    size = (frequency + monetary + 1) // 2
    if is_new:
        return Segment.NEW
    if recency == 5:
        return Segment.CHAMPIONS if size >= 4 else Segment.LOYAL if size == 3 else Segment.PROMISING
    if recency == 4:
        return Segment.LOYAL if size >= 4 else Segment.PROMISING
    if recency == 3:
        return Segment.ATTENTION if size >= 3 else Segment.PROMISING
    if recency == 2:
        return Segment.AT_RISK if size >= 3 else Segment.HIBERNATING
    return Segment.CANNOT_LOSE if size == 5 else Segment.AT_RISK if size == 4 else Segment.LOST
