"""Opportunities: list and boards, the page of one, adding and changing it."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kundenkreis.activities.models import Activity
from kundenkreis.core.models import House
from kundenkreis.customers.discretion import spare
from kundenkreis.customers.models import Account, Contact
from kundenkreis.history.models import Event
from kundenkreis.market import meeting
from kundenkreis.needs.models import Need
from kundenkreis.pipeline import planning, velocity
from kundenkreis.pipeline.models import Opportunity, Qualification
from kundenkreis.staff import access
from kundenkreis.web import formats, laid_out
from kundenkreis.web.forms.activities import StepForm
from kundenkreis.web.forms.pipeline import OpportunityForm
from kundenkreis.web.htmx import fragment, go
from kundenkreis.web.lists import boards
from kundenkreis.web.lists.exporting import export as export_list
from kundenkreis.web.trails import steps_of
from kundenkreis.web.views import editing, opportunity_end
from kundenkreis.web.views.opportunity_list import OPPORTUNITIES

INLINE = (
    "name", "value", "probability", "expected_close_on", "decision_on", "forecast_category", "owner", "team", "source",
    "campaign", "description",
)  # fmt: skip
RECENT = 8  # activities of the customer that are offered to be attached


def require(request: HttpRequest, action: str) -> None:
    if not access.may(request.user, action):
        raise PermissionDenied


def seen(request: HttpRequest, pk: int) -> Opportunity:
    """The opportunity, in the bin too, if the person may see it; 404 otherwise."""
    rows = (
        Opportunity.objects.visible_to(request.user)
        .for_list()
        .select_related("team", "close_reason__parent", "project")
    )
    return get_object_or_404(rows, pk=pk)


def changeable(request: HttpRequest, pk: int, action: str = "opportunities.change") -> Opportunity:
    one = seen(request, pk)
    if one.deleted_at is not None:
        raise Http404
    if not access.may(request.user, action, one):
        raise PermissionDenied
    return one


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    require(request, "opportunities.see")
    may = access.may(request.user, "pipelines.change")
    links = [(_("Pipelines and stages"), reverse("pipelines:list"), "settings")] if may else []
    return OPPORTUNITIES.answer(request, more_links=links)


@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    return export_list(OPPORTUNITIES, request)


@require_POST
def move(request: HttpRequest, key: str) -> HttpResponse:
    """A card was dropped into another column of the board."""
    return boards.move(OPPORTUNITIES, request, key)


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The page of one, or the side peek (`?peek=1`)."""
    one = seen(request, pk)
    if "peek" in request.GET:
        return fragment(request, "opportunities/peek.html", _peek(request, one))
    may_change = one.deleted_at is None and access.may(request.user, "opportunities.change", one)
    context: dict[str, Any] = {
        "one": one,
        "subject": one,
        "house": House.known().currency,
        "stages": list(one.pipeline.stages.living()),
        "may_change": may_change,
        "may_discard": access.may(request.user, "opportunities.discard", one),
        "lines": _lines(one),
        "competitors": _competitors(request, one),
        "elements": _elements(one),
        "most_points": Qualification.MOST_POINTS,
        "contacts": _contacts(request, one),
        "standing": velocity.standing(one) if one.is_open else ("", None),
        "next": one.next_step(request.user) if one.is_open else None,
        "planned": may_change and one.is_open,
        "step_form": StepForm(auto_id="step-%s"),
        "owner_left": one.owner is not None and not one.owner.is_active,
        "project": one.project if one.project is not None and one.project.deleted_at is None else None,
        "needs": list(
            Need.objects.visible_to(request.user).living().filter(opportunities=one).order_by("-base_house", "pk")[:20]
        ),
    } | opportunity_end.of_the_end(request, one, may_change)
    context |= _activities(request, one, may_change) | steps_of(request, one) | _plan(one)
    spare(request.user, [one], "account")
    context["groups"] = _facts(request, one, may_change)
    edit_url = reverse("opportunities:edit", args=[pk])
    context["value"] = editing.inline(one, "value", _("value"), editing.shown(one, "value"), edit_url, may=may_change)
    return render(request, "opportunities/detail.html", context)


def _peek(request: HttpRequest, one: Opportunity) -> dict[str, Any]:
    """What matters before a call."""
    said = Activity.objects.visible_to(request.user).living().filter(opportunities=one, is_open=False)
    spare(request.user, [one], "account")
    return {
        "one": one,
        "next": one.next_step(request.user) if one.is_open else None,
        "most_points": Qualification.MOST_POINTS,
        "contacts": _contacts(request, one),
        "competitors": list(one.competitors.living()),
        "activities": list(said.select_related("owner").order_by("-at", "-pk")[:4]),
    }


