"""What the house arranges about key account selection: editions of criteria with weights, and the rules that make a tier of them."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kundenkreis.core.models import House
from kundenkreis.history.models import Event
from kundenkreis.planning.models import SelectionCriterion, SelectionSet, TierRule
from kundenkreis.planning.selection import saying
from kundenkreis.staff import access
from kundenkreis.web.forms.selection import ARRANGED, MODELS
from kundenkreis.web.htmx import go
from kundenkreis.web.trails import steps_of
from kundenkreis.web.views import editing

EDITIONS = 12  # that stand on the page


def require(request: HttpRequest, action: str = "selection.arrange") -> None:
    if not access.reach(request.user, action):
        raise PermissionDenied


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """All editions, the newest first: there are few of them."""
    require(request, "selection.see")
    criteria: dict[int, list[Any]] = {}
    for one in SelectionCriterion.objects.living():
        criteria.setdefault(one.of_set_id, []).append((one, saying.asked(one)))
    rules: dict[int, list[Any]] = {}
    for rule in TierRule.objects.living():
        rules.setdefault(rule.of_set_id, []).append((rule, saying.rule_words(rule)))
    editions = [
        (one, _by_axis(criteria.get(one.pk, [])), rules.get(one.pk, []))
        for one in SelectionSet.objects.living()[:EDITIONS]
    ]
    house = House.known()
    context = {
        "editions": editions,
        "may_arrange": access.may(request.user, "selection.arrange"),
        "touch_words": " · ".join(f"{tier}: {days or '–'}" for tier, days in _touches(house)),
    }
    return render(request, "selection/criteria.html", context)


def _by_axis(rows: list[Any]) -> list[tuple[str, list[Any], int]]:
    """(axis, its criteria in words, what their weights come to)."""
    found = []
    for axis, label in SelectionCriterion.Axis.choices:
        mine = [row for row in rows if row[0].axis == axis]
        found.append((str(label), mine, sum(one.weight for one, _asked in mine)))
    return found


def _touches(house: House) -> list[tuple[str, int | None]]:
    return [("A", house.touch_days_a), ("B", house.touch_days_b), ("C", house.touch_days_c), ("D", house.touch_days_d)]


def _record(kind: str, pk: int) -> Any:
    if kind not in MODELS:
        raise Http404
    return get_object_or_404(MODELS[kind].objects.living(), pk=pk)


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, kind: str) -> HttpResponse:
    """A new edition, or a criterion or rule (`?of=` its edition)."""
    require(request)
    if kind not in MODELS:
        raise Http404
    return _form(request, kind, None, **_of(request, kind))


def _of(request: HttpRequest, kind: str) -> dict[str, Any]:
    if kind == "set":
        return {}
    asked = request.GET.get("of", "")
    if not (asked.isascii() and asked.isdigit() and len(asked) < 19):
        raise Http404
    return {"of_set": _record("set", int(asked))}


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    require(request)
    record = _record(kind, pk)
    return _form(request, kind, record, **({} if kind == "set" else {"of_set": record.of_set}))


@require_POST
def discard(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    require(request)
    record = _record(kind, pk)
    try:
        event = record.discard(by=request.user)
    except ValidationError as refused:
        return go(request, reverse("selection:criteria"), " ".join(refused.messages))
    return go(request, reverse("selection:criteria"), _("“%(name)s” is in the bin.") % {"name": record}, undo=event)


@require_POST
def copy(request: HttpRequest, pk: int) -> HttpResponse:
    """The next edition: a draft like this one."""
    require(request)
    new = _record("set", pk).copy(by=request.user)
    said = _("Edition %(number)s is a draft. Change what is to change, then put it into force.")
    return go(request, reverse("selection:criteria") + f"#edition-{new.pk}", said % {"number": new.edition})


@require_POST
def put_in_force(request: HttpRequest, pk: int) -> HttpResponse:
    require(request)
    one = _record("set", pk)
    try:
        one.put_in_force(by=request.user)
    except ValidationError as refused:
        return go(request, reverse("selection:criteria"), " ".join(refused.messages))
    return go(request, reverse("selection:criteria"), _("It is in force. The next round is scored by it."))


def _form(request: HttpRequest, kind: str, record: Any, **given: Any) -> HttpResponse:
    form = ARRANGED[kind](
        request.POST if request.method == "POST" else None, instance=record, user=request.user, **given
    )
    if request.method == "POST" and form.save_by():
        event = form.event or Event.objects.about(form.record).latest("pk")
        return go(request, reverse("selection:criteria"), _("Saved."), undo=event)
    titles = {"set": _("New edition"), "criterion": _("New criterion"), "rule": _("New rule of a tier")}
    context: dict[str, Any] = {"title": record or titles[kind]}
    if record is not None:
        context |= steps_of(request, record) | {
            "discard_url": reverse("selection:criteria_discard", args=[kind, record.pk])
        }
    return editing.whole(request, form, record, "selection/criteria_edit.html", **context)
