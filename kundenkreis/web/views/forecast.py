"""The forecast of a period: who stands by what, what changed since, and how right it was."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kundenkreis.core import clock
from kundenkreis.core.models import House
from kundenkreis.customers.discretion import spare
from kundenkreis.forecast import changes, looking_back, periods, taking, tasks
from kundenkreis.forecast.comparing import KINDS, MEASURES, Scope
from kundenkreis.forecast.models import ForecastCall, Snapshot
from kundenkreis.forecast.periods import Period
from kundenkreis.forecast.rolling_up import HOUSE, Forecast, Row, forecast
from kundenkreis.forecast.summing import open_in, seen_by, won_in
from kundenkreis.pipeline.models import Opportunity
from kundenkreis.staff import access
from kundenkreis.web import charts, forecast_targets, forecasts, formats
from kundenkreis.web.charts import Beam
from kundenkreis.web.htmx import go

MOST_ROWS = 60  # of a tree that is shown whole; of a larger one the next floor only
DEALS = 200  # of a person that are shown
_WEEK = 7


def require(request: HttpRequest, verb: str = "see") -> None:
    if not access.may(request.user, f"forecasts.{verb}"):
        raise PermissionDenied


def asked(request: HttpRequest) -> tuple[Forecast, Row]:
    """The forecast of the period that the address asks for, and the row of whom (`?who=team-3`). 404 for whom one does not see."""
    period = forecasts.asked(request.GET.get("period", ""), clock.today())
    found = forecast(request.user, period)  # type: ignore[arg-type]
    row = found.house.find(request.GET.get("who") or HOUSE)
    if row is None:
        raise Http404
    return found, row


def around(name: str, period: Period, **more: Any) -> dict[str, Any]:
    """What every page needs to go to other periods."""
    today = clock.today()
    other = "month" if period.kind == "quarter" else "quarter"
    there = periods.of(max(period.first, min(today, period.last)), other)
    kinds = [(period.kind, period), (other, there)]
    labels = {"quarter": _("Quarter"), "month": _("Month")}
    return {
        "period": period,
        "period_name": forecasts.named_with_months(period),
        "is_ours": period.is_ours,
        "before": forecasts.at(name, period=period.moved(-1), **more),
        "after": forecasts.at(name, period=period.moved(1), **more),
        "this_period": forecasts.at(name, period=periods.of(today, period.kind), **more)
        if not period.has(today)
        else "",
        "kinds": [
            (labels[kind], forecasts.at(name, period=one, **more), one == period)
            for kind, one in sorted(kinds, key=lambda pair: pair[0], reverse=True)
        ],
        "currency": House.known().currency,
    }


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    require(request)
    found, row = asked(request)
    period, user = found.period, request.user
    context: dict[str, Any] = around("index", period, who=row.key if row.key != HOUSE else "") | {
        "found": found,
        "row": row,
        "name": forecasts.whose(row),
        "rows": [_shown(one, period, user) for one in _tree(row)],
        "one": _shown(row, period, user),
        "calls": _calls(row, period, user),
        "elsewhere": _elsewhere(period, user),
        "targets": forecast_targets.beside(user, period, [row, *_tree(row)]),
        "undated_url": forecasts.undated(),
        "earlier_url": forecasts.earlier(period),
        "told": found.told,
        "computed": found.computed,
        "changes_url": forecasts.at("changes", period=period, who=row.key if row.key != HOUSE else ""),
        "is_past": period.last < clock.today(),
    }
    if row.person is not None:
        context |= _of_person(request, found, row)
    return render(request, "forecast/index.html", context)


def _tree(row: Row) -> list[Row]:
    """What lies below, as a tree; of a large one the next floor only."""
    whole = list(row.walk(-1))[1:]
    if len(whole) > MOST_ROWS:
        for one in row.below:
            one.depth = 0
        return row.below
    return whole


def _shown(row: Row, period: Period, user: Any) -> dict[str, Any]:
    """A row with its name and the addresses behind its figures."""
    figures = [
        (name, getattr(row.sums, name), forecasts.rows_of(row, period, name))
        for name in ("closed", "commit", "best_case", "pipeline", "overdue")
    ]
    opens = row.key not in (HOUSE, "left", "nobody")
    return {
        "row": row,
        "name": forecasts.whose(row),
        "figures": figures,
        "url": forecasts.at("index", period=period, who=row.key) if opens else "",
    }


def _calls(row: Row, period: Period, user: Any) -> list[dict[str, Any]]:
    """Her own call and the one over it, or that of a team or the house: each as it stands, and where it is given."""
    if row.kind in ("left", "nobody"):
        return []
    kinds = [(False, row.own, _("Her or his own call"))] if row.person is not None else []
    kinds.append((True, row.over, _("Call over it") if row.person is not None else _("Call of who leads")))
    found = []
    for is_over, call, label in kinds:
        subject = call or ForecastCall(person=row.person, team=row.team, is_override=is_over)
        verb = "change" if call else "add"
        where = forecasts.at("call", period=period, who=row.key, over=1 if is_over else "")
        may = access.may(user, f"forecasts.{verb}", subject) and (call is not None or period.is_ours)
        found.append({"call": call, "label": label, "url": where if may else ""})
    return found


def _elsewhere(period: Period, user: Any) -> list[tuple[str, str]]:
    """(name, address) of quarters with calls that overlap this one: they were given while the fiscal year began in another month."""
    some = {str(one): one for one in forecasts.of_other_years(period)}
    if not some:
        return []
    calls = ForecastCall.objects.visible_to(user).living().filter(period__in=some).order_by()
    there = sorted(set(calls.values_list("period", flat=True)))
    return [(forecasts.named(some[one]), forecasts.at("index", period=some[one])) for one in there]


def _of_person(request: HttpRequest, found: Forecast, row: Row) -> dict[str, Any]:
    """Her opportunities of the period with what changed since the last snapshot, and who comes next in the meeting."""
    assert row.person is not None
    seen = seen_by(request.user).filter(owner_id=row.person.pk)
    rows = seen.filter(open_in(found.period) | won_in(found.period)).for_list().order_by("-value_house", "-pk")
    deals: list[Opportunity] = list(rows[:DEALS])
    spare(request.user, deals, "account")
    snapshot = _since(request, list(Snapshot.objects.all()[:60]))
    stepped = _stepped(snapshot, request, found.period) if snapshot else {}
    order = {name: at for at, name in enumerate(("commit", "best_case", "pipeline", "closed"))}
    deals.sort(key=lambda one: (order.get(one.forecast_category, 9), -one.value_house, one.pk))
    people = [one for one in found.house.walk() if one.person is not None]
    here = [one.key for one in people].index(row.key)
    return {
        "deals": [(one, stepped.get(one.pk)) for one in deals],
        "most": DEALS,
        "snapshot": snapshot,
        "neighbours": [
            (side, forecasts.at("index", period=found.period, who=people[at].key), people[at].name)
            for side, at in (("left", here - 1), ("right", here + 1))
            if 0 <= at < len(people)
        ],
    }


def _stepped(snapshot: Snapshot, request: HttpRequest, period: Period) -> dict[int, str]:
    """What happened to each opportunity since a snapshot, in a word."""
    found = {}
    for measure in ("open", "best"):
        scope = Scope(period, measure)
        for pk, before, now in changes.pairs(snapshot, request.user, scope):
            if step := changes.step(before, now, scope):
                found[pk] = str(forecasts.KINDS[step[0]])
    return found


def _since(request: HttpRequest, snapshots: list[Snapshot]) -> Snapshot | None:
    """The snapshot that the address asks for; else the latest that is a week old, or else the oldest."""
    text = request.GET.get("since", "")
    if text.isascii() and text.isdigit() and len(text) < 19:
        return Snapshot.objects.filter(pk=int(text)).first()
    today = clock.today()
    old = [one for one in snapshots if (today - one.taken_on).days >= _WEEK]
    return old[0] if old else snapshots[-1] if snapshots else None


@require_safe
def what_changed(request: HttpRequest) -> HttpResponse:
    """`?since=12&measure=call&kind=slipped`: the waterfall since a snapshot, and the names behind one of its steps."""
    require(request)
    found, row = asked(request)
    measure = request.GET.get("measure", "open")
    measure = measure if measure in MEASURES else "open"
    every = list(Snapshot.objects.all()[:160])
    snapshot = _since(request, every)
    who = row.key if row.key != HOUSE else ""
    more = {"who": who, "measure": measure, "since": snapshot.pk if snapshot else ""}
    context: dict[str, Any] = around("changes", found.period, **more) | {
        "found": found,
        "row": row,
        "name": forecasts.whose(row),
        "snapshots": [(str(one.pk), _("since %(day)s") % {"day": formats.day(one.taken_on)}) for one in every],
        "snapshot": snapshot,
        "measure": measure,
        "measures": [(name, str(label)) for name, label in forecasts.MEASURES.items()],
        "who": who,
        "whoms": [("", forecasts.whose(found.house))]
        + [(one.key, forecasts.whose(one)) for one in list(found.house.walk())[1:]],
        "may_keep": access.may(request.user, "forecasts.keep"),
    }
    if snapshot is not None:
        scope = Scope(found.period, measure, None if row.key == HOUSE else row.owners)
        context |= _waterfall(request, snapshot, scope, more, context["currency"])
    return render(request, "forecast/changes.html", context)


def _waterfall(
    request: HttpRequest, snapshot: Snapshot, scope: Scope, more: dict[str, Any], currency: str
) -> dict[str, Any]:
    told = changes.since(snapshot, request.user, scope)
    beams = [Beam(formats.day(snapshot.taken_on), 0, told.start / 100, formats.money(told.start / 100, currency, 0))]
    rows, running = [], told.start
    for step in told.ordered:
        url = forecasts.at("changes", period=scope.period, **more, kind=step.kind) + "#names"
        amount = formats.money(step.cents / 100, currency, 0, sign=True)
        label = str(forecasts.KINDS[step.kind])
        beams.append(Beam(label, running / 100, (running + step.cents) / 100, amount, url, step.cents >= 0))
        rows.append({"step": step, "label": label, "amount": amount, "url": url})
        running += step.cents
    beams.append(Beam(_("now"), 0, running / 100, formats.money(running / 100, currency, 0)))
    kind = request.GET.get("kind", "")
    names: dict[str, Any] = {}
    if kind in KINDS:
        some, number = changes.names(snapshot, request.user, scope, kind)
        spare(request.user, [one.opportunity for one in some if one.opportunity], "account")
        names = {"kind": str(forecasts.KINDS[kind]), "names": some, "names_number": number}
    title = _("From %(day)s to now") % {"day": formats.day(snapshot.taken_on)}
    return {
        "chart": charts.waterfall(beams, title=title),
        "chart_title": title,
        "steps": rows,
        "start": formats.money(told.start / 100, currency, 0),
        "now": formats.money(running / 100, currency, 0),
        "is_empty": not told.start and not rows,
    } | names


@require_safe
def accuracy(request: HttpRequest) -> HttpResponse:
    require(request)
    kind = "month" if request.GET.get("kind") == "month" else "quarter"
    told = looking_back.look_back(request.user, kind)  # type: ignore[arg-type]
    labels = {"quarter": _("Quarter"), "month": _("Month")}
    names = {
        "call": _("Call of people"),
        "sums": _("Closed and commit"),
        "best": _("With best case"),
        "baseline": _("What history said"),
    }
    context = {
        "told": told,
        "kinds": [(labels[one], forecasts.at("accuracy", kind=one), one == kind) for one in ("quarter", "month")],
        "measures": names,
        "moments": {"begin": _("At the beginning"), "half": _("At half time")},
        "names": {"house": _("All together")},
        "period_names": [forecasts.named_with_months(one) for one in told.periods],
        "house": House.known(),
        "may_settle": access.may(request.user, "house.change"),
    }
    return render(request, "forecast/accuracy.html", context)


@require_safe
def snapshots(request: HttpRequest) -> HttpResponse:
    require(request)
    context = {
        "snapshots": list(Snapshot.objects.visible_to(request.user).select_related("taken_by")[:200]),
        "may_keep": access.may(request.user, "forecasts.keep"),
        "today": clock.today(),
        "every": taking.EVERY.days,
    }
    return render(request, "forecast/snapshots.html", context)


@require_POST
def take(request: HttpRequest) -> HttpResponse:
    """A snapshot of today, and what history says today."""
    require(request, "keep")
    was_there = Snapshot.objects.filter(taken_on=clock.today()).exists()
    taking.take(by=request.user)  # type: ignore[arg-type]
    tasks.learn.enqueue()
    said = _("There is one of today already.") if was_there else _("The snapshot is taken.")
    return go(request, forecasts.at("snapshots"), said)
