"""History: what happened, by whom; taking it back; batches of changes."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import NoReverseMatch, reverse
from django.utils.encoding import force_str
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_POST, require_safe

from kundenkreis.fields import editing_very_many
from kundenkreis.history.bin import nouns
from kundenkreis.history.models import Batch, Event
from kundenkreis.history.undo import CannotUndo, parts_of, preview_event, undo_batch, undo_event, undone_so_far
from kundenkreis.quality.models import ImportRun
from kundenkreis.staff import access, looking_back
from kundenkreis.staff.models import User
from kundenkreis.web import foreseeing, htmx, undoing
from kundenkreis.web.changes import spared, told
from kundenkreis.web.trails import kind_of, steps_of

SIZE = 50
_PLURALS = {"activity": "activities"}
VERBS = (
    ("", lazy("Anything")),
    ("added", lazy("added")),
    ("changed", lazy("changed")),
    ("discarded", lazy("moved to the bin")),
    ("restored", lazy("restored")),
    ("signin", lazy("signing in")),
)


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """What happened in the whole house, newest first; for those who may see it. `?person= ?noun= ?verb=` narrow it down."""
    if not access.may(request.user, "history.see"):
        raise PermissionDenied
    events = _narrowed(request, looking_back.events_seen_by(request.user))  # type: ignore[arg-type]
    context = _page(request, events) | {
        "person": _person_asked_for(request),
        "nouns": [
            ("", _("Anything")),
            *sorted(((m._meta.label_lower, _named(m)) for m in nouns()), key=lambda n: n[1]),
        ],
        "verbs": VERBS,
        "is_filtered": any(request.GET.get(name) for name in ("person", "person_text", "noun", "verb")),
    }
    return render(request, "history/rows.html" if htmx.is_htmx(request) else "history/list.html", context)


@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """What the field for the person finds for `?q=`."""
    if not access.may(request.user, "history.see"):
        raise PermissionDenied
    return htmx.fragment(request, "history/people.html", {"found": _people_named(request.GET.get("q", "").strip())})


@require_safe
def record(request: HttpRequest, label: str, pk: int) -> HttpResponse:
    """Everything that happened to one record that the person may see."""
    subject = _subject_or_404(request, label, pk)
    if not looking_back.may_see(request.user, subject):
        raise Http404
    context = steps_of(request, subject, SIZE) | {"subject": subject, "subject_url": url_of(subject)}
    return render(request, "history/rows.html" if htmx.is_htmx(request) else "history/record.html", context)


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One event with every value that it changed, and whether it can be taken back."""
    event = _event_or_404(request, pk)
    headline, changes, _kind = told(*spared(request.user, [looking_back.without_hidden(request.user, event)]))
    subject = looking_back.subject_of(event)
    can, reason = _can_undo(request, event, subject)
    context = {
        "event": event,
        "headline": headline,
        "changes": changes,
        "subject_url": url_of(subject) if subject is not None else "",
        "undone_by": Event.objects.filter(undoes=event).first(),
        "can_undo": can,
        "parts": [told(part)[0] for part in spared(request.user, parts_of(event))] if can else [],
        "reason": reason,
    }
    return render(request, "history/detail.html", context)


