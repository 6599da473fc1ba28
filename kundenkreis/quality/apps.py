from django.apps import AppConfig


class QualityConfig(AppConfig):
    name = "kundenkreis.quality"
    label = "quality"

    def ready(self) -> None:
        from kundenkreis.quality import asking, carrying

        asking.tell()
        carrying.tell()
