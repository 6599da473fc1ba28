import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('lists', '0001_initial'), ('lists', '0002_opened'), ('lists', '0003_start_view')]

    initial = True

    dependencies = [
        ('staff', '0001_squashed'),
    ]

    operations = [
        migrations.CreateModel(
            name='SavedView',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='last change')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('list_name', models.CharField(max_length=40, verbose_name='list')),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('query', models.CharField(blank=True, max_length=2000, verbose_name='filters, columns and sorting')),
                ('shared', models.CharField(choices=[('private', 'only me'), ('team', 'my team'), ('all', 'everyone')], default='private', max_length=8, verbose_name='visible to')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='position')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='saved_views', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
                ('team', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, to='staff.team', verbose_name='team')),
            ],
            options={
                'verbose_name': 'view',
                'verbose_name_plural': 'views',
                'ordering': ['position', 'name'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('deleted_at', None)), fields=('list_name', 'owner', 'name'), name='lists_view_name')],
            },
        ),
        migrations.CreateModel(
            name='StartView',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('list_name', models.CharField(max_length=40)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('view', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='lists.savedview')),
            ],
            options={
                'verbose_name': 'view that a list opens with',
                'constraints': [models.UniqueConstraint(fields=('person', 'list_name'), name='lists_start_once')],
            },
        ),
        migrations.CreateModel(
            name='Opened',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('noun', models.CharField(max_length=20)),
                ('record_id', models.BigIntegerField()),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'opened record',
                'indexes': [models.Index(fields=['person', '-at', '-id'], name='lists_opened_person')],
                'constraints': [models.UniqueConstraint(fields=('person', 'noun', 'record_id'), name='lists_opened_once')],
            },
        ),
    ]
