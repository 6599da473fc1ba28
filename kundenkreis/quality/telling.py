"""Whose import went on while she did something else finds its end in the inbox."""

from __future__ import annotations

from django.urls import NoReverseMatch, reverse
from django.utils import translation
from django.utils.translation import gettext as _

from kundenkreis.inbox.models import Notification
from kundenkreis.quality.models import ImportRun
from kundenkreis.staff.models import User

LONG = 10  # seconds of work; whoever waits less sees the end on the page


def ended(run: ImportRun) -> None:
    """A long import is done or has failed."""
    owner = run.owner
    if owner is None or not owner.is_active or run.seconds < LONG:
        return
    with translation.override(owner.language):
        if run.state == ImportRun.State.FAILED:
            said = _("The import of “%(file)s” has failed.") % {"file": run.file_name}
        elif rejected := run.counts.get("rejected", 0):
            said = _("The import of “%(file)s” is done; rows that were refused: %(count)s.") % {
                "file": run.file_name,
                "count": rejected,
            }
        else:
            said = _("The import of “%(file)s” is done.") % {"file": run.file_name}
    Notification.send(owner, "import", said, _address(run))


def undone(run: ImportRun, by: User | None) -> None:
    """Somebody else has taken her import back."""
    owner = run.owner
    if owner is None or not owner.is_active or by is None or by.pk == owner.pk:
        return
    with translation.override(owner.language):
        said = _("%(name)s has undone your import of “%(file)s”.") % {"name": by, "file": run.file_name}
    Notification.send(owner, "undo", said, _address(run))


def _address(run: ImportRun) -> str:
    try:
        return reverse("imports:detail", args=[run.pk])
    except NoReverseMatch:  # a process without pages
        return ""
