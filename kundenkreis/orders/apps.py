from django.apps import AppConfig


class OrdersConfig(AppConfig):
    name = "kundenkreis.orders"
    label = "orders"

    def ready(self) -> None:
        from kundenkreis.orders import asking

        asking.tell()
