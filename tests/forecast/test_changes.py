"""Snapshots, and what changed since: to the cent, as each person sees it."""

from __future__ import annotations

import datetime as dt
import itertools
import random
from decimal import Decimal

import pytest
from django.utils import timezone

from kundenkreis.core import clock
from kundenkreis.forecast import changes, comparing, learning, periods, summing, taking
from kundenkreis.forecast.comparing import MEASURES, Scope, State
from kundenkreis.forecast.models import ForecastCall, Snapshot, SnapshotCall, SnapshotRow, SnapshotSum
from kundenkreis.pipeline.models import CloseReason, Opportunity, Project
from tests.pipeline.cards import card, stages

TODAY = dt.date(2026, 3, 2)
Q1 = periods.Period(dt.date(2026, 1, 1))
NUMBERS = itertools.count()


@pytest.fixture(autouse=True)
def on_a_day(monkeypatch):
    """The house's day is one in the middle of a quarter, whenever the tests run."""
    monkeypatch.setattr(clock, "today", lambda: TODAY)


def at(day: dt.date) -> dt.datetime:
    return clock.midnight(day) + dt.timedelta(hours=9)


def deal(world, **values) -> Opportunity:
    """An opportunity as a row, of which any column may be given."""
    first = stages()[0]
    given = {
        "number": f"T{next(NUMBERS)}", "name": "Hall", "account": world.lindner, "owner": world.ada,
        "pipeline": first.pipeline, "stage": first, "value": 0, "value_house": Decimal(100), "currency": "EUR",
        "expected_close_on": TODAY, "opened_at": at(TODAY - dt.timedelta(days=400)), "changed_at": at(TODAY - dt.timedelta(days=30)),
    }  # fmt: skip
    return Opportunity.objects.create(**{**given, **values})


@pytest.mark.once
class TestAStep:
    """What happened to one opportunity, without a database."""

    def kind(self, before, now, measure="open", owners=None):
        return comparing.step(before, now, Scope(Q1, measure, owners))

    @pytest.mark.parametrize(
        ("before", "now", "measure", "told"),
        [
            (None, State(100, "pipeline", "", TODAY), "open", ("new", 100)),
            (State(100, "pipeline", "", TODAY), None, "open", ("discarded", -100)),
            (State(100, "commit", "", TODAY), State(90, "closed", "won", TODAY), "open", ("won_out", -100)),
            (State(100, "commit", "", TODAY), State(90, "closed", "won", TODAY), "call", ("down", -10)),
            (State(100, "pipeline", "", TODAY), State(90, "closed", "won", TODAY), "call", ("won_in", 90)),
            (State(100, "commit", "", TODAY), State(100, "omitted", "lost", TODAY), "call", ("lost", -100)),
            (State(9, "commit", "", TODAY), State(9, "commit", "", dt.date(2026, 4, 1)), "open", ("slipped", -9)),
            (State(9, "commit", "", dt.date(2026, 4, 1)), State(9, "commit", "", TODAY), "open", ("pulled_in", 9)),
            (State(9, "commit", "", dt.date(2025, 12, 1)), State(9, "commit", "", TODAY), "open", ("slipped_in", 9)),
            (State(9, "commit", "", None), State(9, "commit", "", TODAY), "open", ("pulled_in", 9)),
            (State(9, "commit", "", TODAY), State(9, "commit", "", None), "open", ("slipped", -9)),
            (State(9, "pipeline", "", TODAY), State(9, "commit", "", TODAY), "open", None),
            (State(9, "pipeline", "", TODAY), State(9, "commit", "", TODAY), "call", ("category_in", 9)),
            (State(9, "commit", "", TODAY), State(9, "omitted", "", TODAY), "open", ("category_out", -9)),
            (State(9, "closed", "won", TODAY), State(9, "pipeline", "", TODAY), "open", ("reopened", 9)),
            (State(9, "closed", "won", TODAY), State(9, "pipeline", "", TODAY), "call", ("reopened", -9)),
            (State(9, "commit", "", TODAY), State(12, "commit", "", TODAY), "best", ("up", 3)),
        ],
    )
    def test_has_one_name(self, before, now, measure, told):
        assert self.kind(before, now, measure) == told

    def test_from_one_to_another_is_one_in_each_of_their_scopes_and_none_in_the_house(self):
        before, now = State(9, "commit", "", TODAY, 1), State(9, "commit", "", TODAY, 2)
        assert self.kind(before, now, owners=frozenset({1})) == ("handed_out", -9)
        assert self.kind(before, now, owners=frozenset({2})) == ("handed_in", 9)
        assert self.kind(before, now) is None

    def test_random_ones_come_to_the_difference_to_the_cent(self):
        dice = random.Random(38)  # noqa: S311
        days = [None, *(dt.date(2026, month, 15) for month in (1, 2, 3, 4, 12))]

        def state():
            outcome = dice.choice(["", "", "won", "lost"])
            category = {"won": "closed", "lost": "omitted"}.get(outcome) or dice.choice(
                ["commit", "best_case", "pipeline", "omitted"]
            )
            return State(dice.randrange(1, 10_000), category, outcome, dice.choice(days), dice.choice([None, 1, 2]))

        pairs = [(dice.choice([None, state()]), dice.choice([None, state()])) for _ in range(3000)]
        for measure in MEASURES:
            for owners in (None, frozenset({1}), frozenset({2, None})):
                scope = Scope(Q1, measure, owners)
                begin = sum(scope.counted(before) for before, _now in pairs)
                told = comparing.waterfall(begin, pairs, scope)
                assert told.now == sum(scope.counted(now) for _before, now in pairs)
                assert {step.kind for step in told.ordered} == set(told.steps)


