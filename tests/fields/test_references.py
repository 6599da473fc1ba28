"""Custom fields that lead to other records: chosen, shown to whoever sees the record, found by, turned by a merge."""

import pytest
from django.core.exceptions import ValidationError

from kundenkreis.catalogue.models import Product
from kundenkreis.configuration import document
from kundenkreis.customers.models import Account, Contact
from kundenkreis.fields import converting
from kundenkreis.fields.models import CustomField
from kundenkreis.history.models import Event
from kundenkreis.history.undo import undo_batch, undo_event
from kundenkreis.quality.merging import foresee, merge
from kundenkreis.quality.unmerging import unmerge
from kundenkreis.web import changes
from tests.api.conftest import Program
from tests.fields.defining import define
from tests.quality.imports import imported
from tests.web.imports.conftest import contexts_are_told  # noqa: F401 for every test here


def again(record):
    return type(record)._base_manager.get(pk=record.pk)


@pytest.fixture
def parts(world):
    """Partner (account), Boss (contact) and Machine (product) of accounts."""
    return {
        "partner": define("Partner", "reference", refers_to="accounts"),
        "boss": define("Boss", "reference", refers_to="contacts"),
        "machine": define("Machine", "reference", refers_to="products"),
    }


@pytest.fixture
def anvil(world):
    return Product.add(by=None, number="P1", name="Anvil")


def rows_of(client, question):
    return [row.pk for row in client.get(f"/accounts/{question}").context["page"].rows]


def test_a_record_is_kept_by_its_number_and_told_by_name(world, parts, anvil):
    event = world.lindner.change(
        by=world.ben, custom={"partner": world.brauneis, "boss": world.maria.pk, "machine": str(anvil.pk)}
    )
    assert again(world.lindner).custom == {"partner": world.brauneis.pk, "boss": world.maria.pk, "machine": anvil.pk}
    assert event.changes["custom_partner"] == [None, world.brauneis.pk, "", str(world.brauneis)]
    _headline, told, _kind = changes.told(event)
    assert ("Partner", "", world.brauneis.name) in told
    undo_event(event, by=world.ben)
    assert again(world.lindner).custom == {}


@pytest.mark.parametrize("value", [0, -1, True, "x", 10**20, 999_999, "1.0", [1], {"a": 1}, 1.5])
def test_what_is_no_record_is_refused(world, parts, value):
    with pytest.raises(ValidationError) as wrong:
        world.lindner.change(by=world.ben, custom={"partner": value})
    assert "custom_partner" in wrong.value.error_dict


def test_what_a_person_does_not_see_is_to_her_as_if_it_were_not_there(world, parts):
    with pytest.raises(ValidationError):
        world.lindner.change(by=world.ada, custom={"partner": world.brauneis.pk})
    with pytest.raises(ValidationError):
        Account.add(by=world.ada, name="Hotel Post", custom={"partner": world.brauneis.pk})
    caller = Program(world.ada)
    for number in (world.brauneis.pk, 999_999):
        answer = caller.post("accounts", {"name": "Hotel Post", "custom": {"partner": number}})
        assert answer.status_code == 422
        assert answer.json()["errors"] == [{"pointer": "/custom/partner", "detail": "There is no such record."}]


def test_it_never_leaks_what_a_person_may_not_see(world, signed_in, parts):
    world.lindner.change(by=world.ben, custom={"partner": world.brauneis})
    ada, ben = signed_in(world.ada), signed_in(world.ben)
    name = world.brauneis.name
    places = (
        f"/accounts/{world.lindner.pk}/?tab=details",
        "/accounts/?columns=name,custom_partner",
        f"/history/customers.account/{world.lindner.pk}/",
        f"/accounts/{world.lindner.pk}/?tab=timeline",
        f"/accounts/{world.lindner.pk}/edit/",
    )
    for place in places:
        page = ada.get(place).content.decode()
        assert name not in page, place
    assert "not visible to you" in ada.get(places[0]).content.decode()
    assert "not visible to you" in ada.get(places[1]).content.decode()
    assert name in ben.get(places[0]).content.decode()
    assert f'href="/accounts/{world.brauneis.pk}/"' in ben.get(places[1]).content.decode()
    for way in ("csv", "xlsx"):
        answer = ada.get(f"/accounts/export/?format={way}&columns=name,custom_partner")
        content = b"".join(answer.streaming_content)
        assert name.encode() not in content
    assert (
        f"{world.brauneis.number} {name}"
        in b"".join(ben.get("/accounts/export/?format=csv&columns=name,custom_partner").streaming_content).decode()
    )
    assert rows_of(ada, f"?f=custom_partner:is:{world.brauneis.pk}") == []
    assert rows_of(ben, f"?f=custom_partner:is:{world.brauneis.pk}") == [world.lindner.pk]
    assert rows_of(ada, "?sort=custom_partner&f=custom_partner:filled") == [world.lindner.pk]
    events = Program(world.ada).get("events").content.decode()
    assert name not in events


