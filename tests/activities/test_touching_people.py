"""The rhythm of a person: the CFO every 90 days, beside the account's own."""

from __future__ import annotations

import datetime as dt
import json
from io import StringIO

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from kundenkreis.activities import touching
from kundenkreis.activities.models import Activity
from kundenkreis.activities.suggesting import suggest
from kundenkreis.core import clock
from kundenkreis.core.models import House
from kundenkreis.customers import bulk_editing
from kundenkreis.customers.models import Account, Contact, Position
from kundenkreis.fields.bulk_editing import edit
from kundenkreis.history import undo
from kundenkreis.history.models import Event
from kundenkreis.quality import importing
from tests.quality.imports import imported

pytestmark = pytest.mark.django_db


def day(days: int) -> dt.date:
    return clock.today() + dt.timedelta(days=days)


@pytest.fixture
def plan(world):
    """Lindner is tier A, every 60 days, and was called 20 days ago; Maria works there."""
    House.current()
    House.objects.update(touch_days_a=60, touch_days_b=30)
    cache.clear()
    world.lindner.change(by=world.admin, tier="A")
    spoke(world, 20)
    world.seat = Position.objects.get(contact=world.maria, account=world.lindner)
    return world


def spoke(world, days: int, **values) -> Activity:
    at = timezone.localtime() - dt.timedelta(days=days)
    given = {"kind": "call", "subject": "Spoke", "account": world.lindner, "owner": world.ada, "at": at}
    return Activity.add(by=world.ada, **{**given, **values})


def due(account: Account) -> dt.date | None:
    return Account.objects.get(pk=account.pk).touch_due


def equals_the_night() -> bool:
    return touching.push_down(dry=True) == 0


def test_an_account_is_due_on_the_earliest_day_of_its_own_and_its_people(plan):
    spoke(plan, 10, contact=plan.maria)
    assert due(plan.lindner) == day(50)
    plan.seat.change(by=plan.ada, touch_days=14)
    assert due(plan.lindner) == day(4)
    plan.seat.change(by=plan.ada, touch_days=90)
    assert due(plan.lindner) == day(50)
    assert equals_the_night()


def test_a_call_with_somebody_else_does_not_count_for_her(plan):
    plan.seat.change(by=plan.ada, touch_days=14)
    otto = Contact.add(by=plan.ada, given_name="Otto", family_name="Lindner")
    Position.add(by=plan.ada, contact=otto, account=plan.lindner)
    spoke(plan, 9, contact=plan.maria)
    spoke(plan, 1, contact=otto)
    assert due(plan.lindner) == day(5)
    call = spoke(plan, 0, contact=otto)
    call.change(by=plan.ada, contact=plan.maria)
    assert due(plan.lindner) == day(14)
    assert equals_the_night()


def test_who_was_never_spoken_with_is_due_after_her_position_was_written_down(plan):
    otto = Contact.add(by=plan.ada, given_name="Otto", family_name="Lindner")
    Position.add(by=plan.ada, contact=otto, account=plan.lindner, touch_days=7)
    assert due(plan.lindner) == day(7)


def test_whose_position_has_ended_or_who_is_in_the_bin_is_not_asked_for(plan):
    spoke(plan, 5, contact=plan.maria)
    plan.seat.change(by=plan.ada, touch_days=7)
    own = day(55)
    assert due(plan.lindner) == day(2)
    plan.seat.change(by=plan.ada, ends_on=day(-1))
    assert due(plan.lindner) == own
    undo.undo_event(Event.objects.about(plan.seat).latest("pk"), by=plan.ada)
    assert due(plan.lindner) == day(2)
    plan.maria.discard(by=plan.ada)
    assert due(plan.lindner) == own
    plan.maria.restore(by=plan.ada)
    assert due(plan.lindner) == day(2)
    Position.objects.get(pk=plan.seat.pk).discard(by=plan.ada)
    assert due(plan.lindner) == own
    assert equals_the_night()


def test_another_tier_does_not_forget_the_people(plan):
    spoke(plan, 5, contact=plan.maria)
    plan.seat.change(by=plan.ada, touch_days=7)
    plan.lindner.change(by=plan.ada, tier="B", touch_reason="Promised after the complaint")
    assert due(plan.lindner) == day(2)
    only = Account.objects.filter(pk=plan.lindner.pk)
    edit(only, bulk_editing.Change.tier("A"), label="Tier", by=plan.ben)
    assert due(plan.lindner) == day(2)
    assert equals_the_night()