@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one event back, as far as nobody changed it since."""
    event = _event_or_404(request, pk)
    subject = looking_back.subject_of(event)
    back = url_of(subject) if subject is not None else reverse("history:detail", args=[pk])
    if subject is not None and not looking_back.may_undo(request.user, event, subject):
        raise PermissionDenied
    try:
        result = undo_event(event, by=request.user)
    except (CannotUndo, ValidationError) as refused:
        messages.error(request, " ".join(refused.messages) if isinstance(refused, ValidationError) else str(refused))
        return htmx.go(request, _where(request, back))
    said = _("Undone, with what came with it.") if result.parts else _("Undone.")
    if result.kept_fields or result.kept_records:
        said = _("Undone, but for what somebody has changed again since.")
    if event.verb.endswith(".added"):
        back = ""
    return htmx.go(request, _where(request, back), said, undo=Event.objects.filter(undoes=event).first())


def _where(request: HttpRequest, back: str) -> str:
    """To the page one was on, else to the record; home when the record is gone into the bin, and its page with it."""
    if not back:
        return reverse("day:home")
    before = request.headers.get("Referer", "")
    mine = url_has_allowed_host_and_scheme(before, {request.get_host()}, require_https=request.is_secure())
    return before if before and mine else back


@require_safe
def batches(request: HttpRequest) -> HttpResponse:
    """Pieces of work on many records, as far as one may see them."""
    found = _before(request, looking_back.batches_seen_by(request.user).order_by("-pk"))
    rows = list(found[: SIZE + 1])
    context = {
        "rows": [(batch, kind_of(batch), counts_of(batch)) for batch in rows[:SIZE]],
        "next": rows[SIZE - 1].pk if len(rows) > SIZE else 0,
        "may_see_all": access.may(request.user, "history.see"),
    }
    return render(request, "history/batches.html", context)


@require_safe
def batch(request: HttpRequest, pk: int) -> HttpResponse:
    """One batch: how many of what; with `?preview=1` what an undo would take back and what it would keep."""
    found = _batch_or_404(request, pk)
    can = _may_undo_here(request, found)
    wanted = can and "preview" in request.GET
    would = foreseeing.foreseen(found) if wanted else None
    done = undone_so_far(found) if found.state == Batch.State.UNDONE else None
    context = {
        "batch": found,
        "kind": kind_of(found),
        "counts": counts_of(found),
        "can_undo": can,
        "import_url": _import_url(found),
        "would": would,
        "is_counting": wanted and would is None,
        "kept": undoing.kept_records(request.user, would or done) if would or done else [],
        "work": _work(found),
        "may_cancel": found.kind == "bulk_edit" and found.actor_id == request.user.pk,
        "is_busy": found.state in (Batch.State.UNDOING, Batch.State.RUNNING),
        "events": [(event, *told(event)) for event in spared(request.user, found.events.order_by("-pk")[:8])],
    }
    template = "history/_batch.html" if htmx.is_htmx(request) and "poll" in request.GET else "history/batch.html"
    return render(request, template, context)


def _work(batch: Batch) -> dict[str, int] | None:
    """How far a bulk edit in the background is; None for any other."""
    if batch.state != Batch.State.RUNNING or "expected" not in batch.counts:
        return None
    return {"seen": batch.counts["seen"], "expected": batch.counts["expected"]}


@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """End one's own bulk edit where it is."""
    found = _batch_or_404(request, pk)
    if found.kind != "bulk_edit" or found.actor_id != request.user.pk:
        raise PermissionDenied
    done = editing_very_many.cancel(found, by=request.user)
    said = _("Cancelled. What was changed by then can be undone.") if done else _("It has ended already.")
    return htmx.go(request, reverse("history:batch", args=[pk]), said)


