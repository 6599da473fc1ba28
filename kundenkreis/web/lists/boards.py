"""A list as a board: a column for each value of one field, cards that are moved between them, and what each column comes to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Q, Sum
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.template.backends.utils import csrf_input
from django.urls import reverse
from django.utils.translation import gettext as _

from kundenkreis.core import keyset
from kundenkreis.core.keyset import bounded_count
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

AT_ONCE = 50  # cards of a column; the next ones come when one has scrolled to them
FIRST = 25  # cards of a column, where it is known which come first; a screen shows ten
MOST = 5_000  # cards whose sums are worked out while one waits; those of more come after the cards


class Kept(Protocol):
    """What is known of a board's columns, by their values."""

    def sums(self) -> Mapping[Any, tuple[int, Any, Any]]:
        """{value: (number, sum, second sum)}."""

    def first(self, sort: str, descending: bool, most: int) -> Mapping[Any, list[int]] | None:
        """{value: numbers of its first cards} by a column; None where that order is not known."""


@dataclass(frozen=True)
class Board:
    """`column` is the field whose `choices` are the board's columns; `sums` what is added up under each, in house currency.

    `lane`, if given, makes an expression that names each row's column where no field does, and `only` says which of the list's rows
    stand on the board; `inside(value)` says once more what of that holds for all cards of one column, for an index to be found by.
    `move(record, value, by)` is the verb behind a drop, `action` what a person must be allowed for it. `line(row)` is the second line of a card,
    made of the ORM columns `needs`.

    `counts` says which of the rows are added up, where some are counted elsewhere.

    `kept(user)`, if given, knows the board of all that a person sees without a question to the rows (`Kept`).

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
    inside: Callable[[str], Q] = lambda value: Q()
    counts: Q = Q()
    beside: tuple[Callable[[], Any], Callable[[str], str]] | None = None
    kept: Callable[[Any], Kept] | None = None
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
    """One column of a board as it is shown: its first cards, and where the next ones are ("" when these are all)."""

    value: str
    label: str
    cards: list[dict[str, Any]]
    more: str = ""
    count: int | str = ""
    total: str = ""
    beside: str = ""


def answer(page: ListPage, request: HttpRequest, now: State, board: Board, extra: dict[str, Any]) -> HttpResponse:
    """The board instead of the table; the next cards of one column (`?lane=…&from=…`); or what all columns come to (`?sums=1`)."""
    rows = board.rows(page.matching(request, now))
    context = {
        "list": page,
        "board": board,
        "may_move": access.may(request.user, board.action),
    }
    if "lane" in request.GET and request.headers.get("HX-Request"):
        lane = _next(page, request, now, board, rows)
        return render(request, "lists/board_cards.html", context | {"lane": lane})
    kept = _kept(request, now, board)
    if "sums" in request.GET:
        return JsonResponse({"sums": _told(_sums(rows, board, kept))})
    lanes = _lanes(page, request, now, board, rows, kept)
    many = kept is None and any(lane.more for lane in lanes) and bounded_count(rows, MOST + 1) > MOST
    if not many:
        sums = _sums(rows, board, kept)
        for lane in lanes:
            lane.count, lane.total, lane.beside = sums.get(lane.value, (0, "", ""))
    context |= {
        "state": now,
        "lanes": lanes,
        "sums_url": _at(request, sums="1") if many else "",
        "move_url": reverse(f"{page.name}:move", args=[board.key]) + (now.address() if board.versioned else ""),
    }
    return render(request, "lists/board.html", extra | page.around(request, now) | context)


def _kept(request: HttpRequest, now: State, board: Board) -> Kept | None:
    """What is kept of the board, where it is of all that the person sees."""
    is_whole = not now.filters.parts and not now.text and not now.is_of_nothing
    return board.kept(request.user) if board.kept is not None and is_whole else None


def _at(request: HttpRequest, **more: str) -> str:
    """This board's address with something more asked of it."""
    asked = request.GET.copy()
    for name in ("lane", "from", "sums"):
        asked.pop(name, None)
    for name, value in more.items():
        asked[name] = value
    return f"{request.path}?{asked.urlencode()}"


def _lanes(page: ListPage, request: HttpRequest, now: State, board: Board, rows: Any, kept: Kept | None) -> list[Lane]:
    """All columns with their first cards."""
    choices = [(str(value), str(label)) for value, label in board.choices()]
    first = kept.first(now.sort_column.sort, now.descending, _first() + 1) if kept is not None else None
    if first is not None:
        some = _known(page, now, board, first)
    else:  # a question for each, because one for all would read the cards of the fullest alone
        some = {value: _some(page, now, board, rows, value) for value, _label in choices}
    none = keyset.Page([], "", "")
    _hang(page, request, now, board, [row for value, _label in choices for row in some.get(value, none).rows])
    return [_lane(page, request, board, value, label, some.get(value, none)) for value, label in choices]


