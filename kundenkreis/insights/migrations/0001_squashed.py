import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('insights', '0001_initial'), ('insights', '0002_judge_again')]

    initial = True

    dependencies = [
        ('customers', '0001_squashed'),
        ('staff', '0001_squashed'),
    ]

    operations = [
        migrations.CreateModel(
            name='Run',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('as_of', models.DateField(verbose_name='as of')),
                ('is_full', models.BooleanField(default=True, verbose_name='from all facts')),
                ('started_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='started')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended')),
                ('counts', models.JSONField(default=dict, verbose_name='counts')),
                ('basis', models.JSONField(default=dict)),
            ],
            options={
                'verbose_name': 'recomputation',
                'indexes': [models.Index(fields=['-started_at'], name='insights_run_started')],
            },
        ),
        migrations.CreateModel(
            name='Score',
            fields=[
                ('account', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='score', serialize=False, to='customers.account', verbose_name='account')),
                ('segment', models.CharField(choices=[('champions', 'Champions'), ('loyal', 'Loyal'), ('promising', 'Promising'), ('new', 'New'), ('attention', 'Need attention'), ('at_risk', 'At risk'), ('cannot_lose', 'Cannot lose'), ('hibernating', 'Hibernating'), ('lost', 'Lost')], max_length=12, verbose_name='segment')),
                ('recency', models.PositiveSmallIntegerField(verbose_name='recency')),
                ('frequency', models.PositiveSmallIntegerField(verbose_name='frequency')),
                ('monetary', models.PositiveSmallIntegerField(verbose_name='monetary value')),
                ('first_on', models.DateField(verbose_name='first order')),
                ('last_on', models.DateField(verbose_name='last order')),
                ('order_days', models.PositiveIntegerField(verbose_name='days with an order, 12 months')),
                ('revenue', models.DecimalField(decimal_places=2, max_digits=16, verbose_name='revenue, 12 months')),
                ('usual_revenue', models.DecimalField(decimal_places=2, max_digits=16, verbose_name='revenue in a year of its own')),
                ('gaps', models.PositiveIntegerField(verbose_name='gaps between orders')),
                ('early_on', models.DateField(verbose_name='next order, early')),
                ('expected_on', models.DateField(verbose_name='next order expected')),
                ('late_on', models.DateField(verbose_name='next order, late')),
            ],
            options={
                'verbose_name': 'score',
                'indexes': [models.Index(fields=['segment', 'account'], name='insights_score_segment'), models.Index(fields=['expected_on', 'account'], name='insights_score_expected')],
            },
        ),
        migrations.CreateModel(
            name='Signal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='last change')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('kind', models.CharField(choices=[('missed_order', 'Missed order'), ('falling', 'Falling revenue'), ('rising', 'Rising revenue'), ('lost_products', 'Lost products'), ('new_products', 'New products'), ('narrower', 'Fewer families'), ('returns', 'Many returns'), ('first_order', 'First order'), ('reactivated', 'Came back'), ('concentration', 'We depend on it'), ('one_product', 'One product carries it')], max_length=16, verbose_name='kind')),
                ('value', models.DecimalField(decimal_places=2, max_digits=16, verbose_name='at stake')),
                ('figures', models.JSONField(default=dict, verbose_name='figures')),
                ('raised_on', models.DateField(verbose_name='since')),
                ('closed_on', models.DateField(blank=True, null=True, verbose_name='closed')),
                ('answer', models.CharField(blank=True, choices=[('done', 'done'), ('snoozed', 'snoozed'), ('not_useful', 'not useful')], max_length=12, verbose_name='answer')),
                ('answered_at', models.DateTimeField(blank=True, null=True, verbose_name='answered')),
                ('snoozed_until', models.DateField(blank=True, null=True, verbose_name='snoozed until')),
                ('note', models.CharField(blank=True, max_length=500, verbose_name='note')),
                ('verdict', models.CharField(blank=True, choices=[('right', 'was right'), ('wrong', 'was wrong')], max_length=8, verbose_name='what happened')),
                ('outcome', models.JSONField(default=dict)),
                ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='signals', to='customers.account', verbose_name='account')),
                ('answered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='answered by')),
            ],
            options={
                'verbose_name': 'signal',
                'verbose_name_plural': 'signals',
                'indexes': [models.Index(condition=models.Q(('deleted_at__isnull', False)), fields=['deleted_at'], name='insights_signal_bin'), models.Index(fields=['account', 'closed_on', 'value'], name='insights_signal_account'), models.Index(condition=models.Q(('closed_on', None)), fields=['value', 'id', 'account', 'kind', 'answer'], name='insights_signal_value'), models.Index(condition=models.Q(('closed_on', None)), fields=['kind', 'value', 'id', 'account'], name='insights_signal_kind'), models.Index(condition=models.Q(('verdict', '')), fields=['raised_on'], name='insights_signal_unjudged')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('closed_on', None)), fields=('account', 'kind'), name='insights_signal_once')],
            },
        ),
    ]
