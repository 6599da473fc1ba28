import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('inbox', '0001_initial'), ('inbox', '0002_lastlook'), ('inbox', '0003_preferences')]

    initial = True

    dependencies = [
        ('staff', '0001_squashed'),
    ]

    operations = [
        migrations.CreateModel(
            name='Preference',
            fields=[
                ('person', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='told_as', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('quiet', models.JSONField(blank=True, default=list)),
                ('unmailed', models.JSONField(blank=True, default=list)),
                ('digest', models.BooleanField(default=True, verbose_name='one mail a day with what is new')),
                ('hour', models.PositiveSmallIntegerField(default=7, validators=[django.core.validators.MaxValueValidator(23)], verbose_name='at')),
                ('mailed_on', models.DateField(blank=True, editable=False, null=True)),
                ('told_due_on', models.DateField(blank=True, editable=False, null=True)),
            ],
            options={
                'verbose_name': 'what a person is told',
            },
        ),
        migrations.CreateModel(
            name='LastLook',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('since', models.DateTimeField()),
                ('person', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='last_look', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Notification',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=40, verbose_name='kind')),
                ('text', models.CharField(max_length=300, verbose_name='text')),
                ('path', models.CharField(blank=True, max_length=300, verbose_name='leads to')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='when')),
                ('read_at', models.DateTimeField(blank=True, null=True, verbose_name='read')),
                ('is_shown', models.BooleanField(default=True)),
                ('is_for_mail', models.BooleanField(default=False)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notifications', to=settings.AUTH_USER_MODEL, verbose_name='person')),
            ],
            options={
                'verbose_name': 'notification',
                'verbose_name_plural': 'notifications',
                'indexes': [models.Index(fields=['person', 'read_at', '-at'], name='inbox_notification_person'), models.Index(condition=models.Q(('is_for_mail', True)), fields=['person', 'id'], name='inbox_notification_mail')],
            },
        ),
    ]
