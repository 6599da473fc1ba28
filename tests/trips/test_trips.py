"""Trips and their legs: moments over time zones, kilometres and odometers, who sees them, what is suggested, and taking back."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from kundenkreis.activities.models import Activity
from kundenkreis.core import clock
from kundenkreis.core.models import House
from kundenkreis.history.models import Event
from kundenkreis.history.undo import undo_event
from kundenkreis.staff import access, looking_back
from kundenkreis.trips.models import Leg, Trip, suggested_visits

pytestmark = pytest.mark.django_db
VIENNA, LONDON = "Europe/Vienna", "Europe/London"


def at(zone: str, *parts: int) -> dt.datetime:
    return dt.datetime(*parts, tzinfo=ZoneInfo(zone))


def trip_of(person, **values) -> Trip:
    given = {"purpose": "Visit in Linz", "start_place": "Wels", "end_place": "Wels"}
    given |= {"starts_at": at(VIENNA, 2026, 2, 10, 7, 30), "ends_at": at(VIENNA, 2026, 2, 10, 16, 0)}
    return Trip.add(by=person, **{**given, **values})


def leg_of(trip, **values) -> Leg:
    given = {"on": trip.first_day, "start_place": "Wels", "end_place": "Linz", "km": Decimal("32.4")}
    return Leg.add(by=trip.person, trip=trip, **{**given, **values})


def wrong(make) -> dict[str, str]:
    with pytest.raises(ValidationError) as refused:
        make()
    return {name: " ".join(texts) for name, texts in refused.value.message_dict.items()}


def agree(on: dt.date | None = None) -> None:
    House.current()
    House.objects.update(works_agreement_on=on or clock.today(), works_agreement="On trips")
    House.forget()


class TestMoments:
    def test_a_flight_is_as_long_as_it_takes_whatever_the_clocks_show(self, world):
        there = trip_of(
            world.ada,
            starts_at=at(VIENNA, 2026, 2, 10, 7, 10), start_zone=VIENNA,
            ends_at=at(LONDON, 2026, 2, 10, 8, 30), end_zone=LONDON,
        )  # fmt: skip
        assert there.ends_at - there.starts_at == dt.timedelta(hours=2, minutes=20)
        assert there.person == world.ada

    def test_over_midnight_it_has_the_days_of_both_places(self, world):
        night = trip_of(
            world.ada,
            starts_at=at("America/New_York", 2026, 2, 10, 22, 0), start_zone="America/New_York",
            ends_at=at(VIENNA, 2026, 2, 11, 12, 15), end_zone=VIENNA,
        )  # fmt: skip
        assert (night.first_day, night.last_day) == (dt.date(2026, 2, 10), dt.date(2026, 2, 11))

    def test_over_the_date_line_it_ends_on_the_day_before(self, world):
        east = trip_of(
            world.ada,
            starts_at=at("Asia/Tokyo", 2026, 2, 11, 0, 30), start_zone="Asia/Tokyo",
            ends_at=at("Pacific/Honolulu", 2026, 2, 10, 13, 0), end_zone="Pacific/Honolulu",
        )  # fmt: skip
        assert (east.first_day, east.last_day) == (dt.date(2026, 2, 10), dt.date(2026, 2, 11))
        assert leg_of(east, means="plane", km=None, on=dt.date(2026, 2, 10)).pk

    def test_an_end_before_the_start_is_refused_by_the_real_moments(self, world):
        """09:00 in London is after 09:30 in Vienna by half an hour; 08:00 in London is before it, though the clock says 08:00."""
        start = {"starts_at": at(VIENNA, 2026, 2, 10, 9, 30), "start_zone": VIENNA, "end_zone": LONDON}
        assert trip_of(world.ada, **start, ends_at=at(LONDON, 2026, 2, 10, 9, 0)).pk
        said = wrong(lambda: trip_of(world.ada, **start, ends_at=at(LONDON, 2026, 2, 10, 8, 0)))
        assert "09:00 in Vienna" in said["ends_at"]

    def test_the_database_refuses_it_too(self, world):
        trip = trip_of(world.ada)
        with pytest.raises(IntegrityError), transaction.atomic():
            Trip.objects.filter(pk=trip.pk).update(ends_at=trip.starts_at - dt.timedelta(minutes=1))

    def test_an_unknown_zone_and_an_endless_trip_are_refused(self, world):
        assert set(wrong(lambda: trip_of(world.ada, start_zone="Mars/Olympus"))) == {"start_zone"}
        assert set(wrong(lambda: trip_of(world.ada, ends_at=at(VIENNA, 2028, 1, 1, 8)))) == {"ends_at"}

    def test_trips_at_the_same_time_are_told_and_not_refused(self, world):
        first, second = trip_of(world.ada), trip_of(world.ada, purpose="Another")
        trip_of(world.cem)
        trip_of(world.ada, starts_at=first.ends_at, ends_at=at(VIENNA, 2026, 2, 10, 20), purpose="Right after")
        assert first.overlapping() == [second]
        second.discard(by=world.ada)
        assert first.overlapping() == []


class TestKilometres:
    def test_the_odometer_tells_them(self, world):
        leg = leg_of(trip_of(world.ada), km=None, odometer_start=10_000, odometer_end=10_087)
        assert leg.km == 87

    def test_a_corrected_reading_corrects_them(self, world):
        leg = leg_of(trip_of(world.ada), km=None, odometer_start=10_000, odometer_end=10_087)
        leg.change(by=world.ada, odometer_end=10_100)
        assert leg.km == 100

    def test_kilometres_that_contradict_the_readings_are_refused(self, world):
        said = wrong(lambda: leg_of(trip_of(world.ada), km=Decimal(90), odometer_start=10_000, odometer_end=10_087))
        assert "it is 87 km" in said["km"]
        # Readings are whole kilometres; what was read between them may have a fraction.
        assert leg_of(trip_of(world.ada), km=Decimal("87.4"), odometer_start=10_000, odometer_end=10_087).pk

    @pytest.mark.parametrize(
        ("values", "field"),
        [
            ({"km": Decimal(-1)}, "km"),
            ({"km": Decimal(10_000)}, "km"),
            ({"km": None}, "km"),
            ({"km": None, "odometer_start": 500, "odometer_end": 400}, "odometer_end"),
            ({"odometer_start": 500}, "odometer_end"),
            ({"odometer_end": 500}, "odometer_start"),
            ({"on": dt.date(2026, 2, 11)}, "on"),
        ],
    )
    def test_what_cannot_be_is_said_at_its_field(self, world, values, field):
        trip = trip_of(world.ada)
        assert field in wrong(lambda: leg_of(trip, **values))
        assert not Leg.objects.exists()

    def test_a_train_needs_no_kilometres(self, world):
        assert leg_of(trip_of(world.ada), means="train", km=None).km is None

    def test_a_trip_is_not_moved_away_from_its_legs(self, world):
        trip = trip_of(world.ada)
        leg_of(trip)
        said = wrong(
            lambda: trip.change(by=world.ada, starts_at=at(VIENNA, 2026, 3, 1, 8), ends_at=at(VIENNA, 2026, 3, 1, 9))
        )
        assert "10.02.2026" in said["ends_at"]

    def test_passengers_are_counted_by_their_names(self):
        assert Leg(passengers=" Ada Huber,, Cem Yıldız ,").names == ["Ada Huber", "Cem Yıldız"]


class TestWhoSees:
    def test_a_trip_is_hers_alone(self, world):
        trip = trip_of(world.ada)
        leg = leg_of(trip)
        assert list(Trip.objects.visible_to(world.ada)) == [trip]
        assert list(Leg.objects.visible_to(world.ada)) == [leg]
        for other in (world.ben, world.cem, world.dora, world.admin, world.rita):
            assert not Trip.objects.visible_to(other).exists()
            assert not Leg.objects.visible_to(other).exists()

    def test_whoever_leads_sees_it_from_the_day_of_a_works_agreement(self, world):
        trip = trip_of(world.ada)
        agree(clock.today() + dt.timedelta(days=1))
        assert not Trip.objects.visible_to(world.ben).exists()
        agree()
        assert list(Trip.objects.visible_to(world.ben)) == [trip]
        assert not Trip.objects.visible_to(world.admin).exists()
        assert not Trip.objects.visible_to(world.cem).exists()
        assert not access.may(world.ben, "trips.change", trip)

    def test_its_history_is_no_way_around(self, world):
        trip = trip_of(world.ada)
        event = Event.objects.about(trip).get()
        assert not looking_back.may_see(world.admin, trip)
        assert not looking_back.may_see_event(world.ben, event)
        assert event not in looking_back.events_seen_by(world.ben)
        assert looking_back.may_see_event(world.ada, event)
        agree()
        assert looking_back.may_see_event(world.ben, event)
        assert event in looking_back.events_seen_by(world.ben)
        assert event not in looking_back.events_seen_by(world.admin)


class TestVisits:
    def visit(self, world, day=10, **values) -> Activity:
        given = {"kind": "visit", "subject": "Lindner", "account": world.lindner, "owner": world.ada}
        return Activity.add(by=world.ada, **{**given, "at": at(VIENNA, 2026, 2, day, 10), **values})

    def test_hers_on_its_days_are_suggested(self, world):
        done, planned = self.visit(world), self.visit(world, is_open=True, due_on=dt.date(2026, 2, 10))
        self.visit(world, day=11)
        self.visit(world, owner=world.cem)
        self.visit(world, kind="mail")
        self.visit(world, kind="call")  # can be made from anywhere
        self.visit(world).discard(by=world.ada)
        assert {one.pk for one in suggested_visits(trip_of(world.ada), world.ada)} == {done.pk, planned.pk}

    def test_what_belongs_to_a_trip_is_suggested_no_more_until_that_is_in_the_bin(self, world):
        visit, trip, other = self.visit(world), trip_of(world.ada), trip_of(world.ada)
        trip.link([visit], by=world.ada)
        assert list(trip.visits.all()) == [visit]
        assert suggested_visits(trip, world.ada) == suggested_visits(other, world.ada) == []
        trip.discard(by=world.ada)
        assert suggested_visits(other, world.ada) == [visit]

    def test_linking_and_taking_out_are_history_and_can_be_taken_back(self, world):
        visit, trip = self.visit(world), trip_of(world.ada)
        linked = trip.link([visit], by=world.ada)
        assert linked.verb == "trip.changed"
        undo_event(linked, by=world.ada)
        assert not trip.visits.exists()
        trip.refresh_from_db()
        trip.link([visit], by=world.ada)
        taken = trip.unlink(visit, by=world.ada)
        undo_event(taken, by=world.ada)
        assert list(trip.visits.all()) == [visit]


class TestHistory:
    def test_every_verb_leaves_one_event_and_the_bin_gives_it_back(self, world):
        trip = trip_of(world.ada)
        leg = leg_of(trip)
        leg.change(by=world.ada, km=Decimal(33))
        leg.discard(by=world.ada)
        leg.restore(by=world.ada)
        trip.discard(by=world.ada)
        trip.restore(by=world.ada)
        verbs = list(
            Event.objects.order_by("pk").filter(subject_type__startswith="trips.").values_list("verb", flat=True)
        )
        assert verbs == [
            "trip.added", "leg.added", "leg.changed", "leg.discarded", "leg.restored", "trip.discarded", "trip.restored",
        ]  # fmt: skip

    def test_she_may_take_back_her_own(self, world):
        trip = trip_of(world.ada)
        event = trip.change(by=world.ada, purpose="Another")
        assert looking_back.may_undo(world.ada, event, trip)
        assert not looking_back.may_undo(world.ben, event, trip)
        undo_event(event, by=world.ada)
        trip.refresh_from_db()
        assert trip.purpose == "Visit in Linz"
