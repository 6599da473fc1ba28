"""What becomes of a lead: an account and a contact, or the reason why not."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from kundenkreis.leads import converting
from kundenkreis.leads.models import Lead
from kundenkreis.staff import access
from kundenkreis.web.forms import apply_errors
from kundenkreis.web.forms.leads import OWN, ConvertForm, DisqualifyForm, twins_of
from kundenkreis.web.htmx import go
from kundenkreis.web.views import editing
from kundenkreis.web.views.leads import changeable


@require_http_methods(["GET", "POST"])
def disqualify(request: HttpRequest, pk: int) -> HttpResponse:
    lead = changeable(request, pk)
    form = DisqualifyForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            event = lead.disqualify(by=request.user, **form.cleaned_data)
        except ValidationError as refused:
            apply_errors(form, refused)
        else:
            return go(request, reverse("leads:detail", args=[pk]), _("The lead is disqualified."), undo=event)
    return render(request, "leads/disqualify.html", {"form": form, "lead": lead}, status=422 if form.is_bound else 200)


@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    lead = changeable(request, pk, closed=True)
    try:
        event = lead.reopen(by=request.user)
    except ValidationError as refused:
        return go(request, reverse("leads:detail", args=[pk]), " ".join(refused.messages))
    return go(request, reverse("leads:detail", args=[pk]), _("The lead is open again."), undo=event)


@require_http_methods(["GET", "POST"])
def convert(request: HttpRequest, pk: int) -> HttpResponse:
    """First into what; then a look at where each value goes; then it is done. Every step is an address of its own."""
    lead = changeable(request, pk)
    given: Any = request.POST if request.method == "POST" else request.GET if "step" in request.GET else None
    form = ConvertForm(given, user=request.user)
    if given is None or not form.is_valid():
        return _choose(request, lead, form)
    account, contact = form.cleaned_data["account"], form.cleaned_data["contact"]
    wants_deal = bool(form.cleaned_data.get("opportunity"))
    plan = converting.plan(lead, account, contact, by=request.user, opportunity=wants_deal)
    _refuse(request, plan)
    if request.method != "POST":
        return _look(request, lead, form, plan)
    if request.POST.get("version", "") != str(lead.version):
        return _look(request, lead, form, plan, changed=True)
    try:
        event = converting.convert(lead, by=request.user, account=account, contact=contact, opportunity=wants_deal)
    except ValidationError as refused:
        apply_errors(form, refused)
        return _choose(request, lead, form)
    lead.refresh_from_db()
    said = _("“%(name)s” is an account now.") % {"name": lead.account}
    return go(request, reverse("accounts:detail", args=[lead.account_id]), said, undo=event)


def _choose(request: HttpRequest, lead: Lead, form: ConvertForm) -> HttpResponse:
    twins = twins_of({name: getattr(lead, name) for name in OWN}, request.user)
    context = {"lead": lead, "form": form, "twins": twins, "step": reverse("leads:convert", args=[lead.pk])}
    return render(request, "leads/convert.html", context, status=422 if form.is_bound else 200)


def _look(
    request: HttpRequest, lead: Lead, form: ConvertForm, plan: converting.Plan, *, changed: bool = False
) -> HttpResponse:
    """Where everything goes; `changed`: somebody else has changed the lead since it was looked at."""
    parts = [(_("Account"), plan.account, plan.of("account"))]
    if plan.with_contact:
        parts.append((_("Contact"), plan.contact, [*plan.of("contact"), *plan.of("position")]))
    if plan.with_opportunity:
        parts.append((_("Opportunity"), None, plan.of("opportunity")))
    context = {
        "lead": lead, "form": form, "plan": plan, "parts": parts, "note": [*plan.of("note"), *(one for one in plan.goings if one.how == "kept")],
        "shown": {one.name: editing.shown(lead, one.name) for one in plan.goings},
        "activities": lead.activities.living().count(), "consents": lead.consents.living().count(),
        "changed": changed,
    }  # fmt: skip
    return render(request, "leads/convert_look.html", context, status=409 if changed else 200)


def _refuse(request: HttpRequest, plan: converting.Plan) -> None:
    """Who may not make what would be made may not convert."""
    user = request.user
    if plan.account is None and not access.may(user, "accounts.add"):
        raise PermissionDenied
    if plan.with_contact and plan.contact is None and not access.may(user, "contacts.add"):
        raise PermissionDenied
    if not access.may(user, "activities.add"):
        raise PermissionDenied
