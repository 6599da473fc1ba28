from django.apps import AppConfig


class FieldsConfig(AppConfig):
    name = "kundenkreis.fields"
    label = "fields"
