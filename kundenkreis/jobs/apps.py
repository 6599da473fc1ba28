from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "kundenkreis.jobs"
    label = "jobs"
