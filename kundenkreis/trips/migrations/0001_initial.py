import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import kundenkreis.core.zones
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('activities', '0001_squashed'),
        ('staff', '0001_squashed'),
    ]

    operations = [
        migrations.CreateModel(
            name='MileageRate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='last change')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('valid_from', models.DateField(verbose_name='valid from')),
                ('per_km', models.DecimalField(decimal_places=4, max_digits=6, validators=[django.core.validators.MinValueValidator(Decimal('0')), django.core.validators.MaxValueValidator(Decimal('10'))], verbose_name='for a kilometre')),
                ('per_passenger', models.DecimalField(decimal_places=4, default=Decimal('0'), max_digits=6, validators=[django.core.validators.MinValueValidator(Decimal('0')), django.core.validators.MaxValueValidator(Decimal('10'))], verbose_name='for a passenger and kilometre')),
                ('source', models.CharField(blank=True, max_length=200, verbose_name='source')),
            ],
            options={
                'verbose_name': 'mileage rate',
                'verbose_name_plural': 'mileage rates',
                'indexes': [models.Index(condition=models.Q(('deleted_at__isnull', False)), fields=['deleted_at'], name='trips_rate_bin')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('deleted_at', None)), fields=('valid_from',), name='trips_rate_day', violation_error_message='There is a rate from this day on already. Change that one.'), models.CheckConstraint(condition=models.Q(('per_km__gte', 0), ('per_passenger__gte', 0)), name='trips_rate_not_negative')],
            },
        ),
        migrations.CreateModel(
            name='Trip',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='last change')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('purpose', models.CharField(max_length=200, verbose_name='purpose')),
                ('destination', models.CharField(blank=True, max_length=200, verbose_name='destination')),
                ('starts_at', models.DateTimeField(verbose_name='leaves')),
                ('start_zone', models.CharField(blank=True, max_length=64, validators=[kundenkreis.core.zones.check], verbose_name='time zone of the start')),
                ('start_place', models.CharField(max_length=200, verbose_name='place of departure')),
                ('ends_at', models.DateTimeField(verbose_name='arrives')),
                ('end_zone', models.CharField(blank=True, max_length=64, validators=[kundenkreis.core.zones.check], verbose_name='time zone of the end')),
                ('end_place', models.CharField(max_length=200, verbose_name='place of arrival')),
                ('means', models.CharField(choices=[('own_car', 'own car'), ('company_car', 'company car'), ('train', 'train'), ('plane', 'plane'), ('bus', 'bus, tram or underground'), ('taxi', 'taxi or hired car'), ('other', 'something else')], default='own_car', max_length=12, verbose_name='means of travel')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('person', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='trips', to=settings.AUTH_USER_MODEL, verbose_name='who travels')),
                ('visits', models.ManyToManyField(blank=True, related_name='trips', to='activities.activity', verbose_name='visits and meetings')),
            ],
            options={
                'verbose_name': 'trip',
                'verbose_name_plural': 'trips',
                'indexes': [models.Index(fields=['person', '-starts_at', '-id'], name='trips_trip_person'), models.Index(fields=['-starts_at', '-id'], name='trips_trip_start'), models.Index(condition=models.Q(('deleted_at__isnull', False)), fields=['deleted_at'], name='trips_trip_bin')],
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_at__gte', models.F('starts_at'))), name='trips_trip_period', violation_error_message='The trip ends before it begins.')],
            },
        ),
        migrations.CreateModel(
            name='Leg',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='last change')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('on', models.DateField(verbose_name='day')),
                ('start_place', models.CharField(max_length=200, verbose_name='place of departure')),
                ('end_place', models.CharField(max_length=200, verbose_name='place of arrival')),
                ('means', models.CharField(choices=[('own_car', 'own car'), ('company_car', 'company car'), ('train', 'train'), ('plane', 'plane'), ('bus', 'bus, tram or underground'), ('taxi', 'taxi or hired car'), ('other', 'something else')], default='own_car', max_length=12, verbose_name='means of travel')),
                ('km', models.DecimalField(blank=True, decimal_places=1, max_digits=6, null=True, validators=[django.core.validators.MinValueValidator(Decimal('0')), django.core.validators.MaxValueValidator(Decimal('9999'))], verbose_name='kilometres')),
                ('odometer_start', models.PositiveIntegerField(blank=True, null=True, verbose_name='odometer at the start')),
                ('odometer_end', models.PositiveIntegerField(blank=True, null=True, verbose_name='odometer at the end')),
                ('passengers', models.CharField(blank=True, max_length=200, verbose_name='passengers')),
                ('trip', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='legs', to='trips.trip', verbose_name='trip')),
            ],
            options={
                'verbose_name': 'leg',
                'verbose_name_plural': 'legs',
                'indexes': [models.Index(condition=models.Q(('deleted_at__isnull', False)), fields=['deleted_at'], name='trips_leg_bin')],
                'constraints': [models.CheckConstraint(condition=models.Q(('km', None), ('km__gte', 0), _connector='OR'), name='trips_leg_km', violation_error_message='Kilometres are not below zero.'), models.CheckConstraint(condition=models.Q(('odometer_end', None), ('odometer_start', None), ('odometer_end__gte', models.F('odometer_start')), _connector='OR'), name='trips_leg_odometer', violation_error_message='The odometer does not run backwards.')],
            },
        ),
    ]
