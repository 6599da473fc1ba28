from django.apps import AppConfig


class ListsConfig(AppConfig):
    name = "kundenkreis.lists"
    label = "lists"
