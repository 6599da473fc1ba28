"""Following what happens: nothing is missed, nothing comes twice."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction

from kundenkreis.customers.models import Account
from tests import world as cast


def test_who_follows_the_events_always_has_an_address_to_ask_next(world, program):
    admin = program(world.admin)
    page = admin.get("events?limit=500").json()
    assert page["next"]
    assert admin.get(page["next"]).json()["items"] == []
    again = admin.get(page["next"]).json()["next"]
    world.lindner.change(by=world.ada, place="Linz")
    assert [event["verb"] for event in admin.get(again).json()["items"]] == ["account.changed"]


@pytest.mark.django_db(transaction=True)
def test_an_event_of_a_longer_transaction_is_not_missed(program):
    """PostgreSQL numbers events before they are committed; SQLite writes one transaction after the other."""
    if connection.vendor != "postgresql":
        pytest.skip("only one transaction writes at a time")
    world = cast.build()
    admin = program(world.admin)
    place = admin.get("events?limit=500").json()["next"]
    written, may_end = threading.Event(), threading.Event()

    def slow() -> None:
        try:
            with transaction.atomic():
                Account.objects.get(pk=world.lindner.pk).change(by=world.ada, place="Linz")
                written.set()
                may_end.wait(20)
        finally:
            connection.close()

    other = threading.Thread(target=slow)
    other.start()
    assert written.wait(20)
    world.brauneis.change(by=world.cem, place="Graz")
    early = admin.get(place).json()
    may_end.set()
    other.join()
    late = admin.get(early["next"]).json()
    subjects = [event["subject_id"] for event in [*early["items"], *late["items"]]]
    assert sorted(subjects) == sorted([world.lindner.pk, world.brauneis.pk])


@pytest.mark.django_db(transaction=True)
def test_the_feed_goes_on_after_a_transaction_that_was_given_up_and_newest_first_waits_for_nobody(program):
    if connection.vendor != "postgresql":
        pytest.skip("only one transaction writes at a time")
    world = cast.build()
    admin = program(world.admin)
    place = admin.get("events?limit=500").json()["next"]
    written, may_end = threading.Event(), threading.Event()

    def given_up() -> None:
        try:
            with transaction.atomic():
                with transaction.atomic():
                    world.lindner.change(by=world.ada, place="Linz")
                    transaction.set_rollback(True)
                Account.objects.get(pk=world.lindner.pk).change(by=world.ada, place="Enns")
                written.set()
                may_end.wait(20)
                transaction.set_rollback(True)
        finally:
            connection.close()

    other = threading.Thread(target=given_up)
    other.start()
    assert written.wait(20)
    world.brauneis.change(by=world.cem, place="Graz")
    early = admin.get(place).json()
    newest = admin.get("events?sort=-id&limit=1").json()["items"][0]
    may_end.set()
    other.join()
    assert early["items"] == []
    assert newest["subject_id"] == world.brauneis.pk
    assert [event["subject_id"] for event in admin.get(early["next"]).json()["items"]] == [world.brauneis.pk]


def test_an_address_to_ask_next_comes_with_an_empty_answer_and_in_pages(world, program):
    admin = program(world.admin)
    empty = admin.get("events?verb=nothing.happened").json()
    assert (empty["items"], admin.get(empty["next"]).json()["next"]) == ([], empty["next"])
    address, seen = "events?limit=2", []
    while items := (page := admin.get(address).json())["items"]:
        seen += [event["id"] for event in items]
        address = page["next"]
    assert seen == sorted(set(seen))
    assert seen == [event["id"] for event in admin.get("events?limit=500").json()["items"]]
