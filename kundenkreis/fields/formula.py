"""Formulas of custom fields: a small safe language over the values of one record. Nothing of Python is run.

`if(annual_volume > 0; round(own_volume / annual_volume * 100; 1); 0)`, `days(today(); contract_end)`, `join(city; ", "; street)`.
Arguments are separated by semicolons, a number has a point or a comma. A name is the key of a field. Every function has a German name too.

Sums only: text in, a tree out (`read`), values in, a value out (`formula_working`). What is wrong is said with a sentence (`BadFormula`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

LONGEST = 1000
DEEPEST = 30
_MOST_PARTS = 300

NUMBER, TEXT, DAY, TRUTH = "number", "text", "date", "truth"
ANY = "any"


class BadFormula(ValueError):
    """The text is no formula; the message is a sentence for people."""


@dataclass(frozen=True)
class Constant:
    value: Decimal | str


@dataclass(frozen=True)
class Name:
    key: str


@dataclass(frozen=True)
class Call:
    """A function or a sign with what it is applied to."""

    name: str
    parts: tuple[Node, ...]


Node = Constant | Name | Call

# Name → (kinds of its arguments, the last one repeated if it ends with …, least and most arguments, kind of its value)
FUNCTIONS: dict[str, tuple[tuple[str, ...], int, int, str]] = {
    "if": ((TRUTH, ANY, ANY), 3, 3, ANY),
    "and": ((TRUTH,), 1, 20, TRUTH),
    "or": ((TRUTH,), 1, 20, TRUTH),
    "not": ((TRUTH,), 1, 1, TRUTH),
    "empty": ((ANY,), 1, 1, TRUTH),
    "min": ((NUMBER,), 1, 20, NUMBER),
    "max": ((NUMBER,), 1, 20, NUMBER),
    "sum": ((NUMBER,), 1, 20, NUMBER),
    "abs": ((NUMBER,), 1, 1, NUMBER),
    "round": ((NUMBER, NUMBER), 1, 2, NUMBER),
    "days": ((DAY, DAY), 2, 2, NUMBER),
    "join": ((ANY,), 1, 20, TEXT),
    "today": ((ANY,), 0, 0, DAY),
}
GERMAN = {
    "wenn": "if",
    "und": "and",
    "oder": "or",
    "nicht": "not",
    "leer": "empty",
    "summe": "sum",
    "betrag": "abs",
    "runden": "round",
    "tage": "days",
    "verbinden": "join",
    "heute": "today",
}
ARITHMETIC = frozenset("+-*/")
COMPARISONS = frozenset({"=", "<>", "<", "<=", ">", ">="})

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:[.,]\d+)?)|(?P<name>[^\W\d]\w*)|(?P<text>\"[^\"]*\")|(?P<sign><>|<=|>=|[-+*/()=<>;]))"
)


def read(text: str) -> Node:
    """The tree of a formula. Raises BadFormula."""
    if len(text) > LONGEST:
        raise BadFormula(_("A formula has at most %(n)d characters.") % {"n": LONGEST})
    tokens = list(_tokens(text))
    if not tokens:
        raise BadFormula(_("A formula needs something to work out."))
    if len(tokens) > _MOST_PARTS:
        raise BadFormula(_("A formula has at most %(n)d parts.") % {"n": _MOST_PARTS})
    reader = _Reader(tokens)
    found = reader.comparison(0)
    if reader.left:
        raise BadFormula(_("“%(part)s” is not expected here.") % {"part": reader.next[1]})
    return found


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    place, end = 0, len(text.rstrip())
    while place < end:
        found = _TOKEN.match(text, place)
        if found is None:
            raise BadFormula(_("“%(part)s” is not understood.") % {"part": text[place:].strip()[:20]})
        place = found.end()
        kind = str(found.lastgroup)
        yield kind, found[kind]


class _Reader:
    """Recursive descent, no deeper than DEEPEST."""

    def __init__(self, tokens: list[tuple[str, str]]):
        self.tokens, self.at = tokens, 0

    @property
    def left(self) -> bool:
        return self.at < len(self.tokens)

    @property
    def next(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.left else ("end", "")

    def take(self) -> tuple[str, str]:
        found = self.next
        self.at += 1
        return found

    def takes(self, signs: frozenset[str] | set[str]) -> str:
        """The sign that comes next, if it is one of these."""
        kind, text = self.next
        if kind == "sign" and text in signs:
            self.at += 1
            return text
        return ""

    def comparison(self, depth: int) -> Node:
        if depth > DEEPEST:
            raise BadFormula(_("Brackets stand in each other at most %(n)d deep.") % {"n": DEEPEST})
        found = self.sum(depth)
        if sign := self.takes(COMPARISONS):
            found = Call(sign, (found, self.sum(depth)))
        return found

    def sum(self, depth: int) -> Node:
        found = self.product(depth)
        while sign := self.takes({"+", "-"}):
            found = Call(sign, (found, self.product(depth)))
        return found

    def product(self, depth: int) -> Node:
        found = self.signed(depth)
        while sign := self.takes({"*", "/"}):
            found = Call(sign, (found, self.signed(depth)))
        return found

    def signed(self, depth: int) -> Node:
        negative = False
        while sign := self.takes({"-", "+"}):
            negative ^= sign == "-"
        found = self.part(depth)
        return Call("-", (Constant(Decimal(0)), found)) if negative else found

    def part(self, depth: int) -> Node:
        kind, text = self.take()
        if kind == "number":
            if len(text) > 16:
                raise BadFormula(_("A number in a formula has at most 15 digits."))
            return Constant(Decimal(text.replace(",", ".")))
        if kind == "text":
            return Constant(text[1:-1])
        if kind == "name":
            return self.call(text, depth) if self.next == ("sign", "(") else Name(text.lower())
        if (kind, text) == ("sign", "("):
            found = self.comparison(depth + 1)
            self.close()
            return found
        if kind == "end":
            raise BadFormula(_("The formula ends too early."))
        raise BadFormula(_("“%(part)s” is not expected here.") % {"part": text})

    def call(self, written: str, depth: int) -> Node:
        name = GERMAN.get(written.lower(), written.lower())
        if name not in FUNCTIONS:
            raise BadFormula(
                _("There is no function “%(name)s”. There are: %(known)s.")
                % {"name": written[:40], "known": ", ".join(FUNCTIONS)}
            )
        self.take()
        parts = [] if self.next == ("sign", ")") else [self.comparison(depth + 1)]
        while self.takes({";"}):
            parts.append(self.comparison(depth + 1))
        self.close()
        _kinds, least, most, _result = FUNCTIONS[name]
        if not least <= len(parts) <= most:
            raise BadFormula(_("“%(name)s” takes another number of values.") % {"name": written})
        return Call(name, tuple(parts))

    def close(self) -> None:
        if not self.takes({")"}):
            raise BadFormula(_("A bracket is not closed."))


def names(node: Node) -> set[str]:
    """The keys that a formula reads."""
    if isinstance(node, Name):
        return {node.key}
    return set().union(*map(names, node.parts)) if isinstance(node, Call) else set()


def reads_today(node: Node) -> bool:
    """Whether it comes to something else on another day, as far as it says so itself."""
    return isinstance(node, Call) and (node.name == "today" or any(map(reads_today, node.parts)))


def kind_of(node: Node, kinds: Mapping[str, str]) -> str:
    """The kind of a formula's value; `kinds` are those of the fields it may read. Raises BadFormula where kinds do not go together."""
    if isinstance(node, Constant):
        return TEXT if isinstance(node.value, str) else NUMBER
    if isinstance(node, Name):
        if node.key not in kinds:
            raise BadFormula(_("There is no field “%(key)s” that a formula can read.") % {"key": node.key[:60]})
        return kinds[node.key]
    found = [kind_of(part, kinds) for part in node.parts]
    if node.name in ARITHMETIC:
        _must_be(node.name, found, NUMBER)
        return NUMBER
    if node.name in COMPARISONS:
        if found[0] != found[1] or found[0] == TRUTH:
            raise BadFormula(_("“%(sign)s” compares two of the same kind.") % {"sign": node.name})
        return TRUTH
    wanted, _least, _most, result = FUNCTIONS[node.name]
    for place, kind in enumerate(found):
        want = wanted[min(place, len(wanted) - 1)]
        if want == ANY and kind == TRUTH:
            raise BadFormula(_("“%(name)s” takes no comparison there.") % {"name": node.name})
        if want != ANY:
            _must_be(node.name, [kind], want)
    if node.name == "if":
        if found[1] != found[2]:
            raise BadFormula(_("Both answers of “if” must be of the same kind."))
        return found[1]
    return result


