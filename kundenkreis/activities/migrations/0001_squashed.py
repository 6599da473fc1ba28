import django.db.models.deletion
import django.utils.timezone
import kundenkreis.core.zones
import kundenkreis.fields.rolling
import kundenkreis.fields.stored
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('activities', '0001_initial'), ('activities', '0002_indexes_at_a_million'), ('activities', '0003_due_index'), ('activities', '0004_trips_time_zone'), ('activities', '0005_participants'), ('activities', '0006_advertising_for'), ('activities', '0007_custom')]

    initial = True

    dependencies = [
        ('customers', '0001_squashed'),
        ('staff', '0001_squashed'),
    ]

    operations = [
        migrations.CreateModel(
            name='Activity',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='last change')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('custom', kundenkreis.fields.stored.ValuesField(blank=True, db_default={}, default=dict, editable=False, verbose_name='custom fields')),
                ('kind', models.CharField(choices=[('call', 'Call'), ('visit', 'Visit'), ('meeting', 'Meeting'), ('mail', 'E-mail'), ('task', 'Task'), ('note', 'Note')], max_length=8, verbose_name='kind')),
                ('subject', models.CharField(max_length=200, verbose_name='subject')),
                ('body', models.TextField(blank=True, verbose_name='what happened')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='when')),
                ('time_zone', models.CharField(blank=True, max_length=64, validators=[kundenkreis.core.zones.check], verbose_name='time zone')),
                ('minutes', models.PositiveIntegerField(blank=True, null=True, verbose_name='minutes')),
                ('due_on', models.DateField(blank=True, null=True, verbose_name='due')),
                ('remind_at', models.DateTimeField(blank=True, null=True, verbose_name='remind me')),
                ('reminded_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('is_open', models.BooleanField(default=False, verbose_name='to do')),
                ('done_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='done')),
                ('outcome', models.CharField(blank=True, choices=[('good', 'good'), ('open', 'open'), ('difficult', 'difficult'), ('not_reached', 'not reached'), ('voicemail', 'left a message')], max_length=12, verbose_name='outcome')),
                ('purpose', models.CharField(blank=True, choices=[('advertising', 'Advertising'), ('newsletter', 'Newsletter'), ('survey', 'Surveys'), ('events', 'Invitations')], max_length=12, verbose_name='advertising for')),
                ('is_incoming', models.BooleanField(default=False, verbose_name='from the customer')),
                ('is_pinned', models.BooleanField(default=False, verbose_name='pinned')),
                ('account', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='activities', to='customers.account', verbose_name='account')),
                ('colleagues', models.ManyToManyField(blank=True, related_name='took_part', to=settings.AUTH_USER_MODEL, verbose_name='colleagues')),
                ('contact', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='activities', to='customers.contact', verbose_name='contact')),
                ('owner', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='activities', to=settings.AUTH_USER_MODEL, verbose_name='whose')),
                ('participants', models.ManyToManyField(blank=True, related_name='took_part', to='customers.contact', verbose_name='also with')),
            ],
            options={
                'verbose_name': 'activity',
                'verbose_name_plural': 'activities',
                'indexes': [models.Index(fields=['account', '-at', '-id'], name='activities_account_at'), models.Index(fields=['owner', '-at', '-id'], name='activities_owner_at'), models.Index(condition=models.Q(('is_open', True)), fields=['owner', 'due_on'], name='activities_owner_due'), models.Index(condition=models.Q(('is_open', True)), fields=['due_on', 'at', 'id'], name='activities_due'), models.Index(condition=models.Q(('is_open', True)), fields=['account', 'due_on'], name='activities_account_due'), models.Index(fields=['-at', '-id'], name='activities_at'), models.Index(condition=models.Q(('is_pinned', True)), fields=['account', '-at'], name='activities_pinned'), models.Index(condition=models.Q(('is_open', True), ('reminded_at', None)), fields=['remind_at'], name='activities_remind'), models.Index(condition=models.Q(('deleted_at__isnull', False)), fields=['deleted_at'], name='activities_bin'), models.Index(condition=models.Q(('purpose', ''), _negated=True), fields=['contact', '-at'], name='activities_advertising')],
            },
            bases=(kundenkreis.fields.rolling.Rolled, models.Model),
        ),
    ]
