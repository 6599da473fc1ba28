"""Targets: how they stand in a month, quarter or year, one with what would close its gap, and the forms."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kundenkreis.core import clock, fiscal
from kundenkreis.core.filters import condition, relation
from kundenkreis.core.models import House
from kundenkreis.history.models import Event
from kundenkreis.market import attainment, newness
from kundenkreis.market.attainment import Attained, attained
from kundenkreis.market.closing import closing
from kundenkreis.market.discretion import Discretion, for_viewer
from kundenkreis.market.models import MONTHS, Summing, Target
from kundenkreis.staff import access
from kundenkreis.web import charts, formats
from kundenkreis.web.forms.targets import TargetForm, month_name, years_offered
from kundenkreis.web.htmx import go
from kundenkreis.web.lists.exporting import export as export_list
from kundenkreis.web.trails import steps_of
from kundenkreis.web.views import editing
from kundenkreis.web.views.target_list import TARGETS

PEOPLE, ACCOUNTS = 200, 30  # so many of each stand on the page; all of them are in the list
_LEVELS = (Target.Level.HOUSE, Target.Level.TEAM, Target.Level.PERSON, Target.Level.ACCOUNT)


def require(request: HttpRequest, verb: str) -> None:
    if not access.may(request.user, f"targets.{verb}"):
        raise PermissionDenied


# --- how they stand


def asked_year(text: str) -> dt.date:
    """The fiscal year that an address names by its first day; the present one for what names none."""
    try:
        day = dt.date.fromisoformat(text[:10])
    except ValueError:
        return fiscal.year_of(clock.today(), House.known().fiscal_month)
    return (
        day if day.day == 1 and 2000 <= day.year <= 2200 else fiscal.year_of(clock.today(), House.known().fiscal_month)
    )


def asked_part(request: HttpRequest, starts_on: dt.date) -> fiscal.Part:
    """`?part=q1`; without it the present quarter, and of another year the whole."""
    part = fiscal.part(starts_on, request.GET.get("part", ""))
    present = fiscal.quarter_of(clock.today(), starts_on.month)
    if part is None:
        part = present if present.starts_on == starts_on else fiscal.Part(starts_on, 0, 12, "year")
    return part


def part_name(part: fiscal.Part) -> str:
    """ "2026", "Q1 2026", "Mar 2026"."""
    year = fiscal.name(part.starts_on)
    if part.months == 12:
        return year
    if part.months == 3:
        return _("Q%(number)s %(year)s") % {"number": part.key[1:], "year": year}
    return month_name(part.starts_on, part.first_month + 1)


def parts_of(starts_on: dt.date) -> list[tuple[str, str]]:
    """The year, its quarters and months, to choose from."""
    keys = ("year", *(f"q{number}" for number in range(1, 5)), *(f"m{number}" for number in range(1, 13)))
    parts = [fiscal.part(starts_on, key) for key in keys]
    return [(part.key, part_name(part)) for part in parts if part is not None]


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """`?year=2026-01-01&part=q1`: the house, teams and people, and the largest targets of accounts."""
    require(request, "see")
    starts_on = asked_year(request.GET.get("year", ""))
    part, told = asked_part(request, starts_on), for_viewer(request.user)
    seen = Target.objects.visible_to(request.user).living().filter(starts_on=starts_on).for_list()
    groups = []
    found: list[Target] = []
    for level in _LEVELS:
        most = ACCOUNTS if level == Target.Level.ACCOUNT else PEOPLE
        rows = list(seen.filter(level=level).order_by("-total", "pk")[: most + 1])
        groups.append((level, rows[:most], len(rows) > most))
        found += rows[:most]
    stand = attained(found, part.key, request.user, told)
    context = {
        "groups": [
            (str(level.label), [stand[row.pk] for row in rows], more, level) for level, rows, more in groups if rows
        ],
        "rolled": _rolled_up(found, part),
        "part": part,
        "part_name": part_name(part),
        "parts": parts_of(starts_on),
        "years": years_offered(starts_on),
        "starts_on": starts_on,
        "may_plan": access.may(request.user, "targets.change"),
        "untold": any(not one.is_told for one in stand.values()),
    }
    return render(request, "targets/index.html", context | _told_of())


def _told_of() -> dict[str, Any]:
    """What every page of targets says of its figures."""
    summed = Summing.latest()
    house = House.known()
    return {
        "currency": house.currency,
        "summed": summed,
        "house": house,
        "today": clock.today(),
        "known_from": newness.known_from(summed.since) if summed and summed.since else None,
    }


def _rolled_up(targets: list[Target], part: fiscal.Part) -> list[tuple[Target, Decimal, Decimal]]:
    """Each team's target, what the targets of its people and of the teams right below it come to, and the difference; of all business only."""
    plain = [one for one in targets if one.family_id is None and one.business == Target.Business.ALL]
    teams = {one.team_id: one for one in plain if one.level == Target.Level.TEAM}
    sums: dict[int | None, Decimal] = {}
    for one in plain:
        if one.level == Target.Level.PERSON and one.person is not None and one.person.team_id in teams:
            sums[one.person.team_id] = sums.get(one.person.team_id, Decimal(0)) + one.of_part(part)
        if one.level == Target.Level.TEAM and one.team is not None and one.team.parent_id in teams:
            sums[one.team.parent_id] = sums.get(one.team.parent_id, Decimal(0)) + one.of_part(part)
    return [(teams[team], total, total - teams[team].of_part(part)) for team, total in sums.items() if team is not None]


