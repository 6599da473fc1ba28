"""Merging over the API: the same choices, the same rights, and old numbers lead on."""

import pytest

from kundenkreis.customers.models import Account
from kundenkreis.quality.models import Merge


@pytest.fixture
def twin(world):
    return Account.add(by=world.ada, name="Lintner", owner=world.ada, vat_id="ATU12345675")


def test_an_account_becomes_part_of_another_and_its_number_leads_there(world, twin, program):
    ada = program(world.ada)
    answer = ada.post(f"accounts/{world.lindner.pk}/merge", {"gone": twin.pk, "choices": {"name": "gone"}})
    assert (answer.status_code, answer.json()["name"], answer.json()["vat_id"]) == (200, "Lintner", "ATU12345675")
    moved = ada.get(f"accounts/{twin.pk}")
    assert (moved.status_code, moved["Location"].endswith(f"/api/v1/accounts/{world.lindner.pk}")) == (301, True)
    assert program(world.cem).get(f"accounts/{twin.pk}").status_code == 404
    listed = ada.get("merges").json()["items"]
    assert [(one["kept_id"], one["gone_id"], one["noun"]) for one in listed] == [(world.lindner.pk, twin.pk, "account")]
    assert program(world.cem).get("merges").json()["items"] == []


def test_it_is_taken_back_once(world, twin, program):
    ada = program(world.ada)
    ada.post(f"accounts/{world.lindner.pk}/merge", {"gone": twin.pk})
    path = f"merges/{Merge.objects.get().pk}/take-back"
    assert program(world.cem).post(path, {}).status_code == 404
    assert program(world.rita).post(path, {}).status_code == 403
    assert ada.post(path, {"before": ["name"]}).status_code == 200
    assert ada.post(path, {}).status_code == 409
    assert ada.get(f"accounts/{twin.pk}").status_code == 200


def test_what_makes_no_sense_or_is_not_hers_is_refused(world, twin, program):
    ada, path = program(world.ada), f"accounts/{world.lindner.pk}/merge"
    assert ada.post(path, {}).status_code == 422
    assert ada.post(path, {"gone": world.brauneis.pk}).status_code == 422  # as one that there is not
    assert ada.post(path, {"gone": twin.pk, "choices": {"name": "both"}}).status_code == 422
    assert ada.post(path, {"gone": twin.pk, "choices": {"name": "mine"}}).status_code == 422
    assert ada.post(path, {"gone": world.lindner.pk}).status_code == 409
    assert program(world.rita).post(path, {"gone": twin.pk}).status_code == 403
    assert not Merge.objects.exists()


def test_who_gives_accounts_to_others_may_take_the_owner_along(world, twin, program):
    Account.objects.filter(pk=world.lindner.pk).update(owner=None, team=None)
    program(world.ben).post(f"accounts/{world.lindner.pk}/merge", {"gone": twin.pk})
    world.lindner.refresh_from_db()
    assert world.lindner.owner == world.ada
