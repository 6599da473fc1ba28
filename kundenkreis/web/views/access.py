"""Who can see a record and why; what a person can see; what changed in rights."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import NoReverseMatch, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kundenkreis.core import clock, search
from kundenkreis.customers.discretion import within_reach
from kundenkreis.customers.models import Account, Contact
from kundenkreis.staff import access, looking_back, opened
from kundenkreis.staff.counting import counts_of
from kundenkreis.staff.explaining import Explained, Explainer, is_explained, may_explain
from kundenkreis.staff.models import User
from kundenkreis.staff.rights_changes import Window, rights_changes
from kundenkreis.staff.roll import Roll
from kundenkreis.staff.saying import KINDS, Sayer
from kundenkreis.web import finding, formats, htmx
from kundenkreis.web.changes import spared, told
from kundenkreis.web.rights import NOUNS, VERBS, rights_of
from kundenkreis.web.views.history import url_of

SIZE = 50
FOUND = 8


@dataclass(frozen=True)
class Told:
    """What a page tells of one person and a record: `ways` or `wants` as sentences, and each thing to do with why she may."""

    person: User
    sees: bool
    ways: list[str]
    wants: list[str]
    acts: list[tuple[str, list[str]]]

    @property
    def may(self) -> str:
        return ", ".join(what for what, why in self.acts if why)


@require_safe
def record(request: HttpRequest, label: str, pk: int) -> HttpResponse:
    """Who can see this record: the people of whom one may ask, by name; `?q=` names, `?sees=yes|no`, `?person=` one of them in full."""
    subject = record_or_404(request.user, label, pk)
    explainer, roll = Explainer(subject), Roll()
    people = [person for person in roll.people if may_explain(request.user, person)]  # type: ignore[arg-type]
    sayer = Sayer(roll, told_accounts(request.user, explainer))
    asked, sees = request.GET.get("person", ""), request.GET.get("sees", "")
    if asked:
        people = [person for person in people if str(person.pk) == asked]
    for word in request.GET.get("q", "").lower().split():
        people = [person for person in people if word in f"{person} {person.email}".lower()]
    if sees in ("yes", "no"):
        people = [person for person in people if explainer.sees(person) is (sees == "yes")]
    first = _place(request)
    rows = [_told(sayer, explainer.explain(person)) for person in people[first : first + SIZE]]
    context = {
        "subject": subject,
        "noun": capfirst(str(subject._meta.verbose_name)),
        "subject_url": _address(subject),
        "seen_with": getattr(subject, "subject", None) if label == "files.document" else None,
        "rows": rows,
        "count": len(people),
        "next": first + SIZE if len(people) > first + SIZE else 0,
        "one": rows[0] if asked and rows else None,
        "only_some": not access.reach(request.user, "access.explain").everything,
    }
    rows_only = htmx.is_htmx(request) and first
    return render(request, "access/_people.html" if rows_only else "access/record.html", context)


def record_or_404(user: Any, label: str, pk: int) -> Any:
    """The record, if it is of a noun that says who sees it, and the one who asks sees it herself."""
    try:
        model: Any = apps.get_model(label)
    except (LookupError, ValueError) as unknown:
        raise Http404 from unknown
    if not is_explained(model):
        raise Http404
    return get_object_or_404(model._default_manager.visible_to(user), pk=min(pk, 2**62))


def told_accounts(user: Any, explainer: Explainer) -> set[int]:
    """The accounts by which a record is seen that the person who asks may know herself."""
    return within_reach(user, Account, explainer.accounts)


def _told(sayer: Sayer, said: Explained) -> Told:
    acts = [(act_named(action), sayer.ways(said.person, ways)) for action, ways in said.acts.items()]
    ways, wants = sayer.ways(said.person, said.ways), sayer.wants(said.person, said.wants)
    return Told(said.person, said.sees, ways, wants, acts)


def act_named(action: str) -> str:
    verb = action.partition(".")[2]
    return str(VERBS.get(verb, verb))


@require_safe
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """What a person sees, in figures by the ways, and what her role may do; `?q=` finds an account or contact to ask about."""
    found = get_object_or_404(User.objects.living(), pk=pk)
    if not may_explain(request.user, found):  # type: ignore[arg-type]
        raise PermissionDenied
    text = request.GET.get("q", "").strip()
    context = {
        "person": found,
        "q": text,
        "hits": _hits(request, text, found),
        "counts": [
            (_plural(one.model), _shown(one.count), [(str(KINDS[k]), _shown(n)) for k, n in one.by])
            for one in sorted(counts_of(found), key=lambda one: list(NOUNS).index(one.noun))
        ],
        "rights": rights_of(found.role),
        "may_review": access.may(request.user, "access.review", found),
    }
    return render(request, "access/person.html", context)


def _plural(model: Any) -> str:
    return capfirst(str(model._meta.verbose_name_plural))


def _shown(count: int | None) -> str:
    if count is None:
        return _("many")
    return formats.count(count)


def _hits(request: HttpRequest, text: str, person: User) -> list[tuple[Any, str, bool]]:
    """Accounts and contacts of that name which the one who asks sees: the record, where it is explained, whether the person sees it."""
    if not text:
        return []
    kinds: dict[int, Any] = {search.ACCOUNT: Account, search.CONTACT: Contact}
    hits = finding.find(request.user, kinds, text, FOUND)
    found: list[tuple[Any, str, bool]] = []
    for kind, model in kinds.items():
        ids = [hit.subject_id for hit in hits if hit.kind == kind]
        seen = within_reach(person, model, ids)
        for row in model.objects.visible_to(request.user).living().filter(pk__in=ids):
            address = reverse("access:record", args=[row._meta.label_lower, row.pk])
            found.append((row, f"{address}?person={person.pk}", row.pk in seen))
    return found


@require_safe
def changes(request: HttpRequest) -> HttpResponse:
    """What changed in rights, newest first: `?person=` whose, `?by=` by whom, `?since=` from a day on."""
    if not access.may(request.user, "access.review") or not access.may(request.user, "history.see"):
        raise PermissionDenied
    whose, by = _person(request, "person"), _person(request, "by")
    since = _day(request.GET.get("since", ""))
    before = request.GET.get("before", "")
    window = Window(min(int(before), 2**62) if before.isdecimal() else None, size=SIZE)
    found = rights_changes(person=whose, by=by, since=clock.midnight(since) if since else None, window=window)
    events = list(_before(request, found).select_related("batch").order_by("-pk")[: SIZE + 1])
    shown = [looking_back.without_hidden(request.user, event) for event in events[:SIZE]]  # type: ignore[arg-type]
    effects = opened.of(shown)
    context = {
        "events": [_with(effects.get(event.pk, []), event, *told(event)) for event in spared(request.user, shown)],
        "older": shown[-1].pk if len(events) > SIZE else 0,
        "whose": whose,
        "by": by,
        "since": since,
        "is_filtered": any(request.GET.get(name) for name in ("person", "by", "since")),
    }
    return render(request, "history/rows.html" if htmx.is_htmx(request) else "access/changes.html", context)


def _with(effects: list[opened.Effect], event: Any, headline: str, changes: list, kind: str) -> tuple:
    """A line of the history with what it opened to whom, and closed, below what was changed."""
    said = []
    for one in effects:
        whom = one.whom if one.what == event.subject_label else f"{one.whom}: {one.what}"
        said.append((_("now open to") if one.is_open else _("no longer open to"), "", whom))
    return event, headline, [*changes, *said], kind


def _person(request: HttpRequest, name: str) -> User | None:
    number = request.GET.get(name, "")
    if not number.isdecimal():
        return None
    return get_object_or_404(User, pk=min(int(number), 2**62))


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def _before(request: HttpRequest, rows: QuerySet) -> QuerySet:
    before = request.GET.get("before", "")
    return rows.filter(pk__lt=min(int(before), 2**62)) if before.isdecimal() else rows


def _place(request: HttpRequest) -> int:
    first = request.GET.get("from", "")
    return min(int(first), 10**6) if first.isdecimal() else 0


def _address(subject: Any) -> str:
    """The record's own page, if it has one."""
    by_name = {
        "savedview": ("views", "change"),
        "importrun": ("imports", "detail"),
        "duplicatepair": ("duplicates", "detail"),
    }
    name = by_name.get(subject._meta.model_name)
    try:
        return reverse(f"{name[0]}:{name[1]}", args=[subject.pk]) if name else url_of(subject)
    except NoReverseMatch:
        return ""
