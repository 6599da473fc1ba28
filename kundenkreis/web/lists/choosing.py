"""The small forms over a list: a filter, the columns. Each is a plain GET form that leads to the list's new address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from kundenkreis.core import clock
from kundenkreis.core.filters import BadFilter, Filter, condition, operations, parse
from kundenkreis.web.htmx import fragment, go
from kundenkreis.web.lists import building
from kundenkreis.web.lists.drafts import MOST_TICKED
from kundenkreis.web.lists.plain import plain
from kundenkreis.web.lists.state import State

if TYPE_CHECKING:
    from kundenkreis.web.lists.page import ListPage


@dataclass(frozen=True)
class Choice:
    """What the filter form shows: the declared filter, the comparison and values chosen so far, and what was wrong with them."""

    filter: Filter
    operator: str = ""
    values: tuple[str, ...] = ()
    problem: str = ""

    @property
    def operators(self) -> list[tuple[str, str]]:
        return [(name, str(words)) for name, words in operations(self.filter.kind).items()]

    @property
    def options(self) -> list[tuple[str, str]]:
        """What can be ticked; empty when a value is typed."""
        if self.filter.kind == "flag":
            return [("yes", _("yes")), ("no", _("no"))]
        listed = list(self.filter.labels().items())
        if len(listed) > MOST_TICKED:
            return []  # typed by their labels
        return [("me", _("me")), *listed] if self.filter.kind == "person" else listed

    @property
    def typed(self) -> str:
        return ", ".join(self.values)


def answer(page: ListPage, request: HttpRequest, now: State) -> HttpResponse | None:
    """The form that the address asks for, or the way to the list with what was chosen; None when it asks for the list itself."""
    if "choose" in request.GET:
        return _columns(page, request, now)
    if "build" in request.GET:
        return building.answer(page, request, now)
    name = request.GET.get("filter")
    if name is None:
        return None
    declared = next((f for f in page.filters_for(request.user) if f.name == name), None)
    if declared is None or declared.kind in ("record", "relation"):
        return HttpResponseRedirect(page.url + now.address())
    if "op" in request.GET:
        return _chosen(page, request, now, declared)
    return _show(
        request,
        "lists/filter.html",
        {"list": page, "state": now, "choice": _present(declared, request.GET.get("replaces", ""))},
    )


def _columns(page: ListPage, request: HttpRequest, now: State) -> HttpResponse:
    """The form of the columns, in their order; its arrows move one up or down without JavaScript too."""
    listed = [key for key in request.GET.getlist("order") if key in {c.key for c in page.columns_for(request.user)}]
    keys = list(
        dict.fromkeys([*listed, *(c.key for c in now.columns), *(c.key for c in page.columns_for(request.user))])
    )
    way, _colon, key = request.GET.get("move", "").partition(":")
    if way in ("up", "down") and key in keys:
        at = keys.index(key)
        to = max(0, at - 1) if way == "up" else min(len(keys) - 1, at + 1)
        keys.insert(to, keys.pop(at))
    ordered = [page.column(one) for one in keys]
    if request.GET.get("chosen") and not way:
        shown = {c.key for c in now.columns}
        widths = now.widths
        texts = [f"{one}:{widths[one]}" if one in widths else one for one in keys if one in shown]
        return go(request, page.url + now.address(columns=",".join(texts)))
    return _show(request, "lists/columns.html", {"list": page, "state": now, "ordered": ordered})


def _chosen(page: ListPage, request: HttpRequest, now: State, declared: Filter) -> HttpResponse:
    operator = request.GET["op"]
    given = [v.strip() for v in request.GET.getlist("value") if v.strip()]
    values = () if operator in ("empty", "filled") else tuple(plain(declared.kind, value) for value in given)
    param = condition(declared.name, operator, *values)
    try:
        parse([param], page.readable_filters, by=request.user, today=clock.today())
    except BadFilter as error:
        choice = Choice(declared, operator, tuple(given), str(error))
        return _show(request, "lists/filter.html", {"list": page, "state": now, "choice": choice}, status=422)
    kept = [value for value in request.GET.getlist("f") if value not in (param, request.GET.get("replaces"))]
    return go(request, page.url + now.address(f=[*kept, param]))


def _present(declared: Filter, param: str) -> Choice:
    name, _colon, rest = param.partition(":")
    operator, _colon, values = rest.partition(":")
    if name != declared.name:
        return Choice(declared, next(iter(operations(declared.kind))))
    return Choice(declared, operator, tuple(values.split(",")))


def _show(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    day = _("A day, “today”, or counted from today: -90d, -6m, +2w.")
    hints = {
        "date": day,
        "moment": day,
        "text": _("Several values are separated by commas."),
        "number": "",
    }
    return fragment(request, template, context | {"hints": hints}, status)
