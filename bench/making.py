"""A seeded data maker: a house of any size with realistic skew, written set by set.

For each account on average 2 contacts with a position, 10 activities and 10 order lines; the number of lines follows a heavy tail, and
the largest accounts have 50,000 lines each at a million accounts (fewer at smaller sizes, never more than a twentieth of all lines).
One account in ten has a second person on its team, and one in four lies in a territory.
The same size and seed give the same rows.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from django.db import models, transaction

from kundenkreis.activities import touching
from kundenkreis.activities.models import Activity
from kundenkreis.catalogue.models import Family, Product
from kundenkreis.core import bulk, planning, search, search_texts
from kundenkreis.core.models import House
from kundenkreis.core.text import fold
from kundenkreis.customers.models import Account, AccountTeamMember, Contact, Position
from kundenkreis.orders import figures
from kundenkreis.orders.models import Order, OrderLine
from kundenkreis.staff.models import Team, Territory, User
from kundenkreis.staff.roles import Role

TODAY = dt.date(2026, 3, 2)
NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
CHUNK = 10_000
PRODUCTS = 5_000
PASSWORD = "kundenkreis-bench"  # noqa: S105
_FIRST = (
    "Hof Berg Stein Lind Wald Müll Brau Kern Wolf Eder Mayr Gruber Bäck Schön Fürst Höll Thal Auer Wein Zirn".split()
)
_SECOND = "er mann bauer inger hofer berger stätter müller wieser huber lechner egger reiter auer bacher ner".split()
_TRADE = "Geschenke Papier Wohnkultur Handel Dekor Kerzen Haushalt Textil Metallbau Bäckerei Blumen Spielwaren Optik Küchen".split()
_FORM = ["GmbH", "GmbH", "GmbH", "KG", "OG", "e.U.", "AG", "GmbH & Co KG"]
_PLACES = [
    ("1010", "Wien"),
    ("4020", "Linz"),
    ("8010", "Graz"),
    ("5020", "Salzburg"),
    ("6020", "Innsbruck"),
    ("4600", "Wels"),
    ("9500", "Villach"),
]
_GIVEN = "Anna Maria Lukas Jonas Sophie Jürgen Käthe Paul Lena Felix Eva Björn Zoë Max Ida Emil".split()
_COUNTRIES = ["AT"] * 14 + ["DE"] * 4 + ["CH", "IT"]
_TOPICS = (
    "season samples prices delivery complaint returns catalogue fair tender shelf warranty invoice assortment promotion training contract renewal "
    "budget packaging logistics quality certificate rebate forecast display refill novelty visit introduction competitor launch survey".split()
)
_SAID = (
    "wants the price for more and a new offer by Friday because their customer asked us about samples in spring again with colleagues from buying "
    "who will decide soon what they need next year after talks on site".split()
)
_NAMES = [f"{first}{second}" for first in _FIRST for second in _SECOND]
_KINDS = ["call", "call", "mail", "mail", "mail", "note", "visit", "meeting", "task"]


def make(accounts: int, *, seed: int = 1, say: Callable[[str], None] = lambda _: None) -> None:
    """Fill an empty, migrated database. Raises RuntimeError when there are accounts already."""
    if Account._base_manager.exists():
        raise RuntimeError("The database is not empty.")
    dice = random.Random(seed)
    House.objects.update_or_create(pk=1, defaults={"name": f"Bench {accounts}", "today": TODAY})
    House.forget()
    people = _people(max(10, accounts // 400))
    territories = _territories(people)
    products = _products(dice)
    lines = _line_counts(accounts, dice)
    for start in range(0, accounts, CHUNK):
        size = min(CHUNK, accounts - start)
        with transaction.atomic():
            ids = _accounts(start, size, people, territories, dice)
            _seats(ids, people)
            _contacts(ids, dice)
            _activities(ids, people, dice)
        for piece in _order_pieces(ids, lines[start : start + size], dice):
            with transaction.atomic():
                _orders(piece, products, dice)
        say(f"{start + size:,} of {accounts:,} accounts")
    say("figures")
    planning.learn([Account, Position, Activity, Order, OrderLine])  # as after an import
    figures.push_down(None, TODAY)
    touching.push_down()
    search.rebuild()


def _insert(model: type[models.Model], columns: Sequence[str], rows: list[tuple[Any, ...]]) -> None:
    """Rows of some columns, the model's other ones as in a new record."""
    fields = [field for field in model._meta.concrete_fields if not field.null and not field.primary_key]
    others = {field.attname: field.get_default() for field in fields if field.attname not in columns}
    more = tuple(others.values())
    bulk.insert_rows(model, [*columns, *others], (row + more for row in rows))


