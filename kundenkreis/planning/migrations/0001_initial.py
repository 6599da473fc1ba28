import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import kundenkreis.core.clock
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models

from django.utils import timezone

from kundenkreis.planning import usual


def begin(apps, schema_editor):
    """The usual criteria and tiers of a new house."""
    names = ("SelectionSet", "SelectionCriterion", "TierRule")
    managers = (apps.get_model("planning", name)._base_manager for name in names)
    usual.begin(*managers, timezone.localdate())


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('customers', '0001_squashed'),
        ('history', '0001_squashed'),
        ('staff', '__first__'),
    ]

    operations = [
        migrations.CreateModel(
            name='SelectionSet',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='last change')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='order')),
                ('name_en', models.CharField(max_length=60, verbose_name='name in English')),
                ('name_de', models.CharField(max_length=60, verbose_name='name in German')),
                ('state', models.CharField(choices=[('draft', 'draft'), ('in_force', 'in force'), ('former', 'former')], default='draft', editable=False, max_length=8, verbose_name='state')),
                ('edition', models.PositiveSmallIntegerField(default=1, editable=False, verbose_name='edition')),
                ('in_force_on', models.DateField(blank=True, editable=False, null=True, verbose_name='in force since')),
                ('reviews_a', models.PositiveSmallIntegerField(blank=True, default=4, null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(12)], verbose_name='reviews a year, tier A')),
                ('reviews_b', models.PositiveSmallIntegerField(blank=True, default=2, null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(12)], verbose_name='reviews a year, tier B')),
                ('reviews_c', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(12)], verbose_name='reviews a year, tier C')),
                ('reviews_d', models.PositiveSmallIntegerField(blank=True, default=2, null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(12)], verbose_name='reviews a year, development')),
            ],
            options={
                'verbose_name': 'criteria for key accounts',
                'verbose_name_plural': 'criteria for key accounts',
                'ordering': ['-edition', '-pk'],
                'indexes': [models.Index(condition=models.Q(('deleted_at__isnull', False)), fields=['deleted_at'], name='planning_set_bin')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('deleted_at', None), ('state', 'in_force')), fields=('state',), name='planning_set_in_force', violation_error_message='Another edition is in force.')],
            },
        ),
        migrations.CreateModel(
            name='ScoringRound',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='last change')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('starts_on', models.DateField(verbose_name='fiscal year from')),
                ('as_of', models.DateField(default=kundenkreis.core.clock.today, verbose_name='as of')),
                ('note', models.CharField(blank=True, max_length=300, verbose_name='note')),
                ('state', models.CharField(choices=[('waiting', 'waiting'), ('running', 'is being scored'), ('ready', 'scored'), ('in_force', 'put into force'), ('cancelled', 'cancelled'), ('failed', 'failed')], default='waiting', editable=False, max_length=9, verbose_name='state')),
                ('expected', models.PositiveIntegerField(default=0, editable=False, verbose_name='accounts')),
                ('seen', models.PositiveIntegerField(default=0, editable=False, verbose_name='accounts scored')),
                ('stepped_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('problem', models.CharField(blank=True, editable=False, max_length=300, verbose_name='problem')),
                ('counts', models.JSONField(blank=True, default=dict, editable=False)),
                ('basis', models.JSONField(blank=True, default=dict, editable=False)),
                ('in_force_on', models.DateField(blank=True, editable=False, null=True, verbose_name='in force since')),
                ('is_generated', models.BooleanField(default=False, editable=False, verbose_name='generated')),
                ('batch', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='history.batch', verbose_name='batch')),
                ('before', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='followed_by', to='planning.scoringround', verbose_name='compared with')),
                ('of_set', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rounds', to='planning.selectionset', verbose_name='criteria for key accounts')),
            ],
            options={
                'verbose_name': 'scoring round',
                'verbose_name_plural': 'scoring rounds',
                'ordering': ['-starts_on', '-pk'],
                'indexes': [models.Index(fields=['-starts_on', '-id'], name='planning_round_year'), models.Index(condition=models.Q(('deleted_at__isnull', False)), fields=['deleted_at'], name='planning_round_bin')],
            },
        ),
        migrations.CreateModel(
            name='TierOverride',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='last change')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('tier', models.CharField(choices=[('A', 'A'), ('B', 'B'), ('C', 'C'), ('D', 'Development'), ('-', 'none')], max_length=1, verbose_name='tier')),
                ('reason', models.CharField(max_length=300, verbose_name='reason')),
                ('decided_on', models.DateField(default=kundenkreis.core.clock.today, verbose_name='decided on')),
                ('is_generated', models.BooleanField(default=False, editable=False, verbose_name='generated')),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tier_overrides', to='customers.account', verbose_name='account')),
                ('round', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='overrides', to='planning.scoringround', verbose_name='scoring round')),
            ],
            options={
                'verbose_name': 'tier by decision',
                'verbose_name_plural': 'tiers by decision',
                'ordering': ['round', 'account'],
                'indexes': [models.Index(condition=models.Q(('deleted_at__isnull', False)), fields=['deleted_at'], name='planning_override_bin')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('deleted_at', None)), fields=('round', 'account'), name='planning_override_once', violation_error_message='A tier was decided on already. Change that decision.')],
            },
        ),
        migrations.CreateModel(
            name='TierRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='last change')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='order')),
                ('name_en', models.CharField(max_length=60, verbose_name='name in English')),
                ('name_de', models.CharField(max_length=60, verbose_name='name in German')),
                ('tier', models.CharField(choices=[('A', 'A'), ('B', 'B'), ('C', 'C'), ('D', 'Development')], max_length=1, verbose_name='tier')),
                ('attractiveness', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(100)], verbose_name='attractiveness at least')),
                ('reached', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(100)], verbose_name='position at least')),
                ('below', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(100)], verbose_name='position below')),
                ('revenue', models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True, verbose_name='revenue of 12 months at least')),
                ('of_set', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rules', to='planning.selectionset', verbose_name='criteria for key accounts')),
            ],
            options={
                'verbose_name': 'rule of a tier',
                'verbose_name_plural': 'rules of tiers',
                'ordering': ['of_set', 'position', 'pk'],
                'indexes': [models.Index(condition=models.Q(('deleted_at__isnull', False)), fields=['deleted_at'], name='planning_rule_bin')],
            },
        ),
        migrations.CreateModel(
            name='AccountJudgement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='last change')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('about', models.CharField(choices=[('potential', 'potential a year'), ('strategic', 'strategic fit'), ('reference', 'reference value'), ('closeness', 'how close we are to those who decide'), ('effort', 'how little effort it takes to serve them')], max_length=16, verbose_name='about')),
                ('score', models.PositiveSmallIntegerField(blank=True, choices=[(0, '0: not at all'), (1, '1: a little'), (2, '2: largely'), (3, '3: fully')], null=True, validators=[django.core.validators.MaxValueValidator(3)], verbose_name='how far')),
                ('amount', models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True, validators=[django.core.validators.MinValueValidator(Decimal('0'))], verbose_name='potential a year, in house currency')),
                ('reason', models.CharField(max_length=500, verbose_name='why, or from where it is known')),
                ('judged_on', models.DateField(default=kundenkreis.core.clock.today, editable=False, verbose_name='judged on')),
                ('is_generated', models.BooleanField(default=False, editable=False, verbose_name='generated')),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='selection_judgements', to='customers.account', verbose_name='account')),
                ('judged_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='selection_judgements', to=settings.AUTH_USER_MODEL, verbose_name='judged by')),
            ],
            options={
                'verbose_name': 'judgement of an account',
                'verbose_name_plural': 'judgements of accounts',
                'ordering': ['account', 'about'],
                'indexes': [models.Index(condition=models.Q(('deleted_at__isnull', False)), fields=['deleted_at'], name='planning_judgement_bin')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('deleted_at', None)), fields=('account', 'about'), name='planning_judgement_once', violation_error_message='This is judged already. Change that judgement.'), models.CheckConstraint(condition=models.Q(models.Q(('about', 'potential'), ('amount__isnull', False), ('score', None)), models.Q(models.Q(('about', 'potential'), _negated=True), ('amount', None), ('score__lte', 3)), _connector='OR'), name='planning_judgement_one', violation_error_message='A potential has an amount, everything else is judged from 0 to 3.')],
            },
        ),
        migrations.CreateModel(
            name='RoundResult',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tier', models.CharField(blank=True, max_length=1, verbose_name='tier')),
                ('computed', models.CharField(blank=True, max_length=1, verbose_name='computed tier')),
                ('before', models.CharField(blank=True, max_length=1, verbose_name='tier last year')),
                ('had', models.CharField(blank=True, max_length=1, verbose_name='tier when it was scored')),
                ('attractiveness', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='attractiveness')),
                ('position', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='our position')),
                ('rule', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('revenue', models.DecimalField(decimal_places=2, default=Decimal('0'), max_digits=16, verbose_name='revenue, 12 months')),
                ('open', models.PositiveSmallIntegerField(default=0, verbose_name='not judged yet')),
                ('figures', models.JSONField(blank=True, default=list)),
                ('points', models.JSONField(blank=True, default=list, verbose_name='points')),
                ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='selection_results', to='customers.account', verbose_name='account')),
                ('round', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='results', to='planning.scoringround', verbose_name='scoring round')),
            ],
            options={
                'verbose_name': 'result of a round',
                'verbose_name_plural': 'results of rounds',
                'indexes': [models.Index(fields=['account', 'round'], name='planning_result_account'), models.Index(fields=['round', '-revenue', '-id'], name='planning_result_revenue'), models.Index(condition=models.Q(('open__gt', 0)), fields=['round', '-revenue', '-id'], name='planning_result_open'), models.Index(condition=models.Q(('tier', models.F('had')), _negated=True), fields=['round', '-revenue', '-id'], name='planning_result_change'), models.Index(condition=models.Q(('tier', models.F('computed')), _negated=True), fields=['round', '-revenue', '-id'], name='planning_result_hand'), models.Index(fields=['round', 'tier', 'before', '-revenue', '-id'], name='planning_result_tier')],
                'constraints': [models.UniqueConstraint(fields=('round', 'account'), name='planning_result_once')],
            },
        ),
        migrations.CreateModel(
            name='SelectionCriterion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='last change')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='order')),
                ('name_en', models.CharField(max_length=60, verbose_name='name in English')),
                ('name_de', models.CharField(max_length=60, verbose_name='name in German')),
                ('axis', models.CharField(choices=[('attractiveness', 'customer attractiveness'), ('position', 'our position')], default='attractiveness', max_length=14, verbose_name='axis')),
                ('measure', models.CharField(choices=[('revenue', 'revenue, 12 months'), ('growth', 'growth of revenue, in %'), ('margin', 'contribution margin on revenue, in %'), ('potential', 'potential a year'), ('wallet', 'our share of the potential, in %'), ('families', 'product families bought'), ('overdue', 'overdue part of what is open, in %'), ('returns', 'returned part of what was ordered, in %'), ('serving', 'cost to serve: order lines for 1,000 of revenue'), ('open', 'value of open opportunities'), ('strategic', 'strategic fit, judged'), ('reference', 'reference value, judged'), ('closeness', 'how close we are to those who decide, judged'), ('effort', 'how little effort it takes to serve them, judged')], default='revenue', max_length=16, verbose_name='figured from')),
                ('weight', models.PositiveSmallIntegerField(default=10, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(100)], verbose_name='weight in %')),
                ('scale', models.CharField(choices=[('range', 'evenly between two figures'), ('steps', 'by steps'), ('rank', 'by its rank among all accounts'), ('judged', 'as judged, 0 to 3')], default='range', max_length=8, verbose_name='how it becomes points')),
                ('low', models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True, verbose_name='no points at')),
                ('high', models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True, verbose_name='all points at')),
                ('steps', models.JSONField(blank=True, default=list, verbose_name='steps')),
                ('missing', models.CharField(choices=[('nothing', 'no points'), ('middle', 'half of the points'), ('out', 'does not count')], default='nothing', max_length=8, verbose_name='where nothing is known')),
                ('of_set', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='criteria', to='planning.selectionset', verbose_name='criteria for key accounts')),
            ],
            options={
                'verbose_name': 'criterion for key accounts',
                'verbose_name_plural': 'criteria for key accounts',
                'ordering': ['of_set', 'axis', 'position', 'pk'],
                'indexes': [models.Index(condition=models.Q(('deleted_at__isnull', False)), fields=['deleted_at'], name='planning_crit_bin')],
                'constraints': [models.CheckConstraint(condition=models.Q(('weight__gte', 1), ('weight__lte', 100)), name='planning_crit_weight'), models.UniqueConstraint(condition=models.Q(('deleted_at', None)), fields=('of_set', 'axis', 'measure'), name='planning_crit_once', violation_error_message='This is a criterion of this axis already.')],
            },
        ),
        migrations.RunPython(begin, migrations.RunPython.noop),
    ]
