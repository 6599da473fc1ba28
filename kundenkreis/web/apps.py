from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "kundenkreis.web"
    label = "web"
