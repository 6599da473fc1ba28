import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('pipeline', '0001_squashed'),
        ('staff', '0001_squashed'),
    ]

    operations = [
        migrations.CreateModel(
            name='Baseline',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('as_of', models.DateField(verbose_name='as of')),
                ('period', models.CharField(max_length=7, verbose_name='period')),
                ('computed_at', models.DateTimeField(verbose_name='computed')),
                ('told', models.JSONField(default=dict, verbose_name='figures')),
            ],
            options={
                'verbose_name': 'statistical baseline',
                'verbose_name_plural': 'statistical baselines',
                'constraints': [models.UniqueConstraint(fields=('period', 'as_of'), name='forecast_baseline_once')],
            },
        ),
        migrations.CreateModel(
            name='Snapshot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('taken_on', models.DateField(unique=True, verbose_name='day')),
                ('taken_at', models.DateTimeField(verbose_name='taken')),
                ('number', models.PositiveIntegerField(default=0, verbose_name='opportunities')),
                ('is_generated', models.BooleanField(default=False, verbose_name='generated')),
                ('taken_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='taken by')),
            ],
            options={
                'verbose_name': 'forecast snapshot',
                'verbose_name_plural': 'forecast snapshots',
                'ordering': ['-taken_on'],
            },
        ),
        migrations.CreateModel(
            name='SnapshotCall',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('period', models.CharField(max_length=7, verbose_name='period')),
                ('is_override', models.BooleanField(verbose_name='stands over what was summed')),
                ('commit', models.DecimalField(decimal_places=2, max_digits=16, null=True, verbose_name='commit')),
                ('best_case', models.DecimalField(decimal_places=2, max_digits=16, null=True, verbose_name='best case')),
                ('person', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('snapshot', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='calls', to='forecast.snapshot')),
                ('team', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='staff.team')),
            ],
            options={
                'verbose_name': 'call of a forecast snapshot',
                'verbose_name_plural': 'calls of forecast snapshots',
            },
        ),
        migrations.CreateModel(
            name='SnapshotSum',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.DateField(null=True, verbose_name='month')),
                ('category', models.CharField(choices=[('pipeline', 'pipeline'), ('best_case', 'best case'), ('commit', 'commit'), ('closed', 'closed'), ('omitted', 'omitted')], max_length=9, verbose_name='forecast category')),
                ('number', models.PositiveIntegerField(verbose_name='opportunities')),
                ('value', models.DecimalField(decimal_places=2, max_digits=20, verbose_name='value in house currency')),
                ('owner', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('snapshot', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sums', to='forecast.snapshot')),
            ],
            options={
                'verbose_name': 'sum of a forecast snapshot',
                'verbose_name_plural': 'sums of forecast snapshots',
            },
        ),
        migrations.CreateModel(
            name='ForecastCall',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='last change')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('period', models.CharField(help_text='A quarter (2026-Q4) or a month (2026-12).', max_length=7, verbose_name='period')),
                ('is_override', models.BooleanField(default=False, verbose_name='stands over what was summed')),
                ('commit', models.DecimalField(blank=True, decimal_places=2, max_digits=16, null=True, validators=[django.core.validators.MinValueValidator(Decimal('0'))], verbose_name='commit')),
                ('best_case', models.DecimalField(blank=True, decimal_places=2, max_digits=16, null=True, validators=[django.core.validators.MinValueValidator(Decimal('0'))], verbose_name='best case')),
                ('note', models.TextField(blank=True, max_length=2000, verbose_name='note')),
                ('given_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='given by')),
                ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='forecast_calls', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                ('team', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='forecast_calls', to='staff.team', verbose_name='team')),
            ],
            options={
                'verbose_name': 'forecast call',
                'verbose_name_plural': 'forecast calls',
                'indexes': [models.Index(condition=models.Q(('deleted_at__isnull', False)), fields=['deleted_at'], name='forecast_call_bin')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('deleted_at', None), ('person__isnull', False)), fields=('period', 'person', 'is_override'), name='forecast_call_person', violation_error_message='There is a call for this period already. Change that one.'), models.UniqueConstraint(condition=models.Q(('deleted_at', None), ('team__isnull', False)), fields=('period', 'team'), name='forecast_call_team', violation_error_message='There is a call for this period already. Change that one.'), models.UniqueConstraint(condition=models.Q(('deleted_at', None), ('person', None), ('team', None)), fields=('period',), name='forecast_call_house', violation_error_message='There is a call for this period already. Change that one.'), models.CheckConstraint(condition=models.Q(('person', None), ('team', None), _connector='OR'), name='forecast_call_of_one', violation_error_message='A call is of a person or of a team, not of both.')],
            },
        ),
        migrations.CreateModel(
            name='SnapshotRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('category', models.CharField(choices=[('pipeline', 'pipeline'), ('best_case', 'best case'), ('commit', 'commit'), ('closed', 'closed'), ('omitted', 'omitted')], max_length=9, verbose_name='forecast category')),
                ('outcome', models.CharField(blank=True, choices=[('won', 'won'), ('lost', 'lost')], max_length=4, verbose_name='outcome')),
                ('probability', models.PositiveSmallIntegerField(default=0, verbose_name='probability in %')),
                ('value_house', models.DecimalField(decimal_places=2, max_digits=16, verbose_name='value in house currency')),
                ('falls_on', models.DateField(null=True, verbose_name='expected or real close')),
                ('opportunity', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pipeline.opportunity')),
                ('owner', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('snapshot', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='forecast.snapshot')),
                ('stage', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pipeline.stage')),
                ('team', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='staff.team')),
            ],
            options={
                'verbose_name': 'row of a forecast snapshot',
                'verbose_name_plural': 'rows of forecast snapshots',
                'constraints': [models.UniqueConstraint(fields=('opportunity', 'snapshot'), name='forecast_snapshot_row')],
            },
        ),
    ]
