"""The credit standing of an account, entered and changed by hand."""

import datetime as dt
from decimal import Decimal

import pytest

from kundenkreis.core import clock
from kundenkreis.history.models import Event
from kundenkreis.orders.models import CreditStanding

GIVEN = {"limit": "25,000.50", "currency": "eur", "is_blocked": "", "reason": "", "as_of": "2010-12-01"}


@pytest.fixture(autouse=True)
def christmas(monkeypatch):
    monkeypatch.setattr(clock, "today", lambda: dt.date(2010, 12, 24))


@pytest.fixture
def gerda(world, signed_in):
    return signed_in(world.gerda)


def address(account):
    return f"/accounts/{account.pk}/credit/"


def living(account):
    return CreditStanding.objects.living().get(account=account)


def taken_back(client, verb):
    event = Event.objects.filter(verb=f"creditstanding.{verb}").latest("pk")
    client.post(f"/history/{event.pk}/undo/")


def test_a_credit_limit_is_entered_with_an_event_and_taken_back(world, gerda):
    tab = f"/accounts/{world.lindner.pk}/?tab=orders"
    assert "Enter the credit standing" in gerda.get(tab).content.decode()
    assert gerda.post(address(world.lindner), GIVEN)["Location"] == tab
    standing = living(world.lindner)
    assert (standing.limit, standing.currency, standing.as_of) == (Decimal("25000.50"), "EUR", dt.date(2010, 12, 1))
    page = gerda.get(tab).content.decode()
    assert ("Change the credit standing" in page, "€25,001" in page or "€25,000" in page) == (True, True)
    event = Event.objects.get(verb="creditstanding.added")
    assert (event.actor_id, event.account_id) == (world.gerda.pk, world.lindner.pk)
    taken_back(gerda, "added")
    assert not CreditStanding.objects.living().exists()


def test_a_block_asks_for_its_reason_and_shows_it(world, gerda):
    answer = gerda.post(address(world.lindner), GIVEN | {"is_blocked": "on"})
    assert answer.status_code == 422
    assert "Say why the account is blocked." in answer.content.decode()
    assert not CreditStanding.objects.exists()
    gerda.post(address(world.lindner), GIVEN | {"is_blocked": "on", "reason": "Third reminder"})
    assert "Third reminder" in gerda.get(f"/accounts/{world.lindner.pk}/?tab=orders").content.decode()


def test_a_change_is_taken_back_to_what_was_before(world, gerda):
    gerda.post(address(world.lindner), GIVEN)
    version = living(world.lindner).version
    gerda.post(address(world.lindner), GIVEN | {"limit": "", "as_of": "24.12.2010", "version": version})
    standing = living(world.lindner)
    assert (standing.limit, standing.as_of) == (None, dt.date(2010, 12, 24))
    taken_back(gerda, "changed")
    assert (living(world.lindner).limit, living(world.lindner).as_of) == (Decimal("25000.50"), dt.date(2010, 12, 1))


def test_what_went_to_the_bin_is_entered_anew_and_taken_back(world, gerda):
    gerda.post(address(world.lindner), GIVEN)
    living(world.lindner).discard(by=world.gerda)
    gerda.post(address(world.lindner), GIVEN | {"limit": "7"})
    assert living(world.lindner).limit == 7
    taken_back(gerda, "restored")
    assert not CreditStanding.objects.living().exists()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"limit": "-1"}, "A credit limit is not below zero."),
        ({"limit": "much"}, "Write a number"),
        ({"currency": "€"}, "three letters"),
        ({"as_of": "2010-12-25"}, "This day is still to come."),
        ({"as_of": ""}, "required"),
    ],
)
def test_what_cannot_be_is_refused_beside_the_field(world, gerda, wrong, said):
    answer = gerda.post(address(world.lindner), GIVEN | wrong)
    assert (answer.status_code, said in answer.content.decode()) == (422, True)
    assert not CreditStanding.objects.exists()


def test_two_people_at_once_see_each_other(world, gerda):
    CreditStanding.add(by=None, account=world.lindner, limit=5, currency="EUR", as_of=dt.date(2010, 1, 1))
    read = gerda.get(address(world.lindner)).content.decode().partition('name="version" value="')[2].partition('"')[0]
    living(world.lindner).change(by=world.admin, limit=9)
    answer = gerda.post(address(world.lindner), GIVEN | {"limit": "7", "version": read})
    assert (answer.status_code, "Alma Admin" in answer.content.decode()) == (409, True)
    assert living(world.lindner).limit == 9


def test_only_those_who_keep_orders_keep_credit(world, signed_in):
    for person in (world.ada, world.ben, world.dora, world.rita):
        client = signed_in(person)
        assert "credit standing" not in client.get(f"/accounts/{world.lindner.pk}/?tab=orders").content.decode()
        assert client.get(address(world.lindner)).status_code == 403
        assert client.post(address(world.lindner), GIVEN).status_code == 403
    assert signed_in(world.cem).post(address(world.lindner), GIVEN).status_code == 404
    assert not CreditStanding.objects.exists()
