import django.core.validators
import django.db.models.expressions
import kundenkreis.core.models
from django.db import migrations, models


# Without a rowid the two word tables are their own index: half the space and half the writes.
SQLITE = """
DROP TABLE core_searchterm;
CREATE TABLE core_searchterm (
    term varchar(40) NOT NULL PRIMARY KEY, count integer NOT NULL) WITHOUT ROWID;
DROP TABLE core_searchdeletion;
CREATE TABLE core_searchdeletion (
    deletion varchar(7) NOT NULL, term varchar(40) NOT NULL, PRIMARY KEY (deletion, term)) WITHOUT ROWID;
-- The words are folded and cut by us: every byte that is not an ASCII separator belongs to its word.
CREATE VIRTUAL TABLE core_searchindex USING fts5(
    words, content='core_searchentry', content_rowid='id', detail=none, columnsize=0, tokenize='ascii');
-- Long texts. No content and no column sizes: the texts stand in their own records, and nothing is ranked by length.
CREATE VIRTUAL TABLE core_searchtext USING fts5(words, content='', detail=none, columnsize=0, tokenize='ascii');
CREATE TABLE core_searchtextterm (term varchar(30) NOT NULL PRIMARY KEY) WITHOUT ROWID;
"""
SQLITE_BACK = """
DROP TABLE core_searchtextterm;
DROP TABLE core_searchtext;
DROP TABLE core_searchindex;
"""
# The pending list halves the cost of bulk loads; short, because every search reads it until it is merged.
# Byte order ("C"), so that a range over a prefix is a range in the index whatever the database's language is.
# The sample is every sixteenth entry: the first hundred that have common words are found there.
POSTGRESQL = """
ALTER TABLE core_searchentry
    ALTER COLUMN key TYPE varchar(120) COLLATE "C",
    ALTER COLUMN number TYPE varchar(40) COLLATE "C",
    ADD COLUMN vector tsvector GENERATED ALWAYS AS (array_to_tsvector(string_to_array(words, ' '))) STORED;
CREATE INDEX core_searchentry_vector ON core_searchentry USING gin (vector)
    WITH (fastupdate = on, gin_pending_list_limit = 512);
CREATE INDEX core_searchentry_sample ON core_searchentry USING gin (vector)
    WITH (fastupdate = on, gin_pending_list_limit = 512) WHERE (id & 480) = 0;
ALTER TABLE core_searchterm ALTER COLUMN term TYPE varchar(40) COLLATE "C";
ALTER TABLE core_searchdeletion
    ALTER COLUMN deletion TYPE varchar(7) COLLATE "C", ALTER COLUMN term TYPE varchar(40) COLLATE "C";
CREATE TABLE core_searchtext (id bigint PRIMARY KEY, vector tsvector NOT NULL);
CREATE INDEX core_searchtext_vector ON core_searchtext USING gin (vector)
    WITH (fastupdate = on, gin_pending_list_limit = 512);
CREATE TABLE core_searchtextterm (term varchar(30) COLLATE "C" PRIMARY KEY);
"""
POSTGRESQL_BACK = """
DROP TABLE core_searchtextterm;
DROP TABLE core_searchtext;
ALTER TABLE core_searchentry DROP COLUMN vector;
"""


def word_indexes(apps, schema_editor):
    # Not the varchar_pattern_ops twins: the columns are in byte order anyway.
    schema_editor.deferred_sql[:] = [
        sql for sql in schema_editor.deferred_sql if not ("_like" in str(sql) and "core_search" in str(sql))
    ]
    _run(schema_editor, SQLITE, POSTGRESQL)


def no_word_indexes(apps, schema_editor):
    _run(schema_editor, SQLITE_BACK, POSTGRESQL_BACK)


def _run(schema_editor, sqlite, postgresql):
    for statement in (sqlite if schema_editor.connection.vendor == "sqlite" else postgresql).split(";\n"):
        if statement.strip():
            schema_editor.execute(statement)


