"""Reporting a call, visit or meeting in under a minute: of a planned one, or of one that was not planned."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_http_methods

from kundenkreis.activities.models import Activity
from kundenkreis.activities.reporting import KINDS
from kundenkreis.customers.discretion import spare
from kundenkreis.customers.models import Account
from kundenkreis.staff import access
from kundenkreis.web.forms.report import ReportForm
from kundenkreis.web.htmx import go
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
    """`?account=` with whom (without one it is looked for first), `?kind=` call, visit or meeting."""
    asked, kind = request.GET.get("account", ""), request.GET.get("kind", "call")
    if not asked:
        return redirect("accounts:list")
    if kind not in KINDS or not (asked.isascii() and asked.isdigit() and len(asked) < 19):
        raise Http404
    account = get_object_or_404(Account.objects.visible_to(request.user).living(), pk=int(asked))
    if not access.may(request.user, "activities.add", account):
        raise PermissionDenied
    activity = Activity(kind=kind, account=account)
    return _answer(request, activity, activity)


def _answer(request: HttpRequest, activity: Activity, shown: Activity, *, is_late: bool = False) -> HttpResponse:
    """`shown` is the activity without what the person may not see of it."""
    form = ReportForm(request.POST if request.method == "POST" else None, activity=activity, user=request.user)  # type: ignore[arg-type]
    if shown.account is None:  # nobody of an account outside her reach is offered
        form.fields["contact"].queryset = form.fields["contact"].queryset.none()  # type: ignore[attr-defined]
    back = reverse("accounts:detail", args=[shown.account_id]) if shown.account_id else reverse("day:home")
    if is_late:
        form.add_error(
            None, _("This has been reported in the meantime. What you wrote was not saved; it still stands here.")
        )
    elif form.is_bound and form.save_by():
        said = _("Reported, and the next step is on your list.") if form.following else _("Reported.")
        return go(request, back, said, undo=form.event)
    context = {"form": form, "activity": shown, "title": _TITLES[activity.kind], "back": back, "is_late": is_late}
    status = 409 if is_late else 422 if form.is_bound else 200
    return render(request, "activities/report.html", context, status=status)
