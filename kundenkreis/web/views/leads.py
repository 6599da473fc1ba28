"""Leads: the list, a lead with its score, twins and timeline, adding, changing, and what becomes of it."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kundenkreis.activities.models import Activity
from kundenkreis.core.models import House
from kundenkreis.customers.discretion import spare
from kundenkreis.fields import picks
from kundenkreis.history.models import Event
from kundenkreis.leads import cards, permission, routing, scoring
from kundenkreis.leads.models import Lead
from kundenkreis.staff import access
from kundenkreis.web.forms.leads import OWN, WIDE, CardForm, LeadAddForm, LeadDetailsForm, TouchForm, twins_of
from kundenkreis.web.htmx import fragment, go
from kundenkreis.web.lists import boards
from kundenkreis.web.lists.exporting import export as export_list
from kundenkreis.web.trails import steps_of
from kundenkreis.web.views import editing
from kundenkreis.web.views.lead_list import LEADS, due, status

FACTS = {
    "who": ("form_of_address", "title_before", "given_name", "family_name", "title_after", "job_title", "email", "phone", "mobile", "language"),
    "company": ("company", "website", "street", "postcode", "place", "country", "industry", "employees"),
    "wish": ("interest", "message", "is_inquiry"),
    "from": ("source", "campaign", "medium"),
}  # fmt: skip
ICONS = {"call": "phone", "visit": "car", "meeting": "users", "mail": "mail", "task": "check", "note": "sticky-note"}


def require(request: HttpRequest, action: str) -> None:
    if not access.may(request.user, action):
        raise PermissionDenied


def seen(request: HttpRequest, pk: int) -> Lead:
    """The lead, in the bin too, if the person may see it; 404 otherwise."""
    rows = Lead.objects.visible_to(request.user).select_related(
        "owner", "team", "territory", "form", "account", "contact"
    )
    return get_object_or_404(rows, pk=pk)


def changeable(request: HttpRequest, pk: int, action: str = "leads.change", *, closed: bool = False) -> Lead:
    """The lead if the person may do this with it. What is closed is changed by opening it again only."""
    lead = seen(request, pk)
    if lead.deleted_at is not None or not (closed or lead.is_open):
        raise Http404
    if not access.may(request.user, action, lead):
        raise PermissionDenied
    return lead


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    require(request, "leads.see")
    links = [(_("Business card"), reverse("leads:card"), "id-card")] if access.may(request.user, "leads.add") else []
    if access.may(request.user, "lead_settings.see"):
        links.append((_("Forms and rules"), reverse("lead_settings:index"), "settings"))
    return LEADS.answer(request, more_links=links)


@require_POST
def move(request: HttpRequest, key: str) -> HttpResponse:
    """A card was put into another column of the board."""
    return boards.move(LEADS, request, key)


@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    return export_list(LEADS, request)


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """All of a lead on one page."""
    return _draw(request, seen(request, pk), TouchForm())


def _draw(request: HttpRequest, lead: Lead, touch_form: TouchForm, http_status: int = 200) -> HttpResponse:
    user = request.user
    may_change = lead.is_open and access.may(user, "leads.change", lead)
    twins = twins_of({name: getattr(lead, name) for name in OWN}, user, lead.pk) if may_change else {}
    context: dict[str, Any] = {
        "lead": lead,
        "status": status(lead),
        "due": due(lead),
        "score": scoring.lines(lead),
        "answers": permission.answers(lead),
        "purpose": permission.purpose_of(lead),
        "consents": list(lead.consents.living().select_related("wording").order_by("-since")),
        "twins": twins,
        "kinds": [(value, label, ICONS.get(value, "activity")) for value, label in picks.offered("activities.kind")],
        "touch": touch_form,
        "may_change": may_change,
        "may_open": lead.status == Lead.Status.DISQUALIFIED and access.may(user, "leads.change", lead),
        "may_assign": access.may(user, "leads.assign"),
        "may_erase": lead.contact_id is None and access.may(user, "privacy.change"),
        "may_discard": access.may(user, "leads.discard", lead),
        "facts": {
            group: [
                (capfirst(str(lead._meta.get_field(name).verbose_name)), _inline(lead, name, may_change))
                for name in names
            ]
            for group, names in FACTS.items()
        },
        "own_facts": editing.own_facts(lead, reverse("leads:edit", args=[lead.pk]), may_change, user),
        "may_opportunity": lead.opportunity and access.may(user, "opportunities.see", lead.opportunity),
        "reason": lead.get_reason_display(),
    }
    context |= _spoken(user, lead) | steps_of(request, lead)
    spare(user, [lead], "account", "contact")
    return render(request, "leads/detail.html", context, status=http_status)


def _spoken(user: Any, lead: Lead) -> dict[str, Any]:
    """What is planned with her, the next first, and what took place, the last first; whether this person may open each."""
    found = list(lead.activities.living().select_related("owner").order_by("-at", "-pk")[:200])
    numbers = [one.pk for one in found]
    opened = set(Activity.objects.visible_to(user).filter(pk__in=numbers).values_list("pk", flat=True))
    return {
        "next_steps": sorted((one for one in found if one.is_open), key=lambda one: (one.day, one.pk)),
        "activities": [(one, ICONS.get(one.kind, "activity"), one.pk in opened) for one in found if not one.is_open],
    }


def _inline(lead: Lead, name: str, may: bool) -> Any:
    label = lead._meta.get_field(name).verbose_name  # type: ignore[union-attr]
    return editing.inline(lead, name, label, editing.shown(lead, name), reverse("leads:edit", args=[lead.pk]), may=may)


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """A new lead; whom she may be is shown before she is saved."""
    require(request, "leads.add")
    posted = request.POST if request.method == "POST" else None
    form = LeadAddForm(posted, user=request.user, initial={"country": House.known().country})
    twins: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        twins = {} if request.POST.get("anyway") else form.twins()
        if not any(twins.values()) and form.save_by():
            event = Event.objects.about(form.record).filter(verb="lead.added").latest("pk")
            said = _("“%(name)s” was added.") % {"name": form.record}
            return go(request, reverse("leads:detail", args=[form.record.pk]), said, undo=event)
    context = {"form": form, "record": None, "twins": twins, "wide": WIDE}
    return render(request, "leads/edit.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
def card(request: HttpRequest) -> HttpResponse:
    """A card's text; what it says stands in the form of a new lead, to be looked over. Nothing is kept before that is saved."""
    require(request, "leads.add")
    form = CardForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        found = cards.read(form.cleaned_data["text"], House.known().country)
        initial = found | {"card": True, "mine": True}
        asked = LeadAddForm(user=request.user, initial=initial)
        context: dict[str, Any] = {
            "form": asked,
            "record": None,
            "twins": {},
            "wide": WIDE,
            "read": len(found),
            "post_to": reverse("leads:add"),
        }
        return render(request, "leads/edit.html", context)
    return render(request, "leads/card.html", {"form": form}, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """All fields, or one (`?field=place`) in its place on the page."""
    lead = changeable(request, pk)
    name = request.GET.get("field", "")
    if name:
        if name not in OWN and not name.startswith("custom_"):
            raise Http404
        return editing.one_field(request, lead, name, LeadDetailsForm, lambda field: editing.shown(lead, field))
    form = LeadDetailsForm(request.POST if request.method == "POST" else None, instance=lead, user=request.user)
    if request.method == "POST" and form.save_by():
        return go(request, reverse("leads:detail", args=[pk]), _("Saved."), undo=form.event)
    return editing.whole(request, form, lead, "leads/edit.html", wide=WIDE, twins={})


@require_POST
def touch(request: HttpRequest, pk: int) -> HttpResponse:
    """What was spoken, or is to be done."""
    lead = changeable(request, pk)
    form = TouchForm(request.POST)
    event = form.save_by(lead, request.user)
    if event is None:
        return _draw(request, lead, form, 422)
    return go(request, reverse("leads:detail", args=[pk]), _("Saved."), undo=event)


@require_POST
def finish(request: HttpRequest, pk: int, activity_pk: int) -> HttpResponse:
    """Tick off what was planned with this lead."""
    lead = changeable(request, pk)
    activity = get_object_or_404(lead.activities.living().filter(is_open=True), pk=activity_pk)
    here = reverse("leads:detail", args=[pk])
    try:
        event = lead.finish(activity, by=request.user, outcome=request.POST.get("outcome", "")[:12])
    except ValidationError as refused:
        return go(request, here, " ".join(refused.messages))
    return go(request, here, _("Done."), undo=event)


@require_POST
def take_over(request: HttpRequest, pk: int) -> HttpResponse:
    lead = changeable(request, pk)
    event = lead.take_over(by=request.user)
    return go(request, reverse("leads:detail", args=[pk]), _("The lead is yours now."), undo=event)


@require_POST
def route(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the rules say anew whose it is."""
    lead = changeable(request, pk)
    require(request, "leads.assign")
    event = routing.route(lead, by=request.user)
    said = _("It goes to %(name)s.") % {"name": lead.owner} if event else _("By the rules nothing changes.")
    return go(request, reverse("leads:detail", args=[pk]), said, undo=event)


@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    lead = seen(request, pk)
    if not access.may(request.user, "leads.discard", lead):
        raise PermissionDenied
    try:
        event = lead.discard(by=request.user)
    except ValidationError:
        return go(request, reverse("leads:list"), _("It is in the bin already."))
    return go(request, reverse("leads:list"), _("“%(name)s” is in the bin.") % {"name": lead}, undo=event)


@require_safe
def options(request: HttpRequest) -> HttpResponse:
    """What a combobox finds for `?q=`: at most ten leads that the person may see."""
    text = request.GET.get("q", "").strip()[:100]
    rows = Lead.objects.visible_to(request.user).living()
    found = list(rows.filter(key__startswith=text.lower()).order_by("key", "pk")[:10])
    return fragment(request, "leads/options.html", {"found": found})
