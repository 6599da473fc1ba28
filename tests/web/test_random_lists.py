"""Thousands of questions by chance, asked by different people: no row outside one's reach, and the same rows at every door.

By default a few hundred, half of them of each database; `KUNDENKREIS_LIST_REQUESTS=20000` asks that many.
"""

import datetime as dt
import os
import random
from decimal import Decimal
from urllib.parse import urlencode

import pytest
from django.http import HttpRequest, QueryDict
from django.utils import timezone

from kundenkreis.activities.models import Activity
from kundenkreis.catalogue.models import Family, Product
from kundenkreis.core import clock
from kundenkreis.core.filters import group, relation
from kundenkreis.customers.models import Account, AccountLink, AccountTeamMember, Contact, Position, Tag
from kundenkreis.orders.models import OpenItem, Order, OrderLine
from kundenkreis.staff.models import ApiToken
from kundenkreis.web.lists import exporting, state
from kundenkreis.web.views.account_list import ACCOUNTS
from kundenkreis.web.views.activity_list import ACTIVITIES
from kundenkreis.web.views.contact_list import CONTACTS
from kundenkreis.web.views.order_list import ORDERS
from tests.fields.defining import one_of_each
from tests.turns import of_this_database

REQUESTS = int(os.environ.get("KUNDENKREIS_LIST_REQUESTS", "240"))
CHUNKS = 8
LISTS = {
    "accounts": (ACCOUNTS, "accounts"),
    "contacts": (CONTACTS, "contacts"),
    "log": (ACTIVITIES, "activities"),
    "orders": (ORDERS, "orders"),
}
PLACES = ("Wels", "Linz", "Salzburg", "")


def furnish(world, chance):
    """Forty accounts of everybody and nobody, with what belongs to them, some of it in the bin."""
    people = [world.ada, world.ben, world.cem, world.dora, None]
    families = [Family.add(by=None, code=f"F{n}", name=f"Family {n}") for n in range(3)]
    products = [Product.add(by=None, number=f"P{n}", name=f"Lamp {n}", family=families[n % 3]) for n in range(6)]
    tags = [Tag.add(by=None, name=f"Tag {n}") for n in range(3)]
    world.extra["families"], world.extra["tags"] = [f.pk for f in families], [t.pk for t in tags]
    one_of_each()
    today = clock.today()
    for n in range(40):
        owner = chance.choice(people)
        account = Account.add(
            by=None,
            name=f"Firma {n} {chance.choice(['Müller', 'Huber', 'Moser'])}",
            owner=owner,
            country=chance.choice(["AT", "DE", "CH", ""]),
            place=chance.choice(PLACES),
            tier=chance.choice(["A", "B", "C", "D", ""]),
            relation=chance.choice(["customer", "prospect"]),
            customer_since=chance.choice([None, today - dt.timedelta(days=chance.randrange(900))]),
            custom=_custom(chance, people),
        )
        account.tags.set(chance.sample(tags, chance.randrange(3)))
        if chance.random() < 0.15:
            AccountTeamMember.add(by=None, account=account, person=world.ada, role="service")
        for m in range(chance.randrange(3)):
            contact = Contact.add(by=None, family_name=f"Mayr {n}-{m}", email=f"m{n}{m}@x.test" if m else "")
            Position.add(by=None, contact=contact, account=account, job_title=chance.choice(["Buyer", "Director"]))
            contact.tags.set(chance.sample(tags, chance.randrange(2)))
        _sell(account, products, chance, f"{n}")
        _talk(account, people, chance)
        if chance.random() < 0.3:
            OpenItem.add(
                by=None,
                account=account,
                number=f"R{n}",
                booked_on=today - dt.timedelta(days=90),
                due_on=today - dt.timedelta(days=chance.randrange(-20, 60)),
                amount=100 * n,
                open_amount=100 * n,
            )
        if n > 4 and chance.random() < 0.5:
            parent = chance.choice(
                list(Account.objects.living().filter(name__startswith="Firma").exclude(pk=account.pk))
            )
            AccountLink.add(by=None, account=account, parent=parent, hierarchy=chance.choice(["legal", "sales"]))
        if chance.random() < 0.1:
            account.discard(by=world.ben)


