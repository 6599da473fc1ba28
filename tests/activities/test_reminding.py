"""Reminders come once, at their time, to whose they are."""

import datetime as dt

from django.utils import timezone

from kundenkreis.activities.models import Activity
from kundenkreis.activities.reminding import remind_due
from kundenkreis.inbox.models import Notification

NOW = timezone.make_aware(dt.datetime(2026, 3, 2, 9, 0))


def task(world, **values):
    given = {
        "kind": "task",
        "subject": "Send the price list",
        "account": world.lindner,
        "owner": world.ada,
        "is_open": True,
        "remind_at": NOW,
    } | values
    return Activity.add(by=world.ada, **given)


def test_at_its_time_a_reminder_comes_into_the_inbox_and_leads_to_the_activity(world):
    one = task(world)
    assert remind_due(NOW - dt.timedelta(minutes=1)) == 0
    assert remind_due(NOW) == 1
    told = Notification.objects.get()
    assert (told.person, told.text) == (world.ada, "Reminder: Send the price list (Lindner & Söhne GmbH)")
    assert told.path == f"/activities/{one.pk}/"


def test_it_comes_once(world):
    task(world)
    remind_due(NOW)
    assert remind_due(NOW + dt.timedelta(days=1)) == 0
    assert Notification.objects.count() == 1


def test_what_is_done_or_in_the_bin_or_nobody_s_reminds_nobody(world):
    task(world).finish(by=world.ada)
    task(world).discard(by=world.ada)
    task(world, owner=None)
    world.cem.change(by=world.admin, is_active=False)
    task(world, owner=world.cem)
    assert remind_due(NOW) == 0


def test_a_killed_worker_s_reminder_comes_with_the_next_round(world, monkeypatch):
    task(world)
    monkeypatch.setattr(Notification, "send", lambda *_a: (_ for _ in ()).throw(KeyboardInterrupt))
    try:
        remind_due(NOW)
    except KeyboardInterrupt:
        monkeypatch.undo()
    assert remind_due(NOW) == 1
