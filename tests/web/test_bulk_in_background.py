"""A bulk edit of very many accounts: in the background, in steps, with progress, cancelling, going on and undo."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from kundenkreis.customers.bulk_editing import Change
from kundenkreis.customers.models import Account, Tag
from kundenkreis.fields import editing_very_many
from kundenkreis.history.models import Batch, Event
from kundenkreis.history.undo import undo_batch
from kundenkreis.jobs import backend, schedule
from kundenkreis.web import bulk_running
from tests.web.test_lists import many

ADDRESS = "/accounts/bulk/?f=name:starts:Firma"


@pytest.fixture
def seven(world, monkeypatch):
    many(world, 7)
    monkeypatch.setattr(bulk_running, "AT_ONCE", 3)
    monkeypatch.setattr(editing_very_many, "STEP", 2)
    monkeypatch.setattr(editing_very_many, "REST", 0)
    return Account.objects.filter(name__startswith="Firma")


def started(world, expected=7):
    return editing_very_many.begin(Change, expected, label="Tier: A", by=world.ben)


@pytest.mark.parametrize(("change", "value"), [("tier", "A"), ("owner", "cem"), ("tags", "Fair 2026")])
def test_very_many_are_changed_step_by_step_and_undone_as_a_whole(
    world, signed_in, seven, change, value, django_capture_on_commit_callbacks
):
    value = world.cem.pk if value == "cem" else value
    with django_capture_on_commit_callbacks(execute=True):
        answer = signed_in(world.ben).post(ADDRESS, {"change": change, "sure": "1", "value": value, "all": "1"})
    batch = Batch.objects.get(kind="bulk_edit")
    assert answer.url == reverse("history:batch", args=[batch.pk])
    assert (batch.state, batch.counts["customers.account"], batch.counts["seen"]) == ("done", {"changed": 7}, 7)
    assert batch.chunks.values("number").distinct().count() == 4
    assert Event.objects.filter(batch=batch, verb="batch.edited").count() == 1
    done = {
        "tier": seven.filter(tier="A"),
        "owner": seven.filter(owner=world.cem),
        "tags": seven.filter(tags__name=value),
    }
    assert done[change].count() == 7
    undo_batch(batch, by=world.ben)
    assert done[change].count() == 0


def test_few_are_changed_while_one_waits(world, signed_in, seven, monkeypatch):
    monkeypatch.setattr(bulk_running, "AT_ONCE", 7)
    signed_in(world.ben).post(ADDRESS, {"change": "tier", "sure": "1", "value": "A", "all": "1"})
    assert (Batch.objects.get().state, seven.filter(tier="A").count()) == ("done", 7)
    assert "seen" not in Batch.objects.get().counts


def test_it_ends_where_it_is_when_it_is_cancelled(world, signed_in, seven, monkeypatch):
    batch, ben = started(world), signed_in(world.ben)
    page = ben.get(reverse("history:batch", args=[batch.pk])).content.decode()
    assert reverse("history:cancel_batch", args=[batch.pk]) in page
    monkeypatch.setattr(
        editing_very_many.time, "sleep", lambda _s: ben.post(reverse("history:cancel_batch", args=[batch.pk]))
    )
    editing_very_many.go_on(batch, seven, Change.tier("A"), by=world.ben)
    batch.refresh_from_db()
    assert (batch.state, seven.filter(tier="A").count()) == ("cancelled", 2)
    undo_batch(batch, by=world.ben)
    assert seven.filter(tier="A").count() == 0


def test_nobody_cancels_what_another_person_has_begun(world, signed_in, seven):
    batch = started(world)
    assert signed_in(world.admin).post(reverse("history:cancel_batch", args=[batch.pk])).status_code == 403
    assert signed_in(world.ada).post(reverse("history:cancel_batch", args=[batch.pk])).status_code == 404


def test_after_a_kill_it_goes_on_and_leaves_what_a_colleague_has_changed_back(world, seven, monkeypatch):
    def killed(_seconds):
        raise KeyboardInterrupt

    batch = started(world)
    monkeypatch.setattr(editing_very_many.time, "sleep", killed)
    with pytest.raises(KeyboardInterrupt):
        editing_very_many.go_on(batch, seven, Change.tier("A"), by=world.ben)
    first = seven.order_by("pk").first()
    first.change(by=world.ada, tier="C")
    monkeypatch.setattr(editing_very_many.time, "sleep", lambda _s: None)
    editing_very_many.go_on(batch, seven, Change.tier("A"), by=world.ben)
    batch.refresh_from_db()
    first.refresh_from_db()
    assert (batch.state, batch.counts["customers.account"]["changed"], first.tier) == ("done", 7, "C")


def test_the_change_of_a_filtered_field_reaches_all_that_matched(
    world, signed_in, seven, django_capture_on_commit_callbacks
):
    address = f"/accounts/bulk/?f=owner:is:{world.ada.pk}&f=name:starts:Firma"
    with django_capture_on_commit_callbacks(execute=True):
        signed_in(world.ben).post(address, {"change": "owner", "sure": "1", "value": world.cem.pk, "all": "1"})
    assert seven.filter(owner=world.cem).count() == 7


def test_whoever_lost_the_right_meanwhile_changes_nothing_more(world, seven):
    world.ben.change(by=None, role="read_only")
    batch = started(world)
    bulk_running._run.func(batch.pk, world.ben.pk, "f=name:starts:Firma", "tier", "A")
    assert (seven.filter(tier="A").count(), Tag.objects.count()) == (0, 0)


def aged(batch):
    Batch.objects.filter(pk=batch.pk).update(started_at=timezone.now() - dt.timedelta(hours=1))


def test_one_that_the_queue_has_lost_ends_where_it_is_and_says_so(world, signed_in, seven, monkeypatch):
    def killed(_seconds):
        raise KeyboardInterrupt

    batch = started(world)
    aged(batch)
    monkeypatch.setattr(editing_very_many.time, "sleep", killed)
    with pytest.raises(KeyboardInterrupt):
        editing_very_many.go_on(batch, seven, Change.tier("A"), by=world.ben)
    schedule.end_lost_bulk_edits()
    batch.refresh_from_db()
    assert (batch.state, seven.filter(tier="A").count()) == ("failed", 2)
    page = signed_in(world.ben).get(reverse("history:batch", args=[batch.pk])).content.decode()
    assert "It was interrupted" in page
    undo_batch(batch, by=world.ben)
    assert seven.filter(tier="A").count() == 0


def test_one_that_waits_in_the_queue_or_has_just_begun_is_left_alone(world, seven, monkeypatch):
    waiting, begun = started(world), started(world)
    aged(waiting)
    record = {"task_path": bulk_running._run.module_path, "args": [waiting.pk], "status": "READY"}
    monkeypatch.setattr(backend, "records", lambda: [record])
    schedule.end_lost_bulk_edits()
    assert set(Batch.objects.values_list("state", flat=True)) == {"running"}
    record["status"] = "FAILED"
    schedule.end_lost_bulk_edits()
    waiting.refresh_from_db()
    begun.refresh_from_db()
    assert (waiting.state, begun.state) == ("failed", "running")


def test_very_many_of_the_touch_plan_are_those_of_the_touch_plan(
    world, signed_in, seven, django_capture_on_commit_callbacks
):
    for account in seven[:5]:
        account.change(by=world.ben, touch_days=30)
    with django_capture_on_commit_callbacks(execute=True):
        signed_in(world.ben).post("/touches/bulk/", {"change": "tier", "sure": "1", "value": "A", "all": "1"})
    assert (Batch.objects.get(kind="bulk_edit").state, seven.filter(tier="A").count()) == ("done", 5)
