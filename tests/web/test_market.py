"""The pages of the market: written by those who lead or study it, read by those who sell."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from kundenkreis.history.models import Event
from kundenkreis.market.models import (
    BattleCard,
    Competitor,
    CompetitorShare,
    MarketSegment,
    Objection,
    SegmentSize,
    Study,
)
from tests.market.test_market import order

pytestmark = pytest.mark.django_db
TOLD = {"source": "WKO", "stated_on": "2026-01-15"}


@pytest.fixture
def ben(world, client):
    client.force_login(world.ben)
    return client


def text(answer):
    return answer.content.decode().replace("\xa0", " ")


def go(client, name, *args, **query):
    return client.get(reverse(name, args=args), query)


def test_a_segment_gets_its_sizes_and_says_growth_and_our_share(world, ben):
    ben.post(reverse("market_segments:add"), {"name": "Österreich", "countries": "at", "industries": ""})
    segment = MarketSegment.objects.get()
    assert segment.countries == ["AT"]
    order(world, "1", world.lindner, dt.date(2025, 3, 1), Decimal(250))
    for year, volume in ((2024, "800"), (2025, "1.000,00")):
        made = ben.post(
            reverse("market_segments:part_add", args=[segment.pk, "size"]),
            {"year": year, "volume": volume, "kind": "measured"} | TOLD,
        )
        assert made.status_code == 303, text(made)
    page = text(go(ben, "market_segments:detail", segment.pk))
    assert "+25.0" in page and "25.0" in page and "€250" in page
    rows = text(go(ben, "market_segments:sold", segment.pk, 2025))
    assert "Lindner" in rows and "250.00" in rows
    assert "country:in:AT" in page
    assert go(ben, "market_segments:sold", segment.pk, 1800).status_code == 404


def test_a_mistake_stands_at_its_field(world, ben):
    segment = MarketSegment.add(by=world.ben, name="Alles")
    address = reverse("market_segments:part_add", args=[segment.pk, "size"])
    for values, said in (
        ({"volume": "-1"}, "greater"),
        ({"year": "1800"}, "1950"),
        ({"stated_on": "2999-01-01"}, "still to come"),
    ):
        answer = ben.post(address, {"year": 2025, "volume": 1, "kind": "measured"} | TOLD | values)
        assert (answer.status_code, said in text(answer)) == (422, True), said
    assert not SegmentSize.objects.exists()
    assert ben.post(reverse("market_segments:add"), {"name": "Alles"}).status_code == 422


def test_a_competitor_gets_cards_objections_prices_and_shares(world, ben):
    ben.post(reverse("competitors:add"), {"name": "Holzmann KG", "country": "at", "account": world.brauneis.pk})
    rival = Competitor.objects.get()
    segment = MarketSegment.add(by=world.ben, name="Alles")
    ben.post(reverse("competitors:part_add", args=[rival.pk, "card"]), {"title": "Preis", "how_we_win": "Lieferung"})
    card = BattleCard.objects.get()
    ben.post(
        reverse("competitors:part_add", args=[rival.pk, "objection"]) + f"?card={card.pk}",
        {"objection": "Zu teuer", "answer": "Mit Lieferung nicht"},
    )
    price = {"what": "Lampe", "price": "8.90", "currency": "eur", "seen_on": "2026-01-10", "source": "Messe"}
    ben.post(reverse("competitors:part_add", args=[rival.pk, "price"]), price)
    ben.post(
        reverse("market_segments:part_add", args=[segment.pk, "share"]),
        {"competitor": rival.pk, "year": 2025, "percent": "12.5"} | TOLD,
    )
    page = text(go(ben, "competitors:detail", rival.pk))
    for said in ("Brauneis", "Preis", "Lieferung", "Zu teuer", "Mit Lieferung nicht", "8.90", "12.5", "Messe"):
        assert said in page, said
    said = Objection.objects.get()
    ben.post(
        reverse("competitors:part_edit", args=[rival.pk, "objection", said.pk]),
        {"objection": "Teuer", "answer": "Ganz im Gegenteil"},
    )
    ben.post(reverse("competitors:part_discard", args=[rival.pk, "objection", said.pk]))
    assert "Gegenteil" not in text(go(ben, "competitors:detail", rival.pk))
    event = Event.objects.about(said).latest("pk")
    ben.post(reverse("history:undo", args=[event.pk]))
    assert "Gegenteil" in text(go(ben, "competitors:detail", rival.pk))
    assert CompetitorShare.objects.get().percent == Decimal("12.50")


def test_a_part_is_reached_from_its_own_record_only(world, ben):
    one, other = (Competitor.add(by=world.ben, name=name) for name in ("A", "B"))
    card = BattleCard.add(by=world.ben, competitor=one, title="Preis")
    assert go(ben, "competitors:part_edit", other.pk, "card", card.pk).status_code == 404
    assert go(ben, "competitors:part_edit", one.pk, "size", card.pk).status_code == 404
    assert go(ben, "competitors:part_add", other.pk, "objection", card=card.pk).status_code == 404
    assert go(ben, "competitors:part_add", one.pk, "objection", card="x").status_code == 404


def test_a_study_is_written_changed_in_place_and_thrown_away(world, ben):
    ben.post(reverse("studies:add"), {"title": "Lampen 2026", "question": "Wer kauft Lampen?"})
    study = Study.objects.get()
    ben.post(reverse("studies:edit", args=[study.pk]) + "?field=findings", {"findings": "Alle"})
    assert "Alle" in text(go(ben, "studies:detail", study.pk))
    assert go(ben, "studies:edit", study.pk, field="segment").status_code == 404
    ben.post(reverse("studies:discard", args=[study.pk]))
    assert "in the bin" in text(go(ben, "studies:detail", study.pk))
    ben.post(reverse("bin:restore", args=["study", study.pk]))
    study.refresh_from_db()
    assert study.deleted_at is None


def test_who_sells_reads_and_does_not_write_and_others_see_nothing(world, client):
    rival = Competitor.add(by=world.ben, name="Holzmann KG")
    for person, status, writes in ((world.ada, 200, 403), (world.rita, 404, 404), (world.ben, 200, 303)):
        client.force_login(person)
        assert go(client, "competitors:detail", rival.pk).status_code == status
        assert go(client, "competitors:list").status_code == (200 if status == 200 else 403)
        assert client.post(reverse("competitors:discard", args=[rival.pk])).status_code == writes
    client.force_login(world.ada)
    assert client.post(reverse("competitors:add"), {"name": "X"}).status_code == 403


def test_an_account_that_one_does_not_see_is_not_named_on_a_competitor(world, client):
    rival = Competitor.add(by=world.ben, name="Holzmann KG", account=world.brauneis)
    client.force_login(world.ada)
    assert "Brauneis" not in text(go(client, "competitors:detail", rival.pk))
