from django.apps import AppConfig


class AutomationConfig(AppConfig):
    name = "kundenkreis.automation"
    label = "automation"

    def ready(self) -> None:
        from kundenkreis.automation import carrying

        carrying.tell()
