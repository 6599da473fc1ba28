"""Who sees and does what."""

import datetime as dt

import pytest

from kundenkreis.core import clock
from kundenkreis.customers.models import Account, AccountTeamMember, Contact
from kundenkreis.staff.access import may
from kundenkreis.staff.models import Deputy, User


def fresh(person):
    return User.objects.get(pk=person.pk)


def seen_by(person):
    return set(Account.objects.visible_to(fresh(person)))


def test_a_key_account_manager_sees_her_own_and_her_team_s(world):
    assert seen_by(world.ada) == {world.lindner}
    assert seen_by(world.cem) == {world.brauneis}


def test_the_head_of_sales_sees_all(world):
    assert seen_by(world.ben) == {world.lindner, world.brauneis}


def test_a_seat_in_the_account_team_opens_the_account_and_its_people(world):
    assert world.maria not in Contact.objects.visible_to(fresh(world.cem))
    seat = AccountTeamMember.add(by=world.ben, account=world.lindner, person=world.cem, role="inside")
    assert seen_by(world.cem) == {world.lindner, world.brauneis}
    assert world.maria in Contact.objects.visible_to(fresh(world.cem))
    assert may(fresh(world.cem), "accounts.change", world.lindner)
    seat.discard(by=world.ben)
    assert seen_by(world.cem) == {world.brauneis}


def test_a_territory_opens_its_accounts_for_reading_only(world):
    world.wels.change(by=world.admin, people=[world.cem])
    assert world.lindner in seen_by(world.cem)
    assert not may(fresh(world.cem), "accounts.change", world.lindner)


def test_a_deputy_sees_and_changes_while_it_lasts(world):
    today = clock.today()
    stand_in = Deputy.add(by=world.ben, person=world.ada, deputy=world.cem, starts_on=today, ends_on=today)
    assert world.lindner in seen_by(world.cem)
    assert may(fresh(world.cem), "accounts.change", world.lindner)
    stand_in.change(by=world.ben, starts_on=today - dt.timedelta(2), ends_on=today - dt.timedelta(1))
    assert world.lindner not in seen_by(world.cem)


def test_a_wide_reach_and_a_narrow_one_see_the_same(world, monkeypatch):
    AccountTeamMember.add(by=world.ben, account=world.lindner, person=world.cem, role="inside")
    narrow = seen_by(world.cem)
    many = [Account(number=f"X-{i}", name="x", key="x", owner=world.cem) for i in range(4100)]
    Account.objects.bulk_create(many)
    assert {a for a in seen_by(world.cem) if not a.number.startswith("X-")} == narrow
    assert len(seen_by(world.cem)) == 4102


@pytest.mark.parametrize("action", ["accounts.change", "accounts.add", "people.add", "imports.run", "no.such"])
def test_who_may_only_read_may_only_read(world, action):
    assert not may(fresh(world.rita), action, world.lindner)


def test_whoever_is_locked_sees_nothing(world):
    world.ben.change(by=world.admin, is_active=False)
    assert seen_by(world.ben) == set()
