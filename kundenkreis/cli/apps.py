from django.apps import AppConfig


class CliConfig(AppConfig):
    name = "kundenkreis.cli"
    label = "cli"
