"""Projects: the list, the page of one with its parties and bidders, and to whom it is awarded."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kundenkreis.core import search
from kundenkreis.core.models import House
from kundenkreis.customers.discretion import spare
from kundenkreis.history.models import Event
from kundenkreis.history.recording import join as go_with
from kundenkreis.pipeline import awarding
from kundenkreis.pipeline.models import Opportunity, Project, ProjectParty
from kundenkreis.staff import access
from kundenkreis.web import finding
from kundenkreis.web.forms import apply_errors
from kundenkreis.web.forms.projects import AwardForm, BidderForm, JoinForm, PartyForm, ProjectForm
from kundenkreis.web.htmx import fragment, go
from kundenkreis.web.lists.exporting import export as export_list
from kundenkreis.web.trails import steps_of
from kundenkreis.web.views import editing
from kundenkreis.web.views import opportunities as of_opportunities
from kundenkreis.web.views.project_list import PROJECTS

OFFERED = 10


def require(request: HttpRequest, action: str) -> None:
    if not access.may(request.user, action):
        raise PermissionDenied


def seen(request: HttpRequest, pk: int) -> Project:
    rows = Project.objects.visible_to(request.user).select_related("owner", "team", "leading", "awarded_to")
    return get_object_or_404(rows, pk=pk)


def changeable(request: HttpRequest, pk: int, action: str = "opportunities.change") -> Project:
    one = seen(request, pk)
    if one.deleted_at is not None:
        raise Http404
    if not access.may(request.user, action, one):
        raise PermissionDenied
    return one


def page(one: Project) -> str:
    return reverse("projects:detail", args=[one.pk])


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    require(request, "opportunities.see")
    return PROJECTS.answer(request)


@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    return export_list(PROJECTS, request)


@require_safe
def options(request: HttpRequest) -> HttpResponse:
    """What a combobox finds for `?q=`."""
    return _found(request, search.PROJECT, Project.objects.visible_to(request.user).living())


@require_safe
def opportunity_options(request: HttpRequest) -> HttpResponse:
    """Opportunities that are of no project yet."""
    return _found(
        request, search.OPPORTUNITY, Opportunity.objects.visible_to(request.user).living().filter(project=None)
    )


def _found(request: HttpRequest, kind: int, rows: Any) -> HttpResponse:
    if text := request.GET.get("q", "").strip()[:100]:
        hits = finding.find(request.user, {kind: rows.model}, text, OFFERED)
        rows = rows.filter(pk__in=[hit.subject_id for hit in hits])
    return fragment(request, "projects/options.html", {"found": list(rows.order_by("-pk")[:OFFERED])})


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    one = seen(request, pk)
    may_change = one.deleted_at is None and access.may(request.user, "opportunities.change", one)
    bidders = list(
        Opportunity.objects.visible_to(request.user).living().filter(project=one).for_list().order_by("pk")[:100]
    )
    parties = list(one.parties.living().select_related("account"))
    roles: dict[int, list[str]] = {}
    for party in parties:
        roles.setdefault(party.account_id or 0, []).append(party.get_role_display())
    spare(request.user, bidders, "account")
    spare(request.user, parties, "account")
    for each in bidders:
        each.bids_as = ", ".join(roles.get(each.account_id or -1, []))  # type: ignore[attr-defined]
    hidden = one.opportunities.living().count() - len(bidders)
    context = {
        "one": one,
        "subject": one,
        "house": House.known().currency,
        "bidders": bidders,
        "hidden": hidden,
        "parties": parties,
        "may_change": may_change,
        "own_facts": editing.own_facts(one, "", False, request.user),
        "may_discard": access.may(request.user, "opportunities.discard", one),
        "may_award": may_change and not one.is_decided and bool(bidders),
        "steps": [
            (value, label, getattr(one, Project.DAYS.get(value, ""), None)) for value, label in Project.Status.choices
        ],
    } | steps_of(request, one)
    return render(request, "projects/detail.html", context)


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """A new project; with `?opportunity=` that becomes its first bidder's."""
    require(request, "opportunities.add")
    first = _asked_for(request)
    initial = {"name": first.name, "value": first.value or None, "currency": first.currency} if first else {}
    form = ProjectForm(request.POST if request.method == "POST" else None, user=request.user, initial=initial)
    if request.method == "POST" and form.save_by():
        event = Event.objects.about(form.record).latest("pk")
        if first is not None:
            _bid(form.record, first, ProjectParty.Role.INSTALLER, request.user, to=event)
        return go(request, page(form.record), _("“%(name)s” was added.") % {"name": form.record}, undo=event)
    context = {"form": form, "record": None}
    return render(request, "projects/edit.html", context, status=422 if form.is_bound else 200)


