"""Imports undone in any order, with people at work in between: exactly back, or whole and named."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal

import pytest
from django.apps import apps
from django.db.models import Count, Sum

from kundenkreis.catalogue.models import Product
from kundenkreis.customers.models import Account, Contact, Position
from kundenkreis.history import undo
from kundenkreis.history.models import Batch
from kundenkreis.orders import booking, figures
from kundenkreis.orders.models import Order, OrderLine
from kundenkreis.quality import importing, running
from kundenkreis.quality.models import ImportRun
from kundenkreis.rates.models import ExchangeRate
from tests.quality.imports import imported, sales

pytestmark = pytest.mark.django_db
NOUNS = (
    "customers.account", "customers.accountlink", "customers.contact", "customers.position", "catalogue.product",
    "catalogue.price", "orders.order", "orders.orderline", "staff.user", "staff.team",
)  # fmt: skip
# A version only rises, so that nobody's stale form wins; and an undo is a change.
NOT_COMPARED = {"version", "changed_at"}


@pytest.fixture(autouse=True)
def pounds(db):
    ExchangeRate.objects.create(currency="GBP", on=dt.date(2009, 12, 1), rate=Decimal("0.9"))


def line(order: str, product: str, quantity: int = 1, account: str = "1", price: str = "2.00") -> str:
    return f"{order},{product},Text,{quantity},2010-01-05,{price},{account},France"


def everything() -> dict[str, list[dict]]:
    """Every row of every noun, as it is."""
    return {
        label: [
            {k: v for k, v in row.items() if k not in NOT_COMPARED}
            for row in apps.get_model(label)._base_manager.order_by("pk").values()
        ]
        for label in NOUNS
    }


def sums_match() -> bool:
    orders = Order._base_manager.annotate(
        n=Count("lines"), amount=Sum("lines__amount"), house=Sum("lines__amount_house")
    )
    return all((o.line_count, o.total, o.total_house) == (o.n, o.amount or 0, o.house or 0) and o.n > 0 for o in orders)


def test_an_order_that_a_later_import_extended_stays_with_all_its_lines(world):
    first = sales(line("100", "A"), line("100", "B"), line("101", "A"))
    sales(line("100", "C"))
    foreseen = undo.preview_batch(first.batch)
    result = importing.undo_now(first, world.admin)
    order = Order.objects.get(number="100")
    assert (order.total, order.line_count, order.lines.count()) == (Decimal("6.00"), 3, 3)
    assert not Order.objects.filter(number="101").exists()
    assert ("orders.order", order.pk) in result.kept_records
    assert (foreseen.undone, foreseen.kept, foreseen.kept_records) == (result.undone, result.kept, result.kept_records)
    assert sums_match()


def test_an_order_that_somebody_changed_since_stays_with_all_its_lines(world):
    run = sales(line("100", "A"), line("100", "B"))
    Order.objects.get(number="100").change(by=world.ada, customer_reference="PO 7")
    result = importing.undo_now(run, world.admin)
    assert Order.objects.get(number="100").lines.count() == 2
    assert ("orders.order", Order.objects.get(number="100").pk) in result.kept_records


def test_an_order_that_was_booked_again_keeps_what_a_correction_gave_it(world):
    sales(line("100", "A"), line("100", "B"))
    correction = sales(line("100", "A", 5), line("100", "C"))
    order = Order.objects.get(number="100")
    booking.rebook(order, by=world.ada, number="100-X")
    result = importing.undo_now(correction, world.admin)
    order = Order.objects.get(number="100-X")
    assert (order.total, order.lines.count()) == (Decimal("14.00"), 3)
    assert ("orders.order", order.pk) in result.kept_records
    assert sums_match()


@pytest.mark.parametrize("size", [1, 2, 100])
def test_lines_of_one_order_in_many_chunks_go_in_one_transaction(world, monkeypatch, size):
    monkeypatch.setattr(running, "SMALL_CHUNK", size)
    rows = [line(str(100 + i % 3), product, account="" if i < 3 else "7") for i, product in enumerate("AAABBBCCC")]
    before = everything()
    run = sales(*rows)
    numbers = sorted(run.batch.chunks.values_list("number", flat=True).distinct(), reverse=True)
    taker = undo.Taker(run.batch, undo.Undone(), dt.datetime.now(dt.UTC))
    for number in numbers:
        taker.take([number])
        run.batch.chunks.filter(number=number).update(is_undone=True)
        assert sums_match()
    figures.push_down()
    assert everything() == before


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("size", [2, 100])
def test_imports_undone_in_reverse_order_leave_every_row_as_it_was(world, monkeypatch, seed, size):
    monkeypatch.setattr(running, "SMALL_CHUNK", size)
    chance = random.Random(seed)
    states, runs = [], []
    for _step in range(5):
        states.append(everything())
        runs.append(any_import(chance))
    for state, run in zip(reversed(states), reversed(runs), strict=True):
        foreseen = undo.preview_batch(run.batch)
        result = importing.undo_now(run, world.admin)
        assert result.kept == 0, result.kept_records
        assert foreseen.undone == result.undone
        assert everything() == state
        assert sums_match()


@pytest.mark.parametrize("seed", range(6))
def test_imports_undone_in_any_order_leave_nothing_half(world, seed):
    chance = random.Random(seed)
    runs = [any_import(chance) for _step in range(5)]
    touched = chance.choice(list(Order.objects.all()) or [None])
    if touched:
        touched.change(by=world.ada, customer_reference="Touched")
        lines = touched.lines.count()
    chance.shuffle(runs)
    for run in runs:
        foreseen = undo.preview_batch(run.batch)
        result = importing.undo_now(run, world.admin)
        assert (foreseen.undone, foreseen.kept) == (result.undone, result.kept)
        assert sums_match()
        assert (
            OrderLine.objects.exclude(account=None).exclude(order__account=None).count()
            == OrderLine.objects.filter(order__account__isnull=False).count()
        )
    if touched:
        assert Order.objects.get(pk=touched.pk).lines.count() == lines


def any_import(chance: random.Random) -> ImportRun:
    """An import of a few rows that adds and changes, of records that the others touch as well."""
    kind = chance.choice(["sales", "sales", "sales", "accounts", "contacts", "products", "people"])
    some = [str(chance.randrange(1, 5)) for _row in range(4)]
    if kind == "sales":
        rows = [line(f"10{n}", chance.choice("ABC"), chance.randrange(1, 4), chance.choice(["", "1", n])) for n in some]
        return sales(*rows)
    if kind == "accounts":
        rows = [f"{n},Firm {n},{chance.choice(['Wels', 'Graz'])}" for n in sorted(set(some))]
        return imported("\n".join(["account number,name,place", *rows]), target="accounts", match_by="number",
                        mapping={"number": "account number", "name": "name", "place": "place"})  # fmt: skip
    if kind == "contacts":
        rows = [f"p{n}@x.at,Person,L-1,{chance.choice(['Boss', 'Buyer'])}" for n in sorted(set(some))]
        number = Account.objects.order_by("pk").first().number
        rows = [row.replace("L-1", number) for row in rows] + [
            f"maria@lindner.test,Lindner,{number},{chance.choice('XY')}"
        ]
        names = ["email", "family_name", "account", "job_title"]
        return imported("\n".join([",".join(names), *rows]), target="contacts", match_by="email",
                        mapping={n: n for n in names})  # fmt: skip
    if kind == "products":
        rows = [f"{chance.choice('ABCD')},Thing {n}" for n in sorted(set(some))]
        return imported("\n".join(["number,name", *{r[0]: r for r in rows}.values()]), target="products",
                        match_by="number", mapping={"number": "number", "name": "name"})  # fmt: skip
    rows = [f"w{n}@x.at,Worker {n},Team {n},{chance.choice(['East', 'West'])}" for n in sorted(set(some))]
    return imported("\n".join(["mail,who,team,region", *rows]), target="people", match_by="email",
                    mapping={"email": "mail", "full_name": "who", "team": "team", "region": "region"})  # fmt: skip


def test_undoing_contacts_gives_them_back_the_position_they_had(world):
    contact = Contact.add(by=world.ada, family_name="Solo", email="solo@x.at", owner=world.ada)
    before = everything()
    rows = f"email,family_name,account,job_title\nsolo@x.at,Solo,{world.lindner.number},Boss\n"
    mapping = {name: name for name in ("email", "family_name", "account", "job_title")}
    run = imported(rows, target="contacts", match_by="email", mapping=mapping)
    contact.refresh_from_db()
    assert contact.job_title == "Boss"
    importing.undo_now(run, world.admin)
    contact.refresh_from_db()
    assert (contact.main_account, contact.job_title) == (None, "")
    assert not Position.objects.filter(contact=contact).exists()
    assert everything() == before


def test_a_contact_that_somebody_changed_since_keeps_its_position(world):
    rows = f"email,family_name,account,job_title\nsolo@x.at,Solo,{world.lindner.number},Boss\n"
    mapping = {name: name for name in ("email", "family_name", "account", "job_title")}
    run = imported(rows, target="contacts", match_by="email", mapping=mapping)
    contact = Contact.objects.get(email="solo@x.at")
    contact.change(by=world.ada, phone="+43 1 234567")
    importing.undo_now(run, world.admin)
    contact.refresh_from_db()
    assert contact.main_account == world.lindner and contact.positions.count() == 1


def test_an_undo_that_was_killed_at_its_very_end_is_finished(world):
    sales(line("1", "A"))
    run = sales(line("2", "A", 3))
    run.state = ImportRun.State.UNDOING
    run.save()
    done = undo.undo_batch(run.batch, by=world.admin)
    run = ImportRun.objects.get(pk=run.pk)
    result = importing.undo_now(run, world.admin)
    run.refresh_from_db()
    assert (run.state, run.batch.state) == (ImportRun.State.UNDONE, Batch.State.UNDONE)
    assert (result.undone, run.counts["undone"]) == (done.undone, done.undone)
    assert Account.objects.get(number="1").last_order_on == dt.date(2010, 1, 5)


def test_an_undo_that_goes_on_counts_what_it_had_done_before(world, monkeypatch):
    monkeypatch.setattr(running, "SMALL_CHUNK", 1)
    run = sales(line("1", "A"), line("2", "B"), line("3", "C"))
    whole = undo.preview_batch(run.batch).undone

    def stop(share: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        undo.undo_batch(run.batch, by=world.admin, progress=stop)
    result = importing.undo_now(ImportRun.objects.get(pk=run.pk), world.admin)
    assert result.undone == whole
    assert not Product.objects.filter(number__in="ABC").exists()
