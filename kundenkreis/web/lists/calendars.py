"""A list as a calendar: its rows on their days, for a month or a week."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from babel.dates import format_date
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date

from kundenkreis.core import clock
from kundenkreis.core.filter_days import shifted
from kundenkreis.core.filters import Filter, condition, parse
from kundenkreis.web import formats
from kundenkreis.web.addresses import address

if TYPE_CHECKING:
    from kundenkreis.web.lists.page import ListPage
    from kundenkreis.web.lists.state import State

STEPS = {"month": "m", "week": "w"}
SHOWN = {"month": 6, "week": 40}  # entries of a day before the rest is folded
MOST = 2_000  # entries on one calendar


@dataclass(frozen=True)
class Calendar:
    """`column` is the day or moment of a row; `line(row)` what stands before its name, made of the ORM columns `needs`."""

    column: str
    line: Callable[[Any], str] = lambda row: ""
    needs: tuple[str, ...] = ()


@dataclass
class Day:
    date: dt.date
    is_within: bool
    entries: list[dict[str, Any]] = field(default_factory=list)


def answer(page: ListPage, request: HttpRequest, now: State, extra: dict[str, Any]) -> HttpResponse:
    """The calendar instead of the table, at the day `on` (today)."""
    calendar, today = page.calendar, clock.today()
    assert calendar is not None
    on = _day(request.GET.get("on", "")) or today
    first, last = _bounds(on, now.layout)
    days = {first + dt.timedelta(days=n): None for n in range((last - first).days + 1)}
    grid = {day: Day(day, now.layout == "week" or day.month == on.month) for day in days}
    rows = list(_rows(page, request, now, calendar, first, last)[: MOST + 1])
    page.spare(request, now, rows)
    for row in rows[:MOST]:
        if (day := grid.get(_local(getattr(row, calendar.column)))) is not None:
            day.entries.append(_entry(page, calendar, row))
    weeks = [list(grid.values())[at : at + 7] for at in range(0, len(grid), 7)]
    step = STEPS[now.layout]
    context = {
        "weeks": weeks,
        "today": today,
        "title": _title(on, first, last, now.layout),
        "before": now.address(layout=now.layout, on=shifted(on, -1, step)),
        "after": now.address(layout=now.layout, on=shifted(on, 1, step)),
        "here": now.address(layout=now.layout),
        "names": [_said(day.date, "EEE") for day in weeks[0]],
        "shown": SHOWN[now.layout],
        "more": len(rows) > MOST,
        "most": formats.number(MOST),
    }
    return render(request, "lists/calendar.html", extra | page.around(request, now) | context)


def _day(text: str) -> dt.date | None:
    try:
        day = parse_date(text)
    except ValueError:
        return None
    return day if day and 1900 < day.year < 2200 else None


def _bounds(on: dt.date, layout: str) -> tuple[dt.date, dt.date]:
    """Whole weeks, from a Monday to a Sunday."""
    first = on if layout == "week" else on.replace(day=1)
    last = on if layout == "week" else shifted(first, 1, "m") - dt.timedelta(days=1)
    return first - dt.timedelta(days=first.weekday()), last + dt.timedelta(days=6 - last.weekday())


def _rows(page: ListPage, request: HttpRequest, now: State, calendar: Calendar, first: dt.date, last: dt.date) -> Any:
    kind = "moment" if page.model._meta.get_field(calendar.column).get_internal_type() == "DateTimeField" else "date"
    asked = condition("on", "between", first.isoformat(), last.isoformat())
    within = parse([asked], [Filter("on", kind, "", calendar.column)]).q()
    name = page.column(page.name_column)
    needed = {page.model._meta.pk.name, calendar.column, *calendar.needs, *page.needs, *name.fetched}
    related = {one.partition("__")[0] for one in needed if "__" in one} | {n for c in now.columns for n in c.related}
    rows = page.matching(request, now).filter(within).order_by(calendar.column, "pk")
    needed |= {one for column in now.columns for one in column.fetched}
    return (rows.select_related(*sorted(related)) if related else rows).only(*sorted(needed))


def _local(value: Any) -> dt.date | None:
    return timezone.localtime(value).date() if isinstance(value, dt.datetime) else value


def _entry(page: ListPage, calendar: Calendar, row: Any) -> dict[str, Any]:
    href = address(page.row_url, row.pk)
    return {"href": href, "name": page.column(page.name_column).read(row), "line": calendar.line(row)}


def _said(day: dt.date, pattern: str) -> str:
    return format_date(day, pattern, locale="de_AT" if formats.is_german() else "en_GB")


def _title(on: dt.date, first: dt.date, last: dt.date, layout: str) -> str:
    if layout == "month":
        return _said(on, "LLLL y")
    return f"{_said(first, 'd MMM')} – {_said(last, 'd MMM y')}"
