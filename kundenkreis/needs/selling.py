"""A need becomes an opportunity: in one step, with product lines of what fits, tied together, and with one undo."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from kundenkreis.catalogue.models import Price, Product
from kundenkreis.core import clock
from kundenkreis.history.models import Event
from kundenkreis.history.recording import join
from kundenkreis.needs.models import Need
from kundenkreis.orders.models import OrderLine
from kundenkreis.pipeline.models import Opportunity, OpportunityLine, Pipeline


@transaction.atomic
def sell(
    need: Need, *, by: Any, pipeline: Pipeline | None = None, name: str = "", owner: Any = None,
    expected_close_on: dt.date | None = None, now: dt.datetime | None = None,
) -> Opportunity:  # fmt: skip
    """An opportunity of this need, in the first stage of a pipeline (None: the first one). Raises ValidationError by field."""
    need = Need.objects.select_for_update(of=("self",)).select_related("account", "owner").get(pk=need.pk)
    if not need.is_open or need.deleted_at is not None:
        raise ValidationError(_("This need is met or not pursued."))
    values: dict[str, Any] = {"pipeline": pipeline} if pipeline is not None else {}
    if expected_close_on is not None:
        values["expected_close_on"] = expected_close_on
    if owner is not None:
        values["owner"] = owner
    made = Opportunity.add(
        by=by, now=now, name=(name.strip() or need.title)[:200], account=need.account, description=need.pain, **values
    )
    for fit in need.fits.living().exclude(product=None).select_related("product"):
        _line(made, fit, by, now)
    event = need.tie(made, by=by, verb="sold", now=now)
    made.refresh_from_db()
    if event is not None:
        _goes_with(made, event)
    return made


def _goes_with(made: Opportunity, event: Event) -> None:
    """It goes into the bin with its lines when the step is undone, as long as it still is as the lines have left it."""
    added = Event.objects.about(made).filter(verb="opportunity.added").latest("pk")
    added.version = made.version
    added.save(update_fields=["version"])
    join(added, event)


def _line(made: Opportunity, fit: Any, by: Any, now: dt.datetime | None) -> OpportunityLine:
    price = price_of(fit.product, made)
    return OpportunityLine.add(
        by=by,
        now=now,
        opportunity=made,
        product=fit.product,
        quantity=fit.quantity or Decimal(1),
        price=price,
        note=fit.note[:200],
    )


def price_of(product: Product, opportunity: Opportunity) -> Decimal:
    """What the customer paid last for one, in the opportunity's currency; else what it costs on a list today; else 0."""
    lines = OrderLine.objects.of_living_orders().filter(account_id=opportunity.account_id, product=product)
    paid = lines.filter(order__currency=opportunity.currency, quantity__gt=0).order_by("-ordered_on", "-pk")
    last = paid.values_list("unit_price", flat=True).first()
    if last is not None:
        return last
    today = clock.today()
    listed = Price.objects.living().filter(
        product=product, price_list__currency=opportunity.currency, starts_on__lte=today
    )
    listed = listed.filter(Q(ends_on=None) | Q(ends_on__gte=today), price_list__deleted_at=None)
    found = listed.order_by("from_quantity", "-starts_on", "pk").values_list("amount", flat=True).first()
    return found if found is not None else Decimal(0)
