import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('staff', '0001_initial'), ('staff', '0002_access_reviews'), ('staff', '0003_erased_colleagues'), ('staff', '0004_account_moves'), ('staff', '0005_territory_rules')]

    initial = True

    dependencies = [
        ('history', '0001_squashed'),
    ]

    operations = [
        migrations.CreateModel(
            name='AccountMove',
            fields=[
                ('event', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='history.event')),
                ('before_id', models.BigIntegerField(null=True)),
                ('after_id', models.BigIntegerField(null=True)),
                ('by_id', models.BigIntegerField(null=True)),
                ('team_before', models.BigIntegerField(null=True)),
                ('team_after', models.BigIntegerField(null=True)),
            ],
            options={
                'verbose_name': 'moved account',
                'indexes': [models.Index(fields=['before_id', '-event'], name='staff_move_before'), models.Index(fields=['after_id', '-event'], name='staff_move_after'), models.Index(fields=['by_id', '-event'], name='staff_move_by')],
            },
        ),
        migrations.CreateModel(
            name='Team',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='last change')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('name', models.CharField(max_length=100, unique=True, verbose_name='name')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='staff.team', verbose_name='part of')),
            ],
            options={
                'verbose_name': 'team',
                'verbose_name_plural': 'teams',
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='last change')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('email', models.EmailField(max_length=254, unique=True, verbose_name='e-mail')),
                ('first_name', models.CharField(blank=True, max_length=100, verbose_name='first name')),
                ('last_name', models.CharField(max_length=100, verbose_name='last name')),
                ('role', models.CharField(choices=[('key_account_manager', 'Key account manager'), ('customer_relationship_manager', 'Customer relationship manager'), ('head_of_sales', 'Head of sales'), ('inside_sales', 'Inside sales'), ('complaint_manager', 'Complaint manager'), ('marketing', 'Marketing'), ('administrator', 'Administrator'), ('read_only', 'Read only')], default='read_only', max_length=40, verbose_name='role')),
                ('job_title', models.CharField(blank=True, max_length=120, verbose_name='job title')),
                ('phone', models.CharField(blank=True, max_length=40, verbose_name='phone')),
                ('language', models.CharField(choices=[('en', 'English'), ('de', 'Deutsch')], default='de', max_length=2, verbose_name='language')),
                ('theme', models.CharField(choices=[('system', 'As the system'), ('light', 'Light'), ('dark', 'Dark')], default='system', max_length=8, verbose_name='appearance')),
                ('is_active', models.BooleanField(default=True, verbose_name='may sign in')),
                ('is_demo', models.BooleanField(default=False, editable=False, verbose_name='demo person')),
                ('erased_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='erased')),
                ('team', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='people', to='staff.team', verbose_name='team')),
            ],
            options={
                'verbose_name': 'person',
                'verbose_name_plural': 'people',
                'ordering': ['last_name', 'first_name'],
                'constraints': [models.CheckConstraint(condition=models.Q(('erased_at', None), models.Q(('deleted_at__isnull', False), ('is_active', False)), _connector='OR'), name='staff_user_erased', violation_error_message='This colleague was erased.')],
            },
        ),
        migrations.CreateModel(
            name='AccessReview',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('is_open', models.BooleanField(default=True, verbose_name='open')),
                ('started_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='started')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended')),
                ('started_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='started by')),
            ],
            options={
                'verbose_name': 'access review',
                'verbose_name_plural': 'access reviews',
                'constraints': [models.UniqueConstraint(condition=models.Q(('is_open', True)), fields=('is_open',), name='staff_review_open_once')],
            },
        ),
        migrations.CreateModel(
            name='AccessCheck',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('verdict', models.CharField(choices=[('kept', 'kept'), ('change', 'to be changed')], max_length=8, verbose_name='verdict')),
                ('note', models.CharField(blank=True, max_length=500, verbose_name='note')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='reviewed')),
                ('rights', models.JSONField(default=dict)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='reviewed by')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                ('review', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='checks', to='staff.accessreview')),
            ],
            options={
                'verbose_name': 'reviewed access',
                'constraints': [models.UniqueConstraint(fields=('review', 'person'), name='staff_check_once')],
            },
        ),
        migrations.CreateModel(
            name='ApiToken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100, verbose_name='what for')),
                ('prefix', models.CharField(max_length=12, verbose_name='begins with')),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('scopes', models.JSONField(default=list, verbose_name='scopes')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='created')),
                ('expires_at', models.DateTimeField(blank=True, null=True, verbose_name='valid until')),
                ('last_used_at', models.DateTimeField(blank=True, null=True, verbose_name='last used')),
                ('revoked_at', models.DateTimeField(blank=True, null=True, verbose_name='revoked')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='api_tokens', to=settings.AUTH_USER_MODEL, verbose_name='person')),
            ],
            options={
                'verbose_name': 'API token',
                'verbose_name_plural': 'API tokens',
                'ordering': ['-created_at'],
            },
        ),
        migrations.CreateModel(
            name='Deputy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='last change')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('starts_on', models.DateField(verbose_name='from')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='until')),
                ('deputy', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='stands_in_for', to=settings.AUTH_USER_MODEL, verbose_name='deputy')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deputies', to=settings.AUTH_USER_MODEL, verbose_name='person')),
            ],
            options={
                'verbose_name': 'deputy',
                'verbose_name_plural': 'deputies',
                'constraints': [models.CheckConstraint(condition=models.Q(('person', models.F('deputy')), _negated=True), name='staff_deputy_other', violation_error_message='Nobody is her own deputy.'), models.CheckConstraint(condition=models.Q(('ends_on', None), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='staff_deputy_period', violation_error_message='The end lies before the beginning.')],
            },
        ),
        migrations.CreateModel(
            name='Territory',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='last change')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('name', models.CharField(max_length=100, unique=True, verbose_name='name')),
                ('countries', models.JSONField(blank=True, default=list, verbose_name='countries')),
                ('postcodes', models.JSONField(blank=True, default=list, verbose_name='postcodes')),
                ('industries', models.JSONField(blank=True, default=list, verbose_name='industries')),
                ('sizes', models.JSONField(blank=True, default=list, verbose_name='sizes')),
                ('deputy_from', models.DateField(blank=True, null=True, verbose_name='deputy from')),
                ('deputy_until', models.DateField(blank=True, null=True, verbose_name='deputy until')),
                ('deputy', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='deputy')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='staff.territory', verbose_name='part of')),
                ('people', models.ManyToManyField(blank=True, related_name='territories', to=settings.AUTH_USER_MODEL, verbose_name='people')),
            ],
            options={
                'verbose_name': 'territory',
                'verbose_name_plural': 'territories',
                'ordering': ['name'],
                'constraints': [models.CheckConstraint(condition=models.Q(('deputy_until', None), ('deputy_from', None), ('deputy_until__gte', models.F('deputy_from')), _connector='OR'), name='staff_territory_deputy', violation_error_message='The end lies before the beginning.')],
            },
        ),
    ]
