"""The queue of records that may be the same one: side by side, explained, decided by keys."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kundenkreis.core.keyset import bounded_count
from kundenkreis.history.models import Event
from kundenkreis.quality import merging_certain
from kundenkreis.quality.matching import saying
from kundenkreis.quality.pairs import DuplicatePair, DuplicatePairQuerySet, DuplicateRun
from kundenkreis.quality.tasks import find_duplicates, merge_duplicates
from kundenkreis.staff import access
from kundenkreis.staff.models import User
from kundenkreis.web.htmx import fragment, go, is_htmx, toast

SHOWN = 10
MOST_COUNTED = 1_000
# What the list of likelihoods offers: the smallest probability.
LEVELS = (0.5, 0.9, 0.99, 0.999)


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The pairs that wait, the likeliest first."""
    if not access.may(request.user, "duplicates.see"):
        raise PermissionDenied
    asked = _asked(request)
    seen = _narrowed(DuplicatePair.objects.visible_to(request.user).living().of_living(), asked)
    rows = seen.filter(state=asked["state"]).by_weight().for_list()
    if (after := request.GET.get("after", "")) and (mark := _mark(after)):
        rows = rows.filter(weight__lte=mark[0]).exclude(weight=mark[0], pk__gte=mark[1])
    found = list(rows[: SHOWN + 1])
    more = found[SHOWN - 1] if len(found) > SHOWN else None
    context = {
        "pairs": [_told(pair, request.user) for pair in found[:SHOWN]],
        "more": f"{more.weight!r}~{more.pk}" if more else "",
        "asked": asked,
        "levels": LEVELS,
        "kinds": DuplicatePair.Kind.choices,
        "states": DuplicatePair.State.choices,
        "owners": _owners(request),
        "run": DuplicateRun.latest(),
        "waiting": bounded_count(seen.filter(state=DuplicatePair.State.OPEN), MOST_COUNTED),
        "decided": bounded_count(seen.exclude(state=DuplicatePair.State.OPEN), MOST_COUNTED),
        "most": MOST_COUNTED,
        "may_search": access.may(request.user, "duplicates.run"),
        "may_merge_many": access.may(request.user, "duplicates.decide"),
        "query": _query(request),
    }
    return render(request, "duplicates/list.html", context)


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One pair."""
    pair = seen(request, pk)
    return render(request, "duplicates/detail.html", {"one": _told(pair, request.user), "next": ""})


@require_safe
def merge(request: HttpRequest, pk: int) -> HttpResponse:
    """They are one: to the page on which the fields are chosen, the likelier one to stay kept first."""
    pair = decidable(request, pk)
    kept, gone = merging_certain.kept_first(pair)
    return go(request, reverse(f"{pair.kind}s:merge", args=[kept.pk]) + f"?with={gone.pk}")


@require_POST
def merge_certain(request: HttpRequest) -> HttpResponse:
    """All pairs that the filters show, if they are near certain, in the background."""
    asked = _asked(request)
    if not access.may(request.user, "duplicates.decide"):
        raise PermissionDenied
    if asked["least"] is None or asked["least"] < merging_certain.LEAST:
        raise Http404
    merge_duplicates.enqueue(request.user.pk, asked["least"], asked["kind"], asked["owner"])
    return go(
        request,
        reverse("history:batches"),
        _("Merging has begun. What is done stands among the batches in a moment, and is undone there."),
    )


@require_POST
def different(request: HttpRequest, pk: int) -> HttpResponse:
    """They are two."""
    pair = decidable(request, pk)
    try:
        event = pair.decide(by=request.user, as_=DuplicatePair.State.DIFFERENT)  # type: ignore[arg-type]
    except ValidationError as refused:
        return go(request, reverse("duplicates:list"), " ".join(refused.messages))
    return _done(request, pair, _("Kept apart."), event)


@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """The decision is taken back."""
    pair = decidable(request, pk)
    if pair.state == DuplicatePair.State.MERGED:
        raise Http404
    return _done(request, pair, _("It waits again."), pair.reopen(by=request.user))  # type: ignore[arg-type]


@require_POST
def search(request: HttpRequest) -> HttpResponse:
    """Hold all records against each other, in the background."""
    if not access.may(request.user, "duplicates.run"):
        raise PermissionDenied
    find_duplicates.enqueue(full=True)
    return go(
        request, reverse("duplicates:list"), _("The search has begun. What it finds will stand here in a few minutes.")
    )


def seen(request: HttpRequest, pk: int) -> DuplicatePair:
    rows = DuplicatePair.objects.visible_to(request.user).living().of_living().for_list()
    return get_object_or_404(rows, pk=pk)


def decidable(request: HttpRequest, pk: int) -> DuplicatePair:
    pair = seen(request, pk)
    if not access.may(request.user, "duplicates.decide", pair):
        raise PermissionDenied
    return pair


def _done(request: HttpRequest, pair: DuplicatePair, said: str, event: Event | None) -> HttpResponse:
    """The pair leaves the page; by a plain form the page comes anew."""
    if is_htmx(request):
        return toast(request, fragment(request, "duplicates/_gone.html"), said, undo=event)
    return go(request, reverse("duplicates:list"), said, undo=event)


def _told(pair: DuplicatePair, user: Any) -> dict[str, Any]:
    """A pair as the template shows it."""
    place = "accounts:detail" if pair.kind == DuplicatePair.Kind.ACCOUNT else "contacts:detail"
    return {
        "pair": pair,
        "lines": saying.explained(pair.kind, pair.first, pair.second, pair.likeness),
        "urls": [reverse(place, args=[record.pk]) for record in (pair.first, pair.second)],
        "may_merge": all(access.may(user, f"{pair.kind}s.merge", one) for one in (pair.first, pair.second)),
        "may_decide": access.may(user, "duplicates.decide", pair),
    }


def _asked(request: HttpRequest) -> dict[str, Any]:
    """The filters; what is not understood is not asked."""
    kind, state = request.GET.get("kind", ""), request.GET.get("state", "")
    owner, least = request.GET.get("owner", ""), request.GET.get("least", "")
    return {
        "kind": kind if kind in DuplicatePair.Kind.values else "",
        "state": state if state in DuplicatePair.State.values else DuplicatePair.State.OPEN.value,
        "owner": int(owner) if owner.isascii() and owner.isdigit() and len(owner) < 10 else None,
        "least": next((level for level in LEVELS if str(level) == least), None),
    }


def _narrowed(rows: DuplicatePairQuerySet, asked: dict[str, Any]) -> DuplicatePairQuerySet:
    if asked["kind"]:
        rows = rows.filter(kind=asked["kind"])
    if asked["least"]:
        rows = rows.filter(probability__gte=asked["least"])
    return rows.owned_by(asked["owner"]) if asked["owner"] else rows


def _owners(request: HttpRequest) -> list[User]:
    return list(
        User.objects.visible_to(request.user)
        .filter(is_active=True, deleted_at=None)
        .order_by("last_name", "first_name")[:200]
    )


def _mark(text: str) -> tuple[float, int] | None:
    weight, _tilde, pk = text.partition("~")
    try:
        return float(weight), int(pk)
    except ValueError:
        return None


def _query(request: HttpRequest) -> str:
    """What was asked but the place in the list, to go on from there."""
    asked = request.GET.copy()
    asked.pop("after", None)
    return asked.urlencode()
