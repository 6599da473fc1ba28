from django.apps import AppConfig


class InsightsConfig(AppConfig):
    name = "kundenkreis.insights"
    label = "insights"

    def ready(self) -> None:
        from kundenkreis.insights import asking

        asking.tell()