def _known(page: ListPage, now: State, board: Board, first: Mapping[Any, list[int]]) -> dict[str, keyset.Page]:
    """The first cards of all columns by their numbers. One query."""
    wanted = [number for numbers in first.values() for number in numbers[: _first()]]
    rows = page.model._default_manager.living().filter(pk__listed=wanted).order_by()  # type: ignore[attr-defined]
    read = {row.pk: row for row in _cards(page, now, board, rows)}
    found = {}
    for value, numbers in first.items():
        some = [read[number] for number in numbers[: _first()] if number in read]
        more = len(numbers) > _first() and bool(some)
        found[str(value)] = keyset.Page(
            some, keyset.cursor_after(page.model, page.order(now), some[-1]) if more else "", ""
        )
    return found


def _first() -> int:
    return min(FIRST, AT_ONCE)


def _next(page: ListPage, request: HttpRequest, now: State, board: Board, rows: Any) -> Lane:
    value = request.GET["lane"]
    label = next((str(label) for one, label in board.choices() if str(one) == value), None)
    if label is None:
        raise Http404
    try:
        some = _some(page, now, board, rows, value, request.GET.get("from", ""))
    except keyset.BadCursor as wrong:
        raise Http404 from wrong
    _hang(page, request, now, board, some.rows)
    return _lane(page, request, board, value, label, some)


def _some(page: ListPage, now: State, board: Board, rows: Any, value: str, after: str = "") -> keyset.Page:
    """Cards of one column, in the list's order."""
    inside = _cards(page, now, board, rows.filter(_is_in(page, board, value)))
    return keyset.page(inside, order=page.order(now), after=after, size=AT_ONCE)


def _is_in(page: ListPage, board: Board, value: str) -> Q:
    """Rows of the column with this value; the one without a value has those that are empty in either way."""
    if value:
        return Q(**{board.reads: value}) & board.inside(value)
    empty = Q(**{f"{board.reads}__isnull": True})
    field = None if board.lane else page.model._meta.get_field(board.column.removesuffix("_id"))
    return empty if field is not None and field.is_relation else empty | Q(**{board.reads: ""})


def _hang(page: ListPage, request: HttpRequest, now: State, board: Board, rows: list[Any]) -> None:
    page.spare(request, now, rows)
    board.hang(rows, request.user)


def _lane(page: ListPage, request: HttpRequest, board: Board, value: str, label: str, some: keyset.Page) -> Lane:
    more = _at(request, **{"lane": value, "from": some.next}) if some.next else ""
    return Lane(value, label, [_card(page, board, row) for row in some.rows], more)


def _cards(page: ListPage, now: State, board: Board, rows: Any) -> Any:
    """Only the columns that cards show."""
    wanted = {page.model._meta.pk.name, board.column, "version", now.sort_column.sort, *board.needs, *page.needs}
    wanted |= {name for column in page.all_columns if column.key == page.name_column for name in column.fetched}
    wanted -= rows.query.annotations.keys()
    related = sorted({name.partition("__")[0] for name in wanted if "__" in name})
    return (rows.select_related(*related) if related else rows).only(*sorted(wanted))


def _card(page: ListPage, board: Board, row: Any) -> dict[str, Any]:
    name = page.column(page.name_column).read(row)
    href = address(page.row_url, row.pk)
    return {
        "pk": row.pk, "name": name, "href": href, "line": board.line(row), "version": row.version, "tone": board.tone(row),
        "note": board.note(row),
    }  # fmt: skip


def _sums(rows: Any, board: Board, kept: Kept | None) -> dict[str, tuple[int, str, str]]:
    """Count and sums of every column: as they are kept, or in one query."""
    if kept is not None:
        return {str(value): _said(board, *one) for value, one in kept.sums().items()}
    sums: dict[str, Any] = {"number": Count("pk")}
    if board.sums:
        sums["total"] = Sum(board.sums, filter=board.counts or None)
    if board.beside:
        sums["second"] = Sum(board.beside[0](), filter=board.counts or None)
    return {
        str(row[board.reads] or ""): _said(board, row["number"], row.get("total"), row.get("second"))
        for row in rows.order_by().values(board.reads).annotate(**sums)
    }


def _said(board: Board, number: int, total: Any, second: Any) -> tuple[int, str, str]:
    currency = House.known().currency
    return (
        number,
        formats.short(total or 0, currency) if board.sums else "",
        board.beside[1](formats.short(second or 0, currency)) if board.beside else "",
    )


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

    now = state.read(page, request)
    rows = board.rows(page.matching(request, now))
    return {"sums": _told(_sums(rows, board, _kept(request, now, board)))}


def _told(sums: dict[str, tuple[int, str, str]]) -> dict[str, list[Any]]:
    return {value: [count, total, second] for value, (count, total, second) in sums.items()}
