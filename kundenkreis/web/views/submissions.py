"""What was sent by forms: above all what is held back, to be released or discarded."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from kundenkreis.leads import receiving
from kundenkreis.leads.asking import forms
from kundenkreis.leads.models import Lead, Submission
from kundenkreis.staff import access
from kundenkreis.web import formats
from kundenkreis.web.components import component
from kundenkreis.web.htmx import go
from kundenkreis.web.lists import Column, Filter, ListPage

TONES = {"held": "warn", "accepted": "good", "released": "good", "discarded": ""}


def _counted(count: int) -> str:
    return ngettext("%(count)s submission", "%(count)s submissions", count) % {"count": formats.count(count)}


def _state(row: Submission) -> Any:
    return component("badge", row.get_state_display(), kind=TONES[row.state])


SUBMISSIONS = ListPage(
    name="submissions",
    model=Submission,
    title=lazy("Sent by forms"),
    icon="inbox",
    name_column="what",
    sort="-received",
    columns=(
        Column("what", lazy("What was sent"), "name", value=str, needs=("data",), always=True),
        Column("state", lazy("State"), value=lambda row: row.get_state_display(), cell=_state, needs=("state",)),
        Column("why", lazy("Why"), "choice"),
        Column("received", lazy("Received"), "moment", value="received_at", sort="received_at", first_down=True),
        Column("form", lazy("Form"), value="form", related=("form",), needs=("form__name",)),
        Column("address", lazy("Network address"), shown=False),
    ),
    filters=(
        Filter("state", "choice", lazy("State"), choices=Submission.State.choices),
        Filter("why", "choice", lazy("Why"), choices=Submission.Why.choices),
        Filter("form", "choice", lazy("Form"), "form_id", choices=forms),
        Filter("received", "moment", lazy("Received"), "received_at"),
        Filter("address", "text", lazy("Network address")),
    ),
    counted=_counted,
    empty=lazy("Nothing was sent yet. Make a form, and put it on your website."),
)


def require(request: HttpRequest, action: str = "lead_settings.change") -> None:
    if not access.may(request.user, action):
        raise PermissionDenied


def seen(request: HttpRequest, pk: int) -> Submission:
    rows = Submission.objects.visible_to(request.user).select_related("form", "lead", "wording", "decided_by")
    return get_object_or_404(rows, pk=pk)


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    require(request, "lead_settings.see")
    return SUBMISSIONS.answer(request)


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One of them, whole."""
    one = seen(request, pk)
    names = {field.name: field.verbose_name for field in Lead._meta.fields}
    context = {
        "one": one, "state": _state(one), "said": [(names.get(name, name), text) for name, text in one.data.items()],
        "may_change": access.may(request.user, "lead_settings.change"),
    }  # fmt: skip
    return render(request, "lead_settings/submission.html", context)


@require_POST
def release(request: HttpRequest, pk: int) -> HttpResponse:
    require(request)
    one = seen(request, pk)
    try:
        lead = receiving.release(one, by=request.user)
    except ValidationError as refused:
        return go(request, reverse("submissions:detail", args=[pk]), " ".join(refused.messages))
    if lead is None:
        return go(request, reverse("submissions:detail", args=[pk]), _("It could not be made a lead: see why."))
    return go(request, reverse("leads:detail", args=[lead.pk]), _("It is a lead now."))


@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    require(request)
    one = seen(request, pk)
    try:
        receiving.discard(one, by=request.user)
    except ValidationError as refused:
        return go(request, reverse("submissions:detail", args=[pk]), " ".join(refused.messages))
    return go(request, reverse("submissions:list") + "?f=state:in:held", _("Discarded. It is kept for 30 days."))


@require_POST
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    require(request)
    try:
        receiving.take_back(seen(request, pk), by=request.user)
    except ValidationError as refused:
        return go(request, reverse("submissions:detail", args=[pk]), " ".join(refused.messages))
    return go(request, reverse("submissions:detail", args=[pk]), _("It waits again."))
