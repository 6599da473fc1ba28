"""Whatever way it goes, one administrator who can sign in remains, and who leaves takes her programs' keys along."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from kundenkreis.history.models import Event
from kundenkreis.history.undo import undo_event
from kundenkreis.quality import importing
from kundenkreis.staff import joining
from kundenkreis.staff.models import ApiToken, User
from kundenkreis.staff.roles import Role
from tests.quality.imports import imported

pytestmark = pytest.mark.django_db


def administrators() -> int:
    return User.objects.living().filter(role=Role.ADMINISTRATOR, is_active=True).count()


def latest(person: User) -> Event:
    return Event.objects.about(person).latest("pk")


def test_undoing_a_role_does_not_take_the_last_administrator(world):
    world.ada.change(by=world.admin, role=Role.ADMINISTRATOR)
    event = latest(world.ada)
    joining.lock(world.admin, by=world.ada)
    with pytest.raises(ValidationError) as refused:
        undo_event(event, by=world.ben)
    assert "role" in refused.value.message_dict
    assert administrators() == 1


def test_undoing_that_somebody_was_added_does_not_take_the_last_administrator(world):
    new = joining.invite(by=world.admin, email="new@x.at", last_name="New", role=Role.ADMINISTRATOR)
    event = Event.objects.about(new).get(verb="user.added")
    joining.lock(world.admin, by=new)
    with pytest.raises(ValidationError):
        undo_event(event, by=world.ben)
    assert administrators() == 1


def test_undoing_that_somebody_was_added_lets_her_leave_as_everybody_does(world):
    new = joining.invite(by=world.admin, email="new@x.at", last_name="New")
    token, key = ApiToken.issue(user=new, name="Sync", scopes=["read"], by=new)
    undo_event(Event.objects.about(new).get(verb="user.added"), by=world.admin)
    new.refresh_from_db()
    assert new.deleted_at and not new.is_active
    new.restore(by=world.admin)
    joining.unlock(new, by=world.admin)
    assert ApiToken.find(key) is None


def test_undoing_an_unlocking_takes_her_tokens_too(world):
    joining.lock(world.ada, by=world.admin)
    joining.unlock(world.ada, by=world.admin)
    event = latest(world.ada)
    _token, key = ApiToken.issue(user=world.ada, name="Sync", scopes=["read"], by=world.ada)
    undo_event(event, by=world.admin)
    joining.unlock(world.ada, by=world.admin)
    assert ApiToken.find(key) is None


def people(*rows: str, **how):
    names = ["email", "last_name", "role"]
    return imported(
        "\n".join([",".join(names), *rows]), target="people", match_by="email", mapping={n: n for n in names}, **how
    )


def test_undoing_an_import_keeps_the_administrator_that_it_made(world):
    run = people(f"{world.ada.email},{world.ada.last_name},administrator", "boss@x.at,Boss,administrator")
    boss = User.objects.get(email="boss@x.at")
    joining.lock(world.admin, by=boss)
    result = importing.undo_now(run, None)
    assert administrators() >= 1
    assert any(label == "staff.user" for label, _pk in result.kept_records)


def test_an_import_does_not_take_the_last_administrator(world):
    run = people(f"{world.admin.email},{world.admin.last_name},read_only")
    assert (run.counts["rejected"], administrators()) == (1, 1)


def test_the_verbs_themselves_refuse(world):
    for verb in (
        lambda: world.admin.change(by=None, role=Role.READ_ONLY),
        lambda: world.admin.change(by=None, is_active=False),
        lambda: world.admin.discard(by=None),
    ):
        with pytest.raises(ValidationError):
            verb()
    assert administrators() == 1
