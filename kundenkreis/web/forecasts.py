"""The forecast in words and addresses: periods, whose, categories, and where the rows behind each figure are."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import quote_plus, urlencode

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from kundenkreis.core.filters import condition
from kundenkreis.forecast import periods
from kundenkreis.forecast.periods import Period
from kundenkreis.forecast.rolling_up import Row
from kundenkreis.forecast.summing import OPEN
from kundenkreis.web import formats
from kundenkreis.web.addresses import address

MEASURES = {
    "open": lazy("Open business"),
    "call": lazy("Closed and commit"),
    "best": lazy("Closed, commit and best case"),
}
KINDS = {
    "new": lazy("New"),
    "pulled_in": lazy("Pulled in"),
    "slipped_in": lazy("Slipped in from before"),
    "handed_in": lazy("Taken over"),
    "up": lazy("Value up"),
    "category_in": lazy("Category up"),
    "won_in": lazy("Won beyond what counted"),
    "reopened": lazy("Opened again"),
    "won_out": lazy("Won"),
    "lost": lazy("Lost"),
    "slipped": lazy("Slipped out"),
    "pulled_out": lazy("Pulled forward"),
    "handed_out": lazy("Handed over"),
    "down": lazy("Value down"),
    "category_out": lazy("Category down"),
    "discarded": lazy("Deleted"),
}


def named(period: Period) -> str:
    """ "Q4 2026", "December 2026"."""
    if period.kind == "quarter":
        return _("Q%(number)s %(year)s") % {"number": period.number, "year": period.year}
    return f"{formats.month(period.number, wide=True)} {period.year}"


def asked(text: str, today: dt.date) -> Period:
    """The period that an address asks for; this quarter when it asks for none that there is."""
    return periods.read(text) or periods.of(today)


def whose(row: Row) -> str:
    """What a row is called."""
    if row.name:
        return row.name
    return {
        "house": _("All together"),
        "left": _("Of people who have left"),
        "nobody": _("Without an owner"),
    }[row.key]


def at(name: str, **parameters: Any) -> str:
    """The address of a page of the forecast; empty parameters are left out."""
    given = urlencode({key: str(value) for key, value in parameters.items() if value not in ("", None)})
    return address(f"forecast:{name}") + (f"?{given}" if given else "")


def rows_of(row: Row, period: Period, category: str) -> str:
    """The opportunities behind a figure as a list: of a category, or "overdue"; "" where no list can be asked so."""
    if row.kind == "left":
        return ""  # lists name people who are here
    days = (period.first.isoformat(), period.last.isoformat())
    if category == "closed":
        conditions = [condition("state", "in", "won"), condition("closed", "between", *days)]
    elif category == "overdue":
        conditions = [condition("state", "in", "overdue"), condition("close", "between", *days), _OPEN]
    else:
        some = OPEN if category == "open" else (category,)
        conditions = [
            condition("state", "in", "open"),
            condition("close", "between", *days),
            condition("forecast", "in", *some),
        ]
    return _listed(*conditions, _owner(row))


_OPEN = condition("forecast", "in", *OPEN)


def undated() -> str:
    return _listed(condition("state", "in", "open"), condition("close", "empty"), _OPEN)


def earlier(period: Period) -> str:
    return _listed(condition("state", "in", "open"), condition("close", "before", period.first.isoformat()), _OPEN)


def _owner(row: Row) -> str:
    if row.kind == "house":
        return ""
    if row.kind == "nobody":
        return condition("owner", "empty")
    return condition("owner", "is", *sorted(one for one in row.owners if one is not None))


def _listed(*conditions: str) -> str:
    return f"{address('opportunities:list')}?{'&'.join(f'f={quote_plus(one)}' for one in conditions if one)}"
