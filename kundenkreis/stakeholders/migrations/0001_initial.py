import django.db.models.deletion
import django.utils.timezone
import kundenkreis.core.clock
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('activities', '0001_squashed'),
        ('customers', '0001_squashed'),
        ('staff', '__first__'),
    ]

    operations = [
        migrations.CreateModel(
            name='Stakeholder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='last change')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('since', models.DateField(default=kundenkreis.core.clock.today, verbose_name='on the map since')),
                ('until', models.DateField(blank=True, null=True, verbose_name='off the map since')),
                ('is_generated', models.BooleanField(default=False, editable=False, verbose_name='generated')),
                ('role', models.CharField(blank=True, choices=[('economic_buyer', 'economic buyer'), ('decider', 'decider'), ('champion', 'champion or coach'), ('user', 'user'), ('technical', 'technical evaluator'), ('influencer', 'influencer'), ('initiator', 'initiator'), ('purchaser', 'purchaser'), ('gatekeeper', 'gatekeeper'), ('blocker', 'blocker'), ('other', 'something else')], editable=False, max_length=16, verbose_name='buying role')),
                ('attitude', models.SmallIntegerField(choices=[(-2, '−2: against us'), (-1, '−1: sceptical'), (0, '0: neutral'), (1, '+1: rather for us'), (2, '+2: for us')], editable=False, null=True, verbose_name='attitude')),
                ('influence', models.PositiveSmallIntegerField(choices=[(1, '1: hardly any'), (2, '2: little'), (3, '3: some'), (4, '4: much'), (5, '5: decisive')], editable=False, null=True, verbose_name='influence')),
                ('relationship', models.PositiveSmallIntegerField(choices=[(0, '0: none'), (1, '1: knows us'), (2, '2: loose contact'), (3, '3: regular contact'), (4, '4: good and frank'), (5, '5: trusts us')], editable=False, null=True, verbose_name='relationship')),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='stakeholders', to='customers.account', verbose_name='account')),
                ('contact', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='stakeholders', to='customers.contact', verbose_name='contact')),
                ('superior', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='reports', to='stakeholders.stakeholder', verbose_name='reports to')),
            ],
            options={
                'verbose_name': 'stakeholder',
                'verbose_name_plural': 'stakeholders',
                'indexes': [models.Index(fields=['role', 'id'], name='stakeholders_role'), models.Index(fields=['attitude', 'id'], name='stakeholders_attitude'), models.Index(fields=['influence', 'id'], name='stakeholders_influence'), models.Index(fields=['relationship', 'id'], name='stakeholders_relationship'), models.Index(fields=['changed_at', 'id'], name='stakeholders_changed'), models.Index(condition=models.Q(('deleted_at__isnull', False)), fields=['deleted_at'], name='stakeholders_bin')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('deleted_at', None)), fields=('account', 'contact'), name='stakeholders_once', violation_error_message='This person is on the map already.'), models.CheckConstraint(condition=models.Q(('until', None), ('until__gte', models.F('since')), _connector='OR'), name='stakeholders_period', violation_error_message='She would leave the map before she came onto it.')],
            },
        ),
        migrations.CreateModel(
            name='RelationshipGrade',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='last change')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('grade', models.PositiveSmallIntegerField(choices=[(0, '0: none'), (1, '1: knows us'), (2, '2: loose contact'), (3, '3: regular contact'), (4, '4: good and frank'), (5, '5: trusts us')], verbose_name='grade')),
                ('on', models.DateField(default=kundenkreis.core.clock.today, verbose_name='judged on')),
                ('judged_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='judged by')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='relationship_grades', to=settings.AUTH_USER_MODEL, verbose_name='who of us')),
                ('stakeholder', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='grades', to='stakeholders.stakeholder', verbose_name='stakeholder')),
            ],
            options={
                'verbose_name': 'grade of a relationship',
                'verbose_name_plural': 'grades of relationships',
                'indexes': [models.Index(fields=['stakeholder', 'person', 'on'], name='stakeholders_grade'), models.Index(condition=models.Q(('deleted_at__isnull', False)), fields=['deleted_at'], name='stakeholders_grade_bin')],
            },
        ),
        migrations.CreateModel(
            name='Judgement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='last change')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('kind', models.CharField(choices=[('reports_to', 'reports to'), ('role', 'buying role'), ('attitude', 'attitude'), ('influence', 'influence'), ('relationship', 'relationship'), ('goal', 'goal in business'), ('own_goal', 'own goal at work')], max_length=12, verbose_name='kind')),
                ('role', models.CharField(blank=True, choices=[('economic_buyer', 'economic buyer'), ('decider', 'decider'), ('champion', 'champion or coach'), ('user', 'user'), ('technical', 'technical evaluator'), ('influencer', 'influencer'), ('initiator', 'initiator'), ('purchaser', 'purchaser'), ('gatekeeper', 'gatekeeper'), ('blocker', 'blocker'), ('other', 'something else')], max_length=16, verbose_name='buying role')),
                ('attitude', models.SmallIntegerField(blank=True, choices=[(-2, '−2: against us'), (-1, '−1: sceptical'), (0, '0: neutral'), (1, '+1: rather for us'), (2, '+2: for us')], null=True, verbose_name='attitude')),
                ('influence', models.PositiveSmallIntegerField(blank=True, choices=[(1, '1: hardly any'), (2, '2: little'), (3, '3: some'), (4, '4: much'), (5, '5: decisive')], null=True, verbose_name='influence')),
                ('relationship', models.PositiveSmallIntegerField(blank=True, choices=[(0, '0: none'), (1, '1: knows us'), (2, '2: loose contact'), (3, '3: regular contact'), (4, '4: good and frank'), (5, '5: trusts us')], null=True, verbose_name='relationship')),
                ('text', models.CharField(blank=True, max_length=500, verbose_name='goal')),
                ('source', models.CharField(blank=True, max_length=300, verbose_name='where it is known from')),
                ('on', models.DateField(default=kundenkreis.core.clock.today, verbose_name='judged on')),
                ('activity', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='judgements', to='activities.activity', verbose_name='activity')),
                ('judged_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='judgements', to=settings.AUTH_USER_MODEL, verbose_name='judged by')),
                ('stakeholder', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='judgements', to='stakeholders.stakeholder', verbose_name='stakeholder')),
                ('superior', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='named_superior', to='stakeholders.stakeholder', verbose_name='reports to')),
            ],
            options={
                'verbose_name': 'judgement of a stakeholder',
                'verbose_name_plural': 'judgements of stakeholders',
                'ordering': ['-on', '-pk'],
                'indexes': [models.Index(fields=['stakeholder', 'kind', 'on', 'id'], name='stakeholders_judged'), models.Index(condition=models.Q(('deleted_at__isnull', False)), fields=['deleted_at'], name='stakeholders_judged_bin')],
            },
        ),
        migrations.CreateModel(
            name='InfluenceLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='last change')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('strength', models.PositiveSmallIntegerField(choices=[(1, '1: weak'), (2, '2: middling'), (3, '3: strong')], default=2, verbose_name='strength')),
                ('note', models.CharField(blank=True, max_length=300, verbose_name='note')),
                ('source', models.CharField(max_length=300, verbose_name='where it is known from')),
                ('since', models.DateField(default=kundenkreis.core.clock.today, verbose_name='since')),
                ('until', models.DateField(blank=True, null=True, verbose_name='until')),
                ('judged_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='judged by')),
                ('influenced', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='influenced_by', to='stakeholders.stakeholder', verbose_name='whom')),
                ('stakeholder', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='influences', to='stakeholders.stakeholder', verbose_name='who influences')),
            ],
            options={
                'verbose_name': 'line of influence',
                'verbose_name_plural': 'lines of influence',
                'indexes': [models.Index(condition=models.Q(('deleted_at__isnull', False)), fields=['deleted_at'], name='stakeholders_line_bin')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('deleted_at', None), ('until', None)), fields=('stakeholder', 'influenced'), name='stakeholders_line_once', violation_error_message='This line stands there already. Change that one.'), models.CheckConstraint(condition=models.Q(('stakeholder', models.F('influenced')), _negated=True), name='stakeholders_line_other'), models.CheckConstraint(condition=models.Q(('strength__gte', 1), ('strength__lte', 3)), name='stakeholders_line_strength')],
            },
        ),
        migrations.CreateModel(
            name='Counterpart',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='last change')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('is_main', models.BooleanField(default=False, verbose_name='main counterpart')),
                ('since', models.DateField(default=kundenkreis.core.clock.today, verbose_name='since')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='stakeholders', to=settings.AUTH_USER_MODEL, verbose_name='our counterpart')),
                ('stakeholder', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='counterparts', to='stakeholders.stakeholder', verbose_name='stakeholder')),
            ],
            options={
                'verbose_name': 'counterpart of ours',
                'verbose_name_plural': 'counterparts of ours',
                'ordering': ['-is_main', 'pk'],
                'indexes': [models.Index(condition=models.Q(('deleted_at__isnull', False)), fields=['deleted_at'], name='stakeholders_counterpart_bin')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('deleted_at', None)), fields=('stakeholder', 'person'), name='stakeholders_counterpart_once', violation_error_message='This colleague stands there already.'), models.UniqueConstraint(condition=models.Q(('deleted_at', None), ('is_main', True)), fields=('stakeholder',), name='stakeholders_counterpart_main', violation_error_message='Somebody else is the main counterpart.')],
            },
        ),
    ]
