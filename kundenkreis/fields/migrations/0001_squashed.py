import django.core.validators
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('fields', '0001_initial'), ('fields', '0002_references_and_rollups'), ('fields', '0003_lists_and_layouts')]

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Behind',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('noun', models.CharField(max_length=40)),
                ('record_id', models.BigIntegerField()),
            ],
            options={
                'verbose_name': 'record to be rolled up',
                'verbose_name_plural': 'records to be rolled up',
            },
        ),
        migrations.CreateModel(
            name='CustomField',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='last change')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('belongs_to', models.CharField(max_length=40, verbose_name='belongs to')),
                ('key', models.CharField(blank=True, max_length=40, verbose_name='key')),
                ('kind', models.CharField(choices=[('text', 'Text'), ('number', 'Number'), ('money', 'Amount of money'), ('date', 'Date'), ('choice', 'Choice'), ('several', 'Several choices'), ('person', 'Person'), ('reference', 'Other record'), ('formula', 'Formula'), ('rollup', 'Roll-up')], default='text', max_length=9, verbose_name='kind')),
                ('label_en', models.CharField(blank=True, max_length=80, verbose_name='label in English')),
                ('label_de', models.CharField(blank=True, max_length=80, verbose_name='label in German')),
                ('help_en', models.CharField(blank=True, max_length=300, verbose_name='help in English')),
                ('help_de', models.CharField(blank=True, max_length=300, verbose_name='help in German')),
                ('group_en', models.CharField(blank=True, max_length=80, verbose_name='heading in English')),
                ('group_de', models.CharField(blank=True, max_length=80, verbose_name='heading in German')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='position')),
                ('choices', models.JSONField(blank=True, default=list, verbose_name='choices')),
                ('is_required', models.BooleanField(default=False, verbose_name='required')),
                ('required_roles', models.JSONField(blank=True, default=list, verbose_name='required for these roles only')),
                ('required_stages', models.JSONField(blank=True, default=list, verbose_name='required in these stages only')),
                ('decimals', models.PositiveSmallIntegerField(default=2, validators=[django.core.validators.MaxValueValidator(6)], verbose_name='decimals')),
                ('currency', models.CharField(blank=True, max_length=3, verbose_name='currency')),
                ('formula', models.CharField(blank=True, max_length=1000, verbose_name='formula')),
                ('refers_to', models.CharField(blank=True, max_length=40, verbose_name='leads to')),
                ('rollup', models.JSONField(blank=True, default=dict, verbose_name='what is rolled up')),
                ('filled_to', models.BigIntegerField(blank=True, editable=False, null=True)),
                ('rolled_on', models.DateField(blank=True, editable=False, null=True, verbose_name='worked out')),
                ('is_indexed', models.BooleanField(default=True, verbose_name='fast to filter and sort by')),
                ('is_searched', models.BooleanField(default=False, verbose_name='found by the search')),
                ('index_state', models.CharField(choices=[('none', 'none'), ('preparing', 'being prepared'), ('ready', 'ready')], default='none', editable=False, max_length=10, verbose_name='index')),
                ('retired_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='retired since')),
            ],
            options={
                'verbose_name': 'custom field',
                'verbose_name_plural': 'custom fields',
                'indexes': [models.Index(condition=models.Q(('deleted_at__isnull', False)), fields=['deleted_at'], name='fields_customfield_bin')],
                'constraints': [models.UniqueConstraint(fields=('belongs_to', 'key'), name='fields_key_once')],
            },
        ),
        migrations.CreateModel(
            name='Layout',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='last change')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('belongs_to', models.CharField(max_length=40, verbose_name='belongs to')),
                ('role', models.CharField(blank=True, max_length=40, verbose_name='role')),
                ('groups', models.JSONField(blank=True, default=list, verbose_name='groups')),
            ],
            options={
                'verbose_name': 'layout',
                'verbose_name_plural': 'layouts',
                'indexes': [models.Index(condition=models.Q(('deleted_at__isnull', False)), fields=['deleted_at'], name='fields_layout_bin')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('deleted_at', None)), fields=('belongs_to', 'role'), name='fields_layout_once')],
            },
        ),
        migrations.CreateModel(
            name='PickList',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='last change')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('choices', models.JSONField(blank=True, default=list, verbose_name='values')),
            ],
            options={
                'verbose_name': 'pick list',
                'verbose_name_plural': 'pick lists',
                'indexes': [models.Index(condition=models.Q(('deleted_at__isnull', False)), fields=['deleted_at'], name='fields_picklist_bin')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('deleted_at', None)), fields=('name',), name='fields_picklist_once')],
            },
        ),
    ]
