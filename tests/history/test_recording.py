"""The verbs every noun has, and what they leave in history."""

import pytest
from django.core.exceptions import ValidationError

from kundenkreis.core.records import Stale
from kundenkreis.customers.models import Account
from kundenkreis.history.models import Event


def test_a_new_record_has_one_event_with_its_values(world):
    event = Event.objects.about(world.lindner).get()
    assert event.verb == "account.added"
    assert event.actor_name == "Ada Huber"
    assert event.changes["name"] == [None, "Lindner & Söhne GmbH"]
    assert event.changes["owner"] == [None, world.ada.pk, "", "Ada Huber"]
    assert event.account_id == world.lindner.pk


def test_a_change_is_recorded_from_and_to_with_names(world):
    event = world.lindner.change(by=world.ben, owner=world.cem, tier="A")
    assert event.changes == {"owner": [world.ada.pk, world.cem.pk, "Ada Huber", "Cem Yıldız"], "tier": ["", "A"]}
    world.lindner.refresh_from_db()
    assert (world.lindner.owner, world.lindner.team, world.lindner.version) == (world.cem, world.south, 2)


def test_a_change_that_changes_nothing_leaves_no_event(world):
    assert world.lindner.change(by=world.ada, place="Wels") is None
    assert world.lindner.version == 1


def test_two_people_on_one_field_the_second_is_told(world):
    hers, his = Account.objects.get(pk=world.lindner.pk), Account.objects.get(pk=world.lindner.pk)
    hers.change(by=world.ada, version=1, place="Linz")
    with pytest.raises(Stale) as told:
        his.change(by=world.ben, version=1, place="Graz")
    assert told.value.theirs == {"place": "Linz"}
    assert Account.objects.get(pk=world.lindner.pk).place == "Linz"


def test_two_people_on_two_fields_both_are_kept(world):
    Account.objects.get(pk=world.lindner.pk).change(by=world.ada, version=1, place="Linz")
    Account.objects.get(pk=world.lindner.pk).change(by=world.ben, version=1, tier="B")
    after = Account.objects.get(pk=world.lindner.pk)
    assert (after.place, after.tier, after.version) == ("Linz", "B", 3)


def test_a_wrong_value_is_refused_at_its_field_and_nothing_is_written(world):
    with pytest.raises(ValidationError) as refused:
        world.lindner.change(by=world.ada, tier="Z", place="Linz")
    assert list(refused.value.message_dict) == ["tier"]
    assert Account.objects.get(pk=world.lindner.pk).place == "Wels"
    assert Event.objects.about(world.lindner).count() == 1


def test_the_bin_and_back(world):
    world.lindner.discard(by=world.ada)
    assert world.lindner not in Account.objects.living()
    with pytest.raises(ValidationError):
        world.lindner.discard(by=world.ada)
    world.lindner.restore(by=world.ada)
    assert world.lindner in Account.objects.living()
    assert [e.verb for e in Event.objects.about(world.lindner).order_by("pk")] == [
        "account.added",
        "account.discarded",
        "account.restored",
    ]


def test_a_password_never_stands_in_history(world):
    world.ada.change(by=world.admin, password="other hash")
    assert Event.objects.about(world.ada).latest("pk").changes == {"password": ["…", "…"]}
