from django.apps import AppConfig


class OrdersConfig(AppConfig):
    name = "kundenkreis.orders"
    label = "orders"
