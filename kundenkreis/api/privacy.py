"""Data protection: requests of people, the record of processing, disclosures, breaches, alerts, reported problems."""

# No `from __future__ import annotations` here: django-ninja reads the parameters of the functions below as types.

import json
from typing import Annotated, Any, Literal

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _
from ninja import Query, Router
from ninja.schema import Schema
from pydantic import AfterValidator, Field

from kundenkreis import __version__
from kundenkreis.api import shapes
from kundenkreis.api.answers import answered
from kundenkreis.api.auth import Caller
from kundenkreis.api.noun import ALL, READ, Noun, kept_by
from kundenkreis.api.problems import forbidden, invalid, not_found
from kundenkreis.api.resource import Pk, Routes, body
from kundenkreis.api.shapes import named
from kundenkreis.api.writing import body_of
from kundenkreis.core import clock
from kundenkreis.core.filters import Filter
from kundenkreis.customers.models import Contact
from kundenkreis.privacy import breach_clock, disclosing, looking, processing, reminding
from kundenkreis.privacy.belonging import Person
from kundenkreis.privacy.disclosure import Disclosure
from kundenkreis.privacy.models import (
    Alert,
    Breach,
    Kind,
    Oddity,
    Problem,
    Purpose,
    State,
    SubjectRequest,
    may_work_on,
)
from kundenkreis.staff import access

LOOKED_AT_ONCE = 50
_TEXT = Annotated[str, Field(min_length=1, max_length=4_000), AfterValidator(shapes.storable)]
_LINE = Annotated[str, Field(max_length=300), AfterValidator(shapes.storable)]


def _may_request(user: Any, verb: str, record: Any) -> bool:
    """Whoever may take one in sees her own; whoever answers for one works on it; only who keeps data protection throws one away."""
    if verb in ("see", "add"):
        return bool(access.reach(user, "requests.add")) or (verb == "see" and access.may(user, "privacy.see"))
    if verb == "discard":
        return access.may(user, "privacy.change")
    return bool(access.reach(user, "requests.add")) if record is None else may_work_on(user, record)


def _take_in(*, by: Any, **values: Any) -> SubjectRequest:
    made = SubjectRequest.add(by=by, **values)
    reminding.taken_in(made, by)
    return made


