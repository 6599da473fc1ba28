"""The market: segments with their size and shares, competitors, studies; lists, pages, forms, and what belongs to each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kundenkreis.history.models import Event
from kundenkreis.market.models import PARTS, Competitor, MarketSegment, Strategy, Study
from kundenkreis.staff import access
from kundenkreis.web.forms.market import PART_FORMS, CompetitorForm, SegmentForm, StrategyForm, StudyForm
from kundenkreis.web.htmx import go
from kundenkreis.web.lists import ListPage
from kundenkreis.web.lists.exporting import export as export_list
from kundenkreis.web.trails import steps_of
from kundenkreis.web.views import editing
from kundenkreis.web.views.market_lists import COMPETITORS, SEGMENTS, STRATEGIES, STUDIES
from kundenkreis.web.views.market_pages import of_competitor, of_segment, of_study
from kundenkreis.web.views.strategies import of_strategy


@dataclass(frozen=True)
class Noun:
    """One of the market's nouns as pages: its list, form, parts, and what its page shows beside its fields."""

    space: str
    model: Any
    form: Any
    page: ListPage
    parts: tuple[str, ...]
    inline: tuple[str, ...]
    more: Callable[[HttpRequest, Any], dict[str, Any]]


NOUNS = {
    one.space: one
    for one in (
        Noun("market_segments", MarketSegment, SegmentForm, SEGMENTS, ("size", "share"), ("name", "note"), of_segment),
        Noun(
            "competitors", Competitor, CompetitorForm, COMPETITORS, ("price", "card", "objection"),
            ("name", "website", "profile"), of_competitor,
        ),
        Noun(
            "studies", Study, StudyForm, STUDIES, (),
            ("title", "question", "sample", "method", "by_whom", "findings"), of_study,
        ),
        Noun("strategies", Strategy, StrategyForm, STRATEGIES, ("initiative",), ("name", "text"), of_strategy),
    )
}  # fmt: skip


def require(request: HttpRequest, verb: str) -> None:
    if not access.may(request.user, f"market.{verb}"):
        raise PermissionDenied


def seen(request: HttpRequest, space: str, pk: int) -> Any:
    return get_object_or_404(NOUNS[space].model.objects.visible_to(request.user), pk=pk)


def changeable(request: HttpRequest, space: str, pk: int, verb: str = "change") -> Any:
    record = seen(request, space, pk)
    require(request, verb)
    if record.deleted_at is not None:
        raise Http404
    return record


def here(space: str, record: Any) -> str:
    return reverse(f"{space}:detail", args=[record.pk])


@require_safe
def index(request: HttpRequest, space: str) -> HttpResponse:
    require(request, "see")
    others = [one for one in NOUNS.values() if one.space != space]
    links = [(str(one.page.title), reverse(f"{one.space}:list"), one.page.icon) for one in others]
    links += [
        (_("Ansoff matrix"), reverse("market_pictures:ansoff"), "layout-grid"),
        (_("Portfolio"), reverse("market_pictures:portfolio"), "chart-no-axes-combined"),
    ]
    return NOUNS[space].page.answer(request, more_links=links)


@require_safe
def export(request: HttpRequest, space: str) -> HttpResponseBase:
    return export_list(NOUNS[space].page, request)


