"""The builder of a list's question: groups, conditions and relations, with the count of what matches while it grows.

A plain GET form over the list's own address: its buttons add and take away parts without JavaScript too; with it the form is asked again at
every change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.utils.html import escape
from django.utils.translation import gettext as _

from kundenkreis.core import clock
from kundenkreis.core.filters import BadFilter, Condition, parse
from kundenkreis.web.htmx import fragment, go
from kundenkreis.web.lists import drafts, state
from kundenkreis.web.lists.drafts import Block, Row
from kundenkreis.web.lists.picking import pick
from kundenkreis.web.lists.plain import plain
from kundenkreis.web.lists.state import State

if TYPE_CHECKING:
    from kundenkreis.web.lists.page import ListPage


def answer(page: ListPage, request: HttpRequest, now: State) -> HttpResponse:
    """The builder as the address or its form has it, or the way to the list that was built."""
    given = request.GET
    if "built" in given:
        root = drafts.of_form(given, page.all_filters, plain)
    else:
        kept = {part.param for part in now.filters.parts if _is_for_links(part)}
        root = drafts.of_address([part for part in now.filters.parts if part.param not in kept], page.all_filters)
        if start := next((one for one in page.filters_for(request.user) if one.name == given.get("start")), None):
            root.parts.append(Block("with", [], start) if start.relation else drafts.begun(start))
        if not root.parts:
            root.parts.append(Row())
    verb, _colon, place = given.get("do", "").partition(":")
    if verb == "show":
        return _show(page, request, now, root)
    if verb == "count":
        return _count(page, request, root)
    change_draft(root, verb, place)
    pick(root, request.user)
    return _draw(page, request, now, drafts.placed(root, _choices(page, request)))


def _choices(page: ListPage, request: HttpRequest) -> list[Any]:
    return drafts.choosable(page.filters_for(request.user))


def _is_for_links(part: Any) -> bool:
    return isinstance(part, Condition) and not drafts.choosable([part.filter])


def _records(request: HttpRequest, page: ListPage) -> list[str]:
    """The conditions that only links can ask for; they stay as they are."""
    names = {one.name for one in page.all_filters if not drafts.choosable([one])}
    return [text for text in request.GET.getlist("f") if text.partition(":")[0] in names]


def change_draft(root: Block, verb: str, place: str) -> None:
    """Add a condition ("add") or a group ("any", "all", "none") to the group at a place, or take what stands there away ("remove")."""
    found = drafts.at(root, place) if place else None
    if verb == "remove" and found is not None and place != "c":
        above = drafts.at(root, place.rpartition(".")[0])
        if isinstance(above, Block):
            above.parts.remove(found)
    elif isinstance(found, Block):
        if verb == "add":
            found.parts.append(Row())
        elif verb in ("any", "all", "none"):
            found.parts.append(Block(verb, [Row(), Row()]))


def _show(page: ListPage, request: HttpRequest, now: State, root: Block) -> HttpResponse:
    drafts.finished(root)
    drafts.placed(root, _choices(page, request))
    pick(root, request.user)
    texts = [part.written() for part in root.parts if part.is_finished]
    lacking = unfinished(root)
    for row in lacking:
        row.problem = row.problem or _("“%(label)s” needs a value to compare with.") % {
            "label": row.asked.label if row.asked else ""
        }
    if not lacking:
        try:
            parse(texts, page.readable_filters, by=request.user, today=clock.today())
        except BadFilter as bad:
            wrong = drafts.at(root, ".".join(["c", *map(str, bad.at)])) or root
            wrong.problem = str(bad)
        else:
            return go(request, page.url + now.address(f=[*_records(request, page), *texts]))
    return _draw(page, request, now, root, status=422)


def _count(page: ListPage, request: HttpRequest, root: Block) -> HttpResponse:
    """How many rows the finished parts let through, or what is wrong with them."""
    params = request.GET.copy()
    pick(root, request.user)
    params.setlist("f", [*_records(request, page), *[part.written() for part in root.parts if part.is_finished]])
    now = state.read(page, request, params)
    return HttpResponse(escape(now.problem or page.count_text(request, now) or _("Not counted yet: it takes longer")))


def unfinished(block: Block) -> list[Row]:
    """The conditions that were begun and lack their value."""
    found = []
    for part in block.parts:
        if isinstance(part, Block):
            found += unfinished(part)
        elif not part.is_finished:
            found.append(part)
    return found


def _draw(page: ListPage, request: HttpRequest, now: State, root: Block, status: int = 200) -> HttpResponse:
    context = {"list": page, "state": now, "root": root, "records": _records(request, page)}
    return fragment(request, "lists/build.html", context, status)
