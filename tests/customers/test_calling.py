"""A caller's number leads to whoever has it, however either was written, on both engines."""

import pytest
from django.db import connection

from kundenkreis.customers.calling import callers
from kundenkreis.customers.dialling import Number, holding
from kundenkreis.customers.models import Account, Contact, ContactPoint


def found(text, user):
    return [caller.record for caller in callers(text, user)[0]]


@pytest.mark.parametrize("stored", ["+43 7242 12345", "07242/12345", "0043 (7242) 123-45", "+43 (0)7242 12345"])
@pytest.mark.parametrize(
    "asked", ["+43724212345", "07242 12345", "0043 7242 12345", " 43 7242 12345", "tel:+43-7242-12345"]
)
def test_a_number_is_found_in_every_way_of_writing(world, stored, asked):
    Account._base_manager.filter(pk=world.lindner.pk).update(phone=stored)
    [caller] = callers(asked, world.ada)[0]
    assert caller.record == world.lindner
    assert caller.is_exact


def test_another_number_is_not_found(world):
    world.lindner.change(by=world.ada, phone="+43 7242 12345")
    for other in ("+43724212346", "0662 12345", "+49 7242 12345", "7242", "x", "", "+43 7242 12345 6789012"):
        assert found(other, world.ada) == [], other


def test_an_extension_behind_the_number_leads_to_the_house_and_its_own_number_comes_first(world):
    world.lindner.change(by=world.ada, phone="+43 7242 12345")
    world.maria.change(by=world.ada, phone="+43 7242 12345 67")
    assert found("+43 7242 12345 67", world.ada) == [world.maria, world.lindner]
    assert [caller.is_exact for caller in callers("+43 7242 12345 67", world.ada)[0]] == [True, False]


def test_the_main_number_finds_who_has_an_extension_behind_it(world):
    ContactPoint.add(by=world.ada, contact=world.maria, kind="phone", value="+43 1 5880112;ext=34")
    assert found("01 5880112", world.ada) == [world.maria]


def test_a_number_without_country_code_is_one_of_the_account_s_country(world):
    world.lindner.change(by=world.ada, country="DE", phone="030 901820")
    assert found("+49 30 901820", world.ada) == [world.lindner]
    assert found("+43 30 901820", world.ada) == []


def test_several_who_have_the_number_are_all_found(world):
    world.lindner.change(by=world.ada, phone="+43 7242 12345")
    world.maria.change(by=world.ada, mobile="07242 12345")
    ContactPoint.add(by=world.ada, account=world.lindner, kind="mobile", value="+43 7242 12345")
    assert set(found("07242 12345", world.ada)) == {world.lindner, world.maria}


def test_edits_and_the_bin_count_at_once(world):
    event = world.lindner.change(by=world.ada, phone="+43 7242 12345")
    assert found("07242 12345", world.ada) == [world.lindner]
    world.lindner.change(by=world.ada, phone="+43 7242 99999")
    assert found("07242 12345", world.ada) == []
    assert found("07242 99999", world.ada) == [world.lindner]
    world.lindner.discard(by=world.ada)
    assert found("07242 99999", world.ada) == []
    assert event is not None


def test_nobody_finds_whom_she_may_not_see(world):
    world.lindner.change(by=world.ada, phone="+43 7242 12345")
    world.maria.change(by=world.ada, mobile="07242 12345")
    ContactPoint.add(by=world.ada, contact=world.maria, kind="phone", value="+43 1 5880112")
    assert found("07242 12345", world.cem) == []
    assert found("01 5880112", world.cem) == []


@pytest.mark.parametrize(
    ("model", "column"), [(Account, "phone"), (Contact, "phone"), (Contact, "mobile"), (ContactPoint, "value")]
)
def test_the_index_answers(world, model, column):
    rows = holding(model._base_manager.all(), column, Number.read("07242 12345", "AT"))
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
    assert "customers_" in rows.order_by().explain()


def test_one_caller_opens_the_account_and_several_are_listed(world, signed_in):
    world.lindner.change(by=world.ada, phone="+43 7242 12345")
    ada = signed_in(world.ada)
    answer = ada.get("/calls/lookup/", {"number": "07242 12345"})
    assert (answer.status_code, answer["Location"]) == (303, f"/accounts/{world.lindner.pk}/")
    world.maria.change(by=world.ada, phone="07242 12345")
    page = ada.get("/calls/lookup/", {"number": "07242 12345"}).content.decode()
    assert "Maria Lindner" in page
    assert "Lindner &amp; Söhne" in page


def test_a_contact_opens_her_account(world, signed_in):
    world.maria.change(by=world.ada, mobile="+43 664 1234567")
    answer = signed_in(world.ada).get("/calls/lookup/?number=+436641234567")
    assert answer["Location"] == f"/accounts/{world.lindner.pk}/"


def test_nobody_with_the_number_leads_to_new_records_for_those_who_may_add(world, signed_in):
    page = signed_in(world.ada).get("/calls/lookup/?number=0662111222").content.decode()
    assert "Nobody whom you may see has this number" in page
    assert "/contacts/new/" in page
    assert "/contacts/new/" not in signed_in(world.rita).get("/calls/lookup/?number=0662111222").content.decode()


def test_hostile_text_stays_text(world, signed_in):
    page = signed_in(world.ada).get("/calls/lookup/", {"number": "<script>alert(1)</script>"}).content.decode()
    assert "<script>alert" not in page
