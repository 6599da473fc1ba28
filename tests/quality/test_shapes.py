"""Records made by their model's shape are what the model itself makes."""

from __future__ import annotations

import pytest

from kundenkreis.customers.models import Account, Contact, Position
from kundenkreis.orders.models import CreditStanding
from kundenkreis.quality.targets.shapes import shape_of
from kundenkreis.staff.models import Territory

MOMENTS = {"created_at", "changed_at"}


@pytest.mark.parametrize("model", [Account, Contact, Position, CreditStanding, Territory])
def test_an_empty_record_is_the_model_at_its_defaults(model):
    shape = shape_of(model)
    made, usual = shape.empty(), model()
    differing = {
        name
        for name, ours, theirs in zip(shape.attnames, shape.values(made), shape.values(usual), strict=True)
        if ours != theirs
    }
    assert differing <= MOMENTS
    assert made._state.adding
    assert made.pk is None


def test_two_records_share_no_default():
    one, other = shape_of(Territory).empty(), shape_of(Territory).empty()
    one.postcodes.append("1010")
    assert other.postcodes == []
    assert shape_of(Territory).empty().postcodes == []
