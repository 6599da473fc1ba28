"""Pick lists: which there are, what is on one, and its values to add, rename, order, retire, merge. Choices of custom fields are kept here too."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kundenkreis.core import patience
from kundenkreis.core.text import fold
from kundenkreis.fields import picking, picks, tasks, unifying
from kundenkreis.fields.known import Choice
from kundenkreis.fields.nouns import NOUNS
from kundenkreis.fields.picking import Kept
from kundenkreis.staff import access
from kundenkreis.web.forms.pick_lists import LinesForm, ValueForm
from kundenkreis.web.htmx import fragment, go
from kundenkreis.web.trails import steps_of

ACTION = "fields.change"
ON_A_PAGE = 50
SUGGESTED = 10
PATIENCE_MS = 1_000
# Where the records that hold a value are listed: list → (list of records, its filter).
ASKED = {
    "accounts.industry": ("accounts:list", "industry"),
    "accounts.relation": ("accounts:list", "relation"),
    "accounts.tier": ("accounts:list", "tier"),
    "activities.kind": ("log:list", "kind"),
    "activities.outcome": ("log:list", "outcome"),
}
_LISTS_OF = {
    "accounts": "accounts:list",
    "contacts": "contacts:list",
    "activities": "log:list",
    "orders": "orders:list",
    "products": "products:list",
}


def require(request: HttpRequest) -> None:
    if not access.may(request.user, ACTION):
        raise PermissionDenied


def _kept(request: HttpRequest, name: str) -> Kept:
    require(request)
    found = picking.get(name)
    if found is None:
        raise Http404
    return found


def _choice(kept: Kept, key: str) -> Choice:
    if key not in kept.by_key:
        raise Http404
    return kept.by_key[key]


def address(kept: Kept, where: str = "detail", **query: Any) -> str:
    return reverse(f"picks:{where}", args=[kept.name]) + (f"?{urlencode(query)}" if query else "")


def records_url(kept: Kept, key: str) -> str:
    """The list of the records that hold the value; "" where there is none."""
    noun, _dot, column = kept.name.partition(".")
    where = ASKED.get(kept.name) or ((_LISTS_OF[noun], column) if kept.listing is None and noun in _LISTS_OF else None)
    if where is None:
        return ""
    written = re.sub(r"([\\,])", r"\\\1", key)
    return f"{reverse(where[0])}?{urlencode({'f': f'{where[1]}:in:{written}'})}"


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    require(request)
    groups: dict[str, list[dict[str, Any]]] = {}
    for one in picking.every():
        label = str(NOUNS[one.noun].label) if one.noun in NOUNS else one.noun
        offered = sum(not choice.retired for choice in one.choices)
        groups.setdefault(label, []).append(
            {"kept": one, "url": address(one), "offered": offered, "retired": len(one.choices) - offered}
        )
    return render(request, "picks/list.html", {"groups": list(groups.items())})


@require_safe
def detail(request: HttpRequest, name: str) -> HttpResponse:
    """What is on a list, a page of it; `?q=` looks for a value, `?state=retired` shows what is no longer offered."""
    kept = _kept(request, name)
    text, retired = request.GET.get("q", "")[:100], request.GET.get("state") == "retired"
    found = picking.searched(kept, text, retired=retired)
    pages = max(1, -(-len(found) // ON_A_PAGE))
    asked = request.GET.get("page", "1")
    page = min(max(int(asked), 1), pages) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 1
    shown = found[(page - 1) * ON_A_PAGE : page * ON_A_PAGE]
    used = _patiently(lambda: picking.used(kept, [one.key for one in shown])) if shown else {}
    own = {"q": text} if text else {}
    context: dict[str, Any] = {
        "kept": kept,
        "q": text,
        "retired": retired,
        "rows": [_row(kept, one, None if used is None else used.get(one.key, 0)) for one in shown],
        "count": len(found),
        "page": page,
        "pages": pages,
        "page_urls": [
            address(kept, page=n, **own, **({"state": "retired"} if retired else {})) for n in (page - 1, page + 1)
        ],
        "tabs": [
            (_("Offered"), address(kept, **own), not retired, None),
            (_("Retired"), address(kept, state="retired", **own), retired, None),
        ],
        "written": _patiently(lambda: len(picking.written_so_far(kept)))
        if kept.is_own and kept.listing is not None
        else 0,
        "usual": next((one for one in kept.choices if one.default), None),
        "field_url": reverse("fields:edit", args=[kept.record.pk]) if kept.listing is None and kept.record else "",
        "events": [],
    }
    if kept.record is not None and kept.listing is not None:
        context |= steps_of(request, kept.record)
    return render(request, "picks/detail.html", context)


def _patiently(ask: Callable[[], Any]) -> Any:
    """What reads every record of a large house is not waited for longer than this; None then."""
    try:
        with patience.at_most(PATIENCE_MS):
            return ask()
    except patience.TookTooLong:
        return None


def _row(kept: Kept, one: Choice, used: int | None) -> dict[str, Any]:
    return {
        "choice": one,
        "used": used,
        "used_url": "" if used == 0 else records_url(kept, one.key),
        "edit_url": address(kept, "value", key=one.key),
        "into": kept.by_key[one.merged].label if one.merged in kept.by_key else "",
    }


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, name: str) -> HttpResponse:
    """One value or many: a line for each."""
    kept = _kept(request, name)
    if not kept.is_own:
        raise Http404
    form = LinesForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        lines = form.cleaned_data["lines"]
        try:
            event = picking.add_many(kept, lines, by=request.user)
        except ValidationError as refused:
            form.add_error("lines", refused.messages)
        else:
            return go(request, address(kept), _("%(n)s values added.") % {"n": len(lines)}, undo=event)
    return render(
        request,
        "picks/add.html",
        {"kept": kept, "form": form, "list_url": address(kept)},
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "POST"])
def value(request: HttpRequest, name: str) -> HttpResponse:
    """One value (`?key=`): its names, and what else can be done with it."""
    kept = _kept(request, name)
    one = _choice(kept, request.GET.get("key", ""))
    form = ValueForm(request.POST or None, initial={"en": one.en, "de": one.de})
    if request.method == "POST" and form.is_valid():
        try:
            event = picking.change(kept, one.key, by=request.user, **form.cleaned_data)
        except ValidationError as refused:
            form.add_error(None, refused.messages)
        else:
            return go(request, address(kept), _("Saved."), undo=event)
    used = picking.used(kept, [one.key]).get(one.key, 0)
    context = _row(kept, one, used) | {
        "kept": kept,
        "form": form,
        "list_url": address(kept),
        "offered": [other for other in kept.choices if not other.retired and other.key != one.key][:ON_A_PAGE],
        "options_url": address(kept, "options"),
    }
    return render(request, "picks/value.html", context, status=422 if form.errors else 200)


def _retire(kept: Kept, one: Choice, by: Any) -> Any:
    return picking.change(kept, one.key, by=by, retired=True)


def _bring_back(kept: Kept, one: Choice, by: Any) -> Any:
    return picking.change(kept, one.key, by=by, retired=False, merged="")


def _place(kept: Kept, one: Choice, by: Any, step: int) -> Any:
    """Past the neighbour that is on offer too."""
    keys = [other.key for other in kept.choices]
    offered = [other.key for other in kept.choices if not other.retired]
    if one.key not in offered:
        return None
    to = offered.index(one.key) + step
    return picking.move(kept, one.key, keys.index(offered[to]), by=by) if 0 <= to < len(offered) else None


_VERBS: dict[str, tuple[Callable[[Kept, Choice, Any], Any], Any]] = {
    "up": (lambda kept, one, by: _place(kept, one, by, -1), ""),
    "down": (lambda kept, one, by: _place(kept, one, by, 1), ""),
    "retire": (_retire, lambda: _("“%(name)s” is retired. Records that hold it keep it.")),
    "bring_back": (_bring_back, lambda: _("“%(name)s” is offered again.")),
    "usual": (
        lambda kept, one, by: picking.make_usual(kept, one.key, by=by),
        lambda: _("“%(name)s” is the usual value."),
    ),
    "not_usual": (lambda kept, one, by: picking.make_usual(kept, "", by=by), lambda: _("There is no usual value now.")),
    "remove": (lambda kept, one, by: picking.remove(kept, one.key, by=by), lambda: _("“%(name)s” is off the list.")),
}


@require_POST
def change(request: HttpRequest, name: str) -> HttpResponse:
    """`do=retire:trade`: one step with one value. The buttons are reached by keyboard."""
    kept = _kept(request, name)
    verb, _colon, key = request.POST.get("do", "").partition(":")
    one = _choice(kept, key)
    if verb not in _VERBS:
        raise Http404
    act, said = _VERBS[verb]
    back = address(
        kept, **{part: text for part in ("q", "state", "page") if (text := request.POST.get(part, "")[:100])}
    )
    try:
        event = act(kept, one, request.user)
    except ValidationError as refused:
        return go(request, back, " ".join(refused.messages))
    return go(request, back, said() % {"name": one.label} if said else "", undo=event if said else None)


@require_POST
def arrange(request: HttpRequest, name: str) -> HttpResponse:
    """The whole list: `do=sort` by name, `do=take_over` what records hold already, `do=reset` as shipped."""
    kept = _kept(request, name)
    do, event = request.POST.get("do", ""), None
    try:
        if do == "sort":
            event = picking.sort(kept, by=request.user)
        elif do == "take_over" and kept.is_own and kept.listing is not None:
            event = picking.take_over(kept, by=request.user)
        elif do == "reset" and not kept.is_own and kept.record is not None:
            event = kept.record.discard(by=request.user)
        else:
            raise Http404
    except ValidationError as refused:
        return go(request, address(kept), " ".join(refused.messages))
    return go(request, address(kept), _("Saved."), undo=event)


@require_http_methods(["GET", "POST"])
def merge(request: HttpRequest, name: str) -> HttpResponse:
    """`?key=…&into=…`: how many records that changes, then the deed."""
    kept = _kept(request, name)
    one = _choice(kept, request.GET.get("key", ""))
    wanted = request.GET.get("into", "") or request.GET.get("into_text", "")
    into = wanted if wanted in kept.by_key else _called(kept, wanted)
    context: dict[str, Any] = {
        "kept": kept,
        "choice": one,
        "list_url": address(kept),
        "back_url": address(kept, "value", key=one.key),
    }
    try:
        context |= {"count": unifying.preview(kept, one.key, into), "into": kept.by_key[into]}
        if request.method == "POST":
            return go(request, address(kept), _merge(request, kept, one.key, into, context["count"]))
    except ValidationError as refused:
        context["problem"] = " ".join(refused.messages)
    return render(request, "picks/merge.html", context, status=422 if "problem" in context else 200)


def _called(kept: Kept, text: str) -> str:
    return next(
        (one.key for one in kept.choices if not one.retired and fold(text) in {fold(one.en), fold(one.de)} - {""}), ""
    )


def _merge(request: HttpRequest, kept: Kept, key: str, into: str, count: int) -> str:
    """Do it, very many records in the background; returns what to say."""
    if count > unifying.AT_ONCE:
        tasks.merge_values.enqueue(unifying.begin(kept, key, into, by=request.user).pk)
        return _("It is being done in the background. The history says when it is finished.")
    unifying.merge(kept, key, into, by=request.user)
    return _("“%(one)s” is “%(other)s” now. It can be undone in the history.") % {
        "one": kept.by_key[key].label, "other": kept.by_key[into].label,
    }  # fmt: skip


@require_safe
def options(request: HttpRequest, name: str) -> HttpResponse:
    """What a combobox over many values finds for `?q=`; everybody who is signed in sees what can be chosen."""
    if name in picks.LISTS:
        choices = picks.words(name).offered
    elif access.may(request.user, ACTION) and (kept := picking.get(name)) is not None:
        choices = tuple(one for one in kept.choices if not one.retired)
    else:
        raise Http404
    text = fold(request.GET.get("q", "")[:100])
    fitting = [one for one in choices if text in fold(one.label)]
    fitting.sort(key=lambda one: not fold(one.label).startswith(text))
    return fragment(request, "fields/options.html", {"found": fitting[:SUGGESTED]})
