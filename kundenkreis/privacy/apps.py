from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    name = "kundenkreis.privacy"
    label = "privacy"
