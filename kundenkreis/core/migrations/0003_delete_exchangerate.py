from django.db import migrations


class Migration(migrations.Migration):
    """Exchange rates have a room of their own, which has taken them over."""

    dependencies = [("core", "0002_search"), ("rates", "0001_initial")]

    operations = [migrations.DeleteModel(name="ExchangeRate")]
