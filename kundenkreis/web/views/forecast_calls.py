"""Giving a forecast call, changing it, taking it back."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from kundenkreis.forecast.models import ForecastCall
from kundenkreis.forecast.rolling_up import HOUSE
from kundenkreis.history.models import Event
from kundenkreis.staff import access
from kundenkreis.web import forecasts
from kundenkreis.web.forms.forecast import CallForm
from kundenkreis.web.htmx import go
from kundenkreis.web.views import editing
from kundenkreis.web.views.forecast import around, asked, require


@require_http_methods(["GET", "POST"])
def call(request: HttpRequest) -> HttpResponse:
    """`?period=2026-10..12&who=person-7&over=1`: the call of a period, hers or the one over it; there or not yet."""
    require(request)
    found, row = asked(request)
    if row.kind in ("left", "nobody"):
        raise Http404
    is_over = row.person is None or request.GET.get("over") == "1"
    present = row.over if is_over else row.own
    of: dict[str, Any] = {"person": row.person, "team": row.team, "is_override": is_over}
    verb, subject = ("change", present) if present else ("add", ForecastCall(**of))
    if not access.may(request.user, f"forecasts.{verb}", subject):
        raise PermissionDenied
    form = CallForm(
        request.POST if request.method == "POST" else None,
        instance=present,
        user=request.user,
        of=of | {"period": str(found.period)},
    )
    back = forecasts.at("index", period=found.period, who="" if row.key == HOUSE else row.key)
    if request.method == "POST" and form.save_by():
        event = form.event or (None if present else Event.objects.about(form.record).latest("pk"))
        return go(request, back, _("Saved."), undo=event)
    context = around("call", found.period) | {
        "row": row,
        "name": forecasts.whose(row),
        "is_over": is_over,
        "back": back,
        "who": editing.who_was_faster(form),
        "form": form,
        "record": present,
        "address": request.get_full_path(),
    }
    status = 409 if form.conflict else 422 if form.is_bound else 200
    return render(request, "forecast/call.html", context, status=status)


@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Into the bin: what was summed counts again."""
    one = get_object_or_404(ForecastCall.objects.visible_to(request.user), pk=pk)
    if not access.may(request.user, "forecasts.discard", one):
        raise PermissionDenied
    key = f"person-{one.person_id}" if one.person_id else f"team-{one.team_id}" if one.team_id else ""
    back = forecasts.at("index", period=one.period, who=key)
    try:
        event = one.discard(by=request.user)
    except ValidationError:
        return go(request, back, _("It is in the bin already."))
    return go(request, back, _("The call is taken back; what was summed counts again."), undo=event)
