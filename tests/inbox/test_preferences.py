"""What people are told, where they wish it; and the inbox stays of a size."""

import datetime as dt

from django.utils import timezone

from kundenkreis.history.models import Event
from kundenkreis.inbox import models
from kundenkreis.inbox.models import Notification, Preference

ALL_OFF = {"quiet": ["mention"], "unmailed": ["mention"], "digest": True, "hour": 7}


def test_who_never_chose_is_told_in_the_inbox_and_in_the_mail(world):
    told = Notification.send(world.ada, "mention", "Hello")
    assert (told.is_shown, told.is_for_mail) == (True, True)


def test_a_kind_can_be_switched_off_for_each_channel(world):
    Preference.choose(world.ada, by=world.ada, quiet=["mention"], unmailed=["assigned"], digest=True, hour=7)
    Notification.send(world.ada, "mention", "only by mail")
    Notification.send(world.ada, "assigned", "only here")
    assert [one.text for one in Notification.objects.visible_to(world.ada)] == ["only here"]
    assert [one.text for one in Notification.objects.for_mail_to(world.ada)] == ["only by mail"]


def test_what_is_wished_nowhere_is_not_kept(world):
    Preference.choose(world.ada, by=world.ada, **ALL_OFF)
    assert Notification.send(world.ada, "mention", "Hello") is None
    assert Notification.objects.count() == 0


def test_a_choice_is_history_once_and_only_if_something_differs(world):
    for _twice in range(2):
        Preference.choose(world.ada, by=world.ada, **ALL_OFF)
    (event,) = Event.objects.filter(verb="user.notifications_chosen")
    assert event.changes["quiet"] == [[], ["mention"]]


def test_a_day_is_claimed_once(world):
    wishes = Preference.of_everybody().get(person=world.ada)
    day = dt.date(2026, 3, 2)
    assert [wishes.claim("mailed_on", day) for _ in range(2)] == [True, False]
    assert wishes.claim("mailed_on", day + dt.timedelta(days=1))


def test_old_and_superfluous_ones_are_forgotten(world, monkeypatch):
    monkeypatch.setattr(models, "MOST", 3)
    now = timezone.now()
    for age, read in ((100, True), (100, False), (400, False)):
        one = Notification.send(world.ada, "mention", f"{age} {read}")
        Notification.objects.filter(pk=one.pk).update(
            at=now - dt.timedelta(days=age), read_at=now - dt.timedelta(days=age) if read else None
        )
    for number in range(4):
        Notification.send(world.ben, "mention", str(number))
    assert Notification.forget_old(now) == 3
    assert [one.text for one in Notification.objects.order_by("pk")] == ["100 False", "1", "2", "3"]