def _asked_for(request: HttpRequest) -> Opportunity | None:
    asked = request.GET.get("opportunity", "")
    if not (asked.isascii() and asked.isdigit() and len(asked) < 19):
        return None
    one = Opportunity.objects.visible_to(request.user).living().filter(pk=int(asked), project=None).first()
    return one if one is not None and access.may(request.user, "opportunities.change", one) else None


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    one = changeable(request, pk)
    form = ProjectForm(request.POST if request.method == "POST" else None, instance=one, user=request.user)
    if request.method == "POST" and form.save_by():
        return go(request, page(one), _("Saved."), undo=form.event)
    return editing.whole(request, form, one, "projects/edit.html")


@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    one = changeable(request, pk, "opportunities.discard")
    event = one.discard(by=request.user)
    return go(request, reverse("projects:list"), _("“%(name)s” is in the bin.") % {"name": one}, undo=event)


# --- parties


@require_http_methods(["GET", "POST"])
def party_add(request: HttpRequest, pk: int) -> HttpResponse:
    one = changeable(request, pk)
    form = PartyForm(request.POST if request.method == "POST" else None, user=request.user, whole=one)
    if request.method == "POST" and form.save_by():
        event = Event.objects.about(form.record).latest("pk")
        return go(request, page(one), _("“%(name)s” was added.") % {"name": form.record}, undo=event)
    return _part(request, form, one, _("Add a party"))


@require_http_methods(["GET", "POST"])
def party_edit(request: HttpRequest, pk: int, party_pk: int) -> HttpResponse:
    one = changeable(request, pk)
    party = get_object_or_404(one.parties.living(), pk=party_pk)
    form = PartyForm(request.POST if request.method == "POST" else None, instance=party, user=request.user, whole=one)
    if request.method == "POST" and form.save_by():
        return go(request, page(one), _("Saved."), undo=form.event)
    discard = reverse("projects:party_discard", args=[pk, party_pk])
    return _part(request, form, one, _("Change the party"), discard=discard, who=editing.who_was_faster(form))


@require_POST
def party_discard(request: HttpRequest, pk: int, party_pk: int) -> HttpResponse:
    one = changeable(request, pk)
    party = get_object_or_404(one.parties.living(), pk=party_pk)
    event = party.discard(by=request.user)
    return go(request, page(one), _("“%(name)s” was taken out.") % {"name": party}, undo=event)


def _part(request: HttpRequest, form: Any, one: Project, title: str, **context: Any) -> HttpResponse:
    """The dialog, or a page of its own: empty, with errors (422) or with a conflict (409)."""
    context |= {"form": form, "whose": one, "title": title, "back": page(one), "address": request.get_full_path()}
    status = 409 if getattr(form, "conflict", None) else 422 if form.is_bound else 200
    return fragment(request, "accounts/part.html", context, status=status)


# --- bidders


@transaction.atomic
def _bid(project: Project, opportunity: Opportunity, role: str, by: Any, to: Event | None = None) -> Event | None:
    """The opportunity is one of the project's; its customer becomes a party, if she is none. Taken back together, and with `to`."""
    event, account = opportunity.change(by=by, project=project), opportunity.account
    if event is None:
        return None
    if to is not None:
        go_with(event, to)
    if account is not None and not project.parties.living().filter(account=account).exists():
        party = ProjectParty.add(by=by, project=project, account=account, role=role)
        go_with(Event.objects.about(party).latest("pk"), to or event)
    return event


