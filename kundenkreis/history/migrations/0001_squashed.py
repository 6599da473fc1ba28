import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from typing import Any


# PostgreSQL: who writes events holds a lock that says after which number (`history.feed`). SQLite has one writer at a time.
# The lock is taken before the statement draws its first number, and once in a transaction: a setting that ends with the
# transaction, and with a savepoint that is rolled back as the lock does, remembers it. 19275 is `feed.LOCK`.
_WATCH = """
CREATE FUNCTION history_event_writer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF coalesce(current_setting('kundenkreis.writes_events', true), '') = '' THEN
        PERFORM pg_advisory_xact_lock_shared((19275::bigint << 48) | last_value) FROM history_event_id_seq;
        PERFORM set_config('kundenkreis.writes_events', 'yes', true);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER history_event_writer BEFORE INSERT ON history_event
    FOR EACH STATEMENT EXECUTE FUNCTION history_event_writer();
"""
_FORGET = "DROP TRIGGER history_event_writer ON history_event; DROP FUNCTION history_event_writer();"


def watch(apps: Any, editor: Any) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute(_WATCH)


def forget(apps: Any, editor: Any) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute(_FORGET)


class Migration(migrations.Migration):

    replaces = [('history', '0001_initial'), ('history', '0002_indexes_at_a_million'), ('history', '0003_taken_back'), ('history', '0004_traces'), ('history', '0005_event_feed'), ('history', '0006_parts')]

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Batch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=20, verbose_name='kind')),
                ('label', models.CharField(max_length=200, verbose_name='what')),
                ('actor_id', models.BigIntegerField(null=True, verbose_name='who')),
                ('actor_name', models.CharField(blank=True, max_length=200, verbose_name='who')),
                ('state', models.CharField(choices=[('running', 'running'), ('done', 'done'), ('cancelled', 'cancelled'), ('failed', 'failed'), ('undoing', 'being undone'), ('undone', 'undone')], default='running', max_length=12, verbose_name='state')),
                ('started_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='started')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended')),
                ('counts', models.JSONField(default=dict, verbose_name='counts')),
                ('undo_report', models.JSONField(default=dict)),
            ],
            options={
                'verbose_name': 'batch',
                'indexes': [models.Index(fields=['-started_at'], name='history_batch_started')],
            },
        ),
        migrations.CreateModel(
            name='TakenBack',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('model', models.CharField(max_length=60)),
                ('record_id', models.BigIntegerField()),
                ('steps', models.PositiveIntegerField(default=0)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('model', 'record_id'), name='history_takenback_once')],
            },
        ),
        migrations.CreateModel(
            name='BatchChunk',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('model', models.CharField(max_length=60)),
                ('added', models.JSONField(default=list)),
                ('changed', models.BinaryField(default=b'')),
                ('is_undone', models.BooleanField(default=False)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('first', models.BigIntegerField(default=0)),
                ('last', models.BigIntegerField(default=-1)),
                ('ids', models.BinaryField(default=b'')),
                ('fields', models.JSONField(default=list)),
                ('alike', models.JSONField(default=dict)),
                ('batch', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='chunks', to='history.batch')),
            ],
            options={
                'indexes': [models.Index(fields=['model', 'last', 'first'], name='history_chunk_range')],
                'constraints': [models.UniqueConstraint(fields=('batch', 'number', 'model'), name='history_chunk_once')],
            },
        ),
        migrations.CreateModel(
            name='Event',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='when')),
                ('actor_id', models.BigIntegerField(null=True, verbose_name='who')),
                ('actor_name', models.CharField(blank=True, max_length=200, verbose_name='who')),
                ('verb', models.CharField(max_length=60, verbose_name='what')),
                ('subject_type', models.CharField(max_length=60)),
                ('subject_id', models.BigIntegerField()),
                ('subject_label', models.CharField(max_length=200, verbose_name='record')),
                ('changes', models.JSONField(default=dict, verbose_name='changes')),
                ('account_id', models.BigIntegerField(null=True)),
                ('version', models.PositiveIntegerField(null=True)),
                ('batch', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='events', to='history.batch')),
                ('goes_with', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='parts', to='history.event')),
                ('undoes', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='undone_by', to='history.event')),
            ],
            options={
                'verbose_name': 'event',
                'indexes': [models.Index(fields=['subject_type', 'subject_id', '-id'], name='history_event_subject'), models.Index(fields=['account_id', '-at', '-id'], name='history_event_account'), models.Index(fields=['at', 'id'], name='history_event_at'), models.Index(fields=['actor_id', '-id'], name='history_event_actor'), models.Index(condition=models.Q(('goes_with__isnull', False)), fields=['goes_with'], name='history_event_part')],
            },
        ),
        migrations.RunPython(watch, forget),
    ]
