"""The wanted list: its columns and filters; and the accounts that fit best and are not on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import DateField, F, Min
from django.db.models.functions import Coalesce, TruncDate
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from kundenkreis.activities.models import Activity
from kundenkreis.core.countries import country_name
from kundenkreis.lists import asking
from kundenkreis.prospecting.asking import DRIVERS, LIST
from kundenkreis.prospecting.models import Fit, TargetAccount, TriggerEvent
from kundenkreis.web import formats
from kundenkreis.web.components import component
from kundenkreis.web.lists import Column, Filter, ListPage
from kundenkreis.web.lists.boards import Board
from kundenkreis.web.views.of_account import BY_NAME

TONES = {"research": "", "approach": "accent", "talks": "accent", "won": "good", "dropped": "bad"}


def _counted(count: int) -> str:
    return ngettext("%(count)s target account", "%(count)s target accounts", count) % {"count": formats.count(count)}


def _fitting(count: int) -> str:
    return ngettext("%(count)s account", "%(count)s accounts", count) % {"count": formats.count(count)}


def status(row: TargetAccount) -> Any:
    """The status as a badge."""
    return component("badge", row.get_status_display(), kind=TONES[row.status])


def fit(row: Any) -> Any:
    """The fit, and how much of it nobody knows yet."""
    if row.fit is None:
        return ""
    still = row.open if isinstance(row, Fit) else row.fit_open
    return _("%(fit)s (%(open)s not known)") % {"fit": row.fit, "open": still} if still else str(row.fit)


def plan(rows: Sequence[Any], request: Any = None) -> None:
    """Hang on each row the day of what is planned next with its account (None: nothing is)."""
    day = Coalesce(F("due_on"), TruncDate("at"), output_field=DateField())
    of = Activity.objects.open().filter(account_id__listed=[row.account_id for row in rows]).order_by()
    found = dict(of.values_list("account_id").annotate(first=Min(day)))
    for row in rows:
        row.planned_on = found.get(row.account_id)


def next_step(row: Any) -> Any:
    if not row.is_wanted:
        return ""
    return formats.when(row.planned_on) if row.planned_on else component("badge", _("none planned"), kind="warn")


def _events(rows: Sequence[Any], request: HttpRequest) -> None:
    """Hang on each row its newest trigger event that still is an occasion."""
    found: dict[int, TriggerEvent] = {}
    some = TriggerEvent.objects.living().filter(target_id__listed=[row.pk for row in rows])
    for event in some.order_by("happened_on", "pk"):
        if not event.is_stale:
            found[event.target_id] = event
    for row in rows:
        row.event = found.get(row.pk)


def _event(row: Any) -> str:
    return f"{formats.day(row.event.happened_on)} · {row.event.get_kind_display()}" if row.event else ""


def _put(row: TargetAccount, value: str, by: Any) -> Any:
    """A card in another column; what is dropped or won asks for more, and is refused with the reason."""
    return row.change(by=by, status=value)


def _line(row: TargetAccount) -> str:
    return " · ".join(
        filter(None, (row.account.place, _("fit %(fit)s") % {"fit": row.fit} if row.fit is not None else ""))
    )


TARGETS = ListPage(
    name="target_accounts",
    model=TargetAccount,
    title=_("Target accounts"),
    icon="target",
    sort="-fit",
    columns=(
        Column("name", _("Account"), "name", value="account__name", related=("account",), needs=("account__name",), always=True),
        Column("fit", _("Fit"), "number", cell=fit, needs=("fit", "fit_open"), sort="fit", first_down=True),
        Column("status", _("Status"), value=lambda row: row.get_status_display(), cell=status, needs=("status",)),
        Column("priority", _("Priority"), value=lambda row: row.get_priority_display(), needs=("priority",), sort="priority"),
        Column("potential", _("Potential a year"), "money", sort="potential", first_down=True),
        Column("step", _("Next step"), value=lambda row: row.planned_on or "", cell=next_step, needs=("status", "account_id"), with_extra=True),
        Column("event", _("Occasion"), value=_event, needs=("account_id",), with_extra=True),
        Column("place", _("Place"), value="account__place", related=("account",), needs=("account__place",), shown=False),
        Column("added", _("On the list since"), "date", value="created_at", shown=False),
        Column("owner", _("Owner"), "person", related=("owner",), needs=("owner__first_name", "owner__last_name")),
    ),
    name_column="name",
    row_name=lambda row: row.account.name,
    filters=(*LIST, BY_NAME, *asking.of("target_accounts")),
    base=lambda request: TargetAccount.objects.gathered_for(request.user).living(),
    drivers=DRIVERS,
    annotate={"step": plan, "event": _events},
    boards=(
        Board(
            "status", _("Status"), "status", lambda: TargetAccount.Status.choices, _put, "target_accounts.change",
            line=_line, needs=("account__name", "account__place", "fit"),
        ),
    ),
    sums=("potential",),
    add_url="target_accounts:add",
    add_label=_("Target account"),
    export="target_accounts.export",
    counted=_counted,
    empty=_("No target accounts yet. Whom you want as a customer stands here, with how well they fit, and the next step."),
)  # fmt: skip

FITTING = ListPage(
    name="fitting_accounts",
    model=Fit,
    title=_("Accounts that fit"),
    icon="sparkles",
    sort="-fit",
    columns=(
        Column("name", _("Account"), "name", value="account__name", related=("account",), needs=("account__name",), always=True),
        Column("fit", _("Fit"), "number", cell=fit, needs=("fit", "open"), sort="fit", first_down=True),
        Column("industry", _("Industry"), value=lambda row: row.account.industry, related=("account",), needs=("account__industry",)),
        Column("employees", _("Employees"), "number", value="account__employees", related=("account",), needs=("account__employees",)),
        Column("place", _("Place"), value="account__place", related=("account",), needs=("account__place",)),
        Column(
            "country", _("Country"), value=lambda row: country_name(row.account.country), related=("account",),
            needs=("account__country",),
        ),
    ),
    name_column="name",
    row_name=lambda row: row.account.name,
    row_url="fitting_accounts:detail",
    filters=(Filter("fit", "number", _("Fit")), BY_NAME),
    base=lambda request: Fit.objects.visible_to(request.user).living().off_the_list(),
    bulk_url="fitting_accounts:bulk",
    bulk_action="target_accounts.add",
    bulk=(("wanted", _("Put on the wanted list"), "target_accounts.add"),),
    counted=_fitting,
    empty=_("Nothing yet. Once a night it is figured how well each account fits that has never ordered."),
)  # fmt: skip
