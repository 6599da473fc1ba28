"""Correcting typed words: the terms that occur, found by what is left when a letter is left out.

SymSpell's idea (Wolf Garbe, 2012): two words one typing error apart have a deletion in common. So each term is stored
under its first seven letters and under what is left of them without each one; a typed word is looked up under its own
deletions, and the few terms found are measured exactly. Terms are never unlearned by single edits: a term without
entries costs some bytes and finds nothing; `count_again` tidies.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence

from django.db import connection

from kundenkreis.core import bulk, search_words
from kundenkreis.core.search_models import SearchDeletion, SearchTerm
from kundenkreis.core.search_words import BEGINS, Entry

_SHORTEST, _LONGEST = 3, 30
_SHORTEST_CORRECTED = 4
_PREFIX = 7
_MOST_LOOKED_AT = 1500
_MOST_CORRECTIONS = 6


def learn(entries: Sequence[Entry]) -> None:
    """Know the words of these entries (single edits: their counts are left to `count_again`)."""
    _insert(_terms(entries))


def learn_many(entries: Sequence[Entry]) -> None:
    """Know and count the words of a chunk."""
    counts = _terms(entries)
    fresh = _insert(counts)
    # A word's count only orders the corrections: what is rare in this chunk needs no write.
    common = {term: count for term, count in counts.items() if count >= 5 and term not in fresh}
    if common:
        _add_counts(common)


def count_again() -> None:
    """Count all terms from the word index, forget the others, and write their deletions anew."""
    counts: Counter[str] = Counter()
    for word, count in search_words.word_counts():
        if _is_term(word[1:]):
            counts[word[1:]] += count
    SearchDeletion.objects.all().delete()
    SearchTerm.objects.all().delete()
    terms = sorted(counts)
    bulk.insert_rows(SearchTerm, ("term", "count"), ((term, counts[term]) for term in terms))
    _insert_deletions(terms)


def forget(words: Iterable[str]) -> None:
    """Forget those of these words that no entry has any more."""
    gone = [word for word in words if not search_words.is_known(word)]
    SearchDeletion.objects.filter(term__in=gone).delete()
    SearchTerm.objects.filter(term__in=gone).delete()


def _is_term(word: str) -> bool:
    return _SHORTEST <= len(word) <= _LONGEST and word.isalpha()


def _terms(entries: Iterable[Entry]) -> Counter[str]:
    """How often each term occurs, counted with the letters of the kinds and cleaned after, because that is faster."""
    written = Counter(" ".join([entry.words for entry in entries]).split())
    counts: Counter[str] = Counter()
    for word, count in written.items():
        if _is_term(word[1:]):
            counts[word[1:]] += count
    return counts


def deletions(word: str) -> set[str]:
    """The first seven letters of a word, and what is left of them without each one of them."""
    begin = word[:_PREFIX]
    return {begin, *(begin[:place] + begin[place + 1 :] for place in range(len(begin)))}


def _insert(counts: Counter[str]) -> set[str]:
    """Store the terms that are not known yet, with their deletions; returns them."""
    if not counts:
        return set()
    source, value = _pairs(dict(sorted(counts.items())))
    statement = (
        f"INSERT INTO core_searchterm (term, count) SELECT {source} ON CONFLICT (term) DO NOTHING RETURNING term"  # noqa: S608
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, value)
        fresh = sorted(row[0] for row in cursor.fetchall())
    if fresh:
        _insert_deletions(fresh)
    return set(fresh)


def _insert_deletions(terms: Sequence[str]) -> None:
    long = [term for term in terms if len(term) >= _SHORTEST_CORRECTED]
    pairs = sorted({(deletion, term) for term in long for deletion in deletions(term)})
    bulk.insert_rows(SearchDeletion, ("deletion", "term"), pairs)


def _add_counts(counts: dict[str, int]) -> None:
    source, value = _pairs(dict(sorted(counts.items())))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO core_searchterm (term, count) SELECT {source} "  # noqa: S608
            "ON CONFLICT (term) DO UPDATE SET count = core_searchterm.count + excluded.count",
            value,
        )


def _pairs(counts: dict[str, int]) -> tuple[str, list]:
    """Terms and counts as a source of rows for INSERT … SELECT, in the order given (so that writers don't deadlock)."""
    if connection.vendor == "postgresql":
        return "* FROM unnest(%s::varchar[], %s::int[])", [list(counts), list(counts.values())]
    return "key, value FROM json_each(%s) WHERE true", [json.dumps(counts, ensure_ascii=False)]


def corrections(typed: Sequence[str]) -> list[dict[str, int]]:
    """For each typed word the terms it may stand for with their distance, nearest and commonest first.

    Words too short to be corrected stand for themselves, and so does the last one while it may be unfinished. Empty
    when some word stands for nothing, or when every word stands only for itself (then nothing new would be found).
    """
    groups: list[dict[str, int]] = []
    for place, word in enumerate(typed):
        is_last = place == len(typed) - 1
        correctable = _is_term(word) and len(word) >= _SHORTEST_CORRECTED
        group = _nearest(word) if correctable else {}
        if not correctable or (is_last and beginning_with(word, 1) != []):
            group[word + BEGINS * is_last] = 0
        if not group:
            return []
        groups.append(group)
    unchanged = all({word.rstrip(BEGINS) for word in group} == {was} for group, was in zip(groups, typed, strict=True))
    return [] if unchanged else groups


def beginning_with(word: str, most: int) -> list[str] | None:
    """All terms that begin so; None when there are more than `most` or the word is none that terms are made of."""
    if not word.isalpha():
        return None
    terms = SearchTerm.objects.filter(term__gte=word, term__lt=word + "\U0010ffff").values_list("term", flat=True)
    found = list(terms[: most + 1])
    return found if len(found) <= most else None


def _nearest(word: str) -> dict[str, int]:
    found = SearchDeletion.objects.filter(deletion__in=sorted(deletions(word)))
    terms = set(found.values_list("term", flat=True)[:_MOST_LOOKED_AT])
    allowed = 1 if len(word) < 8 else 2
    near = {term: far for term in terms if (far := distance(word, term, allowed)) <= allowed}
    counts = dict(SearchTerm.objects.filter(term__in=list(near)).values_list("term", "count"))
    best = sorted(near, key=lambda term: (near[term], -counts.get(term, 0), term))
    return {term: near[term] for term in best[:_MOST_CORRECTIONS]}


def distance(one: str, other: str, most: int) -> int:
    """Typing errors between two words (left out, added, changed, swapped with its neighbour); `most` + 1 if more.

    The optimal string alignment distance, given up as soon as a whole row exceeds `most`.
    """
    if abs(len(one) - len(other)) > most:
        return most + 1
    two_above: list[int] = []
    above = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        row = [i]
        for j, opposite in enumerate(other, 1):
            row.append(min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (letter != opposite)))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == opposite:
                row[j] = min(row[j], two_above[j - 2] + 1)
        if min(row) > most:
            return most + 1
        two_above, above = above, row
    return min(above[-1], most + 1)
