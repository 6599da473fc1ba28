from django.apps import AppConfig


class TripsConfig(AppConfig):
    name = "kundenkreis.trips"
    label = "trips"
