"""Custom fields on the screen: on the page, in forms, in lists, as files."""

import datetime as dt
import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kundenkreis.catalogue.models import Product
from kundenkreis.core import search, steering
from kundenkreis.customers.models import Account
from kundenkreis.fields.models import CustomField
from kundenkreis.history.models import Batch
from kundenkreis.history.undo import undo_batch
from kundenkreis.lists.models import SavedView
from tests.api.conftest import Program
from tests.fields.defining import define, one_of_each
from tests.quality.imports import imported
from tests.web.imports.conftest import contexts_are_told  # noqa: F401 for every test here


def again(record):
    return type(record)._base_manager.get(pk=record.pk)


@pytest.fixture
def full(world):
    fields = one_of_each()
    world.lindner.change(
        by=world.ada,
        custom={
            "hours": "Mo–Fr 8–17", "seats": 40, "volume": 1000, "checked": dt.date(2026, 1, 31), "window": "morning",
            "days": ["monday", "friday"], "buyer": world.ben,
        },
    )  # fmt: skip
    world.brauneis.change(by=world.cem, custom={"seats": 0, "volume": "12,5"})
    return fields


def test_the_page_shows_each_value_as_people_read_it(world, signed_in, full):
    full["seats"].change(by=world.admin, group_en="Capacity", group_de="Größe")
    page = signed_in(world.ada).get(f"/accounts/{world.lindner.pk}/?tab=details").content.decode()
    for text in (
        "Mo–Fr 8–17",
        "€1,000.00",
        "31\N{NO-BREAK SPACE}Jan\N{NO-BREAK SPACE}2026",
        "Morning",
        "Monday, Friday",
        "Ben Kern",
        "€25.00",
        "Capacity",
    ):
        assert text in page, text
    page = signed_in(world.cem).get(f"/accounts/{world.brauneis.pk}/?tab=details").content.decode()
    assert "Divided by zero" in page


def test_the_form_takes_values_and_says_what_is_wrong_beside_the_field(world, signed_in, full):
    client = signed_in(world.ada)
    form = client.get(f"/accounts/{world.lindner.pk}/edit/").context["form"]
    given = {name: bound.value() for name in form.fields if (bound := form[name]).value() not in (None, "")}
    given |= {"custom_seats": "forty", "custom_volume": "1,234.567", "custom_window": "night"}
    answer = client.post(f"/accounts/{world.lindner.pk}/edit/", given)
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"custom_seats", "custom_volume", "custom_window"}
    given |= {"custom_seats": "1,050", "custom_volume": "1,234.56", "custom_window": "", "custom_days": ["tuesday"]}
    answer = client.post(f"/accounts/{world.lindner.pk}/edit/", given)
    assert answer.status_code == 303
    kept = again(world.lindner).custom
    assert (kept["seats"], kept["volume"], kept["days"], kept["buyer"]) == (1050, 1234.56, ["tuesday"], world.ben.pk)
    assert "window" not in kept
    assert set(again(world.lindner).custom) >= {"hours", "checked"}


def test_what_somebody_else_changed_meanwhile_is_neither_lost_nor_overwritten(world, signed_in, full):
    client = signed_in(world.ada)
    form = client.get(f"/accounts/{world.lindner.pk}/edit/").context["form"]
    given = {name: bound.value() for name in form.fields if (bound := form[name]).value() not in (None, "")}
    again(world.lindner).change(by=world.ben, custom_seats=99, custom_hours="always")
    answer = client.post(f"/accounts/{world.lindner.pk}/edit/", given | {"custom_seats": "41"})
    assert answer.status_code == 409
    assert "99" in answer.content.decode()
    assert again(world.lindner).custom["hours"] == "always"


