"""The entries and their word index on the engine in use: FTS5 on SQLite, tsvector with GIN on PostgreSQL.

Every word is written with the letter of its kind before it ("b" + "hofer"), so that each kind has word lists of its own
and a search among accounts never wades through contacts. Words are letters and digits only, by `core.text.words`:
nothing in them is syntax to either engine.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.db import connection

from kundenkreis.core import bulk
from kundenkreis.core.search_models import KINDS, SearchEntry

_COLUMNS = ("id", "kind", "subject_id", "key", "number", "words", "label")
_HIGHEST = "\U0010ffff"
BEGINS = "*"
"""After a word in a question: any word that begins so."""
_SAMPLE = "(e.id & 480) = 0"
"""One record in sixteen, whatever its kind (an entry's id has its kind in the last five bits): the condition of an index."""
_SAMPLED = 100
_SELECT = "SELECT e.subject_id, e.key, e.number, e.words, e.label FROM core_searchentry e "


class Entry(NamedTuple):
    id: int
    kind: int
    subject_id: int
    key: str
    number: str
    words: str
    label: str


class Asked(NamedTuple):
    """A question for candidates, not yet put to the database."""

    statement: str
    values: list[Any]


class Candidate(NamedTuple):
    subject_id: int
    key: str
    number: str
    words: str
    label: str

    def plain_words(self) -> str:
        """Its words without the letter of the kind."""
        return " ".join([word[1:] for word in self.words.split()])


def letter(kind: int) -> str:
    """The letter before each word of a kind."""
    return chr(ord("a") + kind)


def _postgresql() -> bool:
    return connection.vendor == "postgresql"


def _id_list(ids: Sequence[int]) -> tuple[str, Any]:
    """A condition on ids as SQL and its one parameter, for any number of them."""
    if _postgresql():
        return "= ANY(%s)", list(ids)
    return "IN (SELECT value FROM json_each(%s))", json.dumps(list(ids))


def stored(ids: Sequence[int]) -> dict[int, Entry]:
    """The entries that are there under these ids."""
    if not ids:
        return {}
    condition, value = _id_list(ids)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(_COLUMNS)} FROM core_searchentry WHERE id {condition}", [value])  # noqa: S608
        return {row[0]: Entry(*row) for row in cursor.fetchall()}


def put(entries: Sequence[Entry]) -> None:
    """Write entries that are not there yet."""
    bulk.insert_rows(SearchEntry, _COLUMNS, entries)
    if not _postgresql():
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO core_searchindex (rowid, words) VALUES (%s, %s)",
                [(entry.id, entry.words) for entry in entries],
            )


def merge() -> None:
    """Make searches after a bulk load as fast as before it (what is pending in PostgreSQL's index is read by each)."""
    if _postgresql():
        with connection.cursor() as cursor:
            for index in ("core_searchentry_vector", "core_searchentry_sample"):
                cursor.execute("SELECT gin_clean_pending_list(%s)", [index])


def take_out(ids: Sequence[int]) -> None:
    """Delete entries, whether they are there or not."""
    if not ids:
        return
    condition, value = _id_list(ids)
    with connection.cursor() as cursor:
        if not _postgresql():
            cursor.execute(_FORGET + f"WHERE id {condition}", [value])
        cursor.execute(f"DELETE FROM core_searchentry WHERE id {condition}", [value])  # noqa: S608


# The index has no copy of the words: it must be told which ones it forgets.
_FORGET = (
    "INSERT INTO core_searchindex (core_searchindex, rowid, words) SELECT 'delete', id, words FROM core_searchentry "
)


def clear(kind: int) -> None:
    """Delete all entries of a kind."""
    with connection.cursor() as cursor:
        if not _postgresql():
            cursor.execute(_FORGET + "WHERE kind = %s", [kind])
        cursor.execute("DELETE FROM core_searchentry WHERE kind = %s", [kind])


def refresh() -> None:
    """Build the word index anew from the entries (PostgreSQL's is a column of theirs and cannot differ from them)."""
    merge()
    with connection.cursor() as cursor:
        if _postgresql():
            cursor.execute("ANALYZE core_searchentry")
        else:
            cursor.execute("INSERT INTO core_searchindex (core_searchindex) VALUES ('rebuild')")


def is_known(word: str) -> bool:
    """Whether an entry of any kind has this (folded) word."""
    each = [letter(kind) + word for kind in range(KINDS)]
    with connection.cursor() as cursor:
        if _postgresql():
            cursor.execute(
                "SELECT EXISTS(SELECT 1 FROM core_searchentry WHERE vector @@ %s::tsquery)",
                [" | ".join(f"'{one}'" for one in each)],
            )
        else:
            cursor.execute(
                "SELECT EXISTS(SELECT 1 FROM core_searchindex WHERE core_searchindex MATCH %s)",
                [" OR ".join(f'"{one}"' for one in each)],
            )
        return bool(cursor.fetchone()[0])


def condense() -> None:
    """Leave nothing of forgotten words in the index's segments (SQLite writes deletions beside what they delete)."""
    if not _postgresql():
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO core_searchindex (core_searchindex) VALUES ('optimize')")


