"""The form of an order: it is the ERP's, but for what the house itself wants to know of it."""

from __future__ import annotations

from typing import ClassVar

from kundenkreis.orders.models import Order
from kundenkreis.web.forms.custom import FieldedForm


class OrderForm(FieldedForm):
    class Meta:
        model = Order
        fields: ClassVar[list[str]] = []