def _plan(one: Opportunity) -> dict[str, Any]:
    """How far its mutual action plan has come."""
    plan = planning.plan_of(one)
    return {"plan": plan, "plan_progress": planning.progress(list(plan.steps.living())) if plan is not None else None}


def _lines(one: Opportunity) -> list[Any]:
    """The product lines, each with its month in words."""
    rows: list[Any] = list(one.lines.living().select_related("product"))
    for row in rows:
        day = row.delivered_in
        row.month = f"{formats.month(day.month)} {day.year}" if day else ""
    return rows


def _contacts(request: HttpRequest, one: Opportunity) -> list[Any]:
    """The buying contacts; of whom the person may not see the name is left out."""
    rows = list(one.contacts.living().select_related("contact").order_by("pk"))
    named = Contact.objects.visible_to(request.user).filter(pk__in=[row.contact_id for row in rows])
    known = set(named.values_list("pk", flat=True))
    for row in rows:
        row.is_named = row.contact_id in known
    return rows


def _elements(one: Opportunity) -> list[tuple[Any, Any, Any]]:
    """MEDDPICC: each element's key and name, what it asks, and what is known of it."""
    known = {row.element: row for row in one.qualification.living()}
    return [(each, Qualification.QUESTIONS[each], known.get(each)) for each in Qualification.Element]


def _competitors(request: HttpRequest, one: Opportunity) -> list[Any]:
    """Who else offers, with what the house knows of them."""
    rows: list[Any] = list(one.competitors.living())
    known = meeting.known(rows, request.user) if rows else {}
    for row in rows:
        row.known = known.get(row.pk)
    return rows


def _activities(request: HttpRequest, one: Opportunity, may_change: bool) -> dict[str, Any]:
    """What was said and planned about it, and what else there is with the customer."""
    visible = Activity.objects.visible_to(request.user).living().select_related("account", "contact", "owner")
    attached = list(visible.filter(opportunities=one).order_by("-is_open", "-at", "-pk")[:50])
    others: list[Activity] = []
    if may_change and one.account_id:
        rest = visible.filter(account_id=one.account_id).exclude(pk__in=[each.pk for each in attached])
        others = list(rest.order_by("-at", "-pk")[:RECENT])
    spare(request.user, [*attached, *others], "account", "contact")
    return {"activities": attached, "others": others}


def _facts(request: HttpRequest, one: Opportunity, may: bool) -> list[Any]:
    edit = reverse("opportunities:edit", args=[one.pk])
    own = editing.own_told(one, edit, may, request.user)

    def told(name: str) -> tuple[str, Any] | None:
        if name not in INLINE or name in ("name", "value"):
            return None
        label = str(one._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
        return label[:1].upper() + label[1:], editing.inline(one, name, label, editing.shown(one, name), edit, may=may)

    return laid_out.groups("opportunities", request.user, told, own)


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """A new opportunity; `?account=` fills in the customer."""
    require(request, "opportunities.add")
    form = OpportunityForm(
        request.POST if request.method == "POST" else None, user=request.user, initial=_asked_for(request)
    )
    if request.method == "POST" and form.save_by():
        event = Event.objects.about(form.record).filter(verb="opportunity.added").latest("pk")
        said = _("“%(name)s” was added.") % {"name": form.record}
        return go(request, reverse("opportunities:detail", args=[form.record.pk]), said, undo=event)
    context = {"form": form, "record": None}
    return render(request, "opportunities/edit.html", context, status=422 if form.is_bound else 200)


def _asked_for(request: HttpRequest) -> dict[str, Any]:
    asked = request.GET.get("account", "")
    if not (asked.isascii() and asked.isdigit() and len(asked) < 19):
        return {}
    account = Account.objects.visible_to(request.user).living().filter(pk=int(asked)).first()
    return {"account": account, "currency": account.currency} if account else {}


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """All fields, or one (`?field=value`) in its place on the page."""
    one = changeable(request, pk)
    name = request.GET.get("field", "")
    if name:
        if name not in INLINE and not name.startswith("custom_"):
            raise Http404
        return editing.one_field(request, one, name, OpportunityForm, lambda field: editing.shown(one, field))
    form = OpportunityForm(request.POST if request.method == "POST" else None, instance=one, user=request.user)
    if request.method == "POST" and form.save_by():
        return go(request, reverse("opportunities:detail", args=[pk]), _("Saved."), undo=form.event)
    return editing.whole(request, form, one, "opportunities/edit.html")


@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    one = changeable(request, pk, "opportunities.discard")
    try:
        event = one.discard(by=request.user)
    except ValidationError:
        return go(request, reverse("opportunities:list"), _("It is in the bin already."))
    return go(request, reverse("opportunities:list"), _("“%(name)s” is in the bin.") % {"name": one}, undo=event)
