"""Activities beside the timeline: what is to be done, one activity, changing it, ticking it off, putting it off."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kundenkreis.activities.agenda import Agenda, snoozed
from kundenkreis.activities.models import Activity
from kundenkreis.activities.participating import attach, by_day, taken_along
from kundenkreis.activities.reporting import KINDS
from kundenkreis.core import clock
from kundenkreis.customers.discretion import spare
from kundenkreis.customers.models import Account, Contact
from kundenkreis.history.models import Event
from kundenkreis.staff import access
from kundenkreis.trips.models import Trip
from kundenkreis.web import laid_out
from kundenkreis.web.forms.activities import ActivityForm
from kundenkreis.web.htmx import fragment, go, is_htmx, toast
from kundenkreis.web.lists import boards
from kundenkreis.web.lists.exporting import export as export_list
from kundenkreis.web.trails import steps_of
from kundenkreis.web.views import editing
from kundenkreis.web.views.activity_list import ACTIVITIES

SHOWN = 300
WHOSE = ("mine", "team", "all")
SNOOZES = (1, 3, 7, 30)
ICONS = {"call": "phone", "visit": "car", "meeting": "users", "mail": "mail", "task": "check", "note": "sticky-note"}


@require_safe
def agenda(request: HttpRequest) -> HttpResponse:
    """What is to be done by me (and whom I stand in for), by my team, or by all whom I may see."""
    if not access.may(request.user, "activities.see"):
        raise PermissionDenied
    whose = request.GET.get("whose", "mine")
    whose = whose if whose in WHOSE else "mine"
    rows = Activity.objects.visible_to(request.user).open()
    if whose == "mine":
        rows = rows.filter(owner_id__in=access.herself(request.user))
    elif whose == "team":
        rows = rows.filter(owner__team_id=request.user.team_id or 0)
    found = list(rows.for_list().order_by("due_on", "at", "pk")[: SHOWN + 1])
    if whose == "mine":
        found = by_day([*found, *_along(request.user)])
    spare(request.user, found, "account", "contact")
    today = clock.today()
    parts = Agenda.of(found[:SHOWN], today)
    context = {
        "parts": [
            (_("Overdue"), parts.overdue, "bad"),
            (_("Today"), parts.today, "accent"),
            (_("The next seven days"), parts.soon, ""),
            (_("Later"), parts.later, ""),
            (_("Without a day"), parts.someday, ""),
        ],
        "whose": whose,
        "more": len(found) > SHOWN,
        "shown": SHOWN,
        "any": bool(found),
        "may_add": access.may(request.user, "activities.add"),
        "may_lead": access.may(request.user, "people.lead"),
        "may_travel": access.may(request.user, "trips.see"),
    } | row_context(request)
    return render(request, "activities/agenda.html", context)


def _along(person: Any) -> list[Activity]:
    """What is others' to do, and she comes along."""
    rows = taken_along(person, access.herself(person)).for_list()
    found = list(rows.order_by("due_on", "at", "pk")[: SHOWN + 1])
    for one in found:
        one.is_along = True  # type: ignore[attr-defined]
    return found


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    return ACTIVITIES.answer(request)


@require_POST
def move(request: HttpRequest, key: str) -> HttpResponse:
    """A card was put into another column of the board."""
    return boards.move(ACTIVITIES, request, key)


@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    return export_list(ACTIVITIES, request)


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    activity = seen(request, pk)
    spare(request.user, [activity], "account", "contact")
    attach(request.user, [activity])
    context = {
        "activity": activity,
        "subject": activity,
        "icon_name": ICONS.get(activity.kind, "activity"),
        "may_change": activity.deleted_at is None and access.may(request.user, "activities.change", activity),
        "may_discard": access.may(request.user, "activities.discard", activity),
        "may_see_account": activity.account is not None,
        "laid_out": laid_out.teller("activities", request.user, editing.own_told(activity, "", False, request.user)),
        "snoozes": snoozes(),
        "trips": list(Trip.objects.visible_to(request.user).living().filter(visits=activity).order_by("starts_at")[:3]),
        "may_travel": activity.kind in ("visit", "meeting")
        and activity.owner_id == request.user.pk
        and access.may(request.user, "trips.add"),
    } | steps_of(request, activity)
    return render(request, "activities/detail.html", context)


