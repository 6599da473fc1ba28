"""Needs: the list, the page of one with what fits and what is sold, and what is known of an account."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kundenkreis.core.models import House
from kundenkreis.customers.discretion import spare
from kundenkreis.customers.models import Account
from kundenkreis.history.models import Event
from kundenkreis.needs.models import Coverage, Need
from kundenkreis.pipeline.models import Opportunity
from kundenkreis.staff import access
from kundenkreis.web.forms.needs import DropNeedForm, NeedForm
from kundenkreis.web.htmx import fragment, go
from kundenkreis.web.lists import boards
from kundenkreis.web.lists.exporting import export as export_list
from kundenkreis.web.trails import steps_of
from kundenkreis.web.views import editing
from kundenkreis.web.views.editing import who_was_faster
from kundenkreis.web.views.needs_lists import COVERAGE_LIST, NEEDS_LIST, URGENT

INLINE = (
    "contact", "urgency", "said_on", "solve_by", "effect_low", "effect_base", "effect_high", "currency", "owner", "next_question",
)  # fmt: skip


def require(request: HttpRequest, action: str) -> None:
    if not access.may(request.user, action):
        raise PermissionDenied


def number_in(request: HttpRequest, name: str) -> int | None:
    """A record's number in the address; None where there is none."""
    asked = request.GET.get(name, "")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 19 else None


def account_in(request: HttpRequest) -> Account | None:
    """The account that `?account=` names, as far as it is seen."""
    pk = number_in(request, "account")
    return Account.objects.visible_to(request.user).living().filter(pk=pk).first() if pk else None


def seen(request: HttpRequest, pk: int) -> Need:
    rows = Need.objects.visible_to(request.user).for_list().select_related("answer__talk__edition__of_set")
    return get_object_or_404(rows, pk=pk)


def changeable(request: HttpRequest, pk: int, action: str = "needs.change") -> Need:
    one = seen(request, pk)
    if one.deleted_at is not None:
        raise Http404
    if not access.may(request.user, action, one):
        raise PermissionDenied
    return one


def here(one: Need) -> str:
    return reverse("needs:detail", args=[one.pk])


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    require(request, "needs.see")
    links = [(_("Needs talks"), reverse("needs_talks:list"), "message-circle")]
    links += [(_("Coverage"), reverse("needs_coverage:list"), "list-checks")]
    links += [(_("Questions"), reverse("question_sets:list"), "settings")]
    return NEEDS_LIST.answer(request, more_links=links)


@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    return export_list(NEEDS_LIST, request)


@require_POST
def move(request: HttpRequest, key: str) -> HttpResponse:
    return boards.move(NEEDS_LIST, request, key)


@require_safe
def coverage(request: HttpRequest) -> HttpResponse:
    """Customers by how much is known of their needs, the least known first."""
    require(request, "needs.see")
    return COVERAGE_LIST.answer(request)


@require_safe
def coverage_export(request: HttpRequest) -> HttpResponseBase:
    return export_list(COVERAGE_LIST, request)


@require_safe
def coverage_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A line of that list leads to what is known of its account."""
    one = get_object_or_404(Coverage.objects.visible_to(request.user), pk=pk)
    return redirect("needs:account", one.account_id)


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The page of one, or the side peek (`?peek=1`)."""
    one = seen(request, pk)
    may = one.deleted_at is None and access.may(request.user, "needs.change", one)
    spare(request.user, [one], "contact")
    context: dict[str, Any] = {
        "one": one,
        "subject": one,
        "house": House.known().currency,
        "tone": URGENT[one.urgency],
        "may_change": may,
        "may_discard": access.may(request.user, "needs.discard", one),
        "may_sell": may and one.is_open and access.may(request.user, "opportunities.add"),
        "fits": list(one.fits.living().select_related("product", "family")),
        "opportunities": _opportunities(request, one),
        "answer": one.answer if one.answer is not None and one.answer.deleted_at is None else None,
        "sees_account": Account.objects.visible_to(request.user).filter(pk=one.account_id).exists(),
    }
    if "peek" in request.GET:
        return fragment(request, "needs/peek.html", context)
    context |= {"trail": steps_of(request, one), "groups": _facts(one, may)}
    return render(request, "needs/detail.html", context)


def _opportunities(request: HttpRequest, one: Need) -> list[Opportunity]:
    rows = Opportunity.objects.visible_to(request.user).living().filter(needs=one).for_list()
    return list(rows.order_by("outcome", "-pk")[:20])


def _facts(one: Need, may: bool) -> list[tuple[str, Any]]:
    edit = reverse("needs:edit", args=[one.pk])
    shown = []
    for name in INLINE:
        label = str(one._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
        text = editing.inline(one, name, label, editing.shown(one, name), edit, may=may)
        shown.append((label[:1].upper() + label[1:], text))
    return shown


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """A need; `?account=` names whose."""
    require(request, "needs.add")
    initial = {"account": account} if (account := account_in(request)) else {}
    form = NeedForm(request.POST if request.method == "POST" else None, user=request.user, initial=initial)
    if request.method == "POST" and form.save_by():
        event = Event.objects.about(form.record).latest("pk")
        return go(request, here(form.record), _("“%(name)s” was added.") % {"name": form.record}, undo=event)
    return editing.whole(request, form, None, "needs/edit.html")


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """All fields, or one (`?field=urgency`) in its place on the page."""
    one = changeable(request, pk)
    if name := request.GET.get("field", ""):
        if name not in INLINE:
            raise Http404
        return editing.one_field(request, one, name, NeedForm, lambda field: editing.shown(one, field))
    form = NeedForm(request.POST if request.method == "POST" else None, instance=one, user=request.user)
    if request.method == "POST" and form.save_by():
        return go(request, here(one), _("Saved."), undo=form.event)
    return editing.whole(request, form, one, "needs/edit.html")


@require_http_methods(["GET", "POST"])
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    """It is not pursued, for a reason."""
    one = changeable(request, pk)
    form = DropNeedForm(request.POST if request.method == "POST" else None, instance=one, user=request.user)
    if request.method == "POST" and form.save_by():
        return go(request, here(one), _("“%(name)s” is not pursued.") % {"name": one}, undo=form.event)
    context = {"form": form, "whose": one, "title": _("Do not pursue it"), "back": here(one), "address": request.path}
    status = 409 if form.conflict else 422 if form.is_bound else 200
    return fragment(request, "accounts/part.html", context | {"who": who_was_faster(form)}, status=status)


@require_POST
def meet(request: HttpRequest, pk: int) -> HttpResponse:
    one = changeable(request, pk)
    return go(request, here(one), _("“%(name)s” is met.") % {"name": one}, undo=one.meet(by=request.user))


@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    one = changeable(request, pk, "needs.discard")
    try:
        event = one.discard(by=request.user)
    except ValidationError:
        return go(request, reverse("needs:list"), _("It is in the bin already."))
    return go(request, reverse("needs:list"), _("“%(name)s” is in the bin.") % {"name": one}, undo=event)
