"""Trips, legs and mileage rates by API: the same rules as on the pages."""

from __future__ import annotations

import pytest

from kundenkreis.activities.models import Activity
from kundenkreis.trips.models import Leg, MileageRate, Trip
from tests.trips.test_trips import agree, leg_of, trip_of

pytestmark = pytest.mark.django_db
BODY = {
    "purpose": "Fair",
    "starts_at": "2026-02-10T07:10:00+01:00",
    "start_place": "Vienna",
    "ends_at": "2026-02-10T08:30:00+00:00",
    "end_zone": "Europe/London",
    "end_place": "London",
    "means": "plane",
}


def test_a_trip_is_the_caller_s_with_its_legs_and_visits(world, program):
    ada = program(world.ada)
    visit = Activity.add(by=world.ada, kind="visit", subject="Visit", owner=world.ada)
    made = ada.post("trips", BODY | {"visit_ids": [visit.pk]})
    assert made.status_code == 201, made.content
    assert (made.json()["person_id"], made.json()["visit_ids"]) == (world.ada.pk, [visit.pk])
    leg = {"trip_id": made.json()["id"], "on": "2026-02-10", "start_place": "Wels", "end_place": "Vienna"}
    answer = ada.post("trip-legs", leg | {"odometer_start": 100, "odometer_end": 301})
    assert (answer.status_code, answer.json()["km"]) == (201, "201.0")
    assert len(ada.get(f"trip-legs?trip={made.json()['id']}").json()["items"]) == 1
    changed = ada.patch(f"trips/{made.json()['id']}", {"purpose": "Another"}, etag=made.headers["ETag"])
    assert changed.json()["purpose"] == "Another"
    assert ada.patch(f"trips/{made.json()['id']}", {"purpose": "Late"}, etag=made.headers["ETag"]).status_code == 412


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"ends_at": "2026-02-10T07:00:00+01:00"}, "ends_at"),
        ({"end_zone": "Mars/Olympus"}, "end_zone"),
        ({"means": "rocket"}, "means"),
        ({"purpose": ""}, "purpose"),
        ({"person_id": 1}, "person_id"),
        ({"visit_ids": [987654321]}, "visit_ids"),
    ],
)
def test_what_cannot_be_is_refused_by_its_field(world, program, wrong, field):
    answer = program(world.ada).post("trips", BODY | wrong)
    assert answer.status_code == 422
    assert field in answer.content.decode()
    assert not Trip.objects.exists()


def test_another_s_trip_does_not_exist_and_takes_no_legs(world, program):
    trip = trip_of(world.ada)
    leg = leg_of(trip)
    for person in (world.ben, world.cem, world.admin):
        asking = program(person)
        assert asking.get("trips").json()["items"] == asking.get("trip-legs").json()["items"] == []
        assert asking.get(f"trips/{trip.pk}").status_code == asking.get(f"trip-legs/{leg.pk}").status_code == 404
        assert asking.patch(f"trips/{trip.pk}", {"purpose": "Mine"}).status_code == 404
        body = {"trip_id": trip.pk, "on": "2026-02-10", "start_place": "Wels", "end_place": "Linz", "km": "1.0"}
        assert asking.post("trip-legs", body).status_code == 422
    assert program(world.rita).get("trips").status_code == 403


def test_whoever_leads_reads_under_a_works_agreement_and_writes_nothing(world, program):
    trip = trip_of(world.ada)
    agree()
    ben = program(world.ben)
    assert [one["id"] for one in ben.get("trips").json()["items"]] == [trip.pk]
    assert ben.patch(f"trips/{trip.pk}", {"purpose": "Mine"}).status_code == 403
    assert ben.delete(f"trips/{trip.pk}").status_code == 403
    body = {"trip_id": trip.pk, "on": "2026-02-10", "start_place": "Wels", "end_place": "Linz", "km": "1.0"}
    assert ben.post("trip-legs", body).status_code == 403
    assert not Leg.objects.exists()


def test_events_of_a_trip_are_left_out_of_what_a_program_follows(world, program):
    trip_of(world.ada)
    for person in (world.ben, world.admin):
        assert "trip.added" not in program(person).get("events?limit=200").content.decode()


def test_a_token_for_other_areas_reads_no_trips(world, program):
    assert program(world.ada, scopes=["activities:read"]).get("trips").status_code == 403
    assert program(world.ada, scopes=["trips:read"]).get("trips").status_code == 200


def test_rates_are_read_by_all_and_written_by_administrators(world, program):
    body = {"valid_from": "2026-01-01", "per_km": "0.50", "per_passenger": "0.15"}
    assert program(world.ben).post("mileage-rates", body).status_code == 403
    assert program(world.admin).post("mileage-rates", body).status_code == 201
    assert len(program(world.ada).get("mileage-rates").json()["items"]) == 1
    refused = program(world.admin).post("mileage-rates", body | {"valid_from": "2026-02-01", "per_km": "-1"})
    assert refused.status_code == 422
    assert MileageRate.objects.count() == 1


def test_an_activity_carries_its_time_zone(world, program):
    ada = program(world.ada)
    body = {"kind": "visit", "subject": "Fair", "at": "2026-06-10T10:00:00+01:00", "time_zone": "Europe/London"}
    made = ada.post("activities", body)
    assert (made.status_code, made.json()["time_zone"]) == (201, "Europe/London")
    assert ada.post("activities", body | {"time_zone": "Mars/Olympus"}).status_code == 422
