"""The search box and palette: accounts, contacts, products and orders by name, number or any of their words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_GET

from kundenkreis.catalogue.models import Product
from kundenkreis.core import search
from kundenkreis.customers.models import Account, Contact
from kundenkreis.orders.models import Order
from kundenkreis.web import finding

PER_KIND = 6


@dataclass(frozen=True)
class Found:
    """One line of the results."""

    label: str
    sub: str
    url: str


@dataclass(frozen=True)
class Section:
    label: Any
    icon: str
    rows: list[Found]


# kind of the index: model, words above its results, icon, the address's name, the columns shown beside the name
_KINDS = {
    search.ACCOUNT: (Account, lazy("Accounts"), "building-2", "accounts:detail", ("number", "place")),
    search.CONTACT: (Contact, lazy("Contacts"), "user", "contacts:detail", ("job_title",)),
    search.PRODUCT: (Product, lazy("Products"), "tag", "products:detail", ("number",)),
}


@require_GET
def find(request: HttpRequest) -> HttpResponse:
    """Sections of hits that the person may see; a fragment for the palette, else a page of its own."""
    text = request.GET.get("q", "").strip()
    found = sections(request.user, text) if text else []
    template = "search/_results.html" if request.headers.get("HX-Request") else "search/page.html"
    return render(request, template, {"text": text, "sections": found})


def sections(user: Any, text: str) -> list[Section]:
    """The hits by kind, the kind with the best hit first. One query per kind for what is shown beside the name."""

    hits = finding.find(user, {kind: known[0] for kind, known in _KINDS.items()}, text, PER_KIND)
    by_kind: dict[int, list[search.Hit]] = {}
    for hit in hits:
        by_kind.setdefault(hit.kind, []).append(hit)
    found = [_section(user, kind, some) for kind, some in by_kind.items()]
    orders = _orders_by_number(user, text)
    return [Section(lazy("Orders"), "package", orders), *found] if orders else found


def _section(user: Any, kind: int, hits: list[search.Hit]) -> Section:
    model, label, icon, address, beside = _KINDS[kind]
    ids = [hit.subject_id for hit in hits]
    subs = {
        row[0]: [str(v) for v in row[1:] if v]
        for row in model._base_manager.filter(pk__in=ids).values_list("pk", *beside)
    }
    if kind == search.CONTACT:
        for pk, account in _accounts_of(user, ids):
            subs[pk].append(account)
    rows = [Found(h.label, " · ".join(subs[h.subject_id]), reverse(address, args=[h.subject_id])) for h in hits]
    return Section(label, icon, rows)


def _accounts_of(user: Any, contacts: list[int]) -> list[tuple[int, str]]:
    """(contact, name of her main account), where the person may see that account too."""
    seen = Account.objects.visible_to(user).living().filter(main_contacts__in=contacts)
    return list(seen.values_list("main_contacts", "name"))


def _orders_by_number(user: Any, text: str) -> list[Found]:
    """An order is found by its whole number only; the index of numbers answers that without the search index."""
    if not any(letter.isdigit() for letter in text) or len(text) > 40:
        return []
    orders = (
        Order.objects.visible_to(user)
        .living()
        .filter(number__in={text, text.upper(), text.replace(" ", "")})
        .select_related("account")[:3]
    )
    return [Found(o.number, o.account.name if o.account else "", reverse("orders:detail", args=[o.pk])) for o in orders]
