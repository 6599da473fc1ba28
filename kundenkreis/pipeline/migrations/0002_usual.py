from django.db import migrations

from kundenkreis.pipeline import usual


def begin(apps, schema_editor):
    of = [apps.get_model("pipeline", name)._base_manager for name in ("Pipeline", "Stage", "CloseReason")]
    usual.begin(*of)


class Migration(migrations.Migration):
    dependencies = [("pipeline", "0001_initial")]
    operations = [migrations.RunPython(begin, migrations.RunPython.noop)]
