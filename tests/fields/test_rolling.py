"""Roll-ups: what belongs to a record, worked out, kept in step by every way in which it changes, and shown to whom it concerns."""

import datetime as dt
import random
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from kundenkreis.activities.models import Activity
from kundenkreis.catalogue.models import Product
from kundenkreis.core import clock
from kundenkreis.customers.models import Account, Contact, Position
from kundenkreis.fields import known, rolling
from kundenkreis.fields.models import Behind, CustomField
from kundenkreis.fields.nouns import NOUNS
from kundenkreis.history.models import Batch, Event
from kundenkreis.history.undo import undo_batch, undo_event
from kundenkreis.orders.booking import Line, book, rebook
from kundenkreis.orders.booking_many import book_many
from kundenkreis.orders.models import OpenItem, Order
from kundenkreis.quality.merging import merge
from kundenkreis.quality.unmerging import unmerge
from tests.api.conftest import Program
from tests.fields.defining import define
from tests.quality.imports import imported
from tests.web.imports.conftest import contexts_are_told  # noqa: F401 for every test here

SALES = "Order number,Item number,Quantity,Unit price,Date,Account number\n"


def again(record):
    return type(record)._base_manager.get(pk=record.pk)


def rolled(label, of, how, what="", where=(), noun="accounts", **values):
    rollup = {"of": of, "how": how, "what": what, "where": list(where)}
    return define(label, "rollup", noun, rollup=rollup, **values)


def fresh_equals_stored():
    """Every roll-up of every record is what a fresh working out comes to."""
    rolling.go_on()
    assert not Behind.objects.exists()
    for noun, fields in known.all_nouns().items():
        model = NOUNS[noun].model
        ids = list(model._base_manager.values_list("pk", flat=True))
        for field in fields.rollups:
            figures = rolling.figures(field, ids)
            for pk, custom in model._base_manager.values_list("pk", "custom"):
                wanted: dict = {}
                from kundenkreis.fields.filling import roll

                roll(wanted, field, figures.get(pk))
                assert custom.get(field.key) == wanted.get(field.key), (noun, field.key, pk)


@pytest.fixture
def anvil(world):
    return Product.add(by=None, number="P1", name="Anvil")


def ordered(world, number, amount, day=dt.date(2026, 1, 2), account=None, product=None, **values):
    account = account or world.lindner
    lines = [Line(product, Decimal(1), Decimal(amount))] if product else []
    return book(by=None, lines=lines, number=number, account=account, ordered_on=day, **values)


def test_it_is_worked_out_for_everybody_when_it_is_defined(world, anvil):
    ordered(world, "A1", 10, product=anvil)
    ordered(world, "A2", 5, product=anvil, day=dt.date(2026, 3, 1))
    rolled("Net", "orders", "sum", "net")
    rolled("Booked", "orders", "count")
    rolled("Mean", "orders", "average", "net")
    rolled("Last", "orders", "latest", "day")
    rolled("First", "orders", "min", "day", where=["net:over:6"])
    rolled("Sold", "lines", "sum", "quantity", noun="products")
    kept = again(world.lindner).custom
    assert kept == {"net": 15, "booked": 2, "mean": 7.5, "last": "2026-03-01", "first": "2026-01-02"}
    assert again(world.brauneis).custom == {"net": 0, "booked": 0}
    assert again(anvil).custom == {"sold": 2}
    assert again(world.lindner).version == 1, "what is worked out is no change by anybody"
    assert Account.add(by=None, name="New").custom == {"net": 0, "booked": 0}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({}, "Choose what is rolled up"),
        ({"of": "nothing", "how": "count"}, "Choose what is rolled up"),
        ({"of": "orders", "how": "sum", "what": "day"}, "cannot be worked out"),
        ({"of": "orders", "how": "sum"}, "cannot be worked out"),
        ({"of": "orders", "how": "median", "what": "net"}, "cannot be worked out"),
        ({"of": "orders", "how": "count", "where": ["nothing:is:1"]}, "cannot be filtered"),
        ({"of": "orders", "how": "count", "where": ["net:over:x"]}, "is not a number"),
        ({"of": "orders", "how": "count", "where": ["lines:with()"]}, "cannot be filtered"),
        ({"of": "activities", "how": "count", "where": ["owner:is:me"]}, "is not a person"),
        ({"of": "orders", "how": "count", "where": [{}]}, "written as text"),
    ],
)
def test_a_definition_that_makes_no_sense_is_refused_with_a_sentence(world, wrong, said):
    with pytest.raises(ValidationError) as refused:
        define("Wrong", "rollup", rollup=wrong)
    assert said in str(refused.value.message_dict["rollup"])


