"""Changing many records at once: choose in the list, look at the exact number, do it, undo it."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from kundenkreis.core.keyset import bounded_count
from kundenkreis.customers.models import Account
from kundenkreis.fields.bulk_editing import edit
from kundenkreis.staff import access
from kundenkreis.web import bulk_running
from kundenkreis.web.bulk_kinds import LISTS, Kind, Noun
from kundenkreis.web.htmx import go
from kundenkreis.web.lists import ListPage, state
from kundenkreis.web.views.target_accounts import put


@require_POST
def change(request: HttpRequest, list_name: str) -> HttpResponse:
    """First POST (from a list): what is to be changed, with the exact number. Second POST (`sure=1`): do it."""
    listed, noun = LISTS[list_name]
    if request.POST.get("change") == "wanted" and noun.change.model is Account:
        return put(request, listed, _chosen(request, listed, noun)[0], state.read(listed, request))
    kind = noun.kinds.get(request.POST.get("change", ""))
    if kind is None:
        raise Http404
    if not access.may(request.user, kind.action):
        raise PermissionDenied
    chosen, allowed = _chosen(request, listed, noun)
    form = _form(request, noun, kind)
    if "sure" in request.POST and form.is_valid():
        if request.POST.get("all") == "1" and bounded_count(allowed, bulk_running.AT_ONCE + 1) > bulk_running.AT_ONCE:
            return _do_later(request, listed, kind, form, allowed.count())
        return _do(request, listed, noun, kind, form, allowed)
    counts = chosen.count(), allowed.count()
    context = {
        "form": form,
        "kind": kind,
        "change": request.POST["change"],
        "chosen": counts[0],
        "allowed": counts[1],
        "records": noun.counted(counts[1]),
        "sample": [
            (listed.mark(row), row.name, noun.beside(row))
            for row in allowed.order_by(*noun.order).only(*noun.sample)[:8]
        ],
        "ids": [] if request.POST.get("all") == "1" else request.POST.getlist("ids"),
        "all": request.POST.get("all", ""),
        "address": request.get_full_path(),
        "list": listed,
        "back": listed.url + state.read(listed, request).address(),
    }
    return render(request, "lists/bulk.html", context, status=422 if form.is_bound else 200)


def _form(request: HttpRequest, noun: Noun, kind: Kind) -> Any:
    form: Any = type("Form", (kind.form,), {"of": noun.change, "user": request.user})
    return form(request.POST if "sure" in request.POST else None)


def _chosen(request: HttpRequest, listed: ListPage, noun: Noun) -> tuple[QuerySet, QuerySet]:
    """The selected records (or all that match the address), and those of them that the person may change."""
    model: Any = noun.change.model
    now = state.read(listed, request)
    if now.problem:
        raise Http404
    if request.POST.get("all") == "1":
        rows = listed.matching(request, now)
    else:
        ids = [int(pk) for pk in request.POST.getlist("ids") if pk.isascii() and pk.isdigit() and len(pk) < 19]
        rows = model.objects.visible_to(request.user).living().filter(pk__in=ids)
    chosen = model.objects.filter(pk__in=rows.values("pk"))
    reach = access.reach(request.user, noun.action)
    return chosen, chosen if reach.everything else chosen.filter(pk__in=model.objects.within(reach).values("pk"))


def _do_later(request: HttpRequest, listed: ListPage, kind: Kind, form: Any, expected: int) -> HttpResponse:
    """Very many: the worker changes them, and the batch's page shows how far it is."""
    batch = bulk_running.in_background(
        request.GET.urlencode(),
        request.POST["change"],
        form.plain,
        expected,
        label=f"{kind.title}: {form.said}",
        by=request.user,
        list_name=listed.name,
    )
    return go(request, reverse("history:batch", args=[batch.pk]), _("The change is under way."))


def _do(request: HttpRequest, listed: ListPage, noun: Noun, kind: Kind, form: Any, allowed: QuerySet) -> HttpResponse:
    batch = edit(allowed, form.change(), label=f"{kind.title}: {form.said}", by=request.user)
    count = batch.counts[noun.change.model._meta.label_lower]["changed"]
    text = ngettext("%(records)s was changed.", "%(records)s were changed.", count) % {"records": noun.counted(count)}
    back = listed.url + state.read(listed, request).address()
    return go(request, back, text, undo_at=reverse("history:undo_batch", args=[batch.pk]) if count else "")
