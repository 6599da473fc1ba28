"""A list opens with the view that a person has chosen for it."""

from __future__ import annotations

import pytest

from kundenkreis.lists.models import SavedView, StartView

pytestmark = pytest.mark.django_db


@pytest.fixture
def view(world):
    return SavedView.add(
        by=world.ben, list_name="accounts", name="In Wels", query="f=place:is:Wels", owner=world.ben, shared="all"
    )


def start(client, view, on: str = "1"):
    return client.post(f"/views/{view.pk}/start/", {"on": on})


def test_the_bare_address_leads_to_the_view_and_all_to_everything(world, signed_in, view):
    ben = signed_in(world.ben)
    assert ben.get("/accounts/").status_code == 200
    assert start(ben, view).status_code == 303
    opened = ben.get("/accounts/")
    assert opened.status_code == 302
    assert opened["Location"] == f"/accounts/?f=place%3Ais%3AWels&view={view.pk}"
    page = ben.get(opened["Location"]).content.decode()
    assert 'href="/accounts/?view=all"' in page
    everything = ben.get("/accounts/?view=all")
    assert everything.status_code == 200
    assert "Brauneis" in everything.content.decode()
    assert "No longer open the list with it" in page


def test_what_an_address_asks_for_is_shown_as_before(world, signed_in, view):
    ben = signed_in(world.ben)
    start(ben, view)
    assert ben.get("/accounts/?f=place:is:Linz").status_code == 200
    assert ben.get("/accounts/?sort=-last").status_code == 200
    assert ben.get("/contacts/").status_code == 200


def test_it_is_each_persons_own_choice_of_what_she_sees(world, signed_in, view):
    ada, ben = signed_in(world.ada), signed_in(world.ben)
    assert start(ada, view).status_code == 303
    assert ada.get("/accounts/").status_code == 302
    assert ben.get("/accounts/").status_code == 200
    view.change(by=world.ben, shared="private")
    assert ada.get("/accounts/").status_code == 200
    assert start(ada, view).status_code == 404


def test_another_takes_its_place_and_it_can_be_given_up(world, signed_in, view):
    ben = signed_in(world.ben)
    other = SavedView.add(by=world.ben, list_name="accounts", name="Mine", query="f=owner:is:me", owner=world.ben)
    start(ben, view)
    start(ben, other)
    assert StartView.objects.get().view == other
    start(ben, other, on="")
    assert ben.get("/accounts/").status_code == 200
    assert not StartView.objects.exists()


def test_a_view_in_the_bin_opens_nothing_until_it_is_back(world, signed_in, view):
    ben = signed_in(world.ben)
    start(ben, view)
    view.discard(by=world.ben)
    assert ben.get("/accounts/").status_code == 200
    view.restore(by=world.ben)
    assert ben.get("/accounts/").status_code == 302


def test_it_is_chosen_by_a_post_alone(world, signed_in, view):
    assert signed_in(world.ben).get(f"/views/{view.pk}/start/").status_code == 405
