from django.apps import AppConfig


class InsightsConfig(AppConfig):
    name = "kundenkreis.insights"
    label = "insights"
