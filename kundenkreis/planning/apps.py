from django.apps import AppConfig


class PlanningConfig(AppConfig):
    name = "kundenkreis.planning"
    label = "planning"

    def ready(self) -> None:
        from kundenkreis.planning.selection import asking

        asking.tell()
