from django.apps import AppConfig


class AutomationConfig(AppConfig):
    name = "kundenkreis.automation"
    label = "automation"