def test_one_value_is_changed_in_its_place(world, signed_in, full):
    client = signed_in(world.ada)
    address = f"/accounts/{world.lindner.pk}/edit/?field=custom_seats"
    opened = client.get(address, headers={"HX-Request": "true"})
    version = opened.context["form"]["version"].value()
    answer = client.post(address, {"custom_seats": "12", "version": version}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert again(world.lindner).custom["seats"] == 12
    assert client.post(address, {"custom_seats": "x", "version": version}).status_code == 422
    assert client.get(f"/accounts/{world.lindner.pk}/edit/?field=custom_nothing").status_code == 404
    assert client.get(f"/accounts/{world.lindner.pk}/edit/?field=custom_per_seat").status_code == 404


def test_a_new_account_is_asked_for_what_is_required_and_nothing_else(world, signed_in):
    define("Hours", is_required=True)
    define("Seats", "number")
    page = signed_in(world.ada).get("/accounts/new/").context["form"]
    assert "custom_hours" in page.fields
    assert "custom_seats" not in page.fields
    given = {"name": "Hotel Post", "kind": "company", "relation": "customer"}
    assert signed_in(world.ada).post("/accounts/new/", given).status_code == 422
    assert signed_in(world.ada).post("/accounts/new/", given | {"custom_hours": "always"}).status_code == 303


def names(client, question):
    page = client.get(f"/accounts/{question}").context["page"]
    return [row.name for row in page.rows]


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("custom_seats:over:39", "L"),
        ("custom_seats:under:1", "B"),
        ("custom_seats:is:0,40", "LB"),
        ("custom_seats:not:40", "B3"),
        ("custom_seats:empty", "3"),
        ("custom_volume:is:12.50", "B"),
        ("custom_volume:between:12.5,12.5", "B"),
        ("custom_hours:has:mo fr", "L"),
        ("custom_hours:starts:MO", "L"),
        ("custom_hours:empty", "B3"),
        ("custom_checked:on:2026-01-31", "L"),
        ("custom_checked:before:2026-01-31", ""),
        ("custom_checked:this:year", "L"),
        ("custom_window:in:morning", "L"),
        ("custom_window:in:Morning", "L"),
        ("custom_window:not:morning", "B3"),
        ("custom_days:in:friday,tuesday", "L"),
        ("custom_days:in:tuesday", ""),
        ("custom_days:not:friday", "B3"),
        ("custom_days:empty", "B3"),
        ("custom_buyer:filled", "L"),
        ("custom_per_seat:from:25", "L"),
        ("custom_per_seat:empty", "B3"),
        ("none(custom_seats:over:39)", "B3"),
        ("any(custom_seats:over:39;custom_volume:under:20)", "LB"),
    ],
)
def test_a_list_is_filtered_by_custom_fields_in_the_one_language(world, signed_in, full, condition, found):
    Account.add(by=None, name="3rd", owner=world.ada)
    letters = {"L": world.lindner.name, "B": world.brauneis.name, "3": "3rd"}
    assert sorted(names(signed_in(world.ben), f"?f={condition}")) == sorted(letters[one] for one in found)


@pytest.mark.parametrize("way", ["", "-"])
@pytest.mark.parametrize("key", ["seats", "volume", "hours", "checked", "per_seat"])
def test_a_list_is_sorted_by_a_custom_field_and_paged_through(world, signed_in, full, key, way):
    from kundenkreis.web.views.account_list import ACCOUNTS

    for number in range(12):
        values = {
            "seats": number % 4,
            "volume": number / 8,
            "hours": f"H{number % 3}",
            "checked": dt.date(2026, 1, 1 + number % 5),
        }
        custom = {name: value for name, value in values.items() if (number + len(name)) % 4}
        full_decimals = {k: round(v, 2) if k == "volume" else v for k, v in custom.items()}
        Account.add(by=None, name=f"Firma {number}", owner=world.ada, custom=full_decimals)
    client, size = signed_in(world.ben), ACCOUNTS.size
    ACCOUNTS.size = 3
    try:
        rows, address = [], f"/accounts/?columns=name,custom_{key}&sort={way}custom_{key}"
        while address:
            page = client.get(address).context
            rows += page["page"].rows
            address = f"/accounts/{page['next_url']}" if page["next_url"] else ""
    finally:
        ACCOUNTS.size = size
    assert len(rows) == Account.objects.living().count() == len({row.pk for row in rows})
    values = [
        (row.custom.get(key) is not None, row.custom.get(f"{key}~", row.custom.get(key)) or 0, row.pk) for row in rows
    ]
    values = [(there, value if there else 0, pk) for there, value, pk in values]
    assert values == sorted(values, reverse=bool(way))


def test_a_sorting_reads_the_field_s_own_index(world, signed_in, full):
    with connection.cursor() as cursor:
        if connection.vendor != "sqlite":
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_sort = off")
    rows = Account.objects.living().order_by("custom__seats_number", "pk")
    if connection.vendor == "postgresql":
        from django.db.models import F

        rows = Account.objects.living().order_by(F("custom__seats_number").asc(nulls_first=True), "pk")
    assert f"custom_accounts_{full['seats'].pk}" in rows.explain()
    few = Account.objects.living().filter(custom__seats_number__gt=39).order_by()
    assert f"custom_accounts_{full['seats'].pk}" in few.explain()


