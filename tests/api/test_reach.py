"""What a program may do with activities and owners: as much as a person at the screen."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

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


def test_many_at_once_stand_at_the_accounts_of_their_contacts_as_far_as_one_may_add_there(world, nora, program):
    """With as many queries for two rows as for twenty, wherever the contacts work."""
    Position.add(by=world.ben, contact=nora, account=world.lindner, job_title="Adviser", is_main=False)
    rows = [{"kind": "note", "subject": "Fair", "contact_id": pk} for pk in (nora.pk, world.maria.pk)]
    for person, accounts in (
        (world.ada, [world.lindner, world.lindner]),
        (world.ben, [world.brauneis, world.lindner]),
    ):
        asked = []
        for times in (1, 10):
            with CaptureQueriesContext(connection) as queries:
                made = program(person).post("activities/bulk", {"items": rows * times}).json()["ids"]
            asked.append(len(queries))
            assert [Activity.objects.get(pk=pk).account for pk in made] == accounts * times
        assert asked[1] <= asked[0] + 2


def test_an_account_that_one_cannot_see_stays_when_the_rest_is_changed(world, nora, program):
    """Ada was given something to do at an account of another team's."""
    quirin = Contact.add(by=world.cem, family_name="Quendel", owner=world.cem)
    task = Activity.add(
        by=world.ben, kind="task", subject="Call", account=world.brauneis, contact=quirin, owner=world.ada
    )
    api, address = program(world.ada), f"activities/{task.pk}"
    assert api.patch(address, {"subject": "Call back"}).status_code == 200
    present = {name: api.get(address).json()[name] for name in ("account_id", "contact_id", "kind")}
    answer = api.patch(address, present | {"subject": "Call again"})
    assert answer.status_code == 200
    assert (answer.json()["subject"], answer.json()["account_name"]) == ("Call again", None)
    task.refresh_from_db()
    assert (task.account, task.contact) == (world.brauneis, quirin)
    other = Contact.add(by=world.cem, family_name="Quast", owner=world.cem)
    assert api.patch(address, {"contact_id": other.pk}).status_code == 422


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
