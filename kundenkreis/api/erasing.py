"""Restriction, legal hold and erasure of people, for whoever keeps data protection."""

# No `from __future__ import annotations` here: django-ninja reads the parameters of the functions below as types.

import datetime as dt
from collections.abc import Callable
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import AfterValidator, Field

from kundenkreis.api import shapes, writing
from kundenkreis.api.answers import answered
from kundenkreis.api.auth import Caller
from kundenkreis.api.noun import READ, Noun, kept_by
from kundenkreis.api.problems import forbidden, not_found
from kundenkreis.api.resource import Pk, Routes, body
from kundenkreis.api.writing import body_of
from kundenkreis.core.filters import Filter
from kundenkreis.customers.models import Contact
from kundenkreis.privacy import erasing, restricting
from kundenkreis.privacy.models import Erasure, Restriction
from kundenkreis.staff import access
from kundenkreis.staff.models import User

_WHY = Annotated[str, Field(min_length=1, max_length=500), AfterValidator(shapes.storable)]
_LINE = Annotated[str, Field(max_length=500), AfterValidator(shapes.storable)]
TAG = "Data protection"


class Restrict(shapes.Written):
    """Why a person's data must not be used, and until when at most (empty: until it is lifted)."""

    reason: _WHY
    until: dt.date | None = None


class Hold(shapes.Written):
    """The claim for which a person's data are needed."""

    reason: _WHY


class Erase(shapes.Written):
    """`spared` are places of the preview in which somebody else is meant."""

    note: _LINE = ""
    request_number: Annotated[str, Field(max_length=40), AfterValidator(shapes.storable)] = ""
    spared: Annotated[list[_LINE], Field(max_length=5000)] = []


class Mention(shapes.Read):
    """A place in a text of others that names the person."""

    place: str
    before: str
    found: str
    after: str
    in_file: bool


class ErasurePreview(shapes.Read):
    """What an erasure would do. `rows` counts what goes at once by table; `kept_until` is the day until which the books are kept.

    Of a colleague `left_at` says since when she cannot sign in, `due_on` until when her account is held; `same_name` names contacts only.
    """

    rows: dict[str, int]
    documents: int
    kept_until: dt.date | None
    left_at: shapes.Moment | None
    due_on: dt.date | None
    law: str
    same_name: list[int]
    same_mail: list[int]
    references: list[str]
    is_held: bool
    mentions: list[Mention]
    unread: list[str]


class Begun(shapes.Read):
    """What has begun or holds now."""

    id: int


ERASURES = Noun(
    path="erasures",
    title="Erasure",
    model=Erasure,
    area="privacy",
    tag=TAG,
    about="Erasures of people (GDPR Art. 17): how far each is, and until when the books keep what they need. Begun by "
    "`POST /contacts/{id}/erase`, of a colleague who left by `POST /people/{id}/erase`.",
    allowed=kept_by("privacy.see", "privacy.change"),
    read=(
        "state", "contacts", "accounts", "colleagues", "request_number", "note", "begun_at", "begun_by_name", "ended_at", "counts",
        "kept_until", "law",
    ),
    filters=(
        Filter("state", "choice", "state", choices=Erasure.State.choices),
        Filter("begun_at", "moment", "begun"),
        Filter("kept_until", "date", "kept until"),
    ),
    default_sort="-id",
    verbs=READ,
)  # fmt: skip
RESTRICTIONS = Noun(
    path="restrictions",
    title="Restriction",
    model=Restriction,
    area="privacy",
    tag=TAG,
    about="People whose data are kept and not used (GDPR Art. 18). Begun by `POST /contacts/{id}/restrict`.",
    allowed=kept_by("privacy.see", "privacy.change"),
    read=("noun", "record_id", "name", "reason", "since", "until", "lifted_at"),
    filters=(Filter("since", "moment", "since"),),
    default_sort="-id",
    verbs=READ,
)
NOUNS = [ERASURES, RESTRICTIONS]


def _record(request: HttpRequest, model: Any, pk: int, action: str) -> tuple[Caller, Any]:
    """A contact or a colleague, restricted ones too: here is where that is lifted."""
    caller: Caller = request.auth  # type: ignore[attr-defined]
    caller.must_reach("privacy", "read" if action == "privacy.see" else "write")
    if not access.may(caller.user, action):
        raise forbidden()
    record = model._base_manager.filter(pk=pk).first()
    if record is None:
        raise not_found()
    return caller, record


def _preview(model: Any) -> Callable[[HttpRequest, Pk], HttpResponse]:
    def preview(request: HttpRequest, id: Pk) -> HttpResponse:
        _caller, record = _record(request, model, id, "privacy.see")
        return _seen(erasing.preview(record))

    return preview


def _seen(seen: erasing.Preview) -> HttpResponse:
    until = seen.books.until if seen.books else seen.trips_until
    return answered(
        {
            "rows": seen.rows,
            "documents": seen.documents,
            "kept_until": until,
            "left_at": seen.former.left_at if seen.former else None,
            "due_on": seen.former.due_on if seen.former else None,
            "law": seen.law if until else "",
            "same_name": [one.pk for one in seen.same_name if isinstance(one, Contact)],
            "same_mail": [one.pk for one in seen.same_mail],
            "references": [order.number for order in seen.references],
            "is_held": seen.hold is not None,
            "mentions": [
                {"place": m.place, "before": m.before, "found": m.found, "after": m.after, "in_file": m.in_file}
                for m in seen.mentions
            ],
            "unread": seen.unread,
        }
    )


def _step(model: Any, takes: Any, work: Callable[..., Any]) -> Callable[[HttpRequest, Pk], HttpResponse]:
    must = takes is not None and any(field.is_required() for field in takes.model_fields.values())

    def step(request: HttpRequest, id: Pk) -> HttpResponse:
        caller, record = _record(request, model, id, "privacy.change")
        given = body_of(request, takes).model_dump() if takes and (must or request.body) else {}
        done: list[Any] = []
        writing.step(lambda one, **values: done.append(work(one, **values)), record, by=caller.user, **given)
        return answered({"id": done[0].pk})

    return step


_STEPS: tuple[tuple[str, str, Any, Any], ...] = (
    ("restrict", "A person's data are kept and not used from now on", Restrict, restricting.restrict),
    ("lift-restriction", "They may be used again", None, restricting.lift),
    ("hold", "They are needed for a claim: an erasure is refused", Hold, restricting.hold),
    ("end-hold", "The claim is over", None, restricting.end_hold),
    ("erase", "Erase the person; nothing brings her back", Erase, erasing.begin),
)


def routers() -> list[Router]:
    erasures, restrictions = Routes(ERASURES), Routes(RESTRICTIONS)
    add = erasures.router.add_api_operation
    for path, model in (("contacts", Contact), ("people", User)):
        add(
            f"/{path}/{{int:id}}/erasure-preview", ["GET"], _preview(model), operation_id=f"{path}_erasure_preview",
            summary="What an erasure would do", tags=[TAG], response=ErasurePreview,
        )  # fmt: skip
        for name, summary, takes, work in _STEPS:
            if model is User and work in (restricting.restrict, restricting.lift):
                continue  # a colleague is locked, not restricted
            asked = {"requestBody": body(takes) | {"required": takes is not Erase}} if takes else {}
            add(
                f"/{path}/{{int:id}}/{name}", ["POST"], _step(model, takes, work),
                operation_id=f"{path}_{name.replace('-', '_')}", summary=summary, tags=[TAG], response=Begun, openapi_extra=asked,
            )  # fmt: skip
    return [erasures.router, restrictions.router]
