from django.apps import AppConfig


class RatesConfig(AppConfig):
    name = "kundenkreis.rates"
    label = "rates"
