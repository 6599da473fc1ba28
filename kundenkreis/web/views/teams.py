"""Teams: a tree of them, each with its people."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kundenkreis.staff import access
from kundenkreis.staff.models import Team, Territory
from kundenkreis.web import htmx
from kundenkreis.web.forms.people import TeamForm
from kundenkreis.web.views import editing
from kundenkreis.web.views.people import require, tabs


def as_tree(nodes: list) -> list[tuple[int, Team | Territory]]:
    """Teams or territories under their parents, each with its depth; those whose parent is in the bin stand at the top."""
    known = {node.pk for node in nodes}
    below: dict[int | None, list] = {}
    for node in nodes:
        below.setdefault(node.parent_id if node.parent_id in known else None, []).append(node)
    found: list[tuple[int, Team | Territory]] = []
    waiting = [(0, node) for node in reversed(below.get(None, []))]
    while waiting:
        depth, node = waiting.pop()
        found.append((depth, node))
        waiting += [(depth + 1, child) for child in reversed(below.get(node.pk, []))]
    return found


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    require(request, "people.see")
    teams = Team.objects.visible_to(request.user).living().prefetch_related("people")
    rows = [
        (depth, team, [p for p in team.people.all() if p.is_active and p.deleted_at is None])
        for depth, team in as_tree(list(teams))
    ]
    return render(
        request,
        "teams/list.html",
        {"rows": rows, "tabs": tabs("teams"), "may_change": access.may(request.user, "people.change")},
    )


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """A new team, or an existing one."""
    require(request, "people.change")
    team = get_object_or_404(Team.objects.living(), pk=pk) if pk else None
    form = TeamForm(request.POST if request.method == "POST" else None, instance=team, user=request.user)
    if request.method == "POST" and form.save_by():
        return htmx.go(request, reverse("teams:list"), _("Saved."), undo=form.event)
    if team is None:
        return render(request, "teams/edit.html", {"form": form, "record": None}, status=422 if form.errors else 200)
    return editing.whole(request, form, team, "teams/edit.html")


@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    require(request, "people.discard")
    team = get_object_or_404(Team.objects.living(), pk=pk)
    if team.people.living().exists():
        messages.error(
            request, _("There are still people in %(team)s. Put them into another team first.") % {"team": team}
        )
        return htmx.go(request, reverse("teams:list"))
    event = team.discard(by=request.user)
    return htmx.go(request, reverse("teams:list"), _("%(team)s is in the bin.") % {"team": team}, undo=event)
