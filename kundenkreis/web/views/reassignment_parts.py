"""What a reassignment changes: territories, and accounts that are excepted or sent somewhere by hand."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from kundenkreis.customers.models import Account
from kundenkreis.history.models import Event
from kundenkreis.staff.models import Territory
from kundenkreis.territories.models import AccountChoice, Reassignment, TerritoryChange
from kundenkreis.web.forms.territories import AccountChoiceForm, TerritoryChangeForm, present_of
from kundenkreis.web.htmx import go
from kundenkreis.web.views import editing
from kundenkreis.web.views.reassignments import changeable, here


@require_http_methods(["GET", "POST"])
def territory_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Another territory that changes; `?territory=` fills in what holds there now."""
    record = changeable(request, pk)
    asked = request.GET.get("territory", "")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 19 else 0
    begun = Territory.objects.living().filter(pk=number).first()
    form = TerritoryChangeForm(
        request.POST if request.method == "POST" else None,
        user=request.user, reassignment=record, initial=present_of(begun) if begun else None,
    )  # fmt: skip
    if request.method == "POST" and form.save_by():
        return _added(request, record, form.record)
    return _answer(request, record, form, _("Change a territory"))


@require_http_methods(["GET", "POST"])
def territory_edit(request: HttpRequest, pk: int, part_pk: int) -> HttpResponse:
    record = changeable(request, pk)
    part = get_object_or_404(TerritoryChange.objects.living(), reassignment=record, pk=part_pk)
    form = TerritoryChangeForm(
        request.POST if request.method == "POST" else None, instance=part, user=request.user, reassignment=record
    )
    if request.method == "POST" and form.save_by():
        return go(request, here(record), _("Saved."), undo=form.event)
    context = {"reassignment": record, "title": str(part), "back": here(record)}
    return editing.whole(request, form, part, "reassignments/part.html", **context)


@require_http_methods(["GET", "POST"])
def account_add(request: HttpRequest, pk: int) -> HttpResponse:
    """An account that stays, or goes to another territory whatever the rules say."""
    record = changeable(request, pk)
    form = AccountChoiceForm(request.POST if request.method == "POST" else None, user=request.user, reassignment=record)
    if request.method == "POST" and form.save_by():
        return _added(request, record, form.record)
    return _answer(request, record, form, _("An account by hand"))


@require_POST
def keep(request: HttpRequest, pk: int) -> HttpResponse:
    """An account of the preview stays where and whose it is."""
    record = changeable(request, pk)
    asked = request.POST.get("account", "")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 19 else 0
    account = get_object_or_404(Account.objects.visible_to(request.user).living(), pk=number)
    try:
        part = AccountChoice.add(by=request.user, reassignment=record, account=account)  # type: ignore[misc]
    except ValidationError as refused:
        return go(request, here(record), " ".join(refused.messages))
    return _added(request, record, part)


@require_POST
def discard(request: HttpRequest, pk: int, kind: str, part_pk: int) -> HttpResponse:
    """Out of the reassignment again: a territory (`territory`) or an account (`account`)."""
    record = changeable(request, pk)
    model: Any = TerritoryChange if kind == "territory" else AccountChoice
    part = get_object_or_404(model.objects.living(), reassignment=record, pk=part_pk)
    try:
        event = part.discard(by=request.user)
    except ValidationError as refused:
        return go(request, here(record), " ".join(refused.messages))
    return go(request, here(record), _("“%(name)s” was taken out.") % {"name": part}, undo=event)


def _added(request: HttpRequest, record: Reassignment, part: Any) -> HttpResponse:
    event = Event.objects.about(part).latest("pk")
    return go(request, here(record), _("“%(name)s” was added.") % {"name": part}, undo=event)


def _answer(request: HttpRequest, record: Reassignment, form: Any, title: str) -> HttpResponse:
    context = {
        "reassignment": record, "form": form, "title": title, "back": reverse("reassignments:detail", args=[record.pk]),
    }  # fmt: skip
    return render(request, "reassignments/part.html", context, status=422 if form.is_bound else 200)
