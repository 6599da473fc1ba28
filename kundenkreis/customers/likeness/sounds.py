"""How words sound in German, and how far two spellings are apart."""

from __future__ import annotations

import re
from functools import lru_cache

_LETTERS = re.compile(r"[^a-z]")
_CODES = dict.fromkeys("aeijouy", "0") | dict.fromkeys("b", "1") | dict.fromkeys("fvw", "3")
_CODES |= dict.fromkeys("gkq", "4") | {"l": "5"} | dict.fromkeys("mn", "6") | {"r": "7"} | dict.fromkeys("sz", "8")
_DOUBLED = re.compile(r"(.)\1+")


@lru_cache(maxsize=500_000)
def cologne(word: str) -> str:
    """The Cologne phonetics of a folded word: "maier", "meyer" and "mayr" → 67.

    Hans Joachim Postel, "Die Kölner Phonetik", IBM-Nachrichten 19 (1969), 925–931. Without letters: "".
    """
    letters = _LETTERS.sub("", word)
    codes = [_code(letters, place) for place in range(len(letters))]
    sound = _DOUBLED.sub(r"\1", "".join(codes))
    return sound[:1] + sound[1:].replace("0", "")


def _code(letters: str, place: int) -> str:
    letter = letters[place]
    before = letters[place - 1] if place else ""
    after = letters[place + 1] if place + 1 < len(letters) else ""
    if letter in _CODES:
        return _CODES[letter]
    if letter == "h":
        return ""
    if letter == "p":
        return "3" if after == "h" else "1"
    if letter in "dt":
        return "8" if after and after in "csz" else "2"
    if letter == "x":
        return "8" if before and before in "ckq" else "48"
    if not before:  # c at the beginning
        return "4" if after and after in "ahkloqrux" else "8"
    return "4" if before not in "sz" and after and after in "ahkoqux" else "8"


def edits(one: str, other: str) -> int:
    """How many letters must be added, left out, replaced or swapped with their neighbour to make one of the other.

    The unrestricted distance of Damerau (1964) and Levenshtein (1966) by the algorithm of Lowrance and Wagner (1975), as DuckDB's
    `damerau_levenshtein` has it.
    """
    if one == other:
        return 0
    most = len(one) + len(other)
    last: dict[str, int] = {}
    table = [[most] * (len(other) + 2) for _row in range(len(one) + 2)]
    for row in range(len(one) + 1):
        table[row + 1][1] = row
    for column in range(len(other) + 1):
        table[1][column + 1] = column
    for row, letter in enumerate(one, start=1):
        matched = 0
        for column, against in enumerate(other, start=1):
            seen, was = last.get(against, 0), matched
            cost = 1
            if letter == against:
                cost, matched = 0, column
            table[row + 1][column + 1] = min(
                table[row][column] + cost,
                table[row + 1][column] + 1,
                table[row][column + 1] + 1,
                table[seen][was] + (row - seen - 1) + 1 + (column - was - 1),
            )
        last[letter] = row
    return table[-1][-1]
