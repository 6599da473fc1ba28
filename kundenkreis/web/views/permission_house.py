"""Permission to contact, for the whole house: the suppression list, and the ECG and Robinson lists by file."""

from __future__ import annotations

import shutil
import uuid
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kundenkreis.core import clock
from kundenkreis.core.keyset import bounded_count
from kundenkreis.customers import barring, registers, tasks
from kundenkreis.customers.models import Register, Suppression
from kundenkreis.staff import access
from kundenkreis.web import uploads
from kundenkreis.web.bodies import takes_uploads
from kundenkreis.web.forms.permission import AddressForm, LiftForm, RegisterForm, SuppressAddressForm, refused
from kundenkreis.web.htmx import fragment, go

SHOWN, MANY = 20, 10_000


def require(request: HttpRequest, action: str) -> None:
    if not access.may(request.user, action):
        raise PermissionDenied


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The lists with their day and count, and the suppression list; `?kind=…&address=…` looks an address up."""
    require(request, "registers.change")
    return _page(request, _looked_up(request))


def _page(request: HttpRequest, context: dict[str, Any], status: int = 200) -> HttpResponse:
    current = registers.current()
    in_force = Suppression.objects.in_force()
    context = {
        "lists": [(Register.Kind(kind), one, registers.is_old(one)) for kind, one in current.items()],
        "editions": list(Register.objects.visible_to(request.user).living().order_by("-pk")[:SHOWN]),
        "suppressions": list(in_force.order_by("-since", "-pk")[:SHOWN]),
        "suppressed": bounded_count(in_force, MANY),
        "many": MANY,
        "form": RegisterForm(),
        "lookup": AddressForm(),
        "found": None,
        "asked": False,
        "today": clock.today(),
    } | context
    return render(request, "permission/index.html", context, status=status)


def _looked_up(request: HttpRequest) -> dict[str, Any]:
    if "address" not in request.GET:
        return {}
    form = AddressForm(request.GET)
    found = None
    if form.is_valid():
        try:
            found = barring.find(form.cleaned_data["kind"], form.cleaned_data["address"])
        except ValidationError as trouble:
            refused(form, trouble)
    return {"lookup": form, "found": found, "asked": form.is_valid()}


@takes_uploads(settings.UPLOAD_LIMIT)
@require_POST
def load(request: HttpRequest) -> HttpResponse:
    """A new edition of a list; the worker reads it, and the one in force stays until it is in whole."""
    require(request, "registers.change")
    form = RegisterForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, {"form": form}, 422)
    given: UploadedFile = form.cleaned_data["file"]
    try:
        register = registers.begin(
            form.cleaned_data["kind"], form.cleaned_data["as_of"], given.name or "", by=request.user
        )
    except ValidationError as trouble:
        refused(form, trouble)
        return _page(request, {"form": form}, 422)
    path = _folder() / f"register-{uuid.uuid4().hex}{uploads.SUFFIX}"
    with path.open("wb") as kept:
        shutil.copyfileobj(given, kept, 1024 * 1024)
    tasks.load_register.enqueue(register.pk, str(path), request.user.pk)
    return go(request, reverse("permission:index"), _("The list is coming in. It counts once it is in whole."))


def _folder() -> Path:
    folder = Path(settings.FILE_UPLOAD_TEMP_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@require_http_methods(["GET", "POST"])
def suppress(request: HttpRequest) -> HttpResponse:
    """An address onto the list, whether a contact has it or not."""
    require(request, "registers.change")
    form = SuppressAddressForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            barring.suppress_address(
                given["kind"], given["address"], by=request.user, reason=given["reason"], source=given["source"]
            )
            return go(request, reverse("permission:index"), _("The address is on the suppression list."))
        except ValidationError as trouble:
            refused(form, trouble)
    hint = _("Only a hash is kept: the address itself cannot be read from the list, nor found by anything but itself.")
    return _form(request, form, _("Suppress an address"), hint, _("Suppress"))


@require_http_methods(["GET", "POST"])
def lift(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an address off the list, with a reason that stays."""
    require(request, "suppressions.change")
    one = get_object_or_404(Suppression.objects.visible_to(request.user).in_force(), pk=pk)
    form = LiftForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            event = one.lift(by=request.user, **form.cleaned_data)
            said = _("Lifted. Whether advertising is allowed is now decided by consent and law again.")
            return go(request, reverse("permission:index"), said, undo=event)
        except ValidationError as trouble:
            refused(form, trouble)
    hint = _("Who is on the list has asked to be left alone, or somebody did for her. The reason stays in the history.")
    return _form(request, form, _("Lift: %(what)s") % {"what": one}, hint, _("Lift"))


def _form(request: HttpRequest, form: Any, title: str, hint: str, save: str) -> HttpResponse:
    context = {
        "form": form,
        "whose": "",
        "title": title,
        "hint": hint,
        "save": save,
        "back": reverse("permission:index"),
        "address": request.get_full_path(),
    }
    return fragment(request, "permission/form.html", context, status=422 if form.is_bound else 200)
