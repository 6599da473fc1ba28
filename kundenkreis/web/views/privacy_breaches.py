"""The log of breaches with its 72-hour clock (Art. 33 and 34 GDPR)."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from markupsafe import Markup

from kundenkreis.history.models import Event
from kundenkreis.privacy.models import Breach
from kundenkreis.staff import access
from kundenkreis.web import formats
from kundenkreis.web.components import component
from kundenkreis.web.forms import apply_errors
from kundenkreis.web.forms.privacy import BreachForm, NotifyForm, ReasonForm, TellPeopleForm
from kundenkreis.web.htmx import go
from kundenkreis.web.lists import Column, Filter, ListPage
from kundenkreis.web.trails import steps_of
from kundenkreis.web.views import editing
from kundenkreis.web.views.files import panel_of
from kundenkreis.web.views.privacy_requests import small_form

_STEPS: dict[str, tuple[Any, Any, Any, Any, str, Any]] = {
    "notify": (
        NotifyForm,
        lazy("The authority was notified"),
        lazy("Within 72 hours, also where not everything is known yet: what is missing follows later."),
        lazy("Notified"),
        "notify",
        lazy("Written down: the authority was notified."),
    ),
    "not-notify": (
        ReasonForm,
        lazy("The authority is not notified"),
        lazy("Only where no risk for the people is likely. The reason has to convince the authority should it ask."),
        lazy("Do not notify"),
        "leave_unnotified",
        lazy("Written down: the authority is not notified."),
    ),
    "people": (
        TellPeopleForm,
        lazy("The people were told"),
        lazy(
            "With a high risk they are told without delay, in plain words: what happened, what may follow, what they can do."
        ),
        lazy("Save"),
        "tell_people",
        lazy("Saved."),
    ),
}


def clock_text(one: Breach) -> str:
    """How long there is time to notify, in words; "" when it is decided."""
    if not one.is_undecided:
        return ""
    left = one.hours_left
    if left < 0:
        return _("72 hours are over")
    return ngettext("%(count)s hour left", "%(count)s hours left", left) % {"count": formats.count(left)}


def decided(one: Breach) -> str:
    if one.authority_told_at:
        return _("notified")
    if one.authority_not_told:
        return _("not notified")
    return _("closed") if one.closed_at else ""


def clock_badge(one: Breach) -> Markup | str:
    if text := clock_text(one):
        return component("badge", text, kind="bad" if one.hours_left < 24 else "warn")
    return component("badge", decided(one), kind="good" if one.authority_told_at else "")


def _counted(count: int) -> str:
    return ngettext("%(count)s breach", "%(count)s breaches", count) % {"count": formats.count(count)}


BREACHES = ListPage(
    name="privacy_breaches",
    model=Breach,
    title=lazy("Breaches of data protection"),
    icon="triangle-alert",
    name_column="title",
    sort="-noticed_at",
    columns=(
        Column("number", lazy("Number"), sort="number"),
        Column("title", lazy("What happened"), "name", always=True),
        Column("noticed_at", lazy("Noticed"), "moment", sort="noticed_at", first_down=True),
        Column(
            "clock",
            lazy("Authority"),
            value=lambda one: clock_text(one) or decided(one),
            cell=clock_badge,
            needs=("noticed_at", "authority_told_at", "authority_not_told", "closed_at"),
        ),
        Column("risk", lazy("Risk"), "choice"),
        Column("people_count", lazy("People"), "number"),
        Column("closed_at", lazy("Closed"), "moment"),
    ),
    filters=(
        Filter("title", "text", lazy("What happened")),
        Filter("noticed", "moment", lazy("Noticed"), "noticed_at"),
        Filter("risk", "choice", lazy("Risk"), choices=Breach.Risk.choices),
    ),
    add_url="privacy_breaches:add",
    add_label=lazy("Breach"),
    add_action="privacy.change",
    counted=_counted,
    empty=lazy("No breach is written down. Every one is, whether it has to be notified or not."),
)


def require(request: HttpRequest, action: str = "privacy.change") -> None:
    if not access.may(request.user, action):
        raise PermissionDenied


def seen(request: HttpRequest, pk: int) -> Breach:
    return get_object_or_404(Breach.objects.visible_to(request.user), pk=pk)


def changeable(request: HttpRequest, pk: int) -> Breach:
    one = seen(request, pk)
    require(request)
    if one.deleted_at is not None:
        raise Http404
    return one


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    require(request, "privacy.see")
    return BREACHES.answer(request, head_part="privacy/_tabs.html", here="breaches")


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    require(request)
    form = BreachForm(request.POST or None, user=request.user, initial={"noticed_at": timezone.localtime()})
    if request.method == "POST" and form.save_by():
        event = Event.objects.about(form.record).latest("pk")
        said = _("Written down as %(number)s. The authority is to be notified by %(by)s, unless no risk is likely.")
        values = {"number": form.record.number, "by": formats.moment(form.record.notify_by)}
        return go(request, reverse("privacy_breaches:detail", args=[form.record.pk]), said % values, undo=event)
    context = {"form": form, "record": None}
    return render(request, "privacy/breach_edit.html", context, status=422 if form.is_bound else 200)


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One breach: how many hours are left, what is decided and what is missing."""
    one = seen(request, pk)
    context = {
        "one": one,
        "clock": clock_text(one),
        "may_change": one.deleted_at is None and access.may(request.user, "privacy.change"),
    }
    return render(request, "privacy/breach.html", context | panel_of(request, one) | steps_of(request, one))


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    one = changeable(request, pk)
    form = BreachForm(request.POST or None, instance=one, user=request.user)
    if request.method == "POST" and form.save_by():
        return go(request, reverse("privacy_breaches:detail", args=[pk]), _("Saved."), undo=form.event)
    return editing.whole(request, form, one, "privacy/breach_edit.html")


@require_http_methods(["GET", "POST"])
def step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """One decision of `_STEPS`, in a small form."""
    if name not in _STEPS:
        raise Http404
    one = changeable(request, pk)
    form_class, title, hint, save, verb, said = _STEPS[name]
    form = form_class(request.POST or None)
    back = reverse("privacy_breaches:detail", args=[pk])
    if request.method == "POST" and form.is_valid():
        given = {field: value for field, value in form.cleaned_data.items() if value not in (None, "")}
        try:
            event = getattr(one, verb)(by=request.user, **given)
            return go(request, back, said, undo=event)
        except ValidationError as trouble:
            apply_errors(form, trouble)
    return small_form(request, form, str(one), title, hint, save, back)


@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """It was no breach, or stands there twice. History keeps that it was written down."""
    one = changeable(request, pk)
    said = _("“%(name)s” is in the bin.") % {"name": one}
    return go(request, reverse("privacy_breaches:list"), said, undo=one.discard(by=request.user))


@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Nothing is left to do."""
    return _done(request, changeable(request, pk), "close", _("The breach is closed."))


@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    return _done(request, changeable(request, pk), "reopen", _("The breach is open again."))


def _done(request: HttpRequest, one: Breach, verb: str, said: str) -> HttpResponse:
    back = reverse("privacy_breaches:detail", args=[one.pk])
    try:
        event = getattr(one, verb)(by=request.user)
    except ValidationError as trouble:
        return go(request, back, " ".join(trouble.messages))
    return go(request, back, said, undo=event)