@require_POST
def undo_whole(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a whole batch back: a small one at once, a large one in the background."""
    found = _batch_or_404(request, pk)
    if not _may_undo_here(request, found):
        raise PermissionDenied
    here = reverse("history:batch", args=[pk])
    if found.chunks.count() > undoing.AT_ONCE:
        undoing.in_background(found, request.user)
        return htmx.go(request, here, _("The undo is under way."))
    try:
        result = undo_batch(found, by=request.user)
    except CannotUndo as refused:
        messages.error(request, str(refused))
        return htmx.go(request, here)
    return htmx.go(request, here, _("Undone: %(undone)s records; kept as they are now: %(kept)s.") % vars(result))


def counts_of(batch: Batch) -> list[tuple[str, str, int]]:
    """(noun, what was done, how many), as people read it."""
    done = {
        "added": _("added"),
        "changed": _("changed"),
        "deleted": _("deleted"),
        "kept": _("kept"),
        "discarded": _("moved to the bin"),
    }
    found: list[tuple[str, str, int]] = []
    for label, counted in batch.counts.items():
        if isinstance(counted, dict):
            found += [
                (_named_by(label, number), done.get(what, what), number) for what, number in counted.items() if number
            ]
    return found


def url_of(subject: Any) -> str:
    """The page of a record, or of the account or contact to which it belongs; "" when there is none."""
    names = {
        "user": "people:detail",
        "territory": "territories:edit",
        "reassignment": "reassignments:detail",
        "marketsegment": "market_segments:detail",
        "competitor": "competitors:detail",
        "study": "studies:detail",
        "strategy": "strategies:detail",
        "team": "teams:edit",
        "consentwording": "wordings:detail",
        "customfield": "fields:edit",
        "subjectrequest": "privacy_requests:detail",
        "purpose": "privacy_record:detail",
        "breach": "privacy_breaches:detail",
        "alert": "privacy_alerts:detail",
    }
    name = subject._meta.model_name
    try:
        return reverse(names.get(name, f"{_PLURALS.get(name, name + 's')}:detail"), args=[subject.pk])
    except NoReverseMatch:
        account, contact = getattr(subject, "account_id", None), getattr(subject, "contact_id", None)
        if not account and contact:
            return reverse("contacts:detail", args=[contact])
        try:
            return reverse("accounts:detail", args=[account]) if account else ""
        except NoReverseMatch:
            return ""


def _narrowed(request: HttpRequest, events: QuerySet) -> QuerySet:
    if (person := request.GET.get("person", "")).isdecimal():
        events = events.filter(actor_id=min(int(person), 2**62))
    elif text := request.GET.get("person_text", "").strip():
        events = events.filter(actor_id__in=[one.pk for one in _people_named(text)])
    if noun := request.GET.get("noun", ""):
        events = events.filter(subject_type=noun)
    if (verb := request.GET.get("verb", "")) == "signin":
        events = events.filter(verb__startswith="signin.")
    elif verb:
        events = events.filter(verb__endswith=f".{verb}")
    return events


def _person_asked_for(request: HttpRequest) -> tuple[str, str]:
    """Number and name of the person whose doings are shown; what was typed where that is nobody's number."""
    number = request.GET.get("person", "")
    person = User.objects.filter(pk=min(int(number), 2**62)).first() if number.isdecimal() else None
    return (number, str(person)) if person else ("", request.GET.get("person_text", ""))


def _people_named(text: str) -> list[User]:
    """At most ten whose names have all the words, those who left included: what they did stays."""
    found = User.objects.all()
    for word in text[:100].split():
        found = found.filter(Q(first_name__icontains=word) | Q(last_name__icontains=word))
    return list(found[:10])


def _before(request: HttpRequest, rows: QuerySet) -> QuerySet:
    before = request.GET.get("before", "")
    return rows.filter(pk__lt=min(int(before), 2**62)) if before.isdecimal() else rows


def _page(request: HttpRequest, events: QuerySet) -> dict[str, Any]:
    found = list(_before(request, events).order_by("-pk")[: SIZE + 1])
    shown = [looking_back.without_hidden(request.user, event) for event in found[:SIZE]]
    return {
        "events": [(event, *told(event)) for event in spared(request.user, shown)],
        "older": shown[-1].pk if len(found) > SIZE else 0,
    }


def _event_or_404(request: HttpRequest, pk: int) -> Event:
    event = get_object_or_404(Event.objects.select_related("batch", "undoes"), pk=pk)
    if not looking_back.may_see_event(request.user, event):
        raise Http404
    return event


def _batch_or_404(request: HttpRequest, pk: int) -> Batch:
    return get_object_or_404(looking_back.batches_seen_by(request.user), pk=pk)  # type: ignore[arg-type]


def _may_undo_here(request: HttpRequest, batch: Batch) -> bool:
    """An import is taken back on its own page, which brings its figures up to date."""
    return batch.kind != "import" and looking_back.may_undo_batch(request.user, batch)  # type: ignore[arg-type]


def _subject_or_404(request: HttpRequest, label: str, pk: int) -> Any:
    try:
        model = apps.get_model(label)
    except (LookupError, ValueError) as unknown:
        raise Http404 from unknown
    return get_object_or_404(model._base_manager, pk=pk)


def _can_undo(request: HttpRequest, event: Event, subject: Any) -> tuple[bool, str]:
    if subject is None or not looking_back.may_undo(request.user, event, subject):
        return False, ""
    try:
        found = preview_event(event)
    except CannotUndo as refused:
        return False, str(refused)
    return True, _("Some of it was changed again since and would stay as it is now.") if found.kept_fields else ""


def _import_url(batch: Batch) -> str:
    """The page of the import that made this batch."""
    run = ImportRun.objects.filter(batch=batch).first() if batch.kind == "import" else None
    try:
        return reverse("imports:detail", args=[run.pk]) if run else ""
    except NoReverseMatch:
        return ""


def _named(model: Any) -> str:
    return capfirst(force_str(model._meta.verbose_name))


def _named_by(label: str, number: int) -> str:
    try:
        names = apps.get_model(label)._meta
    except (LookupError, ValueError):
        return label
    return force_str(names.verbose_name if number == 1 else names.verbose_name_plural)
