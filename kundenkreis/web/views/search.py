"""The search box and palette: accounts, contacts, products and orders at each key; what stands in activities and documents after it.

Both are asked for apart, because a person who types a name shall not wait for texts: `?in=texts` answers the second part, `?in=recent`
what she opened last, and a page of its own has everything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_GET, require_POST

from kundenkreis.catalogue.models import Product
from kundenkreis.core import search
from kundenkreis.core.marking import Piece
from kundenkreis.customers.models import Account, Contact
from kundenkreis.leads.models import Lead
from kundenkreis.lists import recent
from kundenkreis.needs.models import Need, Wish
from kundenkreis.pipeline.models import Opportunity, Project
from kundenkreis.staff import access
from kundenkreis.web import finding, finding_texts, formats, fresh, recents
from kundenkreis.web.context import shell_for

PER_KIND = 6
RECENT = 8


@dataclass(frozen=True)
class Found:
    """One line of the results; `piece` is the part of its text where the words stand."""

    label: str
    sub: str
    url: str
    piece: Sequence[Piece] = field(default=())
    icon: str = ""


@dataclass(frozen=True)
class Section:
    label: Any
    icon: str
    rows: list[Found]


# kind of the index: model, words above its results, icon, noun in the address, the columns shown beside the name
_KINDS = {
    search.ACCOUNT: (Account, lazy("Accounts"), "building-2", "accounts", ("number", "place")),
    search.CONTACT: (Contact, lazy("Contacts"), "user", "contacts", ("job_title",)),
    search.PRODUCT: (Product, lazy("Products"), "tag", "products", ("number",)),
    search.OPPORTUNITY: (Opportunity, lazy("Opportunities"), "square-kanban", "opportunities", ("number",)),
    search.PROJECT: (Project, lazy("Projects"), "building", "projects", ("number", "place")),
    search.LEAD: (Lead, lazy("Leads"), "user-plus", "leads", ("number", "place")),
    search.NEED: (Need, lazy("Needs"), "circle-help", "needs", ("account__name",)),
    search.WISH: (Wish, lazy("Wishes"), "gift", "wishes", ()),
}


@require_GET
def find(request: HttpRequest) -> HttpResponse:
    """Sections of hits that the person may see; a fragment for the palette, else a page of its own."""
    text = request.GET.get("q", "").strip()
    part = request.GET.get("in", "")
    if not request.headers.get("HX-Request"):
        found = sections(request.user, text) + texts(request.user, text) if text else _recent(request.user)
        return render(request, "search/page.html", {"text": text, "sections": found})
    if part == "places":
        return HttpResponse(shell_for(request).further)
    if part == "recent":
        found = _recent(request.user)
    elif part == "texts":
        found = texts(request.user, text)
    else:
        found = sections(request.user, text) if text else []
    return render(request, "search/_results.html", {"text": text if not part else "", "sections": found})


@fresh.changes_no_page
@require_POST
def opened(request: HttpRequest) -> HttpResponse:
    """The page of a record says that it is looked at: `noun` and `pk`. Remembered for the person herself, and only what she may see."""
    noun, pk = request.POST.get("noun", ""), request.POST.get("pk", "")
    if noun not in recents.NOUNS or not (pk.isascii() and pk.isdigit() and len(pk) < 19):
        raise Http404
    if not recents.seen(request.user, noun, [int(pk)]).exists():
        raise Http404
    recent.note(request.user, noun, int(pk))
    return HttpResponse(status=204)


def sections(user: Any, text: str) -> list[Section]:
    """The hits by kind, the kind with the best hit first. One query per kind for what is shown beside the name."""
    hits = finding.find(user, {kind: known[0] for kind, known in _KINDS.items()}, text, PER_KIND)
    last = recents.order(user) if hits else {}
    by_kind: dict[int, list[search.Hit]] = {}
    for hit in hits:
        by_kind.setdefault(hit.kind, []).append(hit)
    found = [_section(user, kind, some, last) for kind, some in by_kind.items()]
    orders = [
        Found(
            o.number, " · ".join(filter(None, (str(o.account or ""), o.customer_reference))), _address("orders", o.pk)
        )
        for o in finding_texts.orders(user, text, PER_KIND)
    ]
    return [Section(lazy("Orders"), "package", orders), *found] if orders else found


def texts(user: Any, text: str) -> list[Section]:
    """What stands in activities and documents, the newest first."""
    found = []
    if access.may(user, "activities.see"):
        rows = [
            Found(
                one.record.subject,
                " · ".join(filter(None, (formats.day(one.record.at), str(one.record.account or "")))),
                _address("activities", one.record.pk),
                one.piece,
            )
            for one in finding_texts.activities(user, text, PER_KIND)
        ]
        found.append(Section(lazy("Activities"), "activity", rows))
    rows = [
        Found(one.record.name, formats.day(one.record.changed_at), _address("documents", one.record.pk), one.piece)
        for one in finding_texts.documents(user, text, PER_KIND)
    ]
    found.append(Section(lazy("Documents"), "file-text", rows))
    return [section for section in found if section.rows]


def _recent(user: Any) -> list[Section]:
    rows = [Found(label, "", url, icon=icon) for label, icon, url in recents.lines(user, RECENT)]
    return [Section(lazy("Opened last"), "history", rows)] if rows else []


def _section(user: Any, kind: int, hits: list[search.Hit], last: dict[tuple[str, int], int]) -> Section:
    model, label, icon, noun, beside = _KINDS[kind]
    ids = [hit.subject_id for hit in hits]
    subs = {
        row[0]: [str(v) for v in row[1:] if v]
        for row in model._base_manager.filter(pk__in=ids).values_list("pk", *beside)
    }
    if kind == search.CONTACT:
        for pk, account in _accounts_of(user, ids):
            subs[pk].append(account)
    # What she opened lately stands first among those that match as well.
    hits = sorted(hits, key=lambda hit: (hit.rank > 0, last.get((noun, hit.subject_id), len(last))))
    rows = [Found(h.label, " · ".join(subs[h.subject_id]), _address(noun, h.subject_id)) for h in hits]
    return Section(label, icon, rows)


def _address(noun: str, pk: int) -> str:
    return reverse(f"{noun}:detail", args=[pk])


def _accounts_of(user: Any, contacts: list[int]) -> list[tuple[int, str]]:
    """(contact, name of her main account), where the person may see that account too."""
    seen = Account.objects.visible_to(user).living().filter(main_contacts__in=contacts)
    return list(seen.values_list("main_contacts", "name"))
