"""The importer's work for the worker."""

from __future__ import annotations

from collections.abc import Callable

from django_tasks import task

from kundenkreis.quality import importing
from kundenkreis.quality.models import ImportRun
from kundenkreis.quality.reading import Unreadable
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
def undo_import(run_id: int, by_id: int | None) -> None:
    """Take an import back, or go on with taking it back."""
    run = ImportRun.objects.get(pk=run_id)
    if run.state == ImportRun.State.UNDOING:
        importing.undo_now(run, User.objects.filter(pk=by_id).first())
