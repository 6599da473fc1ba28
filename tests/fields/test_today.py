"""Formulas with today: right on the page at once, brought into step in lists at night, and no hindrance to an undo."""

import datetime as dt

import pytest

from kundenkreis.core import clock
from kundenkreis.customers.bulk_editing import Change
from kundenkreis.customers.models import Account
from kundenkreis.fields import known, rolling
from kundenkreis.fields.bulk_editing import edit
from kundenkreis.fields.models import CustomField
from kundenkreis.history.models import Batch
from kundenkreis.history.undo import undo_batch
from tests.fields.defining import define


def again(record):
    return type(record)._base_manager.get(pk=record.pk)


@pytest.fixture(autouse=True)
def on_a_tuesday(monkeypatch):
    monkeypatch.setattr(clock, "today", lambda: dt.date(2026, 1, 13))


def days_later(monkeypatch, days):
    day = clock.today() + dt.timedelta(days=days)
    monkeypatch.setattr(clock, "today", lambda: day)
    return day


def test_a_value_follows_the_day_at_once_on_the_page_and_at_night_in_the_column(world, signed_in, monkeypatch):
    define("Ends", "date")
    define("Left", "formula", formula="days(today(); ends)", decimals=0)
    define("Urgent", "formula", formula='if(left < 10; "urgent"; "calm")')
    world.lindner.change(by=world.ada, custom_ends=clock.today() + dt.timedelta(days=12))
    assert again(world.lindner).custom["left"] == 12
    assert [one.key for one in known.of("accounts").active if one.moves] == ["left", "urgent"]
    days_later(monkeypatch, 5)
    page = signed_in(world.ada).get(f"/accounts/{world.lindner.pk}/?tab=details").content.decode()
    assert "urgent" in page
    assert again(world.lindner).custom["urgent"] == "calm", "reading writes nothing"
    rolling.each_night()
    assert CustomField.objects.filter(filled_to__isnull=False).count() == 1, "one pass for all formulas of a noun"
    rolling.go_on()
    kept = again(world.lindner).custom
    assert (kept["left"], kept["urgent"]) == (7, "urgent")
    assert again(world.lindner).version == 2
    assert not rolling.is_behind()


def test_a_night_s_work_that_is_killed_goes_on_where_it_was(world, monkeypatch):
    define("Age", "formula", formula="days(customer_since; today())", decimals=0)
    for number in range(5):
        Account.add(by=None, name=f"A{number}", customer_since=clock.today())
    days_later(monkeypatch, 3)
    monkeypatch.setattr(rolling, "CHUNK", 2)
    rolling.each_night()
    field = CustomField.objects.get()
    for _step in range(3):
        assert rolling._fill_on(field.pk)
    assert 0 < Account._base_manager.filter(custom={"age": 3}).count() < 5
    rolling.go_on()
    assert Account._base_manager.filter(custom={"age": 3}).count() == 5


def test_what_has_come_to_something_else_by_itself_does_not_keep_a_batch_from_being_undone(world, monkeypatch):
    define("Ends", "date")
    define("Left", "formula", formula="days(today(); ends)", decimals=0)
    field = known.of("accounts").by_key["ends"]
    assert field
    day = (clock.today() + dt.timedelta(days=12)).isoformat()
    edit(Account.objects.filter(pk=world.lindner.pk), Change.custom("ends", day), label="Ends", by=world.ben)
    assert again(world.lindner).custom["left"] == 12
    days_later(monkeypatch, 5)
    rolling.each_night()
    rolling.go_on()
    assert again(world.lindner).custom["left"] == 7
    undo_batch(Batch.objects.get(kind="bulk_edit"), by=world.ben)
    assert again(world.lindner).custom == {}