_ASKED = ("kind", "how", "received_on", "contact", "name", "address", "wish", "responsible", "note")
REQUESTS = Noun(
    path="privacy-requests",
    title="PrivacyRequest",
    model=SubjectRequest,
    area="privacy",
    tag="Data protection",
    about="What people ask of their data (GDPR Art. 15 to 21). `due_on` follows from the day on which a request came: one month, three when "
    "it was extended, and the next working day. Steps: ask-identity, identify, begin, extend, respond, refuse.",
    allowed=_may_request,
    read=(
        "number", *_ASKED, "state", "due_on", "identity_asked_on", "identity_on", "identity_how", "extended_on", "extension_reason",
        "answered_on", "answer", "refusal_reason", "told_of_complaint", "late_reason", "recipients_told", "taken_in_by",
        named("responsible_name", "responsible"),
    ),
    write=_ASKED,
    filters=(
        Filter("kind", "choice", "what is asked", choices=Kind.choices),
        Filter("state", "choice", "state", choices=State.choices),
        Filter("contact", "number", "contact", "contact_id"),
        Filter("responsible", "person", "who answers for it", "responsible_id"),
        Filter("due_on", "date", "due on"),
    ),
    sorts={"due_on": "due_on"},
    derived=frozenset({"received_on"}),
    add=_take_in,
    verbs=ALL - {"bulk"},
)  # fmt: skip
_TEXTS = tuple(
    f"{name}_{code}"
    for name in ("name", "interest", "people", "recipients", "transfers", "retention", "measures")
    for code in ("de", "en")
)
_PURPOSE = ("position", "bases", "covers", *_TEXTS, "retention_source", "responsible")
PURPOSES = Noun(
    path="purposes",
    title="ProcessingPurpose",
    model=Purpose,
    area="privacy",
    tag="Data protection",
    about="What data about people are held for: the lines of the record of processing activities (GDPR Art. 30). `bases` are letters of "
    "Art. 6 (1); `covers` names purposes or tables of the inventory.",
    allowed=kept_by("privacy.see", "privacy.change"),
    read=("key", *_PURPOSE),
    fixed=("key",),
    write=_PURPOSE,
    filters=(Filter("key", "text", "key"),),
    verbs=ALL - {"bulk"},
)
_BREACH = (
    "title", "happened", "happened_at", "noticed_at", "categories", "people_count", "record_count", "consequences", "measures", "risk",
    "risk_reason",
)  # fmt: skip
BREACHES = Noun(
    path="breaches",
    title="Breach",
    model=Breach,
    area="privacy",
    tag="Data protection",
    about="Breaches of data protection (GDPR Art. 33 and 34). Within 72 hours of `noticed_at` the authority is notified, unless no risk is "
    "likely. Steps: notify, leave-unnotified, tell-people, close, reopen.",
    allowed=kept_by("privacy.see", "privacy.change"),
    read=(
        "number", *_BREACH, "authority_told_at", "authority_reference", "authority_not_told", "late_reason", "people_told_at",
        "people_told_how", "people_not_told", "closed_at",
    ),
    write=_BREACH,
    filters=(
        Filter("noticed_at", "moment", "noticed"),
        Filter("risk", "choice", "risk", choices=Breach.Risk.choices),
    ),
    sorts={"noticed_at": "noticed_at"},
    verbs=ALL - {"bulk"},
)  # fmt: skip
ALERTS = Noun(
    path="alerts",
    title="Alert",
    model=Alert,
    area="privacy",
    tag="Data protection",
    about="Odd sign-ins and masses of records that went out. Steps: clear, make-breach.",
    allowed=kept_by("privacy.see", "privacy.change"),
    read=(
        "kind",
        "person",
        "at",
        "count",
        "usual",
        "what",
        "state",
        "verdict_note",
        "breach",
        named("person_name", "person"),
    ),
    filters=(
        Filter("kind", "choice", "what is odd", choices=Oddity.choices),
        Filter("state", "choice", "state", choices=Alert.State.choices),
        Filter("at", "moment", "when"),
    ),
    sorts={"at": "at"},
    verbs=READ | {"history"},
)


def _may_report(user: Any, verb: str, record: Any) -> bool:
    """Everybody reports, and sees what she reported."""
    return user.is_authenticated if verb in ("see", "add") else access.may(user, "privacy.change")


def _report(*, by: Any, what: str, kind: str = Problem.Kind.BROKEN, **values: Any) -> Problem:
    return breach_clock.report(by=by, kind=kind, what=what, program=__version__, **values)


PROBLEMS = Noun(
    path="problems",
    title="ReportedProblem",
    model=Problem,
    area="privacy",
    tag="Data protection",
    about="What people reported from a page; a data protection incident opens a breach. Of the page its path is kept, nothing else.",
    allowed=_may_report,
    read=(
        "kind",
        "what",
        "page",
        "browser",
        "program",
        "reference",
        "reported_by",
        "breach",
        "settled_at",
        "settled_note",
    ),
    fixed=("what", "page", "browser"),
    write=("kind", "reference"),
    filters=(Filter("kind", "choice", "kind", choices=Problem.Kind.choices),),
    add=_report,
    verbs=ALL - {"bulk"},
)
NOUNS = [REQUESTS, PURPOSES, BREACHES, ALERTS, PROBLEMS]


class AskIdentity(shapes.Written):
    note: Annotated[_LINE, Field(min_length=1, description="Why there is doubt.")]


class Identify(shapes.Written):
    how: Annotated[_LINE, Field(min_length=1, description="How it was checked.")]
    on: shapes.Day | None = None


class Extend(shapes.Written):
    reason: Annotated[str, Field(min_length=1, max_length=500), AfterValidator(shapes.storable)]


