from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "kundenkreis.demo"
    label = "demo"
