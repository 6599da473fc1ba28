"""People on maps: all of them as a table, and the page of one with what was judged of her and when."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kundenkreis.core import clock
from kundenkreis.customers.discretion import within_reach
from kundenkreis.customers.models import Contact
from kundenkreis.staff import access
from kundenkreis.stakeholders.models import Judgement, Stakeholder
from kundenkreis.stakeholders.models.judgements import VALUE_OF
from kundenkreis.web.forms.stakeholders import StayForm
from kundenkreis.web.htmx import fragment, go
from kundenkreis.web.lists.exporting import export as export_list
from kundenkreis.web.trails import steps_of
from kundenkreis.web.views import editing
from kundenkreis.web.views.stakeholder_list import STAKEHOLDERS


def require(request: HttpRequest, action: str) -> None:
    if not access.may(request.user, action):
        raise PermissionDenied


def seen(request: HttpRequest, pk: int) -> Stakeholder:
    """One whom the person may see. Whoever came from outside and lies outside her reach has no page for her."""
    one = get_object_or_404(Stakeholder.objects.visible_to(request.user).for_list(), pk=pk)
    if one.contact.deleted_at is None and not within_reach(request.user, Contact, [one.contact_id]):
        raise Http404
    return one


def changeable(request: HttpRequest, pk: int, action: str = "stakeholders.change") -> Stakeholder:
    one = seen(request, pk)
    if one.deleted_at is not None:
        raise Http404
    if not access.may(request.user, action, one):
        raise PermissionDenied
    return one


def here(one: Stakeholder) -> str:
    return reverse("stakeholders:detail", args=[one.pk])


def map_address(one: Stakeholder) -> str:
    return reverse("stakeholders:map", args=[one.account_id])


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    require(request, "stakeholders.see")
    return STAKEHOLDERS.answer(request)


@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    return export_list(STAKEHOLDERS, request)


def facts(one: Stakeholder, judged: list[Judgement]) -> list[tuple[str, str, Judgement | None, list[Judgement]]]:
    """(kind, its label, what holds, what held before) of every kind."""
    found = []
    for kind in Judgement.Kind:
        some = [each for each in judged if each.kind == kind]
        found.append((kind.value, str(kind.label), some[0] if some else None, some[1:]))
    return found


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Her page; with `?peek` what stands beside the map."""
    one = seen(request, pk)
    may = one.deleted_at is None and access.may(request.user, "stakeholders.change", one)
    rows = one.judgements.living().select_related("superior__contact", "judged_by", "activity")
    judged = list(rows.order_by("-on", "-pk")[:200])
    named = {each.superior.contact_id for each in judged if each.superior is not None}
    lines = [*one.influences.living().for_list(), *one.influenced_by.living().for_list()]
    named |= {line.stakeholder.contact_id for line in lines} | {line.influenced.contact_id for line in lines}
    context: dict[str, Any] = {
        "one": one,
        "subject": one,
        "facts": facts(one, judged),
        "known": within_reach(request.user, Contact, named or [0]),
        "lines": lines,
        "counterparts": list(one.counterparts.living().select_related("person")),
        "may_change": may,
        "may_discard": access.may(request.user, "stakeholders.discard", one),
        "values": VALUE_OF,
        "map_url": map_address(one),
        "today": clock.today(),
    }
    if "peek" in request.GET:
        return fragment(request, "stakeholders/peek.html", context)
    return render(request, "stakeholders/detail.html", context | {"trail": steps_of(request, one)})


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Since when, and until when, she is on the map."""
    one = changeable(request, pk)
    form = StayForm(request.POST if request.method == "POST" else None, instance=one, user=request.user)
    if request.method == "POST" and form.save_by():
        return go(request, here(one), _("Saved."), undo=form.event)
    return editing.whole(request, form, one, "stakeholders/edit.html", back=here(one))


@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    one = changeable(request, pk, "stakeholders.discard")
    try:
        event = one.discard(by=request.user)
    except ValidationError:
        return go(request, map_address(one), _("It is in the bin already."))
    return go(request, map_address(one), _("“%(name)s” is in the bin.") % {"name": one}, undo=event)
