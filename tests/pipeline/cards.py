"""Opportunities for tests."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from kundenkreis.catalogue.models import Product
from kundenkreis.core import clock
from kundenkreis.pipeline import usual
from kundenkreis.pipeline.models import Opportunity, OpportunityContact, Pipeline, Stage


def pipeline(kind: str = "new") -> Pipeline:
    usual.set_up()
    return Pipeline.objects.living().get(kind=kind)


def stages(kind: str = "new") -> list[Stage]:
    """Of new business: qualification, needs analysis, offer, negotiation, won, lost."""
    return list(pipeline(kind).stages.living())


def card(world, **values) -> Opportunity:
    pipeline()
    by = values.pop("by", world.ada)
    given = {"name": "Dowels for the new hall", "account": world.lindner, "value": Decimal(12_000)}
    return Opportunity.add(by=by, **{**given, **values})


def ready(one: Opportunity, world) -> Opportunity:
    """With everything for which the usual stages ask."""
    one.change(by=world.ada, expected_close_on=soon(), decision_on=soon())
    OpportunityContact.add(by=world.ada, opportunity=one, contact=world.maria, role="economic_buyer")
    return one


def soon(days: int = 30) -> dt.date:
    return clock.today() + dt.timedelta(days=days)


def product(number: str = "D-1", name: str = "Dowel 8 mm") -> Product:
    return Product.objects.filter(number=number).first() or Product.add(by=None, number=number, name=name)


def wrong(make) -> dict[str, str]:
    with pytest.raises(ValidationError) as refused:
        make()
    error = refused.value
    if not hasattr(error, "error_dict"):
        return {"": " ".join(error.messages)}
    return {name: " ".join(texts) for name, texts in error.message_dict.items()}
