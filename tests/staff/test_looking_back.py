"""Who may see what happened, and who may take it back today."""

import pytest

from kundenkreis.customers.bulk_editing import Change
from kundenkreis.customers.models import Account, AccountTeamMember, Address
from kundenkreis.fields.bulk_editing import edit
from kundenkreis.history.models import Batch, Event
from kundenkreis.staff import looking_back
from kundenkreis.staff.models import User
from kundenkreis.staff.roles import Role


def become(person, role):
    User.objects.filter(pk=person.pk).update(role=role)
    return User.objects.get(pk=person.pk)


def test_only_who_assigns_accounts_undoes_an_assignment(world):
    AccountTeamMember.add(by=world.ben, account=world.lindner, person=world.ada, role="service")
    event = world.lindner.change(by=world.ben, owner=world.cem)
    assert not looking_back.may_undo(world.ada, event, world.lindner)
    assert looking_back.may_undo(world.ben, event, world.lindner)
    other = world.lindner.change(by=world.ben, place="Linz")
    assert looking_back.may_undo(world.ada, other, world.lindner)


@pytest.mark.parametrize("values", [{"team": None}, {"territory": None, "tier": "A"}])
def test_team_and_territory_are_assignments_too(world, values):
    event = world.lindner.change(by=world.ben, **values)
    assert not looking_back.may_undo(world.ada, event, world.lindner)


def test_a_fresh_record_of_one_s_own_is_taken_back_by_who_may_still_add_such(world):
    event = Event.objects.about(world.lindner).get()
    assert looking_back.may_undo(world.ada, event, world.lindner)
    assert not looking_back.may_undo(become(world.ada, Role.READ_ONLY), event, world.lindner)


def test_a_part_is_taken_back_by_who_may_change_its_account(world):
    world.lindner.change(by=world.ben, team=world.north)
    dora = become(world.dora, Role.INSIDE_SALES)
    address = Address.add(by=world.ada, account=world.lindner, place="Linz", use="delivery")
    address.change(by=world.ada, place="Steyr")
    gone = address.discard(by=world.ada)
    assert looking_back.may_undo(dora, gone, address)
    assert not looking_back.may_undo(world.cem, gone, address)


def test_an_old_batch_asks_for_the_rights_of_today(world):
    batch = edit(Account.objects.filter(pk=world.lindner.pk), Change.tier("A"), label="Tier: A", by=world.ada)
    assert looking_back.may_undo_batch(world.ada, batch)
    assert not looking_back.may_undo_batch(become(world.ada, Role.READ_ONLY), batch)


def test_a_batch_over_accounts_that_one_has_given_away_is_not_one_s_to_undo(world):
    batch = edit(Account.objects.filter(pk=world.lindner.pk), Change.tier("A"), label="Tier: A", by=world.ada)
    Account.objects.get(pk=world.lindner.pk).change(by=world.ben, owner=world.cem, team=world.south, territory=None)
    assert not looking_back.may_undo_batch(world.ada, batch)
    assert looking_back.may_undo_batch(world.ben, batch)


def test_a_batch_that_assigned_accounts_asks_who_may_assign(world):
    batch = edit(Account.objects.filter(pk=world.lindner.pk), Change.owner(world.cem), label="Owner: Cem", by=world.ben)
    assert looking_back.may_undo_batch(world.ben, batch)
    dora = become(world.ben, Role.CUSTOMER_RELATIONSHIP_MANAGER)
    assert not looking_back.may_undo_batch(dora, batch)


@pytest.mark.parametrize(
    ("who", "seen"), [("ada", {"hers"}), ("dora", {"hers", "import"}), ("ben", {"hers", "import", "edit"})]
)
def test_batches_are_seen_by_who_made_them_by_who_sees_imports_and_by_who_sees_history(world, who, seen):
    for label, kind, by in (
        ("hers", "import", world.ada),
        ("import", "import", world.cem),
        ("edit", "bulk_edit", world.cem),
    ):
        Batch.objects.create(kind=kind, label=label, actor_id=by.pk, state=Batch.State.DONE)
    found = looking_back.batches_seen_by(getattr(world, who))
    assert set(found.values_list("label", flat=True)) == seen
