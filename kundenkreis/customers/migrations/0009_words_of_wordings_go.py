from django.db import migrations


class Migration(migrations.Migration):
    """Apart from the one before: PostgreSQL alters no table in a transaction that has changed its rows."""

    dependencies = [("customers", "0008_permission_to_contact")]

    operations = [migrations.RemoveField(model_name="consent", name="wording_before")]
