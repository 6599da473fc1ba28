"""What the pages of an import at work and of a finished one show: how far it is, what was stored, problems in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from kundenkreis.quality import importing, targets
from kundenkreis.quality.messages import explain
from kundenkreis.quality.models import ImportProblem, ImportRun
from kundenkreis.web import formats
from kundenkreis.web.views.import_list import target_label

State = ImportRun.State
SIZE = 50
# What a run has counted, in the order in which it is told, and the list where it can be seen.
COUNTS: tuple[tuple[str, Any, str], ...] = (
    ("orders_added", lazy("Orders added"), "orders:list"),
    ("orders_changed", lazy("Orders changed"), "orders:list"),
    ("credit_notes", lazy("of them credit notes"), ""),
    ("adjustments", lazy("of them adjustments"), ""),
    ("accounts_added", lazy("Accounts added on the way"), "accounts:list"),
    ("products_added", lazy("Products added on the way"), "products:list"),
    ("links_added", lazy("Put below their parent account"), ""),
    ("teams_added", lazy("Teams added on the way"), "teams:list"),
    ("families_added", lazy("Product families added on the way"), ""),
    ("managers_added", lazy("Managers added on the way"), "people:list"),
    ("positions_added", lazy("Positions at accounts added"), ""),
    ("prices_added", lazy("Prices added"), ""),
    ("prices_changed", lazy("Prices changed"), ""),
    ("without_account", lazy("Lines without a customer, kept as such"), ""),
    ("notes", lazy("Remarks on rows that were taken"), ""),
    ("blank", lazy("Blank rows passed over"), ""),
)
LISTS = {
    "sales": "orders:list",
    "accounts": "accounts:list",
    "contacts": "contacts:list",
    "products": "products:list",
    "people": "people:list",
}


# --- at work --------------------------------------------------------------------------------------------------------------


def work_of(run: ImportRun) -> dict[str, Any]:
    """What a progress bar says: label, how far (0 to 1, None: unknown), and a line below."""
    labels = {
        State.WAITING: _("Waiting for its turn"),
        State.CHECKING: _("Checking every row; nothing is stored yet"),
        State.RUNNING: _("Importing"),
        State.FINISHING: _("Putting the figures together"),
        State.UNDOING: _("Undoing the import"),
    }
    share = 1 - run.share if run.state == State.UNDOING else run.share
    known = run.state in (State.CHECKING, State.RUNNING, State.UNDOING) and share > 0
    return {
        "label": labels[State(run.state)],
        "share": share if known else None,
        "note": " · ".join(_pace(run)),
        "silent": _silent(run),
    }


def _pace(run: ImportRun) -> Iterable[str]:
    if run.state not in (State.CHECKING, State.RUNNING) or not run.rows_read:
        return
    said = {"done": formats.number(run.rows_read), "total": formats.number(run.rows_total or 0)}
    yield (_("%(done)s of %(total)s rows") if run.rows_total else _("%(done)s rows")) % said
    if run.seconds >= 0.1:
        yield _("%(count)s rows a second") % {"count": formats.number(run.rows_read / run.seconds, 0)}
    left = importing.remaining(run)
    if left is not None:
        yield _("about %(time)s left") % {"time": formats.duration(max(1, left.total_seconds()))}


def _silent(run: ImportRun) -> str:
    """When its process has not been heard of for a while."""
    if run.heartbeat_at is None or run.state == State.WAITING or timezone.now() - run.heartbeat_at < importing.SILENT:
        return ""
    ago = formats.duration((timezone.now() - run.heartbeat_at) / timedelta(seconds=1))
    return _(
        "Nothing was heard of it for %(time)s. It goes on by itself where it was, as soon as the background worker runs again."
    ) % {"time": ago}


# --- afterwards -----------------------------------------------------------------------------------------------------------


def counted(counts: dict[str, int]) -> dict[str, Any]:
    """Lines in = lines stored + lines rejected, and the rest of what was counted with where to see it."""
    added, changed, unchanged, rejected = (
        counts.get(name, 0) for name in ("added", "changed", "unchanged", "rejected")
    )
    rest = [(str(label), counts[name], _address(where)) for name, label, where in COUNTS if counts.get(name)]
    stored = added + changed + unchanged
    return {
        "lines": stored + rejected, "stored": stored, "added": added, "changed": changed, "unchanged": unchanged,
        "rejected": rejected, "rest": rest,
    }  # fmt: skip


def told(run: ImportRun) -> dict[str, Any]:
    """Remarks on the whole file, in words."""
    return {"notes": list(dict.fromkeys(explain(code, params) for code, params in run.notes))}


def result_of(run: ImportRun, request: HttpRequest) -> dict[str, Any]:
    """The page that stays."""
    where = _address(LISTS.get(run.target, ""))
    specs = {spec.name: spec for spec in targets.get(run.target).fields} if run.target in targets.all_targets() else {}
    return {
        "run": run, "label": target_label(run), "counts": counted(run.counts), "list_url": where,
        "failure": explain(run.failure["code"], run.failure.get("params")) if run.failure else "",
        "undone": run.counts.get("undone", 0), "kept": run.counts.get("kept", 0),
        "columns": [(capfirst(str(specs[name].label)), column) for name, column in run.mapping.items() if name in specs],
        "pace": formats.number(run.rows_read / run.seconds, 0) if run.seconds >= 0.1 and run.rows_read >= 1000 else "",
        **told(run), **problems_of(run, request),
    }  # fmt: skip


def _address(name: str) -> str:
    try:
        return reverse(name) if name else ""
    except NoReverseMatch:
        return ""


@dataclass(frozen=True)
class Told:
    """One problem as the page shows it."""

    row: int
    column: str
    text: str
    cells: str


def problems_of(run: ImportRun, request: HttpRequest) -> dict[str, Any]:
    """Why rows were not stored (or with `?notes=1` what was noticed): a summary, and one page of them."""
    of_notes = request.GET.get("notes") == "1"
    found = run.problems.filter(is_note=of_notes)
    groups = list(found.values("field", "code").annotate(count=Count("pk")).order_by("-count", "field", "code")[:12])
    page = list(_after(found, request.GET.get("after", "")).order_by("row", "pk")[: SIZE + 1])
    labels = _labels(run)
    last = page[SIZE - 1] if len(page) > SIZE else None
    address = reverse("imports:problems", args=[run.pk])
    query = "?notes=1&" if of_notes else "?"
    return {
        "groups": [(labels.get(g["field"], ""), _general(g["code"]), g["count"]) for g in groups]
        if sum(g["count"] for g in groups) > SIZE
        else [],
        "problems": [_told(run, problem) for problem in page[:SIZE]],
        "next_problems": f"{address}{query}after={last.row}-{last.pk}" if last else "",
        "of_notes": of_notes,
        "has_problems": bool(groups),
    }


def _after(found: Any, place: str) -> Any:
    row, _dash, pk = place.partition("-")
    if not (row.isdecimal() and pk.isdecimal()):
        return found
    row_number, last = min(int(row), 2**62), min(int(pk), 2**62)
    return found.filter(Q(row__gt=row_number) | Q(row=row_number, pk__gt=last))


def _labels(run: ImportRun) -> dict[str, str]:
    target = targets.all_targets().get(run.target)
    return {spec.name: capfirst(str(spec.label)) for spec in target.fields} if target else {}


def _general(code: str) -> str:
    """The sentence of a code without a value of its own."""
    return explain(code, {"value": "…"}).replace("?", "…")


def _told(run: ImportRun, problem: ImportProblem) -> Told:
    cells = [str(cell) for cell in problem.cells.values() if str(cell).strip()]
    shown = " · ".join(cells[:4])
    column = run.mapping.get(problem.field, "") or _labels(run).get(problem.field, "")
    return Told(
        problem.row, column, explain(problem.code, problem.params), shown if len(shown) <= 120 else shown[:119] + "…"
    )
