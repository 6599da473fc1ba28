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
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from kundenkreis.core import search_terms, search_words
from kundenkreis.core.search_models import KINDS, entry_id
from kundenkreis.core.search_words import BEGINS, Candidate, Entry
from kundenkreis.core.text import LEGAL_WORDS, fold, fold_and_words_many, words

ACCOUNT, CONTACT, PRODUCT, ORDER, USER, DOCUMENT, ACTIVITY = range(1, 8)

_MOST_TEXT = 200
_MOST_WORDS = 8
_MOST_INDEXED_WORDS = 80
_FIRST, _MORE = 100, 400
_PROBED, _ENOUGH = 500, 20
_FEW_TERMS = 24
_CHUNK = 10_000

Row = tuple[int, str, str] | tuple[int, str, str, str]
"""subject id, name, other text to be found by, and perhaps the number it is known by."""
Folded = tuple[str, list[str]]
"""the key of a name, and all words that its record is found by."""
Visible = Callable[[int, list[int]], Collection[int]]
Fetch = Callable[[int, int], list[Candidate]]
Among = Callable[[int], Collection[int] | None]


@dataclass(frozen=True, slots=True)
class Hit:
    """A record that was found. `rank`: 0 is it, 1 begins so, 2 in its name, 3 in other text, 10 and more corrected."""

    kind: int
    subject_id: int
    label: str
    rank: int


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


class _Query(NamedTuple):
    key: str
    number: str
    words: list[str]


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
    searches = [_Search(kind, query, limit, visible) for kind in asked]
    if confined:
        for one in searches:
            one.confine(confined(one.kind))
    found = [hit for one in searches for hit in one.found(among)]
    if not found and (groups := search_terms.corrections(next(_attempts(query.words)))):
        found = [hit for one in searches for hit in one.corrected(groups, among)]
    return sorted(found, key=lambda hit: hit.rank)


def _query(text: str) -> _Query:
    text = text[:_MOST_TEXT]
    key, typed = fold(text), words(text)
    if _PHONE.fullmatch(text.strip()):
        typed = ["".join(typed).lstrip("0")]
    number = number_key(text)
    number = number if any(letter.isdigit() for letter in number) and len(typed) <= 3 else ""
    return _Query(key, number, list(dict.fromkeys(typed))[:_MOST_WORDS])


def _attempts(typed: list[str]) -> Iterator[list[str]]:
    """The words to insist on: legal forms and single letters only order what is found.

    Nor is the last word insisted on when nothing is found with it and it may become a legal form.
    """
    insisted = [word for word in typed if word not in LEGAL_WORDS] or typed
    insisted = [word for word in insisted[:-1] if len(word) > 1] + insisted[-1:]
    yield insisted
    last = insisted[-1]
    if len(insisted) > 1 and any(form.startswith(last) for form in LEGAL_WORDS):
        yield insisted[:-1]


def _rank(row: Candidate, query: _Query) -> tuple:
    """Sorts candidates: how it matches, where in the name, how short the name is, then by name."""
    key = row.key
    if key == query.key or (query.number and row.number == query.number):
        return 0, 0, 0, key, row.subject_id, row.label
    if query.key and key.startswith(query.key):
        return 1, 0, len(key), key, row.subject_id, row.label
    if query.number and row.number.startswith(query.number):
        return 1, 1, len(row.number), row.number, row.subject_id, row.label
    padded = f" {key}"
    places = [padded.find(f" {word}") for word in query.words]
    elsewhere = [word for word, place in zip(query.words, places, strict=True) if place < 0]
    if elsewhere:
        text = f" {row.plain_words()}"
        missing = len(elsewhere) + sum(f" {word}" not in text for word in elsewhere)
        return 3, missing * 1000 + max(places[0], 0), len(key), key, row.subject_id, row.label
    return 2, places[0], len(key), key, row.subject_id, row.label


def _begun(word: str) -> Iterator[list[str]]:
    """What an unfinished word may become: the few terms that begin so, which are cheap to look up; else its beginning.

    A beginning makes the engine read and merge the lists of all words that begin so; PostgreSQL needs 20 times as long.
    """
    terms = search_terms.beginning_with(word, _FEW_TERMS)
    if terms:
        yield list(dict.fromkeys([word, *terms]))
    yield [word + BEGINS]


