"""The floor that speed is measured from: a signed-in page with the whole shell that reads one row. See bench/."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from kundenkreis.customers.models import Account


@require_GET
def floor(request: HttpRequest) -> HttpResponse:
    """The first account that the person may see, in the shell, and nothing else."""
    account = Account.objects.visible_to(request.user).living().order_by("pk").first()
    return render(request, "house/floor.html", {"account": account})
