"""An edited workbook comes in: a copy is kept until it is compared, small ones at once, large ones by the worker."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from django.core.files.base import File
from django.db import transaction
from django.utils import timezone

from kundenkreis.history.models import Batch
from kundenkreis.quality import drafting
from kundenkreis.quality.edited import EditedSheet
from kundenkreis.quality.reading import Unreadable
from kundenkreis.quality.sheets import applying, comparing
from kundenkreis.quality.sheets.marks import NotOurs
from kundenkreis.quality.sheets.opening import open_sheet
from kundenkreis.staff import access
from kundenkreis.staff.models import User

AT_ONCE_BYTES = 200 * 1024  # some 5,000 rows
AT_ONCE_ROWS = 1_000
KEPT = dt.timedelta(days=14)  # so long a comparison waits to be confirmed; its values are nobody's afterwards
ATTEMPTS = 3
SILENT = dt.timedelta(minutes=5)  # after which nobody is at work on it any more
State = EditedSheet.State


def start(file: Path | File | IO[bytes], name: str, user: User) -> EditedSheet:
    """Keep a copy and see whose it is. Raises Unreadable and NotOurs, and then nothing is kept; `compare` does the rest."""
    name = "".join(letter for letter in Path(name).name if letter.isprintable())[-255:] or "workbook.xlsx"
    path = drafting.folder() / f"{uuid.uuid4().hex}-edited.xlsx"
    drafting.copy(file, path)
    try:
        opened = open_sheet(path, name)
        if not access.reach(user, f"{opened.editable.plural}.change"):
            raise NotOurs("sheet_not_allowed")
    except (Unreadable, NotOurs):
        path.unlink(missing_ok=True)
        raise
    return EditedSheet.objects.create(noun=opened.editable.plural, file_name=name, path=str(path), owner=user)


def is_small(sheet: EditedSheet) -> bool:
    """Whether it is compared while the person waits."""
    return Path(sheet.path).stat().st_size <= AT_ONCE_BYTES


def compare(sheet: EditedSheet) -> EditedSheet:
    """Compare it now; a sheet that failed says why."""
    comparing.compare(sheet)
    return sheet


def apply(sheet: EditedSheet) -> bool:
    """Take over what is confirmed: now when it is little (True), else the caller lets the worker go on. Raises `applying.CannotApply`."""
    applying.confirm(sheet)
    if sheet.cells.exclude(kind="problem").values("row").distinct().count() > AT_ONCE_ROWS:
        return False
    applying.go_on(sheet)
    return True


@transaction.atomic
def forget(sheet: EditedSheet) -> None:
    """It is not wanted any more: nothing of it is left but the batch, if it was taken over."""
    sheet.forget_file()
    sheet.delete()


def forget_old(now: dt.datetime | None = None) -> int:
    """Comparisons that nobody has confirmed, and what was told of those that were, after two weeks. How many."""
    old = EditedSheet.objects.filter(created_at__lt=(now or timezone.now()) - KEPT).exclude(state=State.APPLYING)
    count = 0
    for sheet in old.iterator():
        forget(sheet)
        count += 1
    return count


def orphans(now: dt.datetime | None = None) -> Iterator[EditedSheet]:
    """Those that should be at work and that nobody works on, each once in a while. One that was begun again and again is given up."""
    now = now or timezone.now()
    lost = EditedSheet.objects.filter(state__in=[State.COMPARING, State.APPLYING], heartbeat_at__lt=now - SILENT)
    for sheet in lost:
        begun = sheet.counts.get("begun", 0) + 1
        counts = sheet.counts | {"begun": begun}
        if lost.filter(pk=sheet.pk).update(heartbeat_at=now, counts=counts):
            if begun > ATTEMPTS:
                give_up(sheet)
            else:
                yield sheet


def give_up(sheet: EditedSheet) -> None:
    """It cannot go on, and says so. What was taken over by then stays, and can be undone."""
    busy = EditedSheet.objects.filter(pk=sheet.pk, state__in=[State.COMPARING, State.APPLYING])
    if busy.update(state=State.FAILED, failure={"code": "sheet_given_up", "params": {}}):
        running = Batch.objects.filter(pk=sheet.batch_id, state=Batch.State.RUNNING)
        running.update(state=Batch.State.FAILED, ended_at=timezone.now())
        sheet.refresh_from_db()
        sheet.forget_file()
