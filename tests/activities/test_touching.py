"""The touch plan: what counts as a touch, when the next one is due, and that the account knows at once what the night works out."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kundenkreis.activities import touching
from kundenkreis.activities.models import Activity
from kundenkreis.activities.suggesting import suggest
from kundenkreis.core import clock
from kundenkreis.core.models import House
from kundenkreis.customers import bulk_editing, cadence
from kundenkreis.customers.cadence import NEVER, NOT_DUE, next_due
from kundenkreis.customers.models import Account, Contact, Position
from kundenkreis.fields.bulk_editing import edit
from kundenkreis.history import adding, undo
from kundenkreis.history.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture
def rules(world):
    House.current()
    House.objects.update(touch_days_a=30, touch_days_b=60)
    cache.clear()
    world.lindner.change(by=world.admin, tier="A")
    return world


def before(days: int) -> dt.datetime:
    return timezone.localtime() - dt.timedelta(days=days)  # the same hour, also across the change to summer time


def spoke(world, days: int, **values) -> Activity:
    given = {"kind": "call", "subject": "Spoke", "account": world.lindner, "owner": world.ada, "at": before(days)}
    return Activity.add(by=world.ada, **{**given, **values})


def stands(account: Account) -> tuple[dt.date | None, dt.date | None]:
    fresh = Account.objects.get(pk=account.pk)
    return fresh.last_touched, fresh.touch_due


def day(days: int) -> dt.date:
    return clock.today() + dt.timedelta(days=days)


@pytest.mark.parametrize(
    ("last", "days", "due"),
    [
        (dt.date(2026, 1, 1), 30, dt.date(2026, 1, 31)),
        (NEVER, 30, dt.date(2026, 3, 31)),
        (dt.date(2026, 1, 1), None, NOT_DUE),
        (dt.date(2024, 2, 28), 2, dt.date(2024, 3, 1)),
    ],
)
def test_the_next_touch_is_due_so_many_days_after_the_last_or_after_the_account_was_made(last, days, due):
    assert next_due(last, dt.date(2026, 3, 1), days) == due


def test_what_was_agreed_for_the_account_counts_before_the_rule_of_its_tier():
    assert cadence.days_for("A", 7, {"A": 30}) == 7
    assert cadence.days_for("A", None, {"A": 30}) == 30
    assert cadence.days_for("", None, {"A": 30}) is None


def test_a_call_a_visit_and_a_meeting_that_took_place_are_touches(rules):
    for days, kind in ((30, "call"), (20, "visit"), (10, "meeting")):
        spoke(rules, days, kind=kind)
        assert stands(rules.lindner) == (day(-days), day(30 - days))


def test_nothing_else_is_one(rules):
    for values in (
        {"kind": "mail"},
        {"kind": "note"},
        {"kind": "task"},
        {"outcome": "not_reached"},
        {"is_open": True},
    ):
        spoke(rules, 3, **values)
    assert stands(rules.lindner) == (None, day(30))


def test_without_a_rule_nothing_is_due(rules):
    assert stands(rules.brauneis) == (None, None)
    rules.brauneis.change(by=rules.admin, touch_days=5)
    assert stands(rules.brauneis) == (None, day(5))


def test_a_planned_visit_counts_from_the_day_on_which_it_is_done(rules):
    visit = spoke(rules, -4, kind="visit", is_open=True)
    assert stands(rules.lindner)[0] is None
    visit.finish(by=rules.ada)
    assert stands(rules.lindner)[0] == day(0)
    visit.reopen(by=rules.ada)
    assert stands(rules.lindner)[0] is None


def test_a_change_the_bin_and_an_undo_take_the_touch_along(rules):
    call = spoke(rules, 3)
    call.change(by=rules.ada, outcome="not_reached")
    assert stands(rules.lindner)[0] is None
    undo.undo_event(Event.objects.about(call).latest("pk"), by=rules.ada)
    assert stands(rules.lindner)[0] == day(-3)
    call.discard(by=rules.ada)
    assert stands(rules.lindner)[0] is None
    call.restore(by=rules.ada)
    assert stands(rules.lindner)[0] == day(-3)


def test_an_activity_that_moves_to_another_account_leaves_the_first_one(rules):
    spoke(rules, 9)
    spoke(rules, 3).change(by=rules.admin, account=rules.brauneis)
    assert stands(rules.lindner)[0] == day(-9)
    assert stands(rules.brauneis)[0] == day(-3)


def test_many_at_once_and_their_undo_do_too(rules):
    rows = [
        {"kind": "call", "subject": f"Call {n}", "account": rules.lindner, "owner": rules.ada, "at": before(n + 2)}
        for n in range(5)
    ]
    added = adding.add_many(Activity, rows, by=rules.ada, label="Calls", kind="api")
    assert stands(rules.lindner)[0] == day(-2)
    undo.undo_batch(added.batch, by=rules.ada)
    assert stands(rules.lindner)[0] is None


def test_another_tier_is_another_day_by_bulk_edit_too_and_its_undo(rules):
    spoke(rules, 10)
    only = Account.objects.filter(pk=rules.lindner.pk)
    batch = edit(only, bulk_editing.Change.tier("B"), label="Tier", by=rules.ben)
    assert stands(rules.lindner)[1] == day(50)
    undo.undo_batch(batch, by=rules.ben)
    assert stands(rules.lindner)[1] == day(20)


def test_what_the_verbs_keep_is_what_the_night_works_out(rules):
    spoke(rules, 12)
    spoke(rules, 5, kind="visit", account=rules.brauneis)
    spoke(rules, 1, outcome="not_reached")
    assert touching.push_down() == 0
    kept = stands(rules.lindner), stands(rules.brauneis)
    Account.objects.update(last_touch_on=dt.date(2001, 1, 1), next_touch_on=dt.date(2001, 1, 1))
    assert touching.push_down() == 2
    assert (stands(rules.lindner), stands(rules.brauneis)) == kept


def test_in_a_house_whose_today_is_past_nothing_is_due_after_it_was_made_by_the_real_clock(rules):
    today = dt.date(2010, 12, 9)
    House.objects.update_or_create(pk=1, defaults={"today": today})
    House.forget()
    rules.lindner.change(by=rules.admin, touch_days=20)
    added = Account.add(by=rules.admin, name="Neu", touch_days=30)
    assert added.touch_due == today + dt.timedelta(days=30)
    touching.push_down()
    rules.lindner.refresh_from_db()
    assert rules.lindner.touch_due == today + dt.timedelta(days=20)


def test_the_longest_unheard_contact_is_suggested_and_a_visit_after_half_a_year(rules):
    otto = Contact.add(by=rules.ada, given_name="Otto", family_name="Lindner")
    Position.add(by=rules.ada, contact=otto, account=rules.lindner)
    spoke(rules, 200, kind="visit", contact=otto)
    spoke(rules, 3, contact=rules.maria)
    found = suggest([rules.lindner.pk], rules.ada)[rules.lindner.pk]
    assert (found.kind, found.contact, found.last) == ("visit", otto, day(-200))
    spoke(rules, 2, kind="meeting", contact=otto)
    found = suggest([rules.lindner.pk], rules.ada)[rules.lindner.pk]
    assert (found.kind, found.contact) == ("call", rules.maria)


def test_suggestions_cost_the_same_for_few_and_many(rules):
    counts = []
    for some in ([rules.lindner.pk], [rules.lindner.pk, rules.brauneis.pk]):
        suggest(some, rules.ben)
        with CaptureQueriesContext(connection) as asked:
            suggest(some, rules.ben)
        counts.append(len(asked))
    assert counts == [4, 4]


def test_the_list_shows_the_most_overdue_first_and_only_what_one_may_see(rules, client):
    rules.brauneis.change(by=rules.admin, touch_days=5)
    spoke(rules, 40)
    spoke(rules, 90, account=rules.brauneis)
    client.force_login(rules.ben)
    page = client.get("/touches/").content.decode()
    assert page.index("Brauneis Wohnkultur") < page.index("Lindner &amp; Söhne")
    assert "Visit Mag. Maria Lindner" in page or "Call Mag. Maria Lindner" in page
    client.force_login(rules.ada)
    assert "Brauneis Wohnkultur" not in client.get("/touches/").content.decode()


def test_account_360_says_when_they_were_last_spoken_with(rules, client):
    client.force_login(rules.ada)
    assert "Nobody has spoken with them yet" in client.get(f"/accounts/{rules.lindner.pk}/").content.decode()
    spoke(rules, 40)
    page = client.get(f"/accounts/{rules.lindner.pk}/").content.decode()
    assert "Last spoken with" in page
    assert "next touch was due" in page


def test_a_changed_rule_is_worked_out_for_all_accounts(rules, client, django_capture_on_commit_callbacks):
    client.force_login(rules.admin)
    given = {"name": "House", "currency": "EUR", "country": "AT", "language": "en", "touch_days_a": "14"}
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post("/house/", given).status_code == 302
    touching.push_down()
    assert stands(rules.lindner)[1] == day(14)
    assert client.post("/house/", given | {"touch_days_a": "0"}).status_code == 422
    assert Event.objects.filter(verb="house.changed").latest("pk").changes["touch_days_a"] == [30, 14]
