"""Scoring rounds: all accounts by one set, compared with last year, and put into force with one undo."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from kundenkreis.core.records import Stale
from kundenkreis.customers.models import Account
from kundenkreis.history.models import Batch, Event
from kundenkreis.history.undo import undo_batch, undo_event
from kundenkreis.orders.figures import push_down
from kundenkreis.orders.models import Order
from kundenkreis.planning.models import (
    ABSENT,
    AccountJudgement,
    RoundResult,
    ScoringRound,
    SelectionCriterion,
    SelectionSet,
    TierOverride,
)  # fmt: skip
from kundenkreis.planning.selection import counting, judging, portfolio, running, saying, tiering
from kundenkreis.planning.selection.asking import moved
from kundenkreis.quality.merging import merge
from tests.insights.conftest import days_ago
from tests.planning.conftest import CRITERIA, put_in_force, results

pytestmark = pytest.mark.django_db
LAST_YEAR = {"starts_on": dt.date(2025, 1, 1), "as_of": dt.date(2025, 3, 2)}


def judge(world, account, about="strategic", score=3, **values):
    return AccountJudgement.add(
        by=world.ada, account=account, about=about, score=score, reason="They build where we do.", **values
    )


@pytest.fixture
def two(shop, sell):
    """Lindner: 700 net in 12 months, 2 families, 50 of 750 returned. Brauneis: 300, one family, nothing returned."""
    sell(shop.lindner, days_ago(10), candle=50, lantern=5)
    sell(shop.lindner, days_ago(5), candle=-5)
    sell(shop.lindner, days_ago(500), candle=100)
    sell(shop.brauneis, days_ago(20), candle=30)
    return shop


def test_a_round_scores_every_account_by_hand(two, scored):
    judge(two, two.lindner)
    one = scored()
    assert (one.state, one.expected, one.seen) == ("ready", 2, 2)
    found = results(one)
    lindner, brauneis = found["Lindner & Söhne GmbH"], found["Brauneis Wohnkultur"]
    # Revenue 700 of 1,000: 70 points × 60 %; fit 3 of 3: 100 × 40 %. Two families: 100 × 70 %; 50 of 750 returned, 6.7 %: 33 × 30 %.
    assert lindner.points == [70, 100, 100, 33]
    assert (lindner.attractiveness, lindner.position, lindner.tier) == (82, 80, "A")
    assert lindner.revenue == Decimal("700.00")
    # 300 of 1,000: 30, nobody has judged the fit: it does not count. One family: 50 × 70 %; nothing returned: 100 × 30 %.
    assert brauneis.points == [30, None, 50, 100]
    assert (brauneis.attractiveness, brauneis.position, brauneis.tier, brauneis.open) == (30, 65, "C", 1)
    assert {lindner.before, brauneis.before} == {ABSENT}, "there was no round last year"


def test_the_reason_is_a_sentence_in_both_languages(two, scored):
    judge(two, two.lindner)
    one = scored()
    row = results(one)["Lindner & Söhne GmbH"]
    rules, criteria = saying.rules_of(one.of_set), running.criteria_of(one.of_set)
    with translation.override("en"):
        said = saying.reason(row, rules, criteria)
    assert said.startswith("Tier A, because attractiveness is 82 (at least 70) and our position is 80 (at least 60).")
    assert "For it speaks most: families (100 of 100), revenue (70 of 100)." in said
    assert "Against it: returns (33 of 100)." in said
    with translation.override("de"):
        german = saying.reason(results(one)["Brauneis Wohnkultur"], rules, criteria)
        assert saying.money(Decimal("1234567.50")) == "1.234.568\xa0€"
    assert "300\xa0€" in german


def test_revenue_of_a_round_is_that_of_the_orders_to_the_cent(two, sell, scored):
    for day in (0, 364, 365, 366, 400):
        sell(two.brauneis, days_ago(day), candle=Decimal("1.333"), price="3.33")
    sell(two.brauneis, days_ago(3), candle=-1, price="0.01")
    one = scored()
    push_down()
    told = dict(Account.objects.values_list("pk", "revenue_12m"))
    assert {row.account_id: row.revenue for row in one.results.all()} == told
    counted = sum(n for name, n in counting.counts(one, two.ben).items() if name.startswith("cents:"))
    orders = Order.objects.filter(ordered_on__gt=dt.date(2025, 3, 2)).values_list("total_house", flat=True)
    assert Decimal(counted) / 100 == sum(orders)


def test_negative_revenue_reaches_no_tier_and_nothing_known_is_told_as_such(two, sell, scored):
    sell(two.brauneis, days_ago(2), candle=-100)
    row = results(scored())["Brauneis Wohnkultur"]
    assert (row.revenue, row.tier, row.points[0]) == (Decimal("-700.00"), "", 0)


def test_a_criterion_of_which_the_house_knows_nothing_does_not_count(two):
    margin = {
        "axis": "attractiveness",
        "measure": "margin",
        "weight": 40,
        "scale": "range",
        "low": 0,
        "high": 50,
        "missing": "nothing",
    }
    of_set = put_in_force(two.ben, [CRITERIA[0], margin, *CRITERIA[2:]])
    one = running.score(ScoringRound.start(by=two.ben))
    assert one.basis["unknown"] == [of_set.criteria.get(measure="margin").pk]
    assert results(one)["Lindner & Söhne GmbH"].attractiveness == 70
    two.extra["candle"].change(by=two.ben, cost=Decimal(6))
    assert running.again(one, by=two.ben)
    one = running.score(one)
    # Candles alone have a cost: 450 net of returns, 45 pieces at 6: 180 of 450 are 40 %, 80 points.
    row = results(one)["Lindner & Söhne GmbH"]
    assert (row.figures[1], row.points[1], row.attractiveness) == (400, 80, 74)
    shown = {line.criterion.measure: line.words for line in saying.lines(row, one, two.dora)}
    assert "not shown" in shown["margin"], "she may not see what products cost"


# --- two years


def test_two_rounds_are_compared(two, sell, scored):
    sell(two.brauneis, dt.date(2025, 2, 1), candle=40)
    sell(two.brauneis, days_ago(30), candle=70)
    gone = Account.add(by=two.ben, name="Gone", owner=two.ada)
    before = scored(**LAST_YEAR)
    assert {name: row.tier for name, row in results(before).items()} == {
        "Brauneis Wohnkultur": "B", "Lindner & Söhne GmbH": "A", "Gone": "",
    }  # fmt: skip
    tiering.put_in_force(before, by=two.ben)
    gone.change(by=two.ben, relation="supplier")
    Account.add(by=two.ben, name="New", owner=two.ada)
    judge(two, two.lindner, score=0)
    one = scored()
    assert one.before == before
    counts = counting.counts(one, two.ben)
    assert counting.pairs(counts, "moved") == {("B", "A"): 1, ("A", "B"): 1, (ABSENT, ""): 1, ("", ABSENT): 1}
    assert counting.moves(counts) == {"up": 1, "down": 1, "new": 1, "gone": 1}
    for kind, name in (
        ("up", "Brauneis Wohnkultur"),
        ("down", "Lindner & Söhne GmbH"),
        ("new", "New"),
        ("gone", "Gone"),
    ):
        assert [row.account.name for row in one.results.filter(moved(kind))] == [name], kind
    assert counting.changing(counts) == 2


def test_an_account_that_was_merged_meanwhile_is_told_as_gone_and_its_year_stays(two, scored):
    before = scored(**LAST_YEAR)
    tiering.put_in_force(before, by=two.ben)
    merge(two.lindner, two.brauneis, by=two.ben)
    assert before.results.filter(account=two.brauneis).count() == 1
    one = scored()
    found = results(one)
    assert found["Brauneis Wohnkultur"].tier == ABSENT
    assert found["Lindner & Söhne GmbH"].revenue == Decimal("1000.00"), "with the orders of both"


# --- into force


def test_it_is_put_into_force_as_one_batch_that_can_be_undone(two, scored):
    two.lindner.change(by=two.ada, tier="C")
    judge(two, two.lindner)
    one = scored()
    read = one.version
    batch = tiering.put_in_force(one, by=two.ben, version=read)
    assert batch.state == Batch.State.DONE
    assert dict(Account.objects.values_list("name", "tier")) == {
        "Lindner & Söhne GmbH": "A",
        "Brauneis Wohnkultur": "C",
    }
    assert (ScoringRound.present(), one.in_force_on) == (one, dt.date(2026, 3, 2))
    with pytest.raises(ValidationError):
        tiering.put_in_force(one, by=two.ben)
    undo_batch(batch, by=two.ben)
    assert dict(Account.objects.values_list("name", "tier")) == {"Lindner & Söhne GmbH": "C", "Brauneis Wohnkultur": ""}
    assert ScoringRound.present() is None


def test_the_tier_drives_how_often_somebody_is_spoken_with(two, scored):
    from kundenkreis.core.models import House
    from kundenkreis.customers import cadence

    House.objects.update(touch_days_a=30)
    cadence.forget()
    judge(two, two.lindner)
    tiering.put_in_force(scored(), by=two.ben)
    two.lindner.refresh_from_db()
    assert two.lindner.touch_due is not None


def test_somebody_decides_otherwise_with_a_reason(two, scored):
    one = scored()
    with pytest.raises(ValidationError) as refused:
        TierOverride.add(by=two.ben, round=one, account=two.brauneis, tier="A", reason=" ")
    assert "reason" in refused.value.message_dict
    decided = TierOverride.add(by=two.ben, round=one, account=two.brauneis, tier="A", reason="Opens ten shops.")
    row = results(one)["Brauneis Wohnkultur"]
    assert (row.tier, row.computed, row.is_by_hand) == ("A", "C", True)
    one.refresh_from_db()
    assert (one.counts["tier:A"], one.counts["by_hand"]) == (2, 1)
    assert "Opens ten shops." in saying.by_hand(row, decided)
    tiering.put_in_force(one, by=two.ben)
    event = decided.change(by=two.ben, tier="B")
    two.brauneis.refresh_from_db()
    assert two.brauneis.tier == "B", "in force it holds at once"
    undo_event(event, by=two.ben)
    two.brauneis.refresh_from_db()
    assert two.brauneis.tier == "A"
    decided.refresh_from_db()
    decided.discard(by=two.ben)
    two.brauneis.refresh_from_db()
    assert (two.brauneis.tier, results(one)["Brauneis Wohnkultur"].is_by_hand) == ("C", False)


def test_a_judgement_counts_at_once_in_a_round_that_is_not_in_force(two, scored):
    one = scored()
    assert [missing.result.account for missing in judging.worklist(one, two.ada)] == [two.lindner]
    assert len(judging.worklist(one, two.ben)) == 2
    said = judge(two, two.lindner, score=0)
    row = results(one)["Lindner & Söhne GmbH"]
    assert (row.attractiveness, row.tier, row.open) == (42, "B", 0)
    one.refresh_from_db()
    assert (one.counts["tier:B"], one.counts["open"]) == (1, 1)
    undo_event(Event.objects.about(said).latest("pk"), by=two.ada)
    assert results(one)["Lindner & Söhne GmbH"].tier == "A"
    with pytest.raises(ValidationError):
        judge(two, two.lindner, about="potential")


def test_a_judgement_outlives_the_person_who_gave_it(two, scored):
    said = judge(two, two.lindner)
    type(two.ada)._base_manager.filter(pk=two.ada.pk).delete()
    said.refresh_from_db()
    assert (said.judged_by, said.score) == (None, 3)
    assert results(scored())["Lindner & Söhne GmbH"].tier == "A"


# --- sets


def test_weights_have_to_come_to_100_and_a_set_in_force_stays(two, ours):
    draft = ours.copy(by=two.ben)
    assert (draft.edition, draft.state, draft.weights()) == (
        ours.edition + 1,
        "draft",
        {"attractiveness": 100, "position": 100},
    )
    revenue = draft.criteria.get(measure="revenue")
    revenue.change(by=two.ben, weight=50)
    with pytest.raises(ValidationError) as refused:
        draft.put_in_force(by=two.ben)
    assert "100" in refused.value.messages[0]
    revenue.change(by=two.ben, weight=60)
    draft.put_in_force(by=two.ben)
    ours.refresh_from_db()
    assert (ours.state, SelectionSet.present()) == ("former", draft)
    with pytest.raises(ValidationError):
        SelectionCriterion.objects.get(pk=revenue.pk).change(by=two.ben, weight=10)
    with pytest.raises(ValidationError):
        draft.discard(by=two.ben)
    assert draft.change(by=two.ben, reviews_a=6) is not None, "how often is reviewed may change"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"scale": "range", "low": 5, "high": 5}, "high"),
        ({"scale": "range", "low": 5}, "high"),
        ({"scale": "steps", "steps": [["5", 10], ["4", 20]]}, "steps"),
        ({"scale": "steps", "steps": [["5", 101]]}, "steps"),
        ({"scale": "steps", "steps": "nonsense"}, "steps"),
        ({"measure": "returns", "axis": "attractiveness", "scale": "rank"}, "scale"),
        ({"name_en": "a\x00b", "scale": "rank"}, "name_en"),
    ],
)
def test_what_makes_no_sense_is_told_at_its_field(two, ours, values, field):
    draft = ours.copy(by=two.ben)
    with pytest.raises(ValidationError) as refused:
        SelectionCriterion.add(by=two.ben, of_set=draft, **{"name_en": "X", "measure": "open", "weight": 10} | values)
    assert field in refused.value.message_dict


# --- a long run


def test_a_round_that_is_cancelled_has_no_results_and_can_be_scored_again(two, ours, monkeypatch):
    one = ScoringRound.start(by=two.ben)
    write = running._write

    def cancelled(at, found):
        write(at, found)
        running.cancel(at, by=two.ben)

    monkeypatch.setattr(running, "_write", cancelled)
    assert running.score(one).state == "cancelled"
    assert not RoundResult.objects.exists()
    monkeypatch.setattr(running, "_write", write)
    assert running.score(one).state == "cancelled", "nobody has asked for it"
    assert running.again(one, by=two.ben)
    assert running.score(one).state == "ready"
    assert one.results.count() == 2


def test_stretches_come_to_the_same_as_one(two, scored, monkeypatch):
    for number in range(7):
        Account.add(by=two.ben, name=f"Small {number}", owner=two.cem)
    whole = scored()
    told = {row.account_id: (row.tier, row.points, row.figures) for row in whole.results.all()}
    monkeypatch.setattr("kundenkreis.planning.selection.figuring.STRETCH", 3)
    again = scored()
    assert {row.account_id: (row.tier, row.points, row.figures) for row in again.results.all()} == told
    assert again.counts == whole.counts
    assert again.seen == 9


def test_each_sees_the_accounts_that_she_sees_and_the_counts_of_no_others(two, scored):
    one = scored()
    assert {row.account for row in RoundResult.objects.visible_to(two.ada)} == {two.lindner}
    counts = counting.counts(one, two.ada)
    assert {name: n for name, n in counts.items() if name.startswith("tier:")} == {"tier:A": 1}
    assert [bubble.name for bubble in portfolio.picture(one, two.ada).bubbles] == ["Lindner & Söhne GmbH"]
    whole = counting.counts(one, two.ben)
    assert whole == counting._counted(RoundResult.objects.all()), "what is kept is what would be counted"


def test_a_group_is_one_bubble_with_the_revenue_of_all(two, scored):
    from kundenkreis.customers import hierarchy

    hierarchy.place(two.brauneis, two.lindner, "legal", by=two.ben)
    one = scored()
    shown = portfolio.picture(one, two.ben, by_group=True)
    # (70 × 700 + 30 × 300) ÷ 1,000 and (80 × 700 + 65 × 300) ÷ 1,000, halves up.
    assert [(b.name, b.cents, b.members, b.attractiveness, b.position) for b in shown.bubbles] == [
        ("Lindner & Söhne GmbH", 1000_00, 2, 58, 76)
    ]
    assert shown.rest == {}
    assert [b.name for b in portfolio.picture(one, two.cem, by_group=True).bubbles] == ["Brauneis Wohnkultur"]


def test_two_who_put_it_into_force_at_once(two, scored):
    one = scored()
    read = one.version
    one.change(by=two.admin, note="Looked through")
    with pytest.raises(Stale):
        one.change(by=two.ben, version=read, note="Mine")
