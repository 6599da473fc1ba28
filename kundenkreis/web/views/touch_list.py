"""The touch plan: accounts by the day on which their next touch is due, with whom and how."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as translated
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe
from markupsafe import Markup

from kundenkreis.activities.models import Activity
from kundenkreis.activities.suggesting import Suggestion, suggest
from kundenkreis.core import clock, search
from kundenkreis.customers import cadence
from kundenkreis.customers.asking import ACCOUNT
from kundenkreis.customers.models import Account
from kundenkreis.lists import asking
from kundenkreis.staff import access
from kundenkreis.web import formats, rhythms
from kundenkreis.web.components import component
from kundenkreis.web.lists import Column, ListPage
from kundenkreis.web.lists.exporting import export as export_list
from kundenkreis.web.phones import dial, with_reports
from kundenkreis.web.views.account_list import BULK


def _with_rule(request: HttpRequest) -> QuerySet:
    return Account.objects.visible_to(request.user).living().filter(next_touch_on__lt=cadence.NOT_DUE)


def _suggested(rows: Sequence[Account], request: HttpRequest) -> None:
    found = suggest([row.pk for row in rows], request.user) if rows else {}
    for row in rows:
        row.suggestion = found[row.pk]  # type: ignore[attr-defined]


def said(suggestion: Suggestion) -> str:
    """ "Call Maria Lindner", "Visit them"."""
    visit = suggestion.kind == Activity.Kind.VISIT
    if suggestion.contact is None:
        return (
            translated("Visit; nobody is known there yet") if visit else translated("Call; nobody is known there yet")
        )
    name = {"name": suggestion.contact.full_name}
    return translated("Visit %(name)s") % name if visit else translated("Call %(name)s") % name


def _next(row: Account) -> Any:
    """The proposal, as a link to the dialog in which it is done."""
    suggestion: Suggestion = row.suggestion  # type: ignore[attr-defined]
    address = reverse("activities:plan") + f"?account={row.pk}&kind={suggestion.kind}"
    if suggestion.contact is not None:
        address += f"&contact={suggestion.contact.pk}"
    return Markup('<a href="{}">{}</a>').format(address, said(suggestion))


def _due(row: Account) -> Any:
    day = formats.when(row.next_touch_on)
    return Markup('<span class="bad">{}</span>').format(day) if row.next_touch_on < clock.today() else day


def _last(row: Account) -> Any:
    return formats.when(row.last_touched) if row.last_touched else translated("never")


def _counted(count: int) -> str:
    return ngettext("%(count)s account", "%(count)s accounts", count) % {"count": formats.count(count)}


TOUCHES = ListPage(
    name="touches",
    model=Account,
    title=_("Touch plan"),
    icon="phone",
    sort="due",
    base=_with_rule,
    row_url="accounts:detail",
    columns=(
        Column("name", _("Account"), "name", sort="key", needs=("name", "tier"), always=True),
        Column(
            "due",
            _("Next touch due"),
            "date",
            value="touch_due",
            cell=_due,
            needs=("next_touch_on",),
            sort="next_touch_on",
        ),
        Column("last", _("Last touch"), "date", value="last_touched", cell=_last, needs=("last_touch_on",)),
        Column(
            "suggestion",
            _("Suggested"),
            value=lambda row: said(row.suggestion),
            cell=_next,
            needs=(),
            with_extra=True,
        ),
        Column(
            "rhythm",
            _("Rhythm"),
            value=lambda row: rhythms.told(row, row.suggestion.rhythm),
            needs=("tier", "touch_days", "touch_reason"),
            with_extra=True,
        ),
        Column("place", _("Place")),
        Column("postcode", _("Postcode"), shown=False),
        Column("owner", _("Owner"), "person", related=("owner",), needs=("owner__first_name", "owner__last_name")),
        Column("phone", _("Phone"), cell=lambda a: dial(a, a.phone, "account"), shown=False),
    ),
    filters=(*ACCOUNT, *asking.of("accounts")),
    fielded="accounts",
    search_kind=search.ACCOUNT,
    annotate={"suggestion": _suggested, "phone": with_reports},
    mark=lambda row: component("tier", row.tier),
    peek=True,
    export="accounts.export",
    bulk_url="touches:bulk",
    bulk_action="accounts.change",
    bulk=BULK,
    counted=_counted,
    empty=_(
        "Nothing is due. Who is to be spoken with, and how often, follows from the rules for each tier in the house's settings, or from what"
        " stands on an account itself or on the position of a person there."
    ),
)


def _require(request: HttpRequest) -> None:
    if not access.may(request.user, "activities.see"):
        raise PermissionDenied


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    _require(request)
    return TOUCHES.answer(request)


@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    _require(request)
    return export_list(TOUCHES, request)
