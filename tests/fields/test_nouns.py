"""Custom fields of activities and orders: on the page, in lists, in the API and in files, and taken back."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from kundenkreis.activities.models import Activity
from kundenkreis.core import search, search_texts
from kundenkreis.history.models import Batch
from kundenkreis.history.undo import undo_batch, undo_event
from kundenkreis.orders.booking import Line, book, rebook
from kundenkreis.orders.models import Order
from tests.api.conftest import Program
from tests.fields.defining import define
from tests.quality.imports import imported
from tests.web.imports.conftest import contexts_are_told  # noqa: F401 for every test here

SALES = "Order number,Item number,Quantity,Unit price,Date,Account number,Project,Weight\n"


def again(record):
    return type(record)._base_manager.get(pk=record.pk)


@pytest.fixture
def visit(world):
    return Activity.add(by=world.ada, kind="visit", subject="Spring visit", account=world.lindner, owner=world.ada)


def found(text):
    asked = search_texts.question(text)
    return search_texts.newest(search.ACTIVITY, asked, 10) if asked else []


def order_of(world, number="A1", **values):
    return book(by=None, lines=[], number=number, account=world.lindner, ordered_on=dt.date(2026, 1, 2), **values)


def test_an_activity_takes_values_and_its_page_and_list_show_them(world, signed_in, visit):
    define("Mood", "choice", "activities", choices=[{"en": "Sunny"}, {"en": "Rainy"}])
    define("Cost", "money", "activities", currency="EUR")
    define("Twice", "formula", "activities", formula="minutes * 2", decimals=0)
    client = signed_in(world.ada)
    form = client.get(f"/activities/{visit.pk}/edit/").context["form"]
    assert {"custom_mood", "custom_cost"} <= set(form.fields)
    given = {"kind": "visit", "subject": "Spring visit", "account": world.lindner.pk, "owner": world.ada.pk}
    given |= {"custom_mood": "sunny", "custom_cost": "12.50", "minutes": "45", "version": form["version"].value()}
    answer = client.post(f"/activities/{visit.pk}/edit/", given)
    assert answer.status_code == 303, answer.context["form"].errors
    assert again(visit).custom == {"mood": "sunny", "cost": 12.5, "twice": 90}
    page = client.get(f"/activities/{visit.pk}/").content.decode()
    assert "Sunny" in page
    assert "€12.50" in page
    rows = client.get("/activities/all/?f=custom_mood:in:sunny&sort=custom_cost&columns=subject,custom_cost").context
    assert [row.pk for row in rows["page"].rows] == [visit.pk]
    lines = b"".join(client.get("/activities/all/export/?format=csv&columns=subject,custom_mood").streaming_content)
    assert b"Spring visit,Sunny" in lines
    some = client.get("/accounts/?f=activities:with(custom_mood:in:sunny)").context["page"].rows
    assert [row.pk for row in some] == [world.lindner.pk]


def test_an_activity_s_change_is_told_and_taken_back_and_its_text_is_found(world, visit):
    define("Remark", noun="activities", is_searched=True)
    event = visit.change(by=world.ada, custom_remark="Apfelstrudel")
    assert event.changes == {"custom_remark": [None, "Apfelstrudel"]}
    assert visit.pk in found("Apfelstrudel")
    undo_event(event, by=world.ada)
    assert again(visit).custom == {}
    assert "Apfelstrudel" not in again(visit).search_text()


def test_an_activity_s_values_go_over_the_api(world, visit):
    define("Cost", "money", "activities", currency="EUR")
    caller = Program(world.ada)
    answer = caller.post("activities", {"kind": "note", "subject": "N", "custom": {"cost": "3.20"}})
    assert answer.status_code == 201, answer.content
    assert answer.json()["custom"] == {"cost": "3.2"}
    assert [one["id"] for one in caller.get("activities?f=custom_cost:over:3").json()["items"]] == [answer.json()["id"]]
    assert caller.post("activities", {"kind": "note", "subject": "N", "custom": {"cost": "x"}}).status_code == 422


def test_who_may_change_the_customer_fills_in_the_order_s_own_fields_and_nothing_else(world, signed_in):
    define("Project", noun="orders")
    order = order_of(world)
    client = signed_in(world.ada)
    assert f"/orders/{order.pk}/edit/" in client.get(f"/orders/{order.pk}/").content.decode()
    form = client.get(f"/orders/{order.pk}/edit/").context["form"]
    assert set(form.fields) == {"custom_project", "version"}
    given = {"version": form["version"].value(), "custom_project": "Tower"}
    assert client.post(f"/orders/{order.pk}/edit/", given).status_code == 303
    assert again(order).custom["project"] == "Tower"
    assert "Tower" in client.get(f"/orders/{order.pk}/").content.decode()
    caller = Program(world.ada)
    tag = caller.get(f"orders/{order.pk}").headers["ETag"]
    assert caller.patch(f"orders/{order.pk}", {"customer_reference": "X"}, tag).status_code == 403
    assert caller.patch(f"orders/{order.pk}", {"custom": {"project": "Bridge"}}, tag).status_code == 200
    assert signed_in(world.cem).get(f"/orders/{order.pk}/edit/").status_code in (403, 404)
    rows = client.get("/orders/?f=custom_project:is:bridge&sort=custom_project&columns=number,custom_project").context
    assert [row.pk for row in rows["page"].rows] == [order.pk]


def test_filling_in_an_order_leaves_its_lines_alone_and_is_taken_back_by_whoever_did_it(world, signed_in):
    from kundenkreis.catalogue.models import Product
    from kundenkreis.history.models import Event
    from kundenkreis.staff.looking_back import may_undo

    define("Project", noun="orders")
    product = Product.add(by=None, number="P1", name="Anvil")
    order = book(
        by=None, lines=[Line(product, 2, 3)], number="A1", account=world.lindner, ordered_on=dt.date(2026, 1, 2)
    )
    line = order.lines.get()
    rebook(order, by=world.ada, custom={"project": "Tower"})
    assert order.lines.get().pk == line.pk
    event = Event.objects.about(order).latest("pk")
    assert may_undo(world.ada, event, order)
    undo_event(event, by=world.ada)
    assert again(order).custom == {}


def test_a_formula_of_an_order_follows_its_sums(world):
    from kundenkreis.catalogue.models import Product

    define("Per line", "formula", "orders", formula="total_house / line_count")
    product = Product.add(by=None, number="P1", name="Anvil")
    order = book(
        by=None, lines=[Line(product, 2, 3)], number="A1", account=world.lindner, ordered_on=dt.date(2026, 1, 2)
    )
    assert again(order).custom == {"per_line": 6}
    rebook(order, by=None, lines=[Line(product, 2, 3), Line(product, 4, 3)])
    assert again(order).custom == {"per_line": 9}


def test_a_file_of_sales_fills_in_its_orders_and_is_taken_back(world):
    define("Project", noun="orders")
    define("Weight", "number", "orders")
    define("Double", "formula", "orders", formula="weight * 2")
    order_of(world, "A2", custom={"project": "Old"})
    number = world.lindner.number
    text = SALES + (
        f"A1,P1,1,2.50,2026-01-03,{number},,1.5\nA1,P2,1,2.50,2026-01-03,{number},Tower,\n"
        f"A2,P1,1,1,2026-01-02,{number},New,7\nA3,P1,1,1,2026-01-02,{number},X,heavy\n"
    )
    run = imported(text, target="sales", match_by="line", options={"decimal_mark": "."})
    kept = {order.number: order.custom for order in Order.objects.all()}
    assert kept["A1"] == {"project": "Tower", "project~": "tower", "weight": 1.5, "double": 3}
    assert kept["A2"] == {"project": "New", "project~": "new", "weight": 7, "double": 14}
    assert "A3" not in kept
    undo_batch(Batch.objects.get(pk=run.batch_id), by=world.admin)
    kept = {order.number: order.custom for order in Order.objects.all()}
    assert kept == {"A2": {"project": "Old", "project~": "old"}}


def test_a_mirror_of_the_erp_is_never_refused_for_what_the_house_wants_to_know(world):
    define("Project", noun="orders", is_required=True)
    order = book(by=world.admin, lines=[], number="A1", account=world.lindner, ordered_on=dt.date(2026, 1, 2))
    with pytest.raises(ValidationError):
        order.change(by=world.ada, custom={"project": ""})
