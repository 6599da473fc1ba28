"""What is new business: the one place in which it is laid down.

An order is new business when its account's first order lies less than twelve months before it. Of an account that ordered in the first
three months of which the house has orders nobody can say whether that was its first one; it counts as an existing customer. The same holds for
products and markets in the Ansoff matrix.
"""

from __future__ import annotations

import datetime as dt

from kundenkreis.core import fiscal
from kundenkreis.insights.windows import year_before

GRACE_MONTHS = 3


def known_from(since: dt.date) -> dt.date:
    """The first day on which a first order is believed, for a house whose orders are known since a day."""
    return fiscal.plus_months(since, GRACE_MONTHS).replace(day=min(since.day, 28))


def is_new(day: dt.date, first: dt.date | None, since: dt.date | None) -> bool:
    """Whether what was ordered on `day` is new business of an account whose first order was on `first`."""
    if first is None or since is None:
        return False
    return first >= known_from(since) and first > year_before(day)