@require_safe
def all_of_them(request: HttpRequest) -> HttpResponse:
    require(request, "see")
    return TARGETS.answer(request, more_links=[(_("How they stand"), reverse("targets:index"), "gauge")])


@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    return export_list(TARGETS, request)


# --- one


def seen(request: HttpRequest, pk: int) -> Target:
    return get_object_or_404(Target.objects.visible_to(request.user).for_list(), pk=pk)


def changeable(request: HttpRequest, pk: int, verb: str = "change") -> Target:
    target = seen(request, pk)
    require(request, verb)
    if target.deleted_at is not None:
        raise Http404
    return target


def here(target: Target) -> str:
    return reverse("targets:detail", args=[target.pk])


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """`?part=q1`: as on the page of all."""
    target = seen(request, pk)
    part, told = asked_part(request, target.starts_on), for_viewer(request.user)
    stand = attained([target], part.key, request.user, told)[target.pk]
    may = target.deleted_at is None and access.may(request.user, "targets.change")
    gap = stand.pace is not None and stand.pace.gap > 0
    closes = closing(target, part, request.user) if gap and target.deleted_at is None else None
    context = {
        "target": target,
        "label": target._meta.label_lower,
        "part": part,
        "part_name": part_name(part),
        "parts": parts_of(target.starts_on),
        "stand": stand,
        "closing": closes,
        "said": said(stand, closes) if closes else "",
        "rows_url": rows_url(target, part),
        "opportunities_url": opportunities_url(target, part),
        "may_change": may,
        "may_discard": may and access.may(request.user, "targets.discard"),
        "may_restore": access.may(request.user, "targets.discard"),
    }
    return render(
        request, "targets/detail.html", context | _months(target, told) | _told_of() | steps_of(request, target)
    )


def _months(target: Target, told: Discretion) -> dict[str, Any]:
    """The year month by month: bars of what came in against the line of what was wanted."""
    year = fiscal.Part(target.starts_on, 0, 12, "year")
    sold = attainment.by_month([target], {target.pk: year}).get(target.pk) if told.tells(target) else None
    bars, rows = [], []
    for number in range(1, 13):
        first = fiscal.plus_months(target.starts_on, number - 1)
        wanted, came = getattr(target, f"month_{number}"), (sold or {}).get(first)
        is_open = first.replace(day=1) == clock.today().replace(day=1)
        bars.append(charts.Bar(formats.month(first.month), came, wanted, is_open))
        share = came / wanted if came is not None and wanted else None
        rows.append((month_name(target.starts_on, number), wanted, came, share, f"m{number}"))
    names = {"title": _("Actual and target by month"), "this": _("Actual"), "last": _("Target")}
    return {"chart": charts.monthly_bars(bars, **names, currency=House.known().currency), "months": rows}


