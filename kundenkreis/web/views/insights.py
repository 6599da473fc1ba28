"""Signals and what is behind them: the list, one signal, people's answers, segments, and how right it all was."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kundenkreis.core import clock
from kundenkreis.core.models import House
from kundenkreis.history.models import Event
from kundenkreis.insights import outcomes
from kundenkreis.insights.backtest import BackTest
from kundenkreis.insights.models import Kind, Run, Score, Signal
from kundenkreis.insights.rfm import Segment
from kundenkreis.staff import access
from kundenkreis.web import explaining
from kundenkreis.web.htmx import go
from kundenkreis.web.reasons import tell
from kundenkreis.web.trails import steps_of
from kundenkreis.web.verdicts import verdict
from kundenkreis.web.views.signal_list import SIGNALS

SNOOZES = (7, 14, 30, 90)


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """What asks for attention, the most at stake first."""
    SIGNALS.require(request, "signals.see")
    return SIGNALS.answer(request, head_part="insights/_tabs.html", here="signals")


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One signal: its sentence, its factors, its formula, the rows behind it, and what people and time made of it."""
    signal = seen(request, pk)
    told = tell([signal])[0]
    context = {
        "signal": signal,
        "told": told,
        "factors": explaining.factors(signal, told),
        "formula": explaining.formula(signal),
        "parts": explaining.parts(signal, request.user),
        "verdict": verdict(signal, told.names.currency),
        "claim": explaining.CLAIMS.get(Kind(signal.kind), ""),
        "may_change": access.may(request.user, "signals.change", signal),
        "snoozes": SNOOZES,
        "today": clock.today(),
        "house": House.current(),
    } | steps_of(request, signal)
    return render(request, "insights/detail.html", context)


@require_POST
def done(request: HttpRequest, pk: int) -> HttpResponse:
    signal = answerable(request, pk)
    return _answered(request, signal, signal.done(by=request.user, note=_note(request)), _("Done."))


@require_POST
def snooze(request: HttpRequest, pk: int) -> HttpResponse:
    """Leave it alone for `days`."""
    signal = answerable(request, pk)
    given = request.POST.get("days", "")
    days = int(given) if given.isascii() and given.isdigit() and len(given) < 4 else 0
    if not 0 < days <= 366:
        raise Http404
    try:
        event = signal.snooze(by=request.user, until=clock.today() + dt.timedelta(days=days), note=_note(request))
    except ValidationError as refused:
        return go(request, _back(request, signal), " ".join(refused.messages))
    return _answered(request, signal, event, _("Snoozed."))


@require_POST
def not_useful(request: HttpRequest, pk: int) -> HttpResponse:
    signal = answerable(request, pk)
    said = _("Thank you. It will not be raised for this account for a year.")
    return _answered(request, signal, signal.not_useful(by=request.user, note=_note(request)), said)


@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    signal = answerable(request, pk)
    return _answered(request, signal, signal.reopen(by=request.user), _("It waits again."))


@require_safe
def segments(request: HttpRequest) -> HttpResponse:
    """How many accounts each segment has, what they buy, and where the bounds are."""
    if not access.may(request.user, "signals.see"):
        raise PermissionDenied
    seen_ = Score.objects.visible_to(request.user).filter(account__deleted_at=None)
    rows = {
        row["segment"]: row
        for row in seen_.values("segment").annotate(
            count=Count("pk"), revenue=Sum("revenue"), usual=Sum("usual_revenue")
        )
    }
    listed = [(segment, rows[segment.value]) for segment in Segment if segment.value in rows]
    context = {
        "rows": listed,
        "count": sum(row["count"] for _segment, row in listed),
        "revenue": sum(row["revenue"] for _segment, row in listed),
        "run": Run.latest(),
        "meanings": explaining.SEGMENTS,
        "currency": House.known().currency,
        "bounds": explaining.bounds(Run.latest()),
    }
    return render(request, "insights/segments.html", context)


@require_safe
def record(request: HttpRequest) -> HttpResponse:
    """How often signals were right, and the back-test of missed orders."""
    if not access.may(request.user, "signals.see"):
        raise PermissionDenied
    run = Run.latest()
    kept = run.basis.get("backtest") if run else None
    context = {
        "run": run,
        "tested": BackTest.from_kept(kept) if kept else None,
        "records": outcomes.records(),
        "claims": explaining.CLAIMS,
        "days": outcomes.DAYS,
    }
    return render(request, "insights/record.html", context)


def seen(request: HttpRequest, pk: int) -> Signal:
    return get_object_or_404(Signal.objects.visible_to(request.user).for_list(), pk=pk, deleted_at=None)


def answerable(request: HttpRequest, pk: int) -> Signal:
    signal = seen(request, pk)
    if not access.may(request.user, "signals.change", signal):
        raise PermissionDenied
    return signal


def _note(request: HttpRequest) -> str:
    return request.POST.get("note", "").strip()[:500]


def _answered(request: HttpRequest, signal: Signal, event: Event | None, said: str) -> HttpResponse:
    return go(request, _back(request, signal), said, undo=event)


def _back(request: HttpRequest, signal: Signal) -> str:
    asked: Any = request.POST.get("next", "")
    if asked.startswith("/") and not asked.startswith(("//", "/\\")):
        return asked
    return reverse("signals:detail", args=[signal.pk])
