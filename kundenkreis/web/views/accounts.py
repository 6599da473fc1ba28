"""Accounts: list, make, look at, change, bin."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kundenkreis.core import search
from kundenkreis.customers.models import Account
from kundenkreis.quality.matching.entry import Twin
from kundenkreis.staff import access
from kundenkreis.web import finding
from kundenkreis.web.forms.customers import AccountAddForm, AccountForm
from kundenkreis.web.htmx import fragment, go
from kundenkreis.web.lists import boards
from kundenkreis.web.lists.exporting import export as export_list
from kundenkreis.web.views import editing
from kundenkreis.web.views.account_list import ACCOUNTS
from kundenkreis.web.views.account_page import page_of
from kundenkreis.web.views.merges import standing, to_standing


def seen(request: HttpRequest, pk: int) -> Account:
    """The account, in the bin too, if the person may see it; 404 otherwise."""
    rows = Account.objects.visible_to(request.user).select_related("owner", "team", "territory", "person")
    return get_object_or_404(rows, pk=pk)


def changeable(request: HttpRequest, pk: int, action: str = "accounts.change") -> Account:
    """The account if the person may do this with it: 404 if she may not see it, 403 if she may only see it."""
    account = seen(request, pk)
    if not access.may(request.user, action, account):
        raise PermissionDenied
    return account


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    return ACCOUNTS.answer(request, more_links=[(_("Tags"), reverse("tags:list"), "tag")])


@require_POST
def move(request: HttpRequest, key: str) -> HttpResponse:
    """A card was put into another column of the board."""
    return boards.move(ACCOUNTS, request, key)


@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    return export_list(ACCOUNTS, request)


@require_safe
def options(request: HttpRequest) -> HttpResponse:
    """What a combobox finds for `?q=`: at most ten accounts that the person may see."""
    text = request.GET.get("q", "").strip()[:100]
    rows = Account.objects.visible_to(request.user).living().only("name", "place", "tier", "number")
    if text:
        ids = [hit.subject_id for hit in finding.find(request.user, {search.ACCOUNT: Account}, text, 10)]
        known = rows.in_bulk(ids)
        found = [known[pk] for pk in ids if pk in known]
    else:
        found = list(rows.order_by("key", "pk")[:10])
    return fragment(request, "accounts/options.html", {"found": found})


def add(request: HttpRequest) -> HttpResponse:
    if not access.may(request.user, "accounts.add"):
        raise PermissionDenied
    form = AccountAddForm(request.POST or None, user=request.user)
    twins: list[Twin] = []
    if request.method == "POST" and form.is_valid():
        twins = [] if request.POST.get("anyway") else form.twins()
        if not twins and form.save_by():
            return go(
                request,
                reverse("accounts:detail", args=[form.record.pk]),
                _("“%(name)s” was added.") % {"name": form.record},
            )
    status = 422 if request.method == "POST" else 200
    return render(request, "accounts/add.html", {"form": form, "twins": twins}, status=status)


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Account 360, one of its tabs (`?tab=`), of the account or its group (`?group=legal`), or the side peek (`?peek=1`)."""
    account = standing(request, Account, pk, seen)
    if account.pk != pk:
        return to_standing(request, account)
    page = page_of(account, request)
    if "peek" in request.GET:
        return fragment(request, "accounts/peek.html", page.peek())
    if request.GET.get("part") == "products":
        return fragment(request, "accounts/_products.html", page.products())
    if page.tab not in page.TABS:
        raise Http404
    return render(request, f"accounts/{page.tab}.html", page.context())


def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """All fields, or one (`?field=place`) in its place on the page."""
    account = changeable(request, pk)
    if account.deleted_at is not None:
        raise Http404
    name = request.GET.get("field", "")
    if name:
        return editing.one_field(request, account, name, AccountForm, lambda field: shown(account, field))
    form = AccountForm(request.POST or None, instance=account, user=request.user)
    if request.method == "POST" and form.save_by():
        return go(request, reverse("accounts:detail", args=[pk]), _("Saved."), undo=form.event)
    return editing.whole(request, form, account, "accounts/edit.html")


def shown(account: Account, name: str) -> Any:
    """A field's value as the page shows it."""
    return editing.shown(account, name)


@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    account = changeable(request, pk, "accounts.discard")
    try:
        event = account.discard(by=request.user)
    except ValidationError:
        return go(request, reverse("accounts:detail", args=[pk]), _("It is in the bin already."))
    text = _("“%(name)s” was moved to the bin. It stays there for 30 days.") % {"name": account}
    return go(request, reverse("accounts:list"), text, undo=event)


@require_POST
def restore(request: HttpRequest, pk: int) -> HttpResponse:
    account = changeable(request, pk, "accounts.discard")
    try:
        account.restore(by=request.user)
    except ValidationError:
        return go(request, reverse("accounts:detail", args=[pk]), _("It is not in the bin."))
    return go(request, reverse("accounts:detail", args=[pk]), _("“%(name)s” is back.") % {"name": account})
