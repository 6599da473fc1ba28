from django.apps import AppConfig


class ActivitiesConfig(AppConfig):
    name = "kundenkreis.activities"
    label = "activities"
