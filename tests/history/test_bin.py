"""What leaves the bin for good."""

import datetime as dt

from django.utils import timezone

from kundenkreis.activities.models import Activity
from kundenkreis.customers.models import Account, Contact
from kundenkreis.files.models import Document
from kundenkreis.history.bin import purge
from kundenkreis.history.models import Event
from kundenkreis.orders.models import Order

LONG_AGO = dt.timedelta(days=31)


def test_after_thirty_days_a_record_is_gone_and_its_history_stays(world):
    world.brauneis.discard(by=world.cem, now=timezone.now() - LONG_AGO)
    batch = purge()
    assert not Account._base_manager.filter(pk=world.brauneis.pk).exists()
    assert batch.counts["customers.account"]["deleted"] == 1
    assert Event.objects.filter(subject_type="customers.account", subject_id=world.brauneis.pk).count() == 2


def test_what_is_younger_or_not_in_the_bin_stays(world):
    world.brauneis.discard(by=world.cem, now=timezone.now() - dt.timedelta(days=29))
    assert purge() is None
    assert Account._base_manager.count() == 2


def test_an_account_with_orders_stays_and_is_counted_as_kept(world):
    Order.add(by=None, number="536365", account=world.brauneis, ordered_on=dt.date(2010, 1, 1))
    world.brauneis.discard(by=world.cem, now=timezone.now() - LONG_AGO)
    world.maria.discard(by=world.ada, now=timezone.now() - LONG_AGO)
    batch = purge()
    assert Account._base_manager.filter(pk=world.brauneis.pk).exists()
    assert not Contact._base_manager.filter(pk=world.maria.pk).exists()
    assert batch.counts["customers.account"] == {"deleted": 0, "kept": 1}


def test_activities_and_documents_go_with_their_account(world):
    Activity.add(by=world.cem, kind="note", subject="Goes too", account=world.brauneis)
    Document.add(by=world.cem, name="contract.pdf", subject_type="customers.account", subject_id=world.brauneis.pk)
    Document.add(by=world.ada, name="stays.pdf", subject_type="customers.account", subject_id=world.lindner.pk)
    world.brauneis.discard(by=world.cem, now=timezone.now() - LONG_AGO)
    purge()
    assert not Activity._base_manager.exists()
    assert [d.name for d in Document._base_manager.all()] == ["stays.pdf"]


def test_the_night_s_work_is_a_batch_with_one_event(world):
    world.brauneis.discard(by=world.cem, now=timezone.now() - LONG_AGO)
    batch = purge()
    assert batch.events.get().verb == "batch.purged"
    assert purge() is None
