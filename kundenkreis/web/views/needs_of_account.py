"""What is known of an account's needs: as a section of its page, and as a page of its own."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from kundenkreis.catalogue.models import Family
from kundenkreis.core.models import House
from kundenkreis.customers.grouping import Group, group_of
from kundenkreis.customers.models import Account
from kundenkreis.needs import answers, covering
from kundenkreis.needs.models import Need, NeedsTalk, Wish, WishAsk
from kundenkreis.staff import access
from kundenkreis.web import formats
from kundenkreis.web.htmx import fragment, is_htmx
from kundenkreis.web.views.needs import require

SHOWN, TALKS, WISHES = 5, 10, 20


@require_safe
def account(request: HttpRequest, pk: int) -> HttpResponse:
    """`?group=legal` adds up its group. A fragment for the account's page, else a page of its own."""
    require(request, "needs.see")
    one = get_object_or_404(Account.objects.visible_to(request.user), pk=pk)
    group = group_of(one, request.GET.get("group", ""), request.user)
    context = _head(request, one, group)
    if is_htmx(request):
        return fragment(request, "needs/_of_account.html", context)
    return render(request, "needs/account.html", context | _whole(request, one, group))


def _head(request: HttpRequest, one: Account, group: Group) -> dict[str, Any]:
    best, lines = covering.lines_of(one)
    known = [line for line in lines if line.day is not None]
    count, low, base, high = covering.effect_of(group.ids)
    needs = Need.objects.open().filter(account_id__in=group.ids).select_related("account")
    asked = f"of:is:{group.written}"
    return {
        "account": one,
        "group": group,
        "best": best,
        "lines": lines,
        "said": [(answers.in_language(line.question), line, said(line.question, line.value)) for line in lines],
        "answered": len(known),
        "old": sum(line.is_old for line in known),
        "percent": round(100 * len(known) / len(lines)) if lines else 0,
        "next_question": next((answers.in_language(line.question) for line in lines if line.day is None), ""),
        "needs": list(needs.order_by("-urgency", "-base_house", "pk")[:SHOWN]),
        "count": count,
        "effects": (low, base, high),
        "currency": House.known().currency,
        "needs_url": f"{reverse('needs:list')}?f={asked}&f=state:in:open",
        "may_add": one.deleted_at is None and access.may(request.user, "needs.add", one),
        "wishes": _wishes(request, one),
    }


def _wishes(request: HttpRequest, one: Account) -> list[Wish]:
    """What it asks for, the undecided first."""
    if not access.reach(request.user, "wishes.see"):
        return []
    asks = WishAsk.objects.living().filter(account=one).values("wish_id")
    rows = Wish.objects.current().filter(pk__in=asks)
    return sorted(rows.order_by("-pk")[:WISHES], key=lambda wish: not wish.is_undecided)


def _whole(request: HttpRequest, one: Account, group: Group) -> dict[str, Any]:
    families = covering.families_of(group.ids)
    numbers = {pk for some in families.values() for pk in some}
    talks = NeedsTalk.objects.visible_to(request.user).living().filter(account=one).for_list()
    return {
        "families": list(Family._base_manager.filter(pk__in=numbers).order_by("name")),
        "talks": list(talks.order_by("-held_on", "-pk")[:TALKS]),
        "switch": [(text, f"?group={value}", chosen) for text, value, chosen in group.options],
    }


def said(question: answers.Question, value: str) -> str:
    """An answer as people read it: figures and money as the reader's language writes them."""
    if value and question["kind"] == "money":
        return formats.money(Decimal(value), House.known().currency)
    if value and question["kind"] == "number":
        return formats.number(Decimal(value), None)
    return answers.said(question, value)
