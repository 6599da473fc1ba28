"""Scoring rounds: all of them, one with what would change and how it compares with last year, and what is done with one."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import F, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kundenkreis.core.filters import condition
from kundenkreis.core.models import House
from kundenkreis.core.records import Stale
from kundenkreis.history.models import Event
from kundenkreis.planning import tasks
from kundenkreis.planning.models import ABSENT, RoundResult, ScoringRound, SelectionSet
from kundenkreis.planning.selection import counting, judging, running, saying, tiering
from kundenkreis.staff import access
from kundenkreis.web.forms.selection import RoundForm
from kundenkreis.web.htmx import go
from kundenkreis.web.trails import steps_of
from kundenkreis.web.views import editing
from kundenkreis.web.views.selection_criteria import require

LARGEST = 15  # accounts whose tier would change, on the round's page; all of them are in the list
ROUNDS = 50
TIERS = (*counting.TIERS,)


def seen(request: HttpRequest, pk: int) -> ScoringRound:
    require(request, "selection.see")
    return get_object_or_404(
        ScoringRound.objects.visible_to(request.user).select_related("of_set", "before", "batch"), pk=pk
    )


def here(one: ScoringRound) -> str:
    return reverse("selection:detail", args=[one.pk])


def rows_at(one: ScoringRound, *conditions: str) -> str:
    """The list of these results of a round."""
    asked = [condition("round", "in", one.pk), *conditions]
    return f"{reverse('selection_results:list')}?{urlencode([('f', each) for each in asked])}"


def written(tier: str) -> str:
    """A tier as the list's filters write it."""
    return "none" if tier == "" else tier


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """All rounds, the latest year first."""
    require(request, "selection.see")
    rounds = list(ScoringRound.objects.living().select_related("of_set", "before", "batch")[:ROUNDS])
    present = ScoringRound.present()
    told = []
    for one in rounds:
        counts = counting.counts(one, request.user) if one.is_scored else {}
        tiers = [
            (tier, (counts or {}).get(f"tier:{tier}", 0), rows_at(one, condition("tier", "in", written(tier))))
            for tier in TIERS
        ]
        told.append((one, tiers if counts is not None else None, one == present))
    context = {
        "rounds": told,
        "may_arrange": access.may(request.user, "selection.arrange"),
        "in_force": SelectionSet.present(),
    }
    return render(request, "selection/index.html", context)


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """`?poll=1`: how far it is."""
    one = seen(request, pk)
    may = one.deleted_at is None and access.may(request.user, "selection.arrange")
    context: dict[str, Any] = {"one": one, "may_arrange": may}
    if request.GET.get("poll") and one.is_at_work:
        return render(request, "selection/_progress.html", context)
    context |= {"is_present": ScoringRound.present() == one, "taken_back": tiering.taken_back(one)}
    if one.is_scored:
        context |= _shown(request, one)
    return render(request, "selection/detail.html", context | steps_of(request, one))


def _shown(request: HttpRequest, one: ScoringRound) -> dict[str, Any]:
    counts = counting.counts(one, request.user)
    criteria = {each.pk: each for each in running.criteria_of(one.of_set)}
    unknown = [criteria[pk].name for pk in one.basis.get("unknown", ()) if pk in criteria]
    missing = judging.worklist(one, request.user, 1)
    changes = RoundResult.objects.visible_to(request.user).filter(round=one).for_list()
    changes = changes.filter(~Q(tier=F("had"))).exclude(tier=ABSENT)
    found: dict[str, Any] = {
        "counts": counts, "unknown": unknown, "missing": bool(missing), "currency": House.known().currency,
        "changes_url": rows_at(one, condition("state", "in", "changes")), "open_url": rows_at(one, condition("state", "in", "open")),
        "by_hand_url": rows_at(one, condition("state", "in", "by_hand")), "all_url": rows_at(one),
    }  # fmt: skip
    if counts is None:
        return found
    moves = counting.moves(counts)
    found |= {
        "tiers": [
            (saying.tier_name(t), t, counts.get(f"tier:{t}", 0), counts.get(f"cents:{t}", 0) / 100, rows_at(one, condition("tier", "in", written(t))))
            for t in TIERS
        ],
        "moves": [(label, moves.get(key, 0), rows_at(one, condition("moved", "in", key))) for key, label in _moved()],
        "matrix": _matrix(one, counts),
        "changing": counting.changing(counts),
        "largest": list(changes.order_by("-revenue", "-pk")[:LARGEST]),
    }  # fmt: skip
    return found


