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
