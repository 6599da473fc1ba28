from django.db import migrations

from kundenkreis.pipeline import usual


def complete(apps, schema_editor):
    usual.complete(*(apps.get_model("pipeline", name)._base_manager for name in ("CloseReason", "InterviewGuide")))


class Migration(migrations.Migration):
    dependencies = [("pipeline", "0004_closing")]
    operations = [migrations.RunPython(complete, migrations.RunPython.noop)]
