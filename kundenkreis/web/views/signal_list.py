"""The list of signals: its columns and filters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from markupsafe import Markup

from kundenkreis.customers.grouping import OF_ACCOUNT
from kundenkreis.insights.models import Kind, Signal
from kundenkreis.insights.rfm import Segment
from kundenkreis.web import formats
from kundenkreis.web.lists import Column, Filter, ListPage
from kundenkreis.web.reasons import tell


def _account(row: Signal) -> Any:
    return Markup('<a href="{}">{}</a>').format(reverse("accounts:detail", args=[row.account_id]), row.account.name)


def _reasons(rows: Sequence[Signal], request: HttpRequest) -> None:
    for row, told in zip(rows, tell(rows), strict=True):
        row.told = told  # type: ignore[attr-defined]


def _seen(request: HttpRequest) -> QuerySet[Signal]:
    """What holds now; what has been answered as well only when the list asks for answers."""
    rows = Signal.objects.visible_to(request.user)
    asked = any(one.startswith("answer:") for one in request.GET.getlist("f"))
    return rows.current() if asked else rows.active()


def _counted(count: int) -> str:
    return ngettext("%(count)s signal", "%(count)s signals", count) % {"count": formats.count(count)}


SIGNALS = ListPage(
    name="signals",
    model=Signal,
    title=_("Signals"),
    icon="activity",
    name_column="kind",
    sort="-value",
    needs=("figures", "kind", "account__name"),
    columns=(
        Column("kind", _("Signal"), "name", value=lambda row: row.get_kind_display(), needs=("kind",), always=True),
        Column(
            "account",
            _("Account"),
            value="account__name",
            cell=_account,
            related=("account",),
            needs=("account__name",),
        ),
        Column(
            "reason",
            _("Why"),
            value=lambda row: row.told.reason,
            cell=lambda row: Markup('<span class="sentence">{}</span>').format(row.told.reason),
            needs=("figures", "account__name"),
            related=("account",),
            with_extra=True,
        ),
        Column("value", _("At stake"), "money", sort="value", first_down=True),
        Column("since", _("Since"), "date", value="raised_on"),
        Column("answer", _("Answer"), "choice", shown=False),
    ),
    filters=(
        Filter("kind", "choice", _("Signal"), "kind", choices=Kind.choices),
        Filter("segment", "choice", _("Segment"), "account__score__segment", choices=Segment.choices),
        Filter("owner", "person", _("Owner"), "account__owner_id"),
        Filter("value", "number", _("At stake"), "value"),
        Filter("since", "date", _("Since"), "raised_on"),
        Filter("answer", "choice", _("Answer"), "answer", choices=Signal.Answer.choices),
        Filter("account", "text", _("Account"), "account__key"),
        OF_ACCOUNT,
    ),
    base=_seen,
    annotate={"reason": _reasons},
    counted=_counted,
    empty=_("Nothing asks for attention. Signals come from orders: import them, and look again in a minute."),
)
