"""Contacts: list, make, look at, change, bin."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kundenkreis.activities import permission
from kundenkreis.activities.models import Activity
from kundenkreis.core import clock, search
from kundenkreis.customers import salutation
from kundenkreis.customers.discretion import spare
from kundenkreis.customers.models import Account, Address, Consent, Contact, ContactPoint, Position
from kundenkreis.quality.matching.entry import Twin
from kundenkreis.staff import access
from kundenkreis.web import finding, laid_out, permissions, rhythms, stakeholding, timeline
from kundenkreis.web.forms.activities import ComposerOwn
from kundenkreis.web.forms.customers import ContactAddForm, ContactForm
from kundenkreis.web.htmx import fragment, go, is_htmx
from kundenkreis.web.lists.exporting import export as export_list
from kundenkreis.web.rectifying import rectified
from kundenkreis.web.trails import steps_of
from kundenkreis.web.views import editing
from kundenkreis.web.views.contact_list import CONTACTS
from kundenkreis.web.views.merges import standing, to_standing


def seen(request: HttpRequest, pk: int) -> Contact:
    """The contact, in the bin too, if the person may see it; 404 otherwise."""
    return get_object_or_404(Contact.objects.visible_to(request.user).select_related("main_account", "owner"), pk=pk)


def changeable(request: HttpRequest, pk: int, action: str = "contacts.change") -> Contact:
    contact = seen(request, pk)
    if not access.may(request.user, action, contact):
        raise PermissionDenied
    return contact


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    return CONTACTS.answer(request)


@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    return export_list(CONTACTS, request)


@require_safe
def options(request: HttpRequest) -> HttpResponse:
    """What a combobox finds for `?q=`: at most ten people whom the person may see."""
    text = request.GET.get("q", "").strip()[:100]
    rows = Contact.objects.visible_to(request.user).living().select_related("main_account")
    if text:
        ids = [hit.subject_id for hit in finding.find(request.user, {search.CONTACT: Contact}, text, 10)]
        known = rows.in_bulk(ids)
        found = [known[pk] for pk in ids if pk in known]
    elif account := _account_asked_for(request):
        here = Position.objects.living().filter(account=account).values("contact_id")
        found = list(rows.filter(pk__gathered=here).order_by("key", "pk")[:10])
    else:
        found = list(rows.order_by("key", "pk")[:10])
    spare(request.user, found, "main_account")
    return fragment(request, "contacts/options.html", {"found": found})


def add(request: HttpRequest) -> HttpResponse:
    """A new person, with her position at an account (`?account=12` chooses it)."""
    if not access.may(request.user, "contacts.add"):
        raise PermissionDenied
    form = ContactAddForm(request.POST or None, user=request.user, initial={"account": _account_asked_for(request)})
    twins: list[Twin] = []
    if request.method == "POST" and form.is_valid():
        twins = [] if request.POST.get("anyway") else form.twins()
        if not twins and form.save_by():
            return go(
                request,
                reverse("contacts:detail", args=[form.record.pk]),
                _("“%(name)s” was added.") % {"name": form.record},
            )
    return render(
        request, "contacts/add.html", {"form": form, "twins": twins}, status=422 if request.method == "POST" else 200
    )


def _account_asked_for(request: HttpRequest) -> int | None:
    asked = request.GET.get("account", "")
    if not (asked.isascii() and asked.isdigit() and len(asked) < 19):
        return None
    return Account.objects.visible_to(request.user).living().filter(pk=int(asked)).values_list("pk", flat=True).first()


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    contact = standing(request, Contact, pk, seen)
    if contact.pk != pk:
        return to_standing(request, contact)
    if "peek" in request.GET:
        return fragment(
            request, "contacts/peek.html", _head(contact, request) | {"items": _stream(contact, request, 4).items[:4]}
        )
    return render(request, "contacts/detail.html", _head(contact, request) | _page(contact, request))


@require_safe
def timeline_of(request: HttpRequest, pk: int) -> HttpResponse:
    """The next page of a contact's timeline."""
    contact = seen(request, pk)
    context = _streamed(contact, request)
    if not is_htmx(request):
        return render(request, "contacts/detail.html", _head(contact, request) | _page(contact, request))
    return fragment(request, "timeline/_stream.html", context | {"only_items": "after" in request.GET})


