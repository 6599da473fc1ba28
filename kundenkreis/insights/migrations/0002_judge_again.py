"""Signals of customers who did nothing at all afterwards were judged wrong: those of the two kinds wait for their verdict again."""

from django.db import migrations


def wait_again(apps, schema_editor):
    signals = apps.get_model("insights", "Signal")
    signals._base_manager.filter(verdict="wrong", kind__in=["missed_order", "lost_products"]).update(verdict="")


class Migration(migrations.Migration):
    dependencies = [("insights", "0001_initial")]

    operations = [migrations.RunPython(wait_again, migrations.RunPython.noop, elidable=True)]
