"""What people judge of accounts for their selection: the worklist of what is missing, one judgement, a tier by decision."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from kundenkreis.core.models import House
from kundenkreis.customers.models import Account
from kundenkreis.history.models import Event
from kundenkreis.planning.models import AccountJudgement, RoundResult, ScoringRound, TierOverride
from kundenkreis.planning.selection import judging
from kundenkreis.staff import access
from kundenkreis.web.forms.selection import JudgementForm, OverrideForm
from kundenkreis.web.htmx import go
from kundenkreis.web.views import part_dialogs
from kundenkreis.web.views.editing import who_was_faster
from kundenkreis.web.views.selection import here, rows_at, seen

About = AccountJudgement.About


def _judged(request: HttpRequest, account_pk: int) -> Account:
    """An account that this person may judge."""
    account = get_object_or_404(Account.objects.visible_to(request.user).living(), pk=account_pk)
    if not access.may(request.user, "selection.change", account):
        raise PermissionDenied
    return account


def _back(request: HttpRequest, account: Account) -> str:
    """The page that it was asked from, or the account's latest result."""
    asked = request.GET.get("back", "")
    if asked.startswith("/") and url_has_allowed_host_and_scheme(asked, allowed_hosts=None):
        return asked
    latest = (
        RoundResult.objects.filter(account=account, round__state__in=ScoringRound.SCORED).order_by("-round_id").first()
    )
    return (
        reverse("selection_results:detail", args=[latest.pk])
        if latest
        else reverse("accounts:detail", args=[account.pk])
    )


@require_http_methods(["GET", "POST"])
def worklist(request: HttpRequest, pk: int) -> HttpResponse:
    """What is missing, the largest accounts first, each in a line of its own: a figure from 0 to 3, a reason, Enter, the next one."""
    one = seen(request, pk)
    if not access.reach(request.user, "selection.change"):
        raise PermissionDenied
    form, refused = None, None
    if request.method == "POST":
        account, about = _judged(request, _number(request.POST.get("account", ""))), request.POST.get("about", "")
        if about not in About.values:
            raise Http404
        present = AccountJudgement.objects.living().filter(account=account, about=about).first()
        form = JudgementForm(request.POST, instance=present, user=request.user, account=account, about=about)
        if form.save_by():
            event = form.event or Event.objects.about(form.record).latest("pk")
            return go(request, request.path, _("%(account)s is judged.") % {"account": account}, undo=event)
        refused = (account.pk, about)
    rows = [
        (
            missing.result,
            criterion,
            criterion.measure == About.POTENTIAL,
            form if (missing.result.account_id, criterion.measure) == refused else None,
        )
        for missing in judging.worklist(one, request.user)
        for criterion in missing.criteria
    ]
    context = {
        "one": one,
        "rows": rows,
        "scores": AccountJudgement.Score.choices,
        "back": here(one),
        "refused": refused,
    }
    context["currency"] = House.known().currency
    context["all_url"] = rows_at(one, "state:in:open")
    return render(request, "selection/judging.html", context, status=422 if form is not None else 200)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Http404
    return int(text)


@require_http_methods(["GET", "POST"])
def judge(request: HttpRequest, account_pk: int, about: str) -> HttpResponse:
    """One judgement, new or changed, in the small dialog."""
    account = _judged(request, account_pk)
    if about not in About.values:
        raise Http404
    present = AccountJudgement.objects.living().filter(account=account, about=about).first()
    data = request.POST if request.method == "POST" else None
    form = JudgementForm(data, instance=present, user=request.user, account=account, about=about)
    back = _back(request, account)
    if request.method == "POST" and form.save_by():
        return go(request, back, _("Saved."), undo=form.event or Event.objects.about(form.record).latest("pk"))
    extra: dict[str, Any] = {"who": who_was_faster(form)}
    if present is not None:
        extra["discard"] = reverse("selection:judgement_discard", args=[present.pk])
    return part_dialogs.answer(request, form, account, str(About(about).label), back, **extra)


@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    record = get_object_or_404(AccountJudgement.objects.visible_to(request.user).for_list(), pk=pk)
    if not access.may(request.user, "selection.discard", record):
        raise PermissionDenied
    return part_dialogs.discard(request, record, _back(request, record.account))


@require_http_methods(["GET", "POST"])
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Another tier than the rules say, for one account in one round."""
    result = get_object_or_404(RoundResult.objects.visible_to(request.user).for_list().select_related("round"), pk=pk)
    if not access.may(request.user, "selection.change", result.account) or not result.round.is_scored:
        raise PermissionDenied
    present = TierOverride.objects.living().filter(round=result.round, account=result.account).first()
    data = request.POST if request.method == "POST" else None
    form = OverrideForm(data, instance=present, user=request.user, result=result)
    back = reverse("selection_results:detail", args=[pk])
    if request.method == "POST" and form.save_by():
        return go(request, back, _("Saved."), undo=form.event or Event.objects.about(form.record).latest("pk"))
    extra: dict[str, Any] = {"who": who_was_faster(form)}
    if present is not None:
        extra["discard"] = reverse("selection:override_discard", args=[present.pk])
    return part_dialogs.answer(request, form, result.account, _("Tier by decision"), back, **extra)


@require_POST
def discard_override(request: HttpRequest, pk: int) -> HttpResponse:
    record = get_object_or_404(TierOverride.objects.visible_to(request.user).for_list(), pk=pk)
    if not access.may(request.user, "selection.discard", record):
        raise PermissionDenied
    result = get_object_or_404(RoundResult, round=record.round_id, account=record.account_id)
    return part_dialogs.discard(request, record, reverse("selection_results:detail", args=[result.pk]))
