from django.db import migrations, models


def keep_where_they_are(apps, schema_editor):
    """Until now people alone put accounts into territories: rules do not take them out again unasked."""
    accounts = apps.get_model("customers", "Account")._base_manager
    accounts.filter(territory__isnull=False).update(territory_by_hand=True)


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0014_bank_accounts'),
    ]

    operations = [
        migrations.AddField(
            model_name='account',
            name='territory_by_hand',
            field=models.BooleanField(db_default=False, default=False, editable=False, verbose_name='territory set by hand'),
        ),
        migrations.RunPython(keep_where_they_are, migrations.RunPython.noop),
    ]
