"""One event is taken back over the API as on its page, under the same rights."""

from __future__ import annotations

from kundenkreis.customers.models import Account
from kundenkreis.history.models import Event


def last(record):
    return Event.objects.about(record).latest("pk")


def test_a_change_is_taken_back_and_the_answer_names_the_event_that_did(world, program):
    world.lindner.change(by=world.ada, place="Linz", phone="+43 732 1")
    event = last(world.lindner)
    world.lindner.change(by=world.ada, phone="+43 732 2")
    answer = program(world.ada).post(f"events/{event.pk}/undo")
    assert answer.status_code == 200
    undone = last(world.lindner)
    assert undone.undoes_id == event.pk
    assert answer.json() == {"event": undone.pk, "fields": ["place"], "kept_fields": ["phone"]}
    account = Account.objects.get(pk=world.lindner.pk)
    assert (account.place, account.phone.replace(" ", "")[-4:]) == ("Wels", "7322")


def test_twice_is_refused_in_words_or_answered_alike_with_a_key(world, program):
    world.lindner.change(by=world.ada, place="Linz")
    ada, path = program(world.ada), f"events/{last(world.lindner).pk}/undo"
    first = ada.post(path, Idempotency_Key="a")
    assert ada.post(path, Idempotency_Key="a").json() == first.json()
    again = ada.post(path)
    assert (again.status_code, again.json()["detail"]) == (409, "It was undone already.")


def test_another_teams_event_is_not_there_and_nobody_undoes_what_she_may_not_change(world, program):
    world.brauneis.change(by=world.cem, place="Graz")
    path = f"events/{last(world.brauneis).pk}/undo"
    assert program(world.ada).post(path).status_code == 404
    assert program(world.admin, ["history:read"]).post(path).status_code == 403
    world.lindner.change(by=world.ada, place="Linz")
    path = f"events/{last(world.lindner).pk}/undo"
    assert program(world.rita).post(path).status_code in (403, 404)
    assert Account.objects.get(pk=world.lindner.pk).place == "Linz"


def test_what_is_no_record_with_a_bin_or_gone_for_good_is_not_undone(world, program):
    admin = program(world.admin)
    issued = Event.objects.get(verb="apitoken.issued")
    assert admin.post(f"events/{issued.pk}/undo").status_code == 403
    world.lindner.change(by=world.ada, place="Linz")
    event = last(world.lindner)
    Event.objects.filter(pk=event.pk).update(subject_id=987654321)
    answer = admin.post(f"events/{event.pk}/undo")
    assert (answer.status_code, "no longer exists" in answer.json()["detail"]) == (409, True)
