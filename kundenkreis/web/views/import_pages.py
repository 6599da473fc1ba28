"""What the pages before an import show: the file as it is read, the mapping, what a check foresees. What follows is `import_results`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.forms import BoundField
from django.http import HttpRequest
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from kundenkreis.quality import importing, mappings, targets
from kundenkreis.quality.fields import FieldSpec
from kundenkreis.quality.importing import CannotImport, Look
from kundenkreis.quality.messages import explain
from kundenkreis.quality.models import ImportRun, Mapping
from kundenkreis.quality.reading import Source, Unreadable
from kundenkreis.quality.suggesting import Suggestion
from kundenkreis.quality.targets.columns import decide
from kundenkreis.quality.values import decide_decimal
from kundenkreis.staff.models import User
from kundenkreis.web import formats
from kundenkreis.web.forms.imports import MappingForm, ReadingForm
from kundenkreis.web.views.import_list import target_label
from kundenkreis.web.views.import_results import counted, problems_of, told

State = ImportRun.State
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
