"""The map of an account or its group: drawn, as an indented list, as of a day, and with an opportunity laid over it."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kundenkreis.core import clock
from kundenkreis.customers.grouping import Group, group_of
from kundenkreis.customers.models import Account
from kundenkreis.history.models import Event
from kundenkreis.pipeline.models import Opportunity, OpportunityContact
from kundenkreis.staff import access
from kundenkreis.stakeholders.covering import missing
from kundenkreis.stakeholders.mapping import Map, map_of
from kundenkreis.stakeholders.models import Judgement, Stakeholder
from kundenkreis.web import formats, org_chart
from kundenkreis.web.forms.stakeholders import PutForm
from kundenkreis.web.htmx import SeeOther, go, toast
from kundenkreis.web.views import editing

STANCES = {"for": "+", "neutral": "○", "against": "−"}


def seen_account(request: HttpRequest, pk: int, action: str = "stakeholders.see") -> Account:
    """An account whose map the person may see, or change."""
    account = get_object_or_404(Account.objects.visible_to(request.user).living(), pk=pk)
    if not access.may(request.user, action, account):
        raise PermissionDenied
    return account


def here(account: Account, **asked: Any) -> str:
    kept = {name: value for name, value in asked.items() if value}
    return reverse("stakeholders:map", args=[account.pk]) + (f"?{urlencode(kept)}" if kept else "")


def asked_day(request: HttpRequest, days: list[dt.date]) -> dt.date:
    """`?on=2026-03-02`, or `?step=7`: the seventh of the days on which something changed. Today for what means nothing."""
    step = request.GET.get("step", "")
    if step.isascii() and step.isdigit() and len(step) < 6 and days:
        return days[min(int(step), len(days) - 1)]
    try:
        day = dt.date.fromisoformat(request.GET.get("on", "")[:10])
    except ValueError:
        return clock.today()
    return min(day, clock.today())


@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """`?group=legal&on=2026-03-02&opportunity=7`."""
    account = seen_account(request, pk)
    group = group_of(account, request.GET.get("group", ""), request.user)
    shown = map_of(group.ids, request.user, lambda days: asked_day(request, days))
    opportunities = _opportunities(request, group)
    deal, contacts = _deal(request, opportunities)
    may = access.may(request.user, "stakeholders.change", account)
    drawing, words = org_chart.order_of(shown), org_chart.Words(shown)
    laid = org_chart.Deal({pk: _laid(some) for pk, some in contacts.items()}) if deal else None
    context = {
        "account": account,
        "group": group,
        "shown": shown,
        "drawing": org_chart.drawn(shown, drawing, words, laid) if shown.people else "",
        "lines": org_chart.lines_of(shown, drawing, words),
        "influences": [org_chart.influence_said(line, shown) for line in shown.lines],
        "missing": missing(shown.roles),
        "opportunities": [("", _("no opportunity")), *((one.pk, one.name) for one in opportunities)],
        "deal": deal,
        "deal_contacts": contacts,
        "deal_missing": missing({one.role for some in contacts.values() for one in some}) if deal else [],
        "switch": [(text, here(account, group=name), chosen) for text, name, chosen in group.options],
        "may_change": may,
        "may_add": access.may(request.user, "stakeholders.add", account),
        "list_place": reverse("stakeholders:list"),
        "list_url": reverse("stakeholders:list") + "?" + urlencode({"f": f"of:is:{group.written}"}),
    }
    return render(request, "stakeholders/map.html", context | _slider(account, group, shown, deal))


def _slider(account: Account, group: Group, shown: Map, deal: Opportunity | None) -> dict[str, Any]:
    """The days between which the map can be moved: the one shown, those before and after it."""
    days, kept = shown.days, {"group": group.chosen, "opportunity": deal.pk if deal else ""}
    at = max((number for number, day in enumerate(days) if day <= shown.day), default=0)

    def to(number: int) -> str:
        return here(account, on=days[number].isoformat(), **kept) if 0 <= number < len(days) else ""

    return {
        "day": shown.day,
        "is_today": shown.day == clock.today(),
        "step": at,
        "steps": len(days) - 1,
        "before": to(at - 1 if days and days[at] == shown.day else at) if days else "",
        "after": to(at + 1),
        "today_url": here(account, **kept),
        "kept": {name: value for name, value in kept.items() if value},
        "told_days": [formats.day(one) for one in days],
    }


def _opportunities(request: HttpRequest, group: Group) -> list[Opportunity]:
    if not access.reach(request.user, "opportunities.see"):
        return []
    rows = Opportunity.objects.visible_to(request.user).open().filter(account_id__in=group.ids)
    return list(rows.order_by("expected_close_on", "pk")[:50])


def _deal(
    request: HttpRequest, opportunities: list[Opportunity]
) -> tuple[Opportunity | None, dict[int, list[OpportunityContact]]]:
    """The opportunity that is laid over the map, and the people who buy in it by contact."""
    asked = request.GET.get("opportunity", "")
    deal = next((one for one in opportunities if str(one.pk) == asked), None)
    found: dict[int, list[OpportunityContact]] = {}
    if deal is not None:
        for one in deal.contacts.living().order_by("pk"):
            found.setdefault(one.contact_id, []).append(one)
    return deal, found


def _laid(some: list[OpportunityContact]) -> tuple[str, str, str]:
    stance = next((one for one in some if one.stance), None)
    roles = ", ".join(str(one.get_role_display()) for one in some)
    return roles, str(stance.get_stance_display()) if stance else "", STANCES[stance.stance] if stance else ""


# --- what changes it


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """A person onto the map; `?role=economic_buyer` from what is missing."""
    account = seen_account(request, pk, "stakeholders.add")
    initial = {"role": request.GET.get("role", "")[:16]}
    form = PutForm(
        request.POST if request.method == "POST" else None, user=request.user, account=account, initial=initial
    )
    if request.method == "POST" and form.save_by():
        said = _("“%(name)s” is on the map.") % {"name": form.record}
        back = request.get_full_path() if "again" in request.POST else here(account)
        return go(request, back, said, undo=form.event)
    return editing.whole(request, form, None, "stakeholders/add.html", account=account, back=here(account))


@require_POST
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody was drawn under somebody else (`who`, `superior`; an empty one: under nobody)."""
    account = seen_account(request, pk, "stakeholders.change")
    back = here(account, group=request.POST.get("group", "")[:20])
    who, superior = _person(request, "who"), _person(request, "superior")
    if who is None or not access.may(request.user, "stakeholders.change", who):
        raise Http404
    if who.superior_id == (superior.pk if superior else None):
        return go(request, back)
    try:
        judged = Judgement.add(
            by=request.user, stakeholder=who, kind="reports_to", superior=superior, source=_("drawn on the map")
        )
    except ValidationError as refused:
        return toast(request, SeeOther(back), " ".join(refused.messages), tone="bad")
    said = _("%(who)s reports to %(whom)s.") % {"who": who, "whom": superior or _("nobody on the map")}
    return go(request, back, said, undo=Event.objects.about(judged).latest("pk"))


def _person(request: HttpRequest, name: str) -> Stakeholder | None:
    asked = request.POST.get(name, "")
    if not asked:
        return None
    if not (asked.isascii() and asked.isdigit() and len(asked) < 19):
        raise Http404
    rows = Stakeholder.objects.visible_to(request.user).living().select_related("contact", "account")
    return get_object_or_404(rows, pk=int(asked))
