import django.db.models.deletion
import django.utils.timezone
import kundenkreis.fields.rolling
import kundenkreis.fields.stored
from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('orders', '0001_initial'), ('orders', '0002_more_lines_of_one_product'), ('orders', '0003_indexes_at_a_million'), ('orders', '0004_living_lines_and_due_items'), ('orders', '0005_customer_reference'), ('orders', '0006_custom')]

    initial = True

    dependencies = [
        ('catalogue', '0001_squashed'),
        ('customers', '0001_squashed'),
    ]

    operations = [
        migrations.CreateModel(
            name='Order',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='last change')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('custom', kundenkreis.fields.stored.ValuesField(blank=True, db_default={}, default=dict, editable=False, verbose_name='custom fields')),
                ('number', models.CharField(max_length=40, unique=True, verbose_name='order number')),
                ('kind', models.CharField(choices=[('order', 'order'), ('credit_note', 'credit note'), ('adjustment', 'adjustment')], default='order', max_length=12, verbose_name='kind')),
                ('ordered_on', models.DateField(verbose_name='ordered on')),
                ('ordered_at', models.DateTimeField(blank=True, null=True, verbose_name='ordered at')),
                ('customer_reference', models.CharField(blank=True, max_length=60, verbose_name="customer's order number")),
                ('currency', models.CharField(default='EUR', max_length=3, verbose_name='currency')),
                ('total', models.DecimalField(decimal_places=2, default=Decimal('0'), max_digits=16, verbose_name='net total')),
                ('total_house', models.DecimalField(decimal_places=2, default=Decimal('0'), max_digits=16, verbose_name='net total in house currency')),
                ('line_count', models.PositiveIntegerField(default=0, verbose_name='lines')),
                ('country', models.CharField(blank=True, max_length=2, verbose_name='delivered to country')),
                ('account', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='orders', to='customers.account', verbose_name='account')),
            ],
            options={
                'verbose_name': 'order',
                'verbose_name_plural': 'orders',
                'indexes': [models.Index(fields=['account', 'ordered_on', 'kind', 'total_house', 'line_count'], name='orders_order_account'), models.Index(fields=['ordered_on', 'id'], name='orders_order_day'), models.Index(condition=models.Q(('deleted_at', None)), fields=['total_house', 'id'], name='orders_order_net'), models.Index(condition=models.Q(('customer_reference', ''), _negated=True), fields=['customer_reference'], name='orders_order_reference', opclasses=['varchar_pattern_ops']), models.Index(condition=models.Q(('deleted_at__isnull', False)), fields=['deleted_at'], name='orders_order_bin')],
            },
            bases=(kundenkreis.fields.rolling.Rolled, models.Model),
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='last change')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('number', models.CharField(max_length=40, unique=True, verbose_name='delivery number')),
                ('promised_on', models.DateField(blank=True, null=True, verbose_name='promised for')),
                ('shipped_on', models.DateField(blank=True, null=True, verbose_name='shipped on')),
                ('delivered_on', models.DateField(blank=True, null=True, verbose_name='delivered on')),
                ('is_complete', models.BooleanField(default=True, verbose_name='in full')),
                ('carrier', models.CharField(blank=True, max_length=80, verbose_name='carrier')),
                ('tracking', models.CharField(blank=True, max_length=80, verbose_name='tracking number')),
                ('account', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='customers.account', verbose_name='account')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='orders.order', verbose_name='order')),
            ],
            options={
                'verbose_name': 'delivery',
                'verbose_name_plural': 'deliveries',
                'indexes': [models.Index(condition=models.Q(('deleted_at__isnull', False)), fields=['deleted_at'], name='orders_delivery_bin')],
            },
        ),
        migrations.CreateModel(
            name='OrderLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('occurrence', models.PositiveIntegerField(default=1, verbose_name='n-th line of this product')),
                ('position', models.PositiveIntegerField(verbose_name='position')),
                ('ordered_on', models.DateField(verbose_name='ordered on')),
                ('description', models.CharField(blank=True, max_length=200, verbose_name='text')),
                ('quantity', models.DecimalField(decimal_places=3, max_digits=14, verbose_name='quantity')),
                ('unit_price', models.DecimalField(decimal_places=4, max_digits=14, verbose_name='unit price')),
                ('amount', models.DecimalField(decimal_places=2, max_digits=16, verbose_name='amount')),
                ('amount_house', models.DecimalField(decimal_places=2, max_digits=16, verbose_name='amount in house currency')),
                ('account', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='customers.account')),
                ('order', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='orders.order', verbose_name='order')),
                ('product', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='order_lines', to='catalogue.product', verbose_name='product')),
            ],
            options={
                'verbose_name': 'order line',
                'verbose_name_plural': 'order lines',
                'indexes': [models.Index(fields=['account', 'ordered_on', 'product', 'amount_house', 'quantity', 'order'], name='orders_line_account'), models.Index(fields=['product', 'ordered_on'], name='orders_line_product')],
                'constraints': [models.UniqueConstraint(fields=('order', 'product', 'occurrence'), name='orders_line_once')],
            },
            bases=(kundenkreis.fields.rolling.RolledPart, models.Model),
        ),
        migrations.CreateModel(
            name='CreditStanding',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='last change')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('limit', models.DecimalField(blank=True, decimal_places=2, max_digits=16, null=True, verbose_name='credit limit')),
                ('currency', models.CharField(default='EUR', max_length=3, verbose_name='currency')),
                ('is_blocked', models.BooleanField(default=False, verbose_name='blocked')),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='reason')),
                ('as_of', models.DateField(verbose_name='as of')),
                ('account', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='credit', to='customers.account', verbose_name='account')),
            ],
            options={
                'verbose_name': 'credit standing',
                'verbose_name_plural': 'credit standings',
                'indexes': [models.Index(condition=models.Q(('deleted_at__isnull', False)), fields=['deleted_at'], name='orders_credit_bin')],
            },
        ),
        migrations.CreateModel(
            name='OpenItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='last change')),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the bin since')),
                ('number', models.CharField(max_length=40, unique=True, verbose_name='document number')),
                ('booked_on', models.DateField(verbose_name='booked on')),
                ('due_on', models.DateField(verbose_name='due')),
                ('currency', models.CharField(default='EUR', max_length=3, verbose_name='currency')),
                ('amount', models.DecimalField(decimal_places=2, max_digits=16, verbose_name='amount')),
                ('open_amount', models.DecimalField(decimal_places=2, max_digits=16, verbose_name='still open')),
                ('dunning_level', models.PositiveSmallIntegerField(default=0, verbose_name='dunning level')),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='open_items', to='customers.account', verbose_name='account')),
            ],
            options={
                'verbose_name': 'open item',
                'verbose_name_plural': 'open items',
                'indexes': [models.Index(condition=models.Q(('deleted_at__isnull', False)), fields=['deleted_at'], name='orders_openitem_bin'), models.Index(fields=['account', 'due_on'], name='orders_openitem_account'), models.Index(fields=['due_on', 'id'], name='orders_openitem_due')],
            },
            bases=(kundenkreis.fields.rolling.Rolled, models.Model),
        ),
    ]
