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
from kundenkreis.customers.models import Account, AccountLink
from kundenkreis.staff.models import User
from kundenkreis.web.addresses import address

SOLD = condition("kind", "in", "order", "credit_note")


def find_account(text: str, me: int | None) -> Found | None:
    """The account, or its group, that a person sees under this number."""
    from kundenkreis.web.account360 import group_of

    hierarchy, _dash, number = text.rpartition("-")
    user = User.objects.filter(pk=me).first()
    known = number.isascii() and number.isdigit() and len(number) < 19
    account = Account.objects.visible_to(user).filter(pk=number).first() if user and known else None
    if account is None:
        return None
    group = group_of(account, hierarchy, user)
    if hierarchy != group.chosen:
        return None
    name = f"{account.name} ({AccountLink.Hierarchy(hierarchy).label})" if hierarchy else account.name
    return Found(name, Q(account_id__in=group.ids))


def find_product(text: str, me: int | None) -> Found | None:
    user = User.objects.filter(pk=me).first()
    known = text.isascii() and text.isdigit() and len(text) < 19
    product = Product.objects.visible_to(user).filter(pk=text).first() if user and known else None
    return Found(f"{product.number} {product.name}", Q(product_id=product.pk)) if product else None


OF_ACCOUNT = Filter("of", "record", _("Account or group"), find=find_account)
OF_PRODUCT = Filter("product", "record", _("Product"), find=find_product)


def between(first: dt.date, last: dt.date) -> str:
    return condition("day", "between", first.isoformat(), last.isoformat())


def _address(name: str, *conditions: str) -> str:
    return f"{address(name)}?{'&'.join(f'f={quote_plus(one)}' for one in conditions if one)}"


def _of(whose: Any) -> str:
    """The condition for a `Group` of Account 360."""
    return condition("of", "is", f"{whose.chosen}-{whose.account.pk}" if whose.chosen else whose.account.pk)


def orders_of(whose: Any, *conditions: str) -> str:
    """The documents of an account or its group."""
    return _address("orders:list", _of(whose), *conditions)


def open_items_of(whose: Any, *conditions: str) -> str:
    return _address("open_items:list", _of(whose), *conditions)


def lines_of(product: int, *conditions: str, whose: Any = None) -> str:
    """The order lines of a product, to one account or group if given."""
    return _address("lines:list", condition("product", "is", product), _of(whose) if whose else "", *conditions)


def month(year: int, number: int, today: dt.date) -> str:
    """The days of a month, as far as they are past."""
    first = dt.date(year, number, 1)
    last = (first + dt.timedelta(days=32)).replace(day=1) - dt.timedelta(days=1)
    return between(first, min(last, today))
