"""People from a file: several positions of one person, further addresses, the bin, and rows that do not agree."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kundenkreis.core import search
from kundenkreis.customers.models import Account, Contact, ContactPoint, Position
from kundenkreis.quality import importing, running
from tests.quality.imports import draft, imported, told


def contacts(text: str, **how):
    return imported(text, target="contacts", **how)


def positions(**who) -> list[tuple]:
    held = Position.objects.living().filter(**{f"contact__{name}": value for name, value in who.items()}).order_by("pk")
    return list(held.values_list("account__name", "job_title", "department", "is_main"))


TWO_PLACES = (
    "last name,e-mail,account,position,department\n"
    "Gruber,q@q.test,Lindner & Söhne GmbH,Buyer,Purchasing\n"
    "Gruber,q@q.test,Brauneis Wohnkultur,Adviser,\n"
)


@pytest.mark.parametrize("size", [1, 100])
def test_a_person_keeps_every_position_that_the_file_names_however_it_is_cut(world, monkeypatch, size):
    for name in ("CHUNK", "SMALL_CHUNK"):
        monkeypatch.setattr(running, name, size)
    checked = importing.check(draft(TWO_PLACES, target="contacts"))
    run = contacts(TWO_PLACES)
    assert positions(email="q@q.test") == [
        ("Lindner & Söhne GmbH", "Buyer", "Purchasing", True),
        ("Brauneis Wohnkultur", "Adviser", "", False),
    ]
    person = Contact.objects.get(email="q@q.test")
    assert (person.main_account, person.job_title) == (world.lindner, "Buyer")
    assert (run.counts["added"], run.counts["changed"], run.counts["positions_added"]) == (1, 1, 2)
    assert {n: checked.forecast[n] for n in ("added", "changed", "positions_added")} == {
        n: run.counts[n] for n in ("added", "changed", "positions_added")
    }
    again = contacts(TWO_PLACES)
    assert (again.counts["unchanged"], again.counts.get("changed", 0)) == (2, 0)
    importing.undo_now(run, None)
    assert not Contact.objects.filter(email="q@q.test").exists()


def test_the_first_account_becomes_the_main_one_even_when_an_earlier_row_names_none(world):
    contacts("last name,e-mail,account,position\nGruber,q@q.test,,\nGruber,q@q.test,Lindner & Söhne GmbH,Buyer\n")
    person = Contact.objects.get(email="q@q.test")
    assert (person.main_account, person.job_title, person.version) == (world.lindner, "Buyer", 1)


def test_position_and_department_follow_the_file_and_undo_gives_the_old_ones_back(world):
    held = Position.objects.get(contact=world.maria)
    run = contacts(
        "last name,e-mail,account,position,department\n"
        "Lindner,maria@lindner.test,Lindner & Söhne GmbH,Owner,Board\n"
        "Lindner,maria@lindner.test,Brauneis Wohnkultur,Adviser,\n"
    )
    world.maria.refresh_from_db()
    assert positions(pk=world.maria.pk) == [
        ("Lindner & Söhne GmbH", "Owner", "Board", True),
        ("Brauneis Wohnkultur", "Adviser", "", False),
    ]
    assert (world.maria.job_title, world.maria.version, run.counts["changed"]) == ("Owner", 2, 2)
    importing.undo_now(run, None)
    world.maria.refresh_from_db()
    assert positions(pk=world.maria.pk) == [("Lindner & Söhne GmbH", held.job_title, "", True)]
    assert world.maria.job_title == held.job_title


def test_undo_takes_the_account_off_a_person_who_had_none(world):
    lone = Contact.add(by=world.ada, family_name="Lone", email="lone@example.test")
    run = contacts("last name,e-mail,account,position\nLone,lone@example.test,Lindner & Söhne GmbH,Buyer\n")
    lone.refresh_from_db()
    assert lone.main_account == world.lindner
    importing.undo_now(run, None)
    lone.refresh_from_db()
    assert (lone.main_account, lone.job_title, positions(pk=lone.pk)) == (None, "", [])


def test_a_main_position_that_has_ended_stays_the_main_one(world):
    Position.objects.get(contact=world.maria).change(by=world.ada, ends_on="2020-12-31")
    run = contacts("last name,e-mail,account\nLindner,maria@lindner.test,Brauneis Wohnkultur\n")
    assert run.counts["positions_added"] == 1
    assert [main for *_rest, main in positions(pk=world.maria.pk)] == [True, False]


def test_a_contact_in_the_bin_is_not_stored_a_second_time(world):
    world.maria.discard(by=world.ada)
    run = contacts("last name,e-mail\nLindner,maria@lindner.test\n")
    assert told(run) == ["Row 2: “maria@lindner.test” lies in the bin. Restore it first, then import the row again."]
    assert Contact._base_manager.filter(email="maria@lindner.test").count() == 1


def test_a_further_address_finds_its_person_and_does_not_become_the_main_one(world):
    ContactPoint.add(by=world.ada, contact=world.maria, kind="email", value="Privat@Lindner.test")
    run = contacts("last name,e-mail,mobile\nLindner,PRIVAT@lindner.test,+43 664 1234567\n")
    world.maria.refresh_from_db()
    assert (run.counts["changed"], world.maria.email) == (1, "maria@lindner.test")
    assert world.maria.mobile
    assert Contact.objects.count() == 1


def test_two_rows_of_one_address_that_do_not_agree_are_told(world):
    run = contacts("last name,e-mail\nGruber,office@firma.test\nHuber,office@firma.test\nHuber,office@firma.test\n")
    assert told(run) == [
        "Row 3: “office@firma.test” stands in row 2 already; where this row says otherwise, it has replaced that."
    ]


def test_when_a_new_row_is_refused_the_next_one_for_its_key_adds(world):
    text = "name,uid,place\nErst,ATU12345678,Wels\nErst,,Linz\nErst,,Graz\n"
    checked = importing.check(draft(text, target="accounts", match_by="name"))
    run = imported(text, target="accounts", match_by="name")
    assert Account.objects.get(name="Erst").place == "Graz"
    for counts in (checked.forecast, run.counts):
        assert (counts["added"], counts["changed"], counts["rejected"]) == (1, 1, 1)


def test_accounts_are_matched_by_mail_whatever_its_capitals(world):
    imported("name,e-mail\nAlpha,Info@Alpha.test\n", target="accounts", match_by="email")
    run = imported("name,e-mail\nAlpha,info@alpha.TEST\n", target="accounts", match_by="email")
    assert (run.counts["unchanged"], Account.objects.filter(name="Alpha").count()) == (1, 1)
    world.lindner.change(by=world.ada, email=" Office@Lindner.test ".strip())
    run = imported(
        "name,e-mail,place\nLindner & Söhne GmbH,OFFICE@lindner.test,Linz\n", target="accounts", match_by="email"
    )
    assert run.counts["changed"] == 1


@pytest.mark.parametrize(
    ("target", "heading", "said"),
    [
        ("accounts", "team", "There is no team “Nowhere”."),
        ("accounts", "territory", "There is no territory “Nowhere”."),
        ("products", "unit", "There is no unit “Nowhere”."),
        ("products", "family", "There is no product family “Nowhere”, and only changes were to be imported."),
    ],
)
def test_a_name_that_is_not_there_is_told_without_a_question_mark(world, target, heading, said):
    mode = "update" if heading == "family" else "both"
    run = imported(f"number,name,{heading}\n1,X,Nowhere\n", target=target, match_by="number", mode=mode)
    assert told(run) == [f"Row 2, column “{heading}”: {said}"]


def test_changing_many_contacts_asks_no_question_for_each(world):
    rows = [f"Gruber{i},g{i}@example.test,Lindner & Söhne GmbH,{{}}" for i in range(60)]
    text = "\n".join(["last name,e-mail,account,position", *rows])
    contacts(text.replace("{}", "Buyer"))
    with CaptureQueriesContext(connection) as queries:
        contacts(text.replace("{}", "Head of purchasing"))
    assert len(queries) < 120
    hit = search.find(search.CONTACT, "Gruber7")
    assert hit and Contact.objects.get(pk=hit[0].subject_id).job_title == "Head of purchasing"
