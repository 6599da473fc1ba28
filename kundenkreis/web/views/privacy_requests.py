"""Privacy requests: the worklist, taking one in, its page and its steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kundenkreis.customers import barring
from kundenkreis.customers.discretion import spare
from kundenkreis.customers.models import Contact
from kundenkreis.history.models import Event
from kundenkreis.privacy import reminding
from kundenkreis.privacy.models import Kind, SubjectRequest, may_work_on
from kundenkreis.staff import access
from kundenkreis.web import formats
from kundenkreis.web.forms import apply_errors
from kundenkreis.web.forms.privacy import (
    AskIdentityForm,
    ExtendForm,
    IdentifyForm,
    RefuseForm,
    RespondForm,
    SubjectRequestForm,
)
from kundenkreis.web.htmx import fragment, go
from kundenkreis.web.trails import steps_of
from kundenkreis.web.views import editing
from kundenkreis.web.views.files import panel_of
from kundenkreis.web.views.privacy_request_list import DONE, REQUESTS, left, tone

# Steps with a form: name in the address → (form, title, hint, button, verb, what is said).
_STEPS: dict[str, tuple[Any, Any, Any, Any, str, Any]] = {
    "ask": (
        AskIdentityForm,
        lazy("Ask who she is"),
        lazy("Only with reasonable doubt (Art. 12 (6)). Ask for no more than is needed; until the answer comes the period rests."),
        lazy("She has been asked"),
        "ask_identity",
        lazy("The period rests until it is known who asks."),
    ),
    "identify": (
        IdentifyForm,
        lazy("Identity checked"),
        lazy("Whoever gets somebody else's data has got a breach: make sure that it is she."),
        lazy("It is she"),
        "identify",
        lazy("The identity is checked."),
    ),
    "extend": (
        ExtendForm,
        lazy("Extend by two months"),
        lazy("Only where a request is complex or there are many, and once. Tell the person within the first month, with the reason."),
        lazy("Extend"),
        "extend",
        lazy("Extended. Tell the person now, with the reason."),
    ),
    "respond": (
        RespondForm,
        lazy("Answered"),
        lazy("What she was answered, and when. A copy of the letter can be put to the request as a file."),
        lazy("Answered"),
        "respond",
        lazy("The request is answered."),
    ),
    "refuse": (
        RefuseForm,
        lazy("Refuse"),
        lazy("Only a request that is manifestly unfounded or excessive, or where the law says so. The person is told why."),
        lazy("Refuse"),
        "refuse",
        lazy("The request is refused."),
    ),
}  # fmt: skip


_HEAD = "privacy/_requests_head.html"


def require_add(request: HttpRequest) -> None:
    if not access.may(request.user, "requests.add"):
        raise PermissionDenied


def seen(request: HttpRequest, pk: int) -> SubjectRequest:
    """The request, in the bin too, if the person may see it; 404 otherwise."""
    return get_object_or_404(SubjectRequest.objects.visible_to(request.user).for_list(), pk=pk)


def workable(request: HttpRequest, pk: int) -> SubjectRequest:
    one = seen(request, pk)
    if one.deleted_at is not None:
        raise Http404
    if not may_work_on(request.user, one):
        raise PermissionDenied
    return one


def _require_list(request: HttpRequest) -> None:
    if not (access.reach(request.user, "privacy.see") or access.reach(request.user, "requests.add")):
        raise PermissionDenied


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """What is open, what is due first on top."""
    _require_list(request)
    return REQUESTS.answer(request, head_part=_HEAD, may_see=access.may(request.user, "privacy.see"))


@require_safe
def done(request: HttpRequest) -> HttpResponse:
    """What was answered or refused, the latest on top."""
    _require_list(request)
    return DONE.answer(request, head_part=_HEAD, may_see=access.may(request.user, "privacy.see"))


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Take one in; `?contact=` and `?kind=` fill in who asks what."""
    require_add(request)
    contact = _asked_contact(request)
    asked = request.GET.get("kind", "")
    initial = {"contact": contact, "kind": asked if asked in Kind.values else None}
    form = SubjectRequestForm(request.POST or None, user=request.user, initial=initial)
    if request.method == "POST" and form.save_by():
        reminding.taken_in(form.record, request.user)
        event = Event.objects.about(form.record).latest("pk")
        said = _("Taken in as %(number)s. The answer is due on %(day)s.")
        values = {"number": form.record.number, "day": formats.day(form.record.due_on)}
        return go(request, reverse("privacy_requests:detail", args=[form.record.pk]), said % values, undo=event)
    context = {"form": form, "record": None, "contact": contact}
    return render(request, "privacy/request_edit.html", context, status=422 if form.is_bound else 200)


