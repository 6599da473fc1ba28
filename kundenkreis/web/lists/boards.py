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

    `counts` says which of the rows are added up, where some are counted elsewhere.

    `beside` adds up a second figure under each column: an expression, and what is said of its sum. `tone(row)` colours a card ("old"),
    `hang(rows, user)` puts onto the rows what `note(row)`, a card's third line, reads. With `versioned` the verb is told which version lay
    on the board; `ask(row, value)` is the address of the dialog for what a column asks of a card that comes into it.
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
    counts: Q = Q()
    beside: tuple[Callable[[], Any], Callable[[str], str]] | None = None
    tone: Callable[[Any], str] = lambda row: ""
    hang: Callable[[list[Any], Any], None] = lambda rows, user: None
    note: Callable[[Any], str] = lambda row: ""
    versioned: bool = False
    ask: Callable[[Any, str], str] | None = None

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
    beside: str = ""


def answer(page: ListPage, request: HttpRequest, now: State, board: Board, extra: dict[str, Any]) -> HttpResponse:
    """The board instead of the table."""
    rows = board.rows(page.matching(request, now))
    lanes = {str(value): Lane(str(value), str(label), []) for value, label in board.choices()}
    found = list(_cards(page, now, board, rows)[: MOST + 1])
    page.spare(request, now, found[:MOST])
    board.hang(found[:MOST], request.user)
    for row in found[:MOST]:
        if (lane := lanes.get(str(getattr(row, board.reads) or ""))) is not None:
            lane.cards.append(_card(page, board, row))
    if len(found) <= MOST:
        for value, told in _sums(rows, board).items():
            if value in lanes:
                lanes[value].count, lanes[value].total, lanes[value].beside = told
    context = {
        "list": page,
        "state": now,
        "board": board,
        "lanes": list(lanes.values()),
        "more": len(found) > MOST,
        "most": formats.number(MOST),
        "may_move": access.may(request.user, board.action),
        "move_url": reverse(f"{page.name}:move", args=[board.key]) + (now.address() if board.versioned else ""),
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
    return {
        "pk": row.pk, "name": name, "href": href, "line": board.line(row), "version": row.version, "tone": board.tone(row),
        "note": board.note(row),
    }  # fmt: skip


def _sums(rows: Any, board: Board) -> dict[str, tuple[int, str, str]]:
    """Count and sums of every column in one query."""
    sums: dict[str, Any] = {"number": Count("pk")}
    if board.sums:
        sums["total"] = Sum(board.sums, filter=board.counts or None)
    if board.beside:
        sums["second"] = Sum(board.beside[0](), filter=board.counts or None)
    currency = House.known().currency
    return {
        str(row[board.reads] or ""): (
            row["number"],
            formats.short(row["total"] or 0, currency) if board.sums else "",
            board.beside[1](formats.short(row["second"] or 0, currency)) if board.beside else "",
        )
        for row in rows.order_by().values(board.reads).annotate(**sums)
    }


def move(page: ListPage, request: HttpRequest, key: str) -> HttpResponse:
    """A card was dropped: the verb, and the message with its undo. The answer is JSON, for the board alone."""
    board = next((one for one in page.all_boards if one.key == key), None)
    to, pk = request.POST.get("to", ""), request.POST.get("id", "")
    if board is None or not pk.isascii() or not pk.isdigit() or len(pk) > 18:
        raise Http404
    if to not in {str(value) for value, _label in board.choices()}:
        raise Http404
    record = get_object_or_404(page.model._default_manager.visible_to(request.user).living().filter(board.only), pk=pk)
    if not access.may(request.user, board.action, record):
        raise PermissionDenied
    try:
        event = board.move(record, to, request.user, **_read(board, request))
    except ValidationError as error:
        return JsonResponse({"problem": " ".join(error.messages)} | _asking(board, record, to, error), status=409)
    except Stale:
        return JsonResponse({"problem": _("Somebody else was faster. Reload the page to see it as it is.")}, status=409)
    label = next(str(label) for value, label in board.choices() if str(value) == to)
    said = _("%(name)s: %(value)s") % {"name": record, "value": label}
    told = {
        "toast": component("toast", said, undo=undo_url(event), csrf=csrf_input(request)),
        "version": record.version,
    }
    return JsonResponse(told | _added_up(page, request, board))


def _read(board: Board, request: HttpRequest) -> dict[str, Any]:
    """The version that lay on the board."""
    version = request.POST.get("version", "")
    known = version.isascii() and version.isdigit() and len(version) < 10
    return {"version": int(version) if known else None} if board.versioned else {}


def _asking(board: Board, record: Any, to: str, error: ValidationError) -> dict[str, str]:
    """Where what is lacking can be filled in, when that is all that is wrong."""
    wrong = [one for some in getattr(error, "error_dict", {}).values() for one in some]
    if board.ask is None or not wrong or any(one.code != "needed" for one in wrong):
        return {}
    return {"ask": board.ask(record, to)}


def _added_up(page: ListPage, request: HttpRequest, board: Board) -> dict[str, Any]:
    """What the columns come to now, under the filters that the board was asked with."""
    if not board.versioned:
        return {}
    from kundenkreis.web.lists import state

    sums = _sums(board.rows(page.matching(request, state.read(page, request))), board)
    return {"sums": {value: [count, total, second] for value, (count, total, second) in sums.items()}}
