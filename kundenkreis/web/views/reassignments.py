"""Reassignments: the list, one with what it changes and who would get what, planning it, carrying it out."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kundenkreis.core.models import House
from kundenkreis.customers.models import Account
from kundenkreis.history.models import Event
from kundenkreis.staff import access
from kundenkreis.staff.models import Territory, User
from kundenkreis.territories import carrying_out, forecasting, tasks
from kundenkreis.territories.models import AccountChoice, Reassignment
from kundenkreis.territories.reading import changes_of
from kundenkreis.web import formats
from kundenkreis.web.components import component
from kundenkreis.web.forms.territories import ReassignmentForm
from kundenkreis.web.htmx import fragment, go
from kundenkreis.web.lists import Column, Filter, ListPage
from kundenkreis.web.trails import steps_of
from kundenkreis.web.views import editing
from kundenkreis.web.views.territories import rules_told

_CHOICES = 50  # accounts by hand that are shown


def _counted(count: int) -> str:
    return ngettext("%(count)s reassignment", "%(count)s reassignments", count) % {"count": formats.count(count)}


def state(row: Reassignment) -> Any:
    if row.deleted_at:
        return component("badge", _("in the bin"), kind="bad", icon="trash-2")
    if row.is_undone:
        return component("badge", row.batch.get_state_display(), kind="warn")  # type: ignore[union-attr]
    kinds = {"planned": "accent", "running": "accent", "done": "good", "failed": "bad"}
    return component("badge", row.get_state_display(), kind=kinds.get(row.state, ""), title=row.problem)


REASSIGNMENTS = ListPage(
    name="reassignments",
    model=Reassignment,
    title=lazy("Reassignments"),
    icon="map",
    name_column="name",
    sort="-id",
    needs=("state", "deleted_at", "problem"),
    columns=(
        Column("name", lazy("Name"), "name", always=True),
        Column("state", lazy("State"), "choice", cell=state, related=("batch",), needs=("state", "deleted_at", "problem", "batch__state")),
        Column("due_on", lazy("Holds from"), "date"),
        Column("id", lazy("Number"), "number", sort="id", first_down=True, shown=False),
        Column("note", lazy("Why"), shown=False),
    ),
    filters=(
        Filter("name", "text", lazy("Name")),
        Filter("state", "choice", lazy("State"), choices=Reassignment.State.choices),
        Filter("due_on", "date", lazy("Holds from")),
    ),
    add_url="reassignments:add",
    add_label=lazy("Reassignment"),
    add_action="reassignments.add",
    counted=_counted,
    empty=lazy("No reassignments yet. Plan who gets which accounts from a day on, and look at it before it holds."),
)  # fmt: skip


def require(request: HttpRequest, action: str = "reassignments.change") -> None:
    if not access.may(request.user, action):
        raise PermissionDenied


def seen(request: HttpRequest, pk: int) -> Reassignment:
    rows = Reassignment.objects.visible_to(request.user).select_related("batch", "planned_by")
    return get_object_or_404(rows, pk=pk)


def changeable(request: HttpRequest, pk: int) -> Reassignment:
    found = seen(request, pk)
    require(request)
    if found.deleted_at is not None:
        raise Http404
    return found


def here(reassignment: Reassignment) -> str:
    return reverse("reassignments:detail", args=[reassignment.pk])


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    require(request, "reassignments.see")
    return REASSIGNMENTS.answer(request, more_links=[(_("Territories"), reverse("territories:list"), "map")])


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """A new one; of `?territory=` it goes on to what changes there."""
    require(request, "reassignments.add")
    form = ReassignmentForm(request.POST if request.method == "POST" else None, user=request.user)
    if request.method == "POST" and form.save_by():
        event = Event.objects.about(form.record).latest("pk")
        asked = request.GET.get("territory", "")
        to = here(form.record)
        if asked.isascii() and asked.isdigit() and len(asked) < 19:
            to = reverse("reassignments:territory_add", args=[form.record.pk]) + f"?territory={asked}"
        return go(request, to, _("“%(name)s” was added.") % {"name": form.record}, undo=event)
    context = {"form": form, "record": None}
    return render(request, "reassignments/edit.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    record = changeable(request, pk)
    form = ReassignmentForm(request.POST if request.method == "POST" else None, instance=record, user=request.user)
    if request.method == "POST" and form.save_by():
        return go(request, here(record), _("Saved."), undo=form.event)
    return editing.whole(request, form, record, "reassignments/edit.html")


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """What it changes, what it would do, how far it is, and who changed it when."""
    record = seen(request, pk)
    choices = AccountChoice.objects.living().filter(reassignment=record).select_related("territory").order_by("pk")
    rows = list(choices[: _CHOICES + 1])
    named = Account.objects.visible_to(request.user).in_bulk([one.account_id for one in rows])
    context: dict[str, Any] = {
        "record": record,
        "state": state(record),
        "changes": [
            (one, rules_told(one), list(one.new_people.all()) if one.sets_people else []) for one in changes_of(record)
        ],
        "choices": [(one, named.get(one.account_id)) for one in rows[:_CHOICES]],
        "more_choices": len(rows) > _CHOICES,
        "may_change": access.may(request.user, "reassignments.change") and record.deleted_at is None,
        "may_restore": access.may(request.user, "reassignments.discard"),
        "counts": record.batch.counts if record.batch else {},
    } | steps_of(request, record)
    return render(request, "reassignments/detail.html", context)


@require_safe
def look(request: HttpRequest, pk: int) -> HttpResponse:
    """Who would get what; of a large one the page asks until the worker has counted."""
    record = seen(request, pk)
    if record.state not in (Reassignment.State.DRAFT, Reassignment.State.PLANNED):
        raise Http404
    found = forecasting.foreseen(record)
    context: dict[str, Any] = {
        "record": record,
        "found": found,
        "may_change": record.is_open,
        "currency": House.known().currency,
    }
    if found is not None:
        context |= _told(request, found)
    return fragment(request, "reassignments/preview.html", context)


def _told(request: HttpRequest, found: dict[str, Any]) -> dict[str, Any]:
    """The forecast with names in place of numbers."""
    top = found["top"]
    people = {int(pk) for pk in found["people"]} | {pk for row in top for pk in row[3:5] if pk}
    names = {one.pk: str(one) for one in User._base_manager.filter(pk__in=people)} | {0: _("nobody")}
    places = dict(Territory._base_manager.values_list("pk", "name")) | {0: _("no territory")}
    accounts = Account.objects.visible_to(request.user).in_bulk([row[0] for row in top])
    lines = [
        (accounts[pk], *(places.get(one or 0) for one in (there, to)), *(names.get(one or 0) for one in (of, new)))
        for pk, there, to, of, new in top
        if pk in accounts
    ]
    return {
        "revenue": Decimal(found["revenue"]),
        "people": _lines(found["people"], names),
        "places": _lines(found["territories"], places),
        "lines": lines,
    }


def _lines(some: dict[str, list[Any]], names: dict[int, Any]) -> list[tuple[Any, ...]]:
    """(name, accounts before and after, revenue before and after, open activities won or lost), by name."""
    rows = [
        (names.get(int(pk), "?"), before, after, Decimal(revenue), Decimal(then), activities)
        for pk, (before, revenue, after, then, activities) in some.items()
    ]
    return sorted(rows, key=lambda row: str(row[0]).casefold())


def _do(request: HttpRequest, pk: int, act: Callable[[Reassignment], Any], done: str) -> HttpResponse:
    """A button of the page; what is refused is said there."""
    record = changeable(request, pk)
    try:
        act(record)
    except ValidationError as refused:
        return go(request, here(record), " ".join(refused.messages))
    return go(request, here(record), done)


@require_POST
def plan(request: HttpRequest, pk: int) -> HttpResponse:
    return _do(request, pk, lambda one: one.plan(by=request.user), _("It is carried out on its day."))  # type: ignore[arg-type]


@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    return _do(request, pk, lambda one: one.reopen(by=request.user), _("It is a draft again."))  # type: ignore[arg-type]


@require_POST
def carry_out(request: HttpRequest, pk: int) -> HttpResponse:
    """Begun at once; the worker does the accounts."""

    def act(record: Reassignment) -> None:
        carrying_out.begin(record, by=request.user)  # type: ignore[arg-type]
        tasks.carry_out.enqueue(record.pk)

    return _do(request, pk, act, _("It is being carried out."))


@require_POST
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    said = _("Stopped. What was done by then can be undone.")
    return _do(request, pk, lambda one: carrying_out.stop(one, by=request.user), said)  # type: ignore[arg-type]


@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    record = seen(request, pk)
    require(request, "reassignments.discard")
    try:
        event = record.discard(by=request.user)
    except ValidationError as refused:
        return go(request, here(record), " ".join(refused.messages))
    return go(request, reverse("reassignments:list"), _("“%(name)s” is in the bin.") % {"name": record}, undo=event)