class Respond(shapes.Written):
    answer: _TEXT
    on: shapes.Day | None = None
    recipients_told: Annotated[str, Field(max_length=4_000), AfterValidator(shapes.storable)] = ""
    late_reason: _LINE = ""


class Refuse(shapes.Written):
    reason: _TEXT
    told_of_complaint: bool
    on: shapes.Day | None = None
    late_reason: _LINE = ""


class Notify(shapes.Written):
    at: shapes.Moment | None = None
    reference: Annotated[str, Field(max_length=120), AfterValidator(shapes.storable)] = ""
    late_reason: _LINE = ""


class Reason(shapes.Written):
    reason: Annotated[_LINE, Field(min_length=1)]


class TellPeople(shapes.Written):
    how: _LINE = ""
    why_not: _LINE = ""
    at: shapes.Moment | None = None


class Note(shapes.Written):
    note: Annotated[_LINE, Field(min_length=1)]


class ProcessingRecord(shapes.Read):
    """The whole record. What it holds is described by the Regulation, Art. 30 (1)."""

    controller: dict[str, Any]
    purposes: list[dict[str, Any]]
    gaps: dict[str, Any]


class NewDisclosure(shapes.Written):
    """Which texts were shown to whom the house knows itself: see `GET /contacts/{id}/disclosure-texts`."""

    language: Literal["de", "en", ""] = ""
    portable: bool = False
    request_id: shapes.Id | None = None


class DisclosureText(shapes.Read):
    """A text as it would go out. `names_others` and `unsure` (somebody has the same name) stand first; `left_out` says why passages are."""

    place: str
    section: str
    label: str
    text: str
    names_others: bool
    unsure: bool
    left_out: list[str]


class DisclosureTexts(shapes.Read):
    """`next`: the `start` of the following texts; null at the end."""

    count: int
    next: int | None
    texts: list[DisclosureText]


class DisclosureFile(shapes.Read):
    sha256: str
    made_on: str
    language: str
    disclosure: dict[str, Any]


def _record(request: HttpRequest) -> HttpResponse:
    caller: Caller = request.auth  # type: ignore[attr-defined]
    caller.must_reach("privacy", "read")
    if not access.may(caller.user, "privacy.see"):
        raise forbidden()
    return answered(processing.as_json(processing.record()))


def _told(request: HttpRequest, pk: int) -> tuple[Caller, Contact]:
    """Who asks, and about whom: restricted people too."""
    caller: Caller = request.auth  # type: ignore[attr-defined]
    caller.must_reach("privacy", "write")
    if not access.may(caller.user, "privacy.change"):
        raise forbidden()
    contact = Contact._base_manager.filter(pk=pk).first()
    if contact is None:
        raise not_found()
    return caller, contact


class TextsQuery(Schema):
    """`language` is that of the file; `start` skips so many texts."""

    language: Literal["de", "en", ""] = ""
    start: Annotated[int, Field(ge=0, le=1_000_000)] = 0


def _texts(request: HttpRequest, id: Pk, query: Query[TextsQuery]) -> HttpResponse:
    """The texts that would go out, fifty at once. That they were shown to whoever asks is remembered."""
    caller, contact = _told(request, id)
    with translation.override(query.language or contact.language), disclosing.as_she_was(contact) as person:
        every = Disclosure(person).texts
    after = query.start + LOOKED_AT_ONCE
    some = every[query.start : after]
    looking.note(person, some, by=caller.user)
    told = [
        {
            "place": value.place, "section": value.section, "label": value.label, "text": value.text,
            "names_others": value.names_others, "unsure": value.unsure, "left_out": value.blacked,
        }
        for value in some
    ]  # fmt: skip
    return answered({"count": len(every), "next": after if after < len(every) else None, "texts": told})