@require_http_methods(["GET", "POST"])
def bidder_add(request: HttpRequest, pk: int) -> HttpResponse:
    """An opportunity that is there already becomes one of the project's."""
    one = changeable(request, pk)
    form = BidderForm(request.POST if request.method == "POST" else None, user=request.user)
    if request.method == "POST" and form.is_valid():
        opportunity = form.cleaned_data["opportunity"]
        if access.may(request.user, "opportunities.change", opportunity):
            event = _bid(one, opportunity, form.cleaned_data["role"], request.user)
            return go(request, page(one), _("“%(name)s” was added.") % {"name": opportunity}, undo=event)
        form.add_error("opportunity", _("This opportunity is not yours to change."))
    return _part(request, form, one, _("Add an opportunity"))


@require_POST
def bidder_discard(request: HttpRequest, pk: int, opportunity_pk: int) -> HttpResponse:
    """An opportunity is not one of the project's any more."""
    one = seen(request, pk)
    opportunity = of_opportunities.changeable(request, opportunity_pk)
    if opportunity.project_id != one.pk:
        raise Http404
    event = opportunity.change(by=request.user, project=None)
    return go(request, page(one), _("“%(name)s” was taken out.") % {"name": opportunity}, undo=event)


@require_POST
def count_by(request: HttpRequest, pk: int, opportunity_pk: int) -> HttpResponse:
    """From now on the project is counted by this opportunity; `likeliest=1`: by the likeliest again."""
    one = changeable(request, pk)
    chosen = None
    if not request.POST.get("likeliest"):
        some = Opportunity.objects.visible_to(request.user).living().filter(project=one)
        chosen = get_object_or_404(some, pk=opportunity_pk)
    try:
        event = one.count_by(chosen, by=request.user)
    except ValidationError as refused:
        return go(request, page(one), " ".join(refused.messages))
    return go(request, page(one), _("Saved."), undo=event)


@require_http_methods(["GET", "POST"])
def join(request: HttpRequest, pk: int) -> HttpResponse:
    """From an opportunity: the project that it is of."""
    opportunity = of_opportunities.changeable(request, pk)
    form = JoinForm(request.POST if request.method == "POST" else None, user=request.user)
    back = reverse("opportunities:detail", args=[pk])
    if request.method == "POST" and form.is_valid():
        event = _bid(form.cleaned_data["project"], opportunity, form.cleaned_data["role"], request.user)
        return go(request, back, _("Saved."), undo=event)
    context = {
        "form": form, "whose": opportunity, "title": _("Of which project?"), "back": back, "address": request.get_full_path(),
        "elsewhere": (reverse("projects:add") + f"?opportunity={pk}", _("It is a new project")),
    }  # fmt: skip
    return fragment(request, "opportunities/ask.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
def award(request: HttpRequest, pk: int) -> HttpResponse:
    """To whom it goes. What becomes of the other bidders' opportunities is told before."""
    one = changeable(request, pk)
    form = AwardForm(request.POST if request.method == "POST" else None, project=one, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            event = _awarded(request, one, form.cleaned_data)
        except ValidationError as refused:
            apply_errors(form, refused)
        else:
            return go(request, page(one), _("“%(name)s” is awarded.") % {"name": one}, undo=event)
    still = one.opportunities.living().filter(outcome="").count()
    context = {"form": form, "whose": one, "title": _("Award the project"), "back": page(one), "still": still}
    context |= {"address": request.get_full_path()}
    return fragment(request, "projects/award.html", context, status=422 if form.is_bound else 200)


def _awarded(request: HttpRequest, one: Project, given: dict[str, Any]) -> Event:
    """Raises ValidationError where an opportunity that would be closed is not hers to change."""
    to = given["to"]
    concerned = [to, *awarding.others(one, to)]
    foreign = sum(not access.may(request.user, "opportunities.change", each) for each in concerned)
    if foreign:
        raise ValidationError(
            ngettext(
                "%(count)s opportunity of this project is not yours to change. Ask whoever leads.",
                "%(count)s opportunities of this project are not yours to change. Ask whoever leads.",
                foreign,
            )
            % {"count": foreign}
        )
    return awarding.award(one, to, by=request.user, on=given["on"], won=given["won"])
