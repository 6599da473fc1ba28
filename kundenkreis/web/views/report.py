"""Reporting a call, visit or meeting in under a minute: of a planned one, or of one that was not planned."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_http_methods

from kundenkreis.activities.models import Activity
from kundenkreis.activities.reporting import KINDS
from kundenkreis.customers.discretion import spare
from kundenkreis.customers.models import Account, Consent, Contact
from kundenkreis.staff import access
from kundenkreis.web.forms.report import ReportForm
from kundenkreis.web.htmx import fragment, go, is_htmx
from kundenkreis.web.views.activity_page import changeable

_TITLES = {"call": lazy("Report a call"), "visit": lazy("Report a visit"), "meeting": lazy("Report a meeting")}


@require_http_methods(["GET", "POST"])
def planned(request: HttpRequest, pk: int) -> HttpResponse:
    """A planned call, visit or meeting took place; what is done already, or nothing of the kind, is shown instead.

    A report that comes after another one (it may have waited for a connection) is not written, nor lost: its text stays in the form.
    """
    activity = changeable(request, pk)
    is_late = not activity.is_open and request.method == "POST"
    if activity.kind not in KINDS or not (activity.is_open or is_late):
        return redirect("activities:detail", pk=pk)
    shown = changeable(request, pk)
    spare(request.user, [shown], "account", "contact")
    return _answer(request, activity, shown, is_late=is_late)


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """`?account=`, `?contact=` with whom (without one it is looked for first), `?kind=` call, visit or meeting; `?purpose=` what it advertises.

    After a click on a phone number a dialog asks for it with `?at=`, the moment of the click.
    """
    kind = request.GET.get("kind", "call")
    if not request.GET.get("account") and not request.GET.get("contact"):
        return redirect("accounts:list")
    if kind not in KINDS:
        raise Http404
    account, contact = _asked_for(request, Account, "account"), _asked_for(request, Contact, "contact")
    if not access.may(request.user, "activities.add", account or contact):
        raise PermissionDenied
    purpose = request.GET.get("purpose", "")
    activity = Activity(kind=kind, account=account, contact=contact, at=_moment(request.GET.get("at", "")))
    activity.purpose = purpose if purpose in Consent.Purpose.values else ""
    return _answer(request, activity, activity)


def _asked_for(request: HttpRequest, model: Any, name: str) -> Any:
    """The living record that the address names, within the person's reach; None when it names none, 404 for a wrong one."""
    asked = request.GET.get(name, "")
    if not asked:
        return None
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 19 else 0
    return get_object_or_404(model.objects.visible_to(request.user).living(), pk=number)


def _moment(text: str) -> dt.datetime:
    """When the number was clicked, in milliseconds since 1970 as browsers count; now, if that is no moment of the last day."""
    now = timezone.now()
    if not (text.isascii() and text.isdigit() and len(text) < 15):
        return now
    at = dt.datetime.fromtimestamp(int(text) / 1000, dt.UTC)
    return at if now - dt.timedelta(days=1) < at < now else now


def _answer(request: HttpRequest, activity: Activity, shown: Activity, *, is_late: bool = False) -> HttpResponse:
    """`shown` is the activity without what the person may not see of it."""
    form = ReportForm(request.POST if request.method == "POST" else None, activity=activity, user=request.user)  # type: ignore[arg-type]
    if shown.account is None and shown.contact is None:  # nobody of an account outside her reach is offered
        form.fields["contact"].queryset = form.fields["contact"].queryset.none()  # type: ignore[attr-defined]
    back = _back(request, shown)
    if is_late:
        said = _("This has been reported in the meantime. What you wrote was not saved; it still stands here.")
        form.add_error(None, said)
    elif form.is_bound and form.save_by():
        said = _("Reported, and the next step is on your list.") if form.following else _("Reported.")
        return go(request, back, said, undo=form.event)
    context = {
        "form": form,
        "activity": shown,
        "title": _TITLES[activity.kind],
        "back": back,
        "address": request.get_full_path(),
        "is_late": is_late,
    }
    status = 409 if is_late else 422 if form.is_bound else 200
    if is_htmx(request):
        return fragment(request, "activities/call.html", context, status=status)
    return render(request, "activities/report.html", context, status=status)


def _back(request: HttpRequest, activity: Activity) -> str:
    """To where the button was; else to the account or contact."""
    asked = request.POST.get("next", "")
    if asked.startswith("/") and not asked.startswith(("//", "/\\")):
        return asked
    if activity.account_id:
        return reverse("accounts:detail", args=[activity.account_id])
    return reverse("contacts:detail", args=[activity.contact_id]) if activity.contact_id else reverse("day:home")
