from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "kundenkreis.customers"
    label = "customers"
