"""The ECG list and the Robinson list, brought in by file: read line by line, hashed, and replaced as a whole.

The ECG list (§ 7 (2) ECG) is kept by the RTR and binds whoever sends unsolicited advertising mails. Its file `ecg-liste.hash` holds one
SHA-1 hash of 20 bytes after the other, of addresses and of "@domain", in lower case. That is how the programs read it that are publicly
known to; the RTR's own description was not at hand, and its newer web interface (SHA-512, dots in the local part left out) is not asked.
Lists in words are read too: a line with 40 hexadecimal digits, an address, or "@domain".

The Robinson list (§ 151 (9) GewO) is kept by the Fachverband Werbung und Marktkommunikation for letters to persons. Its file is read as
lines of last name, first name, street, postcode and place, separated by semicolon, tab or comma, with or without headings; this shape is
from memory, so the count and the lines that were not understood are shown for each file.
"""

from __future__ import annotations

import csv
import datetime as dt
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from kundenkreis.core import bulk, clock
from kundenkreis.core.models import House
from kundenkreis.customers import barring, fingerprints
from kundenkreis.customers.fingerprints import Postal
from kundenkreis.customers.models import Register, RegisterEntry

OLD_DAYS = 31
_CHUNK = 20_000
_SHA1 = 20
_LONGEST = 2000  # bytes of a line that is still one
_SHOWN = 100
_HEADINGS = {
    "family_name": {"nachname", "familienname", "zuname", "last name", "surname", "family_name", "name"},
    "given_name": {"vorname", "first name", "given_name"},
    "street": {"straße", "strasse", "adresse", "anschrift", "street", "address"},
    "postcode": {"plz", "postleitzahl", "postcode", "zip"},
    "place": {"ort", "stadt", "wohnort", "place", "city", "town"},
}


@dataclass
class Read:
    """What was read so far: how many entries, and the numbers of lines that were not understood."""

    count: int = 0
    bad_count: int = 0
    bad_lines: list[int] = field(default_factory=list)

    def refuse(self, line: int) -> None:
        self.bad_count += 1
        if len(self.bad_lines) < _SHOWN:
            self.bad_lines.append(line)


def is_old(register: Register | None, today: dt.date | None = None) -> bool:
    """Whether a list has to be fetched anew: it is older than a month, or there is none."""
    return register is None or ((today or clock.today()) - register.as_of).days > OLD_DAYS


def current() -> dict[str, Register | None]:
    """The edition in force of each list; None where none came in."""
    there = {one.kind: one for one in Register.objects.current()}
    return {kind: there.get(kind) for kind in Register.Kind.values}


def begin(kind: str, as_of: dt.date, file_name: str, *, by: Any) -> Register:
    """An edition that is about to come in. Raises ValidationError for a day that lies ahead."""
    if as_of > max(clock.today(), dt.date.today()):
        raise ValidationError({"as_of": _("The list cannot be of a day that lies ahead.")})
    return Register.add(by=by, kind=kind, as_of=as_of, file_name=file_name[:200])


def load(register: Register, path: Path, *, by: Any, tell: Callable[[int], None] | None = None) -> Read:
    """Read the file and put it in the place of the list that is in force, in one transaction of a moment; then mark the contacts.

    The entries come in before, some thousand in each transaction, and count for nothing until then. Raises ValidationError, with a
    sentence, when the file makes no sense; the list in force stays.
    """
    read = Read()
    try:
        with path.open("rb") as file:
            digests = _digests(register.kind, file, read)
            while some := list(itertools.islice(digests, _CHUNK)):
                with transaction.atomic():
                    bulk.insert_rows(RegisterEntry, ["register_id", "digest"], ((register.pk, one) for one in some))
                if tell:
                    tell(read.count)
        _refuse_nonsense(read)
    except (ValidationError, UnicodeError, OSError, csv.Error) as trouble:
        fail(register, " ".join(getattr(trouble, "messages", [])) or _("The file cannot be read."), read, by=by)
        raise ValidationError(register.trouble) from trouble
    _take_effect(register, read, by=by)
    barring.mark_all([register.kind])
    return read


def fail(register: Register, why: str, read: Read | None = None, *, by: Any) -> None:
    """The edition did not come in; what came of it goes."""
    read = read or Read()
    register.change(
        by=by,
        verb="failed",
        state=Register.State.FAILED,
        trouble=why[:300],
        bad_count=read.bad_count,
        bad_lines=read.bad_lines,
    )
    _clear(register)


