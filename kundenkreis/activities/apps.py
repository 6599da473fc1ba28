from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ActivitiesConfig(AppConfig):
    name = "kundenkreis.activities"
    label = "activities"

    def ready(self) -> None:
        from kundenkreis.activities import asking, models, permission_asking
        from kundenkreis.fields import nouns

        asking.tell()
        permission_asking.tell()
        read = {"subject": "text", "kind": "text", "outcome": "text", "minutes": "number", "due_on": "date"}
        nouns.tell("activities", models.Activity, _("Activities"), **read)