def _moved() -> list[tuple[str, str]]:
    return [
        ("up", pgettext("tier", "up")), ("down", pgettext("tier", "down")), ("same", pgettext("tier", "as before")),
        ("new", pgettext("in a round", "new")), ("gone", pgettext("in a round", "gone")),
    ]  # fmt: skip


def _matrix(one: ScoringRound, counts: counting.Counts) -> list[tuple[str, list[tuple[int, str, bool]]]]:
    """Last year's tier down, this year's across; each figure opens into its rows. Empty without a year to compare with."""
    if one.before is None:
        return []
    pairs, found = counting.pairs(counts, "moved"), []
    for before in (*TIERS, ABSENT):
        line = []
        for tier in (*TIERS, ABSENT):
            asked = [condition("before", "in", "new" if before == ABSENT else written(before))]
            asked.append(condition("tier", "in", "gone" if tier == ABSENT else written(tier)))
            line.append((pairs.get((before, tier), 0), rows_at(one, *asked), before == tier))
        found.append((pgettext("in a round", "new") if before == ABSENT else saying.tier_name(before), line))
    return found


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """A round for a fiscal year; the worker scores it."""
    require(request)
    form = RoundForm(request.POST if request.method == "POST" else None, user=request.user)
    if request.method == "POST" and form.save_by():
        tasks.score_round.enqueue(form.record.pk)
        return go(request, here(form.record), _("All accounts are being scored."))
    return editing.whole(request, form, None, "selection/edit.html", in_force=SelectionSet.present())


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Its note."""
    require(request)
    one = seen(request, pk)
    if one.deleted_at is not None:
        raise Http404
    form = RoundForm(request.POST if request.method == "POST" else None, instance=one, user=request.user)
    if request.method == "POST" and form.save_by():
        return go(request, here(one), _("Saved."), undo=form.event)
    return editing.whole(request, form, one, "selection/edit.html")


@require_POST
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """Score it anew, by what is known and judged now."""
    require(request)
    one = seen(request, pk)
    if not running.again(one, by=request.user):
        return go(request, here(one), _("It is at work, or in force."))
    tasks.score_round.enqueue(one.pk)
    return go(request, here(one), _("All accounts are being scored."))


@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    require(request)
    one = seen(request, pk)
    try:
        running.cancel(one, by=request.user)
    except ValidationError as refused:
        return go(request, here(one), " ".join(refused.messages))
    return go(request, here(one), _("Cancelled. The round has no results."))


@require_POST
def put_in_force(request: HttpRequest, pk: int) -> HttpResponse:
    """The accounts get its tiers: at once, or by the worker where they are many."""
    require(request)
    one = seen(request, pk)
    if not access.reach(request.user, "accounts.change").everything:
        raise PermissionDenied
    version = request.POST.get("version", "")
    try:
        batch = tiering.begin(
            one, by=request.user, version=int(version) if version.isdecimal() and len(version) < 10 else None
        )  # type: ignore[arg-type]
    except ValidationError as refused:
        return go(request, here(one), " ".join(refused.messages))
    except Stale:
        return go(request, here(one), _("Somebody else has changed the round meanwhile. Look at it once more."))
    if batch.counts["expected"] > tiering.AT_ONCE:
        tasks.put_in_force.enqueue(batch.pk, request.user.pk)
        return go(request, here(one), _("It is in force. The accounts are getting their tiers."))
    tiering.go_on(one, by=request.user)  # type: ignore[arg-type]
    event = Event.objects.filter(batch=batch, verb="batch.edited").last()
    return go(
        request,
        here(one),
        _("It is in force: %(count)s accounts have another tier.") % {"count": _changed(batch)},
        undo=event,
    )


def _changed(batch: Any) -> int:
    batch.refresh_from_db()
    return batch.counts.get("customers.account", {}).get("changed", 0)


@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    require(request)
    one = seen(request, pk)
    try:
        event = one.discard(by=request.user)
    except ValidationError as refused:
        return go(request, here(one), " ".join(refused.messages))
    return go(request, reverse("selection:index"), _("“%(name)s” is in the bin.") % {"name": one}, undo=event)
