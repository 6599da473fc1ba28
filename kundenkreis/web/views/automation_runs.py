"""What the rules did: when, on what, what was done, and why not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe
from markupsafe import Markup

from kundenkreis.automation import acting, saying
from kundenkreis.automation.models import AutomationRule, AutomationRun
from kundenkreis.automation.nouns import NOUNS, choices
from kundenkreis.staff import access
from kundenkreis.web import formats
from kundenkreis.web.components import component
from kundenkreis.web.lists import Column, Filter, ListPage

State = AutomationRun.State
KINDS: dict[str, str] = {State.WAITING: "info", State.DONE: "good", State.FAILED: "bad", State.SKIPPED: ""}


def _counted(count: int) -> str:
    return ngettext("%(count)s run", "%(count)s runs", count) % {"count": formats.count(count)}


def hang_words(runs: Sequence[Any], request: HttpRequest) -> None:
    """On each run: its record, as far as the reader sees it, where that is, and what was done in words. A question for each noun."""
    records: dict[tuple[str, int], Any] = {}
    for name in {run.noun for run in runs}:
        noun = NOUNS[name]
        ids = [run.record_id for run in runs if run.noun == name]
        rows = noun.model.objects.visible_to(request.user).filter(pk__in=ids)
        rows = rows.select_related("account") if name in ("orders", "open_items", "opportunities", "signals") else rows
        records |= {(name, record.pk): record for record in rows}
    people, known = saying.people_of(runs), saying.Labels()
    for run in runs:
        run.record = records.get((run.noun, run.record_id))
        run.address = acting.address(run.rule, run.record) if run.record is not None else ""
        run.words = [saying.deed(one, run.rule, people, known) for one in run.deeds]
        run.kind = KINDS[run.state]


def _record(run: Any) -> Any:
    if run.record is None:
        return "–"
    return Markup('<a href="{}">{}</a>').format(run.address, run.record) if run.address else str(run.record)


def _state(run: AutomationRun) -> Any:
    return component("badge", run.get_state_display(), kind=KINDS[run.state])


def _rule(run: AutomationRun) -> Any:
    return Markup('<a href="{}">{}</a>').format(reverse("automation:detail", args=[run.rule_id]), run.rule.name)


def _rules() -> list[tuple[int, str]]:
    return list(AutomationRule.objects.order_by("name").values_list("pk", "name"))


def _base(request: HttpRequest) -> QuerySet:
    return AutomationRun.objects.visible_to(request.user)


RUNS = ListPage(
    name="automation_runs",
    model=AutomationRun,
    title=lazy("Runs of rules"),
    icon="zap",
    name_column="at",
    sort="-at",
    needs=("noun", "record_id", "deeds", "state", "rule__name", "rule__belongs_to"),
    columns=(
        Column("at", lazy("When"), "name", value=lambda run: formats.moment(run.at), sort="at", needs=("at",), always=True),
        Column("rule", lazy("Rule"), value="rule__name", cell=_rule, related=("rule",), needs=("rule__name", "rule__belongs_to")),
        Column("record", lazy("Record"), value=lambda run: run.record, cell=_record, needs=("noun", "record_id"), with_extra=True),
        Column("state", lazy("State"), cell=_state),
        Column("deeds", lazy("What was done"), value=lambda run: "; ".join(run.words), needs=("deeds",), with_extra=True),
        Column("problem", lazy("Why not")),
    ),
    filters=(
        Filter("rule", "choice", lazy("Rule"), "rule_id", choices=_rules),
        Filter("state", "choice", lazy("State"), choices=State.choices),
        Filter("of", "choice", lazy("of"), "noun", choices=choices),
        Filter("at", "moment", lazy("When")),
    ),
    base=_base,
    annotate={"record": hang_words, "deeds": lambda rows, request: None},
    counted=_counted,
    empty=lazy("No rule has done anything yet. What one does stands here for 90 days."),
)  # fmt: skip


def _require(request: HttpRequest) -> None:
    if not access.may(request.user, "automation.see"):
        raise PermissionDenied


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    _require(request)
    return RUNS.answer(request)


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One run: what started it, what was done, and where it can be undone."""
    rows = AutomationRun.objects.visible_to(request.user).select_related("rule__responsible", "batch")
    run: Any = get_object_or_404(rows, pk=pk)
    hang_words([run], request)
    return render(request, "automation/run.html", {"run": run})
