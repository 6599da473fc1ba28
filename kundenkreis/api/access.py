"""Who sees a record and why, what a person sees, the access review, and what changed in rights: as on the pages."""

# No `from __future__ import annotations` here: django-ninja reads the parameters of the functions below as types.

from typing import Annotated, Any, Literal

from django.apps import apps
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Router
from ninja.schema import Schema
from pydantic import AfterValidator, Field

from kundenkreis.api import reading, shapes
from kundenkreis.api.answers import answered
from kundenkreis.api.auth import Caller
from kundenkreis.api.events import EVENT, EVENTS
from kundenkreis.api.problems import forbidden, invalid, not_found
from kundenkreis.api.resource import Pk, body, page_schema
from kundenkreis.api.writing import body_of, step
from kundenkreis.core import clock, keyset
from kundenkreis.customers.discretion import within_reach
from kundenkreis.customers.models import Account
from kundenkreis.history.models import Event
from kundenkreis.staff import access, opened
from kundenkreis.staff.counting import BOUND, counts_of
from kundenkreis.staff.explaining import Explained, Explainer, Kind, is_explained, may_explain
from kundenkreis.staff.models import AccessCheck, AccessReview, User
from kundenkreis.staff.reviewing import Line, lines_for, may_review
from kundenkreis.staff.rights_changes import Window, rights_changes
from kundenkreis.staff.roll import Roll
from kundenkreis.staff.saying import Sayer

_WHO = (
    "Everybody of whom the caller may ask, by name: whether each sees the record, each way by which she does (`ways`), what would have to "
    "change where she does not (`wants`), and what she may do with it. `type` is the record's kind as history writes it, such as "
    "`customers.account`. A record that the caller does not see herself is not there. Of herself anybody may ask, of others whoever has "
    "the right `access.explain`."
)
_COUNTS = (
    f"How many records of each noun a person sees: exact up to {BOUND - 1}, that number plus one for more, empty when counting took too long; "
    "and by which ways. A record may be seen by several."
)
_CHANGES = "Events that changed rights: roles, teams, territories, deputies, account teams, tokens and who may sign in; the newest first."


class AccessWay(shapes.Read):
    """One way to a record. `sentence` is in the caller's language."""

    kind: Literal[tuple(kind.value for kind in Kind)]  # type: ignore[valid-type]
    sentence: str


class AccessAct(shapes.Read):
    action: str
    allowed: bool
    ways: list[AccessWay]


class AccessExplained(shapes.Read):
    """One person and the record."""

    person_id: shapes.Id
    person_name: str
    sees: bool
    ways: list[AccessWay]
    wants: list[str]
    acts: list[AccessAct]


class AccessExplainedPage(shapes.Read):
    items: list[AccessExplained]
    count: int


class AccessQuery(Schema):
    person_id: shapes.Id | None = Field(None, description="This person alone.")
    sees: bool | None = Field(None, description="Only those who see it, or only those who do not.")
    offset: int = Field(0, ge=0, le=1_000_000, description="So many people are left out at the beginning.")
    limit: int = Field(50, ge=1, le=200, description="How many people at most.")


class AccessCountBy(shapes.Read):
    kind: Literal[tuple(kind.value for kind in Kind)]  # type: ignore[valid-type]
    count: int | None


class AccessCount(shapes.Read):
    noun: str
    count: int | None
    by: list[AccessCountBy]


class AccessCounts(shapes.Read):
    items: list[AccessCount]


class ReviewedToken(shapes.Read):
    id: shapes.Id
    name: str
    scopes: list[str]
    last_used_at: str | None


class ReviewedPerson(shapes.Read):
    """`has_changed`: what she may is not any more what it was when somebody looked at it."""

    person_id: shapes.Id
    person_name: str
    email: str
    role: str
    team_id: shapes.Id | None
    territories: list[str]
    stands_in_for: list[str]
    deputies: list[str]
    tokens: list[ReviewedToken]
    is_active: bool
    last_login: str | None
    is_silent: bool
    verdict: str | None
    note: str
    reviewed_by: str
    reviewed_at: str | None
    has_changed: bool


class AccessReviewAnswer(shapes.Read):
    """The open review, else the last one; without one `id` is empty."""

    id: shapes.Id | None
    name: str
    is_open: bool
    people: list[ReviewedPerson]


class NewAccessReview(shapes.Written):
    name: Annotated[str, Field(min_length=1, max_length=120), AfterValidator(shapes.storable)]


