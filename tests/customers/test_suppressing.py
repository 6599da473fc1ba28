"""The suppression list: an address is known again whoever has it, without being kept."""

import pytest
from django.core.exceptions import ValidationError

from kundenkreis.activities.permission import may_contact
from kundenkreis.customers import barring
from kundenkreis.customers.models import Address, Contact, Suppression
from kundenkreis.history import bin as bins
from kundenkreis.history.adding import add_many
from kundenkreis.history.models import Event
from kundenkreis.history.undo import undo_batch, undo_event
from tests.activities.consenting import consent


def bars(contact):
    return set(contact.bars.values_list("kind", flat=True))


def test_it_survives_the_person_s_deletion(world):
    barring.object_to_advertising(world.maria, by=world.ada)
    address = world.maria.email
    world.maria.discard(by=world.ada)
    bins.purge(older_than_days=-1)
    assert not Contact.objects.filter(pk=world.maria.pk).exists()
    again = Contact.add(by=world.ada, family_name="Lindner", email=address)
    consent(again)
    assert may_contact(again, "newsletter", "email").rule == "suppressed"
    assert bars(again) == {"email"}


def test_many_at_once_are_marked_and_an_undo_takes_them_out(world):
    barring.suppress_address("email", "gone@firma.test", by=None, reason="complaint")
    rows = [{"family_name": f"P{n}", "email": f"{'gone' if n == 1 else n}@firma.test"} for n in range(3)]
    added = add_many(Contact, rows, by=world.ada, label="x", kind="api")
    assert [bars(one) for one in added.records] == [set(), {"email"}, set()]
    undo_batch(added.batch, by=world.ada)
    assert not Contact.objects.filter(email="gone@firma.test").exists()


def test_a_number_is_known_however_it_is_written(world):
    world.maria.change(by=world.ada, mobile="0664/123 45 67")
    barring.suppress_address("phone", "+43 664 1234567", by=world.ada, reason="wrong")
    assert bars(world.maria) == {"phone"}
    consent(world.maria, "advertising", "phone")
    assert may_contact(world.maria, "advertising", "phone").rule == "suppressed"


def test_a_letter_is_suppressed_for_who_is_called_so_at_that_place(world):
    Address.add(by=None, contact=world.maria, street="Hauptstraße 1", postcode="4600", place="Wels")
    barring.suppress_contact(world.maria, by=world.ada, reason="complaint")
    assert may_contact(world.maria, "advertising", "letter").rule == "suppressed"
    twin = Contact.add(by=None, given_name="Maria", family_name="Lindner")
    Address.add(by=None, contact=twin, street="Hauptstr. 1", postcode="4600", place="Wels")
    assert bars(twin) == {"address"}


def test_twice_is_once(world):
    first = barring.suppress_address("email", "a@b.test", by=None, reason="other")
    assert barring.suppress_address("email", "A@B.test", by=None, reason="other") == first
    assert Suppression.objects.count() == 1


def test_lifting_needs_a_reason_and_frees_every_contact(world):
    one = barring.suppress_address("email", world.maria.email, by=None, reason="other")
    assert bars(world.maria) == {"email"}
    with pytest.raises(ValidationError):
        one.lift(by=world.admin, reason="  ")
    event = one.lift(by=world.admin, reason="She asked for it")
    assert bars(world.maria) == set()
    assert Event.objects.about(one).latest("pk").verb == "suppression.lifted"
    with pytest.raises(ValidationError):
        one.lift(by=world.admin, reason="again")
    again = barring.suppress_address("email", world.maria.email, by=None, reason="objection")
    assert again != one
    assert bars(world.maria) == {"email"}
    with pytest.raises(ValidationError):  # the place is taken
        undo_event(event, by=world.admin)


def test_the_nightly_round_heals_what_was_written_beside_the_verbs(world):
    barring.suppress_address("email", "gone@firma.test", by=None, reason="other")
    Contact.objects.filter(pk=world.maria.pk).update(email="gone@firma.test")
    assert bars(world.maria) == set()
    barring.mark_all(barring.EVERY)
    assert bars(world.maria) == {"email"}
    Contact.objects.filter(pk=world.maria.pk).update(email="free@firma.test")
    barring.mark_all(barring.EVERY)
    assert bars(world.maria) == set()


@pytest.mark.parametrize(("kind", "text"), [("email", "x"), ("phone", "abc"), ("address", "Ring 1"), ("email", "")])
def test_what_is_no_address_is_refused(world, kind, text):
    with pytest.raises(ValidationError):
        barring.suppress_address(kind, text, by=None, reason="other")


def test_objecting_twice_is_refused_in_words(world):
    barring.object_to_advertising(world.maria, by=world.ada)
    with pytest.raises(ValidationError, match="recorded already"):
        barring.object_to_advertising(world.maria, by=world.ada)


def test_an_objection_that_somebody_else_recorded_is_not_taken_back_by_anybody(world):
    from kundenkreis.staff.looking_back import may_undo

    event = barring.object_to_advertising(world.maria, by=world.ada)
    world.maria.refresh_from_db()
    assert may_undo(world.ada, event, world.maria)
    assert may_undo(world.admin, event, world.maria)
    assert not may_undo(world.ben, event, world.maria)
