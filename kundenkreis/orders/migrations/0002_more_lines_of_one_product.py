from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0001_initial")]

    operations = [
        migrations.AlterField(
            model_name="orderline",
            name="occurrence",
            field=models.PositiveIntegerField(default=1, verbose_name="n-th line of this product"),
        ),
    ]
