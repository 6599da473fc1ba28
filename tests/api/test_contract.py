"""The API keeps to its own description: schemathesis asks every operation with good and bad data and finds nothing."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import Any

import pytest
import schemathesis
from django.db import connection
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events

from kundenkreis.staff.models import ApiToken, User
from kundenkreis.wsgi import application
from tests import world as cast

pytestmark = pytest.mark.slow

# Beyond what the tool expects anyway: 422 for a value that is of the right form and yet wrong (a check digit, a reference that is not
# there), 409 for a step that a record has behind it, 412 and 428 for the version. `ignored_auth` cannot be asked over WSGI in this
# release; test_routes asks every route instead.
SETTINGS: dict[str, Any] = {
    "seed": 20261122,
    "generation": {"deterministic": True, "database": "none"},
    "checks": {
        "positive_data_acceptance": {"expected-statuses": ["2xx", "304", "404", "409", "412", "422"]},
        "missing_required_header": {"expected-statuses": ["401", "415", "422", "428"]},
        "ignored_auth": {"enabled": False},
    },
}


# For a longer walk than every run can have: KUNDENKREIS_CONTRACT_EXAMPLES=20 and an hour.
EXAMPLES = int(os.environ.get("KUNDENKREIS_CONTRACT_EXAMPLES", "1" if connection.vendor == "postgresql" else "2"))


@contextmanager
def shown_a_token(person: User, leader: User):
    """Every request shows a token: of `leader` where only whoever leads may ask. The walk revokes those that it finds, its own
    too, and goes on with another.
    """
    held: dict[int, tuple[Any, str]] = {}

    def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
        who = leader if case.path == "/api/v1/team-week" else person
        if not ApiToken.objects.filter(pk=held.get(who.pk, (None, ""))[0], revoked_at=None).exists():
            token, key = ApiToken.issue(user=who, name="Walk", scopes=["read", "write"], by=None)
            held[who.pk] = (token.pk, key)
        case.headers["Authorization"] = f"Bearer {held[who.pk][1]}"

    schemathesis.hook(before_call)  # a schema's own dispatcher does not take this one
    try:
        yield
    finally:
        schemathesis.hooks.unregister(before_call)


def asked(only: str, phases: dict[str, Any], most: int) -> tuple[int, list[str]]:
    """How many requests schemathesis sent to these addresses, and what it found."""
    world = cast.build()
    generation = SETTINGS["generation"] | {"max-examples": most}
    config = SchemathesisConfig.from_dict(SETTINGS | {"phases": phases, "generation": generation})
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application, config=config)
    with shown_a_token(world.admin, world.ben):
        return walked(schema.include(path_regex=only))


def walked(chosen: Any) -> tuple[int, list[str]]:
    requests, found = 0, []
    for event in schemathesis.engine.from_schema(chosen).execute():
        if isinstance(event, events.ScenarioFinished):
            requests += len(event.recorder.cases)
            for checks in event.recorder.checks.values():
                found += [described(one) for one in checks if one.failure_info is not None]
        elif isinstance(event, events.NonFatalError):
            found.append(f"{event.label}: {event.value!r}")
        elif isinstance(event, events.FatalError):
            found.append(repr(event.exception))
    return requests, found


def described(check: Any) -> str:
    failure = check.failure_info.failure
    return f"{failure.operation}: {failure.title}: {failure.message[:300]} {check.failure_info.code_sample[:500]}"


OFF = {"enabled": False}


@pytest.fixture(autouse=True)
def _no_limits(settings):
    settings.API_WRONG_TOKENS = 10**9
    settings.API_RATE = 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("room", ["accounts|me|house", "orders", "batches|notifications|imports"])
def test_every_edge_of_a_value_is_answered_as_described(room):
    """All nouns have the same routes from the same code, so the long phase runs on those that differ most."""
    requests, found = asked(f"^/api/v1/({room})(/|$)", {"fuzzing": OFF, "stateful": OFF}, 1)
    assert requests > 100
    assert found == []


@pytest.mark.django_db(transaction=True)
def test_every_operation_keeps_to_its_description():
    requests, found = asked("^/api/v1/", {"coverage": OFF, "stateful": OFF}, EXAMPLES)
    assert requests > 300
    assert found == []


@pytest.mark.django_db(transaction=True)
def test_what_one_request_makes_the_next_ones_find():
    requests, found = asked("^/api/v1/tags(/|$)", {"coverage": OFF, "fuzzing": OFF}, max(2, EXAMPLES))
    assert requests > 10
    assert found == []
