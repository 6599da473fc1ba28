from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "kundenkreis.files"
    label = "files"
