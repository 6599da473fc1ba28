"""What happened after a signal, as a sentence in the reader's language: the figures of `Signal.outcome`, told as its kind needs them.

`insights.outcomes` judges each signal once, 90 days after its first day; of kinds that claim nothing for the future there is no verdict.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kundenkreis.insights.models import Kind, Signal
from kundenkreis.insights.outcomes import DAYS
from kundenkreis.web import formats


def verdict(signal: Signal, currency: str) -> str:
    """The sentence; "" as long as the signal is not judged."""
    if not signal.verdict or signal.kind not in _SENTENCES:
        return ""
    until = signal.raised_on + dt.timedelta(days=DAYS)
    return f"{_SENTENCES[Kind(signal.kind)](signal.outcome)} {_revenue(signal.outcome, until, currency)}"


def _revenue(outcome: dict[str, Any], until: dt.date, currency: str) -> str:
    """The frame: what it bought altogether until the end of the 90 days, credit notes taken off."""
    revenue = formats.money(Decimal(outcome["revenue"]), currency, 0)
    return _("Revenue until %(until)s: %(revenue)s.") % {"until": formats.day(until), "revenue": revenue}


def _ordered(outcome: dict[str, Any], none: str) -> str:
    if not outcome["orders"]:
        return none
    return ngettext(
        "Next order on %(day)s; in the 90 days after, orders on %(count)s day.",
        "Next order on %(day)s; in the 90 days after, orders on %(count)s days.",
        outcome["orders"],
    ) % {"day": formats.day(dt.date.fromisoformat(outcome["next_on"])), "count": formats.number(outcome["orders"])}


def _missed_order(outcome: dict[str, Any]) -> str:
    return _ordered(outcome, _("No order came in the 90 days after."))


def _ordered_again(outcome: dict[str, Any]) -> str:
    return _ordered(outcome, _("No further order came in the 90 days after."))


def _returns(outcome: dict[str, Any]) -> str:
    if not outcome["credits"]:
        return _("Nothing was sent back in the 90 days after.")
    return ngettext(
        "%(count)s further credit note in the 90 days after.",
        "%(count)s further credit notes in the 90 days after.",
        outcome["credits"],
    ) % {"count": formats.number(outcome["credits"])}


def _products(outcome: dict[str, Any]) -> str:
    if not outcome["named"]:
        return _("None of the products named was bought in the 90 days after.")
    return ngettext(
        "The products named were bought again: %(count)s order line in the 90 days after.",
        "The products named were bought again: %(count)s order lines in the 90 days after.",
        outcome["named"],
    ) % {"count": formats.number(outcome["named"])}


_SENTENCES = {
    Kind.MISSED_ORDER: _missed_order,
    Kind.FIRST_ORDER: _ordered_again,
    Kind.REACTIVATED: _ordered_again,
    Kind.RETURNS: _returns,
    Kind.LOST_PRODUCTS: _products,
    Kind.NEW_PRODUCTS: _products,
}
