from django.apps import AppConfig


class StakeholdersConfig(AppConfig):
    name = "kundenkreis.stakeholders"
    label = "stakeholders"

    def ready(self) -> None:
        from kundenkreis.stakeholders import asking

        asking.tell()
