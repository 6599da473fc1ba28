from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "kundenkreis.core"
    label = "core"
