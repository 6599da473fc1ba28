"""The definitions of a noun as a file, from a test house to the live one: written whole, and read with a look at the difference first."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from kundenkreis.fields.models import CustomField
from kundenkreis.fields.nouns import NOUNS
from kundenkreis.history.recording import Actor

FORMAT = "kundenkreis-fields/1"
LARGEST = 5_000_000  # bytes
CARRIED = (
    "belongs_to", "key", "kind", "label_en", "label_de", "help_en", "help_de", "group_en", "group_de", "choices", "is_required",
    "required_roles", "required_stages", "decimals", "currency", "formula", "refers_to", "rollup", "is_indexed", "is_searched",
)  # fmt: skip
_KINDS_OF: dict[str, type | tuple[type, ...]] = {
    "choices": list, "rollup": dict, "required_roles": list, "required_stages": list,
    "decimals": int, "is_required": bool, "is_indexed": bool, "is_searched": bool,
}  # fmt: skip


@dataclass
class Difference:
    """What the file would do: fields to add, fields to change with what of them, fields that the house has and the file has not."""

    added: list[dict[str, Any]] = field(default_factory=list)
    changed: list[tuple[CustomField, dict[str, tuple[Any, Any]]]] = field(default_factory=list)
    left: list[CustomField] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.added or self.changed)


def written(noun: str = "") -> str:
    """The active fields of a noun, or of all, as JSON."""
    rows = CustomField.objects.active().in_order()
    rows = rows.filter(belongs_to=noun) if noun else rows
    fields = [{name: getattr(one, name) for name in CARRIED} for one in rows]
    return json.dumps({"format": FORMAT, "fields": fields}, ensure_ascii=False, indent=1)


def read(content: bytes) -> list[dict[str, Any]]:
    """The definitions in a file. Raises ValidationError, in words, for what is none."""
    if len(content) > LARGEST:
        raise ValidationError(_("The file is too large."))
    try:
        document = json.loads(content.decode())
        if document["format"] != FORMAT:
            raise KeyError("format")
        rows = document["fields"]
    except (ValueError, KeyError, TypeError, RecursionError) as wrong:
        raise ValidationError(_("This is no file with custom fields.")) from wrong
    if not isinstance(rows, list) or not all(_is_definition(row) for row in rows):
        raise ValidationError(_("This is no file with custom fields."))
    return rows


def _is_definition(row: Any) -> bool:
    if not isinstance(row, dict) or not set(row) <= set(CARRIED) or not {"belongs_to", "key", "kind"} <= set(row):
        return False
    return (
        all(isinstance(value, _KINDS_OF.get(name, str)) for name, value in row.items()) and row["belongs_to"] in NOUNS
    )


def difference(rows: list[dict[str, Any]]) -> Difference:
    """What `apply` would do. A retired field of the same key comes back; another kind is left to the change of kind."""
    known = {(one.belongs_to, one.key): one for one in CustomField.objects.living()}
    found = Difference()
    for row in rows:
        present = known.pop((row["belongs_to"], row["key"]), None)
        if present is None:
            found.added.append(row)
            continue
        differing = {
            name: (getattr(present, name), value) for name, value in row.items() if getattr(present, name) != value
        }
        if present.retired_at is not None:
            differing["retired_at"] = (present.retired_at, None)
        if differing:
            found.changed.append((present, differing))
    nouns = {row["belongs_to"] for row in rows}
    found.left = [one for (noun, _key), one in known.items() if noun in nouns and one.retired_at is None]
    return found


@transaction.atomic
def apply(rows: list[dict[str, Any]], *, by: Actor | None) -> Difference:
    """Add and change what differs; nothing is retired. All or nothing: raises ValidationError, naming the field."""
    found = difference(rows)
    # What formulas read comes before them.
    for row in sorted(found.added, key=lambda row: (row["kind"] == "formula", row["kind"] == "rollup")):
        _told(row["key"], lambda row=row: CustomField.add(by=by, **row))
    for present, differing in found.changed:
        values = {name: value for name, (_before, value) in differing.items()}
        _told(present.key, lambda present=present, values=values: present.change(by=by, **values))
    return found


def _told(key: str, verb: Any) -> None:
    try:
        verb()
    except ValidationError as wrong:
        raise ValidationError(_("“%(key)s”: %(why)s") % {"key": key, "why": " ".join(wrong.messages)}) from wrong