def test_each_verb_keeps_it_in_step(world, anvil):
    rolled("Net", "orders", "sum", "net")
    rolled("Lines", "lines", "count")
    rolled("Sold", "lines", "sum", "quantity", noun="products")
    order = ordered(world, "A1", 10, product=anvil)
    assert again(world.lindner).custom == {"net": 10, "lines": 1}
    other = Product.add(by=None, number="P2", name="Feather")
    rebook(order, by=None, lines=[Line(other, Decimal(3), Decimal(2))])
    assert (again(anvil).custom, again(other).custom) == ({"sold": 0}, {"sold": 3})
    rebook(again(order), by=None, account=world.brauneis)
    assert again(world.lindner).custom == {"net": 0, "lines": 0}
    assert again(world.brauneis).custom == {"net": 6, "lines": 1}
    event = again(order).discard(by=None)
    assert again(world.brauneis).custom == {"net": 0, "lines": 0}
    assert again(other).custom == {"sold": 0}
    undo_event(event, by=world.admin)
    assert again(other).custom == {"sold": 3}
    fresh_equals_stored()


def test_activities_open_items_and_people_are_followed(world):
    rolled("Visits", "activities", "count", where=["kind:in:visit"])
    rolled("Minutes", "activities", "sum", "minutes")
    rolled("Last visit", "activities", "latest", "at")
    rolled("Talks", "activities", "count", noun="contacts")
    rolled("People", "contacts", "count")
    rolled("Open", "open_items", "sum", "open")
    visit = Activity.add(
        by=world.ada, kind="visit", subject="V", account=world.lindner, contact=world.maria, minutes=30, owner=world.ada
    )
    assert again(world.lindner).custom["visits"] == 1
    assert again(world.maria).custom == {"talks": 1}
    event = visit.change(by=world.ada, kind="call", minutes=45)
    assert (again(world.lindner).custom["visits"], again(world.lindner).custom["minutes"]) == (0, 45)
    undo_event(event, by=world.ada)
    assert again(world.lindner).custom["visits"] == 1
    second = Contact.add(by=None, family_name="Second", given_name="S.", owner=world.ada)
    again(visit).change(by=world.ada, participants=[world.maria, second])
    assert [again(one).custom["talks"] for one in (world.maria, second)] == [1, 1], "each activity once"
    people = again(world.lindner).custom["people"]
    position = Position.add(by=world.ben, account=world.lindner, contact=second)
    assert again(world.lindner).custom["people"] == people + 1
    again(second).discard(by=None)
    assert again(world.lindner).custom["people"] == people
    position = again(position)
    item = OpenItem.add(
        by=None, account=world.lindner, number="R1", booked_on=dt.date(2026, 1, 1), due_on=dt.date(2026, 2, 1),
        amount=100, open_amount=60,
    )  # fmt: skip
    OpenItem.add(
        by=None, account=world.lindner, number="R2", booked_on=dt.date(2026, 1, 1), due_on=dt.date(2026, 2, 1),
        amount=100, open_amount=60, currency="USD",
    )  # fmt: skip
    assert again(world.lindner).custom["open"] == 60, "in house currency only"
    item.change(by=None, open_amount=10)
    assert again(world.lindner).custom["open"] == 10
    fresh_equals_stored()


