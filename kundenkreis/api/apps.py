from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "kundenkreis.api"
    label = "api"
