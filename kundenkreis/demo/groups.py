"""Who belongs to whom in the demo house: company groups, chains, and a buying association."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal

from kundenkreis.customers import hierarchy
from kundenkreis.customers.models import Account, AccountLink, Relation
from kundenkreis.demo.names import SEED
from kundenkreis.staff.models import User

Hierarchy = AccountLink.Hierarchy


def add(accounts: list[Account], by: User, now: dt.datetime) -> None:
    """Ten groups below large accounts of one country, two sales chains, one association across countries, some further relations."""
    dice = random.Random(f"{SEED}/groups")  # noqa: S311
    day = dt.date(2009, 12, 1)
    free = {a.pk: a for a in accounts if a.country in ("GB", "DE", "FR", "IE")}
    heads = [a for a in accounts[:60] if a.pk in free][:10]
    for head in heads:
        free.pop(head.pk)
    for place, head in enumerate(heads):
        likely = [a for a in free.values() if a.country == head.country][40:600]
        for number, account in enumerate(dice.sample(likely, min(len(likely), 2 + place % 3))):
            free.pop(account.pk)
            share = Decimal(dice.choice((100, 100, 75, 51)))
            hierarchy.place(account, head, Hierarchy.LEGAL, by=by, now=now, starts_on=day, share=share)
            if place < 4 or number == 0:
                hierarchy.place(account, head, Hierarchy.SALES, by=by, now=now, starts_on=day)
    _association([a for a in accounts[60:400] if a.pk in free], dice, by, now, day)
    _relations(accounts, by, now, day)


def _association(accounts: list[Account], dice: random.Random, by: User, now: dt.datetime, day: dt.date) -> None:
    association = Account.add(
        by=by, now=now, number="BA-0001", name="Gift Alliance Buying Association", country="GB", place="London", postcode="SE1 9ZZ",
        relation=Account.RelationKind.PARTNER, industry="Buying association", language="en", currency="GBP", owner=by, is_generated=True,
    )  # fmt: skip
    for account in dice.sample(accounts, min(14, len(accounts))):
        hierarchy.place(account, association, Hierarchy.BUYING, by=by, now=now, starts_on=day)


def _relations(accounts: list[Account], by: User, now: dt.datetime, day: dt.date) -> None:
    for account in accounts[:8]:
        Relation.add(
            by=by, now=now, account=account, kind=Account.RelationKind.CUSTOMER, starts_on=account.customer_since
        )
    Relation.add(
        by=by, now=now, account=accounts[1], kind=Account.RelationKind.REFERENCE, starts_on=day, released_until=dt.date(2011, 6, 30),
        inform_public_relations=True, note="May be named in the catalogue; ask before quoting figures.",
    )  # fmt: skip
    Relation.add(
        by=by,
        now=now,
        account=accounts[4],
        kind=Account.RelationKind.PARTNER,
        starts_on=day,
        note="Shares our stand at the spring fair.",
    )
