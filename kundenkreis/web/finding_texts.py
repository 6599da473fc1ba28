"""What the search box finds beside names: orders by their numbers, and the texts of activities and documents, for one person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kundenkreis.activities.models import Activity
from kundenkreis.core import search, search_texts
from kundenkreis.core.marking import Marker, Piece
from kundenkreis.customers.discretion import spare
from kundenkreis.files.models import Document, may
from kundenkreis.orders.models import Order
from kundenkreis.web import finding

FIRST, MORE = 40, 400
_SHORTEST_NUMBER = 3


@dataclass(frozen=True)
class Passage:
    """A record whose text has the words, and the piece of text where they stand (empty when only its name has them)."""

    record: Any
    piece: list[Piece]


def orders(user: Any, text: str, most: int) -> list[Order]:
    """Orders whose number, or the customer's own number for it, begins with what was typed.

    Only among the first hundreds that begin so; who sees few of them types one more digit.
    """
    text = " ".join(text.split())
    if not _SHORTEST_NUMBER <= len(text) <= 40 or not any(letter.isdigit() for letter in text):
        return []
    seen = Order.objects.visible_to(user).living().for_list()
    found: list[Order] = []
    for count in (FIRST, MORE):
        ids = Order.objects.beginning_with(text, count)
        if not ids:
            return []
        by_id = {order.pk: order for order in seen.filter(pk__in=ids)}
        found = [by_id[pk] for pk in ids if pk in by_id][:most]
        if len(found) >= most or len(ids) < count:
            break
    return found


def activities(user: Any, text: str, most: int) -> list[Passage]:
    """The newest activities with these words that she may see."""

    def read(ids: list[int]) -> dict[int, Activity]:
        rows = Activity.objects.visible_to(user).living().for_list().filter(pk__in=ids)
        return {row.pk: row for row in rows}

    def hers() -> list[int]:
        rows = Activity.objects.gathered_for(user).living().order_by("-at", "-pk")
        return list(rows.values_list("pk", flat=True)[: finding.FEW])

    found = _newest(search.ACTIVITY, text, most, read, hers)
    spare(user, [one.record for one in found], "account", "contact")
    return found


def documents(user: Any, text: str, most: int) -> list[Passage]:
    """The newest documents with these words, in their text or their name, of records that she may see."""

    def read(ids: list[int]) -> dict[int, Document]:
        rows = Document.objects.visible_to(user).living().select_related("read", "latest").filter(pk__in=ids)
        return {row.pk: row for row in rows}

    return [one for one in _newest(search.DOCUMENT, text, most, read, None) if may(user, "see", one.record)]


def _newest(kind: int, text: str, most: int, read: Any, hers: Any) -> list[Passage]:
    """Candidates read again in their order: those that she may see and that still have the words.

    When the newest hundreds hold too few for her and there are more, the newest of all that is hers is asked instead.
    """
    asked = search_texts.question(text)
    if asked is None:
        return []
    marker = Marker(asked.typed, asked.groups)
    found: list[Passage] = []
    known: set[int] = set()
    ids: list[int] = []
    for count in (FIRST, MORE):
        ids = search_texts.newest(kind, asked, count)
        _add(found, [pk for pk in ids if pk not in known], read, marker, most)
        known.update(ids)
        if len(found) >= most or len(ids) < count:
            return found[:most]
    if hers is not None and (among := hers()):
        _add(found, [pk for pk in search_texts.newest(kind, asked, MORE, among) if pk not in known], read, marker, most)
    return found[:most]


def _add(found: list[Passage], ids: list[int], read: Any, marker: Marker, most: int) -> None:
    records = read(ids) if ids else {}
    for record in (records[pk] for pk in ids if pk in records):
        if len(found) >= most:
            return
        text = record.search_text()
        if marker.is_in(text):
            found.append(Passage(record, _piece(record, text, marker)))


def _piece(record: Any, text: str, marker: Marker) -> list[Piece]:
    """From what stands below the name, unless only the name has the words."""
    _name, _line, below = text.partition("\n")
    return marker.piece(below) if below.strip() and any(p.search(below) for p in marker.patterns) else []
