from django.apps import AppConfig


class FieldsConfig(AppConfig):
    name = "kundenkreis.fields"
    label = "fields"

    def ready(self) -> None:
        from kundenkreis.fields import carrying

        carrying.tell()
