from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class PipelineConfig(AppConfig):
    name = "kundenkreis.pipeline"
    label = "pipeline"

    def ready(self) -> None:
        from kundenkreis.activities import handing_over
        from kundenkreis.fields import layouts, nouns
        from kundenkreis.orders import house_currency
        from kundenkreis.pipeline import asking, marking, models

        read = dict.fromkeys(("number", "name", "currency", "source", "outcome"), "text")
        sums = dict.fromkeys(("value", "value_house", "probability"), "number")
        days = dict.fromkeys(("expected_close_on", "decision_on"), "date")
        kinds = models.Stage.Kind.choices
        nouns.tell("opportunities", models.Opportunity, _("Opportunities"), kinds, **read, **sums, **days)
        of_project = dict.fromkeys(("specified_on", "tendered_on", "awarded_on"), "date")
        texts = dict.fromkeys(("number", "name", "place", "country", "status"), "text")
        nouns.tell(
            "projects", models.Project, _("Projects"), **texts, value="number", value_house="number", **of_project
        )
        form = (
            "name", "account", "pipeline", "stage", "value", "currency", "probability", "expected_close_on", "decision_on",
            "forecast_category", "owner", "team", "source", "campaign", "description",
        )  # fmt: skip
        layouts.tell(
            "opportunities", models.Opportunity, _("Opportunities"), [("about", _("About"), form)],
            form=form, needed=frozenset({"name", "pipeline", "stage"}),
        )  # fmt: skip
        house_currency.tell(models.Opportunity, models.counted)
        asking.tell()
        pre_migrate.connect(marking.before_migrations, sender=self)
        post_migrate.connect(marking.after_migrations, sender=self)
        handing_over.also(lambda person: models.Opportunity.objects.open().filter(owner=person))
