from django.apps import AppConfig


class ActivitiesConfig(AppConfig):
    name = "kundenkreis.activities"
    label = "activities"

    def ready(self) -> None:
        from kundenkreis.activities import asking

        asking.tell()