def test_the_person_whose_rhythm_sets_the_day_is_suggested(plan):
    otto = Contact.add(by=plan.ada, given_name="Otto", family_name="Lindner")
    Position.add(by=plan.ada, contact=otto, account=plan.lindner)
    spoke(plan, 3, contact=plan.maria)
    assert suggest([plan.lindner.pk], plan.ada)[plan.lindner.pk].contact == otto
    plan.seat.change(by=plan.ada, touch_days=5)
    found = suggest([plan.lindner.pk], plan.ada)[plan.lindner.pk]
    assert (found.contact, found.rhythm, found.last) == (plan.maria, plan.seat, day(-3))
    plan.seat.change(by=plan.ada, touch_days=300)
    assert suggest([plan.lindner.pk], plan.ada)[plan.lindner.pk].rhythm is None


def test_the_pages_say_which_rhythm_it_is(plan, client):
    client.force_login(plan.ada)
    address = f"/accounts/{plan.lindner.pk}/"
    assert "every 60 days, tier A" in client.get(address).content.decode()
    plan.lindner.change(by=plan.ada, touch_days=40, touch_reason="Agreed with Maria")
    assert "every 40 days, Agreed with Maria" in client.get("/touches/").content.decode()
    client.post(f"{address}positions/{plan.seat.pk}/edit/", {"is_main": "on", "touch_days": "14"})
    assert Position.objects.get(pk=plan.seat.pk).touch_days == 14
    for page in (address, "/touches/"):
        assert "Mag. Maria Lindner: every 14 days" in client.get(page).content.decode()
    for page in (f"{address}?tab=people", f"/contacts/{plan.maria.pk}/"):
        assert "every 14 days · never spoken with" in client.get(page).content.decode()


def of_lindner(world, tier: str):
    text = f"number,name,tier\n{world.lindner.number},{world.lindner.name},{tier}"
    mapping = {"number": "number", "name": "name", "tier": "tier"}
    return imported(text, target="accounts", match_by="number", mapping=mapping)


def test_an_import_of_another_tier_moves_the_day_and_its_undo_moves_it_back(plan):
    run = of_lindner(plan, "B")
    assert due(plan.lindner) == day(10)
    assert equals_the_night()
    assert importing.undo_now(run, plan.admin).undone == 1
    assert Account.objects.get(pk=plan.lindner.pk).tier == "A"
    assert due(plan.lindner) == day(40)
    assert equals_the_night()


def test_an_import_is_undone_though_somebody_has_called_since(plan):
    run = of_lindner(plan, "B")
    spoke(plan, 2)
    assert importing.undo_now(run, plan.admin).undone == 1
    assert due(plan.lindner) == day(58)
    assert equals_the_night()


def test_accounts_that_an_import_brings_are_due_by_their_tier(plan):
    imported("name,tier\nFresh AG,B", target="accounts", match_by="name", mapping={"name": "name", "tier": "tier"})
    assert due(Account.objects.get(name="Fresh AG")) == day(30)
    assert equals_the_night()


def test_the_api_moves_the_day_as_well(plan, client):
    client.force_login(plan.ada)
    address = f"/api/v1/accounts/{plan.lindner.pk}"
    version = client.get(address)["ETag"]
    said = client.patch(
        address, {"tier": "B", "touch_reason": "Fair"}, content_type="application/json", headers={"If-Match": version}
    )
    assert said.status_code == 200, said.content
    assert said.json()["next_touch_on"] == day(10).isoformat()


def test_the_command_checks_and_mends(plan):
    def said(*arguments: str) -> dict:
        out = StringIO()
        call_command("touches", *arguments, "--json", stdout=out)
        return json.loads(out.getvalue())

    assert said("--check")["differing"] == 0
    Account.objects.filter(pk=plan.lindner.pk).update(next_touch_on=dt.date(2001, 1, 1))
    Position.objects.filter(pk=plan.seat.pk).update(last_touch_on=dt.date(2001, 1, 1))
    assert said()["overdue"] == 1
    with pytest.raises(CommandError, match="2 accounts and positions differ"):
        call_command("touches", "--check", stdout=StringIO())
    assert due(plan.lindner) == dt.date(2001, 1, 1), "a check writes nothing"
    assert said("--recompute")["changed"] == 2
    assert due(plan.lindner) == day(40)
    assert said("--check")["differing"] == 0
