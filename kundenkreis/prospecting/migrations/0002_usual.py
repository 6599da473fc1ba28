from django.db import migrations

from kundenkreis.prospecting import usual


def begin(apps, schema_editor):
    names = ("CriteriaSet", "FitCriterion", "ResearchQuestion")
    usual.begin(*(apps.get_model("prospecting", name)._base_manager for name in names))


class Migration(migrations.Migration):
    dependencies = [("prospecting", "0001_initial")]
    operations = [migrations.RunPython(begin, migrations.RunPython.noop)]