def _must_be(name: str, found: list[str], kind: str) -> None:
    if any(one != kind for one in found):
        words = {NUMBER: _("a number"), TEXT: _("a text"), DAY: _("a date"), TRUTH: _("a comparison")}
        raise BadFormula(_("“%(name)s” needs %(kind)s.") % {"name": name, "kind": words[kind]})


def ordered(formulas: Mapping[str, Node]) -> list[str]:
    """The keys in the order in which they can be worked out: what is read comes first. Raises BadFormula for a loop, naming it."""
    found: list[str] = []
    state: dict[str, int] = {}
    for start in formulas:
        way = [(start, iter(sorted(names(formulas[start]) & formulas.keys())))]
        if state.get(start):
            continue
        state[start] = 1
        while way:
            key, rest = way[-1]
            further = next(rest, None)
            if further is None:
                way.pop()
                state[key] = 2
                found.append(key)
            elif state.get(further) == 1:
                loop = [one for one, _rest in way]
                loop = [*loop[loop.index(further) :], further]
                raise BadFormula(_("These formulas read each other in a loop: %(loop)s.") % {"loop": " → ".join(loop)})
            elif not state.get(further):
                state[further] = 1
                way.append((further, iter(sorted(names(formulas[further]) & formulas.keys()))))
    return found
