from django.apps import AppConfig


class ConfigurationConfig(AppConfig):
    name = "kundenkreis.configuration"
    label = "configuration"
