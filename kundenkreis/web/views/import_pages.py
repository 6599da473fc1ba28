"""What the import pages show: the file as it is read, the mapping, work under way, results, problems in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Q
from django.forms import BoundField
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from kundenkreis.quality import importing, mappings, targets
from kundenkreis.quality.fields import FieldSpec
from kundenkreis.quality.importing import CannotImport, Look
from kundenkreis.quality.messages import explain
from kundenkreis.quality.models import ImportProblem, ImportRun, Mapping
from kundenkreis.quality.reading import Source, Unreadable
from kundenkreis.quality.suggesting import Suggestion
from kundenkreis.quality.targets.columns import decide
from kundenkreis.quality.values import decide_decimal
from kundenkreis.staff.models import User
from kundenkreis.web import formats
from kundenkreis.web.forms.imports import MappingForm, ReadingForm
from kundenkreis.web.views.import_list import target_label

State = ImportRun.State
SIZE = 50
MOST_COLUMNS = 60  # shown of the first rows
SURE = 0.9
KINDS = {"delimited": lazy("text table"), "workbook": lazy("Excel workbook"), "parquet": lazy("Parquet table")}
REASONS = {
    "remembered": lazy("as known"),
    "name": lazy("by its name"),
    "similar_name": lazy("by a similar name"),
    "content": lazy("by what stands in it"),
}
KEYS = {
    "number": lazy("Sure, as long as the numbers are the same here and there."),
    "vat_id": lazy("Sure for companies in the EU; blanks and dots in the number do not matter."),
    "email": lazy("Capital letters do not matter. A row whose address occurs twice here is rejected, not guessed."),
    "name_postcode": lazy("Both must agree; capital letters and accents do not matter."),
    "name": lazy("Capital letters and accents do not matter. Two records of one name make the row a rejected one."),
    "line": lazy("An order line is the n-th line of this item in this order, so the same file again changes nothing."),
}
MODES = {
    "create": lazy("New records are added. A row whose record is here already is rejected, and nothing is changed."),
    "update": lazy("Records that are here are changed. A row without one is rejected, and nothing is added."),
    "both": lazy("A row that finds its record changes it, any other adds a new one. Empty cells change nothing."),
}
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


def limit() -> str:
    """The largest file, in words."""
    return formats.size(settings.UPLOAD_LIMIT)


def too_large() -> str:
    return _(
        "The file is larger than %(limit)s, so it was not taken in. Import it in parts, or ask an administrator to raise the limit."
    ) % {"limit": limit()}


def no_space() -> str:
    return _(
        "The disk of the server is full. The file was not kept, and nothing was imported. Tell an administrator, then choose it again."
    )


def why(trouble: Unreadable | CannotImport) -> str:
    """The sentence for what hinders. Where files lie on the server is nobody's business."""
    if trouble.code == "no_file":
        return _("The file is no longer on the server. Give up this draft and choose the file again.")
    return explain(trouble.code, trouble.params)


# --- preparing ---------------------------------------------------------------------------------------------------------


def look_of(run: ImportRun, user: User, refused: str = "") -> dict[str, Any]:
    """The first rows and the choices of how to read; without them, when the file cannot be read any more, the reason."""
    context: dict[str, Any] = {"run": run, "step": "look", "label": target_label(run), "refused": refused, "form": None}
    try:
        seen = importing.look(run)
        decided, doubts = decide(run, targets.get(run.target).fields, seen.source)
    except Unreadable as trouble:
        return context | {"refused": refused or why(trouble)}
    notes = [explain(code, params) for code, params in seen.notes]
    notes += [explain(note.code, note.params) for note in doubts]
    source = seen.source
    decided = _told_by_cells(run, source, decided)
    return context | {
        "look": seen,
        "decided": decided,
        "form": ReadingForm(run=run, look=seen, decided=decided, user=user),
        "facts": _facts(run, source),
        "notes": list(dict.fromkeys(notes)),
        "headers": seen.headers[:MOST_COLUMNS],
        "rows": [(source.first_data_row + n, row[:MOST_COLUMNS]) for n, row in enumerate(seen.rows)],
        "header_at": source.first_data_row - source.header_rows,
        "more_columns": max(0, len(seen.headers) - MOST_COLUMNS),
        "known": known_by(run, seen),
    }


