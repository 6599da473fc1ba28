"""The wish register: who asks, what stands behind, and who has been told."""

from __future__ import annotations

import pytest

from kundenkreis.activities.models import Activity
from kundenkreis.customers.models import Account
from kundenkreis.history import undo
from kundenkreis.history.models import Event
from kundenkreis.needs import joining
from kundenkreis.needs.models import Wish, WishAsk, WishTelling
from kundenkreis.quality.merging import merge
from tests.needs.asked import wish
from tests.pipeline.cards import wrong

pytestmark = pytest.mark.django_db


def test_every_customer_who_asks_is_to_be_told_of_each_status(world):
    one = wish(world, world.lindner, world.brauneis)
    assert not WishTelling.objects.exists()
    event = one.change(by=world.admin, status="planned", answer="In spring")
    waiting = {t.account: t for t in WishTelling.objects.waiting()}
    assert {account: t.owner for account, t in waiting.items()} == {world.lindner: world.ada, world.brauneis: world.cem}
    task = waiting[world.lindner].task
    assert (task.owner, task.is_open, task.account, task.body) == (world.ada, True, world.lindner, "In spring")
    waiting[world.lindner].tell("call", by=world.ada)
    task.refresh_from_db()
    told = WishTelling.objects.get(pk=waiting[world.lindner].pk)
    assert (told.told_by, told.status, task.is_open) == (world.ada, "planned", False)
    assert wrong(lambda: told.tell("call", by=world.ada))
    assert set(wrong(lambda: waiting[world.brauneis].tell("", by=world.cem))) == {"how"}
    one.change(by=world.admin, status="done")
    assert sorted(WishTelling.objects.waiting().values_list("account__name", "status")) == [
        ("Brauneis Wohnkultur", "done"), ("Lindner & Söhne GmbH", "done"),
    ], "nobody is told what holds no more, and nobody is told twice of one status"  # fmt: skip
    assert WishTelling.objects.count() == 3
    assert event.parts.count() == 4


def test_an_undo_takes_the_tasks_back(world):
    one = wish(world, world.lindner)
    event = one.change(by=world.admin, status="looked_at")
    undo.undo_event(event, by=world.admin)
    one.refresh_from_db()
    assert (one.status, WishTelling.objects.living().count()) == ("new", 0)
    assert not Activity.objects.living().filter(kind="task").exists()


def test_what_is_declined_needs_words_for_the_customer(world):
    one = wish(world)
    assert set(wrong(lambda: one.change(by=world.ada, status="declined"))) == {"answer"}
    one.change(by=world.ada, status="declined", answer="Nobody makes them any more.")
    late = WishAsk.add(by=world.ada, wish=one, account=world.lindner)
    assert WishTelling.objects.waiting().get().status == "declined", "who asks late is told at once"
    late.discard(by=world.ada)
    assert not WishTelling.objects.waiting().exists()


def test_two_wishes_become_one_and_two_again(world):
    kept, gone = wish(world, world.lindner), wish(world, world.lindner, world.brauneis, title="Small packs")
    kept.change(by=world.admin, status="planned")
    gone.change(by=world.admin, status="looked_at")
    event = joining.join(kept, gone, by=world.ada)
    assert {ask.account for ask in kept.asks.living()} == {world.lindner, world.brauneis}
    assert kept.asks.living().count() == 2, "who asks for both stands there once"
    assert {(t.account, t.wish) for t in WishTelling.objects.waiting()} == {
        (world.lindner, kept),
        (world.brauneis, kept),
    }
    gone.refresh_from_db()
    assert list(Wish.objects.current()) == [kept]
    assert wrong(lambda: joining.join(kept, gone, by=world.ada)) and wrong(
        lambda: joining.join(kept, kept, by=world.ada)
    )
    assert set(wrong(lambda: WishAsk.add(by=world.ada, wish=gone, account=world.lindner))) == {"wish"}
    undo.undo_event(Event.objects.get(pk=event.pk), by=world.ada)
    assert Wish.objects.current().count() == 2
    assert {ask.account for ask in gone.asks.living()} == {world.lindner, world.brauneis}


def test_a_merge_of_accounts_leaves_one_ask_and_one_to_tell(world):
    twin = Account.add(by=world.ada, name="Lindner Söhne", owner=world.ada)
    one = wish(world, world.lindner, twin)
    one.change(by=world.admin, status="planned")
    merge(world.lindner, twin, by=world.ada)
    assert WishAsk.objects.living().filter(wish=one, account=world.lindner).count() == 1
    assert WishTelling.objects.waiting().filter(account=world.lindner).count() == 1


def test_who_asks_is_seen_with_the_account_and_the_wish_by_everybody(world):
    one = wish(world, world.lindner)
    for who in (world.ada, world.cem, world.rita):
        assert Wish.objects.visible_to(who).get() == one
    assert WishAsk.objects.visible_to(world.ada).count() == 1 and not WishAsk.objects.visible_to(world.cem).exists()
