import django.core.validators
import django.utils.timezone
from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='ExchangeRate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='last change')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('currency', models.CharField(max_length=3, verbose_name='currency')),
                ('on', models.DateField(verbose_name='day')),
                ('rate', models.DecimalField(decimal_places=8, max_digits=18, validators=[django.core.validators.MinValueValidator(Decimal('1E-8'))], verbose_name='units for one euro')),
                ('source', models.CharField(blank=True, max_length=100, verbose_name='source')),
            ],
            options={
                'verbose_name': 'exchange rate',
                'verbose_name_plural': 'exchange rates',
                'indexes': [models.Index(fields=['on', 'id'], name='rates_rate_day')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('deleted_at', None)), fields=('currency', 'on'), name='rates_rate_currency_day', violation_error_message='There is a rate for this currency and day already. Change that one.'), models.CheckConstraint(condition=models.Q(('rate__gt', 0)), name='rates_rate_positive')],
            },
        ),
    ]
