from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LeadsConfig(AppConfig):
    name = "kundenkreis.leads"
    label = "leads"

    def ready(self) -> None:
        from kundenkreis.activities import handing_over
        from kundenkreis.fields import nouns
        from kundenkreis.leads import models, routing

        texts = dict.fromkeys(("number", "company", "place", "country", "industry", "source", "campaign"), "text")
        nouns.tell("leads", models.Lead, _("Leads"), **texts, employees="number", score="number")
        handing_over.also(routing.of_one_who_leaves)
