"""The mileage list, against sums worked out by hand: rates by their day, passengers, rounding, customers, and whose it is."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kundenkreis.activities.models import Activity
from kundenkreis.core.models import House
from kundenkreis.trips import mileage
from kundenkreis.trips.mileage import AUSTRIA, Rate, mileage_list, rate_on, worth
from kundenkreis.trips.models import MileageRate, Trip
from tests.trips.test_trips import VIENNA, agree, at, leg_of, trip_of

FEBRUARY = (dt.date(2026, 2, 1), dt.date(2026, 2, 28))
NEW = AUSTRIA[1]


@pytest.mark.parametrize(
    ("km", "passengers", "rate", "amount"),
    [
        ("100", 0, AUSTRIA[0], "42.00"),
        ("100", 2, AUSTRIA[0], "52.00"),  # 100 × (0.42 + 2 × 0.05)
        ("100", 0, NEW, "50.00"),
        ("87.4", 1, NEW, "56.81"),  # 87.4 × 0.65 = 56.81
        ("0.1", 0, AUSTRIA[0], "0.04"),  # 0.042
        ("12.5", 0, Rate(dt.date(2026, 1, 1), Decimal("0.4254"), Decimal(0)), "5.32"),  # 5.3175, halves away from zero
        ("0", 3, NEW, "0.00"),
    ],
)
def test_what_kilometres_are_worth(km, passengers, rate, amount):
    assert worth(Decimal(km), passengers, rate) == Decimal(amount)


def test_the_rate_is_the_last_one_that_has_begun():
    assert rate_on(dt.date(2024, 12, 31), AUSTRIA) == AUSTRIA[0]
    assert rate_on(dt.date(2025, 1, 1), AUSTRIA) == AUSTRIA[1]
    assert rate_on(dt.date(2008, 6, 30), AUSTRIA) is None
    assert rate_on(dt.date(2026, 1, 1), []) is None


@given(st.lists(st.tuples(st.integers(0, 9990), st.integers(0, 4)), max_size=20))
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_lines_add_up_to_the_total_to_the_cent(driven):
    for tenths, count in driven:
        km = Decimal(tenths) / 10
        amount = worth(km, count, NEW)
        assert amount == amount.quantize(Decimal("0.01"))
        assert abs(amount - km * (NEW.per_km + count * NEW.per_passenger)) <= Decimal("0.005")


@pytest.mark.django_db
class TestRates:
    def test_austrias_hold_until_the_house_keeps_some(self, world):
        assert [rate.per_km for rate in mileage.rates()] == [Decimal("0.42"), Decimal("0.50")]
        MileageRate.add(by=world.admin, valid_from=dt.date(2026, 1, 1), per_km=Decimal("0.6"))
        assert [rate.per_km for rate in mileage.rates()] == [Decimal("0.6")]

    def test_elsewhere_there_are_none_before_somebody_writes_them_down(self, world):
        House.current()
        House.objects.update(country="DE")
        House.forget()
        assert mileage.rates() == []
        leg_of(trip_of(world.ada))
        shown = mileage_list(world.ada, world.ada, *FEBRUARY)
        assert (shown.lines[0].amount, shown.amount, shown.without_rate) == (None, 0, 1)

    def test_taken_over_they_can_be_changed(self, world):
        first, second = mileage.take_over(world.admin)
        second.change(by=world.admin, per_km=Decimal("0.55"))
        assert [rate.per_km for rate in mileage.rates()] == [Decimal("0.42"), Decimal("0.55")]
        assert "RGV" in first.source

    @pytest.mark.parametrize(
        "values", [{"per_km": Decimal("-0.1")}, {"per_passenger": Decimal(-1)}, {"per_km": Decimal(11)}]
    )
    def test_what_is_no_rate_is_refused(self, world, values):
        with pytest.raises(ValidationError) as refused:
            MileageRate.add(by=world.admin, **{"valid_from": dt.date(2026, 1, 1), "per_km": Decimal("0.5"), **values})
        assert set(refused.value.error_dict) == set(values)

    def test_a_day_has_one_rate(self, world):
        kept = MileageRate.add(by=world.admin, valid_from=dt.date(2026, 1, 1), per_km=Decimal("0.5"))
        with pytest.raises(ValidationError, match="from this day on already"):
            MileageRate.add(by=world.admin, valid_from=dt.date(2026, 1, 1), per_km=Decimal("0.6"))
        kept.discard(by=world.admin)
        MileageRate.add(by=world.admin, valid_from=dt.date(2026, 1, 1), per_km=Decimal("0.6"))
        with pytest.raises(ValidationError):
            kept.restore(by=world.admin)


@pytest.mark.django_db
class TestList:
    def test_a_month_by_hand(self, world):
        trip = trip_of(world.ada, purpose="Spring collection")
        leg_of(trip, km=Decimal("32.4"), passengers="Cem Yıldız")
        leg_of(trip, km=Decimal("33.0"), start_place="Linz", end_place="Wels")
        leg_of(trip, km=None, means="train")
        leg_of(trip, means="company_car", km=Decimal(50))
        shown = mileage_list(world.ada, world.ada, *FEBRUARY)
        assert [line.amount for line in shown.lines] == [Decimal("21.06"), Decimal("16.50")]  # 32.4 × 0.65, 33 × 0.5
        assert (shown.km, shown.amount) == (Decimal("65.4"), Decimal("37.56"))

    def test_kilometres_in_a_company_car_are_not_paid_for(self, world):
        leg_of(trip_of(world.ada), means="company_car", km=Decimal(50))
        shown = mileage_list(world.ada, world.ada, *FEBRUARY, "company_car")
        assert (shown.km, shown.amount, shown.without_rate) == (50, 0, 0)

    def test_each_day_has_its_own_rate(self, world):
        over_new_year = trip_of(world.ada, starts_at=at(VIENNA, 2024, 12, 31, 8), ends_at=at(VIENNA, 2025, 1, 1, 18))
        leg_of(over_new_year, km=Decimal(100))
        leg_of(over_new_year, km=Decimal(100), on=dt.date(2025, 1, 1))
        shown = mileage_list(world.ada, world.ada, dt.date(2024, 12, 1), dt.date(2025, 1, 31))
        assert [line.amount for line in shown.lines] == [Decimal(42), Decimal(50)]

    def test_the_days_at_its_ends_are_in_it_and_what_is_in_the_bin_is_not(self, world):
        for day in (1, 28):
            leg_of(trip_of(world.ada, starts_at=at(VIENNA, 2026, 2, day, 8), ends_at=at(VIENNA, 2026, 2, day, 18)))
        gone, leg_gone = trip_of(world.ada), trip_of(world.ada)
        leg_of(gone)
        gone.discard(by=world.ada)
        leg_of(leg_gone).discard(by=world.ada)
        leg_of(trip_of(world.ada, starts_at=at(VIENNA, 2026, 3, 1, 8), ends_at=at(VIENNA, 2026, 3, 1, 18)))
        shown = mileage_list(world.ada, world.ada, *FEBRUARY)
        assert [line.leg.on.day for line in shown.lines] == [1, 28]

    def test_the_customers_of_the_day_stand_with_the_purpose(self, world):
        trip = trip_of(world.ada, purpose="Round", ends_at=at(VIENNA, 2026, 2, 11, 16))
        for day in (10, 10, 11):
            visit = Activity.add(
                by=world.ada,
                kind="visit",
                subject="Visit",
                owner=world.ada,
                at=at(VIENNA, 2026, 2, day, 9),
                account=world.lindner,
            )
            trip.link([visit], by=world.ada)
        leg_of(trip)
        (line,) = mileage_list(world.ada, world.ada, *FEBRUARY).lines
        assert line.why == "Round: Lindner & Söhne GmbH"

    def test_a_customer_outside_the_reader_s_reach_stays_without_a_name(self, world):
        trip = trip_of(world.ada, purpose="Round")
        visit = Activity.add(
            by=world.admin,
            kind="visit",
            subject="Visit",
            owner=world.ada,
            at=at(VIENNA, 2026, 2, 10, 9),
            account=world.brauneis,
        )
        trip.link([visit], by=world.ada)
        leg_of(trip)
        assert mileage_list(world.ada, world.ada, *FEBRUARY).lines[0].why == "Round"

    def test_others_see_it_only_as_they_see_the_trips(self, world):
        leg_of(trip_of(world.ada))
        assert mileage_list(world.ben, world.ada, *FEBRUARY).lines == []
        assert mileage.people_with_trips(world.ben) == [world.ben]
        agree()
        assert len(mileage_list(world.ben, world.ada, *FEBRUARY).lines) == 1
        assert mileage.people_with_trips(world.ben) == [world.ada, world.ben]
        assert mileage.people_with_trips(world.cem) == [world.cem]

    def test_it_asks_as_often_for_many_lines_as_for_few(self, world):
        def asked() -> list[str]:
            with CaptureQueriesContext(connection) as seen:
                assert len(mileage_list(world.ada, world.ada, *FEBRUARY).lines) == Trip.objects.count()
            return [query["sql"] for query in seen.captured_queries][:-1]

        leg_of(trip_of(world.ada))
        asked()  # what is asked once for a request stays out of the count
        few = asked()
        for _number in range(5):
            leg_of(trip_of(world.ada))
        many = asked()
        assert len(few) == len(many) <= 6, "\n".join(many)
