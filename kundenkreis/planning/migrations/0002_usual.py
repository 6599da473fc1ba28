from django.db import migrations
from django.utils import timezone

from kundenkreis.planning import usual


def begin(apps, schema_editor):
    names = ("SelectionSet", "SelectionCriterion", "TierRule")
    managers = (apps.get_model("planning", name)._base_manager for name in names)
    usual.begin(*managers, timezone.localdate())


class Migration(migrations.Migration):
    dependencies = [("planning", "0001_initial")]
    operations = [migrations.RunPython(begin, migrations.RunPython.noop)]
