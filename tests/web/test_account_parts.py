"""What belongs to an account and is kept in small dialogs: seats, links, addresses, relations."""

import datetime as dt

import pytest

from kundenkreis.customers import hierarchy
from kundenkreis.customers.models import Account, AccountTeamMember, Address, Relation


@pytest.fixture
def ada(world, signed_in):
    return signed_in(world.ada)


def test_a_seat_in_the_account_team_is_given_changed_and_taken(ada, world):
    base = f"/accounts/{world.lindner.pk}/seats/"
    ada.post(f"{base}add/", {"person": world.cem.pk, "role": "inside"})
    seat = AccountTeamMember.objects.get(account=world.lindner)
    ada.post(
        f"{base}{seat.pk}/edit/",
        {"person": world.cem.pk, "role": "service", "ends_on": "31.12.2030", "version": seat.version},
    )
    seat.refresh_from_db()
    assert (seat.role, seat.ends_on) == ("service", dt.date(2030, 12, 31))
    ada.post(f"{base}{seat.pk}/discard/")
    seat.refresh_from_db()
    assert seat.deleted_at is not None


def test_the_same_seat_twice_is_refused_in_words(ada, world):
    base = f"/accounts/{world.lindner.pk}/seats/add/"
    ada.post(base, {"person": world.cem.pk, "role": "inside"})
    answer = ada.post(base, {"person": world.cem.pk, "role": "inside"})
    assert answer.status_code == 422
    assert "already" in answer.content.decode()


def test_a_circle_of_parents_is_refused_in_words(ada, world):
    daughter = Account.add(by=world.ada, name="Lindner Linz", owner=world.ada)
    hierarchy.place(daughter, world.lindner, "legal", by=world.ada)
    answer = ada.post(f"/accounts/{world.lindner.pk}/links/add/", {"hierarchy": "legal", "parent": daughter.pk})
    assert answer.status_code == 422
    assert "circle" in answer.content.decode()


def test_a_parent_may_be_typed_by_name_without_javascript(ada, world):
    daughter = Account.add(by=world.ada, name="Lindner Linz", owner=world.ada)
    ada.post(
        f"/accounts/{daughter.pk}/links/add/", {"hierarchy": "legal", "parent": "", "parent_text": "lindner & söhne"}
    )
    assert hierarchy.members(world.lindner, "legal") == [world.lindner.pk, daughter.pk]


def test_a_parent_outside_one_s_reach_cannot_be_chosen(ada, world):
    answer = ada.post(f"/accounts/{world.lindner.pk}/links/add/", {"hierarchy": "legal", "parent": world.brauneis.pk})
    assert answer.status_code == 422


def test_the_main_address_changes_the_account_s_own(ada, world):
    ada.post(
        f"/accounts/{world.lindner.pk}/addresses/add/",
        {"use": "main", "street": "Ring 1", "postcode": "1010", "place": "Wien", "country": "AT"},
    )
    assert Address.objects.get().street == "Ring 1"
    world.lindner.refresh_from_db()
    assert world.lindner.place == "Wien"


def test_a_part_of_another_account_is_not_found(ada, world):
    relation = Relation.add(by=world.cem, account=world.brauneis, kind="press")
    assert ada.get(f"/accounts/{world.lindner.pk}/relations/{relation.pk}/edit/").status_code == 404
    assert ada.post(f"/accounts/{world.lindner.pk}/relations/{relation.pk}/discard/").status_code == 404
