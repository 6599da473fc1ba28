"""The credit standing of an account, entered or changed in a small dialog by those who keep what the ERP reports."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kundenkreis.customers.models import Account
from kundenkreis.orders.models import CreditStanding
from kundenkreis.staff import access
from kundenkreis.web.forms.credit import CreditForm
from kundenkreis.web.htmx import fragment, go
from kundenkreis.web.views.editing import who_was_faster


@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """The dialog, or a page of its own: empty, with errors (422) or with a conflict (409)."""
    account = get_object_or_404(Account.objects.visible_to(request.user).living(), pk=pk)
    if not access.may(request.user, "orders.change", account):
        raise PermissionDenied
    standing = CreditStanding.objects.living().filter(account=account).first()
    form = CreditForm(
        request.POST if request.method == "POST" else None, instance=standing, user=request.user, account=account
    )
    back = reverse("accounts:detail", args=[pk]) + "?tab=orders"
    if request.method == "POST" and form.save_by():
        return go(request, back, _("Saved."), undo=form.event)
    context = {
        "form": form,
        "whose": account,
        "title": _("Change the credit standing") if standing else _("Enter the credit standing"),
        "back": back,
        "address": request.get_full_path(),
        "who": who_was_faster(form),
    }
    status = 409 if form.conflict else 422 if form.is_bound else 200
    return fragment(request, "accounts/part.html", context, status=status)
