from django.apps import AppConfig


class TerritoriesConfig(AppConfig):
    name = "kundenkreis.territories"
    label = "territories"