class Migration(migrations.Migration):

    replaces = [('core', '0001_initial'), ('core', '0002_search'), ('core', '0003_delete_exchangerate'), ('core', '0004_search_texts'), ('core', '0005_touch_rules'), ('core', '0006_works_agreement'), ('core', '0007_search_sample'), ('core', '0008_permission_to_contact'), ('core', '0009_certain_duplicates'), ('core', '0010_former_colleagues'), ('core', '0011_vies'), ('core', '0012_test_copy'), ('core', '0013_fiscal_year')]

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Counter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('series', models.CharField(max_length=40, unique=True)),
                ('last', models.BigIntegerField(default=0)),
            ],
            options={
                'verbose_name': 'counter',
            },
        ),
        migrations.CreateModel(
            name='House',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(default='Kundenkreis', max_length=200, verbose_name='company name')),
                ('currency', models.CharField(default='EUR', max_length=3, verbose_name='house currency')),
                ('country', models.CharField(default='AT', max_length=2, verbose_name='country')),
                ('language', models.CharField(default='de', max_length=2, verbose_name='language')),
                ('touch_days_a', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(730)], verbose_name='days between two touches, tier A')),
                ('touch_days_b', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(730)], verbose_name='days between two touches, tier B')),
                ('touch_days_c', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(730)], verbose_name='days between two touches, tier C')),
                ('touch_days_d', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(730)], verbose_name='days between two touches, development')),
                ('works_agreement_on', models.DateField(blank=True, null=True, verbose_name='works agreement in force from')),
                ('works_agreement', models.CharField(blank=True, max_length=200, verbose_name='works agreement')),
                ('contact_cap', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(365)], verbose_name='advertising contacts with a person at most')),
                ('contact_cap_days', models.PositiveSmallIntegerField(default=30, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(730)], verbose_name='within so many days')),
                ('suppression_key', models.CharField(default=kundenkreis.core.models.new_key, editable=False, max_length=64)),
                ('forget_colleagues_months', models.PositiveSmallIntegerField(blank=True, default=36, null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(120)], verbose_name="months after which a former colleague's account is erased")),
                ('merge_duplicates_from', models.FloatField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(0.99), django.core.validators.MaxValueValidator(1)], verbose_name='merge duplicates by itself')),
                ('fiscal_month', models.PositiveSmallIntegerField(default=1, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(12)], verbose_name='fiscal year begins in month')),
                ('vat_id', models.CharField(blank=True, default='', max_length=20, verbose_name='own VAT ID (UID)')),
                ('asks_vies', models.BooleanField(default=False, verbose_name='ask VIES about VAT IDs')),
                ('today', models.DateField(blank=True, null=True, verbose_name='pretended today')),
                ('is_demo', models.BooleanField(default=False, verbose_name='demo house')),
                ('is_test_copy', models.BooleanField(default=False, editable=False, verbose_name='test copy')),
                ('copied_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='copied')),
            ],
            options={
                'verbose_name': 'house',
            },
        ),
        migrations.CreateModel(
            name='SearchDeletion',
            fields=[
                ('pk', models.CompositePrimaryKey('deletion', 'term', blank=True, editable=False, primary_key=True, serialize=False)),
                ('deletion', models.CharField(max_length=7)),
                ('term', models.CharField(max_length=40)),
            ],
        ),
        migrations.CreateModel(
            name='SearchTerm',
            fields=[
                ('term', models.CharField(max_length=40, primary_key=True, serialize=False)),
                ('count', models.IntegerField(default=1)),
            ],
        ),
        migrations.CreateModel(
            name='SearchEntry',
            fields=[
                ('id', models.BigIntegerField(primary_key=True, serialize=False)),
                ('kind', models.PositiveSmallIntegerField()),
                ('subject_id', models.BigIntegerField()),
                ('key', models.CharField(max_length=120)),
                ('number', models.CharField(blank=True, max_length=40)),
                ('words', models.TextField()),
                ('label', models.CharField(max_length=300)),
            ],
            options={
                'indexes': [models.Index(fields=['kind', 'key', 'subject_id'], name='core_searchentry_key'), models.Index(condition=models.Q(('number', ''), _negated=True), fields=['kind', 'number', 'subject_id'], name='core_searchentry_number')],
                'constraints': [models.CheckConstraint(condition=models.Q(('id', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('subject_id'), '*', models.Value(32)), '+', models.F('kind')))), name='core_searchentry_id')],
            },
        ),
        migrations.RunPython(word_indexes, no_word_indexes),
    ]
