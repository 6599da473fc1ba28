"""The bin: what was moved there in the last 30 days, and the way back."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.encoding import force_str
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kundenkreis.history.bin import DAYS, gone_on, nouns, occupied
from kundenkreis.history.models import Event
from kundenkreis.history.recording import Recorded
from kundenkreis.staff import access
from kundenkreis.staff.looking_back import may_undo
from kundenkreis.web import htmx
from kundenkreis.web.views.history import url_of

SIZE = 50
BOUND = 1000
# What people look for stands first; the rest by name.
_FIRST = ("account", "contact", "activity", "document", "product", "order", "user", "team", "territory", "savedview")


@require_safe
def index(request: HttpRequest, noun: str = "") -> HttpResponse:
    """One's own discarded records, or (`?whose=all`, for those who may) everybody's; noun by noun."""
    may_see_all = access.may(request.user, "bin.see")
    whose = "all" if may_see_all and request.GET.get("whose") == "all" else "mine"
    counted = [(model, _count(_rows(request, model, whose))) for model in _ordered()]
    counted = [(model, count) for model, count in counted if count]
    shown = next((model for model, _count in counted if model.noun() == noun), None) or (
        counted[0][0] if counted else None
    )
    suffix = "?whose=all" if whose == "all" else ""
    tabs = [(_plural(m), reverse("bin:noun", args=[m.noun()]) + suffix, m is shown, count) for m, count in counted]
    context: dict[str, Any] = {
        "tabs": tabs,
        "whose": whose,
        "may_see_all": may_see_all,
        "days": DAYS,
        "rows": [],
        "more": False,
    }
    if shown is not None:
        found = list(_rows(request, shown, whose).order_by("-deleted_at", "-pk")[: SIZE + 1])
        context |= {"rows": _lines(request, found[:SIZE]), "more": len(found) > SIZE, "noun": shown.noun()}
    return render(request, "bin/list.html", context)


@require_POST
def restore(request: HttpRequest, noun: str, pk: int) -> HttpResponse:
    """Take one record out of the bin."""
    model = next((m for m in nouns() if m.noun() == noun), None)
    if model is None:
        raise Http404
    record = get_object_or_404(_visible(request, model), pk=pk)
    event = _discarding(record)
    may = event is not None and may_undo(request.user, event, record)
    if not may and not access.may(request.user, "bin.see"):
        raise PermissionDenied
    try:
        restored = record.restore(by=request.user)
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
        return htmx.go(request, reverse("bin:list"))
    return htmx.go(
        request, url_of(record) or reverse("bin:list"), _("%(name)s is back.") % {"name": record}, undo=restored
    )


def _lines(request: HttpRequest, records: list[Recorded]) -> list[tuple[Recorded, Event | None, int | None]]:
    """Each record with the event that put it here and the days it has left; None when the bin does not delete it."""
    if not records:
        return []
    label = records[0]._meta.label_lower
    events = Event.objects.filter(
        subject_type=label, subject_id__in=[r.pk for r in records], verb__endswith=".discarded"
    )
    by_record = {event.subject_id: event for event in events.order_by("pk")}
    found = []
    for record in records:
        end = gone_on(record)
        left = max(0, math.ceil((end - dt.datetime.now(dt.UTC)) / dt.timedelta(days=1))) if end else None
        found.append((record, by_record.get(record.pk), left))
    return found


def _count(rows: QuerySet) -> int:
    return len(rows.order_by().values_list("pk", flat=True)[:BOUND])


def _rows(request: HttpRequest, model: type[Recorded], whose: str) -> QuerySet:
    rows = _visible(request, model)
    if whose == "mine":
        # Asked of the few in the bin, each by its own history; what a person ever did is long.
        mine = Event.objects.filter(
            subject_type=model._meta.label_lower,
            subject_id=OuterRef("pk"),
            actor_id=request.user.pk,
            verb=f"{model.noun()}.discarded",
        )
        rows = rows.filter(Exists(mine))
    return rows


def _visible(request: HttpRequest, model: type[Recorded]) -> QuerySet:
    visible = getattr(model._default_manager, "visible_to", None)
    rows = visible(request.user) if visible else model._default_manager.none()
    return rows.filter(deleted_at__isnull=False)


def _discarding(record: Recorded) -> Event | None:
    return Event.objects.about(record).filter(verb=f"{record.noun()}.discarded").order_by("-pk").first()


def _ordered() -> list[type[Recorded]]:
    """What is in the bin, noun by noun."""
    return sorted(occupied(), key=lambda m: (_FIRST.index(m.noun()) if m.noun() in _FIRST else len(_FIRST), m.noun()))


def _plural(model: type[Recorded]) -> str:
    return capfirst(force_str(model._meta.verbose_name_plural))
