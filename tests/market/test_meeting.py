"""Whom one meets in an opportunity is known from the market."""

from __future__ import annotations

import pytest

from kundenkreis.market import meeting
from kundenkreis.market.models import Competitor
from kundenkreis.pipeline.models import OpportunityCompetitor
from tests.pipeline.cards import card

pytestmark = pytest.mark.django_db


@pytest.fixture
def met(world):
    one = card(world)
    return [
        OpportunityCompetitor.add(by=world.ada, opportunity=one, name="Müller Großhandel GmbH"),
        OpportunityCompetitor.add(by=world.ada, opportunity=one, account=world.brauneis, name="Die Brauneis"),
        OpportunityCompetitor.add(by=world.ada, opportunity=one, name="Niemand"),
    ]


def test_by_name_in_any_spelling_and_by_account_for_whom_sees_it(world, met):
    muller = Competitor.add(by=world.admin, name="Mueller Grosshandel")
    brauneis = Competitor.add(by=world.admin, name="Brauneis Gruppe", account=world.brauneis)
    assert meeting.known(met, world.admin) == {met[0].pk: muller, met[1].pk: brauneis}
    assert meeting.known(met, world.ada) == {met[0].pk: muller}, "Ada does not see Brauneis"
    muller.discard(by=world.admin)
    assert meeting.known(met, world.ada) == {}


def test_the_opportunity_leads_to_battle_cards(world, met, signed_in):
    muller = Competitor.add(by=world.admin, name="Müller Großhandel GmbH")
    page = signed_in(world.ada).get(f"/opportunities/{met[0].opportunity_id}/").content.decode()
    assert page.count(f"/market/competitors/{muller.pk}/") == 1
    page = signed_in(world.gerda).get(f"/opportunities/{met[0].opportunity_id}/").content.decode()
    assert "/market/competitors/" not in page
