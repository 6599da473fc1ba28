"""People, teams, territories, deputies, and the caller herself."""

# No `from __future__ import annotations` here: django-ninja reads the parameters of the functions below as types.

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Router

from kundenkreis.api import shapes
from kundenkreis.api.answers import answered
from kundenkreis.api.auth import Caller
from kundenkreis.api.noun import ALL, Noun
from kundenkreis.api.problems import Problem
from kundenkreis.api.resource import Pk, Routes
from kundenkreis.api.shapes import Shown
from kundenkreis.core.filters import Filter
from kundenkreis.staff import access, inviting, joining
from kundenkreis.staff.models import Deputy, Team, Territory, User
from kundenkreis.staff.roles import Role


def _staff(user: Any, verb: str, record: Any) -> bool:
    """Everybody knows her colleagues, teams and territories; administrators keep them."""
    return access.may(user, f"people.{verb}")


def _change_person(person: User, *, by: Any, **values: Any) -> Any:
    joining.refuse_without_administrator(person, values.get("role", person.role))
    return person.change(by=by, **values)


_PERSON = ("email", "first_name", "last_name", "role", "team", "job_title", "phone", "language")

PEOPLE = Noun(
    path="people",
    title="Person",
    model=User,
    area="people",
    tag="People",
    about="People who sign in, kept by administrators. A new person has no password: `POST /people/{id}/invite` mails her "
    "the link with which she chooses one.",
    allowed=_staff,
    read=(
        *_PERSON,
        "is_active",
        Shown(name="full_name", columns=("first_name", "last_name"), type=str, make=lambda f, n: f"{f} {n}".strip()),
    ),
    write=_PERSON,
    filters=(
        Filter("email", "text", "e-mail"),
        Filter("role", "choice", "role", choices=Role.choices),
        Filter("team", "number", "team", "team_id"),
        Filter("is_active", "flag", "may sign in"),
    ),
    sorts={"name": "last_name"},
    verbs=ALL - {"bulk"},
    add=joining.invite,
    change=_change_person,
    discard=joining.leave,
)

TEAMS = Noun(
    path="teams",
    title="Team",
    model=Team,
    area="people",
    tag="People",
    about="Teams, possibly within others.",
    allowed=_staff,
    read=("name", "parent"),
    write=("name", "parent"),
    filters=(Filter("name", "text", "name"), Filter("parent", "number", "part of", "parent_id")),
    sorts={"name": "name"},
)

RULES = ("countries", "postcodes", "industries", "sizes")
_TERRITORY = ("name", "parent", *RULES, "owner", "deputy", "deputy_from", "deputy_until", "people")

TERRITORIES = Noun(
    path="territories",
    title="Territory",
    model=Territory,
    area="people",
    tag="People",
    about="Parts of the market. An account falls to the most specific one that fits: `postcodes` (beginnings such as 46, ranges such as "
    "4000-4699), then `industries`, `sizes` (micro, small, medium, large), `countries`, then the deeper one; a list that is empty holds for "
    "all, and one without any rule takes accounts by hand only. Accounts that are there already move by a reassignment.",
    allowed=_staff,
    read=_TERRITORY,
    write=_TERRITORY,
    filters=(
        Filter("name", "text", "name"),
        Filter("parent", "number", "part of", "parent_id"),
        Filter("owner", "person", "owner", "owner_id"),
    ),
    sorts={"name": "name"},
)


def _deputies(user: Any, verb: str, record: Any) -> bool:
    """Everybody may see them and name her own; administrators anyone's."""
    if verb == "see" or (verb == "add" and record is None):
        return access.may(user, "people.see")
    return access.may(user, "people.change") or (record is not None and record.person_id == user.pk)


DEPUTIES = Noun(
    path="deputies",
    title="Deputy",
    model=Deputy,
    area="people",
    tag="People",
    about="Who stands in for whom, and when.",
    allowed=_deputies,
    read=("person", "deputy", "starts_on", "ends_on"),
    fixed=("person", "deputy"),
    write=("starts_on", "ends_on"),
    filters=(Filter("person", "person", "person", "person_id"), Filter("deputy", "person", "deputy", "deputy_id")),
)

NOUNS = [PEOPLE, TEAMS, TERRITORIES, DEPUTIES]


class Me(shapes.Read):
    """The person for whom the caller asks, and how far each of her permissions goes."""

    id: shapes.Id
    email: str
    full_name: str
    role: str
    team_id: shapes.Id | None
    language: str
    scopes: list[str] | None
    permissions: dict[str, list[str]]


def _me(request: HttpRequest) -> HttpResponse:
    caller: Caller = request.auth  # type: ignore[attr-defined]
    user = caller.user
    permissions = {
        action: [part.name.lower() for part in access.Scope if part in reached and part.name]
        for action, reached in access.TABLE.get(user.role, {}).items()
        if reached
    }
    return answered(
        {
            "id": user.pk,
            "email": user.email,
            "full_name": user.get_full_name(),
            "role": user.role,
            "team_id": user.team_id,
            "language": user.language,
            "scopes": None if caller.scopes is None else sorted(caller.scopes),
            "permissions": permissions,
        }
    )


def routers() -> list[Router]:
    me = Router(tags=["People"])
    me.add_api_operation("/me", ["GET"], _me, response=Me, operation_id="me_get", summary="Who am I, and what may I do")
    people = Routes(PEOPLE)
    people.step("lock", "She cannot sign in any more, and her tokens stop working", joining.lock)

    def invite(request: HttpRequest, id: Pk) -> HttpResponse:
        caller = people.may(request, "see")
        caller.must_reach("people", "write")
        with transaction.atomic():
            person = people.find(caller, id, "change")
        if not person.is_active:
            raise Problem(409, "conflict", _("This person is locked."))
        try:
            link = request.build_absolute_uri(inviting.password_path(person))
            inviting.send_link(person, link, inviter=caller.user)
        except OSError as why:
            raise Problem(503, "unexpected", _("The mail could not be sent.")) from why
        return answered(people.show(caller, id))

    said = "Mail her a link with which she chooses a password"
    people.route("POST", "/people/{int:id}/invite", invite, "invite", said, PEOPLE.record_schema)
    people.step("unlock", "She can sign in again", joining.unlock)
    return [people.router, *(Routes(noun).router for noun in NOUNS[1:]), me]
