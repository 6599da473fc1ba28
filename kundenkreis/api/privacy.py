"""Data protection: requests of people, the record of processing, disclosures, breaches, alerts, reported problems."""

# No `from __future__ import annotations` here: django-ninja reads the parameters of the functions below as types.

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import AfterValidator, Field

from kundenkreis import __version__
from kundenkreis.api import shapes
from kundenkreis.api.answers import answered
from kundenkreis.api.auth import Caller
from kundenkreis.api.noun import ALL, READ, Noun, kept_by
from kundenkreis.api.problems import forbidden
from kundenkreis.api.resource import Routes
from kundenkreis.api.shapes import named
from kundenkreis.core.filters import Filter
from kundenkreis.privacy import breach_clock, processing, reminding
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


def _record(request: HttpRequest) -> HttpResponse:
    caller: Caller = request.auth  # type: ignore[attr-defined]
    caller.must_reach("privacy", "read")
    if not access.may(caller.user, "privacy.see"):
        raise forbidden()
    return answered(processing.as_json(processing.record()))


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
    return [routes.router for routes in (requests, purposes, breaches, alerts, problems)]
