"""Signals over the API: read by who sees the account, answered with a note or until a day."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from kundenkreis.core import clock
from kundenkreis.history.models import Event
from kundenkreis.insights.models import Kind, Signal

pytestmark = pytest.mark.django_db


@pytest.fixture
def signal(world) -> Signal:
    return Signal.objects.create(
        account=world.lindner, kind=Kind.FIRST_ORDER, value=Decimal(90), figures={}, raised_on=clock.today()
    )


def test_it_is_left_alone_until_a_day_and_asks_again_when_reopened(world, program, signal):
    ada, until = program(world.ada), clock.today() + dt.timedelta(days=14)
    answer = ada.post(f"signals/{signal.pk}/snooze", {"until": until.isoformat(), "note": "They are on holiday"})
    assert answer.status_code == 200, answer.content
    told = answer.json()
    assert (told["answer"], told["snoozed_until"], told["note"], told["answered_by_id"]) == (
        "snoozed",
        until.isoformat(),
        "They are on holiday",
        world.ada.pk,
    )
    assert Event.objects.filter(verb="signal.snoozed", actor_id=world.ada.pk).count() == 1
    assert ada.post(f"signals/{signal.pk}/reopen").json()["answer"] == ""


def test_done_and_not_useful_take_a_note_or_none(world, program, signal):
    ada = program(world.ada)
    assert ada.post(f"signals/{signal.pk}/done").json()["note"] == ""
    told = ada.post(f"signals/{signal.pk}/not-useful", {"note": "A one-off"}).json()
    assert (told["answer"], told["note"]) == ("not_useful", "A one-off")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/until"),
        ({"until": "soon"}, "/until"),
        ({"until": "2001-01-01"}, "/until"),
        ({"until": "2199-01-01", "note": "x" * 501}, "/note"),
        ({"until": "2199-01-01", "note": "a\x00b"}, "/note"),
        ({"until": "2199-01-01", "days": 3}, "/days"),
    ],
)
def test_a_wrong_value_is_said_at_its_field_and_nothing_is_written(world, program, signal, body, pointer):
    answer = program(world.ada).post(f"signals/{signal.pk}/snooze", body)
    assert answer.status_code == 422, answer.content
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    signal.refresh_from_db()
    assert (signal.answer, signal.version) == ("", 1)


def test_a_body_where_none_is_needed_must_still_be_right(world, program, signal):
    ada = program(world.ada)
    assert ada.post(f"signals/{signal.pk}/done", b"{").status_code == 400
    assert ada.post(f"signals/{signal.pk}/done", {"why": "x"}).status_code == 422


def test_who_does_not_see_the_account_or_may_only_read_answers_nothing(world, program, signal):
    body = {"until": "2199-01-01"}
    assert program(world.cem).post(f"signals/{signal.pk}/snooze", body).status_code == 404
    assert program(world.rita).post(f"signals/{signal.pk}/snooze", body).status_code == 403
    assert program(world.ada, ["accounts:read"]).post(f"signals/{signal.pk}/snooze", body).status_code == 403
