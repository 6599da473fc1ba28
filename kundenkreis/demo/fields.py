"""What the demo house wants to know beside what every house does: custom fields of four nouns, with made-up values."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal
from typing import Any

from kundenkreis.activities.models import Activity
from kundenkreis.core import bulk, search
from kundenkreis.customers.models import Account, Contact
from kundenkreis.demo.accounts import Ranked
from kundenkreis.demo.names import SEED
from kundenkreis.fields.filling import put, work_out
from kundenkreis.fields.known import Fields
from kundenkreis.fields.models import CustomField
from kundenkreis.orders.models import Order

DESCRIBED = 400  # so many of the accounts with the highest revenue are known so well
HOURS = ("Mo–Fr 9–18", "Mo–Fr 8–17, Sa 9–13", "Mo–Sa 9–19", "Mo–Fr 7–15", "24/7")
_GROUPS = {"shop": ("The shop", "Der Laden"), "buying": ("Buying", "Einkauf")}
ACCOUNTS: tuple[dict[str, Any], ...] = (
    {"key": "opening_hours", "kind": "text", "label_en": "Opening hours", "label_de": "Öffnungszeiten", "group": "shop", "is_searched": True},
    {"key": "sales_floor", "kind": "number", "label_en": "Sales floor (m²)", "label_de": "Verkaufsfläche (m²)", "decimals": 0, "group": "shop"},
    {
        "key": "delivery_window", "kind": "choice", "label_en": "Delivery window", "label_de": "Lieferfenster", "group": "shop",
        "choices": [
            {"key": "early", "en": "before 8", "de": "vor 8 Uhr"},
            {"key": "morning", "en": "in the morning", "de": "vormittags"},
            {"key": "afternoon", "en": "in the afternoon", "de": "nachmittags"},
            {"key": "any", "en": "at any time", "de": "jederzeit"},
        ],
    },
    {
        "key": "own_brands", "kind": "number", "label_en": "Share of own brands (%)", "label_de": "Eigenmarkenanteil (%)", "decimals": 1,
        "group": "buying",
    },
    {
        "key": "annual_purchases", "kind": "money", "label_en": "Purchases in a year", "label_de": "Einkaufsvolumen im Jahr",
        "currency": "EUR", "group": "buying",
    },
    {
        "key": "our_share", "kind": "formula", "label_en": "Our share of purchases (%)", "label_de": "Unser Anteil am Einkauf (%)",
        "formula": "round(revenue_12m / annual_purchases * 100; 1)", "decimals": 1, "group": "buying",
    },
    {
        "key": "buys_with", "kind": "reference", "label_en": "Buys together with", "label_de": "Kauft gemeinsam mit", "refers_to": "accounts",
        "group": "buying",
    },
    {"key": "contract_ends", "kind": "date", "label_en": "Terms agreed until", "label_de": "Konditionen vereinbart bis", "group": "buying"},
    {
        "key": "days_left", "kind": "formula", "label_en": "Days left of them", "label_de": "Noch so viele Tage",
        "formula": "days(today(); contract_ends)", "decimals": 0, "group": "buying",
    },
    {
        "key": "largest_order", "kind": "rollup", "label_en": "Largest order in 12 months", "label_de": "Größter Auftrag in 12 Monaten",
        "rollup": {"of": "orders", "how": "max", "what": "net", "where": ["kind:in:order", "day:last:365d"]}, "group": "buying",
    },
    {
        "key": "visits", "kind": "rollup", "label_en": "Visits so far", "label_de": "Besuche bisher",
        "rollup": {"of": "activities", "how": "count", "where": ["kind:in:visit", "open:is:no"]}, "group": "shop",
    },
)  # fmt: skip
CONTACTS: tuple[dict[str, Any], ...] = (
    {
        "key": "part_in_buying", "kind": "choice", "label_en": "Part in buying", "label_de": "Rolle im Einkauf",
        "choices": [
            {"key": "decides", "en": "decides", "de": "entscheidet"},
            {"key": "advises", "en": "advises", "de": "berät"},
            {"key": "uses", "en": "uses", "de": "nutzt"},
        ],
    },
    {
        "key": "interests", "kind": "several", "label_en": "Interested in", "label_de": "Interessiert an",
        "choices": [
            {"key": "novelties", "en": "Novelties", "de": "Neuheiten"},
            {"key": "seasonal", "en": "Seasonal goods", "de": "Saisonware"},
            {"key": "sustainable", "en": "Sustainable products", "de": "nachhaltigen Produkten"},
            {"key": "displays", "en": "Displays", "de": "Displays"},
        ],
    },
)  # fmt: skip
ACTIVITIES: tuple[dict[str, Any], ...] = (
    {
        "key": "talked_about", "kind": "choice", "label_en": "Talked about", "label_de": "Gesprochen über",
        "choices": [
            {"key": "range", "en": "the range", "de": "das Sortiment"},
            {"key": "prices", "en": "prices", "de": "Preise"},
            {"key": "delivery", "en": "delivery", "de": "die Lieferung"},
        ],
    },
)  # fmt: skip
ORDERS: tuple[dict[str, Any], ...] = (
    {"key": "campaign", "kind": "text", "label_en": "Campaign", "label_de": "Aktion"},
)


def add(ranked: Ranked, by: Any, now: dt.datetime) -> None:
    """The definitions, and values of those whom the house knows best."""
    nouns = {"accounts": ACCOUNTS, "contacts": CONTACTS, "activities": ACTIVITIES, "orders": ORDERS}
    for noun, fields in nouns.items():
        for given in fields:
            group_en, group_de = _GROUPS.get(given.get("group", ""), ("", ""))
            values = {name: value for name, value in given.items() if name != "group"}
            CustomField.add(by=by, now=now, belongs_to=noun, group_en=group_en, group_de=group_de, **values)
    dice = random.Random(f"{SEED}/fields")  # noqa: S311
    accounts = list(Account._base_manager.filter(pk__in=[one.pk for one in ranked[:DESCRIBED]]).order_by("number"))
    _fill(
        Account,
        accounts,
        [_of_account(account, dice) | _agreed(accounts, place, now) for place, account in enumerate(accounts)],
    )
    _fill_others()
    contacts = list(
        Contact._base_manager.filter(main_account__in=accounts).select_related("main_account").order_by("pk")
    )
    _fill(Contact, contacts, [_of_contact(dice) for _contact in contacts])


def _of_account(account: Account, dice: random.Random) -> dict[str, Any]:
    """Its purchases are more than what it buys of us."""
    revenue = max(account.revenue_12m, Decimal(500))
    purchases = int(revenue / Decimal(str(dice.uniform(0.05, 0.6))) / 1000) * 1000
    found: dict[str, Any] = {
        "opening_hours": dice.choice(HOURS),
        "sales_floor": dice.randrange(40, 900, 10),
        "delivery_window": dice.choice(("early", "morning", "afternoon", "any")),
        "own_brands": dice.randrange(0, 400) / 10,
        "annual_purchases": purchases,
    }
    return {key: value for key, value in found.items() if dice.random() < 0.85}


def _agreed(accounts: list[Account], place: int, now: dt.datetime) -> dict[str, Any]:
    """Every tenth buys together with the next one and has agreed terms that end within the year."""
    if place % 10 or place + 1 >= len(accounts):
        return {}
    return {
        "buys_with": accounts[place + 1].pk,
        "contract_ends": (now.date() + dt.timedelta(days=20 + place % 300)).isoformat(),
    }


def _fill_others() -> None:
    """What some conversations were about, and the campaign of some orders."""
    dice = random.Random(f"{SEED}/fields of others")  # noqa: S311
    talks = list(
        Activity._base_manager.filter(is_open=False, kind__in=("visit", "call", "meeting")).order_by("pk")[:300]
    )
    _fill(Activity, talks, [{"talked_about": dice.choice(("range", "prices", "delivery"))} for _talk in talks])
    orders = list(Order._base_manager.order_by("-ordered_on", "-pk")[:200])
    _fill(Order, orders, [{"campaign": "Herbst 2010"} if number % 3 else {} for number in range(len(orders))])


def _of_contact(dice: random.Random) -> dict[str, Any]:
    found: dict[str, Any] = {"part_in_buying": dice.choice(("decides", "advises", "uses"))}
    wanted = [key for key in ("novelties", "seasonal", "sustainable", "displays") if dice.random() < 0.4]
    return found | ({"interests": wanted} if wanted else {})


def _fill(model: type[Any], records: list[Any], values: list[dict[str, Any]]) -> None:
    fields: Fields = model.own_fields()
    for record, given in zip(records, values, strict=True):
        present: dict[str, Any] = dict(record.custom)
        for key, value in given.items():
            put(present, fields.by_key[key], value)
        record.custom = present
        work_out(record, fields)
    bulk.update_rows(model, ["id", "custom"], ((record.pk, record.custom) for record in records))
    if model.search_kind is None:
        return
    search.bulk_index(model.search_kind, [record.search_row() for record in records])
