"""The importer's work for the worker."""

from __future__ import annotations

from collections.abc import Callable

from django_tasks import task

from kundenkreis.quality import alone, asking_vies, importing, merging_certain
from kundenkreis.quality.matching import running as matching
from kundenkreis.quality.models import EditedSheet, ImportRun
from kundenkreis.quality.reading import Unreadable
from kundenkreis.quality.sheets import applying, bringing
from kundenkreis.quality.standards import measuring
from kundenkreis.staff.models import User


@task()
def check_import(run_id: int) -> None:
    """The dry run of a large file."""
    run = ImportRun.objects.get(pk=run_id)
    if run.state == ImportRun.State.CHECKING:
        _or_say_why(run, importing.check)


@task()
def run_import(run_id: int) -> None:
    """Import, or go on with an import that a killed worker left. Nothing happens when it was cancelled or has ended meanwhile."""
    run = ImportRun.objects.get(pk=run_id)
    if run.state in (ImportRun.State.WAITING, ImportRun.State.RUNNING, ImportRun.State.FINISHING):
        _or_say_why(run, importing.run_now)


def _or_say_why(run: ImportRun, work: Callable[[ImportRun], ImportRun]) -> None:
    """What hinders has come up since it was asked for: the person's rights, the file, the fields."""
    try:
        work(run)
    except (importing.CannotImport, Unreadable) as trouble:
        if trouble.code != "wrong_state":
            importing.give_up(run, trouble)


@task()
def find_duplicates(full: bool = False) -> None:
    """Bring the pairs of duplicates up to date. Nothing happens while another search is at work: the timetable asks again."""
    try:
        matching.run(full=full)
    except alone.Busy:
        return
    merging_certain.merge_by_rule()


@task()
def ask_vies(account_id: int, number: str, by_id: int | None) -> None:
    """Ask VIES about a number. Whoever has left meanwhile has asked nothing."""
    by = User.objects.filter(pk=by_id, is_active=True).first() if by_id else None
    if by_id is None or by is not None:
        asking_vies.ask(account_id, number, by=by)


@task()
def ask_vies_at_night() -> None:
    asking_vies.ask_due()


@task()
def measure_quality(by_id: int | None = None) -> None:
    """Hold all records against the rules. Nothing happens while another measurement is at work."""
    try:
        measuring.measure(by=User.objects.filter(pk=by_id).first())
    except alone.Busy:
        return


@task()
def merge_duplicates(by_id: int, at_least: float, kind: str, owner: int | None) -> None:
    """Merge what a person has asked for, with the rights that she has by now."""
    person = User.objects.filter(pk=by_id, is_active=True).first()
    if person is not None:
        merging_certain.merge_asked(person, at_least, kind, owner)


@task()
def compare_sheet(sheet_id: int) -> None:
    """Compare an edited workbook that is large, or go on where a killed worker left it: from its beginning."""
    sheet = EditedSheet.objects.filter(pk=sheet_id, state=EditedSheet.State.COMPARING).first()
    if sheet is not None:
        _or_give_up(sheet, bringing.compare)


@task()
def apply_sheet(sheet_id: int) -> None:
    """Take over what was confirmed, or go on with it."""
    sheet = EditedSheet.objects.filter(pk=sheet_id, state=EditedSheet.State.APPLYING).first()
    if sheet is not None:
        _or_give_up(sheet, applying.go_on)


def _or_give_up(sheet: EditedSheet, work: Callable[[EditedSheet], EditedSheet]) -> None:
    try:
        work(sheet)
    except Exception:
        bringing.give_up(sheet)
        raise


@task()
def undo_import(run_id: int, by_id: int | None) -> None:
    """Take an import back, or go on with taking it back."""
    run = ImportRun.objects.get(pk=run_id)
    if run.state == ImportRun.State.UNDOING:
        importing.undo_now(run, User.objects.filter(pk=by_id).first())
