"""Target accounts: the wanted list, the page of one with all that is known of it, and putting accounts on it."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kundenkreis.core.models import House
from kundenkreis.customers.models import Account
from kundenkreis.history.models import Event
from kundenkreis.pipeline.models import Opportunity
from kundenkreis.prospecting import fitting, wanting
from kundenkreis.prospecting.models import Fit, ResearchQuestion, TargetAccount
from kundenkreis.prospecting.paths import warm_paths
from kundenkreis.staff import access
from kundenkreis.web.forms import apply_errors
from kundenkreis.web.forms.activities import StepForm, step_of
from kundenkreis.web.forms.prospecting import DropForm, PutForm, TargetForm
from kundenkreis.web.htmx import fragment, go
from kundenkreis.web.lists import ListPage, boards, state
from kundenkreis.web.lists.exporting import export as export_list
from kundenkreis.web.trails import steps_of
from kundenkreis.web.views import editing
from kundenkreis.web.views.editing import who_was_faster
from kundenkreis.web.views.target_account_list import FITTING, TARGETS

INLINE = ("owner", "status", "priority", "potential", "potential_source", "note")


def require(request: HttpRequest, action: str) -> None:
    if not access.may(request.user, action):
        raise PermissionDenied


def seen(request: HttpRequest, pk: int) -> TargetAccount:
    return get_object_or_404(TargetAccount.objects.visible_to(request.user).for_list(), pk=pk)


def changeable(request: HttpRequest, pk: int, action: str = "target_accounts.change") -> TargetAccount:
    one = seen(request, pk)
    if one.deleted_at is not None:
        raise Http404
    if not access.may(request.user, action, one):
        raise PermissionDenied
    return one


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    require(request, "target_accounts.see")
    links = [(_("Accounts that fit"), reverse("fitting_accounts:list"), "sparkles")]
    links += [(_("Criteria and questions"), reverse("prospecting:index"), "settings")]
    return TARGETS.answer(request, more_links=links)


@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    return export_list(TARGETS, request)


@require_POST
def move(request: HttpRequest, key: str) -> HttpResponse:
    return boards.move(TARGETS, request, key)


@require_safe
def fitting_accounts(request: HttpRequest) -> HttpResponse:
    """The accounts that fit best and that nobody has put on the list."""
    require(request, "target_accounts.see")
    return FITTING.answer(request)


@require_safe
def fitting_account(request: HttpRequest, pk: int) -> HttpResponse:
    """A line of that list leads to its account."""
    one = get_object_or_404(Fit.objects.visible_to(request.user), pk=pk)
    return redirect("accounts:detail", one.account_id)


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    one = seen(request, pk)
    may = one.deleted_at is None and access.may(request.user, "target_accounts.change", one)
    answers = {answer.question_id: answer for answer in one.answers.living().select_related("question")}
    context: dict[str, Any] = {
        "one": one,
        "subject": one,
        "house": House.known().currency,
        "may_change": may,
        "may_discard": access.may(request.user, "target_accounts.discard", one),
        "lines": fitting.lines(one, request.user),
        "questions": [(question, answers.pop(question.pk, None)) for question in ResearchQuestion.objects.living()],
        "former": list(answers.values()),  # to questions that are not asked any more
        "events": list(one.events.living().order_by("-happened_on", "-pk")[:50]),
        "paths": warm_paths(one.account, request.user),
        "next": one.next_step(request.user),
        "may_plan": may and access.may(request.user, "activities.add", one.account),
        "step_form": StepForm(auto_id="step-%s", initial={"subject": request.GET.get("step", "")[:200]}),
        "opportunities": _opportunities(request, one),
        "may_sell": access.may(request.user, "opportunities.add"),
        "sees_account": Account.objects.visible_to(request.user).filter(pk=one.account_id).exists(),
    }
    trail = steps_of(request, one)
    context |= {"trail": trail, "groups": _facts(one, may)}
    return render(request, "target_accounts/detail.html", context)


def _opportunities(request: HttpRequest, one: TargetAccount) -> list[Opportunity]:
    """What may be sold there: a target account with an opportunity is on its way."""
    rows = Opportunity.objects.visible_to(request.user).living().filter(account_id=one.account_id).for_list()
    return list(rows.order_by("outcome", "-pk")[:10])


def _facts(one: TargetAccount, may: bool) -> list[tuple[str, Any]]:
    edit = reverse("target_accounts:edit", args=[one.pk])
    shown = []
    for name in INLINE:
        label = str(one._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
        text = editing.inline(one, name, label, editing.shown(one, name), edit, may=may)
        shown.append((label[:1].upper() + label[1:], text))
    return shown


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """One more account on the list; `?account=` names it."""
    require(request, "target_accounts.add")
    asked, initial = request.GET.get("account", ""), {}
    if asked.isascii() and asked.isdigit() and len(asked) < 19:
        initial = {"account": Account.objects.visible_to(request.user).living().filter(pk=int(asked)).first()}
    form = TargetForm(request.POST if request.method == "POST" else None, user=request.user, initial=initial)
    if request.method == "POST" and form.save_by():
        event = Event.objects.about(form.record).latest("pk")
        said = _("“%(name)s” is on the wanted list.") % {"name": form.record}
        return go(request, reverse("target_accounts:detail", args=[form.record.pk]), said, undo=event)
    return editing.whole(request, form, None, "target_accounts/edit.html")


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """All fields, or one (`?field=value`) in its place on the page."""
    one = changeable(request, pk)
    if name := request.GET.get("field", ""):
        if name not in INLINE:
            raise Http404
        return editing.one_field(request, one, name, TargetForm, lambda field: editing.shown(one, field))
    form = TargetForm(request.POST if request.method == "POST" else None, instance=one, user=request.user)
    if request.method == "POST" and form.save_by():
        return go(request, reverse("target_accounts:detail", args=[pk]), _("Saved."), undo=form.event)
    return editing.whole(request, form, one, "target_accounts/edit.html")


@require_http_methods(["GET", "POST"])
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    """It is given up, for a reason."""
    one = changeable(request, pk)
    form = DropForm(request.POST if request.method == "POST" else None, instance=one, user=request.user)
    back = reverse("target_accounts:detail", args=[pk])
    if request.method == "POST" and form.save_by():
        return go(request, back, _("“%(name)s” is dropped.") % {"name": one}, undo=form.event)
    context = {"form": form, "whose": one, "title": _("Drop the target account"), "back": back, "address": request.path}
    status = 409 if form.conflict else 422 if form.is_bound else 200
    return fragment(request, "accounts/part.html", context | {"who": who_was_faster(form)}, status=status)


@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    one = changeable(request, pk, "target_accounts.discard")
    try:
        event = one.discard(by=request.user)
    except ValidationError:
        return go(request, reverse("target_accounts:list"), _("It is in the bin already."))
    return go(request, reverse("target_accounts:list"), _("“%(name)s” is in the bin.") % {"name": one}, undo=event)


@require_POST
def add_step(request: HttpRequest, pk: int) -> HttpResponse:
    """The next step, in place: an activity with the account."""
    one = changeable(request, pk)
    if not access.may(request.user, "activities.add", one.account):
        raise PermissionDenied
    form, back = StepForm(request.POST, auto_id="step-%s"), reverse("target_accounts:detail", args=[pk])
    if form.is_valid():
        try:
            with transaction.atomic():
                step = step_of(form, one, request.user)
        except ValidationError as error:
            apply_errors(form, error)
        else:
            event = Event.objects.about(step).latest("pk")
            return go(request, back, _("“%(name)s” is on the list.") % {"name": step}, undo=event)
    context = {"form": form, "whose": one, "title": _("Next step"), "back": back, "address": request.path}
    return render(request, "opportunities/step.html", context, status=422)


@require_POST
def put_fitting(request: HttpRequest) -> HttpResponse:
    """From the list of accounts that fit."""
    now = state.read(FITTING, request)
    if now.problem:
        raise Http404
    if request.POST.get("all") == "1":
        rows = FITTING.matching(request, now)
    else:
        rows = Fit.objects.visible_to(request.user).living().filter(pk__in=numbers(request))
    return put(request, FITTING, Account.objects.filter(pk__in=rows.values("account_id")), now)


def numbers(request: HttpRequest) -> list[int]:
    """Those that were ticked."""
    return [int(pk) for pk in request.POST.getlist("ids") if pk.isascii() and pk.isdigit() and len(pk) < 19]


def put(request: HttpRequest, listed: ListPage, accounts: Any, now: Any) -> HttpResponse:
    """First POST: the exact number, and whose they become. Second POST (`sure=1`): they are put on the list, with one undo."""
    require(request, "target_accounts.add")
    reach = access.reach(request.user, "target_accounts.add")
    allowed = accounts if reach.everything else accounts.filter(pk__in=Account.objects.within(reach).values("pk"))
    form = PutForm(request.POST if "sure" in request.POST else None, user=request.user)
    if "sure" in request.POST and form.is_valid():
        try:
            added = wanting.put_on_list(allowed, by=request.user, owner=form.cleaned_data["value"])
        except ValidationError as refused:
            apply_errors(form, refused)
        else:
            count = sum(one is not None for one in added.records)
            said = _("%(count)s on the wanted list, %(left)s left as they were.")
            event = Event.objects.filter(batch=added.batch, verb="batch.done").latest("pk")
            return go(request, TARGETS.url, said % {"count": count, "left": len(added.refused)}, undo=event)
    context = {
        "form": form, "chosen": accounts.count(), "allowed": allowed.count(), "all": request.POST.get("all", ""),
        "ids": [] if request.POST.get("all") == "1" else request.POST.getlist("ids"), "change": "wanted", "list": listed,
        "sample": list(allowed.order_by("key", "pk").only("name", "tier", "place")[:8]), "address": request.get_full_path(),
        "back": listed.url + now.address(), "most": wanting.AT_ONCE,
    }  # fmt: skip
    return render(request, "target_accounts/put.html", context, status=422 if form.is_bound else 200)
