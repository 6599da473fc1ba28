"""The search box of the pages."""

import pytest

from kundenkreis.customers.models import Position


@pytest.fixture
def results(world, signed_in):
    def ask(person, text):
        return signed_in(person).get("/search/", {"q": text}, headers={"HX-Request": "true"}).content.decode()

    return ask


@pytest.mark.parametrize("typed", ["Lindner", "lind", "Söhne Lindner", "Soehne", "Lindnr", "K-00001"])
def test_an_account_is_found_by_parts_umlauts_typing_errors_and_number(world, results, typed):
    assert "Lindner &amp; Söhne GmbH" in results(world.ada, typed)


def test_the_box_says_no_more_than_the_lists(world, results):
    assert "Wohnkultur" not in results(world.ada, "Brauneis")
    assert "Wohnkultur" in results(world.ben, "Brauneis")
    assert "Maria" not in results(world.cem, "Lindner")


def test_a_contact_s_other_account_is_not_named_to_who_may_not_see_it(world, results):
    Position.add(by=world.ben, contact=world.maria, account=world.brauneis, is_main=False)
    answer = results(world.cem, "Maria")
    assert "Lindner Maria" in answer
    assert "Söhne" not in answer


def test_what_is_in_the_bin_is_not_found(world, results):
    world.lindner.discard(by=world.ada)
    assert "Söhne" not in results(world.ada, "Lindner")


def test_hostile_text_is_text(world, results):
    answer = results(world.ada, '<script>alert(1)</script>" OR 1=1 * NEAR(')
    assert "<script>" not in answer


def test_without_javascript_it_is_a_page(world, signed_in):
    answer = signed_in(world.ada).get("/search/", {"q": "Lindner"})
    assert answer.status_code == 200
    assert "<html" in answer.content.decode()


def test_a_combobox_finds_one_s_own_among_many_strangers_of_the_same_name(world, signed_in):
    from kundenkreis.core import search
    from kundenkreis.customers.models import Account, Contact

    for model, kind, values in (
        (Account, search.ACCOUNT, {"name": "Huber", "key": "huber"}),
        (Contact, search.CONTACT, {"family_name": "Huber", "key": "huber"}),
    ):
        numbered = [{"number": f"X-{i}"} if model is Account else {} for i in range(700)]
        many = model.objects.bulk_create([model(**values, owner=world.cem, **more) for more in numbered])
        search.bulk_index(kind, [one.search_row() for one in many])
    Account.add(by=world.ada, name="Huber Zimmerei", owner=world.ada)
    Contact.add(by=world.ada, family_name="Huber", given_name="Zita", owner=world.ada)
    ada = signed_in(world.ada)
    assert "Huber Zimmerei" in ada.get("/accounts/options/?q=Huber").text
    assert "Zita" in ada.get("/contacts/options/?q=Huber").text
