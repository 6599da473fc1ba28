"""A task that somebody gives to a colleague comes into the colleague's inbox."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from kundenkreis.activities.models import Activity
from kundenkreis.activities.reminding import remind_due
from kundenkreis.inbox.models import Notification


def task(world, **values):
    given = {"kind": "task", "subject": "Send prices", "account": world.lindner, "owner": world.ada, "is_open": True}
    return Activity.add(by=world.ada, **given | values)


def test_whoever_is_given_a_task_is_told_who_gave_it_and_for_whom(world):
    one = task(world, owner=world.ben)
    told = Notification.objects.get()
    assert (told.person, told.kind, told.path) == (world.ben, "assigned", f"/activities/{one.pk}/")
    assert told.text == "Ada Huber gives you: Send prices (Lindner & Söhne GmbH)"


def test_a_task_that_changes_hands_is_told_to_the_new_owner_in_her_language(world):
    world.ben.change(by=world.admin, language="de")
    one = task(world)
    assert not Notification.objects.exists()
    one.change(by=world.ada, subject="Send the new prices")
    one.change(by=world.ada, owner=world.ben)
    assert "gibt Ihnen" in Notification.objects.get(person=world.ben).text


def test_what_one_takes_oneself_or_is_done_or_goes_to_a_locked_person_tells_nobody(world):
    task(world)
    task(world, kind="note", is_open=False, owner=world.ben)
    one = task(world)
    one.change(by=world.ben, owner=world.ben)
    world.cem.change(by=world.admin, is_active=False)
    task(world, owner=world.cem)
    assert not Notification.objects.exists()


def test_a_reminder_that_is_moved_comes_again_whoever_moves_it(world):
    now = timezone.now()
    one = task(world, remind_at=now - dt.timedelta(hours=1))
    assert remind_due(now) == 1
    one.change(by=world.ada, subject="Another word", remind_at=one.remind_at)
    assert remind_due(now) == 0
    one.change(by=world.ada, remind_at=now + dt.timedelta(hours=1))
    assert remind_due(now) == 0
    assert remind_due(now + dt.timedelta(hours=2)) == 1
