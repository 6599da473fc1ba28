"""The results of a round as a list, and one of them: why the account has its tier, criterion by criterion, and over the years."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy
from django.views.decorators.http import require_safe

from kundenkreis.core.models import House
from kundenkreis.planning.models import ABSENT, AccountJudgement, RoundResult, ScoringRound, TierOverride
from kundenkreis.planning.selection import running, saying
from kundenkreis.planning.selection.asking import LIST, MOVED
from kundenkreis.staff import access
from kundenkreis.web import formats
from kundenkreis.web.components import component
from kundenkreis.web.lists import Column, ListPage
from kundenkreis.web.lists.exporting import export as export_list
from kundenkreis.web.views.of_account import BY_NAME
from kundenkreis.web.views.selection_criteria import require

YEARS = 10
_MOVED = dict(MOVED)


def _counted(count: int) -> str:
    return ngettext("%(count)s account", "%(count)s accounts", count) % {"count": formats.count(count)}


def tier(value: str) -> Any:
    """A tier as a mark, or in words where there is none."""
    return component("tier", value) if value and value != ABSENT else saying.tier_name(value)


def _round_of(request: HttpRequest) -> int | None:
    """The round that the address asks for, else the latest that is scored."""
    for text in request.GET.getlist("f"):
        name, _colon, rest = text.partition(":")
        number = rest.rpartition(":")[2]
        if name == "round" and number.isascii() and number.isdigit() and len(number) < 19:
            return int(number)
    scored = ScoringRound.objects.living().filter(state__in=ScoringRound.SCORED)
    return scored.order_by("-starts_on", "-pk").values_list("pk", flat=True).first()


def _base(request: HttpRequest) -> Any:
    rows = RoundResult.objects.visible_to(request.user)
    number = _round_of(request)
    return rows.none() if number is None else rows.filter(round_id=number, round__state__in=ScoringRound.SCORED)


RESULTS = ListPage(
    name="selection_results",
    model=RoundResult,
    title=_("Results of a round"),
    icon="award",
    sort="-revenue",
    name_column="name",
    needs=("tier", "computed", "before", "account_id"),
    columns=(
        Column("name", _("Account"), "name", value="account__name", related=("account",), needs=("account__name",), always=True),
        Column("tier", _("Tier"), value=lambda row: saying.tier_name(row.tier), cell=lambda row: tier(row.tier), needs=("tier",)),
        Column("before", _("Last year"), value=lambda row: _before(row), needs=("before", "tier")),
        Column("moved", _("Against last year"), value=lambda row: str(_MOVED[row.moved]), needs=("before", "tier")),
        Column("attractiveness", _("Attractiveness"), "number"),
        Column("position", pgettext_lazy("with a customer", "Our position"), "number"),
        Column("revenue", _("Revenue 12 m"), "money", sort="revenue", first_down=True),
        Column("hand", _("By decision"), value=lambda row: _computed(row), needs=("tier", "computed")),
        Column("open", _("Not judged yet"), "number", shown=False),
        Column("industry", _("Industry"), value=lambda row: row.account.industry, related=("account",), needs=("account__industry",), shown=False),
        Column(
            "owner", _("Owner"), value=lambda row: str(row.account.owner or ""), related=("account__owner",),
            needs=("account__owner__first_name", "account__owner__last_name"),
        ),
    ),
    row_name=lambda row: row.account.name,
    filters=(*LIST, BY_NAME),
    base=_base,
    export="selection.export",
    counted=_counted,
    empty=_("No round has been scored yet."),
)  # fmt: skip


def _before(row: RoundResult) -> str:
    return str(_MOVED["new"]) if row.before == ABSENT else saying.tier_name(row.before)


def _computed(row: RoundResult) -> str:
    return str(_("computed: %(tier)s")) % {"tier": saying.tier_name(row.computed)} if row.is_by_hand else ""


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    require(request, "selection.see")
    links = [
        (_("Scoring rounds"), reverse("selection:index"), "award"),
        (_("Portfolio"), reverse("selection:portfolio"), "chart-no-axes-combined"),
    ]
    return RESULTS.answer(request, more_links=links)


@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    return export_list(RESULTS, request)


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Why an account has its tier."""
    if not access.reach(request.user, "selection.see"):
        raise PermissionDenied
    rows = RoundResult.objects.visible_to(request.user).select_related("account", "round__of_set", "round__batch")
    row = get_object_or_404(rows.filter(round__state__in=ScoringRound.SCORED), pk=pk)
    one = row.round
    may = access.may(request.user, "selection.change", row.account) and row.account.deleted_at is None
    decided = TierOverride.objects.living().filter(round=one, account=row.account).first()
    criteria = running.criteria_of(one.of_set)
    context = {
        "row": row, "one": one, "account": row.account, "may_change": may, "decided": decided,
        "reason": saying.reason(row, saying.rules_of(one.of_set), criteria), "by_hand": saying.by_hand(row, decided),
        "lines": saying.lines(row, one, request.user), "about": AccountJudgement.About.values,
        "years": years(row.account_id, request.user), "tier_name": saying.tier_name(row.tier), "before": _before(row),
        "currency": House.known().currency, "fields": ABSENT,
    }  # fmt: skip
    return render(request, "selection/result.html", context)


def years(account_id: int, user: Any) -> list[tuple[RoundResult, str]]:
    """The account in all rounds that are scored, the latest first, with the tier in words."""
    rows = RoundResult.objects.visible_to(user).filter(account_id=account_id, round__state__in=ScoringRound.SCORED)
    rows = rows.filter(round__deleted_at=None).select_related("round")
    return [(row, saying.tier_name(row.tier)) for row in rows.order_by("-round__starts_on", "-round_id")[:YEARS]]
