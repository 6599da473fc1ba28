"""The access review: who may what, person by person; kept, or to be changed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_POST, require_safe

from kundenkreis.staff import access
from kundenkreis.staff.models import AccessReview, Team, User
from kundenkreis.staff.reviewing import STATES, Line, lines_for, may_review, narrowed
from kundenkreis.staff.roles import Role
from kundenkreis.web import htmx
from kundenkreis.web.forms.me import words_of
from kundenkreis.web.lists.exporting import as_file

SIZE = 50
STATE_NAMES = {
    "open": lazy("not reviewed yet"),
    "kept": lazy("kept"),
    "change": lazy("to be changed"),
    "changed": lazy("changed since the review"),
    "silent": lazy("not signed in for 90 days"),
}


def _require(request: HttpRequest) -> None:
    if not may_review(request.user):  # type: ignore[arg-type]
        raise PermissionDenied


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Everybody whose access one may review, by role or by team (`?by=team`); `?q= ?role= ?team= ?state=` narrow it down."""
    _require(request)
    review = AccessReview.current()
    every = lines_for(request.user, review)  # type: ignore[arg-type]
    lines, by = _sorted(_narrowed(request, every), request.GET.get("by", ""))
    first = _place(request)
    context = {
        "review": review,
        "may_begin": access.reach(request.user, "access.review").everything,
        "groups": [
            (name, list(rows)) for name, rows in groupby(lines[first : first + SIZE], lambda one: _group(one, by))
        ],
        "scopes": {token.pk: words_of(token.scopes) for line in lines[first : first + SIZE] for token in line.tokens},
        "by": by,
        "count": len(lines),
        "progress": _progress(every),
        "next": first + SIZE if len(lines) > first + SIZE else 0,
        "previous": max(0, first - SIZE) if first else None,
        "roles": [("", _("Any role")), *Role.choices],
        "teams": [("", _("Any team")), *((team.pk, team.name) for team in Team.objects.living())],
        "states": [("", _("Any state")), *STATE_NAMES.items()],
        "is_filtered": any(request.GET.get(name) for name in ("q", "role", "team", "state")),
    }
    return render(request, "access/review.html", context)


@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    """The same people as on the page, as a file."""
    _require(request)
    review = AccessReview.current()
    lines, _by = _sorted(_narrowed(request, lines_for(request.user, review)), request.GET.get("by", ""))  # type: ignore[arg-type]
    heads = [
        _("Person"), _("Mail address"), _("May sign in"), _("Role"), _("Team"), _("Territories"), _("Stands in for"),
        _("Deputies"), _("Last signed in"), _("Tokens"), _("Verdict"), _("Note"), _("Reviewed by"), _("Reviewed"),
        _("Changed since the review"),
    ]  # fmt: skip
    return as_file(request, f"{_('access-review')}-{review.pk if review else 0}", heads, _cells(lines))


def _cells(lines: list[Line]) -> Iterator[list[Any]]:
    for line in lines:
        person, check = line.person, line.check
        tokens = [f"{token.name} ({words_of(token.scopes)})" for token in line.tokens]
        judged = [str(STATE_NAMES[check.verdict]), check.note, str(check.by or ""), check.at] if check else [""] * 4
        named = [", ".join(name for name, _until in one) for one in (line.stands_in_for, line.deputies)]
        yield [
            str(person), person.email, person.is_active, person.get_role_display(), str(person.team or ""),
            ", ".join(line.territories), *named, person.last_login, ", ".join(tokens), *judged, line.has_changed,
        ]  # fmt: skip


@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """Open a round of review."""
    if not access.reach(request.user, "access.review").everything:
        raise PermissionDenied
    try:
        review = AccessReview.begin(by=request.user, name=request.POST.get("name", ""))  # type: ignore[arg-type]
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
        return htmx.go(request, reverse("access:review"))
    return htmx.go(request, reverse("access:review"), _("The review “%(name)s” is open.") % {"name": review})


@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """End the round: it stays as it is."""
    if not access.reach(request.user, "access.review").everything:
        raise PermissionDenied
    review = get_object_or_404(AccessReview, pk=pk)
    try:
        review.end(by=request.user)  # type: ignore[arg-type]
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
        return htmx.go(request, reverse("access:review"))
    return htmx.go(request, reverse("access:review"), _("The review “%(name)s” has ended.") % {"name": review})


@require_POST
def judge(request: HttpRequest, pk: int, person_pk: int) -> HttpResponse:
    """Keep what a person may, or note what is to be changed."""
    review = get_object_or_404(AccessReview, pk=pk)
    person = get_object_or_404(User.objects.living(), pk=person_pk)
    if not may_review(request.user, person):  # type: ignore[arg-type]
        raise PermissionDenied
    back = _back(request)
    verdict, note = request.POST.get("verdict", ""), request.POST.get("note", "")
    try:
        review.judge(person, by=request.user, verdict=verdict, note=note)  # type: ignore[arg-type]
    except ValidationError as refused:
        messages.error(request, f"{person}: {' '.join(refused.messages)}")
        return htmx.go(request, back)
    return htmx.go(request, back, _("Reviewed: %(name)s.") % {"name": person})


def _back(request: HttpRequest) -> str:
    """The page of the review as it was narrowed down."""
    before = request.headers.get("Referer", "")
    mine = url_has_allowed_host_and_scheme(before, {request.get_host()}, require_https=request.is_secure())
    return before if before and mine and reverse("access:review") in before else reverse("access:review")


def _narrowed(request: HttpRequest, lines: list[Line]) -> list[Line]:
    get, role, state = request.GET, request.GET.get("role", ""), request.GET.get("state", "")
    team = min(int(get["team"]), 2**62) if get.get("team", "").isdecimal() else 0
    known_role, known_state = role if role in Role.values else "", state if state in STATES else ""
    return narrowed(lines, text=get.get("q", "")[:100], role=known_role, team=team, state=known_state)


def _sorted(lines: list[Line], by: str) -> tuple[list[Line], str]:
    """By role or by team, and by name within; lines come by name."""
    by = by if by in ("role", "team") else "role"
    return sorted(lines, key=lambda one: (_group(one, by) == "", _group(one, by))), by


def _group(line: Line, by: str) -> str:
    return str(line.person.team or "") if by == "team" else str(line.person.get_role_display())


def _progress(lines: list[Line]) -> dict[str, int]:
    active = [line for line in lines if line.person.is_active]
    return {
        "all": len(active),
        "done": sum(line.check is not None for line in active),
        "change": sum("change" in line.states for line in lines),
        "silent": sum(line.is_silent for line in lines),
    }


def _place(request: HttpRequest) -> int:
    first = request.GET.get("from", "")
    return min(int(first), 10**6) if first.isdecimal() else 0
