from django.apps import AppConfig


class QualityConfig(AppConfig):
    name = "kundenkreis.quality"
    label = "quality"
