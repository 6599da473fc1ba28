from django.apps import AppConfig


class InboxConfig(AppConfig):
    name = "kundenkreis.inbox"
    label = "inbox"
