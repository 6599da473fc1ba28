"""Where each person stands on an org chart: a tidy tree from plain numbers, without a database.

Trees are laid out after Reingold and Tilford, Tidier Drawings of Trees (IEEE TSE 7/2, 1981): subtrees are pushed together as far as their
contours allow, and a parent stands in the middle over its children. Many reports without reports of their own hang under each other, so that a
department of twelve does not make the sheet twelve wide. Whoever has no line at all stands in rows below.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

HANG_FROM = 3  # so many reports without reports of their own hang under each other
LOOSE_WIDE = 6  # people without a line, beside each other


@dataclass(frozen=True)
class Drawing:
    """`places` is {person: (column, row)}; columns may be halves. `levels` is {person: how many stand above her}."""

    places: dict[int, tuple[float, int]]
    levels: dict[int, int]
    width: float  # columns
    rows: int


@dataclass
class _Node:
    key: int
    children: list[_Node] = field(default_factory=list)
    offset: float = 0.0  # of its column from its parent's


def without_circles(above: Mapping[int, int | None], order: Sequence[int]) -> dict[int, int | None]:
    """Lines among these people only; of a circle, which rows that were changed past the house may hold, the last line is left out."""
    known = set(order)
    found: dict[int, int | None] = {}
    for one in order:
        superior = above.get(one)
        at, seen = superior, {one}
        while at is not None and at in found and at not in seen:
            seen.add(at)
            at = found[at]
        closes = at is not None and at in seen
        found[one] = superior if superior in known and not closes else None
    return found


def laid_out(above: Mapping[int, int | None], order: Sequence[int]) -> Drawing:
    """Places for these people; `order` is that of siblings."""
    lines = without_circles(above, order)
    below: dict[int | None, list[int]] = {}
    for one in order:
        below.setdefault(lines[one], []).append(one)
    roots = [one for one in below.get(None, []) if one in below]
    loose = [one for one in below.get(None, []) if one not in below]
    places: dict[int, tuple[float, int]] = {}
    if roots:
        top = _Node(-1, [_node(one, below) for one in roots])
        _contours(top)
        _write(top, 0.0, -1, places)
        left = min(column for column, _row in places.values())
        places = {key: (column - left, row) for key, (column, row) in places.items()}
    width = max((column for column, _row in places.values()), default=-1.0) + 1
    first = max((row for _column, row in places.values()), default=-1) + 1
    wide = max(LOOSE_WIDE, int(width))
    for number, one in enumerate(loose):
        places[one] = (float(number % wide), first + number // wide)
    width = max((column for column, _row in places.values()), default=-1.0) + 1
    return Drawing(places, _levels(lines), width, max((row for _column, row in places.values()), default=-1) + 1)


def _levels(lines: Mapping[int, int | None]) -> dict[int, int]:
    found: dict[int, int] = {}
    for one in lines:
        level, at = 0, lines[one]
        while at is not None:
            level, at = level + 1, lines[at]
        found[one] = level
    return found


def _node(one: int, below: Mapping[int | None, list[int]]) -> _Node:
    children = below.get(one, [])
    leaves = [child for child in children if child not in below]
    node = _Node(one, [_node(child, below) for child in children if child in below])
    if len(leaves) < HANG_FROM:
        node.children += [_Node(child) for child in leaves]
        return node
    hanging: _Node | None = None
    for child in reversed(leaves):
        hanging = _Node(child, [hanging] if hanging else [])
    node.children.append(hanging)  # type: ignore[arg-type]
    return node


def _contours(node: _Node) -> tuple[list[float], list[float]]:
    """The leftmost and rightmost column of each row of a subtree, from its own; sets the offsets of what is below."""
    left: list[float] = []
    right: list[float] = []
    for number, child in enumerate(node.children):
        lefts, rights = _contours(child)
        shift = (
            max((there - here + 1 for there, here in zip(right, lefts, strict=False)), default=0.0) if number else 0.0
        )
        child.offset = shift
        lefts, rights = [one + shift for one in lefts], [one + shift for one in rights]
        left += lefts[len(left) :]
        right = rights + right[len(rights) :]
    if node.children:
        middle = (node.children[0].offset + node.children[-1].offset) / 2
        for child in node.children:
            child.offset -= middle
        left, right = [one - middle for one in left], [one - middle for one in right]
    return [0.0, *left], [0.0, *right]


def _write(node: _Node, column: float, row: int, places: dict[int, tuple[float, int]]) -> None:
    if row >= 0:
        places[node.key] = (column, row)
    for child in node.children:
        _write(child, column + child.offset, row + 1, places)
