"""Opportunities: what they begin with, how they move and end, who sees them, and taking back."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from kundenkreis.activities.models import Activity
from kundenkreis.core import clock, search
from kundenkreis.core.records import Stale
from kundenkreis.history.models import Event
from kundenkreis.history.undo import undo_event
from kundenkreis.pipeline import asking
from kundenkreis.pipeline.models import (
    CloseReason,
    Opportunity,
    OpportunityCompetitor,
    OpportunityContact,
    Stage,
    StageChange,
)
from kundenkreis.staff import access, looking_back
from tests.pipeline.cards import card, pipeline, ready, soon, stages, wrong

pytestmark = pytest.mark.django_db


def way(one: Opportunity) -> list[tuple[int | None, int]]:
    return list(one.stage_changes.order_by("at", "pk").values_list("from_stage_id", "to_stage_id"))


def reason(outcome: str = "lost") -> CloseReason:
    return CloseReason.objects.living().filter(outcome=outcome, parent__isnull=False).first() or (
        CloseReason.objects.living().filter(outcome=outcome).first()
    )


class TestBeginning:
    def test_it_is_hers_who_adds_it_in_the_first_stage_of_the_first_pipeline(self, world):
        one = card(world)
        first = stages()[0]
        assert (one.owner, one.team, one.pipeline, one.stage) == (world.ada, world.north, pipeline(), first)
        assert one.number == "V-00001"
        assert one.likelihood == first.probability
        assert one.value_house == Decimal(12_000)
        assert way(one) == [(None, first.pk)]

    def test_it_has_its_own_probability_until_that_is_taken_off(self, world):
        one = card(world, probability=33)
        assert one.likelihood == 33
        assert one.weighted_house == Decimal("3960.00")
        one.change(by=world.ada, probability=None)
        assert one.likelihood == one.stage.probability

    @pytest.mark.parametrize("probability", [-1, 101, 250])
    def test_a_probability_is_between_none_and_certain(self, world, probability):
        assert "probability" in wrong(lambda: card(world, probability=probability))

    def test_the_database_refuses_a_probability_over_100(self, world):
        one = card(world)
        with pytest.raises(IntegrityError), transaction.atomic():
            Opportunity.objects.filter(pk=one.pk).update(probability=101)

    def test_it_is_not_expected_to_be_closed_in_the_past(self, world):
        yesterday = soon(-1)
        assert "expected_close_on" in wrong(lambda: card(world, expected_close_on=yesterday))
        one = card(world)
        assert "expected_close_on" in wrong(lambda: one.change(by=world.ada, expected_close_on=yesterday))

    def test_a_day_that_went_by_is_no_reason_to_refuse_another_change(self, world):
        one = card(world, expected_close_on=soon())
        Opportunity.objects.filter(pk=one.pk).update(expected_close_on=soon(-3))
        one.refresh_from_db()
        one.change(by=world.ada, name="Dowels", expected_close_on=soon(-3))
        assert one.is_overdue

    def test_nobody_who_left_gets_one(self, world):
        world.cem.change(by=world.admin, is_active=False)
        assert "owner" in wrong(lambda: card(world, owner=world.cem))
        one = card(world)
        assert "owner" in wrong(lambda: one.change(by=world.ben, owner=world.cem))

    def test_an_owner_who_left_meanwhile_stays_until_it_is_given_to_another(self, world):
        one = card(world, owner=world.cem)
        world.cem.change(by=world.admin, is_active=False)
        one.refresh_from_db()
        one.change(by=world.ben, name="Dowels")
        assert one.owner == world.cem
        one.change(by=world.ben, owner=world.ada)
        assert (one.owner, one.team) == (world.ada, world.north)

    def test_a_value_below_zero_is_refused(self, world):
        assert "value" in wrong(lambda: card(world, value=Decimal(-1)))

    def test_a_currency_that_nobody_quotes_is_refused(self, world):
        assert "currency" in wrong(lambda: card(world, currency="XXX"))

    def test_a_stage_of_another_pipeline_is_refused(self, world):
        assert "stage" in wrong(lambda: card(world, pipeline=pipeline("new"), stage=stages("tender")[0]))

    def test_what_is_added_closed_has_its_outcome_and_its_way(self, world):
        opened, closed = timezone.now() - dt.timedelta(days=60), timezone.now() - dt.timedelta(days=10)
        one = card(world, stage=stages()[4], opened_at=opened, closed_at=closed)
        assert (one.outcome, one.closed_at, one.forecast_category) == ("won", closed, "closed")
        assert one.likelihood == 100

    def test_it_was_not_closed_before_it_was_opened(self, world):
        now = timezone.now()
        made = {"stage": stages()[4], "opened_at": now, "closed_at": now - dt.timedelta(days=1)}
        assert "closed_at" in wrong(lambda: card(world, **made))


class TestMoving:
    def test_a_stage_asks_for_what_it_needs_before_a_card_goes_on(self, world):
        _first, second, offer, *_rest = stages()
        one = card(world, value=Decimal(0))
        one.move(second, by=world.ada)
        assert set(wrong(lambda: one.move(offer, by=world.ada))) == {"value", "expected_close_on", "contacts"}
        OpportunityContact.add(by=world.ada, opportunity=one, contact=world.maria, role="user")
        event = one.move(offer, by=world.ada, value=Decimal(500), expected_close_on=soon())
        assert (one.stage, one.value) == (offer, Decimal(500))
        assert event.verb == "opportunity.moved"

    def test_to_go_back_asks_for_nothing(self, world):
        first, second, *_rest = stages()
        one = card(world)
        one.move(second, by=world.ada)
        one.move(first, by=world.ada)
        assert way(one) == [(None, first.pk), (first.pk, second.pk), (second.pk, first.pk)]

    def test_to_move_it_back_and_forth_within_one_moment_leaves_its_way_whole(self, world):
        first, second, *_rest = stages()
        now = timezone.now()
        one = card(world, now=now)
        one.change(by=world.ada, now=now, stage=second)
        one.change(by=world.ada, now=now, stage=first)
        assert way(one)[-1] == (second.pk, first.pk)

    def test_of_two_people_who_drag_one_card_the_second_is_told(self, world):
        _first, second, offer, *_rest = stages()
        one = ready(card(world), world)
        hers, his = Opportunity.objects.get(pk=one.pk), Opportunity.objects.get(pk=one.pk)
        hers.move(second, by=world.ada, version=hers.version)
        with pytest.raises(Stale) as stale:
            his.move(offer, by=world.ben, version=his.version)
        assert stale.value.theirs["stage"] == second
        one.refresh_from_db()
        assert one.stage == second

    def test_a_custom_field_can_be_asked_for(self, world):
        from kundenkreis.fields.models import CustomField

        CustomField.add(
            by=world.admin, belongs_to="opportunities", key="site", kind="text", label_en="Site", label_de="Ort"
        )
        first, second, *_rest = stages()
        first.change(by=world.admin, needs_to_leave=["custom_site"])
        one = card(world)
        assert "custom_site" in wrong(lambda: one.move(second, by=world.ada))
        one.move(second, by=world.ada, custom_site="Wels")
        assert one.custom_site == "Wels"

    def test_to_take_back_a_move_shortens_its_way(self, world):
        first, second, *_rest = stages()
        one = card(world)
        since = one.stage_since
        event = one.move(second, by=world.ada)
        undo_event(event, by=world.ada)
        one.refresh_from_db()
        assert (one.stage, one.stage_since) == (first, since)
        assert way(one) == [(None, first.pk)]

    def test_another_pipeline_begins_at_its_first_stage(self, world):
        one = card(world)
        one.change(by=world.ada, pipeline=pipeline("tender"))
        assert one.stage == stages("tender")[0]

    def test_the_days_in_a_stage_are_kept(self, world):
        first, second, *_rest = stages()
        begun = timezone.now() - dt.timedelta(days=12)
        one = card(world, opened_at=begun)
        one.move(second, by=world.ada)
        last = StageChange.objects.filter(opportunity=one).latest("at")
        assert last.from_stage == first
        assert last.days == pytest.approx(12, abs=0.01)

    def test_it_grows_old_after_its_stages_days(self, world):
        limit = stages()[0].old_after_days
        ages = {}
        for days in (0, limit // 2 + 1, limit):
            ages[days] = card(world, opened_at=timezone.now() - dt.timedelta(days=days, hours=2)).age
        assert list(ages.values()) == ["", "ageing", "old"]


class TestEnding:
    def test_it_is_won(self, world):
        one = ready(card(world, probability=60), world)
        one.move(stages()[3], by=world.ada)
        event = one.win(by=world.ada, close_reason=reason("won"), criterion="delivery")
        assert event.verb == "opportunity.won"
        assert (one.outcome, one.likelihood, one.forecast_category) == ("won", 100, "closed")
        assert one.closed_at is not None

    def test_a_loss_has_a_reason(self, world):
        one = card(world)
        assert "close_reason" in wrong(lambda: one.lose(by=world.ada))
        rival = OpportunityCompetitor.add(by=world.ada, opportunity=one, name="Fischer")
        one.lose(by=world.ada, close_reason=reason(), lost_to=rival, price_gap=Decimal("7.5"), close_note="Too dear.")
        assert (one.outcome, one.lost_to, one.price_gap) == ("lost", rival, Decimal("7.5"))
        assert one.forecast_category == "omitted"

    def test_a_reason_for_winning_is_none_for_losing(self, world):
        one = card(world)
        assert "close_reason" in wrong(lambda: one.lose(by=world.ada, close_reason=reason("won")))

    def test_the_competitor_is_one_of_this_opportunity(self, world):
        one, other = card(world), card(world)
        rival = OpportunityCompetitor.add(by=world.ada, opportunity=other, name="Fischer")
        assert "lost_to" in wrong(lambda: one.lose(by=world.ada, close_reason=reason(), lost_to=rival))

    def test_it_is_closed_once(self, world):
        one = card(world)
        one.lose(by=world.ada, close_reason=reason())
        assert wrong(lambda: one.lose(by=world.ada, close_reason=reason()))

    def test_it_is_not_closed_tomorrow(self, world):
        one = card(world)
        tomorrow = timezone.now() + dt.timedelta(days=2)
        assert "closed_at" in wrong(lambda: one.lose(by=world.ada, close_reason=reason(), closed_at=tomorrow))

    def test_opened_again_it_stands_where_it_stood(self, world):
        second = stages()[1]
        one = card(world)
        one.move(second, by=world.ada)
        one.lose(by=world.ada, close_reason=reason(), price_gap=Decimal(3))
        event = one.reopen(by=world.ada)
        assert event.verb == "opportunity.reopened"
        assert (one.stage, one.outcome, one.closed_at, one.price_gap) == (second, "", None, None)
        assert one.forecast_category == "pipeline"

    def test_to_take_back_a_loss_opens_it_as_it_was(self, world):
        one = card(world, probability=40)
        event = one.lose(by=world.ada, close_reason=reason())
        undo_event(event, by=world.ada)
        one.refresh_from_db()
        assert (one.outcome, one.likelihood, one.close_reason, len(way(one))) == ("", 40, None, 1)

    def test_the_database_knows_no_end_without_a_day(self, world):
        one = card(world)
        with pytest.raises(IntegrityError), transaction.atomic():
            Opportunity.objects.filter(pk=one.pk).update(outcome="won")


class TestNextStep:
    def test_it_is_what_is_planned_first(self, world):
        one = card(world)
        later = Activity.add(by=world.ada, kind="task", subject="Send", owner=world.ada, is_open=True, due_on=soon(9))
        first = Activity.add(by=world.ada, kind="call", subject="Ask", owner=world.ada, is_open=True, due_on=soon(2))
        assert one.next_step() is None
        assert list(Opportunity.objects.filter(asking.state("no_step"))) == [one]
        one.attach([later, first], by=world.ada)
        assert one.next_step() == first
        assert not Opportunity.objects.filter(asking.state("no_step")).exists()
        first.finish(by=world.ada)
        assert one.next_step() == later
        one.detach(later, by=world.ada)
        assert one.next_step() is None


class TestWhoSees:
    def test_owner_team_and_whoever_sees_the_account(self, world):
        hers = card(world)
        his = card(world, by=world.cem, account=world.brauneis)
        loose = card(world, by=world.cem, account=None)
        for person, seen in ((world.ada, {hers}), (world.cem, {his, loose}), (world.ben, {hers, his, loose})):
            assert set(Opportunity.objects.visible_to(person)) == seen
            assert set(Opportunity.objects.gathered_for(person)) == seen
            assert {one for one in (hers, his, loose) if access.may(person, "opportunities.see", one)} == seen

    def test_an_opportunity_at_a_foreign_account_is_seen_by_its_owner(self, world):
        one = card(world, by=world.cem, account=world.lindner)
        assert set(Opportunity.objects.visible_to(world.cem)) == {one}
        assert access.may(world.cem, "opportunities.change", one)
        assert access.may(world.ada, "opportunities.change", one)

    def test_whoever_reads_only_changes_nothing(self, world):
        one = card(world)
        assert access.may(world.rita, "opportunities.see", one)
        assert not access.may(world.rita, "opportunities.change", one)
        assert not access.may(world.rita, "opportunities.add")

    def test_an_undo_asks_for_the_right_to_change(self, world):
        one = card(world)
        event = one.move(stages()[1], by=world.ada)
        assert looking_back.may_undo(world.ada, event, one)
        assert not looking_back.may_undo(world.cem, event, one)


class TestBin:
    def test_it_comes_back_with_everything(self, world):
        one = card(world)
        one.discard(by=world.ada)
        assert not Opportunity.objects.living().exists()
        one.restore(by=world.ada)
        assert list(Opportunity.objects.living()) == [one]

    def test_it_is_found_by_its_name_until_it_is_in_the_bin(self, world):
        one = card(world, name="Warehouse fastening")
        assert [hit.subject_id for hit in search.find(search.OPPORTUNITY, "warehouse")] == [one.pk]
        one.discard(by=world.ada)
        assert search.find(search.OPPORTUNITY, "warehouse") == []

    def test_adding_leaves_one_event(self, world):
        one = card(world)
        assert [event.verb for event in Event.objects.about(one)] == ["opportunity.added"]


def test_what_goes_to_no_stage_stays(world):
    one = card(world)
    with pytest.raises(ValidationError):
        one.change(by=world.ada, stage=None)
    one.refresh_from_db()
    assert one.stage == stages()[0]


def test_today_is_no_past(world):
    assert card(world, expected_close_on=clock.today()).expected_close_on == clock.today()


def test_a_stage_in_the_bin_takes_nothing(world):
    second = stages()[1]
    Stage.objects.filter(pk=second.pk).update(deleted_at=timezone.now())
    second.refresh_from_db()
    assert "stage" in wrong(lambda: card(world).move(second, by=world.ada))
