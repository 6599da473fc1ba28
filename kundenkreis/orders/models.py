"""Orders with their lines, deliveries, open items and credit standing."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import Any, Self

from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from kundenkreis.catalogue.models import Product
from kundenkreis.core.records import RecordQuerySet, bin_index
from kundenkreis.customers.grounds import grounds_of
from kundenkreis.customers.models import Account
from kundenkreis.customers.models.accounts import but_of_restricted, of_accounts
from kundenkreis.fields.filling import Fielded
from kundenkreis.fields.rolling import Rolled, RolledPart
from kundenkreis.history.recording import Recorded
from kundenkreis.staff import access, explaining


class OrderQuerySet(RecordQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Orders of visible accounts. Sales without an account are for those who see the whole house."""
        reach = access.reach(user, "orders.see")
        if reach.everything:
            return but_of_restricted(self if access.may(user, "orders.see_unassigned") else self.exclude(account=None))
        return self.within(reach)

    def within(self, reach: access.Reach) -> Self:
        """Orders of the accounts inside a reach."""
        if reach.everything:
            return but_of_restricted(self)
        return self.filter(of_accounts(reach)) if reach else self.none()

    def for_list(self) -> Self:
        return self.select_related("account")

    def beginning_with(self, text: str, most: int) -> list[int]:
        """Numbers of the first `most` orders whose number, or the customer's own, begins so, in any case; read from the indexes alone."""
        spellings = {text, text.upper(), text.lower(), text.replace(" ", "").upper()}
        found: dict[int, None] = {}
        for column in ("number", "customer_reference"):
            for begin in sorted(spellings):
                rows = (
                    self.filter(_begins(column, begin)).exclude(**{column: ""}).order_by(_AsIndexed(models.F(column)))
                )
                found.update(dict.fromkeys(rows.values_list("pk", flat=True)[:most]))
        return list(found)


def _begins(column: str, text: str) -> models.Q:
    """In the way in which the engine reads its index: PostgreSQL's holds patterns, SQLite's is in byte order."""
    if connection.vendor == "postgresql":
        return models.Q(**{f"{column}__startswith": text})
    return models.Q(**{f"{column}__gte": text, f"{column}__lt": text + "\U0010ffff"})


class _AsIndexed(models.expressions.OrderBy):
    """In the order of the index that `_begins` reads: PostgreSQL would else walk the other one from its beginning."""

    def as_postgresql(self, compiler: Any, connection: Any) -> Any:
        return super().as_sql(
            compiler, connection, template="%(expression)s USING ~<~ /* ASC */"
        )  # Django looks for it