def _people(number: int) -> list[tuple[int, int]]:
    """(person, team): heads, and one key account manager for about 400 accounts."""
    head = Team.add(by=None, name="Sales")
    teams = [Team.add(by=None, name=f"Team {i}", parent=head) for i in range(max(2, number // 20))]
    User.objects.create_user(
        "head@bench.test", PASSWORD, last_name="Head", role=Role.HEAD_OF_SALES, team=head, language="en"
    )
    made = []
    for i in range(number):
        team = teams[i % len(teams)]
        user = User.objects.create_user(
            f"kam{i}@bench.test", None, first_name="Kam", last_name=str(i), role=Role.KEY_ACCOUNT_MANAGER, team=team
        )
        made.append((user.pk, team.pk))
    return made


def _territories(people: list[tuple[int, int]]) -> list[int]:
    """One for each place, given to one person in ten."""
    made = [Territory.add(by=None, name=place, countries=["AT"], postcodes=[code]) for code, place in _PLACES]
    for i, (person, _) in enumerate(people[::10]):
        made[i % len(made)].people.add(person)
    return [territory.pk for territory in made]


def _products(dice: random.Random) -> list[tuple[int, Decimal]]:
    families = [Family.add(by=None, code=f"F{i}", name=trade) for i, trade in enumerate(_TRADE)]
    first = bulk.reserve_ids(Product, PRODUCTS)
    rows, priced = [], []
    for i in range(PRODUCTS):
        name = f"{dice.choice(_TRADE)} {dice.choice(_FIRST).lower()}{dice.choice(_SECOND)} {i}"
        rows.append(
            (
                first + i,
                1,
                NOON,
                NOON,
                None,
                f"P{i:05}",
                name,
                fold(name),
                "goods",
                families[i % len(families)].pk,
                "",
                "",
                False,
                True,
            )
        )
        priced.append((first + i, Decimal(dice.randint(50, 5000)) / 100))
    columns = "id version created_at changed_at deleted_at number name key kind family_id ean description is_cost_generated is_active".split()
    with transaction.atomic():
        _insert(Product, columns, rows)
        search.bulk_index(search.PRODUCT, [(r[0], r[6], "", r[5]) for r in rows], new=True)
    return priced


def _line_counts(accounts: int, dice: random.Random) -> list[int]:
    """Order lines for each account: a Pareto tail with a mean of 10, and five giants in front."""
    giant = min(50_000, accounts * 10 // 20)
    counts = [min(int(dice.paretovariate(1.2) * 1.2), giant) for _ in range(accounts)]
    for i in range(min(5, accounts)):
        counts[i] = giant
    factor = max(0.0, (accounts * 10 - 5 * giant) / max(1, sum(counts[5:])))
    return counts[:5] + [int(c * factor + dice.random()) for c in counts[5:]]


def _accounts(
    start: int, size: int, people: list[tuple[int, int]], territories: list[int], dice: random.Random
) -> range:
    first = bulk.reserve_ids(Account, size)
    columns = (
        "id version created_at changed_at deleted_at number kind name key relation tier industry language currency vat_id register_number "
        "register_court gln email phone website street postcode place country owner_id team_id territory_id description is_generated "
        "last_order_on revenue_12m revenue_before"
    ).split()
    rows, found = [], []
    never, zero = dt.date(1900, 1, 1), Decimal(0)
    for i in range(size):
        number = start + i
        name = f"{dice.choice(_FIRST)}{dice.choice(_SECOND)} {dice.choice(_TRADE)} {dice.choice(_FORM)}"
        where = dice.randrange(len(_PLACES))
        postcode, place = _PLACES[where]
        territory = territories[where] if number % 4 == 0 else None
        owner, team = people[number % len(people)]
        key, country, mail = fold(name), dice.choice(_COUNTRIES), f"office{number}@kunde.test"
        rows.append(
            (first + i, 1, NOON, NOON, None, f"K-{number:07}", "company", name, key, "customer", _tier(number),
             dice.choice(_TRADE), "de", "EUR", "", "", "", "", mail, "+4315550100", "", f"Hauptplatz {number % 99}", postcode, place, country,
             owner, team, territory, "", True, never, zero, zero)
        )  # fmt: skip
        found.append((first + i, name, f"{place} {postcode} {mail}", f"K-{number:07}"))
    _insert(Account, columns, rows)
    search.bulk_index(search.ACCOUNT, found, new=True)
    return range(first, first + size)


def _seats(accounts: range, people: list[tuple[int, int]]) -> None:
    """Inside sales on one account in ten, by a person who owns others."""
    chosen = accounts[::10]
    first = bulk.reserve_ids(AccountTeamMember, len(chosen))
    rows = [
        (first + i, 1, NOON, NOON, None, account, people[(account + 7) % len(people)][0], "inside", None)
        for i, account in enumerate(chosen)
    ]
    columns = "id version created_at changed_at deleted_at account_id person_id role deputy_id".split()
    _insert(AccountTeamMember, columns, rows)


def _tier(number: int) -> str:
    """2 % A, 8 % B, 30 % C, the rest not yet ranked."""
    rest = number % 50
    return "A" if rest == 0 else "B" if rest < 5 else "C" if rest < 20 else ""


def _contacts(accounts: range, dice: random.Random) -> None:
    size = len(accounts) * 2
    first, first_position = bulk.reserve_ids(Contact, size), bulk.reserve_ids(Position, size)
    contacts, positions, found = [], [], []
    for i in range(size):
        account, pk = accounts[i // 2], first + i
        given, family = dice.choice(_GIVEN), f"{dice.choice(_FIRST)}{dice.choice(_SECOND)}"
        name, mail = f"{family} {given}", f"p{pk}@kunde.test"
        contacts.append((pk, NOON, NOON, given, family, fold(name), account, "Einkauf", mail, "+4315550101", True))
        positions.append((first_position + i, NOON, NOON, pk, account, "Einkauf", True))
        found.append((pk, name, mail))
    columns = "id created_at changed_at given_name family_name key main_account_id job_title email phone is_generated"
    _insert(Contact, columns.split(), contacts)
    _insert(Position, "id created_at changed_at contact_id account_id job_title is_main".split(), positions)
    search.bulk_index(search.CONTACT, found, new=True)


def _activities(accounts: range, people: list[tuple[int, int]], dice: random.Random) -> None:
    size = len(accounts) * 10
    first = bulk.reserve_ids(Activity, size)
    rows = []
    for i in range(size):
        kind = dice.choice(_KINDS)
        at = NOON - dt.timedelta(minutes=dice.randint(0, 60 * 24 * 700))
        is_open = kind == "task" and dice.random() < 0.3
        rows.append(
            (first + i, 1, at, at, None, kind, f"{kind} about {dice.choice(_TOPICS)}", _said(dice), accounts[i // 10],
             people[i % len(people)][0], at, TODAY if is_open else None, is_open, "", False, False)
        )  # fmt: skip
    _insert(
        Activity,
        "id version created_at changed_at deleted_at kind subject body account_id owner_id at due_on is_open outcome is_incoming is_pinned".split(),
        rows,
    )
    search_texts.put(search.ACTIVITY, [(row[0], f"{row[6]}\n{row[7]}") for row in rows])


def _said(dice: random.Random) -> str:
    """A report of a dozen words: common ones, a topic, a name and a number that few others have."""
    said = [*dice.choices(_SAID, k=9), dice.choice(_TOPICS), dice.choice(_NAMES), str(dice.randrange(1_000_000))]
    dice.shuffle(said)
    return " ".join(said)


def _order_pieces(accounts: range, counts: list[int], dice: random.Random) -> Iterator[list[tuple[int, int]]]:
    """(account, lines of one order) in pieces of at most about 60,000 lines, so that a giant does not fill the memory."""
    piece, size = [], 0
    for account, left in zip(accounts, counts, strict=True):
        while left > 0:
            taken = min(left, dice.randint(1, 12) if left < 1000 else dice.randint(5, 40))
            piece.append((account, taken))
            left -= taken
            size += taken
            if size >= 60_000:
                yield piece
                piece, size = [], 0
    if piece:
        yield piece


def _orders(piece: list[tuple[int, int]], products: list[tuple[int, Decimal]], dice: random.Random) -> None:
    first = bulk.reserve_ids(Order, len(piece))
    first_line = bulk.reserve_ids(OrderLine, sum(n for _, n in piece))
    orders, lines, line_id = [], [], first_line
    cent = Decimal("0.01")
    for i, (account, number) in enumerate(piece):
        day = TODAY - dt.timedelta(days=int(dice.random() ** 1.3 * 730))
        is_return = dice.random() < 0.03
        total = Decimal(0)
        for position, (product, price) in enumerate(dice.sample(products, number), start=1):
            quantity = -1 if is_return else dice.choice((1, 2, 6, 12, 24))
            amount = (price * quantity).quantize(cent)
            total += amount
            lines.append((line_id, first + i, product, 1, position, account, day, quantity, price, amount, amount))
            line_id += 1
        prefix, kind = ("C", "credit_note") if is_return else ("B", "order")
        head = (first + i, NOON, NOON, f"{prefix}{first + i}", kind, account, day, "EUR", total, total, number, "AT")
        orders.append(head)
    heads = "id created_at changed_at number kind account_id ordered_on currency total total_house line_count country"
    _insert(Order, heads.split(), orders)
    columns = "id order_id product_id occurrence position account_id ordered_on quantity unit_price amount amount_house"
    _insert(OrderLine, columns.split(), lines)