def test_an_import_and_its_undo_are_followed_by_the_worker(world, monkeypatch):
    monkeypatch.setattr(rolling, "FEW", 0)
    rolled("Net", "orders", "sum", "net")
    rolled("Sold", "lines", "sum", "quantity", noun="products")
    text = SALES + "".join(f"B{n},P{n % 3},2,1.5,2026-01-0{1 + n % 5},{world.lindner.number}\n" for n in range(9))
    run = imported(text, target="sales", match_by="line", options={"decimal_mark": "."})
    assert Behind.objects.exists()
    fresh_equals_stored()
    assert again(world.lindner).custom == {"net": 27}
    assert Product.objects.get(number="P1").custom == {"sold": 6}
    undo_batch(Batch.objects.get(pk=run.batch_id), by=world.admin)
    fresh_equals_stored()
    assert again(world.lindner).custom == {"net": 0}


def test_accounts_that_a_file_brings_begin_at_nothing(world):
    rolled("Booked", "orders", "count")
    imported("Account number,Name\nK1,One\nK2,Two\n", target="accounts", match_by="number")
    rolling.go_on()
    assert [one.custom for one in Account.objects.filter(number__in=["K1", "K2"])] == [{"booked": 0}] * 2


def test_a_merge_adds_up_both_and_taking_it_back_parts_them(world, anvil):
    rolled("Net", "orders", "sum", "net")
    twin = Account.add(by=None, name="Twin", owner=world.ada)
    ordered(world, "A1", 10, product=anvil)
    ordered(world, "A2", 5, product=anvil, account=twin)
    made = merge(again(world.lindner), again(twin), by=world.ben)
    assert again(world.lindner).custom["net"] == 15
    unmerge(made, by=world.ben)
    assert [again(one).custom["net"] for one in (world.lindner, twin)] == [10, 5]
    fresh_equals_stored()


def test_a_filling_that_is_killed_goes_on_where_it_was(world, monkeypatch):
    for number in range(7):
        Account.add(by=None, name=f"A{number}")
    field = rolled("Booked", "orders", "count")
    Account._base_manager.update(custom={})
    rolling.fill(field)
    monkeypatch.setattr(rolling, "CHUNK", 3)
    assert rolling._fill_on(field.pk)
    reached = CustomField.objects.get(pk=field.pk).filled_to
    assert Account._base_manager.filter(custom={"booked": 0}).count() == 3
    assert rolling.is_behind()
    rolling.go_on()
    assert reached
    assert not Account._base_manager.exclude(custom={"booked": 0}).exists()
    assert not rolling.is_behind()


def test_days_that_are_counted_back_from_today_are_worked_out_at_night(world, monkeypatch, signed_in):
    field = rolled("Recent", "orders", "count", where=["day:last:30d"])
    rolled("All", "orders", "count")
    today = dt.date(2026, 1, 14)
    monkeypatch.setattr(clock, "today", lambda: today)
    rolling.go_on()
    ordered(world, "A1", 1, day=today)
    assert again(world.lindner).custom == {"recent": 1, "all": 1}
    assert "as of now" in signed_in(world.ada).get(f"/accounts/{world.lindner.pk}/?tab=details").content.decode()
    monkeypatch.setattr(clock, "today", lambda: today + dt.timedelta(days=40))
    rolling.each_night()
    assert CustomField.objects.filter(filled_to__isnull=False).get() == field
    rolling.go_on()
    assert again(world.lindner).custom == {"recent": 0, "all": 1}
    assert CustomField.objects.get(pk=field.pk).rolled_on is not None


def test_handing_over_is_followed_and_once_a_week_everything_is_worked_out(world, monkeypatch):
    from kundenkreis.activities import handing_over

    rolled("Ada's", "activities", "count", where=[f"owner:is:{world.ada.pk}"])
    Activity.add(by=None, kind="task", subject="T", account=world.lindner, owner=world.ada, is_open=True)
    assert again(world.lindner).custom == {"ada_s": 1}
    handing_over.hand_over(world.ada, world.cem, by=world.admin)
    assert again(world.lindner).custom == {"ada_s": 0}
    Account._base_manager.filter(pk=world.lindner.pk).update(custom={"ada_s": 7})
    for day, kept in ((dt.date(2026, 1, 14), 7), (dt.date(2026, 1, 18), 0)):
        monkeypatch.setattr(clock, "today", lambda day=day: day)
        rolling.each_night()
        rolling.go_on()
        assert again(world.lindner).custom == {"ada_s": kept}


