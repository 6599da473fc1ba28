"""Whoever leaves leaves nothing behind that nobody does."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from kundenkreis.activities.handing_over import Belongings, belongings, hand_over
from kundenkreis.activities.models import Activity
from kundenkreis.activities.reminding import remind_due
from kundenkreis.core import clock
from kundenkreis.customers.models import AccountTeamMember
from kundenkreis.history.undo import undo_batch
from kundenkreis.inbox.models import Notification
from tests.pipeline.cards import card, stages


def furnish(world):
    task = Activity.add(
        by=world.ada,
        kind="task",
        subject="Call back",
        account=world.lindner,
        owner=world.ada,
        is_open=True,
        remind_at=timezone.now() - dt.timedelta(minutes=1),
    )
    done = Activity.add(by=world.ada, kind="note", subject="Old", account=world.lindner, owner=world.ada)
    seat = AccountTeamMember.add(by=world.admin, account=world.brauneis, person=world.ada, role="service")
    ended = AccountTeamMember.add(
        by=world.admin,
        account=world.brauneis,
        person=world.ada,
        role="finance",
        ends_on=clock.today() - dt.timedelta(days=1),
    )
    return task, done, seat, ended


def test_open_tasks_reminders_and_seats_go_along_and_come_back_as_one_batch(world):
    task, done, seat, ended = furnish(world)
    contacts = belongings(world.ada).contacts
    assert belongings(world.ada) == Belongings(accounts=1, contacts=contacts, activities=1, seats=1)
    batch = hand_over(world.ada, world.cem, by=world.admin)
    for record in (task, done, seat, ended):
        record.refresh_from_db()
    assert (task.owner, seat.person) == (world.cem, world.cem)
    assert (done.owner, ended.person) == (world.ada, world.ada)
    assert batch.counts["activities.activity"] == {"changed": 1}
    assert not belongings(world.ada)
    remind_due()
    assert Notification.objects.get(kind="reminder").person == world.cem
    undo_batch(batch, by=world.admin)
    task.refresh_from_db()
    seat.refresh_from_db()
    assert (task.owner, seat.person) == (world.ada, world.ada)


def test_a_seat_that_the_colleague_has_already_stays_one(world):
    _task, _done, seat, _ended = furnish(world)
    AccountTeamMember.add(by=world.admin, account=world.brauneis, person=world.cem, role="service")
    batch = hand_over(world.ada, world.cem, by=world.admin)
    seat.refresh_from_db()
    assert seat.person == world.ada
    assert batch.counts["customers.accountteammember"] == {"changed": 0}


def test_who_takes_over_is_told_in_her_language_and_who_hands_it_to_herself_is_not(world):
    furnish(world)
    world.cem.change(by=world.admin, language="de")
    hand_over(world.ada, world.cem, by=world.admin)
    told = Notification.objects.get(kind="hand_over")
    assert told.person == world.cem
    assert told.text.startswith("Sie haben von Ada Huber übernommen")
    hand_over(world.cem, world.admin, by=world.admin)
    assert Notification.objects.filter(kind="hand_over").count() == 1


def test_open_opportunities_go_along_and_closed_ones_stay(world):
    open_one, won = card(world), card(world, stage=stages()[4])
    assert belongings(world.ada).others == 1
    batch = hand_over(world.ada, world.cem, by=world.admin)
    for one in (open_one, won):
        one.refresh_from_db()
    assert (open_one.owner, open_one.team, won.owner) == (world.cem, world.south, world.ada)
    undo_batch(batch, by=world.admin)
    open_one.refresh_from_db()
    assert open_one.owner == world.ada