class Order(Rolled, Fielded):
    """An order, or a credit note (amounts below zero), as the ERP booked it."""

    class Kind(models.TextChoices):
        ORDER = "order", _("order")
        CREDIT_NOTE = "credit_note", _("credit note")
        ADJUSTMENT = "adjustment", _("adjustment")

    number = models.CharField(_("order number"), max_length=40, unique=True)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.ORDER)
    account = models.ForeignKey(
        Account,
        verbose_name=_("account"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="orders",
        db_index=False,
    )
    ordered_on = models.DateField(_("ordered on"))
    ordered_at = models.DateTimeField(_("ordered at"), null=True, blank=True)
    customer_reference = models.CharField(_("customer's order number"), max_length=60, blank=True)
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    total = models.DecimalField(_("net total"), max_digits=16, decimal_places=2, default=Decimal(0))
    total_house = models.DecimalField(
        _("net total in house currency"), max_digits=16, decimal_places=2, default=Decimal(0)
    )
    line_count = models.PositiveIntegerField(_("lines"), default=0)
    country = models.CharField(_("delivered to country"), max_length=2, blank=True)

    asks_of_new = False
    objects = OrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        indexes = [
            # Covers revenue by month and returns of an account without touching its rows.
            models.Index(
                fields=["account", "ordered_on", "kind", "total_house", "line_count"], name="orders_order_account"
            ),
            models.Index(fields=["ordered_on", "id"], name="orders_order_day"),
            models.Index(fields=["total_house", "id"], name="orders_order_net", condition=models.Q(deleted_at=None)),
            # What a customer calls it, begun to be typed; in byte order, whatever the database's language is.
            models.Index(
                fields=["customer_reference"],
                name="orders_order_reference",
                condition=~models.Q(customer_reference=""),
                opclasses=["varchar_pattern_ops"],
            ),
            bin_index("orders_order_bin"),
        ]

    def __str__(self) -> str:
        return self.number

    def within(self, reach: access.Reach) -> bool:
        return self.account is not None and self.account.within(reach)

    def grounds(self) -> tuple[explaining.Ground, ...]:
        return grounds_of([self.account] if self.account else [], through=True)

    def access_rule(self) -> explaining.Rule:
        """Sales without an account are for those who see the whole house."""
        with_account = explaining.Within("orders.see", self.grounds())
        if self.account_id is not None:
            return with_account
        return explaining.Every((with_account, explaining.Role("orders.see_unassigned")))

    def settle(self, changed: set[str]) -> None:
        """The facts on the account know of an order that went to the bin or came back at once, as every figure does."""
        super().settle(changed)
        if "deleted_at" in changed and self.account_id is not None:
            from kundenkreis.orders import figures

            figures.push_down([self.account_id])

    @classmethod
    def summed_on(cls, ids: Collection[int]) -> set[int]:
        """Accounts keep their last order and their revenue."""
        rows = cls._base_manager.filter(pk__in=ids).exclude(account=None)
        return set(rows.order_by().values_list("account_id", flat=True).distinct())

    @classmethod
    def sum_again(cls, numbers: Collection[int]) -> None:
        from kundenkreis.orders import figures

        figures.push_down(numbers)


class OrderLineQuerySet(models.QuerySet):
    def of_living_orders(self) -> Self:
        """Lines of orders that are not in the bin. The few that are get gathered once, from the index of the bin."""
        return self.exclude(order__in=Order.objects.in_bin().values("pk"))


class OrderLine(RolledPart, models.Model):
    """One line. Account, day and house amount stand here again so that top products of an account are one covered scan."""

    part_of = ("order",)

    order = models.ForeignKey(
        Order, verbose_name=_("order"), on_delete=models.CASCADE, related_name="lines", db_index=False
    )
    # Natural key of a file without line numbers: the n-th line of this product within the order.
    product = models.ForeignKey(
        Product, verbose_name=_("product"), on_delete=models.PROTECT, related_name="order_lines", db_index=False
    )
    occurrence = models.PositiveIntegerField(_("n-th line of this product"), default=1)
    position = models.PositiveIntegerField(_("position"))
    account = models.ForeignKey(
        Account, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    ordered_on = models.DateField(_("ordered on"))
    description = models.CharField(_("text"), max_length=200, blank=True)
    quantity = models.DecimalField(_("quantity"), max_digits=14, decimal_places=3)
    unit_price = models.DecimalField(_("unit price"), max_digits=14, decimal_places=4)
    amount = models.DecimalField(_("amount"), max_digits=16, decimal_places=2)
    amount_house = models.DecimalField(_("amount in house currency"), max_digits=16, decimal_places=2)

    objects = OrderLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        constraints = [models.UniqueConstraint(fields=["order", "product", "occurrence"], name="orders_line_once")]
        indexes = [
            # The order is the last column, so that lines of orders in the bin are left out without touching a row.
            models.Index(
                fields=["account", "ordered_on", "product", "amount_house", "quantity", "order"],
                name="orders_line_account",
            ),
            models.Index(fields=["product", "ordered_on"], name="orders_line_product"),
        ]

    def __str__(self) -> str:
        return f"{self.order_id}/{self.position}"


class OfAccountQuerySet(RecordQuerySet):
    def visible_to(self, user: Any) -> Self:
        reach = access.reach(user, "orders.see")
        if reach.everything:
            return but_of_restricted(self)
        return self.filter(of_accounts(reach)) if reach else self.none()

    def for_list(self) -> Self:
        return self.select_related("account")


class Delivery(Recorded):
    number = models.CharField(_("delivery number"), max_length=40, unique=True)
    order = models.ForeignKey(Order, verbose_name=_("order"), on_delete=models.CASCADE, related_name="deliveries")
    account = models.ForeignKey(
        Account, verbose_name=_("account"), null=True, blank=True, on_delete=models.PROTECT, related_name="deliveries"
    )
    promised_on = models.DateField(_("promised for"), null=True, blank=True)
    shipped_on = models.DateField(_("shipped on"), null=True, blank=True)
    delivered_on = models.DateField(_("delivered on"), null=True, blank=True)
    is_complete = models.BooleanField(_("in full"), default=True)
    carrier = models.CharField(_("carrier"), max_length=80, blank=True)
    tracking = models.CharField(_("tracking number"), max_length=80, blank=True)

    objects = OfAccountQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        indexes = [bin_index("orders_delivery_bin")]

    def __str__(self) -> str:
        return self.number

    def within(self, reach: access.Reach) -> bool:
        return self.account is not None and self.account.within(reach)

    def prepare(self, touched: set[str]) -> set[str]:
        self.account_id = self.order.account_id
        return {"account"}


class OpenItem(Rolled, Recorded):
    """An invoice or credit note not yet settled, as the ERP reports it."""

    account = models.ForeignKey(Account, verbose_name=_("account"), on_delete=models.PROTECT, related_name="open_items")
    number = models.CharField(_("document number"), max_length=40, unique=True)
    booked_on = models.DateField(_("booked on"))
    due_on = models.DateField(_("due"))
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    amount = models.DecimalField(_("amount"), max_digits=16, decimal_places=2)
    open_amount = models.DecimalField(_("still open"), max_digits=16, decimal_places=2)
    dunning_level = models.PositiveSmallIntegerField(_("dunning level"), default=0)

    objects = OfAccountQuerySet.as_manager()

    class Meta:
        verbose_name = _("open item")
        verbose_name_plural = _("open items")
        indexes = [
            bin_index("orders_openitem_bin"),
            models.Index(fields=["account", "due_on"], name="orders_openitem_account"),
            models.Index(fields=["due_on", "id"], name="orders_openitem_due"),
        ]

    def __str__(self) -> str:
        return self.number

    def within(self, reach: access.Reach) -> bool:
        return self.account.within(reach)

    def grounds(self) -> tuple[explaining.Ground, ...]:
        return grounds_of([self.account], through=True)

    def access_rule(self) -> explaining.Rule:
        return explaining.Within("orders.see", self.grounds())


class CreditStanding(Recorded):
    """How much the account may owe, and whether it is blocked, as the ERP reports it."""

    account = models.OneToOneField(Account, verbose_name=_("account"), on_delete=models.CASCADE, related_name="credit")
    limit = models.DecimalField(_("credit limit"), max_digits=16, decimal_places=2, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    is_blocked = models.BooleanField(_("blocked"), default=False)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    as_of = models.DateField(_("as of"))

    objects = OfAccountQuerySet.as_manager()

    class Meta:
        verbose_name = _("credit standing")
        verbose_name_plural = _("credit standings")
        indexes = [bin_index("orders_credit_bin")]

    def __str__(self) -> str:
        return f"{self.account}: {self.limit}"

    def within(self, reach: access.Reach) -> bool:
        return self.account.within(reach)
