"""Products, families, units, price lists and prices."""

from __future__ import annotations

from ninja import Router

from kundenkreis.api import fields
from kundenkreis.api.noun import Noun, of
from kundenkreis.api.resource import Routes
from kundenkreis.catalogue.models import Family, Price, PriceList, Product, Unit
from kundenkreis.core.filters import Filter

_PRODUCT = ("number", "name", "kind", "family", "unit", "ean", "description", "cost", "is_active")

PRODUCTS = Noun(
    path="products",
    title="Product",
    model=Product,
    area="products",
    tag="Products",
    about="Goods and services. `cost`, in the house's currency, is there for those who may see it.",
    allowed=of("products"),
    read=(*_PRODUCT, "is_cost_generated", fields.shown("products")),
    write=_PRODUCT,
    more=fields.WRITTEN,
    fielded="products",
    hidden={"cost": "products.see_cost", "is_cost_generated": "products.see_cost"},
    filters=(
        Filter("name", "text", "name", "key"),
        Filter("number", "text", "item number"),
        Filter("kind", "choice", "kind", choices=Product.Kind.choices),
        Filter("family", "number", "product family", "family_id"),
        Filter("ean", "text", "GTIN"),
        Filter("is_active", "flag", "sold now"),
        Filter("cost", "number", "cost"),
        Filter("changed", "moment", "day of the last change", "changed_at"),
    ),
    sorts={"name": "key", "number": "number"},
)

FAMILIES = Noun(
    path="families",
    title="Family",
    model=Family,
    area="products",
    tag="Products",
    about="Product families, possibly within others.",
    allowed=of("products"),
    read=("code", "name", "parent"),
    write=("code", "name", "parent"),
    filters=(Filter("code", "text", "code"), Filter("parent", "number", "part of", "parent_id")),
    sorts={"name": "name"},
)

UNITS = Noun(
    path="units",
    title="Unit",
    model=Unit,
    area="products",
    tag="Products",
    about="Units of sale by their code in UN/ECE Recommendation 20.",
    allowed=of("products"),
    read=("code", "name_en", "name_de"),
    write=("code", "name_en", "name_de"),
    filters=(Filter("code", "text", "code"),),
    sorts={"code": "code"},
)

PRICE_LISTS = Noun(
    path="price-lists",
    title="PriceList",
    model=PriceList,
    area="products",
    tag="Products",
    about="Price lists, each in one currency.",
    allowed=of("products"),
    read=("code", "name", "currency"),
    write=("code", "name", "currency"),
    filters=(Filter("code", "text", "code"), Filter("currency", "text", "currency")),
    sorts={"name": "name"},
)

_PRICE = ("price_list", "product", "from_quantity", "amount", "starts_on", "ends_on")

PRICES = Noun(
    path="prices",
    title="Price",
    model=Price,
    area="products",
    tag="Products",
    about="What one unit of a product costs on a list, from a quantity on, for a time.",
    allowed=of("products"),
    read=_PRICE,
    fixed=("price_list", "product"),
    write=("from_quantity", "amount", "starts_on", "ends_on"),
    filters=(
        Filter("price_list", "number", "price list", "price_list_id"),
        Filter("product", "number", "product", "product_id"),
        Filter("starts_on", "date", "from"),
    ),
)

NOUNS = [PRODUCTS, FAMILIES, UNITS, PRICE_LISTS, PRICES]


def routers() -> list[Router]:
    return [Routes(noun).router for noun in NOUNS]
