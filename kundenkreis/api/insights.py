"""Signals: what the orders say that somebody should look at. Read them, and answer them."""

# No `from __future__ import annotations` here: django-ninja reads the parameters of the functions below as types.

from typing import Annotated, Any

from ninja import Router
from pydantic import AfterValidator, Field

from kundenkreis.api import shapes
from kundenkreis.api.noun import READ, Noun
from kundenkreis.api.resource import Routes
from kundenkreis.api.shapes import Shown
from kundenkreis.core.filters import Filter
from kundenkreis.customers.grouping import OF_ACCOUNT
from kundenkreis.insights.models import Kind, Signal
from kundenkreis.staff import access


def _allowed(user: Any, verb: str, record: Any) -> bool:
    return access.may(user, "signals.see" if verb == "see" else "signals.change", record)


SIGNALS = Noun(
    path="signals",
    title="Signal",
    model=Signal,
    area="accounts",
    tag="Signals",
    about="What the orders say that somebody should look at, and what people answered. `figures` are what its sentence is made of.",
    allowed=_allowed,
    read=(
        "account",
        Shown(name="account_name", columns=("account__name",), type=str),
        "kind",
        "value",
        "figures",
        "raised_on",
        "closed_on",
        "answer",
        "answered_by",
        "answered_at",
        "snoozed_until",
        "note",
        "verdict",
        "outcome",
    ),
    filters=(
        Filter("account", "number", "account", "account_id"),
        OF_ACCOUNT,
        Filter("kind", "choice", "kind", choices=Kind.choices),
        Filter("answer", "choice", "answer", choices=Signal.Answer.choices),
        Filter("closed_on", "date", "closed"),
        Filter("raised_on", "date", "since"),
        Filter("value", "number", "at stake"),
    ),
    sorts={"value": "value"},
    verbs=READ,
)

NOUNS = [SIGNALS]


class SignalNote(shapes.Written):
    note: Annotated[
        str, Field(max_length=500, description="Why, for whoever looks at it later."), AfterValidator(shapes.storable)
    ] = ""


class SignalSnooze(SignalNote):
    until: Annotated[shapes.Day, Field(description="The day on which it asks for attention again; after today.")]


def routers() -> list[Router]:
    routes = Routes(SIGNALS)
    routes.step("done", "Somebody has acted on one", Signal.done, takes=SignalNote)
    routes.step("snooze", "Leave one alone until a day", Signal.snooze, takes=SignalSnooze)
    routes.step("not-useful", "One does not help here", Signal.not_useful, takes=SignalNote)
    routes.step("reopen", "Take the answer back", Signal.reopen)
    return [routes.router]
