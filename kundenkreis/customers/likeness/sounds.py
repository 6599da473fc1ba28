"""How words sound in German, and how far two spellings are apart."""

from __future__ import annotations

import re
from functools import lru_cache

_NO_LETTER = re.compile(r"[^a-z]")
_DOUBLED = [digit * 2 for digit in "012345678"]
# Letters whose sound their neighbours decide become capitals first: D and X as in "dz" and "kx", C as in "ach", F as in "ph".
_BEFORE_HISSING = ("tz", "ts", "ds", "tc", "dz", "dc")
_D = re.compile("[dt](?=[csz])")
_X = re.compile("(?<=[ckq])x")
_C = re.compile("^c(?=[ahkloqruxX])|(?<!^)(?<![sz])c(?=[ahkoquxX])")
_CODES: dict[str, str] = dict.fromkeys("aeijouy", "0") | dict.fromkeys("bp", "1") | dict.fromkeys("dt", "2")
_CODES |= dict.fromkeys("fvwF", "3") | dict.fromkeys("gkqC", "4") | {"l": "5", "r": "7", "x": "48", "h": ""}
_CODES |= dict.fromkeys("mn", "6") | dict.fromkeys("cszDX", "8")
_SOUNDS = str.maketrans(_CODES)


@lru_cache(maxsize=500_000)
def cologne(word: str) -> str:
    """The Cologne phonetics of a folded word: "maier", "meyer" and "mayr" → 67.

    Hans Joachim Postel, "Die Kölner Phonetik", IBM-Nachrichten 19 (1969), 925–931. Without letters: "".
    """
    letters = word if word.isascii() and word.isalpha() and word.islower() else _NO_LETTER.sub("", word)
    if any(map(letters.__contains__, _BEFORE_HISSING)):
        letters = _D.sub("D", letters)
    if "x" in letters:
        letters = _X.sub("X", letters)
    if "c" in letters:
        letters = _C.sub("C", letters)
    sound = letters.replace("ph", "Fh").translate(_SOUNDS)
    for two in _DOUBLED:
        while two in sound:
            sound = sound.replace(two, two[0])
    return sound[:1] + sound[1:].replace("0", "")


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
