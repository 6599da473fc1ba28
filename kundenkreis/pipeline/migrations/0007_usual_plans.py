from django.db import migrations

from kundenkreis.pipeline import usual_plans


def begin(apps, schema_editor):
    usual_plans.begin(*(apps.get_model("pipeline", name)._base_manager for name in ("PlanTemplate", "TemplateStep")))


class Migration(migrations.Migration):
    dependencies = [("pipeline", "0006_action_plans")]
    operations = [migrations.RunPython(begin, migrations.RunPython.noop)]
