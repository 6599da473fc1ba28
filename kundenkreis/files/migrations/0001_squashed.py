import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('files', '0001_initial'), ('files', '0002_indexes_at_a_million'), ('files', '0003_texts')]

    initial = True

    dependencies = [
        ('staff', '0001_squashed'),
    ]

    operations = [
        migrations.CreateModel(
            name='Document',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='last change')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('name', models.CharField(max_length=255, verbose_name='name')),
                ('subject_type', models.CharField(max_length=60)),
                ('subject_id', models.BigIntegerField()),
                ('account_id', models.BigIntegerField(blank=True, null=True)),
            ],
            options={
                'verbose_name': 'document',
                'verbose_name_plural': 'documents',
                'indexes': [models.Index(condition=models.Q(('deleted_at__isnull', False)), fields=['deleted_at'], name='files_document_bin'), models.Index(fields=['subject_type', 'subject_id', '-id'], name='files_document_subject'), models.Index(fields=['account_id', '-created_at'], name='files_document_account')],
            },
        ),
        migrations.CreateModel(
            name='Version',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(verbose_name='version')),
                ('file_name', models.CharField(max_length=255, verbose_name='file name')),
                ('sha256', models.CharField(max_length=64)),
                ('size', models.BigIntegerField(verbose_name='size in bytes')),
                ('content_type', models.CharField(max_length=120, verbose_name='type')),
                ('uploaded_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='uploaded')),
                ('document', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='versions', to='files.document')),
                ('uploaded_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='uploaded by')),
            ],
            options={
                'verbose_name': 'version',
                'indexes': [models.Index(fields=['sha256'], name='files_version_sha')],
                'constraints': [models.UniqueConstraint(fields=('document', 'number'), name='files_version_number')],
            },
        ),
        migrations.CreateModel(
            name='DocumentText',
            fields=[
                ('document', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='read', serialize=False, to='files.document')),
                ('state', models.CharField(choices=[('read', 'read'), ('partly', 'only its beginning was read, because it is very long'), ('no_text', 'has no text that can be read'), ('password', 'protected by a password'), ('too_large', 'takes too much to read'), ('broken', 'damaged, or not what it says it is'), ('lost', 'its content is missing')], max_length=12, verbose_name='state')),
                ('text', models.TextField(blank=True, verbose_name='text')),
                ('read_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='read at')),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='files.version')),
            ],
            options={
                'verbose_name': "document's text",
            },
        ),
        migrations.AddField(
            model_name='document',
            name='latest',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='files.version'),
        ),
    ]
