"""From orders to signals: what is raised, kept, closed; incremental runs equal full ones; the future is hidden."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal as D

import pytest
from django.core.exceptions import ValidationError

from kundenkreis.core.models import House
from kundenkreis.customers.models import Account
from kundenkreis.history.models import Event
from kundenkreis.history.undo import undo_event
from kundenkreis.insights import figuring, judging, keeping, running
from kundenkreis.insights.facts import store
from kundenkreis.insights.judging import House as Yardstick
from kundenkreis.insights.keeping import Kept
from kundenkreis.insights.models import Kind, Run, Score, Signal
from kundenkreis.orders import booking
from kundenkreis.quality import importing
from kundenkreis.staff import access
from tests.insights.conftest import TODAY, days_ago
from tests.turns import of_this_database


def kinds(account) -> set[str]:
    return set(Signal.objects.current().filter(account=account).values_list("kind", flat=True))


def the(kind: str, account) -> Signal:
    return Signal.objects.current().get(kind=kind, account=account)


@pytest.fixture
def weekly(sell, shop):
    """Lindner ordered a lantern every fourteen days for a year, and stopped 80 days ago."""
    for n in range(20):
        sell(shop.lindner, days_ago(80 + 14 * n), lantern=2)
    return shop


def test_a_missed_order_is_raised_with_its_days_and_what_is_at_stake(weekly):
    run = running.run()
    signal = the(Kind.MISSED_ORDER, weekly.lindner)
    figures = signal.figures
    assert figures["last_on"] == days_ago(80).isoformat()
    assert figures["early_on"] < figures["expected_on"] < figures["late_on"] < TODAY.isoformat()
    assert D(figures["usual"]) == 20 * 100
    assert signal.value == round(D(figures["usual"]) * D(str(figures["loss"])), 2)
    assert signal.raised_on == TODAY
    assert run.counts["raised"] == Signal.objects.count()


def test_the_score_holds_segment_and_rhythm(weekly):
    running.run()
    score = Score.objects.get(account=weekly.lindner)
    assert (score.gaps, score.order_days, score.revenue) == (19, 20, D(2000))
    assert score.last_on == days_ago(80)
    assert score.early_on < score.expected_on < score.late_on


def test_an_order_closes_what_it_answers_and_the_same_signal_keeps_its_age(weekly, sell):
    running.run()
    before = the(Kind.MISSED_ORDER, weekly.lindner)
    _tomorrow()
    running.run()
    assert the(Kind.MISSED_ORDER, weekly.lindner).pk == before.pk
    assert the(Kind.MISSED_ORDER, weekly.lindner).days == 1
    sell(weekly.lindner, TODAY, lantern=1)
    running.run()
    before.refresh_from_db()
    assert before.closed_on == TODAY + dt.timedelta(days=1)
    assert Kind.MISSED_ORDER not in kinds(weekly.lindner)


def test_revenue_that_fell_against_last_year_is_a_signal_with_its_products(sell, shop):
    for week in range(6):
        sell(shop.lindner, days_ago(365 + 7 * week), lantern=10)
        sell(shop.lindner, days_ago(7 * week), lantern=2, candle=1)
    sell(shop.lindner, days_ago(900), candle=1)
    running.run()
    figures = the(Kind.FALLING, shop.lindner).figures
    assert (D(figures["now"]), D(figures["base"]), figures["by_year"]) == (D(660), D(3000), True)
    assert figures["items"] == [[str(shop.extra["lantern"].pk), "-2400.00"]]
    assert the(Kind.FALLING, shop.lindner).value == D(2340)


def test_a_product_that_was_bought_regularly_and_no_more_is_lost(sell, shop):
    for n in range(12):
        sell(shop.lindner, days_ago(350 - 14 * n), lantern=1)
    for n in range(25):
        sell(shop.lindner, days_ago(350 - 14 * n), candle=1)
    running.run()
    figures = the(Kind.LOST_PRODUCTS, shop.lindner).figures
    assert (figures["count"], figures["amount"]) == (1, "600.00")
    assert Kind.LOST_PRODUCTS not in kinds(shop.brauneis)


def test_credit_notes_are_returns_and_no_orders(sell, shop):
    for n in range(6):
        sell(shop.lindner, days_ago(150 - 25 * n), lantern=4)
        sell(shop.brauneis, days_ago(150 - 25 * n), lantern=40)
    sell(shop.lindner, days_ago(20), lantern=-6)
    sell(shop.lindner, days_ago(10), lantern=-6)
    running.run()
    figures = the(Kind.RETURNS, shop.lindner).figures
    assert (D(figures["returned"]), D(figures["sold"])) == (D(600), D(1200))
    assert Score.objects.get(account=shop.lindner).last_on == days_ago(25)


def test_a_first_order_and_a_customer_who_came_back_are_news(sell, shop):
    sell(shop.brauneis, days_ago(700), candle=5)
    for n in range(6):
        sell(shop.brauneis, days_ago(690 - 10 * n), candle=5)
    sell(shop.brauneis, days_ago(3), candle=5)
    sell(shop.lindner, days_ago(2), lantern=1)
    running.run()
    assert Kind.FIRST_ORDER in kinds(shop.lindner)
    assert the(Kind.REACTIVATED, shop.brauneis).figures["gap"] == 640 - 3


def test_an_account_in_the_bin_has_no_signals(weekly):
    running.run()
    weekly.lindner.discard(by=weekly.ada)
    assert not Signal.objects.visible_to(weekly.ben).filter(account=weekly.lindner).exists()
    running.run()
    assert kinds(weekly.lindner) == set()


def test_orders_in_the_bin_and_adjustments_are_no_facts(weekly, sell):
    order = sell(weekly.lindner, days_ago(1), lantern=1)
    running.run()
    assert Kind.MISSED_ORDER not in kinds(weekly.lindner)
    order.discard(by=None)
    running.run()
    assert Kind.MISSED_ORDER in kinds(weekly.lindner)
    order.restore(by=None)
    booking.rebook(order, by=None, kind="adjustment")
    running.run()
    assert Kind.MISSED_ORDER in kinds(weekly.lindner)


def test_looking_back_hides_what_came_later(weekly, sell):
    then = days_ago(50)
    before = running.look_back(then)
    assert [one["kind"] for one in before if one["account"] == weekly.lindner.pk]
    sell(weekly.lindner, days_ago(40), lantern=5)
    sell(weekly.brauneis, days_ago(49), candle=5)
    assert running.look_back(then) == before
    assert Signal.objects.count() == 0


def test_a_day_later_looks_back_to_what_was_said(weekly, sell):
    said = running.run()
    stored = {(s.account_id, s.kind, s.value) for s in Signal.objects.current()}
    _tomorrow()
    sell(weekly.lindner, TODAY + dt.timedelta(days=1), lantern=5)
    running.run()
    assert {(one["account"], one["kind"], one["value"]) for one in running.look_back(said.as_of)} == stored


# --- people's answers


def test_an_answered_signal_is_quiet_and_its_answer_can_be_undone(weekly):
    running.run()
    signal = the(Kind.MISSED_ORDER, weekly.lindner)
    event = signal.done(by=weekly.ada, note="Called: stocktaking")
    assert event.verb == "signal.done"
    assert signal not in Signal.objects.active()
    undo_event(event, by=weekly.ada)
    signal.refresh_from_db()
    assert (signal.answer, signal.note, signal.answered_by) == ("", "", None)
    assert signal in Signal.objects.active()


def test_a_snoozed_signal_comes_back_on_its_day(weekly):
    running.run()
    signal = the(Kind.MISSED_ORDER, weekly.lindner)
    with pytest.raises(ValidationError):
        signal.snooze(by=weekly.ada, until=TODAY)
    signal.snooze(by=weekly.ada, until=TODAY + dt.timedelta(days=7))
    assert signal not in Signal.objects.active()
    assert signal in Signal.objects.active(TODAY + dt.timedelta(days=7))


def test_a_run_keeps_the_answer_and_not_useful_holds_for_the_next_one(weekly, sell):
    running.run()
    the(Kind.MISSED_ORDER, weekly.lindner).not_useful(by=weekly.ada, note="Buys for fairs only")
    _tomorrow()
    running.run()
    assert the(Kind.MISSED_ORDER, weekly.lindner).answer == Signal.Answer.NOT_USEFUL
    order = sell(weekly.lindner, TODAY, lantern=1)
    running.run()
    _tomorrow(30)
    order.discard(by=None)
    running.run()
    again = the(Kind.MISSED_ORDER, weekly.lindner)
    assert (again.raised_on, again.answer, again.note) == (
        TODAY + dt.timedelta(days=30),
        Signal.Answer.NOT_USEFUL,
        "Buys for fairs only",
    )


def test_who_sees_an_account_sees_its_signals_and_who_may_write_answers_them(weekly):
    running.run()
    signal = the(Kind.MISSED_ORDER, weekly.lindner)
    assert signal in Signal.objects.visible_to(weekly.ada)
    assert signal not in Signal.objects.visible_to(weekly.cem)
    assert access.may(weekly.ada, "signals.change", signal)
    assert not access.may(weekly.cem, "signals.change", signal)
    assert not access.may(weekly.rita, "signals.change", signal)


# --- runs


def test_a_run_leaves_one_event_and_says_what_it_computed_with(weekly):
    before = Event.objects.count()
    run = running.run(by=weekly.admin)
    assert Event.objects.count() == before + 1
    assert Event.objects.latest("pk").verb == "run.done"
    assert run.basis["peers"]["mean"] > 0
    assert run.basis["basis"]["windows"]["as_of"] == TODAY.isoformat()


def test_a_run_is_due_when_orders_changed_or_another_day_began(weekly, sell):
    assert running.is_due()
    running.run()
    assert not running.is_due()
    weekly.lindner.change(by=weekly.ada, place="Linz")
    assert not running.is_due()
    sell(weekly.lindner, TODAY, candle=1)
    assert running.is_due()
    running.run()
    _tomorrow()
    assert running.is_due()


def test_without_new_orders_nothing_is_read_and_nothing_written(weekly):
    running.run()
    run = running.run()
    assert (run.is_full, run.counts.get("computed"), run.counts.get("raised", 0), run.counts.get("changed", 0)) == (
        False,
        0,
        0,
        0,
    )


def test_files_of_another_database_are_not_believed(weekly, sell):
    running.run()
    Run.objects.all().delete()
    sell(weekly.lindner, TODAY, lantern=1)
    assert running.run().is_full
    assert Kind.MISSED_ORDER not in kinds(weekly.lindner)


def test_an_undone_import_takes_its_accounts_with_their_scores(shop):
    file = "Invoice\tStockCode\tDescription\tQuantity\tInvoiceDate\tPrice\tCustomer ID\n" + "".join(
        f"5000{n}\tL1\tLantern\t2\t2026-0{1 + n % 2}-1{n} 10:00\t50\tK777\n" for n in range(5)
    )
    run = importing.start_pasted(file, shop.admin, target="sales")
    importing.run_now(run)
    running.run()
    account = Account.objects.get(number="K777")
    assert Score.objects.filter(account=account).exists()
    importing.undo_now(run, shop.admin)
    assert not Account._base_manager.filter(number="K777").exists()
    running.run()
    assert not Score.objects.exists()


# --- incremental is full


def content(manifest) -> dict[str, list]:
    """What facts and state say, in an order of their own."""
    with figuring.engine() as con:
        store.views(con, manifest)
        tables = {kind: con.execute(f"SELECT * FROM {kind} ORDER BY ALL").fetchall() for kind in ("orders", "lines")}
        for name in keeping.NAMES:
            rows = Kept.of(manifest).newest(name)
            columns = sorted(row[0] for row in con.execute(f"DESCRIBE {rows}").fetchall())
            tables[name] = con.execute(f"SELECT {', '.join(columns)} FROM ({rows}) ORDER BY ALL").fetchall()
    return tables


def stored() -> list:
    scores = sorted(Score.objects.values_list("account_id", *Score.COMPUTED))
    signals = Signal.objects.current().values_list("account_id", "kind", "value", "figures")
    return [scores, sorted(map(repr, signals))]


@pytest.mark.parametrize("seed", of_this_database(range(4)))
def test_after_any_edits_an_incremental_run_is_what_a_full_one_is(shop, sell, seed):
    _edited_at_random(shop, sell, seed)


@pytest.mark.parametrize("seed", of_this_database(range(2)))
def test_in_a_large_house_so_it_is_by_the_yardstick_that_it_has(shop, sell, seed, monkeypatch):
    """Only the changed accounts are judged. A full run by the same yardstick finds the same, for them and for all others."""
    monkeypatch.setattr(keeping, "MANY", 0)
    monkeypatch.setattr(keeping, "MOST_CHANGED", 1e9)
    monkeypatch.setattr(keeping, "MOST_PARTS", 3)
    measured = judging._house
    monkeypatch.setattr(
        judging,
        "_house",
        lambda con, columns: Yardstick.from_kept(kept.house) if (kept := _kept()) else measured(con, columns),
    )
    _edited_at_random(shop, sell, seed)
    assert len(_kept().parts) <= 3


def _kept() -> Kept | None:
    manifest = store.load()
    return Kept.of(manifest) if manifest and manifest.state else None


def _edited_at_random(shop, sell, seed) -> None:
    dice = random.Random(seed)
    accounts = [Account.add(by=None, name=f"Customer {n}", owner=shop.ada) for n in range(6)]
    orders = [
        sell(
            dice.choice(accounts),
            days_ago(dice.randint(0, 700)),
            **{dice.choice(["candle", "lantern"]): dice.randint(1, 9)},
        )
        for _ in range(40)
    ]
    running.run()
    imports = []
    for step in range(12):
        for _ in range(dice.randint(1, 4)):
            _edit(dice, shop, sell, accounts, orders, imports)
        increment = running.run()
        assert not increment.is_full
        small = content(store.load()), stored()
        if step % 4 == 3:
            assert running.run(full=True).is_full
            assert (content(store.load()), stored()) == small


@pytest.fixture
def large(monkeypatch):
    monkeypatch.setattr(keeping, "MANY", 0)


def test_a_large_house_is_not_measured_anew_for_one_of_many(weekly, sell, large, monkeypatch):
    for days in (1, 31, 61, 900):  # so long ago that last year can be compared with
        sell(weekly.brauneis, days_ago(days), candle=5)
    monkeypatch.setattr(keeping, "MOST_CHANGED", 0.5)
    first = running.run()
    sell(weekly.lindner, TODAY, lantern=9)
    second = running.run()
    assert second.basis["revenue"] == first.basis["revenue"]
    assert Kind.MISSED_ORDER not in kinds(weekly.lindner)
    assert Score.objects.get(account=weekly.lindner).revenue == D(2450)
    sell(weekly.lindner, TODAY, lantern=9)
    third = running.run()  # one change for each of its accounts
    assert third.basis["revenue"] > first.basis["revenue"]
    assert not third.is_full


def test_what_comes_into_the_bin_of_a_large_house_loses_its_signals(weekly, large, monkeypatch):
    monkeypatch.setattr(keeping, "MOST_CHANGED", 1e9)
    running.run()
    weekly.lindner.discard(by=weekly.ada)
    running.run()
    assert kinds(weekly.lindner) == set()
    weekly.lindner.restore(by=weekly.ada)
    running.run()
    assert Kind.MISSED_ORDER in kinds(weekly.lindner)


def _edit(dice, shop, sell, accounts, orders, imports) -> None:
    kind = dice.choice(["book", "book", "return", "rebook", "move", "discard", "restore", "import", "undo"])
    order = dice.choice(orders)
    order.refresh_from_db()
    if kind == "book":
        orders.append(
            sell(dice.choice(accounts), days_ago(dice.randint(0, 300)), candle=dice.randint(1, 20), lantern=1)
        )
    elif kind == "return":
        orders.append(sell(dice.choice(accounts), days_ago(dice.randint(0, 300)), lantern=-dice.randint(1, 3)))
    elif kind == "rebook" and order.deleted_at is None:
        booking.rebook(order, by=None, lines=[booking.Line(shop.extra["candle"], D(dice.randint(1, 50)), D("9.99"))])
    elif kind == "move" and order.deleted_at is None:
        booking.rebook(order, by=None, account=dice.choice(accounts), ordered_on=days_ago(dice.randint(0, 300)))
    elif kind == "discard" and order.deleted_at is None:
        order.discard(by=None)
    elif kind == "restore" and order.deleted_at is not None:
        order.restore(by=None)
    elif kind == "import":
        number = dice.choice(accounts).number
        text = "Invoice\tStockCode\tQuantity\tInvoiceDate\tPrice\tCustomer ID\n" + "".join(
            f"{dice.choice([order.number, 'I' + str(len(imports))])}\tC1\t{dice.randint(1, 9)}\t{days_ago(dice.randint(0, 90))}\t10\t{number}\n"
            for _ in range(3)
        )
        run = importing.start_pasted(text, shop.admin, target="sales")
        importing.run_now(run)
        imports.append(run)
    elif kind == "undo" and imports:
        run = imports.pop(dice.randrange(len(imports)))
        importing.undo_now(run, shop.admin)


def _tomorrow(days: int = 1) -> None:
    house = House.current()
    house.today = TODAY + dt.timedelta(days=days)
    house.save()
    House.forget()
