from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "kundenkreis.catalogue"
    label = "catalogue"
