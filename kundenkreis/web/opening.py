"""Every figure opens: the addresses of the rows behind it, and the filters that read them.

An account is written `17`, its group `legal-17`; both mean what Account 360 adds up: those of its accounts that the person may see.
"""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import quote_plus

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kundenkreis.catalogue.models import Product
from kundenkreis.core.filters import Filter, Found, condition
from kundenkreis.customers.grouping import Group
from kundenkreis.web.addresses import address

SOLD = condition("kind", "in", "order", "credit_note")


def find_product(text: str, person: Any) -> Found | None:
    """The product that a person sees under this number."""
    known = text.isascii() and text.isdigit() and len(text) < 19
    product = Product.objects.visible_to(person).filter(pk=text).first() if person is not None and known else None
    return Found(f"{product.number} {product.name}", Q(product_id=product.pk)) if product else None


OF_PRODUCT = Filter("product", "record", _("Product"), find=find_product)


def between(first: dt.date, last: dt.date) -> str:
    return condition("day", "between", first.isoformat(), last.isoformat())


def _address(name: str, *conditions: str) -> str:
    return f"{address(name)}?{'&'.join(f'f={quote_plus(one)}' for one in conditions if one)}"


def _of(whose: Group) -> str:
    return condition("of", "is", whose.written)


def orders_of(whose: Group, *conditions: str) -> str:
    """The documents of an account or its group."""
    return _address("orders:list", _of(whose), *conditions)


def opportunities_of(whose: Group, *conditions: str) -> str:
    """The opportunities of an account or its group."""
    return _address("opportunities:list", _of(whose), *conditions)


def open_items_of(whose: Group, *conditions: str) -> str:
    return _address("open_items:list", _of(whose), *conditions)


def contacts_of(whose: Group) -> str:
    """The people of an account or its group."""
    return _address("contacts:list", _of(whose))


def activities_of(whose: Group) -> str:
    return _address("log:list", _of(whose))


def accounts_of(whose: Group) -> str:
    """The accounts of a group that the person sees."""
    return _address("accounts:list", _of(whose))


def lines_of(product: int, *conditions: str, whose: Group | None = None) -> str:
    """The order lines of a product, to one account or group if given."""
    return _address("lines:list", condition("product", "is", product), _of(whose) if whose else "", *conditions)


def month(year: int, number: int, today: dt.date) -> str:
    """The days of a month, as far as they are past."""
    first = dt.date(year, number, 1)
    last = (first + dt.timedelta(days=32)).replace(day=1) - dt.timedelta(days=1)
    return between(first, min(last, today))
