import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('customers', '0001_squashed'),
        ('history', '0001_squashed'),
        ('staff', '0001_squashed'),
    ]

    operations = [
        migrations.CreateModel(
            name='Reassignment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='last change')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('due_on', models.DateField(blank=True, null=True, verbose_name='holds from')),
                ('owners', models.CharField(choices=[('former', 'those of the former owner, and those without one'), ('all', 'all accounts that move or whose territory gets another owner'), ('none', 'none: every account keeps its owner')], default='former', max_length=8, verbose_name='which accounts get another owner')),
                ('hands_over', models.BooleanField(default=True, verbose_name='what is open goes along with its accounts')),
                ('takes_by_hand', models.BooleanField(default=False, verbose_name='accounts whose territory was set by hand move too')),
                ('whole_house', models.BooleanField(default=False, verbose_name='the rules are applied to all accounts')),
                ('note', models.TextField(blank=True, verbose_name='why')),
                ('state', models.CharField(choices=[('draft', 'draft'), ('planned', 'planned'), ('running', 'being carried out'), ('done', 'carried out'), ('failed', 'interrupted')], default='draft', editable=False, max_length=8, verbose_name='state')),
                ('problem', models.CharField(blank=True, editable=False, max_length=300)),
                ('former', models.JSONField(default=dict, editable=False)),
                ('tally', models.JSONField(default=dict, editable=False)),
                ('forecast', models.JSONField(default=dict, editable=False)),
                ('batch', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='history.batch')),
                ('planned_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'reassignment',
                'verbose_name_plural': 'reassignments',
                'indexes': [models.Index(fields=['-id'], name='territories_reass_id'), models.Index(fields=['state', 'due_on'], name='territories_reass_due'), models.Index(condition=models.Q(('deleted_at__isnull', False)), fields=['deleted_at'], name='territories_reass_bin')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('state', 'planned'), _negated=True), ('due_on__isnull', False), _connector='OR'), name='territories_planned_day')],
            },
        ),
        migrations.CreateModel(
            name='AccountChoice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='last change')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='customers.account', verbose_name='account')),
                ('territory', models.ForeignKey(blank=True, help_text='Empty: the account stays where and whose it is.', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='staff.territory', verbose_name='goes to')),
                ('reassignment', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='choices', to='territories.reassignment', verbose_name='reassignment')),
            ],
            options={
                'verbose_name': 'account by hand',
                'verbose_name_plural': 'accounts by hand',
                'indexes': [models.Index(condition=models.Q(('deleted_at__isnull', False)), fields=['deleted_at'], name='territories_choice_bin')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('deleted_at', None)), fields=('reassignment', 'account'), name='territories_choice_once', violation_error_message='This account is in the reassignment already. Change that one.')],
            },
        ),
        migrations.CreateModel(
            name='TerritoryChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='last change')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('sets_owner', models.BooleanField(default=False, verbose_name='another owner')),
                ('sets_people', models.BooleanField(default=False, verbose_name='other people')),
                ('sets_rules', models.BooleanField(default=False, verbose_name='other rules')),
                ('countries', models.JSONField(blank=True, default=list, verbose_name='countries')),
                ('postcodes', models.JSONField(blank=True, default=list, verbose_name='postcodes')),
                ('industries', models.JSONField(blank=True, default=list, verbose_name='industries')),
                ('sizes', models.JSONField(blank=True, default=list, verbose_name='sizes')),
                ('new_owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='new owner')),
                ('new_people', models.ManyToManyField(blank=True, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='who works there then')),
                ('reassignment', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='territories', to='territories.reassignment', verbose_name='reassignment')),
                ('territory', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='staff.territory', verbose_name='territory')),
            ],
            options={
                'verbose_name': 'change of a territory',
                'verbose_name_plural': 'changes of territories',
                'indexes': [models.Index(condition=models.Q(('deleted_at__isnull', False)), fields=['deleted_at'], name='territories_change_bin')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('deleted_at', None)), fields=('reassignment', 'territory'), name='territories_change_once', violation_error_message='This territory is in the reassignment already. Change that one.')],
            },
        ),
    ]
