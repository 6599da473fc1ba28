"""Permission to contact, on a contact: why or why not, withdrawing, objecting, suppressing, asking by double opt-in."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kundenkreis.activities import opting_in, permission
from kundenkreis.activities.permission import Channel, Purpose
from kundenkreis.customers import barring
from kundenkreis.customers.models import Consent, Contact, Suppression
from kundenkreis.staff import access
from kundenkreis.web.forms.permission import OptInForm, SourceForm, SuppressForm, refused
from kundenkreis.web.htmx import fragment, go
from kundenkreis.web.views.contacts import changeable, seen


@require_safe
def why(request: HttpRequest, pk: int, purpose: str, channel: str) -> HttpResponse:
    """One answer in full: the rule, the reason, the conditions, and what can be done."""
    contact = seen(request, pk)
    if purpose not in Purpose.values or channel not in Channel.values:
        raise Http404
    answer = permission.may_contact(contact, purpose, channel)
    there = Consent.objects.living().filter(contact=contact, purpose=purpose, channel=channel).first()
    may_change = contact.deleted_at is None and access.may(request.user, "contacts.change", contact)
    context = {
        "whose": contact,
        "answer": answer,
        "purpose": Purpose(purpose),
        "channel": Channel(channel),
        "consent": there,
        "may_change": may_change,
        "may_log": contact.deleted_at is None and access.may(request.user, "activities.add", contact),
        "back": reverse("contacts:detail", args=[pk]),
    }
    return fragment(request, "permission/why.html", context)


def _living(request: HttpRequest, pk: int) -> Contact:
    contact = changeable(request, pk)
    if contact.deleted_at is not None:
        raise Http404
    return contact


def _back(pk: int) -> str:
    return reverse("contacts:detail", args=[pk])


@require_POST
def withdraw(request: HttpRequest, pk: int, consent_pk: int) -> HttpResponse:
    """The person takes a consent back: one press."""
    contact = _living(request, pk)
    consent = get_object_or_404(Consent.objects.living(), pk=consent_pk, contact=contact)
    try:
        event = consent.withdraw(by=request.user)
    except ValidationError as trouble:
        return go(request, _back(pk), " ".join(trouble.messages))
    said = _("Withdrawn: %(purpose)s, %(channel)s.") % {
        "purpose": consent.get_purpose_display(),
        "channel": consent.get_channel_display(),
    }
    return go(request, _back(pk), said, undo=event)


@require_POST
def object_to(request: HttpRequest, pk: int) -> HttpResponse:
    """The person objects to all advertising: one press, and every door refuses it from now on."""
    contact = _living(request, pk)
    try:
        event = barring.object_to_advertising(contact, by=request.user, source=request.POST.get("source", "")[:200])
    except ValidationError as trouble:
        return go(request, _back(pk), " ".join(trouble.messages))
    said = _("The objection is recorded: no advertising to %(name)s on any channel.") % {"name": contact}
    return go(request, _back(pk), said, undo=event)


@require_http_methods(["GET", "POST"])
def end_objection(request: HttpRequest, pk: int) -> HttpResponse:
    contact = _living(request, pk)
    form = SourceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            event = barring.end_objection(contact, by=request.user, source=form.cleaned_data["source"])
            said = _("The objection has ended. What is suppressed stays until an administrator lifts it.")
            return go(request, _back(pk), said, undo=event)
        except ValidationError as trouble:
            refused(form, trouble)
    hint = _("Only the person herself can take it back. Each consent still has to be recorded.")
    return _form(request, form, contact, _("End the objection"), hint)


@require_http_methods(["GET", "POST"])
def suppress(request: HttpRequest, pk: int) -> HttpResponse:
    """All addresses of the contact onto the suppression list."""
    contact = _living(request, pk)
    if not access.may(request.user, "suppressions.add"):
        raise PermissionDenied
    form = SuppressForm(request.POST or None, initial={"reason": Suppression.Reason.COMPLAINT})
    if request.method == "POST" and form.is_valid():
        made = barring.suppress_contact(contact, by=request.user, **form.cleaned_data)
        said = _("No advertising to these addresses any more, whoever they belong to.")
        return go(request, _back(pk), said if made else _("They are on the list already."))
    hint = _(
        "Mail address, numbers and postal address of this contact get no advertising any more, under any record and after"
        " every import. Only hashes are kept. An administrator can lift it again."
    )
    return _form(request, form, contact, _("Onto the suppression list"), hint, save=_("Suppress"))


@require_http_methods(["GET", "POST"])
def opt_in(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask the person by mail; her press on the link's page is the consent."""
    contact = _living(request, pk)
    form = OptInForm(request.POST or None, whose=contact)
    if request.method == "POST" and form.is_valid():
        try:
            opting_in.ask(contact, by=request.user, **form.cleaned_data)
            said = _("Asked by mail to %(address)s. Until it is confirmed there is no consent.")
            return go(request, _back(pk), said % {"address": contact.email})
        except ValidationError as trouble:
            refused(form, trouble)
    hint = _("The person gets the wording by mail, in her language, with a link to a page on which she confirms it.")
    return _form(request, form, contact, _("Ask by mail (double opt-in)"), hint, save=_("Send"))


def _form(request: HttpRequest, form: Any, contact: Contact, title: str, hint: str, save: str = "") -> HttpResponse:
    context = {
        "form": form,
        "whose": contact,
        "title": title,
        "hint": hint,
        "save": save or _("Save"),
        "back": _back(contact.pk),
        "address": request.get_full_path(),
    }
    return fragment(request, "permission/form.html", context, status=422 if form.is_bound else 200)
