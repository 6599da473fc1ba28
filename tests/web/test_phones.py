"""A number that is shown dials on a click, and offers the report of the call to whoever may write it."""

from __future__ import annotations

import datetime as dt
import html
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kundenkreis.core import clock
from kundenkreis.customers.models import Account, Contact, ContactPoint, Position
from kundenkreis.staff.roles import Role

pytestmark = pytest.mark.django_db


def calls(page: str) -> dict[str, str]:
    """Number that is dialled → address of the report that is offered after it ("" for none), of links in lists and facts."""
    found = re.findall(r'<a[^>]*href="tel:([^"]+)"([^>]*)>', page)
    return {number: html.unescape((re.search(r'data-call="([^"]*)"', rest) or ["", ""])[1]) for number, rest in found}


@pytest.fixture
def ways(world):
    for kind, value in (("mobile", "+43 664 1234567"), ("fax", "+43 7242 123456"), ("email", "x@lindner.test")):
        ContactPoint.add(by=world.ada, account=world.lindner, kind=kind, value=value)
        ContactPoint.add(by=world.ada, contact=world.maria, kind=kind, value=value.replace("123", "321"))
    return world


def test_further_numbers_of_an_account_offer_the_report(ways, signed_in):
    at = f"/accounts/{ways.lindner.pk}/?tab=details"
    found = calls(signed_in(ways.ada).get(at).content.decode())
    assert found["+436641234567"] == f"/activities/report/?kind=call&account={ways.lindner.pk}"
    assert found["+437242123456"] == ""
    assert calls(signed_in(ways.rita).get(at).content.decode())["+436641234567"] == ""


def test_further_numbers_of_a_contact_offer_the_report_at_an_account_that_is_seen(ways, signed_in):
    at = f"/contacts/{ways.maria.pk}/"
    report = f"/activities/report/?kind=call&contact={ways.maria.pk}"
    ada = signed_in(ways.ada)
    assert calls(ada.get(at).content.decode())["+436643214567"] == f"{report}&account={ways.lindner.pk}"
    assert ada.get(f"{report}&account={ways.lindner.pk}").status_code == 200
    ways.maria.change(by=ways.admin, owner=ways.cem)
    assert calls(signed_in(ways.cem).get(at).content.decode())["+436643214567"] == report


LISTS = {"/accounts/": "columns=name,phone", "/touches/": "columns=name,phone", "/contacts/": "columns=name,phone"}


@pytest.fixture
def numbers(world):
    Account.objects.update(phone="+43 1 555", next_touch_on=clock.today() - dt.timedelta(days=2))
    Contact.objects.update(mobile="+43 1 555")
    return world


@pytest.mark.parametrize("address", LISTS)
def test_a_number_in_a_list_offers_the_report(numbers, signed_in, address):
    asked = f"{address}?{LISTS[address]}"
    ada = signed_in(numbers.ada)
    report = calls(ada.get(asked).content.decode())["+431555"]
    assert report.startswith("/activities/report/?kind=call&")
    assert ada.get(report).status_code == 200
    assert set(calls(signed_in(numbers.rita).get(asked).content.decode()).values()) == {""}


def test_who_may_report_only_with_some_is_offered_it_with_those_in_one_question(numbers, signed_in):
    numbers.cem.change(by=None, role=Role.MARKETING)  # sees all accounts, and reports with her own
    cem = signed_in(numbers.cem)
    Account.objects.filter(pk=numbers.lindner.pk).update(phone="+43 1 777")
    found = calls(cem.get("/accounts/?columns=name,phone").content.decode())
    assert found["+431777"] == ""
    assert found["+431555"].endswith(f"account={numbers.brauneis.pk}")
    with CaptureQueriesContext(connection) as few:
        cem.get("/contacts/")
    for number in range(5):
        contact = Contact.add(by=None, family_name=f"Moser {number}", mobile="+43 1 9")
        Position.add(by=None, contact=contact, account=numbers.brauneis)
    with CaptureQueriesContext(connection) as many:
        assert "Moser 4" in cem.get("/contacts/").content.decode()
    assert len(few) == len(many)


def test_a_row_of_the_touch_plan_is_looked_at_beside_the_list(numbers, signed_in):
    ada, at = signed_in(numbers.ada), f"/accounts/{numbers.lindner.pk}/"
    assert f'data-peek="{at}?peek=1"' in ada.get("/touches/").content.decode()
    assert ada.get(f"{at}?peek=1").status_code == 200
