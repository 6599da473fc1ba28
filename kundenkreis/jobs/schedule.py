"""The timetable. Times are UTC; each entry runs once however many workers there are."""

from __future__ import annotations

import datetime as dt
import functools
import logging
from collections.abc import Callable
from typing import Any

from django.core.management import call_command
from django.utils import timezone
from django_tasks.base import TaskResultStatus
from huey import crontab
from huey.contrib.djhuey import HUEY, close_db

from kundenkreis.activities import morning, reminding, touching
from kundenkreis.automation import tasks as automation_tasks
from kundenkreis.automation import working as automation
from kundenkreis.automation.models import AutomationRun
from kundenkreis.core import planning
from kundenkreis.customers import barring
from kundenkreis.fields import editing_very_many, indexing, rolling
from kundenkreis.fields import tasks as fields_tasks
from kundenkreis.files import storing, texts
from kundenkreis.forecast import tasks as forecast_tasks
from kundenkreis.history import bin
from kundenkreis.inbox.models import Notification
from kundenkreis.insights import running
from kundenkreis.insights import tasks as insights
from kundenkreis.jobs import backend, recovery
from kundenkreis.leads import receiving, routing
from kundenkreis.market import summing
from kundenkreis.market import tasks as market_tasks
from kundenkreis.needs import tasks as needs_tasks
from kundenkreis.orders import figures
from kundenkreis.planning import tasks as planning_tasks
from kundenkreis.planning.selection import running as scoring
from kundenkreis.privacy import breach_clock, compacting, erasing, looking, restricting, watching
from kundenkreis.privacy import reminding as reminding_of_requests
from kundenkreis.privacy import tasks as privacy_tasks
from kundenkreis.prospecting import tasks as prospecting_tasks
from kundenkreis.prospecting import wanting
from kundenkreis.quality import importing, tasks
from kundenkreis.quality.matching import running as matching
from kundenkreis.quality.sheets import bringing
from kundenkreis.quality.standards import measuring
from kundenkreis.territories import carrying_out
from kundenkreis.territories import tasks as territories_tasks

KEEP_RESULTS = dt.timedelta(days=7)
_RAN = "ran."
# How the queue knows the jobs whose first argument is a batch that changes very many accounts.
BULK_EDITS = ("kundenkreis.web.bulk_running._run", "kundenkreis.planning.tasks.put_in_force")
logger = logging.getLogger(__name__)


def at(when: Callable[[dt.datetime], bool]) -> Callable[[Callable[[], Any]], Callable[[], Any]]:
    """Put a function on the timetable. Every worker calls it at its minute; the first to leave a mark does the work."""

    def enter(function: Callable[[], Any]) -> Callable[[], Any]:
        @functools.wraps(function)
        def first_one_works() -> None:
            minute = timezone.now().astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M")
            if HUEY.put_if_empty(f"{_RAN}{minute}.{function.__name__}", True):
                function()

        HUEY.periodic_task(when, name=f"schedule.{function.__name__}")(close_db(first_one_works))
        return function

    return enter


@at(crontab(minute="*/5"))
def give_back_what_dead_workers_left() -> None:
    recovery.recover()


@at(crontab())
def remind() -> None:
    reminding.remind_due()


@at(crontab(minute="*/10"))
def begin_the_day() -> None:
    """What is due, and the daily mail, for everybody whose hour has come."""
    morning.begin()


@at(crontab(minute="17"))
def leads_of_those_who_left() -> None:
    """Open leads of people who have left go to somebody else."""
    routing.take_from_those_who_left()


@at(crontab(minute="37", hour="2"))
def forget_submissions() -> None:
    """What was sent by forms and is decided goes when its time is over."""
    receiving.forget_old()


@at(crontab(minute="*/2"))
def resume_imports() -> None:
    """Go on with imports that nobody works on: the queue lost them (a restored backup has none), or a command was killed.

    One whose job was given up or failed is not begun again: it took its worker down, and a person has to look.
    """
    latest: dict[tuple[str, Any], dict[str, Any]] = {}
    for record in backend.records():
        if record["args"]:
            one = (record["task_path"], record["args"][0])
            latest[one] = max(latest.get(one, record), record, key=lambda known: known["enqueued_at"] or "")
    for run in importing.orphans():
        task, arguments = _work_on(run)
        job = latest.get((task.module_path, run.pk))
        if job is None or job["status"] == TaskResultStatus.SUCCESSFUL.value:
            task.enqueue(*arguments)
        elif job["status"] == TaskResultStatus.FAILED.value:
            importing.give_up(run)


