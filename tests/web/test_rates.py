"""The page of exchange rates: those who keep them add, change and discard; everyone else reads."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from kundenkreis.rates.models import ExchangeRate

pytestmark = pytest.mark.django_db
GIVEN = {"currency": "gbp", "on": "2026-01-05", "rate": "0,86571", "source": "ECB"}


@pytest.fixture
def rate(world):
    return ExchangeRate.add(by=world.admin, currency="GBP", on=dt.date(2026, 1, 5), rate=Decimal("0.8"))


def test_an_administrator_adds_a_rate_and_finds_it_in_the_list(world, signed_in):
    alma = signed_in(world.admin)
    assert alma.post("/house/rates/new/", GIVEN | {"rate": "0.86571"}).status_code == 303
    made = ExchangeRate.objects.get()
    assert (made.currency, made.rate) == ("GBP", Decimal("0.86571"))
    page = alma.get("/house/rates/").content.decode()
    assert "0.86571" in page
    assert "/imports/new/?target=rates" in page


def test_a_second_rate_of_the_day_is_refused_with_a_sentence(world, signed_in, rate):
    answer = signed_in(world.admin).post("/house/rates/new/", GIVEN | {"rate": "0.9"})
    assert answer.status_code == 422
    assert "a rate for this currency and day already" in answer.content.decode()


def test_a_rate_is_changed_discarded_and_restored(world, signed_in, rate):
    alma = signed_in(world.admin)
    assert alma.post(f"/house/rates/{rate.pk}/edit/", GIVEN | {"rate": "0.9"}).status_code == 303
    assert "0.8" in alma.get(f"/house/rates/{rate.pk}/").content.decode()  # from, in the history
    alma.post(f"/house/rates/{rate.pk}/discard/")
    assert not ExchangeRate.objects.living().exists()
    alma.post(f"/bin/exchangerate/{rate.pk}/restore/")
    assert ExchangeRate.objects.living().get().rate == Decimal("0.9")


def test_everyone_else_reads_and_may_not_write(world, signed_in, rate):
    ada = signed_in(world.ada)
    assert "GBP" in ada.get("/house/rates/").content.decode()
    assert ada.get(f"/house/rates/{rate.pk}/").status_code == 200
    for address in ("/house/rates/new/", f"/house/rates/{rate.pk}/edit/", f"/house/rates/{rate.pk}/discard/"):
        assert ada.post(address, GIVEN).status_code == 403
    assert ExchangeRate.objects.get().rate == Decimal("0.8")


def test_the_import_page_opens_on_rates(world, signed_in):
    page = signed_in(world.admin).get("/imports/new/?target=rates").content.decode()
    assert '<option value="rates" selected' in page
