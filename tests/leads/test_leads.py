"""Leads: the verbs, who sees them, the score, whose they are, and until when somebody speaks with them."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from kundenkreis.activities import handing_over
from kundenkreis.core import search
from kundenkreis.core.records import Stale
from kundenkreis.customers.models import SealedAddress
from kundenkreis.history.models import Event
from kundenkreis.history.undo import undo_batch, undo_event
from kundenkreis.inbox.models import Notification
from kundenkreis.leads import routing, scoring
from kundenkreis.leads.models import Lead, LeadHours, RoutingRule, ScoreRule
from kundenkreis.staff.models import Deputy, Territory
from tests.leads.making import lead_of, points, routed

pytestmark = pytest.mark.django_db
VIENNA = ZoneInfo("Europe/Vienna")


def test_a_lead_has_a_number_a_key_its_owner_s_team_and_a_deadline(world):
    lead = lead_of(world.ada, received_at=dt.datetime(2026, 3, 6, 15, 0, tzinfo=VIENNA))
    assert lead.number == "L-00001"
    assert (lead.key, lead.team, lead.status) == ("traunse catering", world.north, "new")
    assert lead.first_touch_due == dt.datetime(2026, 3, 9, 14, 0, tzinfo=VIENNA)  # two hours on Friday, six on Monday
    assert str(lead_of(world.ada, company="")) == "Mag. Eva Moser"


def test_a_lead_without_any_way_to_know_her_is_refused(world):
    with pytest.raises(ValidationError) as refused:
        Lead.add(by=world.ada, message="Hello")
    assert "company" in refused.value.message_dict


def test_null_characters_are_refused_at_their_field(world):
    with pytest.raises(ValidationError) as refused:
        lead_of(world.ada, message="a\x00b")
    assert "message" in refused.value.message_dict


def test_two_who_change_the_same_field_are_told(world):
    lead = lead_of(world.ada)
    lead.change(by=world.ada, version=1, place="Linz")
    with pytest.raises(Stale):
        Lead.objects.get(pk=lead.pk).change(by=world.ben, version=1, place="Wels")


def test_a_lead_is_seen_by_its_owner_team_and_territory_and_by_who_sees_all(world):
    hers = lead_of(world.ada, country="", postcode="")
    assert [Lead.objects.visible_to(one).filter(pk=hers.pk).exists() for one in (world.ada, world.ben, world.cem)] == [
        True, True, False,
    ]  # fmt: skip
    world.wels.people.add(world.cem)
    there = lead_of(world.ada, postcode="4600")
    assert there.territory == world.wels
    cem = type(world.cem).objects.get(pk=world.cem.pk)
    assert Lead.objects.visible_to(cem).get() == there


def test_the_database_keeps_status_and_moments_together(world):
    lead = lead_of(world.ada)
    for values in ({"status": "converted"}, {"status": "disqualified"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Lead.objects.filter(pk=lead.pk).update(**values)


def test_disqualifying_asks_why_is_undone_and_can_be_opened_again(world):
    lead = lead_of(world.ada)
    with pytest.raises(ValidationError):
        lead.disqualify(by=world.ada, reason="")
    event = lead.disqualify(by=world.ada, reason="no_need", reason_note="Next year")
    assert (lead.status, event.verb) == ("disqualified", "lead.disqualified")
    with pytest.raises(ValidationError):
        lead.take_over(by=world.ben)
    undo_event(event, by=world.ada)
    lead.refresh_from_db()
    assert (lead.status, lead.reason, lead.disqualified_at) == ("new", "", None)
    lead.disqualify(by=world.ada, reason="no_need")
    lead.reopen(by=world.ada)
    assert (lead.status, lead.reason) == ("working", "")


def test_the_first_call_that_reached_somebody_is_the_first_touch(world):
    lead = lead_of(world.ada)
    lead.touch(by=world.ada, kind="note", subject="Looked her up")
    lead.touch(by=world.ada, kind="call", subject="Rang", outcome="not_reached")
    assert lead.first_touched_at is None
    assert lead.status == "working"
    activity, event = lead.touch(by=world.ada, kind="call", subject="Spoke with her", outcome="good")
    assert lead.first_touched_at is not None
    assert lead.activities.count() == 3
    undo_event(event, by=world.ada)
    lead.refresh_from_db()
    activity.refresh_from_db()
    assert lead.first_touched_at is None
    assert activity.deleted_at is not None


def test_a_planned_call_counts_when_it_is_done(world):
    lead = lead_of(world.ada, is_inquiry=True)
    activity, _event = lead.touch(
        by=world.ada, kind="call", subject="Call back", is_open=True, due_on=dt.date(2026, 3, 3)
    )
    assert lead.first_touched_at is None
    lead.finish(activity, by=world.ada, outcome="good")
    assert lead.first_touched_at is not None


def test_a_lead_is_found_by_name_number_and_mail(world):
    lead = lead_of(world.ada)
    for text in ("Traunsee", "L-00001", "Moser", "eva.moser@traunsee.test"):
        found = list(search.find(search.LEAD, text))
        assert [hit.subject_id for hit in found] == [lead.pk], text


def test_a_restricted_person_s_address_is_refused_on_the_way_in_and_back(world):
    from kundenkreis.core.models import House
    from kundenkreis.customers import sealed_addresses

    lead = lead_of(world.ada)
    lead.discard(by=world.ada)
    house = House.current()
    SealedAddress.objects.create(
        digest=sealed_addresses.digest("eva.moser@traunsee.test", house.suppression_key, house.country), restriction=1
    )
    with pytest.raises(ValidationError) as refused:
        lead_of(world.ada)
    assert "email" in refused.value.message_dict
    with pytest.raises(ValidationError):
        lead.restore(by=world.ada)


class TestScore:
    def test_it_is_the_sum_of_what_is_told_and_follows_lead_and_rules(self, world):
        asked = points(world.admin, "asked for a price", 10, "message:has:price")
        points(world.admin, "big enough", 20, "employees:over:30")
        points(world.admin, "from abroad", -5, "country:not:AT")
        lead = lead_of(world.ada)
        assert lead.score == 30
        assert [(line.words, line.points) for line in scoring.lines(lead)] == [
            ("big enough", 20),
            ("asked for a price", 10),
        ]
        lead.change(by=world.ada, country="DE", employees=3)
        assert lead.score == 5
        asked.change(by=world.admin, points=50)
        lead.refresh_from_db()
        assert lead.score == sum(line.points for line in scoring.lines(lead)) == 45
        asked.discard(by=world.admin)
        lead.refresh_from_db()
        assert lead.score == -5

    def test_a_rule_without_or_with_a_broken_condition_is_refused(self, world):
        for conditions in ([], ["nonsense"], ["country:in:XX9"], [7]):
            with pytest.raises(ValidationError) as refused:
                ScoreRule.add(by=world.admin, words_de="x", words_en="x", points=1, conditions=conditions)
            assert "conditions" in refused.value.message_dict

    def test_all_at_once_and_one_by_one_come_to_the_same(self, world):
        leads = [lead_of(world.ada, employees=n, country=c) for n in (None, 5, 50) for c in ("AT", "DE")]
        points(world.admin, "big", 7, "employees:over:10")
        points(world.admin, "near", 3, "any(country:in:AT;place:has:Gmunden)")
        at_once = {one.pk: one.score for one in Lead.objects.all()}
        assert at_once == {lead.pk: scoring.settle(lead) for lead in leads}
        assert sorted(at_once.values()) == [3, 3, 3, 3, 10, 10]


class TestRouting:
    def test_the_first_fitting_rule_decides_and_the_person_is_told(self, world):
        routed(world.admin, position=1, conditions=["country:in:DE"], way="person", person=world.cem)
        routed(world.admin, position=2, way="person", person=world.ada)
        lead = lead_of(world.ben, owner=None)
        assert (lead.owner, lead.team) == (world.ada, world.north)
        assert lead_of(world.ben, owner=None, country="DE").owner == world.cem
        told = Notification.objects.filter(person=world.ada, kind="lead")
        assert told.count() == 1
        assert Event.objects.about(lead).filter(verb="lead.routed").count() == 1

    def test_whoever_has_left_or_is_away_gets_none(self, world):
        rule = routed(world.admin, way="person", person=world.ada)
        Deputy.add(by=world.admin, person=world.ada, deputy=world.gerda, starts_on=dt.date(2020, 1, 1))
        assert lead_of(world.ben, owner=None).owner == world.gerda
        world.gerda.change(by=world.admin, is_active=False)
        assert lead_of(world.ben, owner=None).owner is None
        rule.change(by=world.admin, person=world.cem)
        assert lead_of(world.ben, owner=None).owner == world.cem

    def test_a_team_takes_turns(self, world):
        routed(world.admin, way="turn", team=world.north.parent)
        owners = [lead_of(world.admin, owner=None).owner_id for _n in range(6)]
        members = sorted(one.pk for one in (world.ada, world.ben, world.cem, world.dora, world.gerda))
        assert owners == [*members, members[0]]

    def test_by_load_whoever_has_the_fewest_open_leads(self, world):
        routed(world.admin, way="load", team=world.north.parent)
        for one in (world.ada, world.ben, world.dora, world.gerda):
            lead_of(one)
        assert lead_of(world.admin, owner=None).owner == world.cem

    def test_by_territory_of_its_people(self, world):
        north = Territory.add(by=None, name="Grieskirchen", countries=["AT"], postcodes=["471"])
        north.people.add(world.cem)
        routed(world.admin, way="territory")
        assert lead_of(world.admin, owner=None, postcode="4710").owner == world.cem
        assert lead_of(world.admin, owner=None, postcode="9020").owner is None

    def test_leads_of_an_owner_who_left_go_to_somebody_else(self, world):
        lead, closed = lead_of(world.ada), lead_of(world.ada)
        closed.disqualify(by=world.ada, reason="no_need")
        world.ada.change(by=world.admin, is_active=False)
        assert routing.take_from_those_who_left() == 1
        lead.refresh_from_db()
        assert lead.owner is None
        lead.change(by=world.ben, owner=world.ada)
        routed(world.admin, way="person", person=world.cem)
        routing.take_from_those_who_left()
        lead.refresh_from_db()
        assert lead.owner == world.cem
        assert Lead.objects.get(pk=closed.pk).owner == world.ada  # closed stays as it was

    def test_whoever_hands_over_hands_over_her_open_leads_and_an_undo_gives_them_back(self, world):
        lead, closed = lead_of(world.ada), lead_of(world.ada)
        closed.disqualify(by=world.ada, reason="no_need")
        batch = handing_over.hand_over(world.ada, world.cem, by=world.admin)
        lead.refresh_from_db()
        assert (lead.owner, lead.team) == (world.cem, world.south)
        assert Lead.objects.get(pk=closed.pk).owner == world.ada
        undo_batch(batch, by=world.admin)
        lead.refresh_from_db()
        assert (lead.owner, lead.team) == (world.ada, world.north)

    def test_a_rule_says_to_whom(self, world):
        for values in ({"way": "person"}, {"way": "turn"}, {"way": "load"}):
            with pytest.raises(ValidationError):
                routed(world.admin, **values)
        assert RoutingRule.objects.count() == 0

    def test_a_lead_lies_where_an_account_with_its_address_would(self, world):
        region = Territory.add(by=None, name="Region", countries=["AT"], postcodes=["4610-4619"])
        lead = lead_of(world.admin, postcode="4615", country="AT")
        assert lead.territory == region
        lead.change(by=world.admin, postcode="4600")
        assert lead.territory == world.wels
        lead.change(by=world.admin, postcode="")
        assert lead.territory is None

    def test_the_owner_of_a_territory_comes_before_its_people(self, world):
        north = Territory.add(by=None, name="Grieskirchen", countries=["AT"], postcodes=["471"], owner=world.ben)
        north.people.add(world.cem)
        routed(world.admin, way="territory")
        assert lead_of(world.admin, owner=None, postcode="4710").owner == world.ben
        Deputy.add(by=world.admin, person=world.ben, deputy=world.dora, starts_on=dt.date(2000, 1, 1))
        assert lead_of(world.admin, owner=None, postcode="4710").owner == world.cem


class TestHours:
    @pytest.mark.parametrize(
        ("received", "due"),
        [
            ("2026-03-02 08:00", "2026-03-02 16:00"),
            ("2026-03-02 16:00", "2026-03-03 15:00"),
            ("2026-03-07 11:00", "2026-03-09 16:00"),  # a Saturday
            ("2026-04-03 16:30", "2026-04-07 15:30"),  # Easter Monday lies between
            ("2026-03-27 16:00", "2026-03-30 15:00"),  # summer time begins on Sunday
        ],
    )
    def test_only_working_hours_count(self, world, received, due):
        begin, end = (dt.datetime.fromisoformat(text).replace(tzinfo=VIENNA) for text in (received, due))
        assert routing.due(begin) == end

    def test_the_house_agrees_on_others(self, world):
        LeadHours.add(by=world.admin, hours=1, opens=dt.time(6), closes=dt.time(7))
        begin = dt.datetime(2026, 3, 2, 6, 30, tzinfo=VIENNA)
        assert routing.due(begin) == dt.datetime(2026, 3, 3, 6, 30, tzinfo=VIENNA)
        with pytest.raises(ValidationError):
            LeadHours.add(by=world.admin, hours=1, opens=dt.time(9), closes=dt.time(8))
