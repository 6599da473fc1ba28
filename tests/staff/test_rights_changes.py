"""What changed in rights, when and by whom."""

import datetime as dt

import pytest
from django.utils import timezone

from kundenkreis.activities.handing_over import hand_over
from kundenkreis.core import clock
from kundenkreis.customers.models import AccountTeamMember
from kundenkreis.history.models import Event
from kundenkreis.history.undo import undo_batch
from kundenkreis.staff import joining
from kundenkreis.staff.models import ApiToken, Deputy
from kundenkreis.staff.rights_changes import rights_changes
from kundenkreis.staff.roles import Role


def verbs(after, **asked):
    return list(rights_changes(**asked).filter(pk__gt=after).order_by("pk").values_list("verb", flat=True))


@pytest.fixture
def since(world):
    return Event.objects.latest("pk").pk


def test_every_change_of_rights_is_listed_and_nothing_else(world, since):
    admin = world.admin
    world.cem.change(by=admin, role=Role.INSIDE_SALES)
    world.cem.change(by=admin, phone="+43 1 234567", job_title="x")
    world.cem.change(by=admin, team=world.north)
    world.wels.change(by=admin, people=[world.cem])
    deputy = Deputy.add(by=admin, person=world.ada, deputy=world.cem, starts_on=clock.today())
    deputy.discard(by=admin)
    seat = AccountTeamMember.add(by=world.ada, account=world.lindner, person=world.cem, role="inside")
    seat.discard(by=world.ada)
    token, _key = ApiToken.issue(user=world.cem, name="ERP", scopes=["read"], by=world.cem)
    world.lindner.change(by=world.ada, phone="+43 7242 1")
    world.north.change(by=admin, name="Far North")
    world.north.change(by=admin, parent=None)
    joining.lock(world.cem, by=admin)
    assert verbs(since) == [
        "user.changed", "user.changed", "territory.changed", "deputy.added", "deputy.discarded",
        "accountteammember.added", "accountteammember.discarded", "apitoken.issued", "team.changed",
        "user.locked", "apitoken.revoked",
    ]  # fmt: skip


def test_they_are_asked_by_person_by_whom_and_since(world, since):
    world.cem.change(by=world.admin, role=Role.INSIDE_SALES)
    world.wels.change(by=world.admin, people=[world.cem])
    world.wels.change(by=world.admin, people=[world.cem, world.ada])
    Deputy.add(by=world.ben, person=world.ada, deputy=world.cem, starts_on=clock.today())
    AccountTeamMember.add(by=world.ada, account=world.lindner, person=world.cem, role="inside")
    assert verbs(since, person=world.cem) == [
        "user.changed", "territory.changed", "deputy.added", "accountteammember.added",
    ]  # fmt: skip
    assert verbs(since, person=world.ada) == ["territory.changed", "deputy.added"]
    assert verbs(since, by=world.ben) == ["deputy.added"]
    assert verbs(since, since=timezone.now() + dt.timedelta(hours=1)) == []


def test_what_is_gone_for_good_from_the_bin_still_counts_for_its_person(world, since):
    seat = AccountTeamMember.add(by=world.ada, account=world.lindner, person=world.cem, role="inside")
    seat.discard(by=world.ada)
    AccountTeamMember._base_manager.filter(pk=seat.pk).delete()
    assert verbs(since, person=world.cem) == ["accountteammember.added", "accountteammember.discarded"]
    assert verbs(since, person=world.ben) == []


def test_handing_over_and_its_undo_are_changes_of_rights(world, since):
    AccountTeamMember.add(by=world.ada, account=world.brauneis, person=world.ada, role="inside")
    batch = hand_over(world.ada, world.cem, by=world.admin)
    undo_batch(batch, by=world.admin)
    assert verbs(since) == ["accountteammember.added", "user.handed_over", "batch.undone"]