class AccessVerdict(shapes.Written):
    person_id: shapes.Id
    verdict: Literal[tuple(AccessCheck.Verdict.values)]  # type: ignore[valid-type]
    note: Annotated[str, Field(max_length=500), AfterValidator(shapes.storable)] = ""


class RightsEffect(shapes.Read):
    """What the event opened to whom, or closed; in words. Whoever has another way keeps it."""

    opened: bool
    whom: str
    what: str


class RightsChange(EVENT.row_schema):  # type: ignore[misc, name-defined]
    effects: list[RightsEffect]


class ChangesQuery(Schema):
    person_id: shapes.Id | None = Field(None, description="Whose rights changed.")
    by_id: shapes.Id | None = Field(None, description="By whom.")
    since: shapes.Day | None = Field(None, description="From this day on.")
    limit: int = Field(reading.SIZE, ge=1, le=reading.SIZE_MAX, description="How many records at most.")
    after: str = Field("", max_length=2000, description="The cursor of a page, taken from `next` or `previous`.")


def _caller(request: HttpRequest, kind: str = "read") -> Caller:
    caller: Caller = request.auth  # type: ignore[attr-defined]
    caller.must_reach("people", kind)
    return caller


def _who(request: HttpRequest, type: str, id: Pk, query: Query[AccessQuery]) -> HttpResponse:
    caller = _caller(request)
    explainer, roll = Explainer(_record(caller, type, id)), Roll()
    people = [one for one in roll.people if may_explain(caller.user, one)]
    if query.person_id is not None:
        people = [one for one in people if one.pk == query.person_id]
    if query.sees is not None:
        people = [one for one in people if explainer.sees(one) is query.sees]
    sayer = Sayer(roll, within_reach(caller.user, Account, explainer.accounts))
    shown = people[query.offset : query.offset + query.limit]
    return answered({"items": [_explained(sayer, explainer.explain(one)) for one in shown], "count": len(people)})


def _record(caller: Caller, label: str, pk: int) -> Any:
    try:
        model: Any = apps.get_model(label)
    except (LookupError, ValueError) as unknown:
        raise not_found() from unknown
    found = model._default_manager.visible_to(caller.user).filter(pk=pk).first() if is_explained(model) else None
    if found is None:
        raise not_found()
    return found


def _explained(sayer: Sayer, said: Explained) -> dict[str, Any]:
    def told(ways: list[Any]) -> list[dict[str, str]]:
        sentences = sayer.ways(said.person, ways)
        return [{"kind": way.kind.value, "sentence": text} for way, text in zip(ways, sentences, strict=True)]

    return {
        "person_id": said.person.pk,
        "person_name": str(said.person),
        "sees": said.sees,
        "ways": told(said.ways),
        "wants": sayer.wants(said.person, said.wants),
        "acts": [{"action": name, "allowed": bool(ways), "ways": told(ways)} for name, ways in said.acts.items()],
    }


def _counts(request: HttpRequest, id: Pk) -> HttpResponse:
    caller = _caller(request)
    person = _person(id)
    if not may_explain(caller.user, person):
        raise forbidden()
    items = [
        {"noun": one.noun, "count": one.count, "by": [{"kind": kind.value, "count": n} for kind, n in one.by]}
        for one in counts_of(person)
    ]
    return answered({"items": items})


def _person(pk: int) -> User:
    person = User.objects.living().filter(pk=pk).first()
    if person is None:
        raise not_found()
    return person


def _review(request: HttpRequest) -> HttpResponse:
    caller = _caller(request)
    if not may_review(caller.user):
        raise forbidden()
    return answered(_shown(caller, AccessReview.current()))


def _shown(caller: Caller, review: AccessReview | None) -> dict[str, Any]:
    return {
        "id": review.pk if review else None,
        "name": review.name if review else "",
        "is_open": bool(review and review.is_open),
        "people": [_reviewed(line) for line in lines_for(caller.user, review)],
    }


def _reviewed(line: Line) -> dict[str, Any]:
    person, check = line.person, line.check
    return {
        "person_id": person.pk,
        "person_name": str(person),
        "email": person.email,
        "role": person.role,
        "team_id": person.team_id,
        "territories": line.territories,
        "stands_in_for": [name for name, _until in line.stands_in_for],
        "deputies": [name for name, _until in line.deputies],
        "tokens": [
            {"id": one.pk, "name": one.name, "scopes": one.scopes, "last_used_at": one.last_used_at}
            for one in line.tokens
        ],
        "is_active": person.is_active,
        "last_login": person.last_login,
        "is_silent": line.is_silent,
        "verdict": check.verdict if check else None,
        "note": check.note if check else "",
        "reviewed_by": str(check.by or "") if check else "",
        "reviewed_at": check.at if check else None,
        "has_changed": line.has_changed,
    }