@transaction.atomic
def _swap(register: Register, read: Read, by: Any) -> list[Register]:
    bulk.one_at_a_time(f"register-{register.kind}")
    before = list(Register.objects.select_for_update(of=("self",)).current().filter(kind=register.kind))
    for one in before:
        one.change(by=by, verb="replaced", state=Register.State.REPLACED)
    values: dict[str, Any] = {"count": read.count, "bad_count": read.bad_count, "bad_lines": read.bad_lines}
    register.change(by=by, verb="loaded", state=Register.State.CURRENT, **values)
    return before


def _take_effect(register: Register, read: Read, *, by: Any) -> None:
    for one in _swap(register, read, by):
        _clear(one)


def _clear(register: Register) -> None:
    """The entries of an edition that is not asked any more, some thousand at a time."""
    while ids := list(RegisterEntry.objects.filter(register=register).values_list("pk", flat=True)[:_CHUNK]):
        with transaction.atomic():
            bulk.delete_ids(RegisterEntry, ids)


def _refuse_nonsense(read: Read) -> None:
    if not read.count:
        raise ValidationError(_("There is no entry in this file."))
    if read.bad_count > read.count:
        numbers = ", ".join(str(line) for line in read.bad_lines[:10])
        raise ValidationError(
            _("More than half of the lines are not understood (%(lines)s …). Is it the right file?")
            % {"lines": numbers}
        )


# --- reading -------------------------------------------------------------------------------------------------------------


def _digests(kind: str, file: BinaryIO, read: Read) -> Iterator[str]:
    if kind == Register.Kind.ROBINSON:
        yield from _of_letters(file, read)
        return
    head = file.read(4096)
    file.seek(0)
    yield from _of_hashes(file, read) if _is_binary(head) else _of_mails(file, read)


def _is_binary(head: bytes) -> bool:
    """Hashes as bytes: signs that no list in words has."""
    return any(byte < 9 or 13 < byte < 32 for byte in head)


def _of_hashes(file: BinaryIO, read: Read) -> Iterator[str]:
    while piece := file.read(_SHA1 * _CHUNK):
        if len(piece) % _SHA1:
            raise ValidationError(_("The file is cut off: its length is no multiple of 20 bytes."))
        for start in range(0, len(piece), _SHA1):
            read.count += 1
            yield piece[start : start + _SHA1].hex()


def _lines(file: BinaryIO, read: Read) -> Iterator[tuple[int, str]]:
    """(number, text) of every line that is neither empty nor a remark; a line without an end is refused, not kept in memory."""
    number = 0
    while line := file.readline(_LONGEST):
        number += 1
        if len(line) == _LONGEST and not line.endswith(b"\n"):
            read.refuse(number)
            while (rest := file.readline(_LONGEST)) and not rest.endswith(b"\n"):
                pass
            continue
        text = _decoded(line).strip("\ufeff \t\r\n") if number == 1 else _decoded(line).strip()
        if text and not text.startswith("#"):
            yield number, text


def _decoded(line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode("cp1252", errors="replace")


def _of_mails(file: BinaryIO, read: Read) -> Iterator[str]:
    for number, text in _lines(file, read):
        is_hash = len(text) == 2 * _SHA1 and all(sign in "0123456789abcdefABCDEF" for sign in text)
        if digest := text.lower() if is_hash else fingerprints.ecg_line(text):
            read.count += 1
            yield digest
        else:
            read.refuse(number)


def _of_letters(file: BinaryIO, read: Read) -> Iterator[str]:
    key = House.current().suppression_key
    order, mark, first = list(_HEADINGS), "", True
    for number, text in _lines(file, read):
        if first:
            mark = next((one for one in ";\t," if one in text), ";")
        cells = next(csv.reader([text], delimiter=mark))
        if first and (named := _named(cells)):
            order, first = named, False
            continue
        first = False
        values = dict(zip(order, (cell.strip() for cell in cells), strict=False))
        spelling = fingerprints.letter(Postal(**{name: values.get(name, "") for name in _HEADINGS}))
        if spelling:
            read.count += 1
            yield fingerprints.digest(key, "address", spelling)
        else:
            read.refuse(number)


def _named(cells: list[str]) -> list[str]:
    """The columns by the headings of the first line; [] when these are no headings. A column that we do not ask for is ""."""
    names = []
    for cell in cells:
        known = [name for name, words in _HEADINGS.items() if cell.strip().lower() in words]
        names.append(known[0] if known else "")
    return names if {"family_name", "street", "postcode"} <= set(names) else []
