"""Custom fields over the API: read and written as `custom`, asked and sorted by, and defined."""

import pytest

from kundenkreis.fields import known
from tests.fields.defining import define, one_of_each


@pytest.fixture
def full(world):
    return one_of_each()


def test_values_are_written_and_read_by_their_keys(world, program, full):
    caller = program(world.ben)
    given = {
        "seats": 40,
        "volume": "1000.10",
        "checked": "2026-01-31",
        "window": "morning",
        "days": ["friday"],
        "buyer": world.ben.pk,
    }
    answer = caller.post("accounts", {"name": "Hotel Post", "custom": given})
    assert answer.status_code == 201, answer.content
    assert answer.json()["custom"] == {
        "seats": "40", "volume": "1000.1", "checked": "2026-01-31", "window": "morning", "days": ["friday"], "buyer": world.ben.pk,
        "per_seat": "25",
    }  # fmt: skip
    number, tag = answer.json()["id"], answer.headers["ETag"]
    answer = caller.patch(f"accounts/{number}", {"custom": {"seats": None, "hours": "always"}}, tag)
    assert answer.json()["custom"]["hours"] == "always"
    assert "seats" not in answer.json()["custom"]
    assert answer.json()["custom"]["volume"] == "1000.1"
    row = caller.get("accounts?fields=custom&f=custom_hours:is:always").json()["items"]
    assert [one["custom"]["hours"] for one in row] == ["always"]


def test_each_wrong_value_is_pointed_at(world, program, full):
    caller = program(world.ben)
    given = {"seats": "many", "checked": "31.1.2026", "window": "night", "per_seat": 3, "nothing": 1}
    answer = caller.post("accounts", {"name": "Hotel Post", "custom": given})
    assert answer.status_code == 422
    assert {one["pointer"] for one in answer.json()["errors"]} == {f"/custom/{key}" for key in given}
    answer = caller.post("accounts/bulk", {"items": [{"name": "A"}, {"name": "B", "custom": {"seats": "many"}}]})
    assert [one["pointer"] for one in answer.json()["errors"]] == ["/items/1/custom/seats"]
    assert caller.post("accounts", {"name": "X", "custom": {"a b": 1}}).status_code == 422
    assert caller.post("accounts", {"name": "X", "custom": {"hours": "a\0"}}).status_code == 422
    assert caller.post("accounts", {"name": "X", "custom": [1]}).status_code == 422


def test_a_list_is_sorted_by_a_field_and_paged_through(world, program, full):
    caller = program(world.ben)
    for number in range(5):
        caller.post("accounts", {"name": f"Firma {number}", "custom": {"volume": f"{number}.5"} if number else {}})
    found, address = [], "accounts?sort=-custom_volume&limit=2&fields=custom"
    while address:
        page = caller.get(address).json()
        found += [one["custom"].get("volume") for one in page["items"]]
        address = page["next"] and page["next"].partition("/api/v1/")[2]
    assert [one for one in found if one] == ["4.5", "3.5", "2.5", "1.5"]
    assert found[:4] == ["4.5", "3.5", "2.5", "1.5"], "what is empty comes last"
    assert caller.get("accounts?sort=custom_nothing").status_code == 422
    full["volume"].change(by=world.admin, is_indexed=False)
    assert caller.get("accounts?sort=custom_volume").status_code == 422
    full["days"].retire(by=world.admin)
    answer = caller.get("accounts?f=custom_days:in:friday")
    assert "was retired" in answer.json()["errors"][0]["detail"]


def test_fields_are_defined_by_an_administrator_and_known_to_everybody(world, program):
    caller = program(world.ben)
    admin = program(world.admin)
    body = {
        "belongs_to": "accounts",
        "kind": "choice",
        "label_en": "Window",
        "choices": [{"en": "Morning"}, {"key": "eve", "en": "Evening"}],
    }
    answer = admin.post("custom-fields", body)
    assert answer.status_code == 201, answer.content
    assert [one["key"] for one in answer.json()["choices"]] == ["morning", "eve"]
    assert answer.json()["key"] == "window"
    number, tag = answer.json()["id"], answer.headers["ETag"]
    assert caller.get("custom-fields?belongs_to=accounts").json()["items"][0]["kind"] == "choice"
    answer = admin.patch(f"custom-fields/{number}", {"choices": [{"key": "eve", "en": "Evening"}]}, tag)
    assert answer.json()["errors"][0]["pointer"] == "/choices"
    assert admin.post("custom-fields", body | {"kind": "formula", "formula": "1 +"}).status_code == 422
    assert admin.post(f"custom-fields/{number}/retire", {}).json()["retired_at"]
    assert admin.post(f"custom-fields/{number}/bring-back", {}).json()["retired_at"] is None
    assert program(world.ben).post("custom-fields", body).status_code == 403


def test_somebody_else_s_change_is_told_with_the_field(world, program, full):
    caller = program(world.ben)
    number = world.brauneis.pk
    tag = caller.get(f"accounts/{number}").headers["ETag"]
    world.brauneis.change(by=world.cem, custom_seats=7)
    answer = caller.patch(f"accounts/{number}", {"custom": {"seats": 8}}, tag)
    assert answer.status_code == 412
    assert answer.json()["theirs"]["custom"]["seats"] == "7"
    assert known.of("accounts").by_key["seats"]


def test_contacts_have_them_too(world, program):
    caller = program(world.ben)
    define("Pet", noun="contacts")
    answer = caller.post("contacts", {"family_name": "Maier", "custom": {"pet": "Waldi"}})
    assert answer.json()["custom"] == {"pet": "Waldi"}
