from django.apps import AppConfig


class LeadsConfig(AppConfig):
    name = "kundenkreis.leads"
    label = "leads"
