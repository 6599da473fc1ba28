"""The list of opportunities: its columns, filters, a board for each pipeline, and the calendar of expected closes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from django.db.models import DateField, F, Min, Q
from django.db.models.functions import Coalesce, TruncDate
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from markupsafe import Markup

from kundenkreis.core import search
from kundenkreis.lists import asking
from kundenkreis.pipeline import lanes
from kundenkreis.pipeline.asking import DRIVERS, LIST, weighted
from kundenkreis.pipeline.models import Opportunity, Pipeline, Stage
from kundenkreis.web import formats
from kundenkreis.web.components import component
from kundenkreis.web.lists import Column, ListPage
from kundenkreis.web.lists.boards import Board
from kundenkreis.web.lists.calendars import Calendar
from kundenkreis.web.views.of_account import BY_NAME, account_column

CLOSED_DAYS = 90  # what was closed longer ago does not stand on a board any more
_STAGE = ("stage__name_en", "stage__name_de", "stage__probability", "stage__old_after_days", "stage__kind")
_AGE = ("stage_since", "outcome", "stage__old_after_days")


def _counted(count: int) -> str:
    return ngettext("%(count)s opportunity", "%(count)s opportunities", count) % {"count": formats.count(count)}


def plan(rows: Sequence[Opportunity], user: Any = None) -> None:
    """Hang on each row the day of what is planned next for it (None: nothing is)."""
    ties = Opportunity.activities.through._base_manager.filter(opportunity_id__listed=[row.pk for row in rows])
    ties = ties.filter(activity__is_open=True, activity__deleted_at=None).order_by()
    day = Coalesce(F("activity__due_on"), TruncDate("activity__at"), output_field=DateField())
    found = dict(ties.values_list("opportunity_id").annotate(first=Min(day)))
    for row in rows:
        row.planned_on = found.get(row.pk)  # type: ignore[attr-defined]


def _on_cards(rows: Sequence[Opportunity], user: Any = None) -> None:
    """Hang on cards what is planned next, and their stages: a handful of records, each once."""
    plan(rows)
    stages = Stage._base_manager.in_bulk({row.stage_id for row in rows})
    for row in rows:
        row.stage = stages[row.stage_id]


def _planned(rows: Sequence[Opportunity], request: HttpRequest) -> None:
    plan(rows)


def next_step(row: Any) -> Any:
    """The day of the next step, or that there is none; nothing of what is closed."""
    if row.outcome:
        return ""
    return formats.when(row.planned_on) if row.planned_on else component("badge", _("no next step"), kind="warn")


def _value(row: Opportunity) -> str:
    return formats.money(row.value, row.currency, 0)


def _age(row: Opportunity) -> Any:
    text = _("%(count)s d") % {"count": row.days_in_stage} if row.is_open else ""
    kind = {"old": "bad", "ageing": "warn"}.get(row.age, "")
    return component("badge", text, kind=kind) if kind else text


def _line(row: Opportunity) -> str:
    """Customer and value of a card."""
    return " · ".join(filter(None, (row.account.name if row.account else "", _value(row) if row.value else "")))


def _project(row: Any) -> Any:
    """Its project, and that it is counted at another bidder of it."""
    name = row.project.name if row.project else ""
    return Markup("{} {}").format(name, component("badge", _("counted elsewhere"))) if row.shadowed else name


def _note(row: Any) -> Markup | str:
    """How long it stands there, and what is planned next."""
    if row.outcome:
        return formats.day(row.closed_at)
    planned = formats.day(row.planned_on, year=False) if row.planned_on else ""
    step = _("next step %(day)s") % {"day": planned} if planned else _("no next step")
    elsewhere = f" · {_('counted elsewhere')}" if row.shadowed else ""
    return _("%(count)s d") % {"count": row.days_in_stage} + f" · {step}{elsewhere}"


def _move(row: Opportunity, value: str, by: Any, version: int | None = None) -> Any:
    return row.move(Stage.objects.living().get(pk=int(value)), by=by, version=version)


def _ask(row: Opportunity, value: str) -> str:
    return reverse("opportunities:to_stage", args=[row.pk, int(value)]) + "?board=1"


def _stages(pipeline: int) -> Callable[[], list[tuple[int, Any]]]:
    def choices() -> list[tuple[int, Any]]:
        some = Stage.objects.living().filter(pipeline_id=pipeline)
        return [(one.pk, one.name if one.is_open else _ended(one)) for one in some]

    return choices


def _ended(stage: Stage) -> str:
    return _("%(stage)s in %(days)s days") % {"stage": stage.name, "days": CLOSED_DAYS}


def _lately_closed(since: dt.datetime) -> Callable[[str], Q]:
    """Of a column of what is closed: how it ended, and not long ago."""

    @cache
    def kinds() -> dict[int, str]:
        return {one.pk: one.kind for one in Stage.objects.living() if not one.is_open}

    def inside(value: str) -> Q:
        ended = kinds()
        if int(value) not in ended:
            return Q(outcome="")
        lately = Opportunity._base_manager.filter(outcome=ended[int(value)], closed_at__gte=since)
        return Q(pk__gathered=lately.order_by().values("pk"))

    return inside


def _kept(pipeline: int, since: dt.datetime) -> Callable[[Any], lanes.Lanes]:
    return lambda user: lanes.on_board(user, pipeline, since)


def boards() -> list[Board]:
    """One for each pipeline that takes new opportunities."""
    # From the beginning of a day on, so that everybody asks for the same cards all day.
    since = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0) - dt.timedelta(days=CLOSED_DAYS)
    return [
        Board(
            f"p{one.pk}",
            one.name,
            "stage_id",
            _stages(one.pk),
            _move,
            "opportunities.change",
            sums="value_house",
            counts=Q(shadowed=False),
            kept=_kept(one.pk, since),
            beside=(weighted, lambda sum_: _("weighted %(sum)s") % {"sum": sum_}),
            line=_line,
            needs=("account__name", "value", "currency", "closed_at", "shadowed", "stage_since", "outcome"),
            only=Q(pipeline_id=one.pk) & (Q(outcome="") | Q(closed_at__gte=since)),
            inside=_lately_closed(since),
            tone=lambda row: row.age,
            hang=_on_cards,
            note=_note,
            versioned=True,
            ask=_ask,
        )
        for one in Pipeline.objects.living().filter(is_active=True)
    ]


BULK = (
    ("owner", _("Change owner"), "opportunities.change"),
    ("close", _("Expected close"), "opportunities.change"),
    ("category", _("Forecast category"), "opportunities.change"),
    ("campaign", _("Campaign"), "opportunities.change"),
    ("custom", _("Custom field"), "opportunities.change"),
)
"""What can be changed on many opportunities at once."""

OPPORTUNITIES = ListPage(
    name="opportunities",
    model=Opportunity,
    title=_("Pipeline"),
    icon="square-kanban",
    sort="-close",
    columns=(
        Column("name", _("Opportunity"), "name", always=True),
        Column("number", _("Number"), shown=False),
        account_column(),
        Column("stage", _("Stage"), value=lambda row: row.stage.name, related=("stage",), needs=_STAGE),
        Column(
            "pipeline", _("Pipeline"), value=lambda row: row.pipeline.name, related=("pipeline",),
            needs=("pipeline__name_en", "pipeline__name_de"), shown=False,
        ),
        Column(
            "value", _("Value"), "money", value="value_house", cell=_value, sort="value_house", first_down=True,
            needs=("value_house", "value", "currency"),
        ),
        Column(
            "probability", _("Probability"), "percent", value="likelihood", cell=lambda row: formats.percent(row.likelihood, 0), related=("stage",),
            needs=("probability", "stage__probability"),
        ),
        Column(
            "weighted", _("Weighted"), "money", value="weighted_house", related=("stage",), shown=False,
            needs=("probability", "value_house", "stage__probability"),
        ),
        Column("project", _("Project"), value=lambda row: row.project.name if row.project else "", related=("project",),
               needs=("project__name", "shadowed"), cell=_project, shown=False),
        Column("close", _("Expected close"), "date", value="expected_close_on", sort="expected_close_on"),
        Column("decision", _("Decision date"), "date", value="decision_on", shown=False),
        Column(
            "step", _("Next step"), value=lambda row: row.planned_on or "", cell=next_step, needs=("outcome",),
            with_extra=True,
        ),
        Column(
            "age", _("In this stage"), "number", value=lambda row: row.days_in_stage, cell=_age, related=("stage",),
            needs=_AGE,
        ),
        Column("qualified", "MEDDPICC", "number", shown=False),
        Column("owner", _("Owner"), "person", related=("owner",), needs=("owner__first_name", "owner__last_name")),
        Column("team", _("Team"), related=("team",), needs=("team__name",), shown=False),
        Column("forecast", _("Forecast category"), value="get_forecast_category_display", needs=("forecast_category",),
               cell=lambda row: row.get_forecast_category_display(), shown=False),
        Column("source", _("Source"), "choice", shown=False),
        Column("campaign", _("Campaign"), shown=False),
        Column("opened", _("Opened"), "date", value="opened_at", shown=False),
        Column("outcome", _("Outcome"), "choice", shown=False),
        Column("closed", _("Closed"), "date", value="closed_at", shown=False),
        Column(
            "reason", _("Reason"), value=lambda row: str(row.close_reason or ""), related=("close_reason__parent",),
            needs=("close_reason__name_en", "close_reason__name_de", "close_reason__parent__name_en",
                   "close_reason__parent__name_de"),
            shown=False,
        ),
    ),
    filters=(*LIST, BY_NAME, *asking.of("opportunities")),
    base=lambda request: Opportunity.objects.gathered_for(request.user).living(),
    drivers=DRIVERS,
    fielded="opportunities",
    search_kind=search.OPPORTUNITY,
    annotate={"step": _planned},
    arranged_boards=boards,
    calendar=Calendar("expected_close_on", line=_value, needs=("value", "currency")),
    spared=("account",),
    sums=("value_house",),
    counts=Q(shadowed=False),
    add_url="opportunities:add",
    add_label=_("Opportunity"),
    peek=True,
    bulk_url="opportunities:bulk",
    bulk=BULK,
    export="opportunities.export",
    counted=_counted,
    empty=_("No opportunities yet. What you may sell stands here, with its stage, value, and the next step."),
)  # fmt: skip