def _custom(chance, people):
    """Some of the custom fields, some of the time."""
    values = {
        "hours": chance.choice(["Mo–Fr", "always", "mo sa"]),
        "seats": chance.randrange(5),
        "volume": Decimal(chance.randrange(2000)) / 100,
        "checked": clock.today() - dt.timedelta(days=chance.randrange(400)),
        "window": chance.choice(["morning", "evening"]),
        "days": chance.sample(["monday", "tuesday", "friday"], chance.randrange(1, 3)),
        "buyer": chance.choice(people),
    }
    return {key: value for key, value in values.items() if chance.random() < 0.6}


def _sell(account, products, chance, name):
    for m in range(chance.randrange(4)):
        day = clock.today() - dt.timedelta(days=chance.randrange(400))
        kind = chance.choice(["order", "order", "order", "credit_note"])
        amount = Decimal(chance.randrange(1, 900))
        order = Order.objects.create(
            number=f"O{name}-{m}",
            account=chance.choice([account, account, account, None]),
            ordered_on=day,
            kind=kind,
            total=amount,
            total_house=amount,
            country=chance.choice(["AT", "DE"]),
        )
        for position, product in enumerate(chance.sample(products, 2), 1):
            OrderLine.objects.create(
                order=order,
                product=product,
                position=position,
                account=order.account,
                ordered_on=day,
                quantity=1 if kind == "order" else -1,
                unit_price=amount,
                amount=amount / 2,
                amount_house=amount / 2,
            )
        if chance.random() < 0.1:
            order.discard(by=None)


def _talk(account, people, chance):
    for m in range(chance.randrange(3)):
        kind = chance.choice(["call", "visit", "task"])
        Activity.add(
            by=None,
            kind=kind,
            subject=f"{kind} {m}",
            account=account,
            owner=chance.choice(people),
            is_open=kind == "task",
            due_on=clock.today() + dt.timedelta(days=chance.randrange(-20, 20)) if kind == "task" else None,
            at=timezone.now() - dt.timedelta(days=chance.randrange(200)),
        )


