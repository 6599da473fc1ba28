"""One query put to the search index: one kind after the other in its own stages, all kinds together in each step.

`core.search.find` says what the stages are. Each kind is a conversation that asks a question and is sent the candidates; what all of them
ask next goes to the database as one statement.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from kundenkreis.core import search_terms, search_words
from kundenkreis.core.search_models import entry_id
from kundenkreis.core.search_words import BEGINS, Asked, Candidate
from kundenkreis.core.text import LEGAL_WORDS

_FIRST, _MOST = 100, 500
_ENOUGH = 20
_FEW_TERMS = 24

Visible = Callable[[int, list[int]], Collection[int]]
Fetch = Callable[[int], Asked | list[Candidate]]
"""asks for so many candidates, or has them already."""
Conversation = Generator[Asked | list[Candidate], list[Candidate], None]
"""asks one question after the other and is sent the answers."""
Among = Callable[[int], Collection[int] | None]


@dataclass(frozen=True, slots=True)
class Hit:
    """A record that was found. `rank`: 0 is it, 1 begins so, 2 in its name, 3 in other text, 10 and more corrected."""

    kind: int
    subject_id: int
    label: str
    rank: int


class Query(NamedTuple):
    key: str
    number: str
    words: list[str]


def together(conversations: Sequence[Conversation]) -> None:
    """Hold all of them at once: what they ask next goes to the database as one statement, not as one for each kind."""
    waiting = [(one, next(one, None)) for one in conversations]
    while waiting := [(one, asked) for one, asked in waiting if asked is not None]:
        answers = iter(search_words.answers([asked for _one, asked in waiting if isinstance(asked, Asked)]))
        waiting = [(one, _told(one, next(answers) if isinstance(asked, Asked) else asked)) for one, asked in waiting]


def _told(one: Conversation, answer: list[Candidate]) -> Asked | list[Candidate] | None:
    """What is asked next, None at the end."""
    try:
        return one.send(answer)
    except StopIteration:
        return None


def attempts(typed: list[str]) -> Iterator[list[str]]:
    """The words to insist on: legal forms and single letters only order what is found.

    Nor is the last word insisted on when nothing is found with it and it may become a legal form.
    """
    insisted = [word for word in typed if word not in LEGAL_WORDS] or typed
    insisted = [word for word in insisted[:-1] if len(word) > 1] + insisted[-1:]
    yield insisted
    last = insisted[-1]
    if len(insisted) > 1 and any(form.startswith(last) for form in LEGAL_WORDS):
        yield insisted[:-1]


def _rank(row: Candidate, query: Query) -> tuple:
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


def begun(word: str) -> list[list[str]]:
    """What an unfinished word may become: the few terms that begin so, which are cheap to look up; else its beginning.

    A beginning makes the engine read and merge the lists of all words that begin so; PostgreSQL needs 20 times as long.
    """
    terms = search_terms.beginning_with(word, _FEW_TERMS)
    return [list(dict.fromkeys([word, *terms])), [word + BEGINS]] if terms else [[word + BEGINS]]


class Search:
    """One kind searched for one query. `ids`, once set, are the only entries that come into question."""

    def __init__(
        self,
        kind: int,
        query: Query,
        limit: int,
        visible: Visible | None,
        begun: Callable[[str], list[list[str]]],
    ):
        self.kind, self.query, self.limit, self.visible, self.begun = kind, query, limit, visible, begun
        self.ids: list[int] | None = None
        self.cut_off = False
        self.ranks: dict[int, tuple] = {}

    def confine(self, few: Collection[int] | None) -> None:
        """Search among these alone, which the person may all see; None changes nothing."""
        if few is not None:
            self.ids, self.visible = [entry_id(self.kind, subject_id) for subject_id in few], None

    def by_stages(self, among: Among | None) -> Conversation:
        """Stages 1 and 2."""
        yield from self._for_this_person(self._by_stages, among)

    def found(self) -> list[Hit]:
        best = sorted(self.ranks.items(), key=lambda item: item[1])[: self.limit]
        return [Hit(self.kind, subject_id, rank[-1], rank[0]) for subject_id, rank in best]

    def _for_this_person(self, ask: Callable[[], Conversation], among: Among | None) -> Conversation:
        """Ask; once more among the few that the person may see, when she may not see enough of the first 500."""
        yield from ask()
        if among is None or self.ids is not None or not self.cut_off or len(self.ranks) >= self.limit:
            return
        if (few := among(self.kind)) is not None:
            self.ids = [entry_id(self.kind, subject_id) for subject_id in few]
            yield from ask()

    def _by_stages(self) -> Conversation:
        kind, query, ids = self.kind, self.query, self.ids
        if query.key:
            yield from self._gather(lambda count: search_words.by_key(kind, query.key, count, ids))
        if query.number and len(self.ranks) < self.limit:
            yield from self._gather(lambda count: search_words.by_number(kind, query.number, count, ids))
            if len(self.ranks) == 1 and next(iter(self.ranks.values()))[0] == 0:
                return  # the number was typed to its end: nothing else is meant
        if len(self.ranks) < self.limit and not (len(query.words) == 1 and len(query.words[0]) < 3):
            for attempt in attempts(query.words):
                finished = [[word] for word in attempt[:-1]]
                for last in self.begun(attempt[-1]):
                    yield from self._by_words([*finished, last])
                    if self.ranks:
                        return

    def with_corrections(self, groups: list[dict[str, int]], among: Among | None) -> Conversation:
        """Stage 3: stage 2 with each word replaced by the terms that it may stand for."""
        words_or_terms = [list(group) for group in groups]
        yield from self._for_this_person(lambda: self._by_words(words_or_terms, _FIRST), among)

    def corrected(self, groups: list[dict[str, int]]) -> list[Hit]:
        """What was found with corrections, the closest first."""

        def closeness(item: tuple[int, tuple]) -> tuple:
            name = item[1][3].split()
            return sum([min([group[word] for word in name if word in group], default=3) for group in groups]), item[1]

        best = sorted(self.ranks.items(), key=closeness)[: self.limit]
        return [Hit(self.kind, subject_id, rank[-1], 10 + rank[0]) for subject_id, rank in best]

    def _by_words(self, groups: list[list[str]], enough: int = 0) -> Conversation:
        """Gather candidates with a word out of each group.

        A word's beginning stands for many words, whose lists must all be read and merged. So the finished words are
        asked for alone first, and the beginning is looked for in what they find: either that was all, or it is often
        enough there.
        """

        def fetch(count: int) -> Asked:
            return search_words.by_words(self.kind, groups, count, self.ids)

        begun = tuple(f" {word.rstrip(BEGINS)}" for word in groups[-1] if word.endswith(BEGINS))
        if not begun or len(groups) == 1 or self.ids is not None:
            yield from self._gather(fetch, enough)
            return
        begun_or_whole = begun + tuple(f" {word} " for word in groups[-1] if not word.endswith(BEGINS))
        some = yield search_words.by_words(self.kind, groups[:-1], _MOST)
        matching = [row for row in some if any(word in f" {row.plain_words()} " for word in begun_or_whole)]
        all_there = len(some) < _MOST
        if not all_there and all(len(word) < 4 for word in begun):
            self.cut_off = all_there = True
        for_a_start = len(matching) >= _ENOUGH

        def fetch_rest(count: int) -> Asked | list[Candidate]:
            return matching[:count] if all_there or (for_a_start and count == _FIRST) else fetch(count)

        yield from self._gather(fetch_rest, enough)

    def _gather(self, fetch: Fetch, enough: int = 0) -> Conversation:
        """Rank the visible ones of the first hundred candidates, and of five hundred if those are too few."""
        for count in (_FIRST, _MOST):
            candidates = yield fetch(count)
            ids = [row.subject_id for row in candidates if row.subject_id not in self.ranks]
            allowed = set(ids) if self.visible is None or not ids else set(self.visible(self.kind, ids))
            for row in candidates:
                if row.subject_id in allowed:
                    self.ranks[row.subject_id] = _rank(row, self.query)
            if len(candidates) < count or len(self.ranks) >= (enough or self.limit):
                return
        self.cut_off = True