def test_formulas_read_it(world, anvil):
    rolled("Net", "orders", "sum", "net")
    rolled("Booked", "orders", "count")
    define("Mean", "formula", formula="net / booked")
    ordered(world, "A1", 10, product=anvil)
    assert again(world.lindner).custom["mean"] == 10
    assert again(world.brauneis).custom["mean!"] == "zero"


def test_lists_filter_sort_and_export_by_it(world, signed_in, anvil):
    rolled("Net", "orders", "sum", "net")
    rolled("Last", "orders", "latest", "day")
    ordered(world, "A1", 10, product=anvil)
    client = signed_in(world.ben)

    def names(question):
        return [row.name for row in client.get(f"/accounts/{question}").context["page"].rows]

    assert names("?f=custom_net:over:5") == [world.lindner.name]
    assert names("?sort=-custom_net&columns=name,custom_net") == [world.lindner.name, world.brauneis.name]
    assert names("?f=custom_last:on:2026-01-02") == [world.lindner.name]
    assert names("?f=custom_net:is:0") == [world.brauneis.name]
    lines = b"".join(client.get("/accounts/export/?format=csv&columns=name,custom_net").streaming_content).decode()
    assert f"{world.lindner.name},10" in lines
    assert Program(world.ben).get(f"accounts/{world.lindner.pk}").json()["custom"] == {
        "net": "10",
        "last": "2026-01-02",
    }
    with pytest.raises(ValidationError):
        world.lindner.change(by=world.ada, custom_net=3)


def test_a_product_s_figures_of_the_whole_house_are_for_those_who_see_all_orders(world, signed_in, anvil):
    rolled("Sold", "lines", "sum", "net", noun="products")
    define("Double", "formula", "products", formula="sold * 2")
    ordered(world, "A1", 10, product=anvil, account=world.brauneis)
    ada, ben = signed_in(world.ada), signed_in(world.ben)
    columns = "columns=name,custom_sold,custom_double"
    for place in (f"/products/{anvil.pk}/", f"/products/?{columns}", f"/products/?sort=custom_sold&{columns}"):
        page = ada.get(place).content.decode()
        assert "10.00" not in page, place
        assert "Double" not in page, place
        assert "10.00" in ben.get(place).content.decode(), place
    for asked in ("custom_sold:over:1", "custom_double:over:1"):
        assert "cannot be filtered" in ada.get(f"/products/?f={asked}").content.decode()
        assert [row.pk for row in ben.get(f"/products/?f={asked}").context["page"].rows] == [anvil.pk]
        assert Program(world.ada).get(f"products?f={asked}").status_code == 422
    assert b"10" not in b"".join(ada.get(f"/products/export/?format=csv&{columns}").streaming_content)
    assert Program(world.ada).get(f"products/{anvil.pk}").json()["custom"] == {}
    assert Program(world.ada).get("products?sort=custom_sold").status_code == 422
    assert Program(world.ben).get(f"products/{anvil.pk}").json()["custom"]["sold"] == "10"
    page = ada.get("/products/").content.decode()
    assert "filter=custom_sold" not in page


