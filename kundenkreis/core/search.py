"""The search box: finds records by name, number or any of their words, and forgives umlauts and typing errors.

Three stages, each only when the one before did not find enough:
1. a range over the folded key (and over the number), which is a walk along an index;
2. the word index: finished words exactly, the last one as a prefix, at most some hundred candidates, ranked here;
3. only when nothing at all was found: the words corrected by the table of deletions, and stage 2 again.

The verbs call `index` and `remove`, bulk verbs `bulk_index`, always inside their own transaction. What a person may
not see is taken out by `visible`, so that the box never says more than the lists do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from itertools import islice

from kundenkreis.core import search_terms, search_words
from kundenkreis.core.search_asking import Among, Hit, Query, Search, Visible, attempts, begun, together
from kundenkreis.core.search_models import KINDS, entry_id
from kundenkreis.core.search_words import Entry
from kundenkreis.core.text import fold, fold_and_words_many, words

ACCOUNT, CONTACT, PRODUCT, ORDER, USER, DOCUMENT, ACTIVITY, OPPORTUNITY, LEAD, PROJECT, NEED, WISH = range(1, 13)

_MOST_TEXT = 200
_MOST_WORDS = 8
_MOST_INDEXED_WORDS = 80
_CHUNK = 10_000

Row = tuple[int, str, str] | tuple[int, str, str, str]
"""subject id, name, other text to be found by, and perhaps the number it is known by."""
Folded = tuple[str, list[str]]
"""the key of a name, and all words that its record is found by."""


# --- keeping it ------------------------------------------------------------------------------------------------------


_waiting: ContextVar[dict[tuple[int, int], Row | None] | None] = ContextVar("waiting", default=None)


@contextmanager
def once() -> Iterator[None]:
    """Inside this block the index is written at its end, once for each record however many verbs touch it.

    Belongs inside the transaction of those verbs; when one fails, nothing is written.
    """
    if _waiting.get() is not None:
        yield
        return
    gathered: dict[tuple[int, int], Row | None] = {}
    outside = _waiting.set(gathered)
    try:
        yield
    finally:
        _waiting.reset(outside)
    by_kind: dict[int, list[tuple[int, Row | None]]] = {}
    for (kind, subject_id), row in gathered.items():
        by_kind.setdefault(kind, []).append((subject_id, row))
    for kind, some in by_kind.items():
        remove(kind, [subject_id for subject_id, row in some if row is None])
        index(kind, [row for _subject_id, row in some if row is not None])


def index(kind: int, rows: Iterable[Row]) -> None:
    """Make these records findable, or findable by what they are called now. For the verbs of one or a few records."""
    if (gathered := _waiting.get()) is not None:
        gathered.update({(kind, row[0]): row for row in rows})
        return
    entries = _entries(kind, rows)
    before = search_words.stored([entry.id for entry in entries])
    changed = [entry for entry in entries if before.get(entry.id) != entry]
    if changed:
        search_words.take_out([entry.id for entry in changed if entry.id in before])
        search_words.put(changed)
        search_terms.learn(changed)


def remove(kind: int, ids: Iterable[int]) -> None:
    """Make these records not findable any more (discarded, merged, deleted)."""
    if (gathered := _waiting.get()) is not None:
        gathered.update({(kind, subject_id): None for subject_id in ids})
        return
    search_words.take_out([entry_id(kind, subject_id) for subject_id in ids])


def folded(rows: Sequence[Row]) -> list[Folded]:
    """The key of each row's name and the words it is found by."""
    many = fold_and_words_many([(row[1], f"{row[3]} {row[2]}" if len(row) == 4 else f" {row[2]}") for row in rows])
    for (_key, found), row in zip(many, rows, strict=True):
        if "+" in row[2]:
            found += _phone_words(row[2])
        if len(found) > _MOST_INDEXED_WORDS:
            del found[_MOST_INDEXED_WORDS:]
    return many


def bulk_index(kind: int, rows: Iterable[Row], *, new: bool = False, known: Iterable[Folded] | None = None) -> int:
    """`index` for a whole chunk at once; returns how many entries were written.

    `new` says that none of these records is in the index yet, which saves looking; `known` is what `folded` makes of the rows.
    """
    written = 0
    for entries in _chunks(kind, rows, known):
        if not new:
            before = search_words.stored([entry.id for entry in entries])
            entries = [entry for entry in entries if before.get(entry.id) != entry]
            search_words.take_out([entry.id for entry in entries if entry.id in before])
        search_words.put(entries)
        search_terms.learn_many(entries)
        written += len(entries)
    if written:
        search_words.merge()
    return written


