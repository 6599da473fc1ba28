import django.core.validators
from django.db import migrations, models

import kundenkreis.core.models


class Migration(migrations.Migration):
    dependencies = [("core", "0007_search_sample")]

    operations = [
        migrations.AddField(
            model_name="house",
            name="contact_cap",
            field=models.PositiveSmallIntegerField(
                blank=True,
                null=True,
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(365),
                ],
                verbose_name="advertising contacts with a person at most",
            ),
        ),
        migrations.AddField(
            model_name="house",
            name="contact_cap_days",
            field=models.PositiveSmallIntegerField(
                default=30,
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(730),
                ],
                verbose_name="within so many days",
            ),
        ),
        migrations.AddField(
            model_name="house",
            name="suppression_key",
            field=models.CharField(default=kundenkreis.core.models.new_key, editable=False, max_length=64),
        ),
    ]