@pytest.mark.django_db
class TestASnapshot:
    def test_keeps_what_is_open_and_lately_closed_once_a_day(self, world):
        won, lost = stages()[-2:]
        deal(world, forecast_category="commit", value_house=Decimal("100.10"))
        deal(world, forecast_category="commit", value_house=Decimal("0.20"), owner=None)
        deal(world, expected_close_on=None, probability=70)
        deal(world, stage=won, outcome="won", closed_at=at(TODAY), value_house=5)
        deal(world, stage=lost, outcome="lost", closed_at=at(dt.date(2025, 10, 1)))
        deal(world, stage=won, outcome="won", closed_at=at(dt.date(2025, 9, 30)))
        deal(world, deleted_at=timezone.now())
        ForecastCall.add(by=world.ben, period=str(Q1), commit=50, note="Fewer")
        ForecastCall.add(by=world.ada, period="2024-01..03", person=world.ada, commit=50)
        one = taking.take(by=world.ben)
        assert taking.take().pk == one.pk
        assert (Snapshot.objects.count(), one.number, SnapshotRow.objects.count()) == (1, 5, 5)
        kept = SnapshotRow.objects.get(probability=70)
        assert (kept.falls_on, kept.owner_id, kept.stage_id) == (None, world.ada.pk, stages()[0].pk)
        assert SnapshotRow.objects.get(outcome="won").falls_on == TODAY
        sums = {(s.owner_id, s.category): (s.number, s.value) for s in SnapshotSum.objects.exclude(month=None)}
        march = {(world.ada.pk, "commit"): (1, Decimal("100.10")), (None, "commit"): (1, Decimal("0.20"))}
        assert sums == march | {(world.ada.pk, "closed"): (1, Decimal(5))}
        assert [call.period for call in SnapshotCall.objects.all()] == [str(Q1)]

    def test_after_two_years_the_last_of_each_month_stays(self):
        for day in (dt.date(2023, 5, 2), dt.date(2023, 5, 30), dt.date(2023, 6, 6), dt.date(2026, 1, 5)):
            one = Snapshot.objects.create(taken_on=day, taken_at=at(day))
            SnapshotRow.objects.create(snapshot=one, category="commit", value_house=1)
        assert taking.forget_old(TODAY) == 1
        assert [one.taken_on.day for one in Snapshot.objects.order_by("taken_on")] == [30, 6, 5]
        assert SnapshotRow.objects.count() == 3

    def test_is_due_a_week_after_the_last(self):
        assert taking.is_due(TODAY)
        Snapshot.objects.create(taken_on=TODAY - dt.timedelta(days=7), taken_at=at(TODAY), is_generated=True)
        assert taking.is_due(TODAY)
        Snapshot.objects.create(taken_on=TODAY - dt.timedelta(days=6), taken_at=at(TODAY))
        assert not taking.is_due(TODAY)
        assert taking.is_due(TODAY + dt.timedelta(days=1))


