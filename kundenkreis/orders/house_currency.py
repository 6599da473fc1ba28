"""The house currency: what is kept in it, and that it is never changed under amounts that are.

Every amount without a currency of its own (an order's net in house currency, an account's revenue, a product's cost) was converted into
the house currency when it was stored. Another currency would put another sign before the same figures, so it can be chosen only while
there is none of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kundenkreis.catalogue.models import Product
from kundenkreis.core import bulk
from kundenkreis.core.keyset import bounded_count
from kundenkreis.core.models import House
from kundenkreis.history.recording import Actor, plain, record_event
from kundenkreis.orders.models import Order

MANY = 10_000
# What rooms above keep in the house currency: a model, and its count as words.
ALSO: dict[type[Model], Callable[[int, str], str]] = {}


def tell(model: type[Model], counted: Callable[[int, str], str]) -> None:
    """Rows of this model hold amounts in the house currency; `counted(3, "3")` says how many in words."""
    ALSO[model] = counted


def why_fixed() -> str:
    """The sentence that says why the house currency cannot be another one now; "" when it can."""
    orders = bounded_count(Order._base_manager.all(), MANY)
    costs = bounded_count(Product._base_manager.exclude(cost=None), MANY)
    others = {model: bounded_count(model._base_manager.all(), MANY) for model in ALSO}
    kept = [ALSO[model](count, _shown(count)) for model, count in others.items() if count]
    if not orders and not costs and not kept:
        return ""
    if orders:
        kept.append(ngettext("%(count)s order", "%(count)s orders", orders) % {"count": _shown(orders)})
    if costs:
        kept.append(
            ngettext("the cost of %(count)s product", "the costs of %(count)s products", costs)
            % {"count": _shown(costs)}
        )
    return _(
        "The house currency cannot be changed: %(kept)s (those in the bin included) are kept in %(currency)s and would only get"
        " another sign. A house in another currency begins empty."
    ) % {"kept": _(" and ").join(reversed(kept)), "currency": House.current().currency}


def _shown(count: int) -> str:
    return number_format(min(count, MANY), force_grouping=True) + ("+" if count >= MANY else "")


@transaction.atomic
def settle(house: House, *, by: Actor | None, **values: Any) -> dict[str, list]:
    """Change the house's settings; returns what was changed. Raises ValidationError by field, and then nothing is written."""
    present = House.objects.select_for_update().get(pk=house.pk)
    changes = {
        name: [plain(getattr(present, name)), plain(value)]
        for name, value in values.items()
        if getattr(present, name) != value
    }
    if "currency" in changes:
        bulk.hold(Order, Product, *ALSO)  # whoever books an order just now reads the currency after having written it
        if reason := why_fixed():
            raise ValidationError({"currency": reason})
    if changes:
        for name in changes:
            setattr(present, name, values[name])
        present.save(update_fields=list(changes))
        record_event(present, "house.changed", by=by, changes=changes)
    return changes
