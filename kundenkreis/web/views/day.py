"""My day: where people land in the morning."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kundenkreis.activities.models import Activity
from kundenkreis.core.models import House
from kundenkreis.customers.models import Account
from kundenkreis.insights.models import Signal
from kundenkreis.staff import access
from kundenkreis.web import needs
from kundenkreis.web.circles import Circle, choices
from kundenkreis.web.day import Day
from kundenkreis.web.forms.day import KINDS, ActForm
from kundenkreis.web.htmx import fragment, go, is_htmx, toast
from kundenkreis.web.views.activity_page import row_context

NEWS_ICONS = {"created": "plus", "bin": "trash-2", "restored": "undo-2", "task": "check", "change": "pencil"}
_ANSWERED = {
    "snooze": lazy("The reasons of %(name)s are put off."),
    "done": lazy("The reasons of %(name)s are done with."),
    "not_useful": lazy("Noted: these reasons of %(name)s did not help."),
    "reopen": lazy("The reasons of %(name)s wait again."),
}
_TITLES = {"call": lazy("Log a call"), "task": lazy("New task"), "visit": lazy("Plan a visit")}


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """`?whose=` mine, my team's, or everybody's; without it what fits the role. `?part=news` is what comes right after the page."""
    circle = Circle.asked(request.user, request.GET.get("whose", ""))
    day = Day(circle)
    if request.GET.get("part") == "news":
        shown = {"day": day, "news_icons": NEWS_ICONS, "currency": House.known().currency}
        return fragment(request, "day/_news.html", shown)
    context = {
        "day": day,
        "circle": circle,
        "whose": [(label, f"?whose={key}", key == circle.whose) for key, label in choices(request.user)],
        "greeting": _greeting(day),
        "news_url": f"?{urlencode({'part': 'news', 'whose': circle.whose})}",
        "currency": House.known().currency,
        "may_answer": bool(access.reach(request.user, "signals.change")),
        "may_add": access.may(request.user, "activities.add"),
        "may_lead": access.may(request.user, "people.lead"),
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
    account = _account(request, pk)
    if not access.may(request.user, "activities.add", account):
        raise PermissionDenied
    given = request.POST if request.method == "POST" else None
    signals = needs.chosen(request.user, account, request.POST.getlist("signal") or request.GET.getlist("signal"))
    form = ActForm(given, user=request.user, account=account, kind=kind)  # type: ignore[arg-type]
    if given is not None and _saved(form, signals):
        return go(request, _back(request), _said(form), undo_at=_undo_of(form, signals))
    context: dict[str, Any] = {
        "form": form,
        "account": account,
        "kind": kind,
        "signals": signals,
        "title": _TITLES[kind],
        "back": _back(request),
    }
    if is_htmx(request):
        return fragment(request, "day/act.html", context)
    return render(request, "day/act.html", context, status=422 if form.is_bound else 200)


@transaction.atomic
def _saved(form: ActForm, signals: list[Signal]) -> bool:
    if not form.save_by():
        return False
    if form.cleaned_data["settles"]:
        needs.settle(signals, form.planned_for, form.user)
    return True


def _undo_of(form: ActForm, signals: list[Signal]) -> str:
    """Takes back the activity, the step after it, and the answers that came with them."""
    asked = [("signal", signal.pk) for signal in signals if form.cleaned_data["settles"]]
    if form.following is not None:
        asked.append(("step", form.following.pk))
    address = reverse("day:take_back", args=[form.account.pk, form.record.pk])  # type: ignore[union-attr]
    return f"{address}?{urlencode(asked)}"


@require_POST
def take_back(request: HttpRequest, pk: int, activity_pk: int) -> HttpResponse:
    """Into the bin with what was just written, and the reasons wait again."""
    account = _account(request, pk)
    wanted = [activity_pk, *(int(one) for one in request.GET.getlist("step") if one.isdecimal() and len(one) < 19)]
    written = list(Activity.objects.visible_to(request.user).living().filter(account=account, pk__in=wanted))
    if any(not access.may(request.user, "activities.discard", one) for one in written):
        raise PermissionDenied
    signals = needs.chosen(request.user, account, request.GET.getlist("signal"))
    with transaction.atomic():
        for one in written:
            one.discard(by=request.user)
        needs.answer(signals, "reopen", request.user)
    return go(request, reverse("day:home"), _("Taken back: it is in the bin, and the reasons wait again."))


@require_POST
def answer(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Answer the reasons of one account: done, not useful, put off by `days`; or open them again."""
    if verb not in _ANSWERED:
        raise Http404
    account = _account(request, pk)
    signals = needs.chosen(request.user, account, request.POST.getlist("signal") or request.GET.getlist("signal"))
    given = request.POST.get("days", "")
    days = int(given) if given.isascii() and given.isdigit() and len(given) < 4 else 0
    if verb == "snooze" and not 0 < days <= 366:
        raise Http404
    needs.answer(signals, verb, request.user, days)
    said = _ANSWERED[verb] % {"name": account.name}
    if verb == "reopen":
        return go(request, reverse("day:home"), said)
    again = f"{reverse('day:answer', args=[pk, 'reopen'])}?{urlencode([('signal', one.pk) for one in signals])}"
    if is_htmx(request):
        return toast(request, HttpResponse(), said, undo_at=again)
    return go(request, reverse("day:home"), said, undo_at=again)


def _account(request: HttpRequest, pk: int) -> Account:
    return get_object_or_404(Account.objects.visible_to(request.user).living(), pk=pk)


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
