"""Reassignments of territories: what they change, who would get what, planning them and carrying them out."""

# No `from __future__ import annotations` here: django-ninja reads the parameters of the functions below as types.

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import Field

from kundenkreis.api import shapes
from kundenkreis.api.answers import answered
from kundenkreis.api.noun import ALL, Noun
from kundenkreis.api.resource import Pk, Routes
from kundenkreis.api.staff import RULES
from kundenkreis.core.filters import Filter
from kundenkreis.staff import access
from kundenkreis.territories import carrying_out, forecasting, tasks
from kundenkreis.territories.models import AccountChoice, Reassignment, TerritoryChange

_FIELDS = ("name", "due_on", "owners", "hands_over", "takes_by_hand", "whole_house", "note")
_CHANGE = ("sets_owner", "new_owner", "sets_people", "new_people", "sets_rules")


def _whole(user: Any, verb: str, record: Any) -> bool:
    return access.may(user, f"reassignments.{verb}")


def _part(user: Any, verb: str, record: Any) -> bool:
    return access.may(user, "reassignments.see" if verb == "see" else "reassignments.change")


REASSIGNMENTS = Noun(
    path="reassignments",
    title="Reassignment",
    model=Reassignment,
    area="accounts",
    tag="Territories",
    about="Other owners, people or rules for territories, with the accounts that move because of it. `owners` says which accounts get "
    "another owner: those of the `former` one, `all` that move, `none`. A draft is looked at (`GET …/preview`), planned for `due_on`, or "
    "carried out at once; the batch that it leaves is undone as a whole (`POST /batches/{id}/undo`).",
    allowed=_whole,
    read=(*_FIELDS, "state", "problem", "batch"),
    write=_FIELDS,
    filters=(
        Filter("name", "text", "name"),
        Filter("state", "choice", "state", choices=Reassignment.State.choices),
        Filter("due_on", "date", "holds from"),
    ),
    sorts={"due_on": "due_on"},
)
CHANGES = Noun(
    path="reassignment-territories",
    title="ReassignmentTerritory",
    model=TerritoryChange,
    area="accounts",
    tag="Territories",
    about="What becomes of a territory in a reassignment. Only what `sets_owner`, `sets_people` and `sets_rules` name is changed.",
    allowed=_part,
    read=("reassignment", "territory", *_CHANGE, *RULES),
    fixed=("reassignment", "territory"),
    write=(*_CHANGE, *RULES),
    filters=(
        Filter("reassignment", "number", "reassignment", "reassignment_id"),
        Filter("territory", "number", "territory", "territory_id"),
    ),
    verbs=ALL - {"bulk"},
)
CHOICES = Noun(
    path="reassignment-accounts",
    title="ReassignmentAccount",
    model=AccountChoice,
    area="accounts",
    tag="Territories",
    about="An account by hand: it goes to `territory_id` whatever the rules say, or without one stays where and whose it is.",
    allowed=_part,
    read=("reassignment", "account", "territory"),
    fixed=("reassignment", "account"),
    write=("territory",),
    filters=(
        Filter("reassignment", "number", "reassignment", "reassignment_id"),
        Filter("account", "number", "account", "account_id"),
    ),
    verbs=ALL - {"bulk"},
)
NOUNS = [REASSIGNMENTS, CHANGES, CHOICES]


class Side(shapes.Read):
    """What one person or territory has before and after; without a number: nobody, or no territory."""

    id: shapes.Id | None
    accounts_before: int
    revenue_before: str
    accounts_after: int
    revenue_after: str
    open_activities: int = Field(description="Won (above zero) or lost.")


class ReassignmentPreview(shapes.Read):
    """Who would get what. While very many accounts are being counted only `is_counted` is there, and false."""

    is_counted: bool
    moved: int = 0
    revenue: str = "0"
    left_out: int = 0
    set_by_hand: int = 0
    ties: int = 0
    open_activities: int = 0
    open_opportunities: int = 0
    people: list[Side] = []
    territories: list[Side] = []


def _preview(found: dict[str, Any] | None) -> dict[str, Any]:
    if found is None:
        return ReassignmentPreview(is_counted=False).model_dump()
    return {
        "is_counted": True,
        "moved": found["moved"],
        "revenue": found["revenue"],
        "left_out": found["stays"],
        "set_by_hand": found["by_hand"],
        "ties": found["ties"],
        "open_activities": found["activities"],
        "open_opportunities": found.get("opportunities", 0),  # not in what was counted before there were any
        "people": [_side(*one) for one in found["people"].items()],
        "territories": [_side(*one) for one in found["territories"].items()],
    }


def _side(pk: str, row: list[Any]) -> dict[str, Any]:
    names = ("accounts_before", "revenue_before", "accounts_after", "revenue_after", "open_activities")
    return {"id": int(pk) or None, **dict(zip(names, row, strict=True))}


def _carry_out(record: Reassignment, *, by: Any) -> None:
    carrying_out.begin(record, by=by)
    transaction.on_commit(lambda: tasks.carry_out.enqueue(record.pk))


def routers() -> list[Router]:
    routes = Routes(REASSIGNMENTS)

    def preview(request: HttpRequest, id: Pk) -> HttpResponse:
        caller = routes.may(request, "see")
        record = routes.find(caller, id, "see")
        return answered(_preview(forecasting.foreseen(record)))

    routes.route(
        "GET", "/reassignments/{int:id}/preview", transaction.atomic(preview), "preview", "Who would get what", ReassignmentPreview
    )  # fmt: skip
    routes.step("plan", "The worker carries it out on its day", lambda record, by: record.plan(by=by))
    routes.step("reopen", "It is a draft again", lambda record, by: record.reopen(by=by))
    routes.step("carry-out", "Begin it now; the worker goes on with the accounts", _carry_out)
    routes.step(
        "stop",
        "No further step; what was done stays and can be undone",
        lambda record, by: carrying_out.stop(record, by=by),
    )
    return [routes.router, Routes(CHANGES).router, Routes(CHOICES).router]
