"""A call comes in: the number leads to whoever has it."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from kundenkreis.customers.calling import Caller, callers
from kundenkreis.customers.discretion import spare
from kundenkreis.customers.models import Account, Contact
from kundenkreis.staff import access
from kundenkreis.web.htmx import go


@require_safe
def lookup(request: HttpRequest) -> HttpResponse:
    """`?number=` in any way of writing. One caller: her page; several or nobody: a page that says so."""
    if not (access.may(request.user, "contacts.see") and access.may(request.user, "accounts.see")):
        raise PermissionDenied
    text = request.GET.get("number", "")[:60]
    found, more = callers(text, request.user)
    spare(request.user, [one.record for one in found if isinstance(one.record, Contact)], "main_account")
    if len(found) == 1 and found[0].is_exact:
        return go(request, _page_of(found[0]))
    context = {
        "text": text.strip(),
        "callers": [(one, _page_of(one), isinstance(one.record, Account)) for one in found],
        "more": more,
        "may_add_account": access.may(request.user, "accounts.add"),
        "may_add_contact": access.may(request.user, "contacts.add"),
    }
    return render(request, "calls/lookup.html", context)


def _page_of(caller: Caller) -> str:
    """The account's page; a contact's own where her account is not known or not within reach."""
    record = caller.record
    account = record if isinstance(record, Account) else record.main_account
    return reverse("accounts:detail", args=[account.pk]) if account else reverse("contacts:detail", args=[record.pk])
