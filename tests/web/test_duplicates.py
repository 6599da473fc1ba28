"""The queue of duplicates: who sees which pair, decisions, filters, and that it asks no more for more pairs."""

from __future__ import annotations

import html
import random
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kundenkreis.customers.models import Account, Contact
from kundenkreis.quality.matching import running
from kundenkreis.quality.pairs import DuplicatePair
from tests.api.conftest import program  # noqa: F401 the fixture

pytestmark = pytest.mark.django_db
EXPLAINED = {
    "prior": -10.0,
    "fields": {"name": ["typing", 12.0], "vat_id": ["unknown", 0.0], "site": ["different", -6.0]},
}


def pair_of(one, other, weight=5.0):
    low, high = sorted((one, other), key=lambda record: record.pk)
    kind = "account" if isinstance(one, Account) else "contact"
    ends = {kind: low, f"other_{kind}": high}
    return DuplicatePair.objects.create(kind=kind, weight=weight, probability=0.97, explanation=EXPLAINED, **ends)


@pytest.fixture
def pair(world):
    return pair_of(world.lindner, Account.add(by=world.ada, name="Lindner und Söhne", owner=world.ada))


def test_the_queue_shows_both_records_and_why(pair, world, signed_in):
    page = signed_in(world.ada).get("/duplicates/").content.decode()
    assert "Lindner &amp; Söhne GmbH" in page
    assert "Lindner und Söhne" in page
    assert "one typing error apart" in page
    assert "+12.0" in page


def test_a_pair_with_a_record_that_she_may_not_see_is_nowhere(world, signed_in, program):  # noqa: F811
    hidden = pair_of(world.lindner, world.brauneis)
    ada = signed_in(world.ada)
    page = ada.get("/duplicates/").content.decode()
    assert "Brauneis" not in page
    assert "0 pairs wait" in page
    assert ada.get(f"/duplicates/{hidden.pk}/").status_code == 404
    assert ada.post(f"/duplicates/{hidden.pk}/different/").status_code == 404
    assert program(world.ada).get("duplicate-pairs").json()["items"] == []
    assert program(world.ada).get(f"duplicate-pairs/{hidden.pk}").status_code == 404
    assert "Brauneis" in signed_in(world.ben).get("/duplicates/").content.decode()


@pytest.mark.parametrize("seed", range(5))
def test_nobody_ever_sees_a_pair_of_which_one_record_is_forbidden(world, seed):
    """Records with owners by chance, contacts and accounts: what is visible is exactly what `visible_to` allows of both ends."""
    dice = random.Random(seed)
    owners = [world.ada, world.cem, world.ben, world.dora, None]
    accounts = [Account.add(by=None, name=f"Firma {n}", owner=dice.choice(owners)) for n in range(8)]
    contacts = [Contact.add(by=None, family_name=f"Huber {n}", owner=dice.choice(owners)) for n in range(8)]
    for records in (accounts, contacts):
        for one, other in {tuple(sorted(dice.sample(range(8), 2))) for _n in range(12)}:
            pair_of(records[one], records[other])
    for user in (world.ada, world.cem, world.ben, world.dora, world.rita, world.admin):
        seen = set(DuplicatePair.objects.visible_to(user))
        may = {
            "account": set(Account.objects.visible_to(user).values_list("pk", flat=True)),
            "contact": set(Contact.objects.visible_to(user).values_list("pk", flat=True)),
        }
        allowed = {p for p in DuplicatePair.objects.all() if {p.first.pk, p.second.pk} <= may[p.kind]}
        assert seen == (set() if user == world.rita else allowed), user


def test_a_person_without_the_right_is_refused(pair, world, signed_in):
    client = signed_in(world.gerda)
    assert client.get("/duplicates/").status_code == 200
    assert client.post("/duplicates/search/").status_code == 403


def test_different_is_one_step_and_can_be_undone(pair, world, signed_in):
    client = signed_in(world.ada)
    answer = client.post(f"/duplicates/{pair.pk}/different/", headers={"HX-Request": "true"})
    assert b"data-undo" in answer.content
    pair.refresh_from_db()
    assert (pair.state, pair.decided_by) == ("different", world.ada)
    assert "Lindner und" not in client.get("/duplicates/").content.decode()
    assert "Lindner und" in client.get("/duplicates/?state=different").content.decode()
    client.post(f"/duplicates/{pair.pk}/reopen/")
    pair.refresh_from_db()
    assert pair.state == "open"


def test_keys_press_what_they_name(pair, world, signed_in):
    page = signed_in(world.ada).get("/duplicates/").content.decode()
    assert "data-queue" in page
    assert 'data-key="d"' in page


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("kind=account", True),
        ("kind=contact", False),
        ("least=0.9", True),
        ("least=0.999", False),
        ("kind=x&least=y&owner=z&after=w", True),
    ],
)
def test_filters_narrow_the_queue(pair, world, signed_in, asked, found):
    page = signed_in(world.ada).get(f"/duplicates/?{asked}").content.decode()
    assert ("Lindner und" in page) is found


def test_the_owner_s_filter_asks_for_either_record(pair, world, signed_in):
    client = signed_in(world.ben)
    assert "Lindner und" in client.get(f"/duplicates/?owner={world.ada.pk}").content.decode()
    assert "Lindner und" not in client.get(f"/duplicates/?owner={world.cem.pk}").content.decode()


def test_the_queue_goes_on_where_the_page_ends(world, signed_in):
    others = [Account.add(by=world.ada, name=f"Lindner {n:02}", owner=world.ada) for n in range(13)]
    for n, other in enumerate(others):
        pair_of(world.lindner, other, weight=20.0 - n // 2)
    client = signed_in(world.ada)
    first = client.get("/duplicates/").content.decode()
    more = re.search(r'href="(/duplicates/\?[^"]*after=[^"]*)"', first)
    assert more
    rest = client.get(html.unescape(more[1])).content.decode()
    shown = [pk for page in (first, rest) for pk in re.findall(r'id="pair-(\d+)"', page)]
    assert len(shown) == len(set(shown)) == 13


def test_it_asks_as_often_for_many_pairs_as_for_few(pair, world, signed_in):
    client = signed_in(world.ada)

    def cost():
        client.get("/duplicates/")
        with CaptureQueriesContext(connection) as seen:
            client.get("/duplicates/")
        return len(seen)

    few = cost()
    for n in range(8):
        pair_of(world.lindner, Account.add(by=world.ada, name=f"Lindner {n}", owner=world.ada))
    assert cost() <= few + 1


def test_an_empty_queue_teaches(world, signed_in):
    assert "Search all records" in signed_in(world.ben).get("/duplicates/").content.decode()
    running.run()
    assert "Nothing waits here" in signed_in(world.ben).get("/duplicates/").content.decode()


def test_a_program_decides_and_is_refused_a_twin(pair, world, program):  # noqa: F811
    ada = program(world.ada)
    told = ada.get("duplicate-pairs?state=open").json()["items"]
    assert [one["id"] for one in told] == [pair.pk]
    assert ada.post(f"duplicate-pairs/{pair.pk}/different").json()["state"] == "different"
    assert ada.post(f"duplicate-pairs/{pair.pk}/reopen").json()["state"] == "open"
    refused = ada.post("accounts", {"name": "Lindner & Soehne"}, **{"Refuse-Duplicates": "true"})
    assert refused.status_code == 409
    assert world.lindner.pk in {twin["id"] for twin in refused.json()["twins"]}
    assert ada.post("accounts", {"name": "Lindner & Soehne"}).status_code == 201
