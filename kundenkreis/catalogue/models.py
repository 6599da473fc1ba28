"""Products, families, units and price lists."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from kundenkreis.core import search
from kundenkreis.core.records import RecordQuerySet, bin_index
from kundenkreis.core.text import fold
from kundenkreis.fields.filling import Fielded
from kundenkreis.history.recording import Recorded
from kundenkreis.staff import access, explaining


class CatalogueQuerySet(RecordQuerySet):
    def visible_to(self, user: Any) -> Self:
        return self.all() if access.may(user, "products.see") else self.none()


class ProductQuerySet(CatalogueQuerySet):
    def for_list(self) -> Self:
        return self.select_related("family", "unit")


class Family(Recorded):
    """A product family (Warengruppe), possibly within another."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=100)
    parent = models.ForeignKey(
        "self", verbose_name=_("part of"), null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )

    objects = CatalogueQuerySet.as_manager()

    class Meta:
        verbose_name = _("product family")
        verbose_name_plural = _("product families")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        seen, above = {self.pk}, self.parent
        while above is not None:
            if above.pk in seen:
                raise ValidationError({"parent": _("That would make it a part of itself.")})
            seen.add(above.pk)
            above = above.parent


class Unit(Recorded):
    """A unit of sale; `code` is its UN/ECE Recommendation 20 code (C62 piece, KGM kilogram, HUR hour), as e-invoices want it."""

    code = models.CharField(_("code"), max_length=3, unique=True)
    name_en = models.CharField(_("name in English"), max_length=40)
    name_de = models.CharField(_("name in German"), max_length=40)

    objects = CatalogueQuerySet.as_manager()

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        ordering = ["code"]

    def __str__(self) -> str:
        from django.utils.translation import get_language

        return self.name_de if (get_language() or "").startswith("de") else self.name_en


class Product(Fielded):
    class Kind(models.TextChoices):
        GOODS = "goods", _("goods")
        SERVICE = "service", _("service")

    number = models.CharField(_("item number"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=200)
    key = models.CharField(max_length=200, editable=False)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind, default=Kind.GOODS)
    family = models.ForeignKey(
        Family,
        verbose_name=_("product family"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="products",
    )
    unit = models.ForeignKey(
        Unit, verbose_name=_("unit"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ean = models.CharField(_("GTIN (EAN)"), max_length=14, blank=True)
    description = models.TextField(_("description"), blank=True)
    cost = models.DecimalField(_("cost"), max_digits=14, decimal_places=4, null=True, blank=True)  # house currency
    is_cost_generated = models.BooleanField(_("cost generated"), default=False)
    is_active = models.BooleanField(_("sold now"), default=True)

    objects = ProductQuerySet.as_manager()

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        indexes = [
            bin_index("catalogue_product_bin"),
            models.Index(fields=["changed_at", "id"], name="catalogue_product_changed"),
            models.Index(fields=["key", "id"], name="catalogue_product_key", condition=models.Q(deleted_at=None)),
            models.Index(fields=["family", "key", "id"], name="catalogue_product_family"),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(cost=None) | models.Q(cost__gte=0), name="catalogue_product_cost")
        ]

    def __str__(self) -> str:
        return self.name

    def prepare(self, touched: set[str]) -> set[str]:
        derived = set()
        if "name" in touched:
            self.name = " ".join(self.name.split())
            self.key = fold(self.name)[:200]
            derived.add("key")
        return derived | super().prepare(touched | derived)

    def grounds(self) -> tuple[explaining.Ground, ...]:
        """Products are everybody's whose role sees them."""
        return ()

    def access_rule(self) -> explaining.Rule:
        return explaining.Role("products.see")

    documents_follow = "products"
    search_kind = search.PRODUCT
    searched_fields = frozenset({"name", "number", "ean", "custom"})

    def search_row(self) -> tuple:
        return (self.pk, self.name, self.search_text(), self.number)

    def search_text(self) -> str:
        return " ".join(filter(None, (self.ean, *self.searched_values())))


class PriceList(Recorded):
    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=100)
    currency = models.CharField(_("currency"), max_length=3, default="EUR")

    objects = CatalogueQuerySet.as_manager()

    class Meta:
        verbose_name = _("price list")
        verbose_name_plural = _("price lists")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class PriceQuerySet(CatalogueQuerySet):
    def for_list(self) -> Self:
        return self.select_related("price_list", "product")


class Price(Recorded):
    """What one unit of a product costs on a list from a quantity on, for a time."""

    part_of = ("product",)

    price_list = models.ForeignKey(
        PriceList, verbose_name=_("price list"), on_delete=models.CASCADE, related_name="prices"
    )
    product = models.ForeignKey(Product, verbose_name=_("product"), on_delete=models.CASCADE, related_name="prices")
    from_quantity = models.DecimalField(_("from quantity"), max_digits=14, decimal_places=3, default=Decimal(1))
    amount = models.DecimalField(_("price"), max_digits=14, decimal_places=4)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)

    objects = PriceQuerySet.as_manager()

    class Meta:
        verbose_name = _("price")
        verbose_name_plural = _("prices")
        indexes = [
            bin_index("catalogue_price_bin"),
            models.Index(fields=["product", "price_list", "starts_on"], name="catalogue_price_product"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["price_list", "product", "from_quantity", "starts_on"],
                condition=models.Q(deleted_at=None),
                name="catalogue_price_once",
                violation_error_message=_("There is a price from this day and quantity already."),
            ),
            models.CheckConstraint(
                condition=models.Q(amount__gte=0),
                name="catalogue_price_amount",
                violation_error_message=_("A price is not below zero."),
            ),
            models.CheckConstraint(
                condition=models.Q(ends_on=None) | models.Q(ends_on__gte=models.F("starts_on")),
                name="catalogue_price_period",
                violation_error_message=_("The end lies before the beginning."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product.number} {self.price_list.code} {self.amount}"