class Chance:
    """Questions by chance, in the words that the screen and the API share."""

    def __init__(self, chance, world):
        self.pick, self.chance, self.world = chance.choice, chance, world
        self.seen = []  # accounts that the person sees who asks

    def account(self):
        days = self.chance.randrange(1, 400)
        return self.pick(
            [
                f"tier:{self.pick(['in', 'not'])}:{self.pick(['A', 'A,B', 'C,D'])}",
                "tier:empty",
                f"country:{self.pick(['in', 'not'])}:{self.pick(['AT', 'DE,CH'])}",
                f"place:{self.pick(['has', 'is', 'starts'])}:{self.pick(['Wels', 'l', 'Linz,Salzburg'])}",
                f"name:has:{self.pick(['Müller', 'huber', 'firma 1'])}",
                f"revenue:{self.pick(['over', 'under', 'from'])}:{self.chance.randrange(500)}",
                f"last:{self.pick(['last', 'next'])}:{days}d",
                f"last:{self.pick(['this', 'previous'])}:{self.pick(['month', 'quarter', 'year'])}",
                f"last:before:-{days}d",
                f"owner:{self.pick(['is', 'not'])}:{self.pick(['me', 'my_team'])}",
                "owner:empty",
                f"tag:{self.pick(['in', 'not'])}:{self.pick(self.world.extra['tags'])}",
                self.pick(["tag:empty", "tag:filled", "since:filled", "since:overdue"]),
                *(self.custom() for _ in range(6)),
            ]
        )

    def custom(self):
        number = self.pick([0, 1, 2.5, "3.70", 12])
        return self.pick(
            [
                f"custom_{self.pick(['seats', 'volume', 'per_seat'])}:{self.pick(['over', 'under', 'from', 'to', 'is', 'not'])}:{number}",
                f"custom_{self.pick(['seats', 'hours', 'checked', 'window', 'days', 'buyer', 'per_seat'])}:{self.pick(['empty', 'filled'])}",
                f"custom_volume:between:{number},{self.pick([5, 15])}",
                f"custom_hours:{self.pick(['has', 'is', 'starts'])}:{self.pick(['mo', 'Mo–Fr', 'always,mo sa'])}",
                f"custom_checked:{self.pick(['last:90d', 'before:-200d', 'after:-30d', 'this:year', 'overdue'])}",
                f"custom_window:{self.pick(['in', 'not'])}:{self.pick(['morning', 'morning,evening'])}",
                f"custom_days:{self.pick(['in', 'not'])}:{self.pick(['monday', 'tuesday,friday'])}",
                f"custom_buyer:{self.pick(['is', 'not'])}:{self.pick(['me', 'my_team'])}",
            ]
        )

    def contact(self):
        return self.pick(
            [
                "name:has:mayr",
                f"name:starts:mayr {self.chance.randrange(40)}",
                self.pick(["email:empty", "email:filled"]),
                f"position:is:{self.pick(['Buyer', 'Director'])}",
                f"tag:{self.pick(['in', 'not'])}:{self.pick(self.world.extra['tags'])}",
                "language:in:de",
            ]
        )

    def activity(self):
        return self.pick(
            [
                f"kind:{self.pick(['in', 'not'])}:{self.pick(['call', 'visit', 'task,call'])}",
                f"open:is:{self.pick(['yes', 'no'])}",
                self.pick(["due:overdue", "due:next:1w", "due:empty"]),
                f"at:last:{self.chance.randrange(1, 200)}d",
                f"owner:is:{self.pick(['me', 'my_team'])}",
            ]
        )

    def order(self):
        return self.pick(
            [
                f"day:last:{self.chance.randrange(1, 400)}d",
                f"day:{self.pick(['this', 'previous'])}:{self.pick(['month', 'quarter', 'year'])}",
                f"net:{self.pick(['over', 'under'])}:{self.chance.randrange(900)}",
            ]
        )

    def line(self):
        return self.pick(
            [
                f"family:{self.pick(['in', 'not'])}:{self.pick(self.world.extra['families'])}",
                "item:is:P1",
                "product:has:lamp",
                f"day:last:{self.chance.randrange(1, 400)}d",
                f"net:over:{self.chance.randrange(400)}",
            ]
        )

    def some(self, kind, totals=()):
        found = [kind() for _ in range(self.chance.randrange(1, 3))]
        return [*found, self.pick(totals)] if totals and self.chance.random() < 0.4 else found

    def related(self, name):
        way = self.pick(["with", "without"])
        asked = {
            "accounts": [
                ("orders", self.some(self.order, [f"sum:over:{self.chance.randrange(900)}", "count:from:2"])),
                ("orders", [relation("lines", way, self.line())]),
                ("bought", self.some(self.line, ["sum:over:200", "pieces:from:2"])),
                ("activities", self.some(self.activity, ["count:under:2"])),
                ("contacts", ["position:is:Buyer"]),
                ("open_items", ["due:overdue"]),
                (self.pick(["orders", "bought", "activities", "contacts", "open_items"]), []),
            ],
            "contacts": [
                ("accounts", self.some(self.account)),
                ("accounts", [relation("orders", way, self.order())]),
                ("activities", self.some(self.activity)),
            ],
            "log": [("accounts", self.some(self.account))],
            "orders": [("lines", self.some(self.line)), ("accounts", self.some(self.account))],
        }[name]
        which, parts = self.pick(asked)
        return relation(which, way, *parts)

    def part(self, name, depth=0):
        roll = self.chance.random()
        if roll < 0.2 and depth < 2:
            inner = [self.part(name, depth + 1) for _ in range(self.chance.randrange(1, 4))]
            return group(self.pick(["any", "all", "none"]), *inner)
        if roll < 0.45:
            return self.related(name)
        if roll < 0.55 and self.seen:
            account = self.pick(self.seen)
            return f"of:is:{self.pick([account, f'legal-{account}', f'sales-{account}'])}"
        own = {"accounts": self.account, "contacts": self.contact, "log": self.activity, "orders": self.order}
        return own[name]()

    def some_of(self, page, person, name):
        """One to three parts; what is longer than the language allows is asked again."""
        self.seen = list(Account.objects.visible_to(person).living().values_list("pk", flat=True))
        while True:
            parts = list(dict.fromkeys(self.part(name) for _ in range(self.chance.randrange(1, 4))))
            problem = state.read(page, asked_by(person, parts)).problem
            if not problem.startswith(("At most", "Groups stand")):
                return parts