def said(stand: Attained, closes: Any) -> str:
    """In a sentence or two what would close the gap."""
    assert stand.pace is not None
    money = {"gap": formats.money(stand.pace.gap, House.known().currency, 0)}
    parts = [_("%(gap)s are missing.") % money]
    chances, silent = closes.chances, closes.silent
    if chances is not None and chances.count:
        worth = {
            "value": formats.money(chances.value, House.known().currency, 0),
            "weighted": formats.money(chances.weighted, House.known().currency, 0),
        }
        if chances.weighted >= stand.pace.gap:
            parts.append(_("What is open would close that: %(weighted)s weighted, %(value)s whole.") % worth)
        elif chances.value >= stand.pace.gap:
            text = _(
                "What is open would close that only if nearly all of it were won: %(value)s whole, %(weighted)s weighted."
            )
            parts.append(text % worth)
        else:
            parts.append(_("What is open would not close that: %(value)s whole, %(weighted)s weighted.") % worth)
    elif chances is not None:
        parts.append(_("No open opportunity is expected to close in this time."))
    if silent is not None and silent.count:
        lost = formats.money(silent.revenue, House.known().currency, 0)
        parts.append(
            _("Customers who bought in the same months last year and not yet now had bought for %(sum)s.")
            % {"sum": lost}
        )
    return " ".join(parts)


def rows_url(target: Target, part: fiscal.Part) -> str:
    """The orders, or order lines, behind what came in; "" where a list cannot ask for them (new and existing business)."""
    if target.business != Target.Business.ALL or target.family_id:
        return ""
    last = min(part.last, clock.today())
    asked = [condition("day", "between", part.first.isoformat(), last.isoformat()), "kind:in:order,credit_note"]
    if target.level == Target.Level.PERSON:
        asked.append(relation("accounts", "with", condition("owner", "is", target.person_id)))
    elif target.level == Target.Level.TEAM:
        return ""
    elif target.level == Target.Level.ACCOUNT:
        asked.append(condition("of", "is", target.account_id))
    else:
        asked.append(relation("accounts", "with"))
    return f"{reverse('orders:list')}?{urlencode([('f', one) for one in asked])}"


def opportunities_url(target: Target, part: fiscal.Part) -> str:
    """The open opportunities that are expected in this time; of the target's family only the page itself tells."""
    if target.family_id or target.level == Target.Level.TEAM:
        return ""
    asked = ["state:in:open", condition("close", "between", part.first.isoformat(), part.last.isoformat())]
    if target.level == Target.Level.PERSON:
        asked.append(condition("owner", "is", target.person_id))
    elif target.level == Target.Level.ACCOUNT:
        asked.append(condition("of", "is", target.account_id))
    return f"{reverse('opportunities:list')}?{urlencode([('f', one) for one in asked])}"


# --- forms


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    require(request, "add")
    initial = {name: request.GET[name] for name in ("level", "person", "team", "account") if request.GET.get(name)}
    form = TargetForm(request.POST if request.method == "POST" else None, user=request.user, initial=initial)
    if request.method == "POST" and form.save_by():
        event = Event.objects.about(form.record).latest("pk")
        text = _("“%(name)s” was added.") % {"name": form.record}
        return go(request, here(form.record), text, undo=event)
    context = {"form": form, "record": None, "months": MONTHS}
    return render(request, "targets/edit.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    target = changeable(request, pk)
    if name := request.GET.get("field", ""):
        if name != "note":
            raise Http404
        return editing.one_field(request, target, name, TargetForm, lambda field: editing.shown(target, field))
    form = TargetForm(request.POST if request.method == "POST" else None, instance=target, user=request.user)
    if request.method == "POST" and form.save_by():
        return go(request, here(target), _("Saved."), undo=form.event)
    return editing.whole(request, form, target, "targets/edit.html", months=MONTHS)


@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    target = changeable(request, pk, "discard")
    try:
        event = target.discard(by=request.user)
    except ValidationError:
        return go(request, reverse("targets:index"), _("It is in the bin already."))
    return go(request, reverse("targets:index"), _("“%(name)s” is in the bin.") % {"name": target}, undo=event)
