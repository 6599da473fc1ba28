"""The search for duplicates in a house: what it finds, keeps, forgets and looks at again."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from kundenkreis.customers.models import Account, Contact, MatchKey, Position, match_keys
from kundenkreis.history import undo
from kundenkreis.history.models import Event
from kundenkreis.quality.alone import Busy, alone
from kundenkreis.quality.matching import running
from kundenkreis.quality.pairs import DuplicatePair, DuplicateRun, certain

pytestmark = pytest.mark.django_db


@pytest.fixture
def twins(world):
    """Two records of one company and two of one person, both hers to see and change."""
    one = Account.add(
        by=world.ada, name="Kaufhaus Müller GmbH", owner=world.ada, street="Linzer Straße 12", postcode="4600", place="Wels",
        email="office@mueller.test", phone="+43 7242 123456", country="AT",
    )  # fmt: skip
    other = Account.add(
        by=world.ada, name="Mueller Kaufhaus Ges.m.b.H.", owner=world.ada, street="Linzerstr. 12/3", postcode="4600", place="Wels",
        email="einkauf@mueller.test", phone="07242/123456", country="AT",
    )  # fmt: skip
    hansi = Contact.add(by=world.ada, given_name="Hansi", family_name="Huber", owner=world.ada, mobile="0664 1234567")
    johann = Contact.add(
        by=world.ada, given_name="Johann", family_name="Huber", owner=world.ada, phone="+43 664 1234567"
    )
    for contact in (hansi, johann):
        Position.add(by=world.ada, contact=contact, account=one)
    return one, other, hansi, johann


def pairs():
    return {(pair.kind, pair.first, pair.second): pair for pair in DuplicatePair.objects.all()}


def test_a_search_finds_both_kinds_and_explains_them(world, twins):
    one, other, hansi, johann = twins
    run = running.run(by=world.admin)
    found = pairs()
    assert set(found) == {("account", one, other), ("contact", hansi, johann)}
    levels = {a.field: a.level for a in found["account", one, other].likeness.agreements}
    assert levels["site"] == "reached_and_house"
    assert {a.field: a.level for a in found["contact", hansi, johann].likeness.agreements}["given_name"] == "pet_form"
    assert run.counts["account"]["added"] == run.counts["contact"]["added"] == 1
    assert run.weights["account"]["version"]
    assert Event.objects.filter(verb="duplicaterun.done").exists()


def test_a_second_search_adds_nothing(world, twins):
    running.run()
    before = dict(DuplicatePair.objects.values_list("pk", "weight"))
    again = running.run(full=True)
    assert dict(DuplicatePair.objects.values_list("pk", "weight")) == before
    assert again.counts["account"]["added"] == 0


def test_a_new_record_is_held_against_all_others(world, twins):
    running.run()
    third = Account.add(
        by=world.ada, name="Kaufhaus Müller", owner=world.ada, place="Wels", postcode="4600", street="Linzer Str. 12"
    )
    run = running.run()
    assert not run.is_full
    assert {pair[2] for pair in pairs() if pair[0] == "account"} == {twins[1], third}


def test_by_keys_and_by_the_engine_the_same_is_found(world, twins, monkeypatch):
    running.run()
    DuplicatePair.objects.all().delete()
    DuplicateRun.objects.update(started_at="2000-01-01T00:00Z")
    running.run()
    by_keys = {key: pair.explanation for key, pair in pairs().items()}
    DuplicatePair.objects.all().delete()
    DuplicateRun.objects.update(started_at="2000-01-01T00:00Z")
    monkeypatch.setattr(running, "MOST_WALKED", 0)
    running.run()
    assert {key: pair.explanation for key, pair in pairs().items()} == by_keys
    assert by_keys


def test_a_pair_that_is_none_any_more_goes(world, twins):
    running.run()
    twins[1].change(
        by=world.ada,
        name="Papierfabrik Steyrermühl AG",
        email="",
        phone="",
        street="Am Anger 1",
        postcode="8010",
        place="Graz",
    )
    running.run()
    assert [pair[0] for pair in pairs()] == ["contact"]


def test_decided_as_different_it_stays_so_until_a_record_changes_in_what_is_compared(world, twins):
    one, other, *_rest = twins
    running.run()
    pair = DuplicatePair.objects.get(kind="account")
    pair.decide(by=world.ada, as_="different")
    running.run(full=True)
    assert DuplicatePair.objects.get(pk=pair.pk).state == "different"
    one.change(by=world.ada, description="Another text", phone="07242 123456")  # the same number in another writing
    running.run()
    assert DuplicatePair.objects.get(pk=pair.pk).state == "different"
    other.change(by=world.ada, name="Kaufhaus Müller GmbH")
    running.run()
    assert DuplicatePair.objects.get(pk=pair.pk).state == "open"


def test_a_decision_is_one_event_and_can_be_taken_back(world, twins):
    running.run()
    pair = DuplicatePair.objects.get(kind="contact")
    event = pair.decide(by=world.ada, as_="different")
    assert (event.verb, event.actor_id) == ("duplicatepair.different", world.ada.pk)
    undo.undo_event(event, by=world.ada)
    pair.refresh_from_db()
    assert (pair.state, pair.decided_by) == ("open", None)


def test_it_is_decided_as_different_or_merged_and_nothing_else(world, twins):
    running.run()
    with pytest.raises(ValidationError):
        DuplicatePair.objects.first().decide(by=world.ada, as_="open")


def test_the_certain_ones_are_those_from_a_probability_on(world, twins):
    running.run()
    assert certain(0.999999999).count() <= certain(0.5).count() == 2
    DuplicatePair.objects.filter(kind="account").get().decide(by=world.ada, as_="merged")
    assert [pair.kind for pair in certain(0.5)] == ["contact"]


def test_keys_follow_a_record_by_its_verbs(world):
    account = Account.add(by=world.ada, name="Zirbe GmbH", owner=world.ada, vat_id="ATU13585627")
    kept = MatchKey.objects.filter(kind=match_keys.ACCOUNT, subject_id=account.pk)
    before = set(kept.values_list("key", flat=True))
    account.change(by=world.ada, name="Fichte GmbH")
    after = set(kept.values_list("key", flat=True))
    assert before & after
    assert before != after
    account.discard(by=world.ada)
    assert not kept.exists()
    account.restore(by=world.ada)
    assert set(kept.values_list("key", flat=True)) == after


def test_a_record_in_the_bin_is_in_no_pair(world, twins):
    running.run()
    twins[0].discard(by=world.admin)
    assert [pair.kind for pair in DuplicatePair.objects.waiting()] == ["contact"]
    running.run()
    assert not DuplicatePair.objects.filter(kind="account").exists()


def test_nothing_is_due_before_something_has_changed(world, twins):
    assert running.is_due()
    running.run()
    assert not running.is_due()
    twins[0].change(by=world.ada, place="Linz")
    assert running.is_due()


def test_a_search_does_not_begin_while_another_is_at_work(world):
    with alone("duplicates"), pytest.raises(Busy):
        running.run()
