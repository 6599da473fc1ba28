"""The list of erasures outside the database, by which a restored backup is erased anew: numbers and hashes, no personal values.

One line of JSON for each erasure, in the data directory and in every backup. A number alone could be another person's in a house that was
set back; so each goes with a hash of when its record was made.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import models

from kundenkreis.customers.models import Account, Contact
from kundenkreis.privacy.models import Erasure
from kundenkreis.staff.models import User

FILE = "erasures.jsonl"
Line = dict[str, Any]


def path() -> Path:
    return Path(settings.DATA_DIR) / FILE


def fingerprint(model: type[models.Model], pk: int, created: Any) -> str:
    """By which a record is known again: SHA-256 over what it is, its number and the moment it was made."""
    text = f"{model._meta.label_lower}:{pk}:{created.isoformat()}"
    return hashlib.sha256(text.encode()).hexdigest()


def line_of(erasure: Erasure) -> Line:
    """What the list says of an erasure. To be made before a record is deleted."""
    hashes = {}
    for model, ids in ((Contact, erasure.contacts), (Account, erasure.accounts), (User, erasure.colleagues)):
        for pk, created in model._base_manager.filter(pk__in=ids).values_list("pk", "created_at"):
            hashes[f"{model._meta.model_name}:{pk}"] = fingerprint(model, pk, created)
    return {"token": str(erasure.token), "at": erasure.begun_at.isoformat(), "records": hashes}


def add(line: Line) -> None:
    """Write a line to the list, once. It stands on the disk when this returns."""
    if line["token"] in {one["token"] for one in read(path())}:
        return
    path().parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path(), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "a") as file:
        file.write(json.dumps(line, sort_keys=True) + "\n")
        file.flush()
        os.fsync(file.fileno())


def read(file: Path) -> list[Line]:
    """The lines of a list; a line that was cut off by a power failure is left out."""
    return list(_lines(file))


def _lines(file: Path) -> Iterator[Line]:
    try:
        texts = file.read_text(errors="replace").splitlines()
    except FileNotFoundError:
        return
    for text in texts:
        try:
            line = json.loads(text)
            if isinstance(line["records"], dict) and isinstance(line["token"], str):
                yield line
        except (ValueError, KeyError, TypeError):
            continue


def join(other: Path) -> int:
    """Take over the lines of another list (a backup's) that are not here yet; how many there were."""
    known = {line["token"] for line in read(path())}
    new = [line for line in read(other) if line["token"] not in known]
    for line in new:
        add(line)
    return len(new)


def outstanding() -> Iterator[tuple[Line, dict[type[models.Model], list[int]]]]:
    """Lines of which the database knows nothing, as after a restore: with her records that are there (again), by their model."""
    lines = read(path())
    known = {str(token) for token in Erasure.objects.filter(token__in=_uuids(lines)).values_list("token", flat=True)}
    for line in lines:
        if line["token"] not in known:
            there = {model: _there(model, line["records"]) for model in (Contact, Account, User)}
            if any(there.values()):
                yield line, there


def _uuids(lines: Iterable[Line]) -> list[str]:
    return [line["token"] for line in lines if len(line["token"]) == 36]


def _there(model: type[models.Model], records: dict[str, str]) -> list[int]:
    name = model._meta.model_name
    wanted = {int(key.partition(":")[2]): value for key, value in records.items() if key.partition(":")[0] == name}
    rows = model._base_manager.filter(pk__in=wanted).values_list("pk", "created_at")
    return [pk for pk, created in rows if fingerprint(model, pk, created) == wanted[pk]]
