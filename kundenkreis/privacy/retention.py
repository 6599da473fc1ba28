"""What the law makes the house keep of a private customer, and until when. A sum over dates, and the question whether there are books.

§ 132 (1) BAO: books, records and vouchers are kept for seven years, from the end of the calendar year for which the last entry was made.
§ 212 UGB: the same seven years, from the end of the calendar year of the last entry. Either is longer while proceedings are under way,
which is what a legal hold is for.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Max

from kundenkreis.orders.models import OpenItem, Order

YEARS = 7
LAW = "§ 132 BAO, § 212 UGB"
# What a voucher must name (§ 11 UStG): who the customer is and where; her VAT ID, if she has one.
NEEDED = ("name", "street", "postcode", "place", "country", "vat_id")


@dataclass(frozen=True)
class Books:
    """Until which day an account's vouchers must be kept, and how many there are."""

    until: dt.date
    orders: int
    open_items: int


def ends(last: dt.date) -> dt.date:
    """The last day on which vouchers of this day must be kept: seven years from the end of its calendar year."""
    return dt.date(last.year + YEARS, 12, 31)


def books_of(accounts: Collection[int], today: dt.date) -> Books | None:
    """The books in which these accounts stand; None when there are none, or none that must still be kept.

    An open item that is not paid is kept like one of today.
    """
    if not accounts:
        return None
    orders = Order._base_manager.filter(account_id__in=accounts)
    items = OpenItem._base_manager.filter(account_id__in=accounts)
    days = [orders.aggregate(last=Max("ordered_on"))["last"], items.aggregate(last=Max("booked_on"))["last"]]
    known = [day for day in days if day is not None]
    if items.filter(open_amount__gt=0, deleted_at=None).exists():
        known.append(today)
    if not known or ends(max(known)) < today:
        return None
    return Books(ends(max(known)), orders.count(), items.count())
