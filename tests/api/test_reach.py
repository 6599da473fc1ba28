"""What a program may do with activities and owners: as much as a person at the screen."""

import pytest

from kundenkreis.activities.models import Activity
from kundenkreis.customers.models import AccountTeamMember, Contact, Position


@pytest.fixture
def nora(world):
    """Nora works at Brauneis, which Ada cannot see; Ada owns her as a contact."""
    contact = Contact.add(by=world.ada, family_name="Nordin", given_name="Nora", owner=world.ada)
    Position.add(by=world.cem, contact=contact, account=world.brauneis, job_title="Buyer")
    return contact


def test_neither_api_nor_composer_writes_there(world, nora, program, signed_in):
    api = program(world.ada)
    answer = api.post("activities", {"kind": "note", "subject": "By program", "contact_id": nora.pk})
    assert answer.status_code == 201
    assert answer.json()["account_id"] is None
    many = api.post("activities/bulk", {"items": [{"kind": "note", "subject": "By bulk", "contact_id": nora.pk}]})
    assert many.status_code == 201
    signed_in(world.ada).post("/activities/new/", {"contact": nora.pk, "kind": "note", "text": "By hand"})
    assert not world.brauneis.activities.exists()


def test_it_is_moved_only_to_where_one_may_add(world, program):
    """Marketing sees every account, and writes at those whose team she is on."""
    world.dora.change(by=world.admin, role="marketing")
    note = Activity.add(by=world.dora, kind="note", subject="Fair", owner=world.dora)
    api = program(world.dora)
    assert api.patch(f"activities/{note.pk}", {"account_id": world.brauneis.pk}).status_code == 403
    note.refresh_from_db()
    assert note.account is None
    AccountTeamMember.add(by=world.ben, account=world.brauneis, person=world.dora, role="inside")
    assert api.patch(f"activities/{note.pk}", {"account_id": world.brauneis.pk}).status_code == 200


def test_only_who_may_assign_changes_who_looks_after_an_account(world, program):
    """As in the form: a new account is one's own, and what is there stays with whom it is."""
    world.lindner.change(by=world.ben, team=world.gerda.team)
    api = program(world.gerda)
    address = f"accounts/{world.lindner.pk}"
    for name, value in (
        ("owner_id", world.gerda.pk),
        ("owner_id", None),
        ("team_id", world.north.pk),
        ("territory_id", None),
    ):
        assert api.patch(address, {name: value}).status_code == 403, name
    assert api.patch(address, {"owner_id": world.ada.pk, "place": "Linz"}).status_code == 200
    assert api.post("accounts", {"name": "New one"}).json()["owner_id"] == world.gerda.pk
    assert api.post("accounts", {"name": "Another", "owner_id": world.gerda.pk}).status_code == 201
    assert api.post("accounts", {"name": "No one", "owner_id": world.ada.pk}).status_code == 403
    assert program(world.ben).patch(address, {"owner_id": world.gerda.pk}).status_code == 200