@pytest.mark.django_db
class TestSince:
    def live(self, world, dice):
        """Forty opportunities of two people, a snapshot, and what becomes of them: changed by hand as anything may change them."""
        won, lost = stages()[-2:]
        days = [None, *(dt.date(2026, month, 15) for month in (1, 3, 3, 3, 4, 12))]

        def random_state():
            outcome = dice.choice(["", "", "", "won", "lost"])
            return {
                "owner": dice.choice([world.ada, world.ada, world.cem, None]),
                "account": dice.choice([world.lindner, world.brauneis]),
                "value_house": Decimal(dice.randrange(1, 1_000_000)) / 100,
                "expected_close_on": dice.choice(days),
                "forecast_category": dice.choice(["commit", "best_case", "pipeline", "omitted"]),
                "stage": {"won": won, "lost": lost}.get(outcome, stages()[1]),
                "outcome": outcome,
                "closed_at": at(dice.choice([TODAY, dt.date(2026, 1, 2)])) if outcome else None,
            }

        made = [deal(world, **random_state()) for _ in range(40)]
        snapshot = taking.take(now=at(TODAY - dt.timedelta(days=7)))
        changed = {"changed_at": at(TODAY)}
        for one in made[:20]:
            Opportunity.objects.filter(pk=one.pk).update(**random_state(), **changed)
        for one in made[20:24]:
            Opportunity.objects.filter(pk=one.pk).update(deleted_at=at(TODAY), **changed)
        Opportunity._base_manager.filter(pk__in=[one.pk for one in made[24:27]]).delete()
        for _ in range(5):
            deal(world, **random_state(), **changed)
        return snapshot

    def test_start_and_steps_come_to_what_is_seen_now(self, world):
        snapshot = self.live(world, random.Random(5))  # noqa: S311
        for reader in (world.ben, world.admin, world.ada, world.cem):
            whole = summing.sums(reader, Q1)
            for measure, categories in MEASURES.items():
                for owners in (None, frozenset({world.ada.pk}), frozenset({world.cem.pk, None})):
                    told = changes.since(snapshot, reader, Scope(Q1, measure, owners))
                    now = whole.of(whole.owners if owners is None else owners)
                    assert told.now == sum(getattr(now, name).cents for name in categories)

    def test_names_are_behind_each_step(self, world):
        snapshot = self.live(world, random.Random(6))  # noqa: S311
        scope = Scope(Q1, "open")
        told = changes.since(snapshot, world.ben, scope)
        assert len(told.steps) > 3
        for step in told.ordered:
            rows, number = changes.names(snapshot, world.ben, scope, step.kind)
            assert (number, sum(row.cents for row in rows)) == (step.number, step.cents)

    def test_verbs_are_followed(self, world):
        one = card(world, expected_close_on=TODAY + dt.timedelta(days=5), value=Decimal(1000), name="Slips")
        two = card(world, expected_close_on=TODAY + dt.timedelta(days=5), value=Decimal(500), name="Is lost")
        snapshot = taking.take(now=timezone.now())
        one.change(by=world.ada, expected_close_on=dt.date(2026, 4, 7))
        two.lose(by=world.ada, close_reason=CloseReason.objects.filter(outcome="lost", children=None).first())
        card(world, expected_close_on=TODAY + dt.timedelta(days=9), value=Decimal(70))
        told = changes.since(snapshot, world.ada, Scope(Q1))
        assert {kind: step.cents for kind, step in told.steps.items()} == {
            "slipped": -100_000, "lost": -50_000, "new": 7_000
        }  # fmt: skip
        assert told.start == 150_000

    def test_a_project_with_two_bidders_counts_once_and_who_counts_for_it_may_change(self, world):
        project = Project.add(by=world.ada, name="Hospital")
        soon = TODAY + dt.timedelta(days=9)
        bids = [
            card(world, project=project, value=Decimal(value), expected_close_on=soon, name=name)
            for name, value in (("By the large one", 900), ("By the small one", 800))
        ]
        snapshot = taking.take(now=timezone.now())
        assert summing.sums(world.ben, Q1).of([world.ada.pk]).pipeline.cents == 90_000
        project.change(by=world.ada, leading=bids[1])
        told = changes.since(snapshot, world.ben, Scope(Q1))
        assert (told.start, told.now) == (90_000, 80_000)
        assert {kind: step.cents for kind, step in told.steps.items()} == {
            "category_out": -90_000, "category_in": 80_000
        }  # fmt: skip
        assert learning.read(timezone.localdate()).deals.value.sum() == 800

    def test_whose_account_is_set_aside_is_gone_from_both_sides(self, world):
        deal(world, account=world.brauneis)
        deal(world)
        snapshot = taking.take(now=at(TODAY))
        type(world.brauneis)._base_manager.filter(pk=world.brauneis.pk).update(
            restricted_at=timezone.now(), deleted_at=timezone.now()
        )
        told = changes.since(snapshot, world.ben, Scope(Q1))
        assert (told.start, told.steps) == (10_000, {})
