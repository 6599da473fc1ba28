"""What an importer can fill: fields with their names in the wild, and the mark of a file's headings."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
WORDS = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class FieldSpec:
    """One field an import can fill. `synonyms` are further headings for it, beside those `suggesting` knows."""

    name: str
    label: StrOrPromise
    kind: str = "text"
    required: bool = False
    synonyms: tuple[str, ...] = ()


def fold_header(text: str) -> str:
    """A heading without case, umlauts, accents and punctuation: "Straße / Nr." becomes "strasse nr"."""
    # "CustomerID" and "unit_price" are two words each
    split = re.sub(r"(?<=[a-zäöüß])(?=[A-ZÄÖÜ])", " ", text)
    plain = unicodedata.normalize("NFKD", split.lower().translate(GERMAN)).encode("ascii", "ignore").decode()
    return WORDS.sub(" ", plain).strip()


def signature(headers: Iterable[str]) -> str:
    """The same for files with the same headings, in any order and spelling of case: finds a remembered mapping."""
    folded = "\n".join(sorted(fold_header(header) or header for header in headers))
    return hashlib.sha256(folded.encode()).hexdigest()[:32]
