"""What a list of accounts can be asked about their scores."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kundenkreis.core.filters import Filter
from kundenkreis.insights.rfm import Segment
from kundenkreis.lists import asking

SEGMENT = Filter("segment", "choice", _("Segment"), "score__segment", choices=Segment.choices)
NEXT_ORDER = Filter("next_order", "date", _("Next order expected"), "score__expected_on")


def tell() -> None:
    asking.tell("accounts", SEGMENT, NEXT_ORDER)