def word_counts() -> Iterable[tuple[str, int]]:
    """Each word with its kind's letter and the number of entries that have it."""
    with connection.cursor() as cursor:
        if _postgresql():
            cursor.execute(
                "SELECT word, count(*) FROM core_searchentry, unnest(string_to_array(words, ' ')) AS word GROUP BY word"
            )
        else:
            cursor.execute(
                "CREATE VIRTUAL TABLE IF NOT EXISTS temp.core_searchvocab "
                "USING fts5vocab('main', 'core_searchindex', 'row')"
            )
            cursor.execute("SELECT term, doc FROM temp.core_searchvocab")
        yield from cursor.fetchall()


def by_key(kind: int, begin: str, count: int, among: Sequence[int] | None = None) -> Asked:
    """Entries whose key begins so, in the order of the key; of these entries only, if they are given by id."""
    return _range("key", kind, begin, count, among)


def by_number(kind: int, begin: str, count: int, among: Sequence[int] | None = None) -> Asked:
    """Entries whose number begins so, in the order of the number."""
    return _range("number", kind, begin, count, among)


def _range(column: str, kind: int, begin: str, count: int, among: Sequence[int] | None) -> Asked:
    end = [begin, begin + _HIGHEST, count]
    if among is not None:
        condition, value = _id_list(among)
        # Put together with nothing, the column has no index: the few given entries are to be read, not the range.
        return _asked(
            f"WHERE e.id {condition} AND (e.{column} || '') >= %s AND (e.{column} || '') < %s "
            f"ORDER BY e.{column}, e.subject_id LIMIT %s",
            [value, *end],
        )
    filled = "" if column == "key" else f"AND NOT e.{column} = '' "
    return _asked(
        f"WHERE e.kind = %s AND e.{column} >= %s AND e.{column} < %s {filled}"
        f"ORDER BY e.{column}, e.subject_id LIMIT %s",
        [kind, *end],
    )


def by_words(kind: int, groups: list[list[str]], count: int, among: Sequence[int] | None = None) -> Asked:
    """Entries that have a word out of each group; "hof*" in a group is any word that begins so."""
    first = letter(kind)
    if among is not None:
        return _by_reading(first, groups, count, among)
    if _postgresql():
        each = "'{}'{}".format
        begins, either, both = ":*", " | ", " & "
    else:
        each = '"{}"{}'.format
        begins, either, both = " *", " OR ", " AND "
    asked = both.join(
        "(" + either.join([each(first + word.rstrip(BEGINS), begins * word.endswith(BEGINS)) for word in group]) + ")"
        for group in groups
    )
    if not _postgresql():
        return _asked(
            "JOIN (SELECT rowid FROM core_searchindex WHERE core_searchindex MATCH %s LIMIT %s) f ON f.rowid = e.id",
            [asked, count],
        )
    everywhere = "WHERE e.vector @@ %s::tsquery LIMIT %s"
    return _sampled(asked, count) if count <= _SAMPLED else _asked(everywhere, [asked, count])


def _sampled(asked: str, count: int) -> Asked:
    """Out of the sixteenth of the entries that has a word index of its own, if there are enough; else out of all.

    PostgreSQL gathers all entries that have the words before it hands out the first: of common words tens of thousands.
    """
    few = f"{_SELECT}WHERE e.vector @@ %s::tsquery AND {_SAMPLE} LIMIT %s"
    every = f"{_SELECT}WHERE (SELECT count(*) FROM few) < %s AND e.vector @@ %s::tsquery LIMIT %s"  # noqa: S608
    return Asked(
        f"WITH few AS MATERIALIZED ({few}) SELECT * FROM few WHERE (SELECT count(*) FROM few) = %s UNION ALL ({every})",  # noqa: S608
        [asked, count, count, count, asked, count],
    )


def _by_reading(first: str, groups: list[list[str]], count: int, among: Sequence[int]) -> Asked:
    """The same by reading the words of the given entries, which is faster than the index when they are few."""
    condition, value = _id_list(among)
    each = "(' ' || e.words || ' ') LIKE %s"
    asked = " AND ".join(["(" + " OR ".join([each] * len(group)) + ")" for group in groups])
    patterns = [
        f"% {first}{word.rstrip(BEGINS)}{'' if word.endswith(BEGINS) else ' '}%" for group in groups for word in group
    ]
    return _asked(f"WHERE e.id {condition} AND {asked} ORDER BY e.id LIMIT %s", [value, *patterns, count])


def _asked(rest: str, values: list[Any]) -> Asked:
    return Asked(_SELECT + rest, values)


def answers(questions: Sequence[Asked]) -> list[list[Candidate]]:
    """The candidates that each question finds, asked in one statement: a round trip costs as much as most answers."""
    found: list[list[Candidate]] = [[] for _question in questions]
    if not questions:
        return found
    statement = " UNION ALL ".join(
        f"SELECT {place} AS question, q{place}.* FROM ({one.statement}) AS q{place}"  # noqa: S608
        for place, one in enumerate(questions)
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [value for one in questions for value in one.values])
        for place, *row in cursor.fetchall():
            found[place].append(Candidate(*row))
    return found
