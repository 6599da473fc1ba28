"""Territories: parts of the market, and who works there."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kundenkreis.staff import access
from kundenkreis.staff.models import Territory
from kundenkreis.web import htmx
from kundenkreis.web.forms.people import TerritoryForm
from kundenkreis.web.views import editing
from kundenkreis.web.views.people import require, tabs
from kundenkreis.web.views.teams import as_tree


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    require(request, "people.see")
    territories = Territory.objects.visible_to(request.user).living().prefetch_related("people")
    rows = [
        (depth, one, [p for p in one.people.all() if p.deleted_at is None]) for depth, one in as_tree(list(territories))
    ]
    context = {"rows": rows, "tabs": tabs("territories"), "may_change": access.may(request.user, "people.change")}
    return render(request, "territories/list.html", context)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """A new territory, or an existing one."""
    require(request, "people.change")
    territory = get_object_or_404(Territory.objects.living(), pk=pk) if pk else None
    form = TerritoryForm(request.POST if request.method == "POST" else None, instance=territory, user=request.user)
    if request.method == "POST" and form.save_by():
        return htmx.go(request, reverse("territories:list"), _("Saved."), undo=form.event)
    if territory is None:
        return render(
            request, "territories/edit.html", {"form": form, "record": None}, status=422 if form.errors else 200
        )
    return editing.whole(request, form, territory, "territories/edit.html")


@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    require(request, "people.discard")
    event = get_object_or_404(Territory.objects.living(), pk=pk).discard(by=request.user)
    return htmx.go(request, reverse("territories:list"), _("The territory is in the bin."), undo=event)
