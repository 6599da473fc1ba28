"""Taking back one event, and a whole batch."""

import pytest

from kundenkreis.activities.models import Activity
from kundenkreis.core import search
from kundenkreis.customers.models import Account
from kundenkreis.history import chunks
from kundenkreis.history.models import Batch, Event
from kundenkreis.history.undo import CannotUndo, preview_batch, preview_event, undo_batch, undo_event


def test_a_change_is_taken_back_field_by_field(world):
    event = world.lindner.change(by=world.ada, place="Linz", tier="A", owner=world.cem)
    Account.objects.get(pk=world.lindner.pk).change(by=world.ben, tier="B")
    undone = undo_event(event, by=world.ada)
    after = Account.objects.get(pk=world.lindner.pk)
    assert (after.place, after.owner, after.tier) == ("Wels", world.ada, "B")
    assert undone.kept_fields == ["tier"]
    assert Event.objects.get(undoes=event).changes["place"] == ["Linz", "Wels"]


def test_nothing_is_undone_twice(world):
    event = world.lindner.change(by=world.ada, place="Linz")
    undo_event(event, by=world.ada)
    with pytest.raises(CannotUndo):
        undo_event(event, by=world.ada)


def test_what_was_changed_again_stays(world):
    event = world.lindner.change(by=world.ada, place="Linz")
    Account.objects.get(pk=world.lindner.pk).change(by=world.ben, place="Graz")
    with pytest.raises(CannotUndo):
        preview_event(event)
    assert Account.objects.get(pk=world.lindner.pk).place == "Graz"


def test_adding_is_undone_into_the_bin_and_discarding_out_of_it(world):
    added = Event.objects.about(world.lindner).get()
    undo_event(added, by=world.ada)
    world.lindner.refresh_from_db()
    assert world.lindner.deleted_at is not None
    discarded = Event.objects.about(world.lindner).latest("pk")
    undo_event(discarded, by=world.ada)
    world.lindner.refresh_from_db()
    assert world.lindner.deleted_at is None


def test_an_undo_can_be_undone(world):
    event = world.lindner.change(by=world.ada, place="Linz")
    undo_event(event, by=world.ada)
    undo_event(Event.objects.get(undoes=event), by=world.ada)
    assert Account.objects.get(pk=world.lindner.pk).place == "Linz"


def test_tags_come_back(world):
    from kundenkreis.customers.models import Tag

    tag = Tag.add(by=world.ada, name="Christmas")
    event = world.lindner.change(by=world.ada, tags=[tag])
    undo_event(event, by=world.ada)
    assert list(world.lindner.tags.all()) == []


def bulk_batch(world):
    """A batch that added three accounts and changed the place of two."""
    batch = Batch.objects.create(kind="import", label="accounts.csv", state=Batch.State.DONE)
    added = [Account(number=f"N-{i}", name=f"Neu {i}", key=f"neu {i}") for i in range(3)]
    Account.objects.bulk_create(added)
    search.index(search.ACCOUNT, [a.search_row() for a in added])
    chunks.keep(batch, 0, Account, added=[a.pk for a in added])
    pairs = [(world.lindner, "Wels", "Steyr"), (world.brauneis, "Salzburg", "Hallein")]
    for account, _, new in pairs:
        Account.objects.filter(pk=account.pk).update(place=new)
    chunks.keep(batch, 1, Account, fields=["place"], changed=[(a.pk, old, new) for a, old, new in pairs])
    return batch, added


def test_a_batch_is_undone_as_a_whole(world):
    batch, added = bulk_batch(world)
    assert preview_batch(batch).undone == 5
    undone = undo_batch(batch, by=world.ben)
    assert (undone.undone, undone.kept) == (5, 0)
    assert not Account.objects.filter(number__startswith="N-").exists()
    assert Account.objects.get(pk=world.lindner.pk).place == "Wels"
    assert search.find(search.ACCOUNT, "Neu") == []
    batch.refresh_from_db()
    assert batch.state == Batch.State.UNDONE
    with pytest.raises(CannotUndo):
        undo_batch(batch, by=world.ben)


def test_what_people_touched_since_is_kept_and_named(world):
    batch, added = bulk_batch(world)
    Account.objects.get(pk=added[0].pk).change(by=world.ada, tier="A")
    Activity.add(by=world.ada, kind="note", subject="Keep me", account=added[1])
    Account.objects.get(pk=world.brauneis.pk).change(by=world.cem, place="Anif")
    foreseen = preview_batch(batch)
    assert (foreseen.undone, foreseen.kept) == (2, 3)
    undone = undo_batch(batch, by=world.ben)
    assert (undone.undone, undone.kept) == (2, 3)
    assert set(undone.kept_records) == {
        ("customers.account", pk) for pk in (added[0].pk, added[1].pk, world.brauneis.pk)
    }
    assert Activity.objects.get().subject == "Keep me"
    assert Account.objects.get(pk=world.brauneis.pk).place == "Anif"


def test_a_preview_does_not_count_what_the_batch_itself_refers_to(world):
    batch, added = bulk_batch(world)
    note = Activity.add(by=world.ada, kind="note", subject="Of the same batch", account=added[1])
    chunks.keep(batch, 2, Activity, added=[note.pk])
    foreseen = preview_batch(batch)
    undone = undo_batch(batch, by=world.ben)
    assert (foreseen.undone, foreseen.kept) == (undone.undone, undone.kept) == (6, 0)


def test_runs_of_ids():
    assert chunks.runs([5, 3, 4, 9]) == [[3, 5], [9, 9]]
    assert chunks.runs([]) == []