def rebuild(sources: dict[int, Iterable[Row]] | None = None) -> None:
    """Write the whole index anew from the rooms' rows by kind, or only what is derived from the entries (no sources).

    Also forgets the words that no entry uses any more, and counts the others exactly. Run it in a transaction.
    """
    for kind, rows in (sources or {}).items():
        search_words.clear(kind)
        for entries in _chunks(kind, rows):
            search_words.put(entries)
    search_words.refresh()
    search_terms.count_again()


def _chunks(kind: int, rows: Iterable[Row], known: Iterable[Folded] | None = None) -> Iterator[list[Entry]]:
    rest, made = iter(rows), None if known is None else iter(known)
    while some := list(islice(rest, _CHUNK)):
        yield _entries(kind, some, None if made is None else list(islice(made, len(some))))


def _entries(kind: int, rows: Iterable[Row], known: Sequence[Folded] | None = None) -> list[Entry]:
    """One entry per record (the last one given), in the order of their ids."""
    if not 0 <= kind < KINDS:
        raise ValueError(f"a kind is a number from 0 to {KINDS - 1}")
    entries: dict[int, Entry] = {}
    letter = search_words.letter(kind)
    join = f" {letter}".join
    some = list(rows)
    for row, (key, found) in zip(some, folded(some) if known is None else known, strict=True):
        subject_id, name, code = row[0], row[1], row[3] if len(row) == 4 else ""
        entries[subject_id] = Entry(
            subject_id * 32 + kind,
            kind,
            subject_id,
            key,
            number_key(code) if code else "",
            letter + join(dict.fromkeys(found)) if found else "",
            name[:300],
        )
    return [entries[subject_id] for subject_id in sorted(entries)]


_SIGNS = {code: None for code in range(128) if not chr(code).isalnum()}


def number_key(number: str) -> str:
    """A customer, order or item number as it is compared: "K-10 023" → k10023."""
    lower = number.lower()
    if lower.isascii():
        return lower.translate(_SIGNS)[:40]
    return "".join([letter for letter in lower if letter.isalnum()])[:40]


_E164 = re.compile(r"\+(?:1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|\d{3})(\d{5,13})\b")
_PHONE = re.compile(r"[+(0][\d\s()/.+-]{5,}")


def _phone_words(text: str) -> list[str]:
    """The national parts of international numbers, because people type "0664 …", not "+43664…"."""
    return _E164.findall(text)


# --- asking it -------------------------------------------------------------------------------------------------------


def find(
    kinds: int | Iterable[int],
    text: str,
    *,
    limit: int = 8,
    visible: Visible | None = None,
    among: Among | None = None,
    confined: Among | None = None,
) -> list[Hit]:
    """The best hits for what a person typed, at most `limit` of each kind, best first (in order of `kinds` at a tie).

    `visible(kind, ids)` returns those of the ids that the person may see. When too few of 500 candidates are, and there
    are more, `among(kind)` is asked for the ids of everything she may see: if that is a few thousand at most it returns
    them and they are searched instead, else None. So who sees 30 of a million accounts finds each of them.
    `confined(kind)` is the same asked beforehand, for whom it is known to be few: then nothing else is read at all.
    Any text is safe, an empty one finds nothing.
    """
    asked = [kinds] if isinstance(kinds, int) else list(kinds)
    query = _query(text)
    if not query.words or limit < 1:
        return []
    ask_once = cache(begun)  # every kind asks it
    searches = [Search(kind, query, limit, visible, ask_once) for kind in asked]
    if confined:
        for one in searches:
            one.confine(confined(one.kind))
    together([one.by_stages(among) for one in searches])
    found = [hit for one in searches for hit in one.found()]
    if not found and (groups := search_terms.corrections(next(attempts(query.words)))):
        together([one.with_corrections(groups, among) for one in searches])
        found = [hit for one in searches for hit in one.corrected(groups)]
    return sorted(found, key=lambda hit: hit.rank)


def _query(text: str) -> Query:
    text = text[:_MOST_TEXT]
    key, typed = fold(text), words(text)
    if _PHONE.fullmatch(text.strip()):
        typed = ["".join(typed).lstrip("0")]
    number = number_key(text)
    number = number if any(letter.isdigit() for letter in number) and len(typed) <= 3 else ""
    return Query(key, number, list(dict.fromkeys(typed))[:_MOST_WORDS])
