"""The file: JSON with every part's definitions by key, and in that of a test copy what it began with (`base`). Read as something hostile."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NoReturn

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from kundenkreis import __version__
from kundenkreis.configuration import parts
from kundenkreis.configuration.models import Origin
from kundenkreis.configuration.parts import Definition
from kundenkreis.core.models import House

FORMAT = "kundenkreis-configuration"
VERSION = 1
LARGEST = 20_000_000  # bytes
MOST = 20_000  # definitions of one part
_DEEPEST = 12

Parts = dict[str, dict[str, Definition]]


@dataclass
class Document:
    """`parts` maps each part's name to its definitions; `base` is the same as the test copy began with, None for a house that is none.
    `unknown` are parts that this program does not know; they are left alone.
    """

    parts: Parts
    base: Parts | None = None
    house: str = ""
    unknown: list[str] = field(default_factory=list)


def dump(only: Iterable[str] = ()) -> Parts:
    """The configuration of this house as it is, all of it or some parts."""
    wanted = set(only)
    return {one.name: dict(one.dump()) for one in parts.every() if not wanted or one.name in wanted}


def as_json(only: Iterable[str] = ()) -> dict[str, Any]:
    """The document of this house; in a test copy with what it began with."""
    house, origin = House.current(), Origin.objects.first()
    found = dump(only)
    document: dict[str, Any] = {
        "format": FORMAT, "version": VERSION, "program": __version__, "house": house.name,
        "made_at": timezone.now().isoformat(timespec="seconds"), "parts": found,
    }  # fmt: skip
    if origin is not None:
        document["base"] = {name: origin.document.get(name, {}) for name in found}
    return document


def written(only: Iterable[str] = ()) -> str:
    return json.dumps(as_json(only), ensure_ascii=False, indent=1, sort_keys=True)


def read(content: bytes) -> Document:
    """A file's configuration. Raises ValidationError, in words, for what is none."""
    if len(content) > LARGEST:
        raise ValidationError(_("The file is too large."))
    try:
        given = json.loads(content.decode("utf-8-sig"), parse_constant=_refuse_constant)
        _refuse_deep(given)
    except (ValueError, RecursionError) as wrong:
        raise ValidationError(_("This is no file with a configuration.")) from wrong
    return of_json(_translated(given))


def of_json(given: Any) -> Document:
    """The same of what was read before. Raises ValidationError."""
    if not isinstance(given, dict) or given.get("format") != FORMAT or not isinstance(given.get("parts"), dict):
        raise ValidationError(_("This is no file with a configuration."))
    version = given.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise ValidationError(_("This is no file with a configuration."))
    if version > VERSION:
        raise ValidationError(_("The file was written by a newer Kundenkreis. Update this one first."))
    base = given.get("base")
    if base is not None and not isinstance(base, dict):
        raise ValidationError(_("This is no file with a configuration."))
    house = str(given.get("house") or "")
    unknown = [name[:60] for name in given["parts"] if parts.get(name) is None]
    return Document(_parts(given["parts"]), None if base is None else _parts(base), house[:200], unknown)


def _parts(given: dict[str, Any]) -> Parts:
    found: Parts = {}
    for name, definitions in given.items():
        part = parts.get(name)
        if part is None:
            continue
        if not isinstance(definitions, dict) or len(definitions) > MOST:
            raise ValidationError(_("“%(part)s” in the file is not what it should be.") % {"part": part.label})
        for key, definition in definitions.items():
            if why := part.wrong(key, definition):
                said = _("%(part)s, “%(key)s”: %(why)s") % {"part": part.label, "key": key[:60], "why": why}
                raise ValidationError(said)
        found[name] = definitions
    return found


def _refuse_constant(text: str) -> NoReturn:
    raise ValueError(text)


def _refuse_deep(given: Any, depth: int = 0) -> None:
    """Raises ValueError for what lies too deep, and for text that no database keeps."""
    if depth > _DEEPEST:
        raise ValueError("deep")
    if isinstance(given, str):
        if "\0" in given:
            raise ValueError("NUL")
        given.encode()  # raises UnicodeEncodeError, a ValueError, for half a character
    elif isinstance(given, dict):
        for key, value in given.items():
            _refuse_deep(key, depth + 1)
            _refuse_deep(value, depth + 1)
    elif isinstance(given, list):
        for value in given:
            _refuse_deep(value, depth + 1)


_EARLIER = "kundenkreis-fields/1"


def _translated(given: Any) -> Any:
    """A file with custom fields alone, as an earlier version wrote it, says the same as one with that part."""
    if not isinstance(given, dict) or given.get("format") != _EARLIER or not isinstance(given.get("fields"), list):
        return given
    rows = given["fields"]
    named = all(isinstance(row, dict) and {"belongs_to", "key"} <= row.keys() for row in rows)
    if not named:
        return given
    fields = {
        f"{row['belongs_to']}.{row['key']}": {k: v for k, v in row.items() if k not in ("belongs_to", "key")}
        for row in rows
    }
    return {"format": FORMAT, "version": VERSION, "parts": {"custom_fields": fields}}