def test_who_does_not_see_it_leaves_it_alone_in_the_form(world, signed_in, parts):
    world.lindner.change(by=world.ben, custom={"partner": world.brauneis})
    client = signed_in(world.ada)
    form = client.get(f"/accounts/{world.lindner.pk}/edit/").context["form"]
    assert "custom_partner" not in form.fields
    assert client.get(f"/accounts/{world.lindner.pk}/edit/?field=custom_partner").status_code == 404
    given = {name: bound.value() for name in form.fields if (bound := form[name]).value() not in (None, "")}
    assert client.post(f"/accounts/{world.lindner.pk}/edit/", given | {"place": "Linz"}).status_code == 303
    assert again(world.lindner).custom == {"partner": world.brauneis.pk}


def test_the_form_finds_it_by_typing_and_without_a_script_by_name_or_number(world, signed_in, parts, anvil):
    client = signed_in(world.ben)
    address = f"/accounts/{world.lindner.pk}/edit/"
    form = client.get(address).context["form"]
    assert 'data-url="/accounts/options/"' in str(form["custom_partner"])
    given = {name: bound.value() for name in form.fields if (bound := form[name]).value() not in (None, "")}
    more = {
        "custom_partner_text": world.brauneis.number,
        "custom_machine": anvil.pk,
        "custom_boss_text": "Maria Lindner",
    }
    answer = client.post(address, given | more)
    assert answer.status_code == 303, answer.context["form"].errors
    kept = again(world.lindner).custom
    assert kept == {"partner": world.brauneis.pk, "machine": anvil.pk, "boss": world.maria.pk}
    answer = client.post(address, given | {"custom_partner_text": "Nobody & Co"})
    assert "custom_partner" in answer.context["form"].errors
    page = client.get(address).content.decode()
    assert world.brauneis.name in page


def test_the_builder_offers_it_and_its_chip_says_the_name(world, signed_in, parts):
    world.lindner.change(by=world.ben, custom={"partner": world.brauneis})
    client = signed_in(world.ben)
    page = client.get("/accounts/?build=1&start=custom_partner").content.decode()
    assert "/accounts/options/" in page
    page = client.get(f"/accounts/?f=custom_partner:is:{world.brauneis.pk}").content.decode()
    assert world.brauneis.name in page
    assert rows_of(client, "?f=custom_partner:empty") == [world.brauneis.pk]
    assert rows_of(client, "?f=none(custom_partner:filled)") == [world.brauneis.pk]


def test_what_went_to_the_bin_is_shown_as_such_and_may_stay(world, signed_in, parts):
    world.lindner.change(by=world.ben, custom={"partner": world.brauneis})
    world.brauneis.discard(by=world.cem)
    page = signed_in(world.ben).get(f"/accounts/{world.lindner.pk}/?tab=details").content.decode()
    assert "in the bin" in page
    world.lindner.change(by=world.ben, custom={"partner": world.brauneis.pk}, place="Linz")
    with pytest.raises(ValidationError):
        Account.add(by=world.ben, name="Post", custom={"partner": world.brauneis.pk})


def test_a_merge_turns_it_and_taking_the_merge_back_turns_it_back(world, parts):
    twin = Account.add(by=None, name="Brauneis Wohnkultur GmbH", owner=world.cem)
    other = Account.add(by=None, name="Hotel Post", owner=world.ada, custom={"partner": twin.pk})
    circle = Account.add(by=None, name="Circle", owner=world.ada)
    circle.change(by=None, custom={"partner": circle.pk})
    gone = Account.add(by=None, name="Discarded", custom={"partner": twin.pk})
    gone.discard(by=None)
    again(twin).change(by=None, custom={"partner": world.brauneis.pk})
    world.brauneis.change(by=None, custom={"partner": twin.pk})
    assert ("accounts", 3) in foresee(again(world.brauneis), again(twin)).moving
    made = merge(again(world.brauneis), again(twin), by=world.ben)
    assert [again(one).custom["partner"] for one in (other, gone, world.brauneis)] == [world.brauneis.pk] * 3
    assert again(circle).custom["partner"] == circle.pk
    with_former = Account.add(by=None, name="Later", custom={"partner": twin.pk})
    assert with_former.custom["partner"] == world.brauneis.pk, "by its former number the kept one is meant"
    unmerge(made, by=world.ben)
    assert [again(one).custom["partner"] for one in (other, gone, world.brauneis)] == [twin.pk] * 3
    assert again(twin).custom["partner"] == world.brauneis.pk


