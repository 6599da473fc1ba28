from django.apps import AppConfig


class ForecastConfig(AppConfig):
    name = "kundenkreis.forecast"
    label = "forecast"
