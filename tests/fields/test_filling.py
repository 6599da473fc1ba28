"""Records with values of custom fields: written in one place, told by history field by field, and taken back."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from kundenkreis.core.records import Stale
from kundenkreis.customers.models import Account, Contact
from kundenkreis.history import trail
from kundenkreis.history.adding import add_many
from kundenkreis.history.models import Batch, Event
from kundenkreis.history.undo import undo_batch, undo_event
from kundenkreis.web import changes
from tests.fields.defining import define, one_of_each

FULL = {
    "hours": "Mo–Fr 8–17",
    "seats": "40",
    "volume": "1000,50",
    "checked": dt.date(2026, 1, 31),
    "window": "Vormittag",
    "days": "Friday; Montag",
}


def again(record):
    return type(record)._base_manager.get(pk=record.pk)


def errors_of(wrong):
    return {
        name: [str(e.message % (e.params or {})) for e in errors] for name, errors in wrong.value.error_dict.items()
    }


def test_a_new_record_takes_values_of_every_kind(world):
    one_of_each()
    account = again(Account.add(by=world.ada, name="Hotel Post", custom=FULL | {"buyer": world.ada}))
    assert account.custom == {
        "hours": "Mo–Fr 8–17",
        "hours~": "mo fr 8 17",
        "seats": 40,
        "volume": 1000.5,
        "checked": "2026-01-31",
        "window": "morning",
        "days": ["monday", "friday"],
        "buyer": world.ada.pk,
        "per_seat": 25.01,
    }


def test_every_wrong_value_is_refused_at_its_field_and_nothing_is_written(world):
    one_of_each()
    wrong_values = {
        "hours": "a\0b",
        "seats": "many",
        "volume": "1.234",
        "checked": "31.2.2026",
        "window": "Night",
        "days": ["Sunday"],
        "buyer": 999_999,
        "per_seat": 3,
        "nothing": 1,
    }
    before = Account._base_manager.count()
    with pytest.raises(ValidationError) as wrong:
        Account.add(by=world.ada, name="Hotel Post", email="no address", custom=wrong_values)
    assert set(errors_of(wrong)) == {f"custom_{key}" for key in wrong_values} | {"email"}
    assert Account._base_manager.count() == before


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("1e5", "Write a number"),
        (True, "Write a number"),
        ("NaN", "Write a number"),
        (10**15, "digits before"),
        (0.5, "decimals"),
    ],
)
def test_what_is_no_number_of_the_field_is_refused(world, value, said):
    define("Seats", "number", decimals=0)
    with pytest.raises(ValidationError) as wrong:
        world.lindner.change(by=world.ada, custom_seats=value)
    assert said in str(errors_of(wrong)["custom_seats"])


def test_a_change_leaves_the_other_values_alone_and_history_tells_of_the_one(world):
    one_of_each()
    account = Account.add(by=world.ada, name="Hotel Post", custom=FULL)
    event = account.change(by=world.ada, custom_seats=50, place="Linz")
    assert event.changes == {"custom_seats": [40, 50], "place": ["", "Linz"]}
    assert again(account).custom["hours"] == "Mo–Fr 8–17"
    assert again(account).custom["per_seat"] == 20.01
    _headline, told, _kind = changes.told(event)
    assert told[0] == ("Seats", "40", "50")


def test_a_change_is_undone_like_that_of_any_field(world):
    one_of_each()
    account = Account.add(by=world.ada, name="Hotel Post", custom=FULL)
    event = account.change(by=world.ada, custom_days=["tuesday"], custom_hours="", custom_buyer=world.ben)
    assert "hours~" not in again(account).custom
    undo_event(event, by=world.ada)
    assert again(account).custom["days"] == ["monday", "friday"]
    assert again(account).custom["hours~"] == "mo fr 8 17"
    assert "buyer" not in again(account).custom


def test_two_people_change_two_fields_and_neither_is_lost(world):
    one_of_each()
    account = Account.add(by=world.ada, name="Hotel Post", custom=FULL)
    version = account.version
    again(account).change(by=world.ben, custom_seats=60)
    again(account).change(by=world.ada, version=version, custom_hours="always")
    with pytest.raises(Stale) as stale:
        again(account).change(by=world.ada, version=version, custom_seats=70)
    assert stale.value.theirs == {"custom_seats": 60}
    assert again(account).custom["hours"] == "always"


def test_a_formula_reads_what_else_the_record_holds_and_says_why_it_has_no_value(world):
    define("Per head", "formula", formula="round(revenue_12m / employees; 1)", decimals=1)
    account = Account.add(by=world.ada, name="Hotel Post", employees=8, revenue_12m=100)
    assert account.custom == {"per_head": 12.5}
    account.change(by=world.ada, employees=0)
    assert again(account).custom == {"per_head!": "zero"}
    account.change(by=world.ada, employees=None)
    assert again(account).custom == {}


def test_a_formula_is_worked_out_anew_for_all_when_it_is_changed(world):
    define("Seats", "number", decimals=0)
    doubled = define("Doubled", "formula", formula="seats * 2")
    define("Fourfold", "formula", formula="doubled * 2")
    world.lindner.change(by=world.ada, custom_seats=3)
    doubled.change(by=world.admin, formula="seats * 3")
    assert again(world.lindner).custom == {"seats": 3, "doubled": 9, "fourfold": 18}
    assert again(world.lindner).version == 2, "what is worked out is no change by anybody"


def test_a_required_field_is_asked_of_those_it_is_required_of(world):
    define("Hours", is_required=True, required_roles=["key_account_manager"])
    with pytest.raises(ValidationError) as wrong:
        Account.add(by=world.ada, name="Hotel Post")
    assert "custom_hours" in errors_of(wrong)
    Account.add(by=world.ben, name="Hotel Post")
    Account.add(by=None, name="Hotel Post II")
    world.lindner.change(by=world.ada, place="Linz")
    world.lindner.change(by=world.ada, custom_hours="always")
    with pytest.raises(ValidationError):
        world.lindner.change(by=world.ada, custom_hours="")


def test_rows_that_are_added_at_once_say_each_what_is_wrong_with_it(world):
    one_of_each()
    rows = [{"name": "A", "custom": FULL}, {"name": "B", "custom_seats": "many"}, {"name": "C"}]
    added = add_many(Account, rows, by=world.ada, label="Three", kind="api", partial=True)
    assert [record and record.custom.get("seats") for record in added.records] == [40, None, None]
    assert set(added.refused) == {1}
    assert "custom_seats" in added.refused[1].error_dict


def test_a_retired_field_takes_no_value_and_keeps_what_it_has(world):
    seats = define("Seats", "number")
    world.lindner.change(by=world.ada, custom_seats=3)
    seats.retire(by=world.admin)
    with pytest.raises(ValidationError):
        world.lindner.change(by=world.ada, custom_seats=4)
    assert again(world.lindner).custom == {"seats": 3}
    seats.bring_back(by=world.admin)
    world.lindner.change(by=world.ada, custom_seats=4)


def test_a_retired_choice_stays_where_it_is_and_is_chosen_no_more(world):
    window = define("Window", "choice", choices=[{"key": "a", "en": "A"}, {"key": "b", "en": "B"}])
    world.lindner.change(by=world.ada, custom_window="a")
    window.change(by=world.admin, choices=[{"key": "a", "en": "A", "retired": True}, {"key": "b", "en": "B"}])
    world.lindner.change(by=world.ada, custom_window="a", place="Linz")
    with pytest.raises(ValidationError):
        world.brauneis.change(by=world.cem, custom_window="a")


def test_what_a_batch_did_goes_back_field_by_field(world):
    from kundenkreis.history import chunks

    define("Seats", "number", decimals=0)
    define("Hours")
    world.lindner.change(by=world.ada, custom={"seats": 1, "hours": "old"})
    batch = Batch.objects.create(kind="import", label="File", state=Batch.State.DONE)
    before, after = again(world.lindner).custom, {"seats": 2, "hours": "old", "hours~": "old"}
    Account._base_manager.filter(pk=world.lindner.pk).update(custom=after, version=3)
    chunks.keep(batch, 0, Account, fields=["custom"], changed=[[world.lindner.pk, before, after]])
    steps = trail.of(again(world.lindner), limit=1)
    assert steps[0].event.changes == {"custom_seats": [1, 2]}
    again(world.lindner).change(by=world.ada, custom_hours="new")
    undo_batch(batch, by=world.ada)
    assert again(world.lindner).custom == {"seats": 1, "hours": "new", "hours~": "new"}


def test_contacts_have_fields_of_their_own(world):
    define("Seats", "number")
    define("Pet", noun="contacts", is_searched=True)
    world.maria.change(by=world.ada, custom_pet="Waldi")
    with pytest.raises(ValidationError):
        world.maria.change(by=world.ada, custom_seats=1)
    assert Event.objects.filter(verb="contact.changed", changes__has_key="custom_pet").exists()
    assert Contact.objects.get(pk=world.maria.pk).custom == {"pet": "Waldi", "pet~": "waldi"}


def test_a_text_of_a_searched_field_is_found_by_the_search_box(world):
    from kundenkreis.core import search

    define("Hours", is_searched=True)
    world.lindner.change(by=world.ada, custom_hours="Betriebsurlaub im August")
    found = search.find(search.ACCOUNT, "Betriebsurlaub")
    assert world.lindner.pk in [hit.subject_id for hit in found]


def test_history_tells_of_a_new_record_field_by_field(world):
    define("Hours")
    account = Account.add(by=world.ada, name="Hotel Post", custom_hours="always")
    event = Event.objects.about(account).get()
    assert event.changes["custom_hours"] == [None, "always"]
    assert "custom" not in event.changes