def _work_on(run: Any) -> tuple[Any, tuple[Any, ...]]:
    if run.state == run.State.UNDOING:
        return tasks.undo_import, (run.pk, run.undo_by_id)
    return (tasks.check_import if run.state == run.State.CHECKING else tasks.run_import), (run.pk,)


@at(crontab(minute="*/5"))
def resume_edited_sheets() -> None:
    """Go on with edited workbooks that nobody works on: each step is taken once, whoever takes it."""
    for sheet in bringing.orphans():
        work = tasks.apply_sheet if sheet.state == sheet.State.APPLYING else tasks.compare_sheet
        work.enqueue(sheet.pk)


@at(crontab(hour="1", minute="25"))
def forget_edited_sheets() -> None:
    """Comparisons that nobody has confirmed."""
    bringing.forget_old()


@at(crontab(minute="*/2"))
def end_lost_bulk_edits() -> None:
    """A bulk edit of very many accounts that the queue has lost, or given up, ends where it is: its page says so, and it can be undone."""
    waiting = {
        record["args"][0]
        for record in backend.records()
        if record["task_path"] in BULK_EDITS and record["args"] and record["status"] not in backend.FINISHED
    }
    for batch in editing_very_many.unfinished(before=timezone.now() - recovery.LOST_AFTER):
        if batch.pk not in waiting:
            logger.warning("Bulk edit %s is not in the queue any more; it ends where it is.", batch.pk)
            editing_very_many.give_up(batch)


@at(crontab())
def recompute_insights() -> None:
    """When orders have changed and no import is under way: however many changes a minute brings, they are one recomputation."""
    if running.is_due() and not running.is_busy():
        insights.recompute.enqueue()


@at(crontab(hour="2", minute="10"))
def recompute_all_insights() -> None:
    """From all orders again, whatever history says."""
    insights.recompute.enqueue(full=True)


@at(crontab(minute="*/10"))
def sum_sales() -> None:
    """When insights have read orders anew, an account has come to somebody else, or another day has begun."""
    if summing.is_due() and not running.is_busy():
        market_tasks.sum_sales.enqueue()


@at(crontab(minute="*/10"))
def find_duplicates() -> None:
    """When accounts or contacts have changed and no import is under way: what has changed is held against all others."""
    if matching.is_due() and not running.is_busy():
        tasks.find_duplicates.enqueue()


@at(crontab(hour="2", minute="30"))
def find_duplicates_of_the_day() -> None:
    """Also when nobody knows of a change: a search that was lost is made up for."""
    tasks.find_duplicates.enqueue()


@at(crontab())
def follow_quality() -> None:
    """Worklists follow what people change within a minute; a rule that is new or another one is asked of all records."""
    if running.is_busy():
        return
    if measuring.is_due():
        tasks.measure_quality.enqueue()
    else:
        measuring.follow()


@at(crontab(hour="2", minute="40"))
def measure_quality() -> None:
    """The figures of the day."""
    tasks.measure_quality.enqueue()


@at(crontab(minute="47"))
def follow_target_accounts() -> None:
    """Who has ordered is won; whose data have changed fits anew."""
    wanting.follow_orders()
    wanting.follow_accounts()


@at(crontab(hour="2", minute="25"))
def figure_fits() -> None:
    """How well each account fits that has never ordered, for the list of those that could be wanted."""
    prospecting_tasks.figure_fits.enqueue()


@at(crontab(hour="2", minute="35"))
def figure_coverage() -> None:
    """How much is known of each customer's needs, by the questions that are asked now."""
    needs_tasks.figure_coverage.enqueue()


@at(crontab(minute="*/5"))
def score_rounds() -> None:
    """Rounds that nobody works on: those that found insights at work, and those whose worker is gone. Scoring begins anew then."""
    for one in scoring.lost(timezone.now()):
        planning_tasks.score_round.enqueue(one.pk)


@at(crontab(hour="4", minute="10"))
def ask_vies() -> None:
    """Numbers that a rule wants proven; nothing where the settings do not allow it."""
    tasks.ask_vies_at_night.enqueue()


@at(crontab(hour="2", minute="50"))
def heal_custom_indexes() -> None:
    """Indexes of custom fields that a migration has lost, or whose job was."""
    indexing.heal()


