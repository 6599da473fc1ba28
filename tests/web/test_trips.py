"""The pages of trips: written down in local time, changed in place, legs in dialogs, visits linked, and nobody else's."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kundenkreis.activities.models import Activity
from kundenkreis.history.models import Event
from kundenkreis.trips.models import Leg, Trip
from tests.trips.test_trips import LONDON, VIENNA, agree, at, leg_of, trip_of

pytestmark = pytest.mark.django_db
GIVEN = {
    "purpose": "Fair in London",
    "means": "plane",
    "start_place": "Vienna",
    "starts_at": "2026-02-10T07:10",
    "start_zone": "",
    "end_place": "London",
    "ends_at": "2026-02-10T08:30",
    "end_zone": LONDON,
}
LEG = {"on": "2026-02-10", "means": "own_car", "start_place": "Wels", "end_place": "Linz", "km": "32.4"}


def text_of(answer) -> str:
    return answer.content.decode().replace("\xa0", " ")


def visit_of(world, **values) -> Activity:
    given = {"kind": "visit", "subject": "Spring range", "account": world.lindner, "owner": world.ada}
    return Activity.add(by=world.ada, **{**given, "at": at(VIENNA, 2026, 2, 10, 10), **values})


def test_a_trip_is_written_down_by_the_clocks_of_its_places(world, signed_in):
    ada = signed_in(world.ada)
    assert ada.post("/trips/new/", GIVEN).status_code == 303
    trip = Trip.objects.get()
    assert (trip.starts_at, trip.ends_at) == (at(VIENNA, 2026, 2, 10, 7, 10), at(LONDON, 2026, 2, 10, 8, 30))
    page = text_of(ada.get(f"/trips/{trip.pk}/"))
    assert "10 Feb 2026, 08:30 London · 09:30 Vienna" in page
    assert "2 h 20 min" in page
    assert "Fair in London" in text_of(ada.get("/trips/"))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"ends_at": "2026-02-10T06:00"}, "That is before it begins: it is 10.02.2026 07:00 in Vienna then."),
        ({"starts_at": "2026-03-29T02:30", "ends_at": "2026-03-29T12:00"}, "The clocks of Vienna were put forward"),
        ({"end_zone": "", "end_zone_text": "Atlantis"}, "No time zone is called"),
        ({"purpose": ""}, "This field is required."),
        ({"starts_at": "soon"}, "Write a day and a time"),
        ({"ends_at": "9999-12-31T23:30"}, "Write a day and a time"),
    ],
)
def test_what_cannot_be_is_said_in_words_and_nothing_is_lost(world, signed_in, values, said):
    answer = signed_in(world.ada).post("/trips/new/", GIVEN | values)
    assert answer.status_code == 422
    page = text_of(answer)
    assert said in page
    assert 'value="London"' in page
    assert not Trip.objects.exists()


def test_a_field_is_changed_in_its_place(world, signed_in):
    ada, trip = signed_in(world.ada), trip_of(world.ada)
    address = f"/trips/{trip.pk}/edit/?field=destination"
    assert 'name="destination"' in text_of(ada.get(address, headers={"HX-Request": "true"}))
    saved = ada.post(address, {"destination": "Steyr"}, headers={"HX-Request": "true"})
    assert "Steyr" in text_of(saved) and "data-undo" in text_of(saved)
    assert ada.get(f"/trips/{trip.pk}/edit/?field=person").status_code == 404
    assert ada.get(f"/trips/{trip.pk}/edit/?field=starts_at").status_code == 404


def test_the_form_keeps_the_hour_at_the_place_and_saving_it_untouched_changes_nothing(world, signed_in):
    ada = signed_in(world.ada)
    ada.post("/trips/new/", GIVEN)
    trip = Trip.objects.get()
    form = text_of(ada.get(f"/trips/{trip.pk}/edit/"))
    assert 'value="2026-02-10T08:30"' in form
    read = form.partition('name="version" value="')[2].partition('"')[0]
    ada.post(f"/trips/{trip.pk}/edit/", GIVEN | {"version": read})
    assert Trip.objects.get().version == 1
    ada.post(f"/trips/{trip.pk}/edit/", GIVEN | {"version": read, "end_zone": "", "ends_at": "2026-02-10T09:45"})
    assert Trip.objects.get().ends_at == at(VIENNA, 2026, 2, 10, 9, 45)


def test_two_who_change_the_same_field_choose(world, signed_in):
    ada, trip = signed_in(world.ada), trip_of(world.ada)
    read = text_of(ada.get(f"/trips/{trip.pk}/edit/")).partition('name="version" value="')[2].partition('"')[0]
    trip.change(by=world.ada, purpose="On another screen")
    answer = ada.post(f"/trips/{trip.pk}/edit/", GIVEN | {"version": read})
    assert answer.status_code == 409
    assert "On another screen" in text_of(answer)


def test_a_leg_is_added_changed_and_taken_out_in_a_dialog(world, signed_in):
    ada, trip = signed_in(world.ada), trip_of(world.ada)
    dialog = text_of(ada.get(f"/trips/{trip.pk}/legs/new/", headers={"HX-Request": "true"}))
    assert 'value="2026-02-10"' in dialog and 'value="Wels"' in dialog
    assert ada.post(f"/trips/{trip.pk}/legs/new/", LEG | {"passengers": "Cem, Ben"}).status_code == 303
    leg = Leg.objects.get()
    page = text_of(ada.get(f"/trips/{trip.pk}/"))
    assert "32.4 km by car" in page and "with Cem, Ben" in page
    next_one = text_of(ada.get(f"/trips/{trip.pk}/legs/new/"))
    assert 'value="Linz"' in next_one  # where the one before has ended
    address = f"/trips/{trip.pk}/legs/{leg.pk}/"
    assert ada.post(
        f"{address}edit/", LEG | {"km": "", "odometer_start": "10.000", "odometer_end": "10040"}
    ).status_code in (303, 422)
    ada.post(f"{address}edit/", LEG | {"km": "", "odometer_start": "10000", "odometer_end": "10040"})
    assert Leg.objects.get().km == 40
    ada.post(f"{address}discard/")
    assert not Leg.objects.living().exists()


def test_kilometres_are_typed_with_a_comma_in_german(world, signed_in):
    world.ada.change(by=world.ada, language="de")
    trip = trip_of(world.ada)
    signed_in(world.ada).post(f"/trips/{trip.pk}/legs/new/", LEG | {"km": "1.032,4", "on": "10.02.2026"})
    assert Leg.objects.get().km == Decimal("1032.4")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"km": "-3"}, "greater than or equal to 0"),
        ({"km": ""}, "Write the kilometres, or both readings"),
        ({"km": "", "odometer_start": "500", "odometer_end": "400"}, "does not run backwards"),
        ({"on": "2026-02-12"}, "The trip is from 10.02.2026 to 10.02.2026."),
    ],
)
def test_a_leg_that_cannot_be_is_refused_at_its_field(world, signed_in, values, said):
    trip = trip_of(world.ada)
    answer = signed_in(world.ada).post(f"/trips/{trip.pk}/legs/new/", LEG | values, headers={"HX-Request": "true"})
    assert answer.status_code == 422
    assert said in text_of(answer)


def test_suggested_visits_are_ticked_into_the_trip_and_taken_out_again(world, signed_in):
    ada, trip, visit = signed_in(world.ada), trip_of(world.ada), visit_of(world)
    assert "On these days, and not part of a trip yet" in text_of(ada.get(f"/trips/{trip.pk}/"))
    ada.post(f"/trips/{trip.pk}/visits/", {"visits": [visit.pk, "99999", "x"]})
    assert list(trip.visits.all()) == [visit]
    page = text_of(ada.get(f"/trips/{trip.pk}/"))
    assert "Lindner" in page and "not part of a trip yet" not in page
    assert f"/trips/{trip.pk}/" in text_of(ada.get(f"/activities/{visit.pk}/"))
    ada.post(f"/trips/{trip.pk}/visits/{visit.pk}/discard/")
    assert not trip.visits.exists()
    ada.post(f"/trips/{trip.pk}/visits/", {})
    assert not trip.visits.exists()


def test_a_visit_of_somebody_whom_she_does_not_see_is_not_linked(world, signed_in):
    trip = trip_of(world.ada)
    hidden = visit_of(world, account=world.brauneis, owner=world.cem)
    signed_in(world.ada).post(f"/trips/{trip.pk}/visits/", {"visits": [hidden.pk]})
    assert not trip.visits.exists()


def test_a_trip_is_begun_from_a_visit_and_has_it_then(world, signed_in):
    ada, visit = signed_in(world.ada), visit_of(world)
    trip_of(world.ada, start_place="Leonding", starts_at=at(VIENNA, 2026, 1, 5, 8), ends_at=at(VIENNA, 2026, 1, 5, 9))
    assert f"/trips/new/?visit={visit.pk}" in text_of(ada.get(f"/activities/{visit.pk}/"))
    form = text_of(ada.get(f"/trips/new/?visit={visit.pk}"))
    for shown in ('value="Spring range"', 'value="Wels"', 'value="Leonding"', 'value="2026-02-10T08:00"'):
        assert shown in form
    ada.post(f"/trips/new/?visit={visit.pk}", GIVEN)
    assert list(Trip.objects.get(purpose="Fair in London").visits.all()) == [visit]
    for strange in ("visit=0", "visit=x", "day=2026-99-99", "day=x", "visit=" + "9" * 40):
        assert ada.get(f"/trips/new/?{strange}").status_code == 200


def test_a_trip_at_the_same_time_is_pointed_out(world, signed_in):
    trip, other = trip_of(world.ada), trip_of(world.ada, purpose="Dentist")
    page = text_of(signed_in(world.ada).get(f"/trips/{trip.pk}/"))
    assert "At the same time:" in page and f"/trips/{other.pk}/" in page


def test_it_goes_to_the_bin_and_comes_back(world, signed_in):
    ada, trip = signed_in(world.ada), trip_of(world.ada)
    ada.post(f"/trips/{trip.pk}/discard/")
    assert not Trip.objects.living().exists()
    assert ada.get(f"/trips/{trip.pk}/edit/").status_code == 404
    assert "in the bin" in text_of(ada.get(f"/trips/{trip.pk}/"))
    ada.post(f"/bin/trip/{trip.pk}/restore/")
    assert Trip.objects.living().exists()
    ada.post(f"/history/{Event.objects.get(verb='trip.restored').pk}/undo/")
    assert not Trip.objects.living().exists()


def test_to_everybody_else_it_does_not_exist(world, signed_in):
    trip = trip_of(world.ada)
    leg = leg_of(trip)
    paths = ("", "edit/", "legs/new/", f"legs/{leg.pk}/edit/", "discard/", "visits/")
    for person in (world.cem, world.ben, world.admin):
        client = signed_in(person)
        for path in paths:
            for ask in (client.get, client.post):
                assert ask(f"/trips/{trip.pk}/{path}").status_code in (404, 405), (person, path)
        assert "Visit in Linz" not in text_of(client.get("/trips/"))
        assert client.get(f"/history/of/trips.trip/{trip.pk}/").status_code == 404
    assert signed_in(world.rita).get("/trips/").status_code == 403
    for person in (world.ben, world.admin):
        assert "Visit in Linz" not in text_of(signed_in(person).get("/history/"))


def test_whoever_leads_reads_it_under_a_works_agreement_and_changes_nothing(world, signed_in):
    trip = trip_of(world.ada)
    agree()
    ben = signed_in(world.ben)
    assert "Visit in Linz" in text_of(ben.get("/trips/"))
    assert "/edit/" not in text_of(ben.get(f"/trips/{trip.pk}/"))
    assert ben.post(f"/trips/{trip.pk}/edit/", GIVEN).status_code == 403
    assert ben.post(f"/trips/{trip.pk}/discard/").status_code == 403
    assert ben.post(f"/trips/{trip.pk}/legs/new/", LEG).status_code == 403


def test_the_page_of_a_trip_asks_as_often_for_a_long_one_as_for_a_short_one(world, signed_in):
    ada, trip = signed_in(world.ada), trip_of(world.ada)

    def more(count: int) -> None:
        for number in range(count):
            leg_of(trip)
            trip.link([visit_of(world)], by=world.ada)
            visit_of(world, subject=f"Suggested {number}")
            trip_of(world.ada)

    def asked() -> list[str]:
        ada.get(f"/trips/{trip.pk}/")
        with CaptureQueriesContext(connection) as seen:
            ada.get(f"/trips/{trip.pk}/")
        return [query["sql"] for query in seen.captured_queries]

    more(1)
    few = asked()
    more(6)
    many = asked()
    assert len(many) == len(few), "\n".join(many)


def test_the_list_is_laid_out_by_month_and_exported(world, signed_in):
    trip_of(world.ada, purpose="=1+1")
    ada = signed_in(world.ada)
    assert "=1+1" in text_of(ada.get("/trips/?layout=month&on=2026-02-10"))
    written = b"".join(ada.get("/trips/export/?format=csv").streaming_content).decode()
    assert "'=1+1" in written
    assert dt.date(2026, 2, 10).isoformat() in written
