from django.apps import AppConfig


class HistoryConfig(AppConfig):
    name = "kundenkreis.history"
    label = "history"
