"""Where a text has the words that somebody typed, in whatever spelling: for the piece of text shown beside a hit, with the words marked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from kundenkreis.core.text import words

_AROUND = 60  # characters before the first hit; after it, twice as many
_ROOM = 180
Piece = tuple[str, bool]
"""A part of a text, and whether it is one of the words that were looked for."""


def _spellings() -> dict[str, str]:
    """Folded letter → all single letters that fold to it, as one regular expression's class."""
    found: dict[str, set[str]] = {}
    for code in [*range(0x41, 0x7B), *range(0xC0, 0x250)]:
        folded = "".join(words(chr(code)))
        if len(folded) == 1:
            found.setdefault(folded, {folded}).add(chr(code))
    return {letter: f"[{''.join(sorted(map(re.escape, letters)))}]" for letter, letters in found.items()}


_CLASSES = _spellings()
_AFTER = {"a": "[ae]*", "o": "[oe]*", "u": "[ue]*"}  # umlauts written out


def _letter(letter: str) -> str:
    written = _CLASSES.get(letter, re.escape(letter))
    if letter in _AFTER:
        return written + _AFTER[letter]
    return written if letter.isdigit() else written + "+"


def spelled(word: str, *, begins: bool = False) -> str:
    """A regular expression for a folded word in every spelling that folds to it; with `begins` for every word that begins so."""
    return r"(?<!\w)" + "['’`]?".join(map(_letter, word)) + (r"\w*" if begins else r"(?!\w)")


@lru_cache(maxsize=512)
def _pattern(group: tuple[str, ...], begun: str) -> re.Pattern[str]:
    parts = [spelled(word) for word in group] + ([spelled(begun, begins=True)] if begun else [])
    return re.compile("|".join(parts), re.IGNORECASE)


class Marker:
    """The words of one question. `typed` are what was typed (folded), `groups` for each of them what it may stand for."""

    def __init__(self, typed: Sequence[str], groups: Iterable[Sequence[str]]):
        pairs = list(zip(typed, map(tuple, groups), strict=True))
        self.groups = [group for _word, group in pairs]
        self.patterns = [
            _pattern(group, word if place == len(pairs) - 1 else "") for place, (word, group) in enumerate(pairs)
        ]

    def is_in(self, text: str) -> bool:
        """Has the text a word out of each group?"""
        missing = [group for group, pattern in zip(self.groups, self.patterns, strict=True) if not pattern.search(text)]
        if not missing:
            return True
        there = set(words(text))  # scripts whose spellings are not listed above
        return all(not there.isdisjoint(group) for group in missing)

    def piece(self, text: str) -> list[Piece]:
        """The neighbourhood of the first hit in one line, its hits marked; the beginning of the text when there is none."""
        hits = [match for pattern in self.patterns if (match := pattern.search(text))]
        first = min((match.start() for match in hits), default=0)
        start = max(0, first - _AROUND)
        if start:
            gap = text.find(" ", start, first)
            start = gap + 1 if gap >= 0 else start
        end = min(len(text), start + _ROOM)
        return self._marked(("… " if start else "") + text[start:end] + (" …" if end < len(text) else ""))

    def _marked(self, text: str) -> list[Piece]:
        line = " ".join(text.split())
        spans = sorted(match.span() for pattern in self.patterns for match in pattern.finditer(line))
        pieces: list[Piece] = []
        at = 0
        for start, end in spans:
            if start < at:
                continue
            pieces += [(line[at:start], False), (line[start:end], True)]
            at = end
        pieces.append((line[at:], False))
        return [piece for piece in pieces if piece[0]]
