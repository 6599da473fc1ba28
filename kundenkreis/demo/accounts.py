"""Names, places, people and tasks for the accounts that the sales file knows by number. All of it is marked as generated."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Sequence
from typing import Any

from django.db import models
from stdnum import iban

from kundenkreis.core import bulk, search
from kundenkreis.core.text import fold
from kundenkreis.customers.models import Account, AccountTeamMember, Contact, Position, Tag
from kundenkreis.customers.territories import by_rule
from kundenkreis.demo import permission
from kundenkreis.demo.names import SEED, Names
from kundenkreis.demo.people import House

LARGE = 180  # so many of the accounts with the highest revenue are wholesalers and department stores
KEY_ACCOUNTS = 60
PERSON_DAYS = 90  # the second person at each key account should be spoken with so often
TIERS = ((50, "A"), (250, "B"), (10_000, "C"))
TAGS = ("Key account", "Christmas business", "Department store", "Online shop", "Trade fair 2010", "Price-sensitive")
Ranked = list[Account]


def ranked() -> Ranked:
    """All accounts, the highest revenue first."""
    return list(Account._base_manager.order_by("-revenue_12m", "number"))


def insert(model: type[models.Model], records: Sequence[Any], now: dt.datetime) -> None:
    """Store new records as one set; they get their ids."""
    if not records:
        return
    first = bulk.reserve_ids(model, len(records))
    for number, record in enumerate(records):
        record.pk = first + number
        record.created_at = record.changed_at = now
    columns = [f.attname for f in model._meta.concrete_fields]
    bulk.insert_rows(model, columns, ([getattr(r, c) for c in columns] for r in records))
    if kind := getattr(model, "search_kind", None):
        search.bulk_index(kind, [r.search_row() for r in records], new=True)


def describe(accounts: Ranked, house: House, now: dt.datetime) -> dict[int, Any]:
    """Give every account a name, an address and an owner; returns the companies by account id."""
    names, companies = Names(), {}
    rank = {account.pk: place for place, account in enumerate(accounts)}
    for account in sorted(accounts, key=lambda a: a.number):
        place = rank[account.pk]
        company = companies[account.pk] = names.company(account.number, account.country, place < LARGE)
        account.name, account.key = company.name, fold(company.name)[:200]
        account.industry, account.employees, account.language = company.industry, company.employees, company.language
        account.street, account.postcode, account.place = company.street, company.postcode, company.place
        account.email, account.phone, account.website = (
            f"office@{company.domain}",
            company.phone,
            f"https://{company.domain}",
        )
        account.tier = next(tier for until, tier in TIERS if place < until)
        account.territory_id = by_rule(account).territory
        account.owner = _owner(place, account, house)
        account.team = account.owner.team
        account.iban = _iban(account)
        account.is_generated = True
    fields = [
        "name", "key", "industry", "employees", "language", "street", "postcode", "place", "email", "phone", "website",
        "tier", "territory_id", "owner_id", "team_id", "iban", "is_generated",
    ]  # fmt: skip
    bulk.update_rows(Account, ["id", *fields], ([a.pk, *(getattr(a, f) for f in fields)] for a in accounts))
    search.bulk_index(search.ACCOUNT, [a.search_row() for a in accounts])
    return companies


def _iban(account: Account) -> str:
    """A made-up number with right check digits (ISO 13616) of a bank that there is not; "" outside Austria and Germany."""
    digits = {"AT": 16, "DE": 18}.get(account.country)
    if digits is None:
        return ""
    dice = random.Random(f"{SEED}/iban/{account.number}")  # noqa: S311 made-up numbers are no secret
    number = "99999" + "".join(dice.choices("0123456789", k=digits - 5))
    return f"{account.country}{iban.calc_check_digits(account.country + '00' + number)}{number}"


def _owner(place: int, account: Account, house: House) -> Any:
    """Key accounts belong to the key account manager of their part of the world, the rest to customer relations."""
    people = house.people
    if account.country in ("DE", "AT", "CH", "LI"):
        return people["Cem"]
    if account.country not in ("GB", "IE", "JE", "GG", "IM", ""):
        return people["Noah"]
    return people["Ada"] if place < KEY_ACCOUNTS else people["Dora"]


def add_contacts(accounts: Ranked, companies: dict[int, Any], now: dt.datetime) -> None:
    """One to four people for each account, with their main positions and what they agreed to."""
    names, contacts, positions = Names(), [], []
    for place, account in enumerate(accounts):
        many = 4 if place < 20 else 3 if place < KEY_ACCOUNTS else 2 if place < 400 else 1
        people = names.people(account.number, account.country, companies[account.pk], many)
        for number, person in enumerate(people):
            contact = Contact(
                form_of_address=person.form, title_before=person.title, given_name=person.given, family_name=person.family,
                key=fold(f"{person.family} {person.given}")[:210], main_account=account, job_title=person.job, email=person.email,
                phone=person.phone, mobile=person.mobile, language=companies[account.pk].language, is_generated=True,
            )  # fmt: skip
            contacts.append(contact)
            rhythm = PERSON_DAYS if place < KEY_ACCOUNTS and many > 1 and number == 1 else None
            positions.append(
                Position(
                    account=account,
                    job_title=person.job,
                    is_main=True,
                    touch_days=rhythm,
                    starts_on=account.customer_since,
                )
            )
    insert(Contact, contacts, now)
    for contact, position in zip(contacts, positions, strict=True):
        position.contact = contact
    insert(Position, positions, now)
    permission.add_consents(contacts, now)


def add_teams(accounts: Ranked, house: House, now: dt.datetime) -> None:
    """Seats on the account teams of the largest customers."""
    people, role, seats = house.people, AccountTeamMember.Role, []
    for place, account in enumerate(accounts[:120]):
        wanted = [(account.owner, role.KEY_ACCOUNT_MANAGER), (people["Gerda"], role.INSIDE_SALES)]
        wanted += [(people["Hana"], role.SERVICE)] if place < 40 else []
        wanted += [(people["Ben"], role.EXECUTIVE_SPONSOR)] if place < 12 else []
        deputy = people["Noah"] if account.owner == people["Cem"] else people["Dora"]
        for person, part in wanted:
            stands_in = deputy if part == role.KEY_ACCOUNT_MANAGER and deputy != person else None
            seats.append(
                AccountTeamMember(
                    account=account, person=person, role=part, starts_on=account.customer_since, deputy=stands_in
                )
            )
    insert(AccountTeamMember, seats, now)


def add_tags(accounts: Ranked, house: House, now: dt.datetime) -> None:
    tags = {name: Tag.add(by=house.people["Lea"], now=now, name=name) for name in TAGS}
    dice, pairs = random.Random(f"{SEED}/tags"), set()  # noqa: S311
    for place, account in enumerate(accounts):
        wanted: dict[str, Callable[[], bool]] = {
            "Key account": lambda place=place: place < KEY_ACCOUNTS,
            "Christmas business": lambda: dice.random() < 0.2,
            "Department store": lambda account=account: account.industry == "Department store",
            "Online shop": lambda account=account: account.industry in ("Online shop", "Online retail"),
            "Trade fair 2010": lambda: dice.random() < 0.05,
            "Price-sensitive": lambda: dice.random() < 0.08,
        }
        pairs |= {(account.pk, tags[name].pk) for name, has in wanted.items() if has()}
    Account.tags.through._base_manager.bulk_create(
        [Account.tags.through(account_id=account, tag_id=tag) for account, tag in sorted(pairs)], batch_size=5000
    )
