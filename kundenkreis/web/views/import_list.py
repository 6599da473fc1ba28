"""The list of imports, and who may see which."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from kundenkreis.customers.asking import people
from kundenkreis.quality import targets
from kundenkreis.quality.models import ImportRun
from kundenkreis.web import formats
from kundenkreis.web.components import component
from kundenkreis.web.lists import Column, Filter, ListPage

State = ImportRun.State
BUSY = frozenset({State.CHECKING, State.WAITING, State.RUNNING, State.FINISHING, State.UNDOING})
KINDS = {
    State.DONE: "good",
    State.FAILED: "bad",
    State.CANCELLED: "warn",
    State.UNDONE: "outline",
    **dict.fromkeys(BUSY, "accent"),
}


def visible(user: Any) -> QuerySet[ImportRun]:
    """Imports this person may see. While one is being prepared, it is for its owner only."""
    begun = Q(batch__isnull=False) | Q(state__in=[State.WAITING, State.CANCELLED])
    return ImportRun.objects.visible_to(user).filter(begun | Q(owner=user))


def target_label(run: ImportRun) -> str:
    """What the file holds, in words; its own name for a kind that no longer exists."""
    target = targets.all_targets().get(run.target)
    return str(target.label) if target else run.target


def state_badge(run: ImportRun) -> Any:
    """The state as a badge, with how far it is while it is at work."""
    text = str(run.get_state_display())
    if run.state in (State.RUNNING, State.CHECKING) and run.share:
        text = f"{text}, {formats.percent(100 * run.share, 0)}"
    return component("badge", text, kind=KINDS.get(State(run.state), ""))


def lines_in(run: ImportRun) -> int | None:
    """Lines of the file that were dealt with, or, before, those it has."""
    return run.rows_read or run.rows_total


def _counted(count: int) -> str:
    return ngettext("%(count)s import", "%(count)s imports", count) % {"count": formats.count(count)}


def _base(request: HttpRequest) -> QuerySet[ImportRun]:
    return visible(request.user)


def _targets() -> list[tuple[str, Any]]:
    return [(name, target.label) for name, target in targets.all_targets().items()]


IMPORTS = ListPage(
    name="imports",
    model=ImportRun,
    title=_("Imports"),
    icon="database",
    columns=(
        Column("file_name", _("File"), "name", always=True),
        Column("target", _("What"), cell=target_label),
        Column("owner", _("Who"), "person", related=("owner",), needs=("owner__first_name", "owner__last_name")),
        Column("state", _("State"), "choice", cell=state_badge, needs=("state", "share")),
        Column("lines", _("Rows"), "number", value=lines_in, needs=("rows_read", "rows_total")),
        Column(
            "rejected", _("Rejected"), "number", value=lambda run: run.counts.get("rejected") or "", needs=("counts",)
        ),
        Column("created_at", _("When"), "date", sort="created_at", first_down=True),
    ),
    filters=(
        Filter("file", "text", _("File"), "file_name"),
        Filter("target", "choice", _("What"), choices=_targets),
        Filter("state", "choice", _("State"), choices=State.choices),
        Filter("owner", "person", _("Who"), choices=people),
    ),
    sort="-created_at",
    name_column="file_name",
    base=_base,
    row_name=str,
    add_url="imports:add",
    add_label=_("Import a file"),
    add_action="imports.run",
    counted=_counted,
    empty=_(
        "Nothing was imported yet. Drop an Excel, CSV or Parquet file of your customers, products or sales here; "
        "you see what would happen before anything is stored, and can undo the whole import."
    ),
)
