"""Months, and quarters of the house's fiscal year; and what becomes of what was said when that year is moved."""

from __future__ import annotations

import datetime as dt
import html
from importlib import import_module

import pytest
from django.apps import apps
from django.urls import reverse

from kundenkreis.core import fiscal
from kundenkreis.core.models import House
from kundenkreis.forecast import learning, looking_back, periods, taking
from kundenkreis.forecast.models import ForecastCall, Snapshot, SnapshotCall, SnapshotSum
from kundenkreis.forecast.periods import Period
from kundenkreis.web import forecasts
from tests.forecast.test_changes import TODAY, at, deal, on_a_day  # noqa: F401 the day holds here too
from tests.pipeline.cards import stages, wrong

pytestmark = pytest.mark.django_db


def begin_in(month):
    house = House.current()
    house.fiscal_month = month
    house.save()


@pytest.mark.parametrize(
    ("month", "first", "written", "name"),
    [
        (1, (2026, 1), "2026-01..03", "Q1 2026"),
        (2, (2026, 2), "2026-02..04", "Q1 2026/27 (February to April 2026)"),
        (3, (2026, 3), "2026-03..05", "Q1 2026/27 (March to May 2026)"),
        (7, (2026, 1), "2026-01..03", "Q3 2025/26 (January to March 2026)"),
        (12, (2026, 3), "2026-03..05", "Q2 2025/26 (March to May 2026)"),
    ],
)
def test_a_quarter_is_one_of_the_fiscal_year(world, month, first, written, name):
    begin_in(month)
    period = periods.of(TODAY)
    assert (period.first, str(period)) == (dt.date(*first, 1), written)
    assert forecasts.named_with_months(period) == name
    assert periods.read(written) == period
    part = period.part(month)
    assert (part.first, part.last) == (period.first, period.last)
    assert all(one.is_ours for one in periods.current(TODAY))


def test_the_turn_of_the_year_and_what_is_no_period(world):
    begin_in(2)
    last = Period(dt.date(2026, 11, 1))
    assert (str(last), last.last, str(last.moved(1))) == ("2026-11..01", dt.date(2027, 1, 31), "2027-02..04")
    assert forecasts.named_with_months(last) == "Q4 2026/27 (November 2026 to January 2027)"
    assert periods.read("2026-Q4") == last
    for text in ("2026-11..02", "2026-13", "2026-Q5", "2026-00..02", "2026-1..3", "٢٠٢٦-12", ""):
        assert periods.read(text) is None
    days = [dt.date(2026, 1, 1) + dt.timedelta(days=n) for n in range(800)]
    assert all(periods.of(day, kind).has(day) for day in days for kind in periods.KINDS)


def test_what_was_said_of_other_months_stays_theirs(world, client):
    """The year is moved from January to February: the old quarter keeps its call, the new one begins without, months go on."""
    old, month = periods.of(TODAY), periods.of(TODAY, "month")
    call = ForecastCall.add(by=world.ada, period="2026-Q1", person=world.ada, commit=100)
    ForecastCall.add(by=world.ada, period=str(month), person=world.ada, commit=30)
    assert call.period == str(old) == "2026-01..03"
    deal(world, value_house=70, stage=stages()[-2], outcome="won", closed_at=at(dt.date(2026, 1, 20)))
    taking.take(now=at(TODAY))
    begin_in(2)
    new = periods.of(TODAY)
    assert "no quarter" in str(
        wrong(lambda: ForecastCall.add(by=world.cem, period=str(old), person=world.cem, commit=1))
    )
    call.change(by=world.ada, commit=110)  # what is there can still be changed, and taken back
    client.force_login(world.ada)
    page = html.unescape(client.get(reverse("forecast:index")).content.decode())
    assert "Q1 2026/27 (February to April 2026)" in page
    assert "January to March 2026</a>" in page
    page = html.unescape(client.get(reverse("forecast:index"), {"period": str(old)}).content.decode())
    assert "no quarter of the fiscal year" in page and "€110" in page and "€70" in page
    assert "who=person-" in html.unescape(
        client.get(reverse("forecast:index"), {"period": str(month)}).content.decode()
    )
    assert {row.period for row in learning.compute()} == {str(one) for one in periods.current(TODAY)}
    kept = SnapshotCall.objects.values_list("period", flat=True)
    assert set(kept) == {str(old), str(month)}
    assert str(new) not in kept
    begin_in(7)  # quarters of these months again, by another number: everything goes on
    assert periods.of(TODAY) == old
    assert "no quarter" not in client.get(reverse("forecast:index"), {"period": str(old)}).content.decode()


def test_how_right_it_was_asks_quarters_of_the_present_year(world):
    begin_in(2)
    past = periods.of(TODAY).moved(-1)
    assert past.first == dt.date(2025, 11, 1)
    for day, value in ((dt.date(2025, 11, 3), 40), (dt.date(2026, 1, 31), 60), (dt.date(2026, 2, 1), 900)):
        deal(world, value_house=value, stage=stages()[-2], outcome="won", closed_at=at(day))
    snapshot = Snapshot.objects.create(taken_on=past.first, taken_at=at(past.first))
    for first, value in ((dt.date(2025, 10, 1), 7), (dt.date(2025, 11, 1), 50), (dt.date(2026, 1, 1), 100)):
        SnapshotSum.objects.create(
            snapshot=snapshot, owner=world.ada, month=first, category="commit", number=1, value=value
        )
    told = {line.key: line for line in looking_back.look_back(world.ada).lines}[f"person-{world.ada.pk}"]
    assert told.told["begin"]["sums"].bias == pytest.approx(0.5)  # 150 where 100 came
    assert fiscal.quarter_of(TODAY, 2).first == dt.date(2026, 2, 1)


def test_calls_of_calendar_quarters_from_before_are_found_under_their_months(world):
    one = ForecastCall.objects.create(person=world.ada, period="2026-Q4", commit=5, given_by=world.ada)
    month = ForecastCall.objects.create(person=world.ada, period="2026-12", commit=7, given_by=world.ada)
    import_module("kundenkreis.forecast.migrations.0002_fiscal_quarters").by_months(apps, None)
    one.refresh_from_db()
    month.refresh_from_db()
    assert (one.period, month.period) == ("2026-10..12", "2026-12")
    assert periods.read(one.period) == Period(dt.date(2026, 10, 1))
