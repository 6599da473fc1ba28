from django.db import migrations

from kundenkreis.needs import usual


def begin(apps, schema_editor):
    usual.begin(*(apps.get_model("needs", name)._base_manager for name in ("QuestionSet", "QuestionEdition")))


class Migration(migrations.Migration):
    dependencies = [("needs", "0001_initial")]
    operations = [migrations.RunPython(begin, migrations.RunPython.noop)]