def _asked_contact(request: HttpRequest) -> Contact | None:
    asked = request.GET.get("contact", "")
    if not (asked.isascii() and asked.isdigit() and len(asked) < 19):
        return None
    return Contact.objects.visible_to(request.user).living().filter(pk=int(asked)).first()


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One request: until when, what is to be done next, and who did what."""
    one = seen(request, pk)
    spare(request.user, [one], "contact")
    may_work = one.deleted_at is None and may_work_on(request.user, one)
    context: dict[str, Any] = {
        "one": one,
        "may_work": may_work,
        "may_keep": access.may(request.user, "privacy.change"),
        "may_object": one.contact is not None and access.may(request.user, "contacts.change", one.contact),
        "left": left(one),
        "tone": tone(one),
        "carry_out": _carry_out(one) if access.may(request.user, "privacy.change") else "",
    } | steps_of(request, one)
    if access.may(request.user, "privacy.see"):
        context |= panel_of(request, one) | {"has_files": True}
    return render(request, "privacy/request.html", context)


def _carry_out(one: SubjectRequest) -> str:
    """Where a restriction or an erasure is carried out; the request's number goes along."""
    if one.kind not in (Kind.RESTRICTION, Kind.ERASURE) or one.contact_id is None:
        return ""
    page = reverse("privacy_contacts:person", args=[one.contact_id])
    return f"{page}?{urlencode({'request': one.number})}" + ("#erasure" if one.kind == Kind.ERASURE else "")


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    one = workable(request, pk)
    form = SubjectRequestForm(request.POST or None, instance=one, user=request.user)
    if request.method == "POST" and form.save_by():
        if form.event and "responsible" in form.event.changes:
            reminding.taken_in(form.record, request.user)
        return go(request, reverse("privacy_requests:detail", args=[pk]), _("Saved."), undo=form.event)
    return editing.whole(request, form, one, "privacy/request_edit.html")


@require_http_methods(["GET", "POST"])
def step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """One step of `_STEPS`, in a small form."""
    if name not in _STEPS:
        raise Http404
    one = workable(request, pk)
    form_class, title, hint, save, verb, said = _STEPS[name]
    form = form_class(request.POST or None)
    back = reverse("privacy_requests:detail", args=[pk])
    if request.method == "POST" and form.is_valid():
        act: Callable[..., Any] = getattr(one, verb)
        given = {field: value for field, value in form.cleaned_data.items() if value not in (None, "")}
        given |= {"told_of_complaint": form.cleaned_data["told_of_complaint"]} if name == "refuse" else {}
        try:
            event = act(by=request.user, **given)
            return go(request, back, said, undo=event)
        except ValidationError as trouble:
            apply_errors(form, trouble)
    return small_form(request, form, str(one), title, hint, save, back)


def small_form(
    request: HttpRequest, form: Any, whose: str, title: Any, hint: Any, save: Any, back: str
) -> HttpResponse:
    """A small form in the shared dialog, or on a page of its own."""
    context = {
        "form": form,
        "whose": whose,
        "title": title,
        "hint": hint,
        "save": save,
        "back": back,
        "address": request.get_full_path(),
    }
    return fragment(request, "permission/form.html", context, status=422 if form.is_bound else 200)


@require_POST
def begin(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody works on it."""
    one = workable(request, pk)
    back = reverse("privacy_requests:detail", args=[pk])
    try:
        event = one.begin(by=request.user)
    except ValidationError as trouble:
        return go(request, back, " ".join(trouble.messages))
    return go(request, back, _("The request is in work."), undo=event)


@require_POST
def object_to(request: HttpRequest, pk: int) -> HttpResponse:
    """Carry out an objection: no advertising to this contact any more. The request's number is its source."""
    one = workable(request, pk)
    back = reverse("privacy_requests:detail", args=[pk])
    contact = get_object_or_404(Contact.objects.visible_to(request.user).living(), pk=one.contact_id or 0)
    if not access.may(request.user, "contacts.change", contact):
        raise PermissionDenied
    try:
        event = barring.object_to_advertising(contact, by=request.user, source=one.number)
    except ValidationError as trouble:
        return go(request, back, " ".join(trouble.messages))
    said = _("The objection is recorded: no advertising to %(name)s on any channel.") % {"name": contact}
    return go(request, back, said, undo=event)


@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """It was no request, or came in twice."""
    one = seen(request, pk)
    if not access.may(request.user, "privacy.change"):
        raise PermissionDenied
    try:
        event = one.discard(by=request.user)
    except ValidationError:
        return go(request, reverse("privacy_requests:list"), _("It is in the bin already."))
    return go(request, reverse("privacy_requests:list"), _("“%(name)s” is in the bin.") % {"name": one}, undo=event)
