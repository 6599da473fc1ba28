import django.db.models.deletion
import django.utils.timezone
import kundenkreis.fields.stored
from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('catalogue', '0001_initial'), ('catalogue', '0002_indexes_at_a_million'), ('catalogue', '0003_product_custom')]

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='PriceList',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='last change')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('code', models.CharField(max_length=20, unique=True, verbose_name='code')),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('currency', models.CharField(default='EUR', max_length=3, verbose_name='currency')),
            ],
            options={
                'verbose_name': 'price list',
                'verbose_name_plural': 'price lists',
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='Unit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='last change')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('code', models.CharField(max_length=3, unique=True, verbose_name='code')),
                ('name_en', models.CharField(max_length=40, verbose_name='name in English')),
                ('name_de', models.CharField(max_length=40, verbose_name='name in German')),
            ],
            options={
                'verbose_name': 'unit',
                'verbose_name_plural': 'units',
                'ordering': ['code'],
            },
        ),
        migrations.CreateModel(
            name='Family',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='last change')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('code', models.CharField(max_length=20, unique=True, verbose_name='code')),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='catalogue.family', verbose_name='part of')),
            ],
            options={
                'verbose_name': 'product family',
                'verbose_name_plural': 'product families',
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='Product',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='last change')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('custom', kundenkreis.fields.stored.ValuesField(blank=True, db_default={}, default=dict, editable=False, verbose_name='custom fields')),
                ('number', models.CharField(max_length=40, unique=True, verbose_name='item number')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('key', models.CharField(editable=False, max_length=200)),
                ('kind', models.CharField(choices=[('goods', 'goods'), ('service', 'service')], default='goods', max_length=8, verbose_name='kind')),
                ('ean', models.CharField(blank=True, max_length=14, verbose_name='GTIN (EAN)')),
                ('description', models.TextField(blank=True, verbose_name='description')),
                ('cost', models.DecimalField(blank=True, decimal_places=4, max_digits=14, null=True, verbose_name='cost')),
                ('is_cost_generated', models.BooleanField(default=False, verbose_name='cost generated')),
                ('is_active', models.BooleanField(default=True, verbose_name='sold now')),
                ('family', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='products', to='catalogue.family', verbose_name='product family')),
                ('unit', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalogue.unit', verbose_name='unit')),
            ],
            options={
                'verbose_name': 'product',
                'verbose_name_plural': 'products',
                'indexes': [models.Index(condition=models.Q(('deleted_at__isnull', False)), fields=['deleted_at'], name='catalogue_product_bin'), models.Index(fields=['changed_at', 'id'], name='catalogue_product_changed'), models.Index(condition=models.Q(('deleted_at', None)), fields=['key', 'id'], name='catalogue_product_key'), models.Index(fields=['family', 'key', 'id'], name='catalogue_product_family')],
                'constraints': [models.CheckConstraint(condition=models.Q(('cost', None), ('cost__gte', 0), _connector='OR'), name='catalogue_product_cost')],
            },
        ),
        migrations.CreateModel(
            name='Price',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='last change')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('from_quantity', models.DecimalField(decimal_places=3, default=Decimal('1'), max_digits=14, verbose_name='from quantity')),
                ('amount', models.DecimalField(decimal_places=4, max_digits=14, verbose_name='price')),
                ('starts_on', models.DateField(verbose_name='from')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='until')),
                ('price_list', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='prices', to='catalogue.pricelist', verbose_name='price list')),
                ('product', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='prices', to='catalogue.product', verbose_name='product')),
            ],
            options={
                'verbose_name': 'price',
                'verbose_name_plural': 'prices',
                'indexes': [models.Index(condition=models.Q(('deleted_at__isnull', False)), fields=['deleted_at'], name='catalogue_price_bin'), models.Index(fields=['product', 'price_list', 'starts_on'], name='catalogue_price_product')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('deleted_at', None)), fields=('price_list', 'product', 'from_quantity', 'starts_on'), name='catalogue_price_once', violation_error_message='There is a price from this day and quantity already.'), models.CheckConstraint(condition=models.Q(('amount__gte', 0)), name='catalogue_price_amount', violation_error_message='A price is not below zero.'), models.CheckConstraint(condition=models.Q(('ends_on', None), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='catalogue_price_period', violation_error_message='The end lies before the beginning.')],
            },
        ),
    ]
