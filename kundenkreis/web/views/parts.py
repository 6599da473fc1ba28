"""What belongs to an account or contact and is kept in small dialogs: seats, relations, addresses, positions, consents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from kundenkreis.customers.models import Account, Contact
from kundenkreis.staff import access
from kundenkreis.web.forms import customers as forms
from kundenkreis.web.forms.permission import ConsentForm
from kundenkreis.web.forms.quality import LookupForm
from kundenkreis.web.htmx import fragment, go
from kundenkreis.web.views.editing import who_was_faster


@dataclass(frozen=True)
class Part:
    """One kind of part: its form, what its dialogs are called, and the tab that shows it."""

    form: type[forms.PartForm]
    add: Any
    change: Any
    tab: str

    @property
    def model(self) -> Any:
        return self.form._meta.model  # type: ignore[attr-defined]


OF_ACCOUNT = {
    "seats": Part(forms.SeatForm, gettext_lazy("Add to the account team"), gettext_lazy("Change the seat"), "people"),
    "positions": Part(forms.PositionForm, gettext_lazy("Add a person"), gettext_lazy("Change the position"), "people"),
    "relations": Part(
        forms.RelationForm, gettext_lazy("Add a relation"), gettext_lazy("Change the relation"), "structure"
    ),
    "links": Part(forms.LinkForm, gettext_lazy("Place in a hierarchy"), gettext_lazy("Change the place"), "structure"),
    "functions": Part(
        forms.FunctionForm, gettext_lazy("Add a partner"), gettext_lazy("Change the partner"), "structure"
    ),
    "addresses": Part(forms.AddressForm, gettext_lazy("Add an address"), gettext_lazy("Change the address"), "details"),
    "points": Part(
        forms.PointForm, gettext_lazy("Add a way to reach"), gettext_lazy("Change the way to reach"), "details"
    ),
    "lookups": Part(LookupForm, gettext_lazy("Record a look-up"), gettext_lazy("Change the look-up"), "details"),
}
OF_CONTACT = {
    "positions": Part(forms.PositionForm, gettext_lazy("Add a position"), gettext_lazy("Change the position"), ""),
    "addresses": Part(forms.AddressForm, gettext_lazy("Add an address"), gettext_lazy("Change the address"), ""),
    "points": Part(forms.PointForm, gettext_lazy("Add a way to reach"), gettext_lazy("Change the way to reach"), ""),
    "consents": Part(ConsentForm, gettext_lazy("Record a consent"), gettext_lazy("Change the consent"), ""),
}


def _whose(request: HttpRequest, noun: str, pk: int) -> Account | Contact:
    """The living account or contact that the person may change; 404 or 403 otherwise."""
    model: Any = Account if noun == "accounts" else Contact
    whose = get_object_or_404(model.objects.visible_to(request.user).living(), pk=pk)
    if not access.may(request.user, f"{noun}.change", whose):
        raise PermissionDenied
    return whose


def _part(noun: str, name: str) -> Part:
    found = (OF_ACCOUNT if noun == "accounts" else OF_CONTACT).get(name)
    if found is None:
        raise Http404
    return found


def _back(noun: str, whose: Account | Contact, part: Part) -> str:
    return reverse(f"{noun}:detail", args=[whose.pk]) + (f"?tab={part.tab}" if part.tab else "")


def _record(whose: Account | Contact, noun: str, part: Part, part_pk: int) -> Any:
    owner = "account" if noun == "accounts" else "contact"
    return get_object_or_404(part.model.objects.living(), pk=part_pk, **{owner: whose})


def add(request: HttpRequest, noun: str, pk: int, name: str) -> HttpResponse:
    whose, part = _whose(request, noun, pk), _part(noun, name)
    form = part.form(request.POST if request.method == "POST" else None, user=request.user, whose=whose)
    if request.method == "POST" and form.save_by():
        return go(request, _back(noun, whose, part), _("Added."))
    return _answer(request, form, noun, whose, part, part.add)


def change(request: HttpRequest, noun: str, pk: int, name: str, part_pk: int) -> HttpResponse:
    whose, part = _whose(request, noun, pk), _part(noun, name)
    record = _record(whose, noun, part, part_pk)
    form = part.form(
        request.POST if request.method == "POST" else None, instance=record, user=request.user, whose=whose
    )
    if request.method == "POST" and form.save_by():
        return go(request, _back(noun, whose, part), _("Saved."), undo=form.event)
    discard = reverse(f"{noun}:part_discard", args=[pk, name, part_pk])
    return _answer(request, form, noun, whose, part, part.change, discard=discard, who=who_was_faster(form))


@require_POST
def discard(request: HttpRequest, noun: str, pk: int, name: str, part_pk: int) -> HttpResponse:
    whose, part = _whose(request, noun, pk), _part(noun, name)
    record = _record(whose, noun, part, part_pk)
    try:
        event = record.discard(by=request.user)
    except ValidationError as refused:
        return go(request, _back(noun, whose, part), " ".join(refused.messages))
    return go(request, _back(noun, whose, part), _("“%(name)s” was taken out.") % {"name": record}, undo=event)


def _answer(
    request: HttpRequest,
    form: forms.PartForm,
    noun: str,
    whose: Account | Contact,
    part: Part,
    title: Any,
    **context: Any,
) -> HttpResponse:
    """The dialog, or a page of its own: empty, with errors (422) or with a conflict (409)."""
    context |= {
        "form": form,
        "whose": whose,
        "title": title,
        "back": _back(noun, whose, part),
        "address": request.get_full_path(),
    }
    status = 409 if form.conflict else 422 if form.is_bound else 200
    return fragment(request, "accounts/part.html", context, status=status)