def test_it_is_defined_on_the_screen_and_over_the_api(world, signed_in):
    client = signed_in(world.admin)
    page = client.get("/house/fields/new/?of=accounts&kind=rollup").content.decode()
    assert "Order lines" in page
    given = {
        "label_en": "Big orders", "rollup_of": "orders.net", "rollup_how": "sum", "rollup_where": "net:over:100\n\nday:last:365d",
        "is_indexed": "on", "decimals": "2",
    }  # fmt: skip
    answer = client.post("/house/fields/new/?of=accounts&kind=rollup", given)
    assert answer.status_code == 303, answer.context["form"].errors
    field = CustomField.objects.get()
    assert field.rollup == {"of": "orders", "how": "sum", "what": "net", "where": ["net:over:100", "day:last:365d"]}
    assert (field.currency, field.filled_to) == ("EUR", None)
    form = client.get(f"/house/fields/{field.pk}/").context["form"]
    assert form["rollup_of"].value() == "orders.net"
    answer = client.post("/house/fields/new/?of=accounts&kind=rollup", given | {"rollup_where": "nothing:is:1"})
    assert "rollup_where" in answer.context["form"].errors
    answer = client.post("/house/fields/new/?of=accounts&kind=rollup", given | {"rollup_of": "orders.day"})
    assert answer.status_code == 422
    caller = Program(world.admin)
    body = {
        "belongs_to": "accounts",
        "kind": "rollup",
        "label_en": "Visits",
        "rollup": {"of": "activities", "how": "count"},
    }
    answer = caller.post("custom-fields", body)
    assert answer.status_code == 201, answer.content
    assert answer.json()["rollup"] == {"of": "activities", "how": "count", "what": "", "where": []}
    assert caller.post("custom-fields", body | {"rollup": None}).status_code == 422


def test_after_random_histories_what_is_stored_is_what_a_fresh_working_out_comes_to(world, anvil, monkeypatch):
    chance = random.Random(20260131)
    rolled("Net", "orders", "sum", "net")
    rolled("Big", "lines", "count", where=["net:over:20"])
    rolled("Mean", "lines", "average", "quantity")
    rolled("Talks", "activities", "count", where=["kind:in:visit,call"])
    rolled("Last", "activities", "latest", "at")
    rolled("Spoken", "activities", "count", noun="contacts")
    rolled("Sold", "lines", "sum", "net", noun="products")
    monkeypatch.setattr(rolling, "FEW", 1)
    accounts = [world.lindner, world.brauneis, *(Account.add(by=None, name=f"A{n}") for n in range(4))]
    products = [anvil, Product.add(by=None, number="P2", name="Feather")]
    contacts = [world.maria, Contact.add(by=None, family_name="Two", given_name="T.")]

    def lines():
        return [
            Line(chance.choice(products), Decimal(chance.randint(1, 9)), Decimal(chance.randint(1, 9)))
            for _ in range(3)
        ]

    def values(number):
        day = dt.date(2026, 1, chance.randint(1, 28))
        return {"number": f"R{number}", "account": chance.choice(accounts), "ordered_on": day}

    def any_of(model):
        return chance.choice(list(model.objects.living()) or [None])

    for step in range(70):
        deed = chance.randrange(9)
        order, activity = any_of(Order), any_of(Activity)
        if deed == 0 or order is None:
            book(by=None, lines=lines(), **values(step))
        elif deed == 1:
            rebook(order, by=None, lines=lines(), account=chance.choice(accounts))
        elif deed == 2:
            order.discard(by=None)
        elif deed == 3:
            rows = [values(f"{step}-{n}") | {"lines": lines()} for n in range(3)]
            book_many(rows, by=None, label="Three", kind="api")
        elif deed in (4, 5) or activity is None:
            kind = chance.choice(["visit", "call", "note"])
            Activity.add(
                by=None, kind=kind, subject="S", account=chance.choice(accounts), contact=chance.choice(contacts)
            )
        elif deed == 6:
            activity.change(by=None, account=chance.choice(accounts), participants=chance.sample(contacts, 1))
        elif deed == 7:
            batch = Batch.objects.filter(state=Batch.State.DONE).order_by("-pk").first()
            if batch is not None:
                undo_batch(batch, by=world.admin)
        else:
            event = Event.objects.filter(verb__in=["order.discarded", "activity.changed"]).order_by("-pk").first()
            if event is not None:
                from contextlib import suppress

                from kundenkreis.history.undo import CannotUndo

                with suppress(CannotUndo, ValidationError):
                    undo_event(event, by=world.admin)
    fresh_equals_stored()
