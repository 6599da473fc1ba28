"""The wordings that people agree to: list, page with its changes, adding, changing as long as nobody agreed, to the bin."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kundenkreis.core import clock
from kundenkreis.core.keyset import bounded_count
from kundenkreis.customers.models import Consent, ConsentWording
from kundenkreis.history.models import Event
from kundenkreis.staff import access
from kundenkreis.web import formats
from kundenkreis.web.forms.permission import WordingForm
from kundenkreis.web.htmx import go
from kundenkreis.web.lists import Column, Filter, ListPage
from kundenkreis.web.trails import steps_of
from kundenkreis.web.views import editing

ACTION = "wordings.change"
MANY = 10_000


def _counted(count: int) -> str:
    return ngettext("%(count)s wording", "%(count)s wordings", count) % {"count": formats.count(count)}


WORDINGS = ListPage(
    name="wordings",
    model=ConsentWording,
    title=lazy("Wordings of consents"),
    icon="scroll-text",
    name_column="edition",
    sort="-valid_from",
    columns=(
        Column("edition", lazy("Version"), "name", sort="edition", always=True),
        Column("purpose", lazy("Purpose"), "choice"),
        Column("channels", lazy("Channels"), cell=lambda one: ", ".join(one.channel_names()), needs=("channels",)),
        Column("valid_from", lazy("Valid from"), "date", sort="valid_from"),
        Column("changed_at", lazy("Last change"), "moment", shown=False),
    ),
    filters=(
        Filter("edition", "text", lazy("Version")),
        Filter("purpose", "choice", lazy("Purpose"), choices=Consent.Purpose.choices),
        Filter("valid_from", "date", lazy("Valid from")),
    ),
    add_url="wordings:add",
    add_label=lazy("Wording"),
    add_action=ACTION,
    counted=_counted,
    empty=lazy("No wordings yet. A consent counts only with the text that the person agreed to."),
)


def seen(request: HttpRequest, pk: int) -> ConsentWording:
    return get_object_or_404(ConsentWording.objects.visible_to(request.user), pk=pk)


def require(request: HttpRequest) -> None:
    if not access.may(request.user, ACTION):
        raise PermissionDenied


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    return WORDINGS.answer(request)


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    require(request)
    form = WordingForm(request.POST or None, user=request.user, initial={"valid_from": clock.today()})
    if request.method == "POST" and form.save_by():
        event = Event.objects.about(form.record).latest("pk")
        said = _("“%(name)s” was added.") % {"name": form.record}
        return go(request, reverse("wordings:detail", args=[form.record.pk]), said, undo=event)
    context = {"form": form, "record": None}
    return render(request, "wordings/edit.html", context, status=422 if form.is_bound else 200)


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One wording, by how many consents it is used, and who changed it when."""
    wording = seen(request, pk)
    used = bounded_count(Consent._base_manager.filter(wording=wording), MANY)
    context = {
        "wording": wording,
        "used": used,
        "many": MANY,
        "may_change": access.may(request.user, ACTION),
    } | steps_of(request, wording)
    return render(request, "wordings/detail.html", context)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    wording = seen(request, pk)
    require(request)
    if wording.deleted_at is not None:
        raise Http404
    form = WordingForm(request.POST or None, instance=wording, user=request.user)
    if request.method == "POST" and form.save_by():
        return go(request, reverse("wordings:detail", args=[pk]), _("Saved."), undo=form.event)
    return editing.whole(request, form, wording, "wordings/edit.html")


@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Not offered any more; consents that rest on it keep it."""
    wording = seen(request, pk)
    require(request)
    try:
        event = wording.discard(by=request.user)
    except ValidationError:
        return go(request, reverse("wordings:list"), _("It is in the bin already."))
    said = _("“%(name)s” is in the bin. Consents that rest on it keep it.") % {"name": wording}
    return go(request, reverse("wordings:list"), said, undo=event)