def test_a_merge_turns_it_beside_what_the_kept_record_takes_over(world, parts):
    define("Hours")
    twin = Account.add(by=None, name="Lindner II", owner=world.ada, custom={"hours": "always"})
    world.lindner.change(by=None, custom={"partner": twin.pk})
    made = merge(again(world.lindner), again(twin), by=world.ben)
    assert again(world.lindner).custom == {"partner": world.lindner.pk, "hours": "always", "hours~": "always"}
    undo_batch(made.batch, by=world.admin)
    assert again(world.lindner).custom == {"partner": twin.pk}


def test_contacts_that_are_merged_are_turned_too_and_somebody_s_later_change_stays(world, parts):
    twin = Contact.add(by=None, family_name="Lindner", given_name="M.", owner=world.ada)
    world.lindner.change(by=None, custom={"boss": twin.pk})
    world.brauneis.change(by=None, custom={"boss": twin.pk})
    made = merge(again(world.maria), again(twin), by=world.ben)
    assert again(world.lindner).custom == {"boss": world.maria.pk}
    world.brauneis.change(by=None, custom={"boss": ""})
    unmerge(made, by=world.ben)
    assert again(world.lindner).custom == {"boss": twin.pk}
    assert again(world.brauneis).custom == {}


def test_a_file_names_it_by_number_or_as_an_export_wrote_it(world, parts, anvil):
    text = (
        "Account number,Name,Partner,Machine\n"
        f"K1,One,{world.brauneis.number},P1\nK2,Two,{world.brauneis.number} {world.brauneis.name},Anvil\nK3,Three,XX,\n"
    )
    run = imported(text, target="accounts", match_by="number")
    kept = {one.number: one.custom for one in Account.objects.filter(number__in=["K1", "K2", "K3"])}
    assert kept == dict.fromkeys(("K1", "K2"), {"partner": world.brauneis.pk, "machine": anvil.pk})
    assert run.problems.filter(code="unknown_record", row=4).exists()


def test_it_goes_over_the_api_as_a_number(world, parts, anvil):
    caller = Program(world.ben)
    answer = caller.post(
        "accounts", {"name": "Hotel Post", "custom": {"machine": anvil.pk, "partner": world.lindner.pk}}
    )
    assert answer.json()["custom"] == {"machine": anvil.pk, "partner": world.lindner.pk}
    found = caller.get(f"accounts?f=custom_partner:is:{world.lindner.pk}").json()["items"]
    assert [one["id"] for one in found] == [answer.json()["id"]]


def test_its_definition_says_where_it_leads_and_that_stays(world, signed_in, parts):
    with pytest.raises(ValidationError):
        define("Nowhere", "reference")
    with pytest.raises(ValidationError):
        define("Text", "text", refers_to="accounts")
    with pytest.raises(ValidationError):
        parts["partner"].change(by=world.admin, refers_to="contacts")
    with pytest.raises(ValidationError):
        converting.preview(parts["partner"], "text")
    client = signed_in(world.admin)
    given = {"label_en": "Builder", "refers_to": "contacts"}
    assert client.post("/house/fields/new/?of=orders&kind=reference", given).status_code == 303
    made = CustomField.objects.get(key="builder")
    assert (made.refers_to, made.is_indexed) == ("contacts", True)
    carried = document.dump(["custom_fields"])["custom_fields"]
    assert carried["orders.builder"]["refers_to"] == "contacts"


def test_many_accounts_get_it_at_once_by_name(world, signed_in, parts):
    client = signed_in(world.ben)
    given = {
        "change": "custom",
        "sure": "1",
        "ids": [world.lindner.pk],
        "field": "partner",
        "value": world.brauneis.name,
    }
    assert client.post("/accounts/bulk/", given).status_code == 303
    assert again(world.lindner).custom == {"partner": world.brauneis.pk}
    assert client.post("/accounts/bulk/", given | {"value": "Nobody"}).status_code == 422
    assert Event.objects.filter(verb="batch.done").count() <= 1