def _head(contact: Contact, request: HttpRequest) -> dict[str, Any]:
    positions = list(
        Position.objects.living()
        .filter(contact=contact)
        .select_related("account")
        .order_by("-is_main", F("ends_on").desc(nulls_first=True), "-pk")
    )
    may_see = set(
        Account.objects.visible_to(request.user)
        .filter(pk__in=[p.account_id for p in positions])
        .values_list("pk", flat=True)
    )
    today = clock.today()
    return {
        "contact": contact,
        "opening": salutation.opening(contact, contact.language),
        "letter": salutation.address_lines(contact, contact.language),
        "present": [p for p in positions if p.ends_on is None or p.ends_on >= today],
        "past": [p for p in positions if p.ends_on is not None and p.ends_on < today],
        "may_see": may_see,
        "may_change": contact.deleted_at is None and access.may(request.user, "contacts.change", contact),
        "may_discard": access.may(request.user, "contacts.discard", contact),
        "may_merge": access.may(request.user, "contacts.merge", contact),
        "may_see_privacy": access.may(request.user, "privacy.see"),
        "may_take_in": contact.deleted_at is None and access.may(request.user, "requests.add"),
        "may_log": contact.deleted_at is None and access.may(request.user, "activities.add", contact),
        "composer_own": ComposerOwn(request.user),
        "self_url": reverse("contacts:detail", args=[contact.pk]),
        "today": today,
        "every": rhythms.every,
        "service": permission.at_all([contact])[contact.pk],
    }


def _page(contact: Contact, request: HttpRequest) -> dict[str, Any]:
    edit = reverse("contacts:edit", args=[contact.pk])
    may = contact.deleted_at is None and access.may(request.user, "contacts.change", contact)
    steps = list(
        Activity.objects.visible_to(request.user)
        .open()
        .with_contact(contact.pk)
        .for_list()
        .order_by("due_on", "at", "pk")[:5]
    )
    spare(request.user, steps, "account")
    return (
        {
            "own_account": Account.objects.visible_to(request.user)
            .living()
            .filter(person=contact)
            .only("name")
            .first(),
            "groups": laid_out.groups(
                "contacts",
                request.user,
                lambda name: _fact(contact, name, edit, may),
                editing.own_told(contact, edit, may, request.user),
            ),
            "consents": _consents(contact),
            "points": list(ContactPoint.objects.living().filter(contact=contact).order_by("kind", "pk")),
            "addresses": list(Address.objects.living().filter(contact=contact).order_by("use", "pk")),
            "steps": steps,
            "on_maps": stakeholding.of_contact(contact, request.user),
            "language": (get_language() or "en")[:2],
            "subject": contact,
        }
        | permissions.on_page(contact, request.user)
        | steps_of(request, contact, 20)
        | _streamed(contact, request)
    )


def _consents(contact: Contact) -> list[Consent]:
    rows = Consent.objects.living().filter(contact=contact)
    return list(rows.select_related("wording").order_by("purpose", "channel"))


def _stream(contact: Contact, request: HttpRequest, size: int = timeline.SIZE) -> timeline.Timeline:
    kind = request.GET.get("kind", "")
    return timeline.Timeline(request.user, contact=contact.pk, kind=kind, after=request.GET.get("after", ""), size=size)


def _streamed(contact: Contact, request: HttpRequest) -> dict[str, Any]:
    kinds = [kind for kind in timeline.KINDS if kind[0] != "order"]
    address = reverse("contacts:timeline", args=[contact.pk])
    return {
        "stream": _stream(contact, request),
        "stream_url": f"{address}?",
        "stream_kinds": kinds,
        "stream_kind": request.GET.get("kind", ""),
    }


def _fact(contact: Contact, name: str, edit: str, may: bool) -> tuple[str, Any]:
    label = str(Contact._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
    label = label[:1].upper() + label[1:]
    return label, editing.inline(contact, name, label, editing.shown(contact, name), edit, may=may)


def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """All fields, or one (`?field=email`) in its place on the page."""
    contact = changeable(request, pk)
    if contact.deleted_at is not None:
        raise Http404
    if name := request.GET.get("field", ""):
        return editing.one_field(request, contact, name, ContactForm, lambda field: editing.shown(contact, field))
    form = ContactForm(request.POST or None, instance=contact, user=request.user)
    if request.method == "POST" and form.save_by():
        back = rectified(request, form.event) or reverse("contacts:detail", args=[pk])
        return go(request, back, _("Saved."), undo=form.event)
    return editing.whole(request, form, contact, "contacts/edit.html")


@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    contact = changeable(request, pk, "contacts.discard")
    try:
        event = contact.discard(by=request.user)
    except ValidationError:
        return go(request, reverse("contacts:detail", args=[pk]), _("It is in the bin already."))
    text = _("“%(name)s” was moved to the bin. It stays there for 30 days.") % {"name": contact}
    return go(request, reverse("contacts:list"), text, undo=event)


@require_POST
def restore(request: HttpRequest, pk: int) -> HttpResponse:
    contact = changeable(request, pk, "contacts.discard")
    try:
        contact.restore(by=request.user)
    except ValidationError:
        return go(request, reverse("contacts:detail", args=[pk]), _("It is not in the bin."))
    return go(request, reverse("contacts:detail", args=[pk]), _("“%(name)s” is back.") % {"name": contact})