@at(crontab())
def follow_roll_ups() -> None:
    """Figures of records that very many changes have left behind, or whose job was lost."""
    if rolling.is_behind() and not running.is_busy():
        fields_tasks.roll_up.enqueue()


@at(crontab(hour="0", minute="5"))
def roll_up_of_the_day() -> None:
    """Roll-ups whose conditions count days back from today."""
    rolling.each_night()


@at(crontab())
def follow_automation() -> None:
    """What has happened since starts rules within a minute; while an import is under way they wait for its end."""
    if automation.is_due() and not running.is_busy():
        automation_tasks.follow.enqueue()


@at(crontab(hour="1", minute="55"))
def forget_automation_runs() -> None:
    """What rules did is remembered for 90 days."""
    AutomationRun.forget_old()


@at(crontab())
def carry_out_reassignments() -> None:
    """Those whose day has come, and those whose worker was killed."""
    for number in {*carrying_out.begin_due(), *carrying_out.orphans()}:
        territories_tasks.carry_out.enqueue(number)


@at(crontab(hour="3", minute="40"))
def keep_forecast() -> None:
    """Each day what history says; each week how the forecast stands, also when a week's day was missed."""
    forecast_tasks.keep.enqueue()


@at(crontab(minute="*/10"))
def read_documents() -> None:
    """Documents whose job was lost, or that came by another way than an upload."""
    texts.read_rest()


@at(crontab(hour="5", minute="0"))
def remind_of_requests() -> None:
    """Privacy requests that have come closer to their day, or are late."""
    reminding_of_requests.remind()


@at(crontab(minute="*/10"))
def remind_of_breaches() -> None:
    """The 72 hours run at night too."""
    breach_clock.remind()


@at(crontab(hour="1", minute="35"))
def forget_watched() -> None:
    """What was counted of exports and sign-ins is kept for 90 days, which texts of disclosures were shown for 30."""
    watching.forget_old()
    looking.forget_old()


@at(crontab(hour="1", minute="30"))
def empty_bin() -> None:
    bin.purge()


@at(crontab(hour="1", minute="40"))
def refresh_figures() -> None:
    """Revenues of the last twelve months change with the date, not only with orders."""
    figures.push_down()


@at(crontab(hour="1", minute="15"))
def forget_notifications() -> None:
    Notification.forget_old()


@at(crontab(hour="1", minute="50"))
def refresh_touches() -> None:
    """What imports and changed rules have left behind."""
    touching.push_down()


@at(crontab(hour="2", minute="20"))
def mark_barred() -> None:
    """Filters know of suppressed and listed addresses, whatever was written beside the verbs."""
    barring.mark_all(barring.EVERY)


@at(crontab(hour="2", minute="0"))
def learn_tables() -> None:
    """After a day's work the indexes that fit best may be others."""
    planning.learn()


@at(crontab(hour="1", minute="10"))
def clean_sessions() -> None:
    call_command("clearsessions")


@at(crontab(hour="1", minute="20"))
def clean_queue() -> None:
    """Forget finished jobs after a week, and yesterday's marks of this timetable."""
    now = timezone.now()
    backend.forget_finished(now - KEEP_RESULTS)
    today = now.astimezone(dt.UTC).strftime("%Y-%m-%d")
    for key in HUEY.keys(_RAN):
        if key < f"{_RAN}{today}":
            HUEY.delete(key)


@at(crontab(minute="*/2"))
def resume_erasures() -> None:
    """Erasures that nobody works on, and people whom a restored backup has brought back."""
    erasing.again()
    for erasure in erasing.orphans():
        privacy_tasks.erase.enqueue(erasure.pk)


@at(crontab(hour="0", minute="20"))
def end_restrictions() -> None:
    """Restrictions whose last day is over; and what was kept for books whose date is over goes."""
    restricting.lift_due()
    erasing.release_due()


@at(crontab(hour="0", minute="30"))
def erase_former_colleagues() -> None:
    """Accounts of colleagues who left so long ago that the house need not hold them any more."""
    erasing.begin_due()


@at(crontab(hour="3", minute="15"))
def compact_after_erasures() -> None:
    """What was deleted leaves the disk; of a large house at night, because it holds up who wants to save."""
    if compacting.is_due():
        compacting.compact()


@at(crontab(hour="1", minute="40"))
def sweep_files() -> None:
    """Contents that no document names any more, and what broken uploads left."""
    storing.sweep()
