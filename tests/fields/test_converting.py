"""Another kind for a field: what is kept, what is lost, made in steps, and back as one."""

import pytest
from django.core.exceptions import ValidationError

from kundenkreis.customers.models import Account
from kundenkreis.fields import converting, known
from kundenkreis.history.models import Batch, Event
from kundenkreis.history.undo import undo_batch
from tests.fields.defining import define


def customs():
    return list(Account._base_manager.order_by("pk").values_list("custom", flat=True))


def test_texts_become_choices_of_themselves(world):
    field = define("Window")
    for account, text in ((world.lindner, "Morning"), (world.brauneis, "evening!")):
        account.change(by=None, custom_window=text)
    converting.convert(field, "choice", by=world.admin)
    assert sorted((c.key, c.en) for c in known.of("accounts").by_key["window"].choices) == [
        ("evening", "evening!"),
        ("morning", "Morning"),
    ]
    assert customs() == [{"window": "morning"}, {"window": "evening"}]


def test_a_choice_becomes_a_text_and_goes_back(world):
    field = define("Window", "choice", choices=[{"en": "Morning"}])
    world.lindner.change(by=world.ada, custom_window="morning")
    batch = converting.convert(field, "text", by=world.admin)
    assert customs() == [{"window": "Morning", "window~": "morning"}, {}]
    assert Event.objects.filter(verb="customfield.converted", batch=batch).exists()
    undo_batch(batch, by=world.admin)
    assert customs() == [{"window": "morning"}, {}]
    assert known.of("accounts").by_key["window"].kind == "choice"


def test_formulas_follow_the_new_values_and_one_that_could_not_is_in_the_way(world):
    field = define("Seats", "number", decimals=0)
    define("Double", "formula", formula="seats * 2")
    world.lindner.change(by=world.ada, custom_seats=2)
    with pytest.raises(ValidationError, match="double"):
        converting.convert(field, "text", by=world.admin)
    assert customs()[0] == {"seats": 2, "double": 4}
    converting.convert(field, "money", by=world.admin)
    assert customs()[0] == {"seats": 2, "double": 4}


def test_the_values_follow_step_by_step_and_a_killed_worker_is_followed_by_another(world, monkeypatch):
    monkeypatch.setattr(converting, "CHUNK", 2)
    field = define("Seats")
    for number in range(5):
        Account.add(by=None, name=f"Firma {number}", custom={"seats": str(number)})
    batch = converting.begin(field, "number", by=world.admin)
    with pytest.raises(ValidationError):
        converting.begin(field, "date", by=world.admin)
    assert converting._step(batch)
    assert [one.get("seats") for one in customs() if one] == [0, 1, "2", "3", "4"]
    converting.go_on(Batch.objects.get(pk=batch.pk))
    assert [one.get("seats") for one in customs() if one] == [0, 1, 2, 3, 4]
    batch.refresh_from_db()
    assert (batch.state, batch.counts["customers.account"]["changed"]) == (Batch.State.DONE, 5)


def test_too_many_texts_are_no_choice(world, monkeypatch):
    monkeypatch.setattr(converting, "MOST_NEW_CHOICES", 1)
    field = define("Window")
    world.lindner.change(by=world.ada, custom_window="a")
    world.brauneis.change(by=world.cem, custom_window="b")
    with pytest.raises(ValidationError, match="different values"):
        converting.preview(field, "choice")