def test_what_few_have_is_gathered_and_what_many_have_is_walked(world, signed_in, full, monkeypatch):
    monkeypatch.setattr(steering, "FEW", 0)
    client = signed_in(world.admin)
    for number in range(30):
        Account.add(by=world.ada, name=f"Kerzen {number}", custom={"volume": 500, "seats": 0})
    # Numbers go on where other tests left them: twenty accounts are what is not rare.
    monkeypatch.setattr(steering, "RARE", Account.objects.latest("pk").pk / 20)

    def is_gathered(condition):
        with CaptureQueriesContext(connection) as asked:
            assert "Lindner" in client.get(f"/accounts/?f={condition}").content.decode()
        (rows,) = [q["sql"] for q in asked if "LIMIT 51" in q["sql"] and "ORDER BY" in q["sql"]]
        return 'U0."custom"' in rows

    assert is_gathered("custom_seats:over:30")
    assert not is_gathered("custom_volume:over:400")


def test_a_field_is_a_column_of_the_list_and_of_its_file(world, signed_in, full):
    world.lindner.change(by=world.ada, custom_hours="=1+1")
    columns = "name,custom_hours,custom_seats,custom_volume,custom_days,custom_buyer,custom_per_seat,custom_checked"
    page = signed_in(world.ben).get(f"/accounts/?columns={columns}").content.decode()
    assert "Monday, Friday" in page
    assert "Ben Kern" in page
    answer = signed_in(world.ben).get(f"/accounts/export/?format=csv&columns={columns}")
    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert "Hours,Seats,Volume,Days,Buyer,Per seat,Checked" in lines[0]
    assert '\'=1+1,40,1000,"Monday, Friday",Ben Kern,25,2026-01-31' in lines[2]
    assert signed_in(world.ben).get(f"/accounts/export/?format=xlsx&columns={columns}").status_code == 200


def test_a_view_that_names_a_retired_field_says_so(world, signed_in, full):
    view = SavedView.add(
        by=world.ada,
        owner=world.ada,
        list_name="accounts",
        name="Big",
        query="f=custom_days:in:friday&columns=name,custom_days",
    )
    full["days"].retire(by=world.admin)
    answer = signed_in(world.ada).get(f"/accounts/?view={view.pk}", follow=True)
    assert answer.status_code == 200
    assert "“Days” is a field that was retired." in answer.content.decode()


def test_two_hundred_fields_make_no_further_query(world, signed_in):
    address = "/accounts/?columns=name,custom_field_1,custom_field_2"
    define("Field 1")
    define("Field 2")
    world.lindner.change(by=world.ada, custom={"field_1": "a"})

    def asked(where):
        client = signed_in(world.ada)
        client.get(where)
        with CaptureQueriesContext(connection) as seen:
            assert client.get(where).status_code == 200
        return len(seen)

    places = (address, f"/accounts/{world.lindner.pk}/?tab=details", f"/accounts/{world.lindner.pk}/edit/")
    few = [asked(place) for place in places]
    CustomField.objects.bulk_create(
        CustomField(belongs_to="accounts", key=f"field_{n}", label_en=f"Field {n}", kind="number", position=n)
        for n in range(3, 201)
    )
    from kundenkreis.fields import known

    known.forget()
    assert [asked(place) for place in places] == few
    assert len(signed_in(world.ada).get(places[2]).context["form"].own) == 200
    assert len(signed_in(world.ada).get("/accounts/").content) < 150_000


def test_ten_thousand_choices_keep_every_page_small(world, signed_in):
    define("Many", "choice", choices=[{"en": f"Choice {n}"} for n in range(10_000)])
    client = signed_in(world.ada)
    for address in (
        f"/accounts/{world.lindner.pk}/edit/",
        "/accounts/?filter=custom_many",
        "/accounts/?build=1&start=custom_many",
    ):
        assert len(client.get(address).content) < 150_000, address
    address = f"/accounts/{world.lindner.pk}/edit/?field=custom_many"
    version = client.get(address).context["form"]["version"].value()
    client.post(address, {"custom_many_text": "Choice 9999", "version": version})
    assert again(world.lindner).custom == {"many": "choice_9999"}
    assert names(client, "?f=custom_many:in:choice 9999") == [world.lindner.name]


def test_json_of_the_column_is_what_both_databases_keep(world, full):
    with connection.cursor() as cursor:
        cursor.execute("SELECT custom FROM customers_account WHERE id = %s", [world.lindner.pk])
        kept = cursor.fetchone()[0]
    assert json.loads(kept) if isinstance(kept, str) else kept


