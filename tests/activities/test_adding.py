"""Where an activity stands that names a contact only."""

import pytest

from kundenkreis.activities.models import Activity
from kundenkreis.customers.models import Contact, Position


@pytest.fixture
def nora(world):
    """Nora works at Brauneis, which Ada cannot see; Ada owns her as a contact."""
    contact = Contact.add(by=world.ada, family_name="Nordin", given_name="Nora", owner=world.ada)
    Position.add(by=world.cem, contact=contact, account=world.brauneis, job_title="Buyer")
    return contact


def test_it_stands_at_the_contact_s_account(world):
    assert Activity.add(by=world.ada, kind="note", subject="Hello", contact=world.maria).account == world.lindner


def test_it_is_never_put_at_an_account_outside_the_author_s_reach(world, nora):
    assert Activity.add(by=world.ada, kind="note", subject="Hello", contact=nora).account is None
    Position.add(by=world.ben, contact=nora, account=world.lindner, job_title="Adviser", is_main=False)
    assert Activity.add(by=world.ada, kind="note", subject="Hello", contact=nora).account == world.lindner
    assert Activity.add(by=None, kind="note", subject="Hello", contact=nora).account == world.brauneis
