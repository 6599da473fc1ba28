"""Needs: what they cost, what fits, and how one becomes an opportunity."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from kundenkreis.catalogue.models import Family, Price, PriceList, Product
from kundenkreis.core import clock
from kundenkreis.core.models import House
from kundenkreis.history import undo
from kundenkreis.history.models import Event
from kundenkreis.needs import covering, selling
from kundenkreis.needs.models import Need, NeedFit
from kundenkreis.pipeline import usual as usual_pipeline
from kundenkreis.pipeline.models import Opportunity
from kundenkreis.rates.models import ExchangeRate
from tests.needs.asked import need
from tests.pipeline.cards import wrong

pytestmark = pytest.mark.django_db


def test_effects_rise_and_are_not_below_zero(world):
    given = {"effect_low": Decimal(10), "effect_base": Decimal(20), "effect_high": Decimal(30)}
    one = need(world, **given)
    assert (one.low_house, one.base_house, one.high_house) == (10, 20, 30)
    assert set(wrong(lambda: need(world, **given | {"effect_base": Decimal(9)}))) >= {"effect_base"}
    assert set(wrong(lambda: need(world, **given | {"effect_high": Decimal(19)}))) >= {"effect_high"}
    assert set(wrong(lambda: need(world, effect_base=Decimal(-1)))) == {"effect_base"}
    alone = need(world, effect_high=Decimal(8))
    assert (alone.low_house, alone.base_house, alone.high_house) == (8, 8, 8)
    between = need(world, effect_low=Decimal(4), effect_high=Decimal(8))
    assert between.base_house == 6
    assert covering.effect_of([world.lindner.pk]) == (3, 22, 34, 46)


def test_another_currency_counts_at_the_rate_of_the_day_on_which_it_was_said(world):
    ExchangeRate.add(by=None, currency="GBP", on=clock.today() - dt.timedelta(days=40), rate=Decimal("0.8"))
    ExchangeRate.add(by=None, currency="GBP", on=clock.today(), rate=Decimal("0.5"))
    one = need(world, currency="gbp", effect_base=Decimal(80), said_on=clock.today() - dt.timedelta(days=10))
    assert (one.currency, one.base_house, House.current().currency) == ("GBP", 100, "EUR")
    one.change(by=world.ada, said_on=clock.today())
    assert one.base_house == 160
    assert set(wrong(lambda: need(world, currency="XYZ", effect_base=1))) == {"currency"}


def test_it_is_given_up_for_a_reason_and_owned_by_who_sees_the_account(world):
    one = need(world)
    assert set(wrong(lambda: one.change(by=world.ada, status="dropped"))) == {"drop_reason"}
    one.drop("Solved by themselves", by=world.ada)
    assert not Need.objects.open().exists()
    one.change(by=world.ada, status="open")
    assert one.drop_reason == ""
    assert set(wrong(lambda: one.change(by=world.ada, owner=world.cem))) == {"owner"}
    assert set(wrong(lambda: one.change(by=world.ada, account=world.brauneis))) == {"account"}
    assert set(wrong(lambda: need(world, title="a\x00b"))) == {"title"}
    assert set(wrong(lambda: need(world, solve_by=clock.today() - dt.timedelta(days=1)))) == {"solve_by"}


def _fits(world, one: Need) -> Product:
    lamps = Family.add(by=None, code="L", name="Lamps")
    product = Product.add(by=None, number="L-1", name="Desk lamp", family=lamps)
    prices = PriceList.add(by=None, code="W", name="Wholesale")
    Price.add(by=None, price_list=prices, product=product, amount=Decimal("2.5"), starts_on=clock.today())
    NeedFit.add(by=world.ada, need=one, product=product, degree=3, quantity=Decimal(40))
    NeedFit.add(by=world.ada, need=one, family=lamps)
    return product


def test_it_becomes_an_opportunity_with_what_fits_and_goes_back_as_one(world):
    usual_pipeline.set_up()
    one = need(world, pain="Every Easter")
    product = _fits(world, one)
    assert wrong(lambda: NeedFit.add(by=world.ada, need=one, product=product))
    assert wrong(lambda: NeedFit.add(by=world.ada, need=one))
    made = selling.sell(one, by=world.ada)
    one.refresh_from_db()
    assert (made.name, made.account, made.description, made.value) == (one.title, world.lindner, "Every Easter", 100)
    assert (one.status, list(one.opportunities.all()), list(made.needs.all())) == ("solving", [made], [one])
    line = made.lines.get()
    assert (line.product, line.quantity, line.price) == (product, 40, Decimal("2.5"))
    event = Event.objects.about(one).filter(verb="need.sold").latest("pk")
    undo.undo_event(event, by=world.ada)
    one.refresh_from_db()
    assert (one.status, one.opportunities.count()) == ("open", 0)
    assert Opportunity.objects.get(pk=made.pk).deleted_at is not None
    other = Opportunity.add(by=world.cem, name="Theirs", account=world.brauneis)
    assert set(wrong(lambda: one.tie(other, by=world.ada))) == {"opportunity"}
    one.meet(by=world.ada)
    assert wrong(lambda: selling.sell(one, by=world.ada))


def test_lists_ask_for_the_family_that_fits(world, signed_in):
    one = need(world)
    product = _fits(world, one)
    need(world, title="Something else")
    client = signed_in(world.ada)
    page = client.get(f"/needs/?f=family:in:{product.family_id}").content.decode()
    assert "Goods run out" in page and "Something else" not in page
    asked = f"/accounts/?f=needs:with(state:in:open;family:in:{product.family_id})"
    page = client.get(asked).content.decode()
    assert "Lindner" in page
    one.drop("x", by=world.ada)
    assert "Lindner &amp; Söhne" not in client.get(asked).content.decode().partition("<tbody")[2]
