"""Merging accounts and contacts, and taking a merge back."""

# No `from __future__ import annotations` here: django-ninja reads the parameters of the functions below as types.

from typing import Any, Literal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Router
from pydantic import Field

from kundenkreis.api import shapes, writing
from kundenkreis.api.answers import answered
from kundenkreis.api.noun import READ, Noun
from kundenkreis.api.once import once
from kundenkreis.api.problems import Problem, forbidden, invalid, not_found
from kundenkreis.api.resource import ONCE_PARAMETER, Pk, Routes, body
from kundenkreis.core.filters import Filter
from kundenkreis.customers.models.merged import Mergeable
from kundenkreis.quality import merge_fields, merging, unmerging
from kundenkreis.quality.models import Merge
from kundenkreis.staff import access


class MergeRequest(shapes.Written):
    """`choices` names, for fields in which both differ, whose value holds; what is not named follows the rule of the page: what the kept
    record lacks comes from the other, and of two texts both stand one below the other."""

    gone: shapes.Id
    choices: dict[str, Literal["kept", "gone", "both"]] = Field(default_factory=dict, max_length=200)


class TakeBackRequest(shapes.Written):
    """`give_back`: records added since the merge that belong to the restored one, by kind and link (`activities.activity.account`).
    `before`: fields of the kept record that get their value of before the merge although somebody has changed them since."""

    give_back: dict[str, list[shapes.Id]] = Field(default_factory=dict, max_length=50)
    before: list[str] = Field(default_factory=list, max_length=200)


class MergeTakenBack(shapes.Read):
    """How many rows went back, and how many stayed because somebody has changed them since."""

    undone: int
    kept: int


MERGES = Noun(
    path="merges",
    title="Merge",
    model=Merge,
    area="accounts",
    tag="Accounts",
    about="Two accounts or contacts that became one. `gone_id` leads to `kept_id` until the merge is taken back.",
    allowed=lambda user, verb, record: verb == "see" and access.may(user, "accounts.see"),
    read=("noun", "kept_id", "gone_id", "kept_label", "gone_label", "at", "batch", "undone_at"),
    filters=(
        Filter("noun", "choice", "kind", choices=[("account", "account"), ("contact", "contact")]),
        Filter("kept", "number", "kept", "kept_id"),
        Filter("gone", "number", "merged", "gone_id"),
    ),
    default_sort="-id",
    verbs=READ,
)
NOUNS = [MERGES]


def _merge(record: Mergeable, *, by: Any, gone: int, choices: dict[str, str]) -> Merge:
    noun = record.noun()
    other = type(record)._default_manager.visible_to(by).living().filter(pk=gone).first()  # type: ignore[attr-defined]
    if other is None:
        raise invalid([{"pointer": "/gone", "detail": _("There is no such record.")}])
    if not all(access.may(by, f"{noun}s.merge", one) for one in (record, other)):
        raise forbidden()
    if noun == "account" and not access.may(by, "accounts.assign", record):
        choices = choices | dict.fromkeys(
            set(access.ASSIGNED) & set(merge_fields.names(type(record))), merge_fields.KEPT
        )
    try:
        return merging.merge(record, other, by=by, choices=choices)
    except ValueError as wrong:
        raise invalid([{"pointer": "/choices", "detail": str(wrong)}]) from wrong


def add_to(routes: Routes) -> Routes:
    """`POST /accounts/7/merge`: make another record a part of this one."""
    routes.step("merge", f"Make another {routes.say} a part of this one", _merge, MergeRequest)
    return routes


def routers() -> list[Router]:
    routes = Routes(MERGES)

    def take_back(request: HttpRequest, id: Pk) -> HttpResponse:
        caller = routes.may(request, "see")
        caller.must_reach("accounts", "write")
        made = MERGES.visible(caller.user).filter(pk=id).first()
        if made is None:
            raise not_found()
        kept = merging.NOUNS[made.noun]._base_manager.filter(pk=made.kept_id).first()
        if kept is None or not access.may(caller.user, f"{made.noun}s.merge", kept):
            raise forbidden()
        given = writing.body_of(request, TakeBackRequest) if request.body else TakeBackRequest()

        def work() -> HttpResponse:
            try:
                with transaction.atomic():
                    result = _taken_back(made, caller.user, given)
            except ValidationError as refused:
                raise Problem(409, "conflict", " ".join(refused.messages)) from refused
            return answered({"undone": result.undone, "kept": result.kept})

        return once(request, work)

    said = "Take one merge back, with what came since where it belongs"
    more = {"requestBody": body(TakeBackRequest) | {"required": False}, "parameters": [ONCE_PARAMETER]}
    routes.route("POST", "/merges/{int:id}/take-back", take_back, "take_back", said, MergeTakenBack, **more)
    return [routes.router]


def _taken_back(made: Merge, user: Any, given: TakeBackRequest) -> Any:
    """Only what the person sees is hers to give back."""
    asked = unmerging.foresee(made, user=user)
    seen = {added.key: {row.pk for row in added.rows} for added in asked.added}
    give_back = {key: set(ids) & seen.get(key, set()) for key, ids in given.give_back.items()}
    return unmerging.unmerge(made, by=user, give_back=give_back, fields=given.before)
