import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import kundenkreis.core.clock
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models

from kundenkreis.prospecting import usual


def begin(apps, schema_editor):
    """The usual criteria and questions of a new house."""
    names = ("CriteriaSet", "FitCriterion", "ResearchQuestion")
    usual.begin(*(apps.get_model("prospecting", name)._base_manager for name in names))


class Migration(migrations.Migration):

    replaces = [('prospecting', '0001_initial'), ('prospecting', '0002_usual')]

    initial = True

    dependencies = [
        ('customers', '0001_squashed'),
        ('staff', '0001_squashed'),
    ]

    operations = [
        migrations.CreateModel(
            name='CriteriaSet',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='last change')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='order')),
                ('name_en', models.CharField(max_length=60, verbose_name='name in English')),
                ('name_de', models.CharField(max_length=60, verbose_name='name in German')),
                ('kind', models.CharField(choices=[('targets', 'target accounts')], default='targets', max_length=10, verbose_name='for')),
                ('in_force', models.BooleanField(default=False, verbose_name='in force')),
            ],
            options={
                'verbose_name': 'set of criteria',
                'verbose_name_plural': 'sets of criteria',
                'ordering': ['kind', 'position', 'pk'],
                'indexes': [models.Index(condition=models.Q(('deleted_at__isnull', False)), fields=['deleted_at'], name='prospecting_set_bin')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('deleted_at', None), ('in_force', True)), fields=('kind',), name='prospecting_set_in_force', violation_error_message='Another set of this kind is in force. Switch that one off first.')],
            },
        ),
        migrations.CreateModel(
            name='FitCriterion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='last change')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='order')),
                ('name_en', models.CharField(max_length=60, verbose_name='name in English')),
                ('name_de', models.CharField(max_length=60, verbose_name='name in German')),
                ('measure', models.CharField(choices=[('industry', 'industry'), ('country', 'country'), ('territory', 'territory'), ('employees', 'employees'), ('revenue', 'revenue with us, 12 months'), ('growth', 'growth of revenue with us, in %'), ('similarity', 'similarity to our best customers'), ('judged', 'judged by people, 0 to 3')], default='judged', max_length=10, verbose_name='figured from')),
                ('weight', models.PositiveSmallIntegerField(default=10, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(100)], verbose_name='weight')),
                ('values', models.JSONField(blank=True, default=list, verbose_name='values that fit')),
                ('low', models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True, verbose_name='from')),
                ('high', models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True, verbose_name='to')),
                ('of_set', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='criteria', to='prospecting.criteriaset', verbose_name='set of criteria')),
            ],
            options={
                'verbose_name': 'criterion',
                'verbose_name_plural': 'criteria',
                'ordering': ['of_set', 'position', 'pk'],
                'indexes': [models.Index(condition=models.Q(('deleted_at__isnull', False)), fields=['deleted_at'], name='prospecting_crit_bin')],
                'constraints': [models.CheckConstraint(condition=models.Q(('weight__gte', 1), ('weight__lte', 100)), name='prospecting_crit_weight'), models.CheckConstraint(condition=models.Q(('low', None), ('high', None), ('high__gte', models.F('low')), _connector='OR'), name='prospecting_crit_range', violation_error_message='The end lies before the beginning.')],
            },
        ),
        migrations.CreateModel(
            name='ResearchQuestion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='last change')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='order')),
                ('name_en', models.CharField(max_length=150, verbose_name='question in English')),
                ('name_de', models.CharField(max_length=150, verbose_name='question in German')),
            ],
            options={
                'verbose_name': 'research question',
                'verbose_name_plural': 'research questions',
                'ordering': ['position', 'pk'],
                'indexes': [models.Index(condition=models.Q(('deleted_at__isnull', False)), fields=['deleted_at'], name='prospecting_question_bin')],
            },
        ),
        migrations.CreateModel(
            name='TargetAccount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='last change')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('status', models.CharField(choices=[('research', 'to research'), ('approach', 'in approach'), ('talks', 'in talks'), ('won', 'won'), ('dropped', 'dropped')], default='research', max_length=10, verbose_name='status')),
                ('priority', models.PositiveSmallIntegerField(choices=[(1, 'high'), (2, 'middle'), (3, 'low')], default=2, verbose_name='priority')),
                ('potential', models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True, validators=[django.core.validators.MinValueValidator(Decimal('0'))], verbose_name='potential a year, in house currency')),
                ('potential_source', models.CharField(blank=True, max_length=200, verbose_name='where the potential is known from')),
                ('drop_reason', models.CharField(blank=True, max_length=300, verbose_name='why it was dropped')),
                ('note', models.TextField(blank=True, max_length=4000, verbose_name='note')),
                ('fit', models.PositiveSmallIntegerField(blank=True, editable=False, null=True, validators=[django.core.validators.MaxValueValidator(100)], verbose_name='fit')),
                ('fit_open', models.PositiveSmallIntegerField(default=0, editable=False, verbose_name='points not known yet')),
                ('fitted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='fit figured')),
                ('is_generated', models.BooleanField(default=False, editable=False, verbose_name='generated')),
                ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='wanted', to='customers.account', verbose_name='account')),
                ('owner', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='target_accounts', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
            ],
            options={
                'verbose_name': 'target account',
                'verbose_name_plural': 'target accounts',
                'indexes': [models.Index(fields=['account'], name='prospecting_target_account'), models.Index(fields=['fit', 'id'], name='prospecting_target_fit'), models.Index(fields=['status', 'fit', 'id'], name='prospecting_target_status'), models.Index(fields=['owner', 'status', 'fit', 'id'], name='prospecting_target_owner'), models.Index(fields=['priority', 'id'], name='prospecting_target_priority'), models.Index(fields=['potential', 'id'], name='prospecting_target_potential'), models.Index(fields=['changed_at', 'id'], name='prospecting_target_changed'), models.Index(condition=models.Q(('deleted_at__isnull', False)), fields=['deleted_at'], name='prospecting_target_bin')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('deleted_at', None)), fields=('account',), name='prospecting_target_once', violation_error_message='This account is on the list already.'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'dropped'), _negated=True), models.Q(('drop_reason', ''), _negated=True), _connector='OR'), name='prospecting_target_dropped', violation_error_message='Say why it was dropped.')],
            },
        ),
        migrations.CreateModel(
            name='ResearchAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='last change')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('text', models.TextField(max_length=4000, verbose_name='answer')),
                ('source', models.CharField(max_length=300, verbose_name='source')),
                ('found_on', models.DateField(default=kundenkreis.core.clock.today, verbose_name='found out on')),
                ('question', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='answers', to='prospecting.researchquestion', verbose_name='question')),
                ('target', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='answers', to='prospecting.targetaccount', verbose_name='target account')),
            ],
            options={
                'verbose_name': 'research answer',
                'verbose_name_plural': 'research answers',
                'indexes': [models.Index(condition=models.Q(('deleted_at__isnull', False)), fields=['deleted_at'], name='prospecting_answer_bin')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('deleted_at', None)), fields=('target', 'question'), name='prospecting_answer_once', violation_error_message='This question is answered already. Change that answer.')],
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
                ('score', models.PositiveSmallIntegerField(choices=[(0, '0: not at all'), (1, '1: a little'), (2, '2: largely'), (3, '3: fully')], verbose_name='how far')),
                ('reason', models.CharField(max_length=500, verbose_name='why')),
                ('criterion', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='judgements', to='prospecting.fitcriterion', verbose_name='criterion')),
                ('target', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='judgements', to='prospecting.targetaccount', verbose_name='target account')),
            ],
            options={
                'verbose_name': 'judgement',
                'verbose_name_plural': 'judgements',
                'indexes': [models.Index(condition=models.Q(('deleted_at__isnull', False)), fields=['deleted_at'], name='prospecting_judgement_bin')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('deleted_at', None)), fields=('target', 'criterion'), name='prospecting_judgement_once', violation_error_message='This criterion is judged already. Change that judgement.'), models.CheckConstraint(condition=models.Q(('score__lte', 3)), name='prospecting_judgement_score')],
            },
        ),
        migrations.CreateModel(
            name='TriggerEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='last change')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('kind', models.CharField(choices=[('site', 'new site'), ('tender', 'tender'), ('management', 'change of management'), ('competitor', 'trouble with a competitor of ours'), ('supplier', 'insolvency of a supplier'), ('funding', 'funding or investment'), ('growth', 'growth'), ('other', 'something else')], max_length=12, verbose_name='kind')),
                ('what', models.CharField(max_length=300, verbose_name='what happened')),
                ('happened_on', models.DateField(verbose_name='when')),
                ('source', models.CharField(blank=True, max_length=300, verbose_name='source')),
                ('url', models.CharField(blank=True, max_length=500, validators=[django.core.validators.URLValidator(schemes=['https', 'http'])], verbose_name='web address')),
                ('note', models.TextField(blank=True, max_length=4000, verbose_name='note')),
                ('expires_on', models.DateField(blank=True, null=True, verbose_name='an occasion until')),
                ('target', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='events', to='prospecting.targetaccount', verbose_name='target account')),
            ],
            options={
                'verbose_name': 'trigger event',
                'verbose_name_plural': 'trigger events',
                'indexes': [models.Index(fields=['target', '-happened_on', '-id'], name='prospecting_event_target'), models.Index(fields=['-happened_on', '-id'], name='prospecting_event_day'), models.Index(condition=models.Q(('deleted_at__isnull', False)), fields=['deleted_at'], name='prospecting_event_bin')],
                'constraints': [models.CheckConstraint(condition=models.Q(('expires_on', None), ('expires_on__gte', models.F('happened_on')), _connector='OR'), name='prospecting_event_period', violation_error_message='The end lies before the beginning.')],
            },
        ),
        migrations.CreateModel(
            name='Fit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('fit', models.PositiveSmallIntegerField(verbose_name='fit')),
                ('open', models.PositiveSmallIntegerField(default=0, verbose_name='points not known yet')),
                ('account', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='fit', to='customers.account', verbose_name='account')),
            ],
            options={
                'verbose_name': 'fit of an account',
                'verbose_name_plural': 'fits of accounts',
                'indexes': [models.Index(fields=['fit', 'id'], name='prospecting_fit_best')],
            },
        ),
        migrations.RunPython(begin, migrations.RunPython.noop),
    ]
