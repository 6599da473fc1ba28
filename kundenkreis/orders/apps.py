from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrdersConfig(AppConfig):
    name = "kundenkreis.orders"
    label = "orders"

    def ready(self) -> None:
        from kundenkreis.fields import layouts, nouns
        from kundenkreis.orders import asking, models

        asking.tell()
        read = {"number": "text", "kind": "text", "customer_reference": "text", "currency": "text", "country": "text"}
        sums = dict.fromkeys(("total", "total_house", "line_count"), "number")
        nouns.tell("orders", models.Order, _("Orders"), **read, **sums, ordered_on="date")
        layouts.tell("orders", models.Order, _("Orders"), [("about", _("About"), ("customer_reference",))])