def _disclose(request: HttpRequest, id: Pk) -> HttpResponse:
    caller, contact = _told(request, id)
    given = body_of(request, NewDisclosure)
    asked = None
    if given.request_id is not None:
        asked = SubjectRequest.objects.visible_to(caller.user).filter(pk=given.request_id, contact=contact).first()
        if asked is None:
            raise invalid([{"pointer": "/request_id", "detail": _("There is no such request of this person.")}])
    unread = _("Texts that were not shown to you yet may be about other people. Read all of disclosure-texts first.")
    language = given.language or contact.language
    with translation.override(language), disclosing.as_she_was(contact) as person:
        shown = Disclosure(person, portable=given.portable)
        if looking.unseen(person, shown.texts, by=caller.user):
            raise invalid([{"pointer": "", "detail": unread}])
        data, count = shown.as_data(), shown.count
    content = json.dumps(data, ensure_ascii=False).encode()
    with transaction.atomic():
        kind = "portable" if given.portable else "json"
        sha256 = disclosing.disclosed(
            Person.of_contact(contact),
            content,
            by=caller.user,
            count=count,
            kind=kind,
            language=language,
            request=asked,
        )
    return answered({"sha256": sha256, "made_on": clock.today().isoformat(), "language": language, "disclosure": data})


def _make_breach(alert: Alert, *, by: Any) -> None:
    alert.make_breach(by=by)


def _steps(requests: Routes, breaches: Routes, alerts: Routes) -> None:
    requests.step(
        "ask-identity", "The person is asked to show who she is", SubjectRequest.ask_identity, takes=AskIdentity
    )
    requests.step("identify", "It is known who asks", SubjectRequest.identify, takes=Identify)
    requests.step("begin", "Somebody works on it", SubjectRequest.begin)
    requests.step("extend", "Two months more, with a reason", SubjectRequest.extend, takes=Extend)
    requests.step("respond", "She has her answer", SubjectRequest.respond, takes=Respond)
    requests.step("refuse", "Nothing is done, and she is told why", SubjectRequest.refuse, takes=Refuse)
    breaches.step("notify", "The authority was notified", Breach.notify, takes=Notify)
    breaches.step("leave-unnotified", "The authority is not notified, and why", Breach.leave_unnotified, takes=Reason)
    breaches.step("tell-people", "The people were told, or why not", Breach.tell_people, takes=TellPeople)
    breaches.step("close", "Nothing is left to do", Breach.close)
    breaches.step("reopen", "Open it again", Breach.reopen)
    alerts.step("clear", "It is all right, and why", Alert.clear, takes=Note)
    alerts.step("make-breach", "It is a breach", _make_breach)


def routers() -> list[Router]:
    requests, purposes, breaches, alerts, problems = (Routes(noun) for noun in NOUNS)
    _steps(requests, breaches, alerts)
    problems.step("settle", "Say what was done about it", Problem.settle_it, takes=Note)
    requests.router.add_api_operation(
        "/processing-record",
        ["GET"],
        _record,
        operation_id="processing_record",
        summary="The record of processing activities (GDPR Art. 30)",
        tags=["Data protection"],
        response=ProcessingRecord,
    )
    requests.router.add_api_operation(
        "/contacts/{int:id}/disclosure-texts",
        ["GET"],
        _texts,
        operation_id="contacts_disclosure_texts",
        summary="The freely written texts that a disclosure would tell, to be looked through",
        description="Somebody else may be named in them. The house remembers which were shown to whom; a disclosure is made of no others.",
        tags=["Data protection"],
        response=DisclosureTexts,
    )
    requests.router.add_api_operation(
        "/contacts/{int:id}/disclosure",
        ["POST"],
        _disclose,
        operation_id="contacts_disclosure",
        summary="Everything that is held about a contact (GDPR Art. 15 and 20)",
        description="The answer is made for this call and not kept; history keeps its SHA-256. For whoever keeps data protection.",
        tags=["Data protection"],
        response=DisclosureFile,
        openapi_extra={"requestBody": body(NewDisclosure)},
    )
    return [routes.router for routes in (requests, purposes, breaches, alerts, problems)]