def _begin(request: HttpRequest) -> HttpResponse:
    caller = _caller(request, "write")
    if not access.reach(caller.user, "access.review").everything:
        raise forbidden()
    given = body_of(request, NewAccessReview)
    step(lambda _house, *, by, name: AccessReview.begin(by=by, name=name), None, by=caller.user, name=given.name)
    return answered(_shown(caller, AccessReview.current()), status=201)


def _end(request: HttpRequest, id: Pk) -> HttpResponse:
    caller = _caller(request, "write")
    if not access.reach(caller.user, "access.review").everything:
        raise forbidden()
    review = _found(id)
    step(AccessReview.end, review, by=caller.user)
    return answered(_shown(caller, review))


def _judge(request: HttpRequest, id: Pk) -> HttpResponse:
    caller = _caller(request, "write")
    if not may_review(caller.user):
        raise forbidden()
    review = _found(id)
    given = body_of(request, AccessVerdict)
    person = User.objects.living().filter(pk=given.person_id).first()
    if person is None:
        raise invalid([{"pointer": "/person_id", "detail": _("There is no such record.")}])
    if not may_review(caller.user, person):
        raise forbidden()
    step(review.judge, person, by=caller.user, verdict=given.verdict, note=given.note)
    return HttpResponse(status=204)


def _found(pk: int) -> AccessReview:
    review = AccessReview.objects.filter(pk=pk).first()
    if review is None:
        raise not_found()
    return review


def _changes(request: HttpRequest, query: Query[ChangesQuery]) -> HttpResponse:
    caller: Caller = request.auth  # type: ignore[attr-defined]
    caller.must_reach("history", "read")
    if not access.may(caller.user, "access.review") or not access.may(caller.user, "history.see"):
        raise forbidden()
    whose = _anybody(query.person_id, "person_id") if query.person_id is not None else None
    by = _anybody(query.by_id, "by_id") if query.by_id is not None else None
    since = clock.midnight(query.since) if query.since else None
    order = [("id", "desc")]
    try:
        upwards, values = keyset.place_of(Event, order, query.after)
    except keyset.BadCursor as bad:
        raise invalid([{"parameter": "after", "detail": str(bad)}]) from bad
    window = Window(values[0] if values else None, upwards, query.limit)
    found = rights_changes(person=whose, by=by, since=since, window=window)
    page = reading.paged(EVENTS, request, caller, found, order, after=query.after, limit=query.limit)
    effects = opened.of(list(Event.objects.filter(pk__in=[item["id"] for item in page["items"]])))
    for item in page["items"]:
        item["effects"] = [{"opened": e.is_open, "whom": e.whom, "what": e.what} for e in effects.get(item["id"], [])]
    return answered(page)


def _anybody(pk: int, parameter: str) -> User:
    """Those in the bin too: what was theirs stays in history."""
    person = User._base_manager.filter(pk=pk).first()
    if person is None:
        raise invalid([{"parameter": parameter, "detail": _("There is no such record.")}])
    return person


def routers() -> list[Router]:
    router = Router(tags=["Rights"])

    def add(
        method: str, path: str, view: Any, name: str, summary: str, response: Any, about: str = "", **more: Any
    ) -> None:
        router.add_api_operation(
            path, [method], view, response=response, operation_id=name, summary=summary, description=about,
            openapi_extra=more or None,
        )  # fmt: skip

    path = "/access/records/{str:type}/{int:id}"
    add("GET", path, _who, "access_record", "Who sees a record, and why", AccessExplainedPage, _WHO)
    path = "/people/{int:id}/access"
    add("GET", path, _counts, "access_person", "What a person sees, in figures", AccessCounts, _COUNTS)
    add("GET", "/access/review", _review, "access_review", "The access review, person by person", AccessReviewAnswer)
    said = "Begin an access review"
    taken = body(NewAccessReview)
    add("POST", "/access/reviews", _begin, "access_review_begin", said, {201: AccessReviewAnswer}, requestBody=taken)
    path = "/access/reviews/{int:id}/end"
    add("POST", path, _end, "access_review_end", "End an access review", AccessReviewAnswer)
    path = "/access/reviews/{int:id}/verdict"
    said = "Keep what a person may, or note what is to be changed"
    add("POST", path, _judge, "access_review_judge", said, {204: None}, requestBody=body(AccessVerdict))
    page = page_schema("RightsChange", RightsChange)
    add("GET", "/access/changes", _changes, "access_changes", "What changed in rights", page, _CHANGES)
    return [router]
