"""The key of a row, and the hidden sheet that says of which house, list and moment a workbook is. Both are signed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.crypto import constant_time_compare, salted_hmac

HIDDEN = "Kundenkreis"
FORMAT = "1"
_KEY = re.compile(r"[A-Z](\d{1,18})\.(\d{1,9})\.([0-9a-f]{12})")
_SALT = "kundenkreis.sheets"


class NotOurs(Exception):
    """The workbook was not made here to be edited, or what it says of itself was changed. `code` says which."""

    def __init__(self, code: str):
        self.code = code
        super().__init__(code)


@dataclass(frozen=True)
class Mark:
    """What a workbook says of itself. `columns` are (heading, field of the noun, or "" for one that is only to be read)."""

    noun: str
    token: str
    house: str
    address: str  # of the list as it was exported
    made_at: str  # ISO, with its offset
    made_by: str
    sheet: str  # the name of the sheet with the rows
    key_heading: str
    columns: tuple[tuple[str, str], ...]

    def rows(self) -> list[list[str]]:
        """The rows of the hidden sheet, the first of them its heading."""
        said = [[name, getattr(self, name), ""] for name in _NAMES] + [["column", *column] for column in self.columns]
        return [["what", "value", "field"], ["format", FORMAT, ""], *said, ["sign", _signed(said), ""]]


_NAMES = ("noun", "token", "house", "address", "made_at", "made_by", "sheet", "key_heading")


def read(rows: Iterable[Sequence[str]]) -> Mark:
    """The mark that `Mark.rows` wrote (without its heading). Raises NotOurs."""
    found = [[*row, "", "", ""][:3] for row in rows]
    kinds = {row[0]: row[1] for row in found}
    if kinds.get("format") != FORMAT or not set(_NAMES) | {"sign"} <= kinds.keys():
        raise NotOurs("sheet_not_ours")
    said = [row for row in found if row[0] not in ("format", "sign")]
    if not constant_time_compare(_signed(said), kinds["sign"]):
        raise NotOurs("sheet_of_another_house")
    columns = tuple((row[1], row[2]) for row in said if row[0] == "column")
    return Mark(**{name: kinds[name] for name in _NAMES}, columns=columns)


def key(mark_token: str, noun: str, pk: int, version: int) -> str:
    """ "A7.3.0123456789ab": the record's number and its version when the workbook was made."""
    return f"{noun[:1].upper()}{pk}.{version}.{_of_key(mark_token, noun, pk, version)}"


def of_key(mark: Mark, text: str) -> tuple[int, int] | None:
    """(number, version) that a key stands for; None for one that was not given out with this workbook."""
    match = _KEY.fullmatch(text.strip())
    if match is None or not text.strip().startswith(mark.noun[:1].upper()):
        return None
    pk, version = int(match[1]), int(match[2])
    genuine = constant_time_compare(_of_key(mark.token, mark.noun, pk, version), match[3])
    return (pk, version) if genuine else None


def _of_key(token: str, noun: str, pk: int, version: int) -> str:
    return salted_hmac(_SALT, f"{token}:{noun}:{pk}:{version}", algorithm="sha256").hexdigest()[:12]


def _signed(rows: Sequence[Sequence[str]]) -> str:
    text = "\n".join("\t".join(part.strip() for part in row) for row in rows)
    return salted_hmac(_SALT, text, algorithm="sha256").hexdigest()[:40]
