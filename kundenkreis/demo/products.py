# ruff: noqa: E501 lists of words
"""What the sales file does not say of its products: families by the words of their names, costs, units, a price list."""

from __future__ import annotations

import datetime as dt
import random
import re
from decimal import Decimal

from django.db import connection

from kundenkreis.catalogue.models import Family, Price, PriceList, Product, Unit
from kundenkreis.core import bulk
from kundenkreis.core.money import rounded
from kundenkreis.demo.names import SEED
from kundenkreis.rates.dated import rate_on
from kundenkreis.staff.models import User

UNITS = (
    ("C62", "piece", "Stück"),
    ("SET", "set", "Set"),
    ("PR", "pair", "Paar"),
    ("KGM", "kilogram", "Kilogramm"),
    ("HUR", "hour", "Stunde"),
)
# The first family whose words occur in the name gets the product; the last one takes what is left.
FAMILIES: tuple[tuple[str, str, str, float], ...] = (
    ("SERVICE", "Services and charges", r"^(postage|carriage|manual|discount|samples|.*bank charges|.*adjust.*|amazon fee|dotcom postage|cruk.*)$", 0.0),
    ("XMAS", "Christmas", r"christmas|advent|xmas|santa|reindeer|snow|nativity|stocking|bauble|paper chain", 0.42),
    ("CANDLE", "Candles and light", r"candle|t-light|tealight|lantern|lights\b|night light|lamp|chandelier|incense|votive", 0.44),
    ("BAGS", "Bags and purses", r"\bbags?\b|shopper|purse|tote|suitcase|wallet|umbrella|parasol", 0.40),
    ("JEWEL", "Jewellery", r"necklace|bracelet|earring|bangle|brooch|hair ?(clip|slide|grip)|beads?\b|pendant|jewel|diamante", 0.33),
    ("PAPER", "Paper and stationery", r"\bcards?\b|wrap|notebook|paper|stationery|pencil|\bpens?\b|sticker|ribbon|tissue|tags?\b|rubber|sketchbook|chalk|magnet|calendar|diary", 0.36),
    ("KITCHEN", "Kitchen and table", r"kitchen|mug|cups?\b|plate|bowl|cake|tea\b|teapot|cutlery|napkin|apron|bak(e|ing)|jam|jug|glass|coaster|tray|jar\b|bottle|spoon|oven|recipe|egg|lunch ?box|doil|popcorn|frying|goblet|washing up|biscuit|tumbler|dish", 0.45),
    ("GARDEN", "Garden", r"garden|planter|plant|watering|bird|herb|flower ?pot|pots?\b|trowel|gnome|windmill|hammock|picnic", 0.46),
    ("TOYS", "Toys and children", r"toy|child|kid|doll|jigsaw|puzzle|game|skittle|playhouse|baby|girl|boy|spaceboy|circus|dinosaur|feltcraft|sewing|knitting|spinning|marble|soldier", 0.43),
    ("PARTY", "Party", r"party|bunting|balloon|garland|confetti|birthday|piñata|pinata", 0.37),
    ("BATH", "Bath and well-being", r"bath|soap|hot water|towel|balm|scented|perfume|hand warmer|plasters|slipper|sponge", 0.45),
    ("STORE", "Boxes and storage", r"box|tin\b|tins\b|basket|drawer|cabinet|storage|trunk|crate|hook|hanger|rack|shelf|holder", 0.47),
    ("HOME", "Home decoration", r"cushion|frame|clock|sign|mirror|heart|doormat|door ?mat|door ?stop|rug|curtain|decoration|hanging|wall|vase|block|ornament|mobile|photo|letter|knob|throw|cover", 0.44),
    ("OTHER", "Other gifts", r"", 0.45),
)  # fmt: skip
_MEDIANS = "SELECT product_id, unit_price FROM orders_orderline WHERE quantity > 0 AND unit_price > 0 ORDER BY product_id, unit_price"


def median_prices() -> dict[int, Decimal]:
    """The median price really paid for each product, in the currency of the file."""
    prices: dict[int, list] = {}
    with connection.cursor() as cursor:
        cursor.execute(_MEDIANS)
        while rows := cursor.fetchmany(50_000):
            for product, price in rows:
                prices.setdefault(product, []).append(price)
    return {product: Decimal(str(some[len(some) // 2])).quantize(Decimal(".0001")) for product, some in prices.items()}


def describe(by: User, now: dt.datetime, first_day: dt.date) -> None:
    """Families, units, generated costs (marked as such) and the price list."""
    units = {code: Unit.add(by=by, now=now, code=code, name_en=en, name_de=de) for code, en, de in UNITS}
    families = {code: Family.add(by=by, now=now, code=code, name=name) for code, name, _pattern, _share in FAMILIES}
    patterns = [(code, re.compile(pattern, re.IGNORECASE), share) for code, _name, pattern, share in FAMILIES]
    prices, rate = median_prices(), rate_on("GBP", first_day)
    rows = []
    for product in Product._base_manager.order_by("pk"):
        code, share = next((code, share) for code, pattern, share in patterns if pattern.search(product.name))
        cost = None
        if product.pk in prices and share:
            dice = random.Random(f"{SEED}/cost/{product.number}")  # noqa: S311
            cost = rounded(prices[product.pk] * rate * Decimal(str(round(share * dice.uniform(0.85, 1.15), 3))))
        unit = (
            units["SET"]
            if re.search(r"\bSET\b", product.name)
            else units["PR"]
            if "PAIR OF" in product.name
            else units["C62"]
        )
        kind = Product.Kind.SERVICE if code == "SERVICE" else Product.Kind.GOODS
        rows.append([product.pk, families[code].pk, unit.pk, kind.value, cost, cost is not None])
    bulk.update_rows(Product, ["id", "family_id", "unit_id", "kind", "cost", "is_cost_generated"], rows)
    goods = {row[0] for row in rows if row[3] == Product.Kind.GOODS}
    _price_list({pk: price for pk, price in prices.items() if pk in goods}, by, now, first_day)


def _price_list(prices: dict[int, Decimal], by: User, now: dt.datetime, first_day: dt.date) -> None:
    wholesale = PriceList.add(by=by, now=now, code="WHOLESALE", name="Wholesale, median of prices paid", currency="GBP")
    first = bulk.reserve_ids(Price, len(prices))
    some = [
        Price(
            pk=first + n,
            created_at=now,
            changed_at=now,
            price_list=wholesale,
            product_id=pk,
            amount=amount,
            starts_on=first_day,
        )
        for n, (pk, amount) in enumerate(prices.items())
    ]
    columns = [f.attname for f in Price._meta.concrete_fields]
    bulk.insert_rows(Price, columns, ([getattr(price, c) for c in columns] for price in some))