class _Search:
    """One kind searched for one query. `ids`, once set, are the only entries that come into question."""

    def __init__(self, kind: int, query: _Query, limit: int, visible: Visible | None):
        self.kind, self.query, self.limit, self.visible = kind, query, limit, visible
        self.ids: list[int] | None = None
        self.cut_off = False
        self.ranks: dict[int, tuple] = {}

    def confine(self, few: Collection[int] | None) -> None:
        """Search among these alone, which the person may all see; None changes nothing."""
        if few is not None:
            self.ids, self.visible = [entry_id(self.kind, subject_id) for subject_id in few], None

    def found(self, among: Among | None) -> list[Hit]:
        """Stages 1 and 2."""
        self._for_this_person(self._by_stages, among)
        best = sorted(self.ranks.items(), key=lambda item: item[1])[: self.limit]
        return [Hit(self.kind, subject_id, rank[-1], rank[0]) for subject_id, rank in best]

    def _for_this_person(self, ask: Callable[[], None], among: Among | None) -> None:
        """Ask; once more among the few that the person may see, when she may not see enough of the first 500."""
        ask()
        if among is None or self.ids is not None or not self.cut_off or len(self.ranks) >= self.limit:
            return
        if (few := among(self.kind)) is not None:
            self.ids = [entry_id(self.kind, subject_id) for subject_id in few]
            ask()

    def _by_stages(self) -> None:
        kind, query, ids = self.kind, self.query, self.ids
        if query.key:
            self._gather(lambda start, count: search_words.by_key(kind, query.key, start, count, ids))
        if query.number and len(self.ranks) < self.limit:
            self._gather(lambda start, count: search_words.by_number(kind, query.number, start, count, ids))
            if len(self.ranks) == 1 and next(iter(self.ranks.values()))[0] == 0:
                return  # the number was typed to its end: nothing else is meant
        if len(self.ranks) < self.limit and not (len(query.words) == 1 and len(query.words[0]) < 3):
            for attempt in _attempts(query.words):
                finished = [[word] for word in attempt[:-1]]
                for last in _begun(attempt[-1]):
                    self._gather(self._by_words([*finished, last]))
                    if self.ranks:
                        return

    def corrected(self, groups: list[dict[str, int]], among: Among | None) -> list[Hit]:
        """Stage 3: stage 2 with each word replaced by the terms that it may stand for."""
        words_or_terms = [list(group) for group in groups]
        self._for_this_person(lambda: self._gather(self._by_words(words_or_terms), _FIRST), among)

        def closeness(item: tuple[int, tuple]) -> tuple:
            name = item[1][3].split()
            return sum([min([group[word] for word in name if word in group], default=3) for group in groups]), item[1]

        best = sorted(self.ranks.items(), key=closeness)[: self.limit]
        return [Hit(self.kind, subject_id, rank[-1], 10 + rank[0]) for subject_id, rank in best]

    def _by_words(self, groups: list[list[str]]) -> Fetch:
        """Candidates with a word out of each group.

        A word's beginning stands for many words, whose lists must all be read and merged. So the finished words are
        asked for alone first, and the beginning is looked for in what they find: either that was all, or it is often
        enough there.
        """

        def fetch(start: int, count: int) -> list[Candidate]:
            return search_words.by_words(self.kind, groups, start, count, self.ids)

        begun = tuple(f" {word.rstrip(BEGINS)}" for word in groups[-1] if word.endswith(BEGINS))
        if not begun or len(groups) == 1 or self.ids is not None:
            return fetch
        begun_or_whole = begun + tuple(f" {word} " for word in groups[-1] if not word.endswith(BEGINS))
        some = search_words.by_words(self.kind, groups[:-1], 0, _PROBED)
        matching = [row for row in some if any(word in f" {row.plain_words()} " for word in begun_or_whole)]
        if len(some) < _PROBED:
            return lambda start, count: matching[start : start + count]
        if all(len(word) < 4 for word in begun):
            self.cut_off = True
            return lambda start, count: matching[start : start + count]
        return lambda start, count: matching[:count] if not start and len(matching) >= _ENOUGH else fetch(start, count)

    def _gather(self, fetch: Fetch, enough: int = 0) -> None:
        """Rank the visible ones of the first hundred candidates, and of four hundred more if those are too few."""
        for start, count in ((0, _FIRST), (_FIRST, _MORE)):
            candidates = fetch(start, count)
            ids = [row.subject_id for row in candidates if row.subject_id not in self.ranks]
            allowed = set(ids) if self.visible is None or not ids else set(self.visible(self.kind, ids))
            for row in candidates:
                if row.subject_id in allowed:
                    self.ranks[row.subject_id] = _rank(row, self.query)
            if len(candidates) < count or len(self.ranks) >= (enough or self.limit):
                return
        self.cut_off = True
