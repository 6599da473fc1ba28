"""Two erase the same person at once, and somebody merges her while she is erased: one of them is told, and nothing of her is left."""

from __future__ import annotations

import threading
from contextlib import suppress

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from kundenkreis.core.models import House
from kundenkreis.customers.models import Account, Contact
from kundenkreis.privacy import erasing, erasing_steps, restricting
from kundenkreis.privacy import person as people
from kundenkreis.privacy.models import Erased, Erasure
from kundenkreis.quality import merging
from tests import world as cast

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _own_folders(tmp_path, settings):
    settings.DATA_DIR = tmp_path
    settings.FILES_DIR = tmp_path / "files"
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
    House.forget()


def at_once(*steps) -> list[str]:
    """What those were told that were refused."""
    told = []

    def run(step) -> None:
        try:
            step()
        except ValidationError as no:
            told.append(" ".join(no.messages))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(step,)) for step in steps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told


def meeting(monkeypatch, module, name: str) -> None:
    """Both have come to the same place before either goes on, if the database lets them at the same time at all."""
    barrier, right = threading.Barrier(2), getattr(module, name)

    def met(*args, **values):
        with suppress(threading.BrokenBarrierError):
            barrier.wait(2)
        return right(*args, **values)

    monkeypatch.setattr(module, name, met)


def zita(world) -> Contact:
    return Contact.add(by=world.ada, given_name="Thekla", family_name="Doppelmair", email="td@doppel.test")


def test_of_two_who_erase_the_same_person_one_is_told(monkeypatch):
    world = cast.build()
    contact = zita(world)
    own = Account.add(by=world.ada, name="Thekla Doppelmair", kind="person", person=contact, owner=world.ada)
    meeting(monkeypatch, people, "lock")
    told = at_once(
        *(lambda one=one, by=by: erasing.begin(one, by=by) for one, by in ((contact, world.admin), (own, world.ben)))
    )
    assert told == ["This person is erased already, or is being erased."]
    erasure = Erasure.objects.get()
    assert (erasure.contacts, erasure.accounts) == ([contact.pk], [own.pk])
    told = at_once(*(lambda: erasing.work(Erasure.objects.get()),) * 2)
    assert told == [] and Erasure.objects.get().state == Erasure.State.DONE
    assert Erased.objects.count() == 2


@pytest.mark.parametrize("kept", ["hers", "the other"])
def test_whoever_is_merged_with_her_meanwhile_is_erased_with_her_or_the_merge_is_refused(monkeypatch, kept):
    world = cast.build()
    contact = zita(world)
    twin = Contact.add(
        by=world.ada, given_name="Thekline", family_name="Doppelmair", email="thekla@doppel.test", note="Doppelnotiz"
    )
    pair = (contact, twin) if kept == "hers" else (twin, contact)
    erasure = erasing.begin(contact, by=world.admin)
    meeting(monkeypatch, erasing_steps, "_whole")
    meeting_too = merging.merge_many
    barrier = threading.Event()
    monkeypatch.setattr(
        merging, "merge_many", lambda *args, **values: (barrier.wait(0.1), meeting_too(*args, **values))[1]
    )
    told = at_once(lambda: merging.merge(*pair, by=world.ben), lambda: erasing.work(erasure))
    gone = Contact._base_manager.filter(pk=contact.pk).first()
    assert gone is None or gone.restricted_at is not None
    rest = Contact._base_manager.filter(pk=twin.pk).first()
    if told:  # the erasure was faster: whoever lives on is another person for all that anybody knows
        assert rest is not None and (rest.note, rest.merged_into_id) == ("Doppelnotiz", None)
    else:
        assert rest is None or (
            rest.restricted_at is not None and rest.note == "" and "Doppel" not in repr(rest.__dict__)
        )
        assert restricting.erasure_of(twin) == Erasure.objects.get()


def test_what_was_merged_into_her_before_the_worker_came_goes_too():
    world = cast.build()
    contact = zita(world)
    twin = Contact.add(by=world.ada, given_name="Thekline", family_name="Doppelmair", note="Doppelnotiz")
    erasure = erasing.begin(contact, by=world.admin)
    merging.merge(contact, twin, by=world.ben)
    erasure = erasing.work(erasure)
    assert (erasure.state, erasure.contacts) == (Erasure.State.DONE, [contact.pk, twin.pk])
    assert not Contact._base_manager.filter(note="Doppelnotiz").exists()
    assert restricting.erasure_of(twin) == erasure
