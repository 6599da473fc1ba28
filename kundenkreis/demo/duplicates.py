"""A few dozen made-up accounts and people who are here already, as a careless second import would have brought them."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

from kundenkreis.core import numbering
from kundenkreis.core.text import fold
from kundenkreis.customers.models import Account, Contact, Position
from kundenkreis.demo.accounts import Ranked, insert
from kundenkreis.demo.misspelling import mistyped, name_again, person_again, street_again
from kundenkreis.demo.names import SEED
from kundenkreis.demo.words import BY_COUNTRY, WORLD
from kundenkreis.quality.matching import running

ACCOUNTS, CONTACTS = 24, 36


def add(accounts: Ranked, now: dt.datetime) -> None:
    """Second records of some smaller accounts and of some people, marked as generated, and the search that finds them."""
    dice = random.Random(f"{SEED}/duplicates")  # noqa: S311 made-up names are no secret
    some = dice.sample(accounts[60:900], ACCOUNTS)
    numbers = numbering.next_numbers("account", ACCOUNTS, "K-")
    insert(Account, [_account(dice, account, number) for account, number in zip(some, numbers, strict=True)], now)
    people = list(
        Contact._base_manager.filter(main_account__isnull=False).select_related("main_account").order_by("pk")
    )
    twice = [_contact(dice, contact) for contact in dice.sample(people, min(CONTACTS, len(people)))]
    insert(Contact, twice, now)
    insert(
        Position, [Position(contact=c, account=c.main_account, job_title=c.job_title, is_main=True) for c in twice], now
    )
    running.run(full=True, now=now)


def _account(dice: random.Random, one: Account, number: str) -> Account:
    name = name_again(dice, one.name)
    name = mistyped(dice, name) if name == one.name and dice.random() < 0.4 else name
    keeps_mail = dice.random() < 0.6
    return Account(
        number=number, name=name, key=fold(name)[:200], industry=one.industry, language=one.language, country=one.country,
        street=street_again(dice, one.street) if dice.random() < 0.7 else "", postcode=one.postcode, place=one.place,
        email=one.email if keeps_mail else "", phone=one.phone if not keeps_mail or dice.random() < 0.5 else "",
        owner=one.owner, team=one.team, territory=one.territory, is_generated=True,
    )  # fmt: skip


def _contact(dice: random.Random, one: Contact) -> Contact:
    words = BY_COUNTRY.get(one.main_account.country if one.main_account else "", WORLD)
    columns = ("given_name", "family_name", "form_of_address", "title_before", "email", "phone", "mobile")
    raw: dict[str, Any] = {name: getattr(one, name) for name in columns}
    again = person_again(dice, raw | {"street": "", "postcode": "", "place": ""}, words.surnames)
    values = {name: again[name] for name in columns} | {"title_before": one.title_before}
    # In the demo mails and calls reach nobody: what was noted otherwise is left out.
    values |= {name: raw[name] if again[name] else "" for name in ("phone", "mobile")}
    values["email"] = again["email"] if again["email"].endswith(".example") else ""
    return Contact(
        **values, key=fold(f"{values['family_name']} {values['given_name']}")[:210], main_account=one.main_account,
        job_title=one.job_title, language=one.language, is_generated=True,
    )  # fmt: skip
