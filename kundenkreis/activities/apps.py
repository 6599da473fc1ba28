from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ActivitiesConfig(AppConfig):
    name = "kundenkreis.activities"
    label = "activities"

    def ready(self) -> None:
        from kundenkreis.activities import asking, models, permission_asking
        from kundenkreis.fields import layouts, nouns

        asking.tell()
        permission_asking.tell()
        read = {"subject": "text", "kind": "text", "outcome": "text", "minutes": "number", "due_on": "date"}
        nouns.tell("activities", models.Activity, _("Activities"), **read)
        facts = (
            "kind", "account", "contact", "participants", "owner", "colleagues", "at", "minutes", "due_on", "remind_at", "done_at", "outcome",
        )  # fmt: skip
        form = (
            "kind", "subject", "account", "contact", "participants", "owner", "colleagues", "at", "time_zone", "minutes", "is_open", "due_on",
            "remind_at", "outcome", "purpose", "body",
        )  # fmt: skip
        groups = [("facts", _("Facts"), facts)]
        needed = frozenset({"kind", "subject", "at", "time_zone", "is_open"})
        layouts.tell("activities", models.Activity, _("Activities"), groups, form=form, needed=needed)
