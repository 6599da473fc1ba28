"""What the address of a list says: filters, sorting, columns, the place in the list, and the saved view it came from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.http import HttpRequest, QueryDict

from kundenkreis.core import clock
from kundenkreis.core.filters import BadFilter, Condition, Filters, Unseen, condition, parse
from kundenkreis.lists.known import KEPT
from kundenkreis.lists.models import SavedView
from kundenkreis.web.lists.columns import Column

if TYPE_CHECKING:
    from kundenkreis.web.lists.boards import Board
    from kundenkreis.web.lists.page import ListPage


@dataclass
class State:
    """One reading of an address. `problem` is a sentence when a filter in it makes no sense; then none is applied.

    When one asks for a record that the person does not see, `is_of_nothing` is set: no row is of that, and none is shown.
    """

    page: ListPage
    params: QueryDict
    filters: Filters
    columns: tuple[Column, ...]
    sort: str
    problem: str = ""
    views: list[SavedView] = field(default_factory=list)
    is_of_nothing: bool = False

    @property
    def text(self) -> str:
        return self.params.get("q", "").strip()[:200]

    @property
    def after(self) -> str:
        return self.params.get("after", "")

    @property
    def jump(self) -> str:
        """Where in the alphabet a list sorted by name begins."""
        return self.params.get("from", "").strip()[:20] if self.sorted_by_name else ""

    @property
    def layout(self) -> str:
        """How the rows are laid out: "" as a table, "board-tier", "month", "week"."""
        return self.params.get("layout", "")

    @cached_property
    def board(self) -> Board | None:
        if not self.layout.startswith("board-"):
            return None
        return next((board for board in self.page.all_boards if f"board-{board.key}" == self.layout), None)

    @property
    def descending(self) -> bool:
        return self.sort.startswith("-")

    @property
    def sort_column(self) -> Column:
        return self.page.column(self.sort.lstrip("-"))

    @property
    def sorted_by_name(self) -> bool:
        return self.sort == self.page.name_column and not self.descending

    @cached_property
    def view(self) -> SavedView | None:
        wanted = self.params.get("view", "")
        return next((view for view in self.views if str(view.pk) == wanted), None)

    @cached_property
    def start(self) -> SavedView | None:
        """The view with which the list opens for this person."""
        return next((view for view in self.views if getattr(view, "is_start", False)), None)

    @property
    def everything(self) -> str:
        """The address of the list without a view: the bare one, unless that opens another."""
        return "?view=all" if self.start else ""

    @property
    def differs_from_view(self) -> bool:
        """True when filters, sorting or columns are no longer those of the view (of the plain list, when there is none)."""
        return self.kept() != (canonical(self.view.query) if self.view else "")

    @cached_property
    def widths(self) -> dict[str, int]:
        """The columns that have a width of their own, in pixels."""
        return {key: width for key, width in _wanted(self.params).items() if width}

    def kept(self) -> str:
        """The part of the address that a view keeps, always in the same order."""
        return canonical(self.params)

    def address(self, **changes: Any) -> str:
        """`?…` with some values changed; None or "" takes one out. The place in the list is forgotten unless given."""
        pairs = [
            (name, value)
            for name, values in self.params.lists()
            for value in values
            if name in (*KEPT, "view") and name not in changes
        ]
        for name, value in changes.items():
            listed = value if isinstance(value, list | tuple) else [value]
            pairs += [(name, str(one)) for one in listed if one not in (None, "")]
        return "?" + urlencode(pairs)

    def hidden(self, *without: str) -> list[tuple[str, str]]:
        """What a form over the list sends along so that the rest of the address is kept."""
        return [
            (name, value)
            for name, values in self.params.lists()
            for value in values
            if name in (*KEPT, "view") and name not in without
        ]

    @cached_property
    def whose(self) -> Condition | None:
        """The first condition that asks for an account which belongs to groups."""
        records = [one for one in self.filters.conditions if one.filter.kind == "record"]
        return next((one for one in records if one.values[0].group and one.values[0].group.hierarchies), None)

    @property
    def group(self) -> Any:
        """The account whose rows these are, alone or with its group (`customers.grouping.Group`); None when no condition says."""
        return self.whose.values[0].group if self.whose else None

    def switch(self) -> list[tuple[str, str, bool]]:
        """ "This one ⇄ Group": the same question of the account alone and of each of its groups."""
        if (asked := self.whose) is None:
            return []
        written = [part.param for part in self.filters.parts]
        found = []
        for text, name, chosen in self.group.options:
            instead = condition(asked.name, asked.operation, self.group.written_as(name))
            found.append((text, self.address(f=[instead if f == asked.param else f for f in written]), chosen))
        return found

    def chips(self) -> list[tuple[Any, str, str]]:
        """Each filter with the address without it, and the one of the form that changes it."""
        found = []
        built = {"all", "any", "none"} | {
            one.name for one in self.page.all_filters if one.kind == "relation" or one.picked
        }
        typed = {one.name for one in self.page.all_filters if one.kind not in ("record", "reference", "relation")}
        for chip in self.filters.describe():
            rest = [value for _name, value in self.filters.without(chip.param).to_params()]
            edit = self.address(filter=chip.name, replaces=chip.param) if chip.name in typed else ""
            if chip.name in built:
                edit = self.address(build=1)
            found.append((chip, self.address(f=rest), edit))
        return found


def canonical(params: str | QueryDict) -> str:
    """Filters, sorting and columns of an address in one order, so that two ways of saying the same are equal."""
    given = QueryDict(params.lstrip("?")) if isinstance(params, str) else params
    return urlencode([(name, value) for name in KEPT for value in sorted(given.getlist(name)) if value])


def read(
    page: ListPage, request: HttpRequest, params: QueryDict | None = None, views: Iterable[SavedView] = ()
) -> State:
    """The state that an address asks for. Never fails: what cannot be understood is said in `problem`."""
    params = request.GET if params is None else params
    problem, of_nothing = "", False
    try:
        filters = parse(params.getlist("f"), page.readable_filters, by=request.user, today=clock.today())
    except BadFilter as error:
        filters, problem = parse([], page.readable_filters, by=request.user, today=clock.today()), str(error)
        of_nothing = isinstance(error, Unseen)
    there = page.columns_for(request.user)
    sort = _sort(page, params, there)
    return State(page, params, filters, _columns(there, params), sort, problem, list(views), of_nothing)


def view_address(view: SavedView) -> str:
    """The whole address of a saved view, so that what it shows can be read from it and changed from there."""
    return f"?{canonical(view.query)}&view={view.pk}" if view.query else f"?view={view.pk}"


NARROWEST, WIDEST = 60, 900  # pixels of a column


def _columns(there: tuple[Column, ...], params: QueryDict) -> tuple[Column, ...]:
    """The columns in the order of the address ("place:180,owner": the first 180 pixels wide); what always stands comes first if it is left out."""
    wanted = list(_wanted(params))
    if not wanted:
        return tuple(c for c in there if c.shown or c.always)
    known = {c.key: c for c in there}
    asked = [known[key] for key in wanted if key in known]
    return (*(c for c in there if c.always and c not in asked), *asked)


def _wanted(params: QueryDict) -> dict[str, int]:
    """Key of each column that the address names → its width (0: as it comes)."""
    found: dict[str, int] = {}
    for listed in params.getlist("columns"):
        for one in listed.split(","):
            key, _colon, width = one.partition(":")
            if key:
                pixels = int(width) if width.isascii() and width.isdigit() and len(width) < 5 else 0
                found.setdefault(key, min(max(pixels, NARROWEST), WIDEST) if pixels else 0)
    return found


def _sort(page: ListPage, params: QueryDict, there: tuple[Column, ...]) -> str:
    wanted = params.get("sort", "")
    sortable = {c.key for c in there if c.sort}
    return wanted if wanted.lstrip("-") in sortable and not wanted.startswith("--") else page.sort