def _told_by_cells(run: ImportRun, source: Source, decided: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    """Without the columns of whole numbers, which say nothing about the decimal mark, unless there are no others."""
    numeric = [name for name, hints in decided.items() if "decimal_mark" in hints]
    if len(numeric) < 2:
        return decided
    sample = source.sample()
    found = {name: decide_decimal(sample[run.mapping[name]]) for name in numeric}
    silent = {name for name, one in found.items() if not (one.comma or one.point or one.unclear)}
    return (
        {name: hints for name, hints in decided.items() if name not in silent}
        if len(silent) < len(numeric)
        else decided
    )


def _facts(run: ImportRun, source: Source) -> list[str]:
    count = source.rows if source.rows is not None else source.estimated_rows
    words = _("%(count)s rows") if source.rows is not None else _("about %(count)s rows")
    return [
        str(KINDS.get(source.kind, source.kind)),
        words % {"count": formats.number(count)},
        _("%(count)s columns") % {"count": formats.number(len(source.columns))},
        formats.size(run.size),
    ]


def known_by(run: ImportRun, seen: Look) -> str:
    """Where the mapping comes from when the headings are known."""
    known = mappings.find(run.target, seen.headers)
    if known is None:
        return ""
    if known.is_delivered:
        return _("The headings are known (%(name)s); the columns are mapped accordingly.") % {"name": known.name}
    stored = (
        Mapping.objects.select_related("owner").filter(target=run.target, signature=mappings.mark(seen.headers)).first()
    )
    if stored is None:
        return ""
    said = {
        "name": stored.name,
        "when": formats.day(timezone.localtime(stored.used_at)),
        "who": str(stored.owner or _("the house itself")),
    }
    return (
        _(
            "A file with these headings was imported on %(when)s by %(who)s (“%(name)s”); the columns are mapped as then."
        )
        % said
    )


@dataclass(frozen=True)
class Line:
    """One field of the target on the mapping page."""

    spec: FieldSpec
    label: str
    bound: BoundField
    sample: str
    reason: str
    tone: str


def mapping_of(run: ImportRun, form: MappingForm | None = None) -> dict[str, Any]:
    """Each field with its column, why, and a value; raises Unreadable."""
    seen, target = importing.look(run), targets.get(run.target)
    shown = form or MappingForm(run=run, look=seen, target=target)
    lines = [_line(spec, shown, run, seen) for spec in target.fields]
    used = {line.bound.value() for line in lines}
    hindrances = [explain(h.code, h.params) for h in importing.hindrances(run)]
    return {
        "run": run, "step": "map", "label": target.label, "form": shown, "hindrances": hindrances, "lines": lines,
        "parts": [[line for line in lines if _matters(line)], [line for line in lines if not _matters(line)]],
        "unmapped": [h for h in seen.headers if h not in used], "headers": seen.headers, "known": known_by(run, seen),
        "keys": [(key.name, capfirst(str(key.label)), KEYS.get(key.name, "")) for key in target.keys],
        "modes": [(mode.value, capfirst(str(mode.label)), MODES[mode.value]) for mode in ImportRun.Mode],
    }  # fmt: skip


def _matters(line: Line) -> bool:
    """Fields to look at; the others are folded away."""
    return bool(line.bound.value() or line.spec.required or line.bound.errors)


def _line(spec: FieldSpec, form: MappingForm, run: ImportRun, seen: Look) -> Line:
    bound = form[f"map-{spec.name}"]
    column = bound.value() or ""
    reason, tone = _why(spec, column, seen.suggestions.get(spec.name))
    place = seen.headers.index(column) if column in seen.headers else -1
    values = (row[place] for row in seen.rows if place >= 0)
    return Line(
        spec, capfirst(str(spec.label)), bound, next((value for value in values if value.strip()), ""), reason, tone
    )


def _why(spec: FieldSpec, column: str, offer: Suggestion | None) -> tuple[str, str]:
    if not column:
        return (_("needs a column"), "bad") if spec.required else ("", "")
    if offer is None or offer.column != column:
        return _("chosen by you"), "info"
    reason = str(REASONS.get(offer.reason, ""))
    if offer.reason == "remembered":
        return reason, "good"
    said = {"reason": reason, "percent": formats.percent(100 * offer.confidence, 0)}
    if offer.confidence >= SURE:
        return _("%(reason)s, %(percent)s") % said, "good"
    return _("%(reason)s, %(percent)s: please look") % said, "warn"


def check_of(run: ImportRun, request: HttpRequest) -> dict[str, Any]:
    """Before the dry run what hinders, after it what would happen."""
    context = {"run": run, "step": "check", "label": target_label(run), "hindrances": [], "failure": ""}
    if run.state == State.CHECKED:
        key = next((key.label for key in targets.get(run.target).keys if key.name == run.match_by), run.match_by)
        return context | {"counts": counted(run.forecast), "key_label": key, **told(run), **problems_of(run, request)}
    try:
        context["hindrances"] = [explain(h.code, h.params) for h in importing.hindrances(run)]
    except Unreadable as trouble:
        context["failure"] = why(trouble)
    if run.failure:
        context["failure"] = explain(run.failure["code"], run.failure.get("params"))
    return context


# --- at work -----------------------------------------------------------------------------------------------------------


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


# --- afterwards --------------------------------------------------------------------------------------------------------


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
