"""The timetable."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from kundenkreis.customers.models import Account
from kundenkreis.history.models import Batch
from kundenkreis.jobs import backend, schedule
from kundenkreis.quality import tasks
from kundenkreis.quality.messages import explain
from kundenkreis.quality.models import EditedSheet, ImportRun
from kundenkreis.quality.sheets import applying, bringing
from tests.jobs import chores


def entries(queue) -> dict:
    return {task.name: task for task in queue._registry.periodic_tasks}


def test_an_entry_runs_once_however_many_workers_there_are(queue, work, monkeypatch):
    calls = []
    monkeypatch.setattr(schedule, "call_command", calls.append)
    entry = entries(queue)["schedule.clean_sessions"]
    for _worker in range(3):
        queue.enqueue(type(entry)())
        work()
    assert calls == ["clearsessions"]


def test_sessions_are_cleaned_at_night_only(queue):
    entry = entries(queue)["schedule.clean_sessions"]
    assert entry.validate_datetime(dt.datetime(2026, 11, 22, 1, 10))
    assert not entry.validate_datetime(dt.datetime(2026, 11, 22, 12, 10))


def test_the_timetable_is_complete(queue):
    assert {name.removeprefix("schedule.") for name in entries(queue)} == {
        "give_back_what_dead_workers_left", "erase_former_colleagues", "ask_vies",
        "remind", "resume_imports", "end_lost_bulk_edits", "empty_bin", "refresh_figures", "sweep_files",
        "clean_sessions", "clean_queue", "read_documents", "begin_the_day",
        "find_duplicates",
        "sum_sales", "find_duplicates_of_the_day", "forget_notifications", "mark_barred", "recompute_insights", "recompute_all_insights",
        "refresh_touches", "learn_tables", "follow_quality", "measure_quality", "heal_custom_indexes",
        "resume_edited_sheets", "forget_edited_sheets", "remind_of_requests", "remind_of_breaches", "forget_watched",
        "resume_erasures", "end_restrictions", "compact_after_erasures",
        "follow_roll_ups", "roll_up_of_the_day", "follow_automation", "forget_automation_runs",
        "leads_of_those_who_left", "forget_submissions", "carry_out_reassignments", "keep_forecast",
        "follow_target_accounts", "figure_fits", "figure_coverage", "score_rounds",
    }  # fmt: skip


@pytest.mark.parametrize(
    "name",
    [
        "remind",
        "resume_imports",
        "end_lost_bulk_edits",
        "empty_bin",
        "refresh_figures",
        "sweep_files",
        "learn_tables",
        "heal_custom_indexes",
        "follow_roll_ups",
        "roll_up_of_the_day",
        "follow_quality",
        "measure_quality",
        "follow_automation",
        "forget_automation_runs",
        "carry_out_reassignments",
    ],
)
def test_an_entry_does_its_work_in_a_real_house(queue, world, name):
    assert getattr(schedule, name)() is None


def test_the_bin_is_emptied_after_thirty_days(queue, world):
    now = timezone.now()
    old, young = (Account.add(by=world.ada, name=name) for name in ("Old", "Young"))
    old.discard(by=world.ada, now=now - dt.timedelta(days=31))
    young.discard(by=world.ada, now=now - dt.timedelta(days=29))
    schedule.empty_bin()
    left = Account._base_manager.filter(pk__in=[old.pk, young.pk])
    assert [account.name for account in left] == ["Young"]


def test_an_import_that_nobody_works_on_goes_on_once(queue, world, monkeypatch):
    run = ImportRun.objects.create(state=ImportRun.State.RUNNING, heartbeat_at=timezone.now() - dt.timedelta(hours=1))
    schedule.resume_imports()
    schedule.resume_imports()
    assert [job.args[1] for job in queue.pending()] == [[run.pk]]


def test_the_queue_forgets_what_is_old(queue, work, monkeypatch):
    chores.add.enqueue(1, 1)
    work()
    queue.put_if_empty("ran.2020-01-01T01:10.clean_sessions", True)
    later = timezone.now() + schedule.KEEP_RESULTS + dt.timedelta(hours=1)
    monkeypatch.setattr(schedule.timezone, "now", lambda: later)
    schedule.clean_queue()
    assert list(backend.records()) == []
    assert not [key for key in queue.all_results() if key.startswith("ran.")]


def silent(state, **more):
    return ImportRun.objects.create(state=state, heartbeat_at=timezone.now() - dt.timedelta(hours=1), **more)


@pytest.mark.parametrize(
    ("state", "task"),
    [("checking", "check_import"), ("waiting", "run_import"), ("finishing", "run_import"), ("undoing", "undo_import")],
)
@pytest.mark.parametrize("beat", [None, dt.timedelta(hours=1)])
def test_no_import_is_forgotten_when_the_queue_has_lost_it(queue, world, state, task, beat):
    run = ImportRun.objects.create(state=state, heartbeat_at=beat and timezone.now() - beat, undo_by=world.ada)
    schedule.resume_imports()
    schedule.resume_imports()
    arguments = [run.pk, world.ada.pk] if state == "undoing" else [run.pk]
    assert [job.args for job in queue.pending()] == [(f"kundenkreis.quality.tasks.{task}", arguments, {})]


@pytest.mark.parametrize("state", ["checking", "running", "undoing"])
def test_an_import_that_was_given_up_says_so_and_is_not_begun_again(queue, world, state):
    run = silent(state, batch=Batch.objects.create(kind="import", state="undoing" if state == "undoing" else "running"))
    schedule.resume_imports()
    (record,) = backend.records()
    queue.flush_queue() if hasattr(queue, "flush_queue") else queue.flush()
    backend.give_up(record, "Started 5 times.")
    schedule.resume_imports()
    run.refresh_from_db()
    assert run.state == "failed"
    code = "undo_given_up" if state == "undoing" else "given_up"
    assert run.failure["code"] == code
    assert "begun several times" in explain(code, {})
    assert run.batch.state != "done"
    assert list(queue.pending()) == []
    schedule.resume_imports()
    assert list(queue.pending()) == []


def test_an_import_that_a_person_began_again_is_not_given_up_for_its_old_job(queue, world):
    run = silent("running")
    schedule.resume_imports()
    (record,) = backend.records()
    backend.give_up(record, "Started 5 times.")
    tasks.run_import.enqueue(run.pk)
    schedule.resume_imports()
    run.refresh_from_db()
    assert run.state == "running"


def test_edited_workbooks_that_nobody_works_on_are_gone_on_with(world, queue, work, monkeypatch):
    old = timezone.now() - dt.timedelta(minutes=10)
    made = [
        EditedSheet.objects.create(noun="accounts", file_name="x", owner=world.ada, state=state, heartbeat_at=at)
        for state, at in (("applying", old), ("comparing", old), ("applying", timezone.now()), ("compared", old))
    ]
    begun = []
    monkeypatch.setattr(bringing, "compare", lambda sheet: begun.append(sheet.pk))
    monkeypatch.setattr(applying, "go_on", lambda sheet: begun.append(sheet.pk))
    schedule.resume_edited_sheets()
    schedule.resume_edited_sheets()
    work()
    work()
    assert sorted(begun) == [made[0].pk, made[1].pk]
    EditedSheet.objects.filter(pk=made[0].pk).update(heartbeat_at=old, counts={"begun": 3})
    schedule.resume_edited_sheets()
    made[0].refresh_from_db()
    assert made[0].state == "failed"
