"""A list as a board: a column for each value of one field, cards that are moved between them, and what each column comes to."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Q, Sum
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.template.backends.utils import csrf_input
from django.urls import reverse
from django.utils.translation import gettext as _

from kundenkreis.core.models import House
from kundenkreis.core.records import Stale
from kundenkreis.staff import access
from kundenkreis.web import formats
from kundenkreis.web.addresses import address
from kundenkreis.web.components import component
from kundenkreis.web.htmx import undo_url

if TYPE_CHECKING:
    from kundenkreis.web.lists.page import ListPage
    from kundenkreis.web.lists.state import State

MOST = 5_000  # cards on one board


@dataclass(frozen=True)
class Board:
    """`column` is the field whose `choices` are the board's columns; `sums` what is added up under each, in house currency.

    `lane`, if given, makes an expression that names each row's column where no field does, and `only` says which of the list's rows
    stand on the board.
    `move(record, value, by)` is the verb behind a drop, `action` what a person must be allowed for it. `line(row)` is the second line of a card,
    made of the ORM columns `needs`.
    """

    key: str
    label: Any
    column: str
    choices: Callable[[], Iterable[tuple[Any, Any]]]
    move: Callable[[Any, str, Any], Any]
    action: str
    sums: str = ""
    line: Callable[[Any], str] = lambda row: ""
    needs: tuple[str, ...] = ()
    lane: Callable[[], Any] | None = None
    only: Q = Q()

    def rows(self, matching: Any) -> Any:
        """The rows that stand on it, each with its column in `self.reads`."""
        rows = matching.filter(self.only)
        return rows.annotate(lane=self.lane()) if self.lane else rows

    @property
    def reads(self) -> str:
        return "lane" if self.lane else self.column


@dataclass
class Lane:
    """One column of a board as it is shown."""

    value: str
    label: str
    cards: list[dict[str, Any]]
    count: int = 0
    total: str = ""


def answer(page: ListPage, request: HttpRequest, now: State, board: Board, extra: dict[str, Any]) -> HttpResponse:
    """The board instead of the table."""
    rows = board.rows(page.matching(request, now))
    lanes = {str(value): Lane(str(value), str(label), []) for value, label in board.choices()}
    found = list(_cards(page, now, board, rows)[: MOST + 1])
    page.spare(request, now, found[:MOST])
    for row in found[:MOST]:
        if (lane := lanes.get(str(getattr(row, board.reads) or ""))) is not None:
            lane.cards.append(_card(page, board, row))
    if len(found) <= MOST:
        for value, told in _sums(rows, board).items():
            if value in lanes:
                lanes[value].count, lanes[value].total = told
    context = {
        "list": page,
        "state": now,
        "board": board,
        "lanes": list(lanes.values()),
        "more": len(found) > MOST,
        "most": formats.number(MOST),
        "may_move": access.may(request.user, board.action),
        "move_url": reverse(f"{page.name}:move", args=[board.key]),
    }
    return render(request, "lists/board.html", extra | page.around(request, now) | context)


def _cards(page: ListPage, now: State, board: Board, rows: Any) -> Any:
    way = "-" if now.descending else ""
    wanted = {page.model._meta.pk.name, board.column, "version", now.sort_column.sort, *board.needs, *page.needs}
    wanted |= {name for column in page.all_columns if column.key == page.name_column for name in column.fetched}
    ordered = rows.order_by(*[way + name for name, _way in page.order(now)])
    related = sorted({name.partition("__")[0] for name in wanted if "__" in name})
    return (ordered.select_related(*related) if related else ordered).only(*sorted(wanted))


def _card(page: ListPage, board: Board, row: Any) -> dict[str, Any]:
    name = page.column(page.name_column).read(row)
    href = address(page.row_url, row.pk)
    return {"pk": row.pk, "name": name, "href": href, "line": board.line(row), "version": row.version}


def _sums(rows: Any, board: Board) -> dict[str, tuple[int, str]]:
    """Count and sum of every column in one query."""
    sums: dict[str, Any] = {"number": Count("pk")}
    if board.sums:
        sums["total"] = Sum(board.sums)
    currency = House.known().currency
    return {
        str(row[board.reads] or ""): (
            row["number"],
            formats.short(row["total"] or 0, currency) if board.sums else "",
        )
        for row in rows.order_by().values(board.reads).annotate(**sums)
    }


def move(page: ListPage, request: HttpRequest, key: str) -> HttpResponse:
    """A card was dropped: the verb, and the message with its undo. The answer is JSON, for the board alone."""
    board = next((one for one in page.boards if one.key == key), None)
    to, pk = request.POST.get("to", ""), request.POST.get("id", "")
    if board is None or not pk.isascii() or not pk.isdigit() or len(pk) > 18:
        raise Http404
    if to not in {str(value) for value, _label in board.choices()}:
        raise Http404
    record = get_object_or_404(page.model._default_manager.visible_to(request.user).living().filter(board.only), pk=pk)
    if not access.may(request.user, board.action, record):
        raise PermissionDenied
    try:
        event = board.move(record, to, request.user)
    except (ValidationError, Stale) as error:
        said = " ".join(error.messages) if isinstance(error, ValidationError) else str(error)
        return JsonResponse({"problem": said}, status=409)
    label = next(str(label) for value, label in board.choices() if str(value) == to)
    said = _("%(name)s: %(value)s") % {"name": record, "value": label}
    return JsonResponse({"toast": component("toast", said, undo=undo_url(event), csrf=csrf_input(request))})
