"""Territories: parts of the market, who works there, and what of the accounts does not fit their rules."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kundenkreis.core.models import House
from kundenkreis.customers.models import Account
from kundenkreis.customers.models.accounts import INDUSTRY
from kundenkreis.fields import picks
from kundenkreis.staff import access, rulebook
from kundenkreis.staff.models import Territory
from kundenkreis.staff.territory_rules import Size
from kundenkreis.web import htmx
from kundenkreis.web.forms.territories import TerritoryForm
from kundenkreis.web.placing import KINDS, found_in
from kundenkreis.web.views import editing
from kundenkreis.web.views.people import require, tabs
from kundenkreis.web.views.teams import as_tree

_OVERLAPS = 20  # pairs that are shown
LARGE = 20_000  # accounts; sums over more are kept for some minutes
_KEPT, _FRESH = "web.territories.sums", 300


@dataclass
class Line:
    """A territory as a line of the tree; its accounts and revenue with and without those below it."""

    depth: int
    territory: Territory
    people: list[Any] = field(default_factory=list)
    accounts: int = 0
    revenue: Decimal = Decimal(0)
    own: int = 0
    numbers: list[int] = field(default_factory=list)  # it and those below it

    @property
    def rules(self) -> str:
        return rules_told(self.territory)


def rules_told(one: Any) -> str:
    """The rules of a territory in one line."""
    known, sizes = picks.words(INDUSTRY).by_key, dict(Size.choices)
    industries = [str(known[key].label) if key in known else key for key in one.industries]
    return "; ".join(
        ", ".join(map(str, part))
        for part in (one.countries, one.postcodes, industries, [sizes.get(size, size) for size in one.sizes])
        if part
    )


def lines_of(user: Any) -> list[Line]:
    """The tree from above downwards."""
    territories = Territory.objects.visible_to(user).living().select_related("owner", "deputy")
    return [
        Line(depth, one, [p for p in one.people.all() if p.deleted_at is None])  # type: ignore[union-attr, arg-type]
        for depth, one in as_tree(list(territories.prefetch_related("people")))
    ]


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    require(request, "people.see")
    lines = lines_of(request.user)
    counted = access.reach(request.user, "accounts.see").everything
    book, names = rulebook.known(), {line.territory.pk: line.territory.name for line in lines}
    overlaps = [(names[a], names[b]) for a, b in book.overlaps() if a in names and b in names]
    context: dict[str, Any] = {
        "rows": lines,
        "counted": counted,
        "currency": House.known().currency,
        "tabs": tabs("territories"),
        "may_change": access.may(request.user, "people.change"),
        "may_reassign": access.may(request.user, "reassignments.see"),
        "overlaps": overlaps[:_OVERLAPS],
        "more_overlaps": max(0, len(overlaps) - _OVERLAPS),
    }
    if counted:
        context["nowhere"] = figures(lines)
    return render(request, "territories/list.html", context)


def figures(lines: list[Line]) -> int:
    """Accounts and revenue of each, from below upwards; returns how many accounts lie in none."""
    found = _sums()
    by_pk = {line.territory.pk: line for line in lines}
    for line in reversed(lines):
        line.numbers.append(line.territory.pk)
        line.own, revenue = found.get(line.territory.pk, (0, Decimal(0)))
        line.accounts += line.own
        line.revenue += revenue
        if (above := by_pk.get(line.territory.parent_id)) is not None:  # type: ignore[attr-defined]
            above.accounts += line.accounts
            above.revenue += line.revenue
            above.numbers += line.numbers
    return found.get(None, (0, None))[0]


def _sums() -> dict[int | None, tuple[int, Decimal]]:
    """Accounts and revenue by territory. Of very many accounts they are a few minutes old at most: all rows have to be read for them."""
    living = Account._base_manager.filter(deleted_at=None).order_by()
    is_large = living[: LARGE + 1].count() > LARGE
    if is_large and (kept := cache.get(_KEPT)) is not None:
        return kept
    rows = living.values_list("territory_id").annotate(count=Count("pk"), revenue=Sum("revenue_12m"))
    found = {pk: (count, revenue) for pk, count, revenue in rows}
    if is_large:
        cache.set(_KEPT, found, _FRESH)
    return found


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """A new territory, or an existing one."""
    require(request, "people.change")
    territory = get_object_or_404(Territory.objects.living(), pk=pk) if pk else None
    form = TerritoryForm(request.POST if request.method == "POST" else None, instance=territory, user=request.user)
    if request.method == "POST" and form.save_by():
        return htmx.go(request, reverse("territories:list"), _("Saved."), undo=form.event)
    if territory is None:
        return render(
            request, "territories/edit.html", {"form": form, "record": None}, status=422 if form.errors else 200
        )
    return editing.whole(request, form, territory, "territories/edit.html")


@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    require(request, "people.discard")
    try:
        event = get_object_or_404(Territory.objects.living(), pk=pk).discard(by=request.user)
    except ValidationError as refused:
        return htmx.go(request, reverse("territories:list"), " ".join(refused.messages))
    return htmx.go(request, reverse("territories:list"), _("The territory is in the bin."), undo=event)


@require_safe
def check(request: HttpRequest) -> HttpResponse:
    """Accounts that the rules would put elsewhere, or for which two territories fit alike: so many are looked at on each page."""
    require(request, "people.see")
    kind = request.GET.get("kind", "elsewhere")
    beyond = request.GET.get("beyond", "0")
    number = int(beyond) if beyond.isascii() and beyond.isdigit() and len(beyond) < 19 else 0
    found = found_in(request.user, kind if kind in KINDS else "elsewhere", number)
    context = {"found": found, "may_reassign": access.may(request.user, "reassignments.add")}
    return render(request, "territories/check.html", context)


@require_safe
def why(request: HttpRequest, pk: int) -> HttpResponse:
    """Why an account lies where it lies: by hand, or by which rule, and what else would fit."""
    from kundenkreis.web.placing import explained
    from kundenkreis.web.views.accounts import seen

    account = seen(request, pk)
    context = {"account": account} | explained(account)
    return render(request, "territories/why.html", context)