def test_accounts_are_asked_for_by_the_fields_of_their_contacts_and_the_other_way_round(world, signed_in, full):
    define("Pet", noun="contacts")
    define("Age", "number", noun="contacts")
    world.maria.change(by=world.ada, custom={"pet": "Waldi", "age": 50})
    client = signed_in(world.ben)
    assert names(client, "?f=contacts:with(custom_pet:is:waldi;custom_age:over:40)") == [world.lindner.name]
    assert names(client, "?f=contacts:without(custom_age:over:40)") == [world.brauneis.name]
    rows = client.get("/contacts/?f=accounts:with(custom_seats:is:40)").context["page"].rows
    assert [row.pk for row in rows] == [world.maria.pk]


def test_products_have_fields_of_their_own(world, signed_in):
    define("Weight", "number", noun="products", decimals=3, group_en="Logistics")
    define("Material", noun="products", is_searched=True)
    define("Heavy", "formula", noun="products", formula='if(weight > 20; "heavy"; "light")')
    client = signed_in(world.admin)
    given = {
        "number": "P1",
        "name": "Anvil",
        "kind": "goods",
        "is_active": "on",
        "custom_weight": "21.5",
        "custom_material": "Gusseisen",
    }
    assert client.post("/products/new/", given).status_code == 303
    product = Product.objects.get()
    assert product.custom == {
        "weight": 21.5,
        "material": "Gusseisen",
        "material~": "guseisen",
        "heavy": "heavy",
        "heavy~": "heavy",
    }
    page = client.get(f"/products/{product.pk}/").content.decode()
    assert "Logistics" in page
    assert "21.5" in page
    Product.add(by=None, number="P2", name="Feather", custom={"weight": 0.001})
    rows = (
        client.get("/products/?f=custom_heavy:is:heavy&sort=custom_weight&columns=name,custom_weight")
        .context["page"]
        .rows
    )
    assert [row.name for row in rows] == ["Anvil"]
    assert search.find(search.PRODUCT, "Gusseisen")[0].subject_id == product.pk
    imported(
        "Item number,Name,Weight\nP3,Nail,0.01\n", target="products", match_by="number", options={"decimal_mark": "."}
    )
    assert Product.objects.get(number="P3").custom["heavy"] == "light"
    answer = Program(world.admin).get("products?f=custom_weight:over:20").json()
    assert answer["items"][0]["custom"] == {"weight": "21.5", "material": "Gusseisen", "heavy": "heavy"}


def change_many(client, **given):
    return client.post("/accounts/bulk/", {"change": "custom", "sure": "1", **given})


def test_a_field_of_many_accounts_is_changed_at_once_and_goes_back_as_one(world, signed_in, full):
    client, ids = signed_in(world.ben), [world.lindner.pk, world.brauneis.pk]
    assert "Custom field" in client.get("/accounts/").content.decode()
    page = client.post("/accounts/bulk/", {"change": "custom", "ids": ids}).content.decode()
    assert 'name="field"' in page
    assert 'name="value"' in page
    assert change_many(client, ids=ids, field="seats", value="1,000").status_code == 303
    assert [again(one).custom["seats"] for one in (world.lindner, world.brauneis)] == [1000, 1000]
    assert again(world.lindner).custom["per_seat"] == 1
    batch = Batch.objects.get(kind="bulk_edit")
    assert batch.label == "Custom field: Seats = 1,000"
    undo_batch(batch, by=world.ben)
    assert [again(one).custom["seats"] for one in (world.lindner, world.brauneis)] == [40, 0]
    change_many(client, ids=ids, field="window", value="Vormittag")
    change_many(client, ids=ids, field="buyer", value="ada huber")
    change_many(client, ids=ids, field="checked", value="31.12.2026")
    change_many(client, ids=ids, field="hours", value="")
    kept = again(world.lindner).custom
    assert (kept["window"], kept["buyer"], kept["checked"]) == ("morning", world.ada.pk, "2026-12-31")
    assert "hours" not in kept


def test_what_is_no_value_of_the_field_is_said_before_anything_is_changed(world, signed_in, full):
    client, ids = signed_in(world.ben), [world.lindner.pk]
    for field, value in (
        ("seats", "many"),
        ("window", "Night"),
        ("checked", "yesterday"),
        ("buyer", "Nobody"),
        ("per_seat", "1"),
    ):
        answer = change_many(client, ids=ids, field=field, value=value)
        assert answer.status_code == 422, field
        assert answer.context["form"].errors
    full["hours"].change(by=world.admin, is_required=True)
    assert change_many(client, ids=ids, field="hours", value="").status_code == 422
    assert not Batch.objects.exists()
