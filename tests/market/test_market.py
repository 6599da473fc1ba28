"""The market: how large, how fast it grows, what of it is ours, and who else is there."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from kundenkreis.core import clock
from kundenkreis.customers.models import Account
from kundenkreis.history.models import Event
from kundenkreis.history.undo import undo_event
from kundenkreis.market import sales
from kundenkreis.market.growth import growth, share
from kundenkreis.market.models import (
    BattleCard,
    Competitor,
    CompetitorShare,
    MarketSegment,
    Objection,
    PricePoint,
    SegmentSize,
    Study,
)
from kundenkreis.orders.models import Order

pytestmark = pytest.mark.django_db
TOLD = {"source": "WKO", "stated_on": dt.date(2026, 1, 15)}


def order(world, number, account, day, net, **values):
    return Order.add(
        by=world.admin,
        number=number,
        account=account,
        ordered_on=day,
        total=net,
        total_house=net,
        currency="EUR",
        **values,
    )


@pytest.fixture
def austria(world):
    return MarketSegment.add(by=world.ben, name="Handel in Österreich", countries=["AT"], industries=["Trade"])


@pytest.fixture
def rival(world):
    return Competitor.add(by=world.ben, name="Holzmann KG", country="AT")


def test_growth_is_a_year_s_and_over_a_gap_the_compound_rate():
    found = growth({2021: Decimal(100), 2022: Decimal(110), 2024: Decimal("133.1"), 2025: Decimal(0), 2026: Decimal(5)})
    assert found[2021] is None
    assert found[2022] == Decimal("0.1")
    assert abs(found[2024] - Decimal("0.1")) < Decimal("1e-9")
    assert (found[2025], found[2026]) == (-1, None), "of nothing there is no growth"
    assert (share(Decimal(5), Decimal(20)), share(Decimal(5), Decimal(0))) == (Decimal("0.25"), None)


@given(st.dictionaries(st.integers(1950, 2100), st.decimals(1, 10**9, places=2), min_size=2, max_size=8))
def test_growing_from_year_to_year_leads_from_the_first_volume_to_the_last(volumes):
    years, found = sorted(volumes), growth(volumes)
    reached = volumes[years[0]]
    for before, year in zip(years, years[1:], strict=False):
        reached *= (1 + found[year]) ** (year - before)
    assert abs(reached / volumes[years[-1]] - 1) < Decimal("1e-12")


def test_our_share_is_what_accounts_of_the_segment_ordered_in_the_year(world, austria):
    for account, industry in ((world.lindner, "Trade"), (world.brauneis, "Crafts")):
        Account.objects.filter(pk=account.pk).update(industry=industry)
    abroad = Account.add(by=world.admin, name="Fern", country="DE", industry="Trade", owner=world.ada)
    order(world, "1", world.lindner, dt.date(2025, 1, 1), Decimal("100.10"))
    order(world, "2", world.lindner, dt.date(2025, 12, 31), Decimal("-20.10"), kind="credit_note")
    order(world, "3", world.lindner, dt.date(2024, 12, 31), Decimal(7))
    order(world, "4", world.lindner, dt.date(2025, 6, 1), Decimal(999), kind="adjustment")
    order(world, "5", world.brauneis, dt.date(2025, 6, 1), Decimal(50))
    order(world, "6", abroad, dt.date(2025, 6, 1), Decimal(60))
    order(world, "7", world.lindner, dt.date(2025, 6, 1), Decimal(70)).discard(by=world.admin)
    assert sales.revenues(austria, [2024, 2025], world.ben) == {2024: Decimal(7), 2025: Decimal("80.00")}
    rows, rest = sales.rows_of(austria, 2025, world.ben)
    assert [(row.account, row.orders, row.revenue) for row in rows] == [(world.lindner.pk, 2, Decimal("80.00"))]
    assert rest is None
    assert sales.revenues(austria, [2025], world.cem) == {2025: Decimal(0)}, (
        "of accounts that one does not see nothing is told"
    )
    everywhere = MarketSegment.add(by=world.ben, name="Alles")
    assert sales.revenues(everywhere, [2025], world.ben)[2025] == Decimal("190.00")
    assert set(austria.accounts()) == {world.lindner}


def test_the_rows_behind_a_figure_add_up_to_it(world, monkeypatch):
    monkeypatch.setattr(sales, "ROWS", 2)
    everywhere = MarketSegment.add(by=world.ben, name="Alles")
    for number, account in enumerate([world.lindner, world.brauneis, Account.add(by=world.admin, name="C")]):
        order(world, f"A{number}", account, dt.date(2025, 3, 1), Decimal(10 + number))
    rows, rest = sales.rows_of(everywhere, 2025, world.ben)
    assert len(rows) == 2
    assert sum(row.revenue for row in rows) + rest.revenue == sales.revenues(everywhere, [2025], world.ben)[2025] == 33
    assert rest.orders == 1


def test_a_segment_without_sense_is_refused(world, austria):
    for field, value in (
        ("countries", ["AUT"]),
        ("countries", "AT"),
        ("industries", [1]),
        ("industries", ["a\x00"]),
        ("name", ""),
        ("name", "a\x00b"),
    ):
        with pytest.raises(ValidationError) as refused:
            MarketSegment.add(by=world.ben, **({"name": "X"} | {field: value}))
        assert field in refused.value.message_dict
    with pytest.raises(ValidationError):
        MarketSegment.add(by=world.ben, name=austria.name)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"volume": Decimal(-1)}, "volume"), ({"year": 1900}, "year"), ({"year": 2201}, "year"), ({"source": ""}, "source"),
        ({"source": "a\x00"}, "source"), ({"stated_on": dt.date(2999, 1, 1)}, "stated_on"), ({"kind": "guessed"}, "kind"),
    ],
)  # fmt: skip
def test_a_size_without_sense_is_refused_at_its_field(world, austria, values, field):
    with pytest.raises(ValidationError) as refused:
        SegmentSize.add(by=world.ben, segment=austria, **({"year": 2025, "volume": 1} | TOLD | values))
    assert field in refused.value.message_dict


def test_a_year_has_one_size_and_the_database_says_so_too(world, austria):
    first = SegmentSize.add(by=world.ben, segment=austria, year=2025, volume=10, **TOLD)
    with pytest.raises(ValidationError):
        SegmentSize.add(by=world.ben, segment=austria, year=2025, volume=11, **TOLD)
    with pytest.raises(IntegrityError), transaction.atomic():
        SegmentSize.objects.filter(pk=first.pk).update(volume=-1)
    first.discard(by=world.ben)
    SegmentSize.add(by=world.ben, segment=austria, year=2025, volume=11, **TOLD)
    with pytest.raises(ValidationError):
        first.restore(by=world.ben)


def test_shares_of_a_year_are_a_hundred_percent_at_most(world, austria, rival):
    other = Competitor.add(by=world.ben, name="Span AG")
    of = {"segment": austria, "year": 2025, **TOLD}
    CompetitorShare.add(by=world.ben, competitor=rival, percent=Decimal(60), **of)
    with pytest.raises(ValidationError) as refused:
        CompetitorShare.add(by=world.ben, competitor=other, percent=Decimal("40.01"), **of)
    assert "100.01 %" in refused.value.message_dict["percent"][0]
    mine = CompetitorShare.add(by=world.ben, competitor=other, percent=Decimal(40), **of)
    with pytest.raises(ValidationError):
        mine.change(by=world.ben, percent=Decimal(41))
    with pytest.raises(ValidationError):
        mine.change(by=world.ben, percent=Decimal(-1))


def test_a_price_is_seen_and_not_foreseen(world, rival):
    seen = {"competitor": rival, "what": "Lampe", "source": "Messe"}
    for values, field in (
        ({"seen_on": clock.today() + dt.timedelta(days=1)}, "seen_on"),
        ({"price": Decimal(-1)}, "price"),
        ({"currency": "Euro"}, "currency"),
        ({"currency": "eu1"}, "currency"),
    ):
        with pytest.raises(ValidationError) as refused:
            PricePoint.add(by=world.ben, **seen | {"price": Decimal(3), "seen_on": clock.today()} | values)
        assert field in refused.value.message_dict


def test_a_study_ends_after_it_began(world):
    with pytest.raises(ValidationError) as refused:
        Study.add(by=world.ben, title="S", question="?", starts_on=dt.date(2026, 2, 1), ends_on=dt.date(2026, 1, 1))
    assert "ends_on" in refused.value.message_dict


def test_what_was_changed_is_undone_and_what_was_thrown_away_comes_back(world, rival):
    card = BattleCard.add(by=world.ben, competitor=rival, title="Preis", strengths="billig")
    said = Objection.add(by=world.ben, card=card, objection="Zu teuer", answer="Lieferung inklusive")
    event = card.change(by=world.ben, strengths="schnell")
    undo_event(event, by=world.ben)
    card.refresh_from_db()
    assert card.strengths == "billig"
    said.discard(by=world.ben)
    undo_event(Event.objects.about(said).latest("pk"), by=world.ben)
    said.refresh_from_db()
    assert said.deleted_at is None


def test_who_sells_reads_and_who_leads_or_studies_the_market_writes(world, rival):
    from kundenkreis.staff import access
    from kundenkreis.staff.roles import Role

    sees = {role for role in Role.values if "market.see" in access.TABLE[role]}
    writes = {role for role in Role.values if "market.change" in access.TABLE[role]}
    leads = {Role.HEAD_OF_SALES, Role.MARKETING, Role.ADMINISTRATOR}
    assert sees == leads | {Role.KEY_ACCOUNT_MANAGER, Role.CUSTOMER_RELATIONSHIP_MANAGER}
    assert writes == leads
    seen = [p.first_name for p in (world.ada, world.rita, world.gerda) if Competitor.objects.visible_to(p).exists()]
    assert seen == ["Ada"]