def asked_by(person, conditions, **more):
    request = HttpRequest()
    request.user, request.GET = person, QueryDict(urlencode([*[("f", one) for one in conditions], *more.items()]))
    return request


def walked(page, person, conditions, chance):
    """Every row of the list, page by page, each of another size."""
    found, after = [], ""
    sorts = [column.key for column in page.all_columns if column.sort]
    sort = chance.choice(["", "-"]) + chance.choice(sorts)
    page.size = chance.choice([3, 10, 50])
    while True:
        request = asked_by(person, conditions, sort=sort, after=after)
        now = state.read(page, request)
        assert not now.problem, (now.problem, conditions)
        rows = page.rows(request, now)
        found += [row.pk for row in rows.rows]
        if not rows.next:
            return found
        after = rows.next


def exported(page, person, conditions):
    request = asked_by(person, conditions)
    return sum(1 for _row in exporting._rows(page, request, state.read(page, request)))


def over_the_api(client, path, key, conditions):
    written = urlencode([*[("f", one) for one in conditions], ("limit", 500), ("fields", "id")])
    answer = client.get(f"/api/v1/{path}?{written}", headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code == 200, (answer.content, conditions)
    return [row["id"] for row in answer.json()["items"]]


@pytest.mark.parametrize("seed", of_this_database(range(CHUNKS)))
def test_any_question_gives_the_same_rows_at_every_door_and_none_outside_one_s_reach(world, client, seed, settings):
    settings.API_RATE = 0
    chance = random.Random(seed)
    furnish(world, chance)
    questions = Chance(chance, world)
    people = [world.ada, world.ben, world.cem, world.dora, world.gerda, world.rita]
    keys = {person.pk: ApiToken.issue(user=person, name="t", scopes=["read"], by=person)[1] for person in people}
    hits = 0
    for _ in range(REQUESTS // CHUNKS):
        name = chance.choice(["accounts", "accounts", "contacts", "log", "orders"])
        page, path = LISTS[name]
        person = type(world.ada).objects.get(pk=chance.choice(people).pk)
        conditions = questions.some_of(page, person, name)
        said = (name, person.email, conditions)
        size = page.size
        try:
            rows = walked(page, person, conditions, chance)
        finally:
            page.size = size
        assert len(rows) == len(set(rows)), said
        assert set(rows) <= set(page.model.objects.visible_to(person).living().values_list("pk", flat=True)), said
        counted = page.count_text(asked_by(person, conditions), state.read(page, asked_by(person, conditions)))
        assert counted.split()[0] == str(len(rows)), said
        if page.export:
            assert exported(page, person, conditions) == len(rows), said
        assert sorted(over_the_api(client, path, keys[person.pk], conditions)) == sorted(rows), said
        hits += bool(rows)
    assert hits > REQUESTS // CHUNKS // 5, "questions that find nothing show nothing"
