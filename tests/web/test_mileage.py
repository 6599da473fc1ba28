"""The mileage list on the screen, as files in both languages, and the page of its rates."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal

import pytest
from python_calamine import CalamineWorkbook

from kundenkreis.core.models import House
from kundenkreis.trips.models import MileageRate
from tests.trips.test_trips import VIENNA, agree, at, leg_of, trip_of

pytestmark = pytest.mark.django_db
FEBRUARY = "first=2026-02-01&last=2026-02-28"
RATE = {"valid_from": "2026-01-01", "per_km": "0.5", "per_passenger": "0.15", "source": "RGV"}


def text_of(answer) -> str:
    return answer.content.decode().replace("\xa0", " ")


def csv_of(client, query=FEBRUARY) -> list[str]:
    answer = client.get(f"/trips/mileage/export/?{query}&format=csv")
    assert answer.status_code == 200
    return b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()


@pytest.fixture
def driven(world):
    trip = trip_of(world.ada, purpose="=Spring range")
    return leg_of(trip, passengers="Cem Yıldız"), leg_of(trip, km=Decimal(33), start_place="Linz", end_place="Wels")


def test_a_month_stands_there_with_its_total(world, signed_in, driven):
    page = text_of(signed_in(world.ada).get(f"/trips/mileage/?{FEBRUARY}"))
    for shown in (
        "February 2026",
        "€21.06",
        "€16.50",
        "€37.56",
        "65.4",
        "€0.50 + 1 × €0.15",
        "Check with your accountant",
    ):
        assert shown in page
    assert "first=2026-01-01&amp;last=2026-01-31" in page and "first=2026-03-01&amp;last=2026-03-31" in page


def test_without_an_address_it_is_this_month_and_says_what_to_do_when_there_is_nothing(world, signed_in):
    page = text_of(signed_in(world.ada).get("/trips/mileage/"))
    assert "They come from the legs of your trips" in page and "/trips/new/" in page


def test_a_list_of_a_company_car_has_no_amounts(world, signed_in):
    leg_of(trip_of(world.ada), means="company_car", km=Decimal(50))
    page = text_of(signed_in(world.ada).get(f"/trips/mileage/?{FEBRUARY}&means=company_car"))
    assert "not paid for" in page and "Amount" not in page
    assert "Amount" not in csv_of(signed_in(world.ada), f"{FEBRUARY}&means=company_car")[0]


def test_lines_without_a_rate_are_pointed_out(world, signed_in):
    leg_of(trip_of(world.ada, starts_at=at(VIENNA, 2007, 2, 10, 8), ends_at=at(VIENNA, 2007, 2, 10, 9)))
    page = text_of(signed_in(world.ada).get("/trips/mileage/?first=2007-02-01&last=2007-02-28"))
    assert "For one line there is no rate" in page and "An administrator keeps the rates" in page


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("first=2026-02-10&last=2026-02-01", "The end lies before the beginning."),
        ("first=2020-01-01&last=2026-02-01", "A list is of a year at most."),
        ("first=x", "Write a day such as"),
        ("first=9999-12-01&last=9999-12-31", "Write a day such as"),
        ("first=0001-01-01&last=0001-01-31", "Write a day such as"),
    ],
)
def test_a_period_that_cannot_be_is_refused_in_words(world, signed_in, query, said):
    ada = signed_in(world.ada)
    answer = ada.get(f"/trips/mileage/?{query}")
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert ada.get(f"/trips/mileage/export/?{query}&format=csv").status_code == 400


def test_the_file_holds_the_lines_and_the_total_and_runs_no_formula(world, signed_in, driven):
    lines = csv_of(signed_in(world.ada))
    assert lines[0].startswith("Day,Place of departure,Place of arrival,Purpose and customers")
    assert lines[1] == "2026-02-10,Wels,Linz,'=Spring range,,,32.4,Cem Yıldız,0.50,0.15,21.06"
    assert lines[2] == "2026-02-10,Linz,Wels,'=Spring range,,,33.0,,0.50,,16.50"
    assert lines[3] == "Total,Ada Huber,,,,,65.4,,,,37.56"
    assert len(lines) == 4


def test_in_german_it_has_semicolons_and_decimal_commas(world, signed_in, driven):
    world.ada.change(by=world.ada, language="de")
    lines = csv_of(signed_in(world.ada))
    assert lines[0].startswith("Datum;Abfahrtsort;Ankunftsort;")
    assert ";32,4;Cem Yıldız;0,50;0,15;21,06" in lines[1]
    assert lines[3].startswith("Summe;")


def test_the_workbook_has_figures_as_figures(world, signed_in, driven):
    answer = signed_in(world.ada).get(f"/trips/mileage/export/?{FEBRUARY}&format=xlsx")
    assert "Huber" in answer["Content-Disposition"]
    rows = (
        CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer.streaming_content))).get_sheet_by_index(0).to_python()
    )
    assert rows[1][0] == dt.date(2026, 2, 10)
    assert rows[1][3] == "=Spring range"  # a text, which a spreadsheet does not run
    assert (rows[1][6], rows[1][-1], rows[3][-1]) == (32.4, 21.06, 37.56)


def test_a_colleague_s_list_is_not_shown_whatever_the_address_says(world, signed_in, driven):
    asked = f"{FEBRUARY}&person={world.ada.pk}"
    for person in (world.ben, world.admin, world.cem):
        client = signed_in(person)
        assert "Spring range" not in text_of(client.get(f"/trips/mileage/?{asked}"))
        assert len(csv_of(client, asked)) == 2
    assert "works agreement" in text_of(signed_in(world.ben).get("/trips/mileage/"))
    assert signed_in(world.rita).get("/trips/mileage/").status_code == 403
    assert signed_in(world.rita).get("/trips/mileage/export/?format=csv").status_code == 403


def test_whoever_leads_chooses_a_person_under_a_works_agreement(world, signed_in, driven):
    agree()
    ben = signed_in(world.ben)
    page = text_of(ben.get(f"/trips/mileage/?{FEBRUARY}&person={world.ada.pk}"))
    assert "Ada Huber · February 2026" in page and "€37.56" in page
    assert f"person={world.ada.pk}" in page.partition("CSV file")[0].rpartition("href=")[2]
    assert "€37.56" not in text_of(signed_in(world.cem).get(f"/trips/mileage/?{FEBRUARY}&person={world.ada.pk}"))


class TestRates:
    def test_the_page_says_what_holds_and_an_administrator_takes_it_over(self, world, signed_in):
        alma = signed_in(world.admin)
        page = text_of(alma.get("/house/mileage-rates/"))
        assert "from 1 Jan 2025: €0.50" in page and "Check with your accountant" in page
        assert alma.post("/house/mileage-rates/take-over/").status_code == 303
        assert [rate.per_km for rate in MileageRate.objects.order_by("valid_from")] == [Decimal("0.42"), Decimal("0.5")]
        alma.post("/house/mileage-rates/take-over/")
        assert MileageRate.objects.count() == 2
        page = text_of(alma.get("/house/mileage-rates/"))
        assert "1 Jan 2025" in page and "Take them over" not in page
        assert "€0.50" in text_of(alma.get("/house/"))

    def test_a_rate_is_added_changed_discarded_and_restored(self, world, signed_in):
        alma = signed_in(world.admin)
        assert alma.post("/house/mileage-rates/new/", RATE).status_code == 303
        rate = MileageRate.objects.get()
        assert alma.post("/house/mileage-rates/new/", RATE).status_code == 422
        assert alma.post(f"/house/mileage-rates/{rate.pk}/edit/", RATE | {"per_km": "0.55"}).status_code == 303
        assert "0.55" in text_of(alma.get(f"/house/mileage-rates/{rate.pk}/"))
        alma.post(f"/house/mileage-rates/{rate.pk}/discard/")
        assert not MileageRate.objects.living().exists()
        alma.post(f"/bin/mileagerate/{rate.pk}/restore/")
        assert MileageRate.objects.living().get().per_km == Decimal("0.55")

    def test_everyone_else_reads_and_may_not_write(self, world, signed_in):
        rate = MileageRate.add(by=world.admin, valid_from=dt.date(2026, 1, 1), per_km=Decimal("0.5"))
        ada = signed_in(world.ada)
        assert "1 Jan 2026" in text_of(ada.get("/house/mileage-rates/"))
        assert ada.get(f"/house/mileage-rates/{rate.pk}/").status_code == 200
        for path in ("new/", "take-over/", f"{rate.pk}/edit/", f"{rate.pk}/discard/"):
            assert ada.post(f"/house/mileage-rates/{path}", RATE).status_code == 403

    def test_a_house_elsewhere_is_told_that_there_is_none(self, world, signed_in):
        House.current()
        House.objects.update(country="DE")
        House.forget()
        page = text_of(signed_in(world.admin).get("/house/mileage-rates/"))
        assert "EStG" not in page and "No rates of your own yet" in page
