"""Who types something that is here already is told, as far as she may see it."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kundenkreis.customers.models import Account, Contact, Position
from kundenkreis.quality.matching.entry import accounts_like, contacts_like

pytestmark = pytest.mark.django_db


def names(twins):
    return [str(twin.record) for twin in twins]


@pytest.fixture
def muller(world):
    return Account.add(
        by=world.ada, name="Kaufhaus Müller GmbH", owner=world.ada, street="Linzer Straße 12", postcode="4600", place="Wels",
        email="office@mueller.test", phone="+43 7242 123456", country="AT", vat_id="ATU13585627",
    )  # fmt: skip


@pytest.mark.parametrize(
    "typed",
    [
        {"name": "Mueller Kaufhaus", "phone": "07242/123456", "country": "AT"},
        {"name": "Kaufhaus Muller Ges.m.b.H."},
        {"name": "Something else", "vat_id": "ATU 1358 5627"},
        {"name": "Kaufhaus Mülelr", "street": "Linzerstr. 12", "postcode": "4600", "place": "Wels"},
    ],
)
def test_an_account_that_is_here_is_found_in_another_writing(world, muller, typed):
    assert names(accounts_like(typed, world.ada)) == ["Kaufhaus Müller GmbH"]


@pytest.mark.parametrize(
    "typed", [{}, {"name": ""}, {"name": "Brotfabrik", "place": "Wels"}, {"name": "💥" * 50, "phone": "?"}]
)
def test_what_is_not_here_is_not_found(world, muller, typed):
    assert accounts_like(typed, world.ada) == []


def test_of_an_account_that_she_may_not_see_she_is_not_told(world, muller):
    assert accounts_like({"name": "Kaufhaus Müller GmbH", "vat_id": "ATU13585627"}, world.cem) == []


def test_a_person_is_found_by_her_pet_name_at_the_same_account(world):
    hans = Contact.add(by=world.ada, given_name="Johann", family_name="Moser", owner=world.ada)
    Position.add(by=world.ada, contact=hans, account=world.lindner)
    assert names(contacts_like({"given_name": "Hansi", "family_name": "Moser"}, world.ada, world.lindner)) == [
        "Johann Moser"
    ]
    assert contacts_like({"given_name": "Hansi", "family_name": "Moser"}, world.cem, world.lindner) == []


def test_a_person_is_found_by_her_mail_whatever_her_name_is_now(world):
    found = contacts_like(
        {"given_name": "Maria", "family_name": "Steiner-Lindner", "email": "Maria@lindner.test"}, world.ada
    )
    assert [twin.record for twin in found] == [world.maria]


def test_a_record_in_the_bin_is_no_twin(world, muller):
    muller.discard(by=world.ada)
    assert accounts_like({"name": "Kaufhaus Müller GmbH"}, world.ada) == []


def test_it_asks_as_often_for_many_candidates_as_for_few(world, muller):
    def cost():
        accounts_like({"name": "Kaufhaus Müller GmbH", "place": "Wels"}, world.ada)
        with CaptureQueriesContext(connection) as seen:
            accounts_like({"name": "Kaufhaus Müller GmbH", "place": "Wels"}, world.ada)
        return len(seen)

    few = cost()
    for number in range(20):
        Account.add(by=world.ada, name="Kaufhaus Müller GmbH", place="Wels", owner=world.ada, street=f"Gasse {number}")
    assert cost() == few


@pytest.mark.parametrize("whole", [accounts_like, contacts_like])
def test_every_look_is_answered_from_an_index(world, muller, whole):
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL scans tables as small as these, whatever indexes there are.")
    typed = {"name": muller.name, "vat_id": muller.vat_id, "email": muller.email, "family_name": "Moser"}
    with CaptureQueriesContext(connection) as seen:
        whole(typed, world.ada)
    with connection.cursor() as cursor:
        for query in seen.captured_queries:
            cursor.execute("EXPLAIN QUERY PLAN " + query["sql"])
            assert [row for row in cursor.fetchall() if row[3].startswith("SCAN customers_")] == []


def test_the_form_says_what_agrees_and_saves_nothing_before_she_insists(world, muller, signed_in):
    client = signed_in(world.ada)
    typed = {
        "name": "Kaufhaus Mueller",
        "kind": "company",
        "relation": "customer",
        "phone": "07242 123456",
        "country": "AT",
    }
    answer = client.post("/accounts/new/", typed)
    assert answer.status_code == 422
    assert "Kaufhaus Müller GmbH" in answer.content.decode()
    assert Account.objects.filter(name="Kaufhaus Mueller").count() == 0
    assert client.post("/accounts/new/", typed | {"anyway": "1"}).status_code == 303
