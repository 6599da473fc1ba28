from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "kundenkreis.customers"
    label = "customers"

    def ready(self) -> None:
        from kundenkreis.customers import asking

        asking.tell()
