"""Names of accounts and contacts outside one's reach stand nowhere: a walk through every page, export and list as Ada."""

import re

import pytest
from django.urls import reverse

from kundenkreis.activities.models import Activity
from kundenkreis.api.door import api
from kundenkreis.customers import hierarchy
from kundenkreis.customers.models import Contact, PartnerFunction, Position
from tests.sitemap import patterns

FOREIGN = re.compile("Brauneis|Quendel", re.IGNORECASE)
TABS = ("overview", "people", "orders", "structure", "details", "files", "history")


@pytest.fixture
def beside(world):
    """A foreign account and a foreign contact beside everything that Ada sees: what she may see of hers refers to them."""
    hidden = Contact.add(by=world.cem, given_name="Quirin", family_name="Quendel", owner=world.cem)
    Position.add(by=world.cem, contact=hidden, account=world.brauneis, job_title="Buyer")
    Position.objects.get(contact=world.maria).change(by=world.cem, is_main=False)
    Position.add(by=world.cem, contact=world.maria, account=world.brauneis)
    link = hierarchy.place(world.lindner, world.brauneis, "legal", by=world.ben)
    ships = PartnerFunction.add(by=world.ben, account=world.lindner, function="ship_to", partner=world.brauneis)
    pays = PartnerFunction.add(by=world.ben, account=world.brauneis, function="payer", partner=world.lindner)
    task = Activity.add(
        by=world.ben,
        kind="task",
        subject="Call back",
        is_open=True,
        account=world.brauneis,
        contact=hidden,
        owner=world.ada,
    )
    note = Activity.add(by=world.ben, kind="note", subject="Fair", account=world.lindner, owner=world.ben)
    for reference in ({"account": world.brauneis}, {"account": world.lindner, "contact": hidden}):
        note.change(by=world.ben, **reference)
    return {
        "accounts": world.lindner,
        "contacts": world.maria,
        "activities": task,
        "note": note,
        "parts": (link, ships, pays),
    }


def addresses(beside):
    """Every page without a number in its address, and those of Ada's records with every part of theirs.

    Not the patterns, whose made-up samples have a Brauneis of their own.
    """
    own = {"accounts": beside["accounts"].pk, "contacts": beside["contacts"].pk, "activities": beside["activities"].pk}
    for name, route, keys in patterns():
        noun = name.split(":")[0]
        if "(?P" in route or name.startswith(("api", "usersessions", "account_", "mfa_", "patterns")):
            continue
        if not keys:
            yield reverse(name)
        elif set(keys) == {"pk"} and noun in own:
            yield reverse(name, args=[own[noun]])
    for tab in TABS:
        yield f"/accounts/{own['accounts']}/?tab={tab}"
    yield from (
        "/contacts/export/?format=csv",
        "/activities/all/export/?format=csv",
        f"/activities/{beside['note'].pk}/",
    )
    yield f"/accounts/{own['accounts']}/?peek=1"
    yield f"/accounts/{own['accounts']}/?group=legal"
    yield f"/contacts/{own['contacts']}/?peek=1"
    yield "/contacts/options/?q=Lindner"
    for label, record in (
        ("customers.account", "accounts"),
        ("customers.contact", "contacts"),
        ("activities.activity", "note"),
    ):
        yield reverse("history:record", args=[label, beside[record].pk])


def body(answer):
    raw = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return raw.decode(errors="replace")


def test_no_page_or_export_names_them(world, signed_in, beside):
    ada, leaks, read = signed_in(world.ada), [], 0
    for address in addresses(beside):
        answer = ada.get(address)
        if answer.status_code != 200:
            continue
        read += 1
        if found := FOREIGN.search(body(answer)):
            leaks.append((address, found[0]))
    assert leaks == []
    assert read > 40


def test_no_list_or_history_of_the_api_names_them(world, signed_in, beside):
    ada, leaks, read = signed_in(world.ada), [], 0
    listed = [path for path in api.get_openapi_schema()["paths"] if "{" not in path]
    for address in listed:
        answer = ada.get(address)
        if answer.status_code != 200 or "json" not in answer.headers["Content-Type"]:
            continue
        read += 1
        rows = answer.json().get("items", []) if address.startswith("/api/") and isinstance(answer.json(), dict) else []
        for one in [
            address,
            *(f"{address}/{row['id']}{part}" for row in rows if "id" in row for part in ("", "/history")),
        ]:
            again = ada.get(one)
            if again.status_code == 200 and "openapi" not in one and (found := FOREIGN.search(body(again))):
                leaks.append((one, found[0]))
    assert leaks == []
    assert read > 15


@pytest.mark.parametrize("asked", ["f=account:has:Brauneis", "f=place:is:Salzburg", "q=Brauneis"])
def test_contacts_are_not_found_by_an_account_outside_one_s_reach(world, signed_in, beside, asked):
    contact = f"/contacts/{world.maria.pk}/"
    assert contact not in signed_in(world.ada).get(f"/contacts/?{asked}").text
    assert contact in signed_in(world.ben).get(f"/contacts/?{asked}").text


def test_activities_are_not_found_by_an_account_outside_one_s_reach(world, signed_in, beside):
    address, subject = "/activities/all/?f=account:has:Brauneis", "Call back"
    assert subject not in signed_in(world.ada).get(address).text
    assert subject in signed_in(world.ben).get(address).text


def test_whoever_is_given_a_task_sees_it_and_not_its_account(world, signed_in, beside):
    """So the guide says: a seat on the account team opens the account."""
    page = signed_in(world.ada).get(f"/activities/{beside['activities'].pk}/").text
    assert "Call back" in page
    assert signed_in(world.ada).get(f"/accounts/{world.brauneis.pk}/").status_code == 404