@require_http_methods(["GET", "POST"])
def plan(request: HttpRequest) -> HttpResponse:
    """A new activity with all its fields; `?account= ?contact= ?kind=` fill some in."""
    if not access.may(request.user, "activities.add"):
        raise PermissionDenied
    form = ActivityForm(
        request.POST if request.method == "POST" else None, user=request.user, initial=_asked_for(request)
    )
    if request.method == "POST" and form.save_by():
        return go(
            request,
            reverse("activities:detail", args=[form.record.pk]),
            _("“%(name)s” was added.") % {"name": form.record},
        )
    return render(request, "activities/edit.html", {"form": form, "record": None}, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    activity = changeable(request, pk)
    form = ActivityForm(request.POST if request.method == "POST" else None, instance=activity, user=request.user)
    if request.method == "POST" and form.save_by():
        return go(request, reverse("activities:detail", args=[pk]), _("Saved."), undo=form.event)
    return editing.whole(request, form, activity, "activities/edit.html")


@require_POST
def finish(request: HttpRequest, pk: int) -> HttpResponse:
    """Tick it off; with `outcome` how it went."""
    activity = changeable(request, pk)
    outcome = request.POST.get("outcome", "")
    try:
        event = activity.finish(by=request.user, outcome=outcome if outcome in Activity.Outcome.values else "")
    except (
        ValidationError
    ) as lacking:  # something is required of what has been done: it is asked for where it can be written
        return toast(request, go(request, _where_asked(activity)), " ".join(lacking.messages), tone="bad")
    return _answer(request, activity, _("“%(name)s” is done.") % {"name": activity}, event)


def _where_asked(activity: Activity) -> str:
    name = "report" if activity.kind in KINDS else "edit"
    return reverse(f"activities:{name}", args=[activity.pk])


@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    activity = changeable(request, pk)
    try:
        event = activity.reopen(by=request.user)
    except ValidationError as refused:
        return toast(request, go(request, _back(request, activity)), " ".join(refused.messages), tone="bad")
    return _answer(request, activity, _("“%(name)s” is to be done again.") % {"name": activity}, event)


@require_POST
def snooze(request: HttpRequest, pk: int) -> HttpResponse:
    """Put it off by `days`; its reminder moves along."""
    activity = changeable(request, pk)
    given = request.POST.get("days", "")
    days = int(given) if given.isascii() and given.isdigit() and len(given) < 4 else 0
    if not 0 < days <= 366:
        raise Http404
    values: dict[str, Any] = {"due_on": snoozed(activity.due_on, clock.today(), days)}
    if activity.remind_at is not None:
        values["remind_at"] = activity.remind_at + dt.timedelta(days=days)
    event = activity.change(by=request.user, verb="put_off", **values)
    return _answer(request, activity, _("“%(name)s” was put off.") % {"name": activity}, event)


@require_POST
def pin(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep it on top of the timeline, or no longer."""
    activity = changeable(request, pk)
    event = activity.change(by=request.user, is_pinned=not activity.is_pinned)
    said = _("It stays on top of the timeline.") if activity.is_pinned else _("It no longer stays on top.")
    return go(request, reverse("activities:detail", args=[pk]), said, undo=event)


@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    activity = changeable(request, pk, "activities.discard")
    event = activity.discard(by=request.user)
    return go(
        request,
        _of(activity) or reverse("activities:list"),
        _("“%(name)s” is in the bin.") % {"name": activity},
        undo=event,
    )


def seen(request: HttpRequest, pk: int) -> Activity:
    """The activity, in the bin too, if the person may see it; 404 otherwise."""
    return get_object_or_404(Activity.objects.visible_to(request.user).for_list(), pk=pk)


def changeable(request: HttpRequest, pk: int, action: str = "activities.change") -> Activity:
    activity = seen(request, pk)
    if activity.deleted_at is not None:
        raise Http404
    if not access.may(request.user, action, activity):
        raise PermissionDenied
    return activity


def _answer(request: HttpRequest, activity: Activity, said: str, event: Event | None) -> HttpResponse:
    """The changed line for a list that asked by htmx; otherwise back to where the button was."""
    if is_htmx(request) and "row" in request.POST:
        spare(request.user, [activity], "account", "contact")
        response = fragment(request, "activities/_row.html", {"one": activity} | row_context(request))
        return toast(request, response, said, undo=event)
    return go(request, _back(request, activity), said, undo=event)


def row_context(request: HttpRequest) -> dict[str, Any]:
    return {"icons": ICONS, "snoozes": snoozes(), "today": clock.today()}


def snoozes() -> list[tuple[int, str]]:
    """By how many days something can be put off, and that in words."""
    return [(days, ngettext("by a day", "by %(count)s days", days) % {"count": days}) for days in SNOOZES]


def _back(request: HttpRequest, activity: Activity) -> str:
    asked = request.POST.get("next", "")
    if asked.startswith("/") and not asked.startswith(("//", "/\\")):
        return asked
    return reverse("activities:detail", args=[activity.pk])


def _of(activity: Activity) -> str:
    return reverse("accounts:detail", args=[activity.account_id]) if activity.account_id else ""


def _asked_for(request: HttpRequest) -> dict[str, Any]:
    found: dict[str, Any] = {"kind": request.GET.get("kind", "task"), "owner": request.user.pk, "is_open": True}
    for name, model in (("account", Account), ("contact", Contact)):
        asked = request.GET.get(name, "")
        if asked.isascii() and asked.isdigit() and len(asked) < 19:
            found[name] = (
                model.objects.visible_to(request.user)
                .living()
                .filter(pk=int(asked))
                .values_list("pk", flat=True)
                .first()
            )
    return found
