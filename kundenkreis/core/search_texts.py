"""Long texts found by their words: what happened in activities, what stands in documents. The newest record comes first.

The index holds no copy of a text, only its words, because there are ten times as many activities as accounts. So it is asked for
candidates, and whoever shows them reads the record again: what was changed since, or lies in the bin, is sorted out there
(`core.marking`). An index of its own, so that the search box among names stays as small and quick as it is.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import partial
from typing import Any, NamedTuple

from django.core.cache import cache
from django.db import connection

from kundenkreis.core import patience, search_terms
from kundenkreis.core.search_models import entry_id
from kundenkreis.core.search_words import letter
from kundenkreis.core.text import LEGAL_WORDS, words

MOST_TEXT = 400_000  # characters of one text that are indexed
_PIECE = 3_900
_MOST_TYPED = 200
_MOST_WORDS = 8
_MOST_DISTINCT = 30_000
_MOST_TERMS = 24
_SHORTEST, _LONGEST = 3, 30
_ROOM_FOR_KINDS = entry_id(0, 1)
_CHUNK = 2_000
_NEWEST = 20_000
_PATIENCE_MS = 250


class Question(NamedTuple):
    """For each typed word those that it may stand for; a text must have one out of each group. `typed` is what was typed, folded."""

    typed: list[str]
    groups: list[list[str]]


def put(kind: int, rows: Iterable[tuple[int, str]]) -> int:
    """Make these texts findable, by (record's number, text); a text given again is found by its new words too. Returns how many."""
    count = 0
    some: list[tuple[int, str]] = []
    for subject_id, text in rows:
        found = distinct_words(text)
        if found:
            some.append((entry_id(kind, subject_id), " ".join(letter(kind) + word for word in found)))
        if len(some) == _CHUNK:
            count += _write(some)
            some = []
    return count + _write(some)


def take_out(kind: int, rows: Iterable[tuple[int, str]]) -> None:
    """Records with these texts are found by none of their words any more."""
    for subject_id, text in rows:
        _unlist(entry_id(kind, subject_id), [letter(kind) + word for word in distinct_words(text)])


def forget(kind: int, terms: Iterable[str], texts: Callable[[list[int]], dict[int, str]]) -> int:
    """Records whose texts had one of these (folded) words and have it no more are not found by it; how many there were.

    `texts` gives the present texts of records by number; one that it does not give is gone.
    """
    first, count = letter(kind), 0
    for term in terms:
        ids = newest(kind, Question([term], [[term]]), _MOST_FORGOTTEN)
        for start in range(0, len(ids), _CHUNK):
            some = ids[start : start + _CHUNK]
            present = texts(some)
            for subject_id in some:
                found = distinct_words(present.get(subject_id, ""))
                if term not in found:
                    _unlist(entry_id(kind, subject_id), [first + term], [first + word for word in found])
                    count += 1
    return count


_MOST_FORGOTTEN = 1_000_000


def _unlist(number: int, gone: list[str], stay: list[str] | None = None) -> None:
    """Out of the index with words of a text; with what is left of it in again."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            if stay:
                cursor.execute(
                    "UPDATE core_searchtext SET vector = array_to_tsvector(%s) WHERE id = %s", [stay, number]
                )
            else:
                cursor.execute("DELETE FROM core_searchtext WHERE id = %s", [number])
            return
        # The index has no copy of the text: it is told which words it forgets, and counts a text less; so it gets the rest anew.
        cursor.execute(
            "INSERT INTO core_searchtext (core_searchtext, rowid, words) VALUES ('delete', %s, %s)",
            [number, " ".join(gone)],
        )
        if stay:
            cursor.execute("INSERT INTO core_searchtext (rowid, words) VALUES (%s, %s)", [number, " ".join(stay)])


def forget_terms(terms: Iterable[str], kinds: Collection[int]) -> None:
    """Forget those of these words that no text of these kinds, which are all that there are, has any more."""
    with connection.cursor() as cursor:
        for term in terms:
            if not any(newest(kind, Question([term], [[term]]), 1) for kind in kinds):
                cursor.execute("DELETE FROM core_searchtextterm WHERE term = %s", [term])


def clear() -> None:
    """Forget all texts and their words; the caller puts all of them again."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("TRUNCATE core_searchtext, core_searchtextterm")
        else:
            cursor.execute("INSERT INTO core_searchtext (core_searchtext) VALUES ('delete-all')")
            cursor.execute("DELETE FROM core_searchtextterm")


def merge() -> None:
    """After many were put: make the index as quick to read as it can be."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT gin_clean_pending_list('core_searchtext_vector')")
            cursor.execute("ANALYZE core_searchtext")
        else:
            cursor.execute("INSERT INTO core_searchtext (core_searchtext) VALUES ('optimize')")


def distinct_words(text: str) -> list[str]:
    """The folded words of a long text, each once, in the order of their first place."""
    found: dict[str, None] = {}
    for piece in _pieces(text[:MOST_TEXT]):
        found.update(dict.fromkeys(words(piece)))
        if len(found) > _MOST_DISTINCT:
            break
    return list(found)[:_MOST_DISTINCT]


def _pieces(text: str) -> Iterator[str]:
    """A text in parts that are short enough to be folded, cut between words."""
    start = 0
    while start < len(text):
        end = start + _PIECE
        if end < len(text):
            gap = max(text.rfind(" ", start, end), text.rfind("\n", start, end))
            end = gap if gap > start else end
        yield text[start:end]
        start = end


def _write(rows: list[tuple[int, str]]) -> int:
    if not rows:
        return 0
    terms = sorted({word[1:] for _id, text in rows for word in text.split() if _is_term(word[1:])})
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "INSERT INTO core_searchtext (id, vector) SELECT id, array_to_tsvector(string_to_array(words, ' ')) "
                "FROM unnest(%s::bigint[], %s::text[]) AS given (id, words) "
                "ON CONFLICT (id) DO UPDATE SET vector = excluded.vector",
                [[pk for pk, _text in rows], [text for _pk, text in rows]],
            )
            known = "SELECT unnest(%s::varchar[])"
        else:
            cursor.executemany("INSERT INTO core_searchtext (rowid, words) VALUES (%s, %s)", rows)
            known = "SELECT value FROM json_each(%s) WHERE true"
        value = terms if connection.vendor == "postgresql" else json.dumps(terms, ensure_ascii=False)
        cursor.execute(
            f"INSERT INTO core_searchtextterm (term) {known} ON CONFLICT (term) DO NOTHING",  # noqa: S608
            [value],
        )
    return len(rows)


def _is_term(word: str) -> bool:
    return _SHORTEST <= len(word) <= _LONGEST and word.isalpha()


# --- asking ----------------------------------------------------------------------------------------------------------


def question(text: str) -> Question | None:
    """What a person's words ask of a text; None when they are too short, or stand for nothing that occurs.

    Finished words are meant as they are, or, when no text has them, as those that are nearest; the last one may be unfinished.
    """
    typed = [word for word in dict.fromkeys(words(text[:_MOST_TYPED])) if word not in LEGAL_WORDS][:_MOST_WORDS]
    typed = [word for word in typed[:-1] if len(word) > 1] + typed[-1:]
    if not typed or len(typed[-1]) < _SHORTEST:
        typed = typed[:-1]
    if not typed:
        return None
    unfinished = not text[:_MOST_TYPED].endswith(" ")
    groups = [_meant(word, unfinished and place == len(typed) - 1) for place, word in enumerate(typed)]
    return Question(typed, groups) if all(groups) else None


def _meant(word: str, is_unfinished: bool) -> list[str]:
    if not _is_term(word):
        return [word]
    begun = _terms(word, word, _MOST_TERMS) if is_unfinished else _terms(word, word, 1)
    begun = begun if is_unfinished else [term for term in begun if term == word]
    return begun or _nearest(word)


def _terms(begin: str, shortest: str, most: int) -> list[str]:
    """The shortest terms that begin so."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT term FROM core_searchtextterm WHERE term >= %s AND term < %s AND length(term) >= %s "
            "ORDER BY length(term), term LIMIT %s",
            [begin, begin + "\U0010ffff", len(shortest), most],
        )
        return [row[0] for row in cursor.fetchall()]