@require_safe
def detail(request: HttpRequest, space: str, pk: int) -> HttpResponse:
    noun, record = NOUNS[space], seen(request, space, pk)
    may = record.deleted_at is None and access.may(request.user, "market.change")
    address = reverse(f"{space}:edit", args=[pk])
    context: dict[str, Any] = {
        "record": record,
        "noun": noun,
        "label": record._meta.label_lower,
        "may_change": may,
        "may_restore": access.may(request.user, "market.discard"),
        "values": {
            name: editing.inline(
                record, name, record._meta.get_field(name).verbose_name, editing.shown(record, name), address, may=may
            )
            for name in noun.inline
        },
    } | steps_of(request, record)
    return render(request, f"market/{space}.html", context | noun.more(request, record))


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, space: str) -> HttpResponse:
    require(request, "add")
    noun = NOUNS[space]
    form = noun.form(request.POST if request.method == "POST" else None, user=request.user)
    if request.method == "POST" and form.save_by():
        event = Event.objects.about(form.record).latest("pk")
        said = _("“%(name)s” was added.") % {"name": form.record}
        return go(request, here(space, form.record), said, undo=event)
    context = {"form": form, "record": None, "noun": noun}
    return render(request, "market/edit.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, space: str, pk: int) -> HttpResponse:
    """All fields, or one (`?field=name`) in its place on the page."""
    noun, record = NOUNS[space], changeable(request, space, pk)
    name = request.GET.get("field", "")
    if name:
        if name not in noun.inline:
            raise Http404
        return editing.one_field(request, record, name, noun.form, lambda field: editing.shown(record, field))
    form = noun.form(request.POST if request.method == "POST" else None, instance=record, user=request.user)
    if request.method == "POST" and form.save_by():
        return go(request, here(space, record), _("Saved."), undo=form.event)
    return editing.whole(request, form, record, "market/edit.html", noun=noun)


@require_POST
def discard(request: HttpRequest, space: str, pk: int) -> HttpResponse:
    record = changeable(request, space, pk, "discard")
    try:
        event = record.discard(by=request.user)
    except ValidationError:
        return go(request, reverse(f"{space}:list"), _("It is in the bin already."))
    return go(request, reverse(f"{space}:list"), _("“%(name)s” is in the bin.") % {"name": record}, undo=event)


# --- what belongs to a record


def _whole(request: HttpRequest, space: str, pk: int, kind: str) -> tuple[Any, Any]:
    """The page's record, and the one to which a new part belongs: itself, or (`?card=`) one of its battle cards."""
    record = changeable(request, space, pk)
    if kind not in NOUNS[space].parts:
        raise Http404
    if kind != "objection":
        return record, record
    asked = request.GET.get("card", "")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 19 else 0
    return record, get_object_or_404(PARTS["card"].objects.living(), competitor=record, pk=number)  # type: ignore[attr-defined]


@require_http_methods(["GET", "POST"])
def part_add(request: HttpRequest, space: str, pk: int, kind: str) -> HttpResponse:
    record, whole = _whole(request, space, pk, kind)
    form = PART_FORMS[kind](request.POST if request.method == "POST" else None, user=request.user, whole=whole)
    if request.method == "POST" and form.save_by():
        event = Event.objects.about(form.record).latest("pk")
        return go(request, here(space, record), _("“%(name)s” was added.") % {"name": form.record}, undo=event)
    context = {
        "form": form,
        "record": None,
        "whole": record,
        "noun": NOUNS[space],
        "title": PARTS[kind]._meta.verbose_name,
    }
    return render(request, "market/part.html", context, status=422 if form.is_bound else 200)


def _part(request: HttpRequest, space: str, pk: int, kind: str, part_pk: int) -> tuple[Any, Any]:
    record = changeable(request, space, pk)
    if kind not in NOUNS[space].parts:
        raise Http404
    of = {"card__competitor" if kind == "objection" else PARTS[kind].whole: record}
    return record, get_object_or_404(PARTS[kind].objects.living(), pk=part_pk, **of)  # type: ignore[attr-defined]


@require_http_methods(["GET", "POST"])
def part_edit(request: HttpRequest, space: str, pk: int, kind: str, part_pk: int) -> HttpResponse:
    record, part = _part(request, space, pk, kind, part_pk)
    form = PART_FORMS[kind](
        request.POST if request.method == "POST" else None, instance=part, user=request.user, whole=record
    )
    if request.method == "POST" and form.save_by():
        return go(request, here(space, record), _("Saved."), undo=form.event)
    context = {"whole": record, "noun": NOUNS[space], "title": part._meta.verbose_name, "kind": kind}
    return editing.whole(request, form, part, "market/part.html", **context)


@require_POST
def part_discard(request: HttpRequest, space: str, pk: int, kind: str, part_pk: int) -> HttpResponse:
    record, part = _part(request, space, pk, kind, part_pk)
    try:
        event = part.discard(by=request.user)
    except ValidationError:
        return go(request, here(space, record), _("It is in the bin already."))
    return go(request, here(space, record), _("“%(name)s” was taken out.") % {"name": part}, undo=event)
