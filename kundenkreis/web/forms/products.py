"""Forms of products, price lists and prices."""

from __future__ import annotations

from typing import Any

from django import forms

from kundenkreis.catalogue.models import Family, Price, PriceList, Product, Unit
from kundenkreis.core import clock
from kundenkreis.staff import access
from kundenkreis.web.forms import VerbForm
from kundenkreis.web.forms.custom import FieldedForm


class ProductForm(FieldedForm):
    class Meta:
        model = Product
        fields = ["number", "name", "kind", "family", "unit", "ean", "cost", "is_active", "description"]
        widgets = {"description": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, user: Any, **kwargs: Any):
        super().__init__(*args, user=user, **kwargs)
        for name, model in (("family", Family), ("unit", Unit)):
            if name in self.fields:
                self.fields[name].queryset = model.objects.living()  # type: ignore[attr-defined]
        if not access.may(user, "products.see_cost"):
            self.fields.pop("cost", None)

    def values(self) -> dict[str, Any]:
        values = super().values()
        if "cost" in self.changed_data:
            values["is_cost_generated"] = False
        return values


class PriceListForm(VerbForm):
    class Meta:
        model = PriceList
        fields = ["code", "name", "currency"]


class PriceForm(VerbForm):
    class Meta:
        model = Price
        fields = ["price_list", "from_quantity", "amount", "starts_on", "ends_on"]

    def __init__(self, *args: Any, user: Any, product: Product, **kwargs: Any):
        super().__init__(*args, user=user, **kwargs)
        self.product = product
        self.fields["price_list"].queryset = PriceList.objects.living()  # type: ignore[attr-defined]
        if not self.instance.pk:
            self.initial.setdefault("starts_on", clock.today())

    def values(self) -> dict[str, Any]:
        return super().values() | ({} if self.instance.pk else {"product": self.product})
