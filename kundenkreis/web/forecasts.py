"""The forecast in words and addresses: periods, whose, categories, and where the rows behind each figure are."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import quote_plus, urlencode

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from kundenkreis.core import fiscal
from kundenkreis.core.filters import condition
from kundenkreis.core.models import House
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
    """ "Q4 2026", "December 2026"; "Q2 2026/27" where the fiscal year is not the calendar's, and the months alone where they are no quarter of it."""
    part = period.part(House.known().fiscal_month)
    if period.kind == "quarter" and part is None:
        return months(period)
    if period.kind == "quarter" and part is not None:
        return _("Q%(number)s %(year)s") % {"number": part.key[1:], "year": fiscal.name(part.starts_on)}
    return f"{formats.month(period.first.month, wide=True)} {period.first.year}"


def months(period: Period) -> str:
    """ "October to December 2026", "November 2026 to January 2027"."""
    first, last = formats.month(period.first.month, wide=True), formats.month(period.last.month, wide=True)
    if period.first.year != period.last.year:
        first = f"{first} {period.first.year}"
    return _("%(first)s to %(last)s") % {"first": first, "last": f"{last} {period.last.year}"}


def named_with_months(period: Period) -> str:
    """The name, and its months where it does not tell them: "Q2 2026/27 (October to December 2026)"."""
    name, told = named(period), months(period)
    if period.kind == "month" or name == told or House.known().fiscal_month == 1:
        return name
    return f"{name} ({told})"


def of_other_years(period: Period) -> list[Period]:
    """Quarters that share months with this one, and are none of the same fiscal year: what was said of them is kept apart."""
    if period.kind == "month":
        return []
    return [Period(fiscal.plus_months(period.first, steps), period.kind) for steps in (-2, -1, 1, 2)]


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
