"""A request that comes twice does its work once."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from kundenkreis.api.models import KeptAnswer
from kundenkreis.customers.models import Account

KEY = {"Idempotency-Key": "8e03978e-40d5-43dd-bc93-6894a57f9324"}


def test_the_second_request_gets_the_first_answer(world, program):
    ada = program(world.ada)
    first = ada.post("accounts", {"name": "Einmal"}, **KEY)
    second = ada.post("accounts", {"name": "Einmal"}, **KEY)
    assert (second.status_code, second.json(), second["Location"]) == (201, first.json(), first["Location"])
    assert second["Idempotency-Replayed"] == "true"
    assert Account.objects.filter(name="Einmal").count() == 1


def test_the_same_key_with_another_body_is_refused(world, program):
    ada = program(world.ada)
    ada.post("accounts", {"name": "Einmal"}, **KEY)
    assert ada.post("accounts", {"name": "Anders"}, **KEY).status_code == 422
    assert ada.post("contacts", {"family_name": "Anders"}, **KEY).status_code == 422
    assert not Account.objects.filter(name="Anders").exists()


def test_a_key_belongs_to_its_person(world, program):
    program(world.ada).post("accounts", {"name": "Einmal"}, **KEY)
    assert program(world.ben).post("accounts", {"name": "Einmal"}, **KEY).status_code == 201
    assert Account.objects.filter(name="Einmal").count() == 2


def test_a_refused_request_may_be_sent_again(world, program):
    ada = program(world.ada)
    assert ada.post("accounts", {"name": "Neu", "number": world.lindner.number}, **KEY).status_code == 422
    assert not KeptAnswer.objects.exists()
    world.lindner.change(by=world.ada, number="K-999")
    assert ada.post("accounts", {"name": "Neu", "number": "K-00001"}, **KEY).status_code == 201


def test_after_a_day_the_key_is_free_again(world, program):
    ada = program(world.ada)
    ada.post("accounts", {"name": "Einmal"}, **KEY)
    KeptAnswer.objects.update(created_at=timezone.now() - dt.timedelta(hours=25))
    cache.clear()
    ada.post("accounts", {"name": "Einmal"}, **KEY)
    assert Account.objects.filter(name="Einmal").count() == 2


@pytest.mark.parametrize("key", ["", " ", "x" * 201, "a b", "ü"])
def test_a_key_of_another_form_is_refused(world, program, key):
    assert program(world.ada).post("accounts", {"name": "Neu"}, **{"Idempotency-Key": key}).status_code == 400


def test_a_bulk_request_is_done_once_too(world, program):
    ada, body = program(world.ada), {"items": [{"name": "A"}, {"name": "B"}]}
    first, second = (ada.post("accounts/bulk", body, **KEY) for _ in range(2))
    assert first.json() == second.json()
    assert Account.objects.count() == 4


@pytest.mark.django_db(transaction=True)
def test_twins_at_the_same_moment_make_one_record(program):
    from tests import world as cast

    world = cast.build()
    asking = [program(world.ada) for _ in range(4)]
    answers = []

    def ask(one) -> None:
        try:
            answers.append(one.post("accounts", {"name": "Zwilling"}, **KEY))
        finally:
            connection.close()

    threads = [threading.Thread(target=ask, args=(one,)) for one in asking]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status_code for answer in answers] == [201] * 4
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert Account.objects.filter(name="Zwilling").count() == 1
