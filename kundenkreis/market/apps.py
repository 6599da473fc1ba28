from django.apps import AppConfig


class MarketConfig(AppConfig):
    name = "kundenkreis.market"
    label = "market"
