"""The one machine behind every list page.

A room's view declares a `ListPage` once and answers with it. The page takes from the address: filters, a search text, sorting, columns,
the place in the list, a saved view. It asks for one page of rows by key, and for the count only after the page is on the screen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from kundenkreis.core import keyset
from kundenkreis.core.filters import Filter
from kundenkreis.core.models import House
from kundenkreis.core.patience import TookTooLong, at_most
from kundenkreis.core.steering import filtered
from kundenkreis.core.text import fold
from kundenkreis.customers.discretion import name_within_reach, spare
from kundenkreis.fields import asking as fields
from kundenkreis.fields import known as known_fields
from kundenkreis.lists import known
from kundenkreis.lists.models import SavedView
from kundenkreis.staff import access
from kundenkreis.web import customs, finding, formats
from kundenkreis.web.htmx import fragment
from kundenkreis.web.lists import boards, calendars, choosing, state
from kundenkreis.web.lists.boards import Board
from kundenkreis.web.lists.calendars import Calendar
from kundenkreis.web.lists.columns import Column
from kundenkreis.web.lists.rows import drawn
from kundenkreis.web.lists.state import State

SIZE = 50
BOUND = 10_001
# Milliseconds after which a count that asks for other records is given up: by itself after a page, and when somebody wants to know.
IMPATIENT, PATIENT = 100, 30_000
FOUND = 500  # so many records a search text may bring into a list
REGISTRY: dict[str, ListPage] = {}


@dataclass(eq=False)
class ListPage:
    """One list of the house. `name` is its noun in the plural: "accounts", and the first part of its URL names.

    `export` is an action of `staff.access`. `needs` are ORM columns that every row must bring along. `annotate[key](rows,
    request)` hangs what the column of that key shows on the rows of one page, in a constant number of queries. `sums` are
    ORM columns added up beside the count (of those rows that `counts` lets through, where some are counted elsewhere), `totals` what
    a list says there in its own way: as long as the rows are few, and however many they are under a filter of `summed_by`, so that
    a figure can be checked against the rows that it opens.
    `spared` are foreign keys that may lead a visible row to an account or contact outside the person's reach: neither shown,
    nor exported, nor filtered by. `drivers` are filters whose column leads an index (see `core.steering`). `fielded` is the noun whose
    custom fields are columns and filters too. `boards` and `calendar` are further layouts; `arranged_boards()` are those that depend on
    what the house has arranged.
    """

    name: str
    model: type[models.Model]
    title: Any
    columns: tuple[Column, ...]
    filters: tuple[Filter, ...] = ()
    sort: str = ""
    name_column: str = "name"
    needs: tuple[str, ...] = ()
    search_kind: int | None = None
    annotate: Mapping[str, Callable[[Sequence[Any], HttpRequest], None]] = field(default_factory=dict)
    base: Callable[[HttpRequest], models.QuerySet] | None = None
    row_url: str = ""
    row_name: Callable[[Any], str] = str
    mark: Callable[[Any], Any] = lambda row: ""
    peek: bool = False
    add_url: str = ""
    add_label: Any = ""
    add_action: str = ""
    export: str = ""
    # {column: fields of the noun that stand for it}: what can be edited in a spreadsheet (`quality.sheets`)
    edited: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    bulk_url: str = ""
    bulk_action: str = ""
    bulk: tuple[tuple[str, Any, str], ...] = ()  # (value, label, what a person must be allowed for it)
    drivers: frozenset[str] = frozenset()
    fielded: str = ""
    boards: tuple[Board, ...] = ()
    arranged_boards: Callable[[], Sequence[Board]] | None = None
    calendar: Calendar | None = None
    sums: tuple[str, ...] = ()
    counts: models.Q = models.Q()
    spared: tuple[str, ...] = ()
    totals: Callable[[models.QuerySet], list[str]] | None = None
    summed_by: frozenset[str] = frozenset()
    counted: Callable[[int], str] = field(default=lambda count: formats.count(count))
    empty: Any = ""
    icon: str = "list"
    size: int = SIZE

    def __post_init__(self) -> None:
        self.sort = self.sort or self.name_column
        self.row_url = self.row_url or f"{self.name}:detail"
        REGISTRY[self.name] = self
        known.LISTS[self.name] = known.KnownList(
            filters=lambda: self.readable_filters,
            columns=lambda: {column.key for column in self.all_columns},
            sorts=lambda: {column.key for column in self.all_columns if column.sort},
        )

    @property
    def all_columns(self) -> tuple[Column, ...]:
        """Those that every house has, and those of the custom fields."""
        return (*self.columns, *customs.columns(self.fielded)) if self.fielded else self.columns

    def columns_for(self, person: Any) -> tuple[Column, ...]:
        """Those that this person may see."""
        return tuple(column for column in self.all_columns if column.may is None or column.may(person))

    def filters_for(self, person: Any) -> tuple[Filter, ...]:
        """Those by which this person may ask."""
        return tuple(one for one in self.all_filters if one.may is None or one.may(person))

    @property
    def all_filters(self) -> tuple[Filter, ...]:
        return (*self.filters, *fields.filters(self.fielded)) if self.fielded else self.filters

    @property
    def readable_filters(self) -> tuple[Filter, ...]:
        """With those that there were: who asks by one is told that it is no more."""
        return (*self.all_filters, *fields.refused(self.fielded)) if self.fielded else self.filters

    @property
    def all_drivers(self) -> frozenset[str]:
        return self.drivers | fields.drivers(self.fielded) if self.fielded else self.drivers

    @property
    def all_boards(self) -> tuple[Board, ...]:
        return (*self.boards, *self.arranged_boards()) if self.arranged_boards else self.boards

    @property
    def url(self) -> str:
        return reverse(f"{self.name}:list")

    def column(self, key: str) -> Column:
        return next(c for c in self.all_columns if c.key == key)

    def answer(self, request: HttpRequest, **context: Any) -> HttpResponse:
        """The list page, or the part of it that htmx asks for. `context` is added for the list's own template parts."""
        shown = SavedView.objects.visible_to(request.user).living().filter(list_name=self.name)
        now = state.read(self, request, views=shown.with_start(request.user))
        if now.start and not request.GET:
            return HttpResponseRedirect(self.url + state.view_address(now.start))
        if now.view and set(request.GET) == {"view"} and now.view.query:
            return HttpResponseRedirect(self.url + state.view_address(now.view))
        if chosen := choosing.answer(self, request, now):
            return chosen
        if "count" in request.GET:
            return self._count(request, now)
        if now.board is not None:
            return boards.answer(self, request, now, now.board, context)
        if now.layout in calendars.STEPS and self.calendar:
            return calendars.answer(self, request, now, context)
        try:
            page = self.rows(request, now)
        except keyset.BadCursor:
            return HttpResponseRedirect(self.url + now.address())
        context |= self.around(request, now) | self.context(request, now, page)
        wants_rows = bool(getattr(request, "htmx", False)) and now.after
        response = render(request, "lists/rows.html" if wants_rows else "lists/page.html", context)
        patch_vary_headers(response, ["HX-Request"])
        return response

    def around(self, request: HttpRequest, now: State) -> dict[str, Any]:
        """What the templates in `lists/` read around the rows, whatever their layout."""
        from kundenkreis.web.lists.edit_sheets import may_edit

        may = access.may
        return {
            "list": self,
            "state": now,
            "tabs": self.tabs(now),
            "layouts": self.layouts(now),
            "may_add": bool(self.add_url) and may(request.user, self.add_action or f"{self.name}.add"),
            "may_export": bool(self.export) and may(request.user, self.export),
            "may_edit_sheet": bool(self.export) and may_edit(self, request.user),
            "may_save_view": may(request.user, "views.add"),
            "may_change_view": now.view is not None and may_change(request.user, now.view),
        }

    def layouts(self, now: State) -> list[tuple[Any, str, bool]]:
        """The ways to lay the list out that there are beside the table, with their addresses."""
        found = [("", _("Table"))]
        found += [(f"board-{board.key}", _("Board: %(name)s") % {"name": board.label}) for board in self.all_boards]
        found += [("month", _("Month")), ("week", _("Week"))] if self.calendar else []
        return [(label, now.address(layout=name), name == now.layout) for name, label in found] if found[1:] else []

    def context(self, request: HttpRequest, now: State, page: keyset.Page) -> dict[str, Any]:
        """What the templates read of a table's rows."""
        may = access.may
        may_bulk = bool(self.bulk_url) and may(request.user, self.bulk_action or f"{self.name}.change")
        return {
            "page": page,
            "bulk_changes": [change for change in self.bulk if self._offers(request, change)] if may_bulk else [],
            "headings": [column.heading() | {"width": now.widths.get(column.key)} for column in now.columns],
            "next_url": now.address(after=page.next) if page.next else "",
            "rows": drawn(self, now.columns, page.rows, selectable=may_bulk),
            "may_bulk": may_bulk,
        }

    def _offers(self, request: HttpRequest, change: tuple[str, Any, str]) -> bool:
        """May she make this change of many, and is there something to change?"""
        there = change[0] != "custom" or bool(known_fields.of(self.fielded).written)
        return there and access.may(request.user, change[2])

    def tabs(self, now: State) -> list[tuple[Any, str, bool, None]]:
        """All, then the saved views; each leads to its whole address."""
        listed = [(_("All"), self.url + now.everything, now.view is None, None)]
        return listed + [(view.name, state.view_address(view), view == now.view, None) for view in now.views]

    def matching(self, request: HttpRequest, now: State) -> models.QuerySet:
        """All records that the person may see and the filters let through, in no order."""
        rows = self.base(request) if self.base else self.model._default_manager.visible_to(request.user).living()
        if now.is_of_nothing:
            return rows.none()
        if now.filters:
            rows = self._without_foreign(request, now, rows)
            drivers = self.all_drivers
            rows = filtered(rows, now.filters, drivers, self.model) if drivers else rows.filter(now.filters.q())
        if now.text and self.search_kind is not None:
            hits = finding.find(request.user, {self.search_kind: self.model}, now.text, FOUND)
            rows = rows.filter(pk__in=[hit.subject_id for hit in hits])
        return rows

    def _without_foreign(self, request: HttpRequest, now: State, rows: models.QuerySet) -> models.QuerySet:
        """Without the rows whose account lies outside the person's reach, if a filter asks for something of the account."""
        asked = {str(one.filter.column).partition("__") for one in now.filters.asked() if one.filter.many is None}
        for name in {path for path, below, _rest in asked if below} & set(self.spared):
            rows = rows.filter(name_within_reach(request.user, name))
        return rows

    def spare(self, request: HttpRequest, now: State, rows: Sequence[Any]) -> None:
        """Take out of fetched rows what lies outside the person's reach, and hang on them what she may be told beside them."""
        spare(request.user, rows, *[n for n in self.spared if any(n in column.related for column in now.columns)])
        for column in now.columns:
            if column.hang is not None:
                column.hang(rows, request.user)

    def order(self, now: State) -> list[tuple[str, str]]:
        way = "desc" if now.descending else "asc"
        return [(now.sort_column.sort, way), (self.model._meta.pk.name, way)]

    def fetching(self, rows: models.QuerySet, now: State) -> models.QuerySet:
        """Only the columns that are shown, with the records they refer to."""
        related = {name for column in now.columns for name in column.related}
        needed = (
            {name for column in now.columns for name in column.fetched}
            | set(self.needs)
            | {_column_of(now.sort_column.sort), self.model._meta.pk.name}
        )
        if related:
            rows = rows.select_related(*sorted(related))
        needed -= rows.query.annotations.keys()  # what is worked out in the query comes along anyway
        return rows.only(*sorted(needed))

    def rows(self, request: HttpRequest, now: State) -> keyset.Page:
        """One page of rows. Raises BadCursor for a link that this list did not write."""
        found = self.matching(request, now)
        if now.jump:
            found = found.filter(**{f"{now.sort_column.sort}__gte": fold(now.jump)})
        page = keyset.page(self.fetching(found, now), order=self.order(now), after=now.after, size=self.size)
        self.spare(request, now, page.rows)
        for column in now.columns:
            if column.key in self.annotate:
                self.annotate[column.key](page.rows, request)
        return page

    def _count(self, request: HttpRequest, now: State) -> HttpResponse:
        text = self.count_text(request, now, most=PATIENT if request.GET["count"] == "all" else IMPATIENT)
        return HttpResponse(text) if text else fragment(request, "lists/uncounted.html", {"state": now})

    def count_text(self, request: HttpRequest, now: State, most: int | None = None) -> str:
        """How many match, exactly up to 10,000, and their sums as long as they are that few.

        "" when other records must be asked for and that takes longer than `most` milliseconds (IMPATIENT when left out).
        """
        rows = self.matching(request, now)
        asks_others = any(one.filter.relation is not None for one in now.filters.asked())
        with suppress(TookTooLong), at_most(most or IMPATIENT) if asks_others else nullcontext():
            count = keyset.bounded_count(rows, BOUND)
            narrowed = any(one.filter.name in self.summed_by for one in now.filters.conditions)
            parts = [self.counted(count)]
            if count < BOUND or narrowed:
                parts += self._sums(rows, exact=narrowed)
            return " · ".join(parts)
        return ""

    def _sums(self, rows: models.QuerySet, *, exact: bool) -> list[str]:
        """What the rows come to; to the unit when a figure has led here."""
        if self.totals:
            return self.totals(rows)
        if not self.sums:
            return []
        only = self.counts or None
        totals = rows.aggregate(**{f"sum_{name}": models.Sum(name, filter=only) for name in self.sums})
        currency = House.known().currency
        shown = [(total or 0) for total in totals.values()]
        return [formats.money(one, currency, 0) if exact else formats.short(one, currency) for one in shown]

    def require(self, request: HttpRequest, action: str) -> None:
        if not access.may(request.user, action):
            raise PermissionDenied


def _column_of(path: str) -> str:
    """The column that must be read for a sorting: a custom field stands in that of all."""
    return "custom" if path.startswith("custom__") else path


def may_change(user: Any, view: SavedView) -> bool:
    """Her own views, and views for everyone if she may share with everyone."""
    if view.owner_id == user.pk:
        return access.may(user, "views.add")
    return view.shared == SavedView.Shared.ALL and access.may(user, "views.share_all")
