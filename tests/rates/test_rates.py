"""Exchange rates: one for each currency and day, with a history like everything else."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from kundenkreis.history.models import Event
from kundenkreis.history.undo import undo_event
from kundenkreis.rates.dated import NoRate, rate_on
from kundenkreis.rates.models import ExchangeRate

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 1, 5)


def add(currency="GBP", on=DAY, rate="0.8", by=None):
    return ExchangeRate.add(by=by, currency=currency, on=on, rate=Decimal(rate))


def test_the_last_rate_on_or_before_the_day_counts():
    add(), add(on=DAY + dt.timedelta(days=7), rate="0.5")
    assert rate_on("GBP", DAY + dt.timedelta(days=6)) == Decimal("1.25")
    assert rate_on("GBP", DAY + dt.timedelta(days=7)) == Decimal(2)
    assert rate_on("GBP", dt.date(2020, 1, 1)) == Decimal("1.25")


def test_two_currencies_meet_in_the_euro():
    add(), add("CHF", rate="0.4")
    assert rate_on("GBP", DAY, "CHF") == Decimal("0.5")


def test_a_rate_in_the_bin_counts_no_more_and_the_sentence_says_where_one_is_added():
    add().discard(by=None)
    with pytest.raises(NoRate, match="Settings, Exchange rates"):
        rate_on("GBP", DAY)


def test_a_changed_rate_says_who_from_and_to_and_can_be_taken_back(world):
    rate = add(by=world.admin)
    event = rate.change(by=world.admin, rate=Decimal("0.9"))
    assert event.verb == "exchangerate.changed"
    assert event.changes == {"rate": ["0.8", "0.9"]}
    undo_event(event, by=world.admin)
    assert ExchangeRate.objects.get().rate == Decimal("0.8")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"currency": "EUR"}, "currency"),
        ({"currency": "XYZ"}, "currency"),
        ({"rate": "0"}, "rate"),
        ({"rate": "-1"}, "rate"),
    ],
)
def test_what_is_no_rate_is_refused_beside_its_field(values, field):
    with pytest.raises(ValidationError) as refused:
        add(**values)
    assert field in refused.value.message_dict
    assert not ExchangeRate.objects.exists()


def test_a_day_has_one_rate_for_a_currency_even_after_the_bin():
    first = add()
    with pytest.raises(ValidationError, match="already"):
        add(rate="0.7")
    first.discard(by=None)
    add(rate="0.7")
    with pytest.raises(ValidationError, match="already"):
        first.restore(by=None)


def test_the_database_itself_keeps_a_rate_above_zero():
    with pytest.raises(IntegrityError):
        ExchangeRate.objects.create(currency="GBP", on=DAY, rate=0)


def test_everyone_of_the_house_sees_them_and_a_stranger_none(world):
    add(by=world.admin)
    assert ExchangeRate.objects.visible_to(world.rita).count() == 1
    assert ExchangeRate.objects.visible_to(AnonymousUser()).count() == 0
    assert Event.objects.filter(verb="exchangerate.added").count() == 1
