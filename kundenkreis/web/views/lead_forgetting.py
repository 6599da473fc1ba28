"""A lead wants to be forgotten (Art. 17 GDPR): whoever keeps data protection erases her."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kundenkreis.privacy import leads_forgotten
from kundenkreis.staff import access
from kundenkreis.web.htmx import go
from kundenkreis.web.views.leads import seen


@require_http_methods(["GET", "POST"])
def erase(request: HttpRequest, pk: int) -> HttpResponse:
    """Says what goes; the button does it."""
    lead = seen(request, pk)
    if not access.may(request.user, "privacy.change"):
        raise PermissionDenied
    problem = ""
    if request.method == "POST":
        try:
            leads_forgotten.forget(lead, by=request.user)
        except ValidationError as refused:
            problem = " ".join(refused.messages)
        else:
            return go(request, reverse("leads:list"), _("The lead is erased."))
    return render(request, "leads/erase.html", {"lead": lead, "problem": problem}, status=422 if problem else 200)
