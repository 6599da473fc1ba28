"""Pairs of records that may be the same one: read them, and say that they are two."""

# No `from __future__ import annotations` here: django-ninja reads the parameters of the functions below as types.

from typing import Any

from ninja import Router

from kundenkreis.api.noun import READ, Noun
from kundenkreis.api.resource import Routes
from kundenkreis.core.filters import Filter
from kundenkreis.quality.pairs import DuplicatePair
from kundenkreis.staff import access


def _allowed(user: Any, verb: str, record: Any) -> bool:
    return access.may(user, "duplicates.see" if verb == "see" else "duplicates.decide", record)


def _seen(user: Any) -> Any:
    return DuplicatePair.objects.visible_to(user).of_living()


PAIRS = Noun(
    path="duplicate-pairs",
    title="DuplicatePair",
    model=DuplicatePair,
    area="accounts",
    tag="Duplicates",
    about="Two accounts, or two contacts, that may be the same, as far as the caller may see both. `weight` is the logarithm of the odds"
    " to base 2; `explanation` has the level of agreement and the bits of every field.",
    allowed=_allowed,
    read=(
        "kind", "account", "other_account", "contact", "other_contact", "weight", "probability", "explanation", "state", "decided_by",
        "decided_at",
    ),
    filters=(
        Filter("kind", "choice", "kind", choices=DuplicatePair.Kind.choices),
        Filter("state", "choice", "state", choices=DuplicatePair.State.choices),
        Filter("account", "number", "account", "account_id"),
        Filter("contact", "number", "contact", "contact_id"),
    ),
    sorts={"weight": "weight"},
    verbs=READ | {"history"},
    seen=_seen,
)  # fmt: skip

NOUNS = [PAIRS]


def _different(pair: DuplicatePair, *, by: Any) -> None:
    pair.decide(by=by, as_=DuplicatePair.State.DIFFERENT)


def routers() -> list[Router]:
    routes = Routes(PAIRS)
    routes.step("different", "The two are not the same", _different)
    routes.step("reopen", "Take the decision back", DuplicatePair.reopen)
    return [routes.router]
