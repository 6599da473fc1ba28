import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import kundenkreis.core.clock
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models

from kundenkreis.needs import usual


def begin(apps, schema_editor):
    """The usual questions of a new house."""
    usual.begin(*(apps.get_model("needs", name)._base_manager for name in ("QuestionSet", "QuestionEdition")))


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('activities', '0001_squashed'),
        ('catalogue', '0001_squashed'),
        ('customers', '0001_squashed'),
        ('pipeline', '0005_custom'),
        ('staff', '__first__'),
    ]

    operations = [
        migrations.CreateModel(
            name='QuestionSet',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='last change')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='order')),
                ('name_en', models.CharField(max_length=60, verbose_name='name in English')),
                ('name_de', models.CharField(max_length=60, verbose_name='name in German')),
                ('is_active', models.BooleanField(default=True, verbose_name='asked now')),
                ('industries', models.JSONField(blank=True, default=list, verbose_name='industries')),
                ('families', models.ManyToManyField(blank=True, related_name='question_sets', to='catalogue.family', verbose_name='product families')),
            ],
            options={
                'verbose_name': 'set of questions',
                'verbose_name_plural': 'sets of questions',
                'ordering': ['position', 'pk'],
                'indexes': [models.Index(condition=models.Q(('deleted_at__isnull', False)), fields=['deleted_at'], name='needs_set_bin')],
            },
        ),
        migrations.CreateModel(
            name='QuestionEdition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='last change')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('edition', models.PositiveIntegerField(verbose_name='edition')),
                ('questions', models.JSONField(default=list, verbose_name='questions')),
                ('of_set', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='editions', to='needs.questionset', verbose_name='set of questions')),
            ],
            options={
                'verbose_name': 'edition of questions',
                'verbose_name_plural': 'editions of questions',
                'ordering': ['of_set', '-edition'],
                'indexes': [models.Index(condition=models.Q(('deleted_at__isnull', False)), fields=['deleted_at'], name='needs_edition_bin')],
                'constraints': [models.UniqueConstraint(fields=('of_set', 'edition'), name='needs_edition_once', violation_error_message='Somebody else has made this edition just now.')],
            },
        ),
        migrations.CreateModel(
            name='NeedsTalk',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='last change')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('kind', models.CharField(choices=[('call', 'Call'), ('visit', 'Visit'), ('meeting', 'Meeting')], default='call', max_length=8, verbose_name='kind')),
                ('held_on', models.DateField(default=kundenkreis.core.clock.today, verbose_name='held on')),
                ('note', models.TextField(blank=True, max_length=4000, verbose_name='note')),
                ('finished_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='finished')),
                ('is_generated', models.BooleanField(default=False, editable=False, verbose_name='generated')),
                ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='needs_talks', to='customers.account', verbose_name='account')),
                ('activity', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='needs_talks', to='activities.activity', verbose_name='activity')),
                ('contact', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='needs_talks', to='customers.contact', verbose_name='with whom')),
                ('person', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='needs_talks', to=settings.AUTH_USER_MODEL, verbose_name='who asked')),
                ('edition', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='talks', to='needs.questionedition', verbose_name='questions')),
            ],
            options={
                'verbose_name': 'needs talk',
                'verbose_name_plural': 'needs talks',
                'indexes': [models.Index(fields=['account', '-held_on', '-id'], name='needs_talk_account'), models.Index(fields=['-held_on', '-id'], name='needs_talk_day'), models.Index(fields=['person', '-held_on', '-id'], name='needs_talk_person'), models.Index(condition=models.Q(('deleted_at__isnull', False)), fields=['deleted_at'], name='needs_talk_bin')],
            },
        ),
        migrations.CreateModel(
            name='Coverage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('asked', models.PositiveSmallIntegerField(default=0, verbose_name='questions')),
                ('answered', models.PositiveSmallIntegerField(default=0, verbose_name='answered')),
                ('percent', models.PositiveSmallIntegerField(default=0, verbose_name='coverage in %')),
                ('oldest_on', models.DateField(null=True, verbose_name='oldest answer')),
                ('last_on', models.DateField(null=True, verbose_name='last needs talk')),
                ('open_needs', models.PositiveIntegerField(default=0, verbose_name='open needs')),
                ('base_house', models.DecimalField(decimal_places=2, default=0, max_digits=16, verbose_name='effect a year, likely')),
                ('account', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='needs_coverage', to='customers.account', verbose_name='account')),
                ('of_set', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='needs.questionset', verbose_name='set of questions')),
            ],
            options={
                'verbose_name': 'coverage of an account',
                'verbose_name_plural': 'coverage of accounts',
                'indexes': [models.Index(fields=['percent', 'id'], name='needs_coverage_percent'), models.Index(fields=['oldest_on', 'id'], name='needs_coverage_oldest'), models.Index(fields=['open_needs', 'id'], name='needs_coverage_needs'), models.Index(fields=['base_house', 'id'], name='needs_coverage_effect')],
            },
        ),
        migrations.CreateModel(
            name='TalkAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='last change')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('key', models.CharField(max_length=20, verbose_name='question')),
                ('value', models.TextField(blank=True, max_length=4000, verbose_name='answer')),
                ('skipped', models.BooleanField(default=False, verbose_name='passed over')),
                ('talk', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='answers', to='needs.needstalk', verbose_name='needs talk')),
            ],
            options={
                'verbose_name': 'answer in a needs talk',
                'verbose_name_plural': 'answers in needs talks',
                'indexes': [models.Index(condition=models.Q(('deleted_at__isnull', False)), fields=['deleted_at'], name='needs_answer_bin')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('deleted_at', None)), fields=('talk', 'key'), name='needs_answer_once', violation_error_message='This question is answered already. Change that answer.')],
            },
        ),
        migrations.CreateModel(
            name='Need',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='last change')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('title', models.CharField(max_length=200, verbose_name='need')),
                ('pain', models.TextField(blank=True, max_length=4000, verbose_name='what it is that hurts')),
                ('effect_low', models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True, validators=[django.core.validators.MinValueValidator(Decimal('0'))], verbose_name='effect a year, low')),
                ('effect_base', models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True, validators=[django.core.validators.MinValueValidator(Decimal('0'))], verbose_name='effect a year, likely')),
                ('effect_high', models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True, validators=[django.core.validators.MinValueValidator(Decimal('0'))], verbose_name='effect a year, high')),
                ('currency', models.CharField(blank=True, max_length=3, verbose_name='currency')),
                ('low_house', models.DecimalField(decimal_places=2, default=Decimal('0'), editable=False, max_digits=14)),
                ('base_house', models.DecimalField(decimal_places=2, default=Decimal('0'), editable=False, max_digits=14)),
                ('high_house', models.DecimalField(decimal_places=2, default=Decimal('0'), editable=False, max_digits=14)),
                ('urgency', models.PositiveSmallIntegerField(choices=[(0, 'not urgent'), (1, 'some time this year'), (2, 'within a few months'), (3, 'at once')], default=1, verbose_name='urgency')),
                ('said_on', models.DateField(default=kundenkreis.core.clock.today, verbose_name='said on')),
                ('solve_by', models.DateField(blank=True, null=True, verbose_name='to be solved by')),
                ('status', models.CharField(choices=[('open', 'open'), ('solving', 'being solved'), ('met', 'met'), ('dropped', 'not pursued')], default='open', max_length=8, verbose_name='status')),
                ('drop_reason', models.CharField(blank=True, max_length=300, verbose_name='why it is not pursued')),
                ('next_question', models.CharField(blank=True, max_length=300, verbose_name='next question')),
                ('is_generated', models.BooleanField(default=False, editable=False, verbose_name='generated')),
                ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='needs', to='customers.account', verbose_name='account')),
                ('contact', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='needs', to='customers.contact', verbose_name='who said it')),
                ('opportunities', models.ManyToManyField(blank=True, related_name='needs', to='pipeline.opportunity', verbose_name='opportunities')),
                ('owner', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='needs', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
                ('answer', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='needs', to='needs.talkanswer', verbose_name='from the answer')),
            ],
            options={
                'verbose_name': 'need',
                'verbose_name_plural': 'needs',
                'indexes': [models.Index(fields=['account', 'status', '-urgency', 'id'], name='needs_need_account'), models.Index(fields=['base_house', 'id'], name='needs_need_effect'), models.Index(fields=['status', 'base_house', 'id'], name='needs_need_status'), models.Index(fields=['owner', 'status', 'base_house', 'id'], name='needs_need_owner'), models.Index(fields=['urgency', 'id'], name='needs_need_urgent'), models.Index(fields=['solve_by', 'id'], name='needs_need_solve_by'), models.Index(fields=['-said_on', '-id'], name='needs_need_said'), models.Index(fields=['changed_at', 'id'], name='needs_need_changed'), models.Index(condition=models.Q(('deleted_at__isnull', False)), fields=['deleted_at'], name='needs_need_bin')],
                'constraints': [models.CheckConstraint(condition=models.Q(('effect_low', None), ('effect_low__gte', 0), _connector='OR'), name='needs_need_not_negative'), models.CheckConstraint(condition=models.Q(('effect_low', None), ('effect_base', None), ('effect_base__gte', models.F('effect_low')), _connector='OR'), name='needs_need_low_base', violation_error_message='Low, likely and high have to rise.'), models.CheckConstraint(condition=models.Q(('effect_base', None), ('effect_high', None), ('effect_high__gte', models.F('effect_base')), _connector='OR'), name='needs_need_base_high', violation_error_message='Low, likely and high have to rise.'), models.CheckConstraint(condition=models.Q(('effect_low', None), ('effect_high', None), ('effect_high__gte', models.F('effect_low')), _connector='OR'), name='needs_need_low_high', violation_error_message='Low, likely and high have to rise.'), models.CheckConstraint(condition=models.Q(('urgency__lte', 3)), name='needs_need_urgency'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'dropped'), _negated=True), models.Q(('drop_reason', ''), _negated=True), _connector='OR'), name='needs_need_dropped', violation_error_message='Say why it is not pursued.')],
            },
        ),
        migrations.CreateModel(
            name='Wish',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='last change')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('title', models.CharField(max_length=200, verbose_name='wish')),
                ('description', models.TextField(blank=True, max_length=4000, verbose_name='description')),
                ('status', models.CharField(choices=[('new', 'new'), ('looked_at', 'looked at'), ('planned', 'planned'), ('done', 'done'), ('declined', 'declined')], default='new', max_length=9, verbose_name='status')),
                ('status_since', models.DateField(default=kundenkreis.core.clock.today, editable=False, verbose_name='in this status since')),
                ('answer', models.TextField(blank=True, help_text='In words for the customer. What is declined needs a reason.', max_length=2000, verbose_name='what customers are told')),
                ('is_generated', models.BooleanField(default=False, editable=False, verbose_name='generated')),
                ('family', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='wishes', to='catalogue.family', verbose_name='product family')),
                ('merged_into', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='merged', to='needs.wish', verbose_name='part of')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='wishes', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
                ('product', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='wishes', to='catalogue.product', verbose_name='product')),
            ],
            options={
                'verbose_name': 'wish',
                'verbose_name_plural': 'wishes',
                'indexes': [models.Index(fields=['status', 'id'], name='needs_wish_status'), models.Index(fields=['changed_at', 'id'], name='needs_wish_changed'), models.Index(condition=models.Q(('deleted_at__isnull', False)), fields=['deleted_at'], name='needs_wish_bin')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('status', 'declined'), _negated=True), models.Q(('answer', ''), _negated=True), _connector='OR'), name='needs_wish_declined', violation_error_message='Say why, in words for the customer.')],
            },
        ),
        migrations.CreateModel(
            name='WishAsk',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='last change')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('asked_on', models.DateField(default=kundenkreis.core.clock.today, verbose_name='asked on')),
                ('weight', models.PositiveSmallIntegerField(choices=[(1, 'would be nice'), (2, 'important'), (3, 'cannot do without')], default=2, verbose_name='weight')),
                ('note', models.CharField(blank=True, max_length=500, verbose_name="in the customer's words")),
                ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='wish_asks', to='customers.account', verbose_name='account')),
                ('contact', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='wish_asks', to='customers.contact', verbose_name='who asks')),
                ('wish', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='asks', to='needs.wish', verbose_name='wish')),
            ],
            options={
                'verbose_name': 'customer who asks',
                'verbose_name_plural': 'customers who ask',
                'indexes': [models.Index(fields=['account', 'id'], name='needs_ask_account'), models.Index(condition=models.Q(('deleted_at__isnull', False)), fields=['deleted_at'], name='needs_ask_bin')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('contact__isnull', False), ('deleted_at', None)), fields=('wish', 'account', 'contact'), name='needs_ask_contact_once', violation_error_message='This person asks for it already.'), models.UniqueConstraint(condition=models.Q(('contact', None), ('deleted_at', None)), fields=('wish', 'account'), name='needs_ask_account_once', violation_error_message='This customer asks for it already.'), models.CheckConstraint(condition=models.Q(('weight__gte', 1), ('weight__lte', 3)), name='needs_ask_weight')],
            },
        ),
        migrations.CreateModel(
            name='WishTelling',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='last change')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('status', models.CharField(choices=[('new', 'new'), ('looked_at', 'looked at'), ('planned', 'planned'), ('done', 'done'), ('declined', 'declined')], max_length=9, verbose_name='status to be told')),
                ('told_on', models.DateField(blank=True, null=True, verbose_name='told on')),
                ('how', models.CharField(blank=True, choices=[('call', 'by phone'), ('mail', 'by mail'), ('visit', 'in person'), ('other', 'in another way')], max_length=5, verbose_name='how')),
                ('note', models.CharField(blank=True, max_length=500, verbose_name='what the customer said')),
                ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='wish_tellings', to='customers.account', verbose_name='account')),
                ('contact', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='wish_tellings', to='customers.contact', verbose_name='whom')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='wish_tellings', to=settings.AUTH_USER_MODEL, verbose_name='who tells')),
                ('task', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='wish_tellings', to='activities.activity', verbose_name='task')),
                ('told_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='wishes_told', to=settings.AUTH_USER_MODEL, verbose_name='told by')),
                ('wish', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tellings', to='needs.wish', verbose_name='wish')),
            ],
            options={
                'verbose_name': 'telling of a wish',
                'verbose_name_plural': 'tellings of wishes',
                'indexes': [models.Index(fields=['account', 'id'], name='needs_telling_account'), models.Index(fields=['told_on', 'id'], name='needs_telling_told'), models.Index(condition=models.Q(('deleted_at__isnull', False)), fields=['deleted_at'], name='needs_telling_bin')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('deleted_at', None), ('told_on', None)), fields=('wish', 'account'), name='needs_telling_once', violation_error_message='This customer is to be told already.')],
            },
        ),
        migrations.CreateModel(
            name='NeedFit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='last change')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('degree', models.PositiveSmallIntegerField(choices=[(1, 'fits in part'), (2, 'fits largely'), (3, 'fits fully')], default=2, verbose_name='how far it fits')),
                ('quantity', models.DecimalField(blank=True, decimal_places=3, max_digits=14, null=True, validators=[django.core.validators.MinValueValidator(Decimal('0.001'))], verbose_name='quantity a year')),
                ('note', models.CharField(blank=True, max_length=300, verbose_name='note')),
                ('family', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='need_fits', to='catalogue.family', verbose_name='product family')),
                ('need', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='fits', to='needs.need', verbose_name='need')),
                ('product', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='need_fits', to='catalogue.product', verbose_name='product')),
            ],
            options={
                'verbose_name': 'product fit',
                'verbose_name_plural': 'product fits',
                'ordering': ['-degree', 'pk'],
                'indexes': [models.Index(condition=models.Q(('deleted_at__isnull', False)), fields=['deleted_at'], name='needs_fit_bin')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('family__isnull', False), ('product', None)), models.Q(('family', None), ('product__isnull', False)), _connector='OR'), name='needs_fit_one', violation_error_message='Choose a product or a family, one of both.'), models.CheckConstraint(condition=models.Q(('degree__gte', 1), ('degree__lte', 3)), name='needs_fit_degree'), models.UniqueConstraint(condition=models.Q(('deleted_at', None), ('product__isnull', False)), fields=('need', 'product'), name='needs_fit_product_once', violation_error_message='This stands there already.'), models.UniqueConstraint(condition=models.Q(('deleted_at', None), ('family__isnull', False)), fields=('need', 'family'), name='needs_fit_family_once', violation_error_message='This stands there already.')],
            },
        ),
        migrations.RunPython(begin, migrations.RunPython.noop),
    ]
