"""The administration of custom fields: defined without code, ordered, retired, carried, and made another kind with a look first."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from kundenkreis.fields import known
from kundenkreis.history.models import Batch, Event
from kundenkreis.history.undo import undo_batch
from tests.fields.defining import define, one_of_each
from tests.web.imports.conftest import contexts_are_told  # noqa: F401 for every test here


@pytest.fixture
def admin(world, signed_in):
    return signed_in(world.admin)


PAGES = ("", "new/", "new/?of=accounts&kind=choice")


@pytest.mark.parametrize("page", PAGES)
def test_only_an_administrator_defines_fields(world, signed_in, page):
    assert signed_in(world.ben).get(f"/house/fields/{page}").status_code == 403
    assert signed_in(world.admin).get(f"/house/fields/{page}").status_code == 200


def test_five_fields_are_added_and_accounts_filtered_by_a_formula(world, signed_in, admin):
    given = [
        ("text", {"label_en": "Opening hours", "label_de": "Öffnungszeiten", "is_searched": "on", "is_indexed": "on"}),
        ("number", {"label_en": "Seats", "decimals": "0", "is_indexed": "on"}),
        ("money", {"label_en": "Volume", "decimals": "2", "currency": "EUR", "is_indexed": "on"}),
        ("choice", {"label_en": "Delivery", "choices": "Morning | Vormittag\nEvening | Abend", "is_indexed": "on"}),
        ("formula", {"label_en": "Per seat", "formula": "round(volume / seats; 2)", "decimals": "2", "currency": "EUR", "is_indexed": "on"}),
    ]  # fmt: skip
    for kind, values in given:
        answer = admin.post(f"/house/fields/new/?of=accounts&kind={kind}", values)
        assert answer.status_code == 303, answer.context["form"].errors
    assert [one.key for one in known.of("accounts").active] == [
        "opening_hours",
        "seats",
        "volume",
        "delivery",
        "per_seat",
    ]
    world.lindner.change(by=world.ada, custom={"seats": 40, "volume": 1000})
    world.brauneis.change(by=world.cem, custom={"seats": 10, "volume": 1000})
    page = signed_in(world.ben).get("/accounts/?f=custom_per_seat:over:50")
    assert [row.name for row in page.context["page"].rows] == ["Brauneis Wohnkultur"]
    assert "Opening hours" in admin.get("/house/fields/").content.decode()


def test_what_is_wrong_stands_beside_the_field(admin):
    answer = admin.post("/house/fields/new/?kind=formula", {"label_en": "Bad", "formula": "1 / ", "decimals": "2"})
    assert answer.status_code == 422
    assert "ends too early" in str(answer.context["form"].errors["formula"])
    answer = admin.post("/house/fields/new/?kind=choice", {"label_en": "", "choices": "A\nA"})
    assert set(answer.context["form"].errors) == {"choices"}
    answer = admin.post("/house/fields/new/?kind=text", {"label_en": " "})
    assert set(answer.context["form"].errors) == {"label_en"}
    assert admin.get("/house/fields/new/?of=planets").status_code == 404


def test_a_choice_that_is_taken_out_of_the_form_is_retired_and_comes_back_by_its_key(admin):
    field = define("Window", "choice", choices=[{"en": "Morning", "de": "Vormittag"}, {"en": "Evening"}])
    form = admin.get(f"/house/fields/{field.pk}/").context["form"]
    assert form["choices"].value() == "Morning | Vormittag [morning]\nEvening [evening]"
    given = {"label_en": "Window", "version": form["version"].value(), "is_indexed": "on"}
    admin.post(f"/house/fields/{field.pk}/", given | {"choices": "Early | Früh [morning]\nNight"})
    field.refresh_from_db()
    assert [(c["key"], c["en"], c["retired"]) for c in field.choices] == [
        ("morning", "Early", False),
        ("night", "Night", False),
        ("evening", "Evening", True),
    ]
    page = admin.get(f"/house/fields/{field.pk}/")
    assert "Evening [evening]" in page.content.decode()


def test_fields_are_moved_by_buttons(admin):
    for label in ("One", "Two", "Three"):
        define(label)
    admin.post("/house/fields/order/?of=accounts", {"move": "up:three"})
    admin.post("/house/fields/order/?of=accounts", {"move": "down:one"})
    admin.post("/house/fields/order/?of=accounts", {"move": "up:nothing"})
    assert [one.key for one in known.of("accounts").active] == ["three", "one", "two"]


def test_a_field_is_retired_and_brought_back_and_both_can_be_undone(admin):
    field = define("Hours")
    admin.post(f"/house/fields/{field.pk}/retire/")
    assert known.of("accounts").active == ()
    assert "Bring back" in admin.get("/house/fields/").content.decode()
    admin.post(f"/house/fields/{field.pk}/bring-back/")
    event = Event.objects.get(verb="customfield.brought_back")
    admin.post(f"/history/{event.pk}/undo/")
    field.refresh_from_db()
    assert field.retired_at is not None


def test_another_kind_is_shown_before_it_is_done_and_goes_back_as_one(world, admin):
    field = define("Seats")
    world.lindner.change(by=world.ada, custom_seats="40")
    world.brauneis.change(by=world.cem, custom_seats="many")
    page = admin.get(f"/house/fields/{field.pk}/kind/?to=number")
    assert (page.context["preview"].kept, page.context["preview"].lost) == (1, 1)
    assert page.context["preview"].examples == [("many", 1)]
    assert admin.post(f"/house/fields/{field.pk}/kind/", {"to": "number"}).status_code == 303
    world.lindner.refresh_from_db()
    world.brauneis.refresh_from_db()
    assert (world.lindner.custom, world.brauneis.custom) == ({"seats": 40}, {})
    assert known.of("accounts").by_key["seats"].kind == "number"
    undo_batch(Batch.objects.get(kind="field_kind"), by=world.admin)
    world.brauneis.refresh_from_db()
    assert world.brauneis.custom == {"seats": "many", "seats~": "many"}
    assert known.of("accounts").by_key["seats"].kind == "text"
    assert admin.get(f"/house/fields/{field.pk}/kind/?to=formula").status_code == 200
    assert admin.post(f"/house/fields/{field.pk}/kind/", {"to": "formula"}).status_code == 200


def test_fields_go_from_one_house_to_another_as_a_file(world, admin):
    """The file that an earlier version wrote says the same as one of today's (see `tests/configuration/`)."""
    one_of_each()
    file = admin.get("/house/configuration/file/?part=custom_fields").content
    carried = json.loads(file)["parts"]
    assert list(carried) == ["custom_fields"] and len(carried["custom_fields"]) == 8
    rows = [
        dict(zip(("belongs_to", "key"), key.split("."), strict=True))
        | {n: v for n, v in one.items() if n != "position"}
        for key, one in carried["custom_fields"].items()
    ]
    earlier = json.dumps({"format": "kundenkreis-fields/1", "fields": rows}).encode()
    for given in (file, earlier):
        admin.post("/house/configuration/load/", {"file": SimpleUploadedFile("f.json", given)})
        assert "already" in admin.get("/house/configuration/compare/").content.decode()


def test_choices_are_suggested_to_everybody(world, signed_in):
    field = define("Many", "choice", choices=[{"en": f"Choice {n}"} for n in range(1000)])
    answer = signed_in(world.rita).get(f"/house/fields/{field.pk}/options/?q=choice 99").content.decode()
    assert answer.count('role="option"') == 10
    assert "choice_99" in answer
