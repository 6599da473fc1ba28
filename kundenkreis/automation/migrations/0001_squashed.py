import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import kundenkreis.automation.nouns
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('automation', '0001_initial'), ('automation', '0002_nouns')]

    initial = True

    dependencies = [
        ('history', '0001_squashed'),
        ('staff', '0001_squashed'),
    ]

    operations = [
        migrations.CreateModel(
            name='AutomationMark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('event', models.BigIntegerField(default=0)),
                ('chunk', models.BigIntegerField(default=0)),
                ('signal', models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='AutomationRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='last change')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('key', models.SlugField(blank=True, max_length=60, verbose_name='key')),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('belongs_to', models.CharField(choices=kundenkreis.automation.nouns.choices, max_length=20, verbose_name='of')),
                ('when', models.CharField(choices=[('added', 'is added'), ('meets', 'newly fulfils the conditions'), ('changed', 'has another value in a field'), ('day', 'reaches a day')], default='added', max_length=8, verbose_name='when it')),
                ('field', models.CharField(blank=True, max_length=60, verbose_name='field')),
                ('from_value', models.CharField(blank=True, max_length=200, verbose_name='from')),
                ('to_value', models.CharField(blank=True, max_length=200, verbose_name='to')),
                ('days', models.SmallIntegerField(default=0, validators=[django.core.validators.MinValueValidator(-3650), django.core.validators.MaxValueValidator(3650)], verbose_name='days after it')),
                ('conditions', models.JSONField(blank=True, default=list, verbose_name='if')),
                ('actions', models.JSONField(blank=True, default=list, verbose_name='then')),
                ('for_imports', models.BooleanField(default=False, verbose_name='for imports too')),
                ('most_a_day', models.PositiveIntegerField(default=200, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(10000)], verbose_name='at most a day')),
                ('note', models.CharField(blank=True, max_length=300, verbose_name='why')),
                ('is_on', models.BooleanField(default=False, verbose_name='switched on')),
                ('stopped_why', models.CharField(blank=True, editable=False, max_length=300)),
                ('since_event', models.BigIntegerField(default=0, editable=False)),
                ('is_prepared', models.BooleanField(default=False, editable=False)),
                ('reached', models.BigIntegerField(default=0, editable=False)),
                ('looked_on', models.DateField(editable=False, null=True)),
                ('told', models.CharField(blank=True, editable=False, max_length=300)),
                ('responsible', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='acts as')),
            ],
            options={
                'verbose_name': 'automation rule',
                'verbose_name_plural': 'automation rules',
                'ordering': ['name', 'pk'],
                'indexes': [models.Index(condition=models.Q(('deleted_at__isnull', False)), fields=['deleted_at'], name='automation_rule_bin')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('deleted_at', None)), fields=('key',), name='automation_rule_key', violation_error_message='There is a rule with this key already.')],
            },
        ),
        migrations.CreateModel(
            name='AutomationMet',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('record_id', models.BigIntegerField()),
                ('rule', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='automation.automationrule')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('rule', 'record_id'), name='automation_met_once')],
            },
        ),
        migrations.CreateModel(
            name='AutomationRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('noun', models.CharField(choices=kundenkreis.automation.nouns.choices, max_length=20, verbose_name='of')),
                ('record_id', models.BigIntegerField(verbose_name='record')),
                ('occasion', models.CharField(max_length=40)),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='when')),
                ('actor_id', models.BigIntegerField(null=True)),
                ('chain', models.JSONField(default=list)),
                ('state', models.CharField(choices=[('waiting', 'waits'), ('done', 'done'), ('failed', 'failed'), ('skipped', 'not done')], default='waiting', max_length=8, verbose_name='state')),
                ('done_at', models.DateTimeField(null=True, verbose_name='done at')),
                ('deeds', models.JSONField(default=list, verbose_name='what was done')),
                ('problem', models.CharField(blank=True, max_length=500, verbose_name='why not')),
                ('events', models.JSONField(default=list)),
                ('batch', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='history.batch')),
                ('rule', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='runs', to='automation.automationrule', verbose_name='rule')),
            ],
            options={
                'verbose_name': 'run of a rule',
                'verbose_name_plural': 'runs of rules',
                'indexes': [models.Index(fields=['rule', '-at', '-id'], name='automation_run_rule'), models.Index(condition=models.Q(('state', 'waiting')), fields=['id'], name='automation_run_waiting'), models.Index(fields=['at', 'id'], name='automation_run_at')],
                'constraints': [models.UniqueConstraint(fields=('rule', 'record_id', 'occasion'), name='automation_run_once')],
            },
        ),
    ]
