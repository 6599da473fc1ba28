"""My day: where people land in the morning."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_http_methods, require_safe

from kundenkreis.core.models import House
from kundenkreis.customers.models import Account
from kundenkreis.staff import access
from kundenkreis.web.day import Circle, Day, choices
from kundenkreis.web.forms.day import KINDS, ActForm
from kundenkreis.web.htmx import fragment, go, is_htmx
from kundenkreis.web.views.activity_page import ICONS, row_context

NEWS_ICONS = {"created": "plus", "bin": "trash-2", "restored": "undo-2", "task": "check", "change": "pencil"}
_TITLES = {"call": lazy("Log a call"), "task": lazy("New task"), "visit": lazy("Plan a visit")}


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """`?whose=` mine, my team's, or everybody's; without it what fits the role."""
    circle = Circle.asked(request.user, request.GET.get("whose", ""))
    day = Day(circle)
    context = {
        "day": day,
        "circle": circle,
        "whose": [(label, f"?whose={key}", key == circle.whose) for key, label in choices(request.user)],
        "greeting": _greeting(day),
        "news_icons": NEWS_ICONS,
        "currency": House.current().currency,
        "may_add": access.may(request.user, "activities.add"),
    } | row_context(request)
    return render(request, "day/home.html", context)


def _greeting(day: Day) -> str:
    """By the hour in the house's time zone."""
    hour = timezone.localtime(day.now).hour
    name = {"name": day.user.first_name or day.user.last_name}
    if hour < 11:
        return _("Good morning, %(name)s") % name
    return (_("Good day, %(name)s") if hour < 18 else _("Good evening, %(name)s")) % name


@require_http_methods(["GET", "POST"])
def act(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Do something with an account there and then: a call that took place, a task, a planned visit."""
    if kind not in KINDS:
        raise Http404
    account = get_object_or_404(Account.objects.visible_to(request.user).living(), pk=pk)
    if not access.may(request.user, "activities.add", account):
        raise PermissionDenied
    given = request.POST if request.method == "POST" else None
    form = ActForm(given, user=request.user, account=account, kind=kind)  # type: ignore[arg-type]
    if given is not None and form.save_by():
        return go(request, _back(request), _said(form), undo=form.event)
    context: dict[str, Any] = {
        "form": form,
        "account": account,
        "kind": kind,
        "icon_name": ICONS[kind],
        "title": _TITLES[kind],
        "back": _back(request),
    }
    if is_htmx(request):
        return fragment(request, "day/act.html", context)
    return render(request, "day/act.html", context, status=422 if form.is_bound else 200)


def _said(form: ActForm) -> str:
    name = {"name": form.record, "account": form.account}
    if form.record.is_open:
        return _("“%(name)s” for %(account)s is on your list.") % name
    if form.following is not None:
        return _("Logged at %(account)s, and the next step is on your list.") % name
    return _("Logged at %(account)s.") % name


def _back(request: HttpRequest) -> str:
    """To where the button was; My day otherwise."""
    asked = request.POST.get("next", "") or request.GET.get("next", "")
    inside = asked.startswith("/") and not asked.startswith(("//", "/\\"))
    return asked if inside else reverse("day:home")
