from django.apps import AppConfig


class StaffConfig(AppConfig):
    name = "kundenkreis.staff"
    label = "staff"
