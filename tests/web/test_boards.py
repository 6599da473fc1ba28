"""Boards of very many cards: a column's first cards, the next ones when one has scrolled to them, the sums afterwards."""

from __future__ import annotations

import html
import re

import pytest

from kundenkreis.customers.models import Account
from kundenkreis.pipeline.models import Opportunity
from kundenkreis.web.lists import boards
from tests.pipeline.cards import card, pipeline, stages

pytestmark = pytest.mark.django_db
HX = {"HX-Request": "true"}


@pytest.fixture
def board(world, signed_in, monkeypatch):
    """Five cards of Ada's in the first column, one of them in the second, and one of Cem's; two are shown at once."""
    monkeypatch.setattr(boards, "AT_ONCE", 2)
    for number in range(6):
        card(world, name=f"Hall {number}", value=100 * (number + 1))
    Opportunity.objects.get(name="Hall 5").move(stages()[1], by=world.ada)
    card(world, name="Shop of Cem", by=world.cem, account=world.brauneis)
    ada = signed_in(world.ada)
    return lambda address="", **headers: ada.get(
        address or f"/opportunities/?layout=board-p{pipeline().pk}&sort=value", headers=headers
    )


def names(text):
    return re.findall(r"Hall \d|Shop of Cem", re.sub(r"data-\w+=\"[^\"]*\"", "", text))


def more_of(text):
    found = re.search(r'class="lane-more"><a [^>]*hx-get="([^"]+)"', text)
    return html.unescape(found[1]) if found else ""


def test_a_column_shows_its_first_cards_and_the_next_ones_on_demand(board):
    text = board().content.decode()
    assert names(text) == ["Hall 0", "Hall 1", "Hall 5"]
    assert ">5</span>" in text, "all are counted"
    second = board(more_of(text), **HX).content.decode()
    assert names(second) == ["Hall 2", "Hall 3"] and "<html" not in second
    third = board(more_of(second), **HX).content.decode()
    assert (names(third), more_of(third)) == (["Hall 4"], "")


def test_the_sums_of_very_many_come_after_the_cards(board, monkeypatch):
    """Under a condition; of all that one sees they are kept, and stand there at once."""
    monkeypatch.setattr(boards, "MOST", 3)
    text = board(f"/opportunities/?layout=board-p{pipeline().pk}&sort=value&f=value:over:1").content.decode()
    address = html.unescape(re.search(r'data-sums="([^"]+)"', text)[1])
    sums = board(address).json()["sums"]
    assert [sums[str(one.pk)][0] for one in stages()[:2]] == [5, 1]
    assert sums[str(stages()[0].pk)][1] != "" and "Cem" not in text


@pytest.mark.parametrize("change", [("lane=", "lane=999"), ("from=", "from=x")])
def test_an_address_that_leads_nowhere_is_not_found(board, change):
    assert board(more_of(board().content.decode()).replace(*change), **HX).status_code == 404


def test_no_more_is_asked_for_many_cards(board, world, django_assert_max_num_queries):
    board()
    with django_assert_max_num_queries(60) as queries:
        board()
    few = len(queries)
    for number in range(6, 30):
        card(world, name=f"Hall {number}")
    board()  # what has changed is read again, once
    with django_assert_max_num_queries(few):
        board()


def test_the_column_of_what_has_no_value_is_paged_too(world, signed_in, monkeypatch):
    monkeypatch.setattr(boards, "AT_ONCE", 2)
    for number in range(3):
        Account.add(by=world.ada, name=f"Hall {number}", owner=world.ada)
    ada = signed_in(world.ada)
    text = ada.get("/accounts/?layout=board-tier&sort=name").content.decode()
    assert names(text) == ["Hall 0", "Hall 1"]
    rest = ada.get(more_of(text), headers=HX).content.decode()
    assert names(rest) == ["Hall 2"]