def _nearest(word: str) -> list[str]:
    """Terms that differ by typing errors, one or (from eight letters on) two, but not in their first two letters."""
    if len(word) < 4:
        return []
    allowed = 1 if len(word) < 8 else 2
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT term FROM core_searchtextterm WHERE term >= %s AND term < %s AND length(term) BETWEEN %s AND %s "
            "LIMIT 4000",
            [word[:2], word[:2] + "\U0010ffff", len(word) - allowed, len(word) + allowed],
        )
        near = {term: search_terms.distance(word, term, allowed) for (term,) in cursor.fetchall()}
    close = [term for term, far in near.items() if far <= allowed]
    return sorted(close, key=lambda term: (near[term], term))[:6]


def newest(kind: int, asked: Question, count: int, among: Collection[int] | None = None) -> list[int]:
    """Numbers of records whose texts have the words, the newest first; with `among` of these records only."""
    first = letter(kind)
    if connection.vendor == "postgresql":
        return _newest_on_postgresql(kind, asked, count, among, first)
    match = " AND ".join("(" + " OR ".join(f'"{first}{word}"' for word in group) + ")" for group in asked.groups)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rowid FROM core_searchtext WHERE core_searchtext MATCH %s ORDER BY rowid DESC LIMIT %s",
            [match, _NEWEST if among is not None else count],
        )
        found = [row[0] // _ROOM_FOR_KINDS for row in cursor.fetchall()]
    if among is not None:
        wanted = set(among)
        found = [pk for pk in found if pk in wanted][:count]
    return found


def _newest_on_postgresql(
    kind: int, asked: Question, count: int, among: Collection[int] | None, first: str
) -> list[int]:
    match = " & ".join("(" + " | ".join(f"'{first}{word}'" for word in group) + ")" for group in asked.groups)
    if among is not None:
        numbers = [entry_id(kind, pk) for pk in among]
        return _asked_of_postgresql("AND id = ANY(%s)", [match, numbers, count])
    # A frequent word is soon met by whoever walks from the newest text; a rare one has a short list in the index. Either way round it
    # takes seconds among ten million.
    is_frequent = all(any(first + word in _frequent_words() for word in group) for group in asked.groups)
    walk, by_index = (partial(_asked_of_postgresql, "", [match, count], by_index=way) for way in (False, True))
    if not is_frequent:
        return by_index()
    try:
        with patience.at_most(_PATIENCE_MS):
            return walk()
    except patience.TookTooLong:
        return by_index()


def _asked_of_postgresql(only: str, values: list[Any], by_index: bool = False) -> list[int]:
    ask = f"SELECT id FROM core_searchtext WHERE vector @@ %s::tsquery {only} ORDER BY id DESC LIMIT %s"  # noqa: S608
    if by_index:
        # Sent together, so that they are one question and one transaction; the planner leaves the list of a word out when it
        # expects a thousandth of all texts to have it, as it does of every word that it does not know.
        ways = ("enable_seqscan", "enable_indexscan")
        without, again = (";".join(f"SET LOCAL {way} = {to}" for way in ways) for to in ("off", "DEFAULT"))
        ask = f"{without};{ask};{again}"
    with connection.cursor() as cursor:
        cursor.execute(ask, values)
        while cursor.description is None:
            cursor.nextset()
        return [row[0] // _ROOM_FOR_KINDS for row in cursor.fetchall()]


def _frequent_words() -> frozenset[str]:
    """The words, with their kind's letter, that PostgreSQL's statistics list as the most frequent, as of ten minutes ago at most."""

    def listed() -> frozenset[str]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT unnest(most_common_elems::text::text[]) FROM pg_stats "
                "WHERE schemaname = current_schema() AND tablename = 'core_searchtext' AND attname = 'vector'"
            )
            return frozenset(row[0] for row in cursor.fetchall())

    return cache.get_or_set("core.frequent-words", listed, 600) or frozenset()
