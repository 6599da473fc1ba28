"""Accounts, contacts, products, people and open items from files: matched, added, changed, refused, undone."""

import datetime as dt
from decimal import Decimal

import pytest

from kundenkreis.catalogue.models import Price, Product, Unit
from kundenkreis.core import search
from kundenkreis.core.records import Stale
from kundenkreis.customers import hierarchy
from kundenkreis.customers.models import Account, AccountLink, Contact, Position
from kundenkreis.orders.models import OpenItem
from kundenkreis.quality import importing, running
from kundenkreis.quality.models import ImportRun
from kundenkreis.staff.models import User
from tests.quality.imports import draft, imported, told


def accounts(text: str, **how):
    return imported(text, target="accounts", **how)


def contacts(text: str, **how):
    return imported(text, target="contacts", **how)


def test_accounts_are_added_with_numbers_keys_and_search_entries(world):
    run = accounts(
        "Name,City,Country,E-mail\nMüller & Co KG,Wels,Österreich,office@mueller.example\n<b>Bold</b>,,,\n",
        match_by="name",
    )
    mueller = Account.objects.get(email="office@mueller.example")
    assert (run.counts["added"], mueller.key, mueller.country, mueller.number[:2]) == (2, "muler", "AT", "K-")
    assert [hit.subject_id for hit in search.find(search.ACCOUNT, "mueller")] == [mueller.pk]
    assert Account.objects.filter(name="<b>Bold</b>").exists()
    assert any("contains HTML" in sentence for sentence in told(run))


def test_an_account_is_matched_by_its_folded_name_and_changed_with_a_new_version(world):
    before = world.lindner.version
    run = accounts("name,place\nLINDNER und Soehne,Linz\n", match_by="name", options={"values": {}})
    assert run.counts.get("added", 0) == 1  # "und" is a word of the name
    run = accounts("name,place\nLindner & Soehne,Linz\n", match_by="name")
    world.lindner.refresh_from_db()
    assert (run.counts["changed"], world.lindner.place, world.lindner.version) == (1, "Linz", before + 1)


def test_a_form_that_was_open_during_the_import_is_stale(world):
    open_form = Account.objects.get(pk=world.lindner.pk)
    accounts(f"number,name,place\n{world.lindner.number},Lindner & Söhne GmbH,Linz\n", match_by="number")
    with pytest.raises(Stale):
        open_form.change(by=world.ada, version=open_form.version, place="Graz")


def test_an_empty_cell_changes_nothing(world):
    run = accounts(f"number,name,place\n{world.lindner.number},Lindner & Söhne GmbH,\n", match_by="number")
    assert run.counts["unchanged"] == 1
    world.lindner.refresh_from_db()
    assert world.lindner.place == "Wels"


def test_check_digits_owners_and_choices_are_checked_row_by_row(world):
    run = accounts(
        "name,uid,owner,tier,e-mail\n"
        "One,ATU12345678,,,\n"
        "Two,,nobody@example.test,,\n"
        "Three,,,Z,\n"
        "Four,,,,four@\n"
        "Five,ATU13585627,Ada Huber,a,five@firma.example\n"
        "Six,,ben@example.test,,\n",
        match_by="name",
    )
    assert (run.counts["added"], run.counts["rejected"]) == (2, 4)
    sentences = told(run)
    assert "Row 2, column “uid”: The VAT ID “ATU12345678” has a typing error" in sentences[0]
    assert (
        sentences[1]
        == "Row 3, column “owner”: Nobody called “nobody@example.test” works here. Write an e-mail address or the full name."
    )
    assert "Row 4, column “tier”: “Z” is not one of" in sentences[2]
    assert "Row 5, column “e-mail”: “four@” is not an e-mail address" in sentences[3]
    five = Account.objects.get(name="Five")
    assert (five.owner, five.team, five.tier, five.vat_id) == (world.ada, world.north, "A", "ATU13585627")


def test_two_rows_for_one_account_the_second_changes_it_or_is_refused(world):
    text = "number,name,place\n700,Twice,Wels\n700,Twice,Linz\n"
    run = accounts(text, match_by="number", mode="create")
    assert (run.counts["added"], run.counts["rejected"]) == (1, 1)
    assert "stands in row 2 already" in told(run)[0]
    assert Account.objects.get(number="700").place == "Wels"
    run = accounts(text, match_by="number")
    assert Account.objects.get(number="700").place == "Linz"
    importing.undo_now(run, world.admin)
    assert Account.objects.get(number="700").place == "Wels"


def test_a_name_that_fits_two_accounts_is_refused(world):
    Account.add(by=world.ada, name="Lindner & Söhne GmbH")
    run = accounts("name,place\nLindner & Söhne GmbH,Linz\n", match_by="name")
    assert run.counts["rejected"] == 1
    assert "More than one record fits" in told(run)[0]


def test_a_number_that_another_account_has_is_refused(world):
    run = accounts(
        f"name,number\nBrauneis Wohnkultur,{world.lindner.number}\nNew One,N-1\nNew Two,N-1\n", match_by="name"
    )
    assert (run.counts["rejected"], run.counts["added"]) == (2, 1)
    assert all("already" in sentence for sentence in told(run))


def test_an_account_in_the_bin_is_not_brought_back_silently(world):
    world.lindner.discard(by=world.ada)
    run = accounts(f"number,name\n{world.lindner.number},Lindner\n", match_by="number")
    assert "lies in the bin" in told(run)[0]


def test_a_key_account_manager_changes_only_her_own_accounts(world):
    text = f"number,name,place\n{world.lindner.number},Lindner & Söhne GmbH,Linz\n{world.brauneis.number},Brauneis Wohnkultur,Linz\n"
    run = accounts(text, match_by="number", by=world.ada)
    world.brauneis.refresh_from_db()
    assert (run.counts["changed"], run.counts["rejected"], world.brauneis.place) == (1, 1, "Salzburg")
    assert told(run) == [f"Row 3: Another record has “{world.brauneis.number}” already."], "she does not see it"


def test_one_who_may_not_import_cannot(world):
    run = draft("name\nX\n", target="accounts", match_by="name", by=world.rita)
    with pytest.raises(importing.CannotImport, match="not_allowed"):
        importing.run_now(run)
    assert not importing.may_run(world.ada, importing.targets.get("sales"))


@pytest.mark.parametrize("size", [1, 100])
def test_parents_may_stand_further_down_and_a_circle_is_told(world, monkeypatch, size):
    monkeypatch.setattr(running, "CHUNK", size)
    monkeypatch.setattr(running, "SMALL_CHUNK", size)
    run = accounts("account,subsidiary of\nChild,Parent\nParent,Grand\nGrand,Child\nLost,Nowhere\n", match_by="name")
    child = Account.objects.get(name="Child")
    assert [Account.objects.get(pk=pk).name for pk in hierarchy.ancestors(child, "legal")] == [
        "Child",
        "Parent",
        "Grand",
    ]
    assert run.counts["added"] == 4
    sentences = told(run)
    assert sentences == [
        "Row 4, column “subsidiary of”: “Child” would belong to itself that way; the row was stored without it.",
        "Row 5, column “subsidiary of”: There is no account “Nowhere”.",
    ]
    assert AccountLink.objects.count() == 2
    importing.undo_now(run, world.admin)
    assert AccountLink.objects.count() == 0
    assert not Account.objects.filter(name__in=["Child", "Parent", "Grand", "Lost"]).exists()


def test_a_contact_mailed_twice_is_one_contact(world):
    text = "Nachname,Vorname,E-Mail,Firma\nGruber,Eva,eva@firma.example,Lindner & Söhne GmbH\nGruber,Eva,EVA@firma.example,Lindner & Söhne GmbH\n"
    run = contacts(text)
    assert (run.counts["added"], run.counts.get("rejected", 0)) == (1, 0)
    eva = Contact.objects.get(email="eva@firma.example")
    assert (eva.main_account, eva.positions.count()) == (world.lindner, 1)
    run = contacts(text)
    assert run.counts["unchanged"] == 2
    assert Position.objects.filter(contact=eva).count() == 1


def test_a_contact_that_exists_is_matched_by_mail_and_changed(world):
    run = contacts("last name,email,company,position\nLindner,MARIA@lindner.test,Lindner & Söhne GmbH,Owner\n")
    world.maria.refresh_from_db()
    assert (run.counts["changed"], world.maria.job_title, Contact.objects.count()) == (1, "Owner", 1)
    importing.undo_now(run, world.admin)
    assert Position.objects.get(contact=world.maria).job_title == "Managing director"


def test_a_full_name_is_taken_apart_with_its_titles(world):
    contacts('name,email\n"Mag. Anna Huber, MBA",anna@firma.example\n')
    anna = Contact.objects.get(email="anna@firma.example")
    assert (anna.title_before, anna.given_name, anna.family_name, anna.title_after) == ("Mag.", "Anna", "Huber", "MBA")


def test_a_contact_of_an_unknown_account_is_refused(world):
    run = contacts("last name,email,company\nX,x@firma.example,Unknown Ltd\n")
    assert told(run) == ["Row 2, column “company”: There is no account “Unknown Ltd”."]


def test_products_come_with_family_unit_and_price(world):
    Unit.add(by=None, code="C62", name_en="piece", name_de="Stück")
    run = imported(
        "sku,name,category,unit,list price,cost\nA1,Lamp,Lights,Stück,12.50,4.1\nA2,Shade,lights,C62,3,\n",
        target="products",
    )
    lamp = Product.objects.get(number="A1")
    assert (lamp.family.name, lamp.unit.code, lamp.cost) == ("Lights", "C62", Decimal("4.1"))
    assert Product.objects.get(number="A2").family == lamp.family
    assert Price.objects.get(product=lamp).amount == Decimal("12.50")
    run = imported("sku,name,list price\nA1,Lamp,13\nA2,Shade,3\n", target="products")
    assert (run.counts["changed"], run.counts["unchanged"]) == (1, 1)
    assert Price.objects.get(product=lamp).amount == 13  # corrected on the day from which it is valid
    importing.undo_now(run, world.admin)
    assert Price.objects.get(product=lamp).amount == Decimal("12.50")


def test_a_new_price_begins_on_its_day_and_what_was_charged_before_stays(world):
    def priced(amount: str, day: str):
        run = draft(f"sku,name,list price\nA1,Lamp,{amount}\n", target="products", options={"price_from": day})
        return importing.run_now(run)

    def prices():
        return [
            (p.amount, p.starts_on.isoformat(), p.ends_on and p.ends_on.isoformat())
            for p in Price.objects.order_by("starts_on")
        ]

    priced("12.50", "2020-01-01")
    run = priced("13", "2026-03-01")
    assert (run.counts["prices_changed"], run.counts["changed"]) == (1, 1)
    assert prices() == [(Decimal("12.5"), "2020-01-01", "2026-02-28"), (13, "2026-03-01", None)]
    again = priced("13", "2026-04-01")
    assert (again.counts["unchanged"], len(prices())) == (1, 2)
    priced("11", "2019-06-01")  # older than all: it ends where the next one begins
    assert prices()[0] == (11, "2019-06-01", "2019-12-31")
    assert importing.undo_now(run, world.admin).kept == 0
    assert prices()[1:] == [(Decimal("12.5"), "2020-01-01", None)]


def test_open_items_are_stored_for_their_accounts(world):
    text = f'Belegnummer,Kundennummer,Belegdatum,Fällig am,Betrag,Offen\nR1,{world.lindner.number},01.02.2026,03.03.2026,"1.234,56","234,56"\n'
    imported(text, target="open_items")
    item = OpenItem.objects.get(number="R1")
    assert (item.account, item.due_on, item.amount, item.open_amount) == (
        world.lindner,
        dt.date(2026, 3, 3),
        Decimal("1234.56"),
        Decimal("234.56"),
    )


def test_people_cannot_sign_in_until_they_get_a_password(world):
    imported(
        "name,e-mail,role,team\nEva Gruber,eva@example.test,Marketing,New team\n", target="people", match_by="email"
    )
    eva = User.objects.get(email="eva@example.test")
    assert (eva.first_name, eva.last_name, eva.role, eva.team.name, eva.has_usable_password()) == (
        "Eva",
        "Gruber",
        "marketing",
        "New team",
        False,
    )


def test_an_undone_import_of_accounts_keeps_what_somebody_changed_since(world):
    run = accounts("number,name\nN1,One\nN2,Two\n", match_by="number")
    Account.objects.get(number="N1").change(by=world.ada, place="Wels")
    result = importing.undo_now(run, world.admin)
    assert (result.undone, result.kept) == (1, 1)
    assert Account.objects.filter(number="N1").exists()
    assert not Account.objects.filter(number="N2").exists()


def test_a_dry_run_of_accounts_counts_like_the_import(world):
    text = f"number,name,place,owner\nN1,One,,\nN1,One,Wels,\nN2,Two,,Nobody\n{world.lindner.number},Lindner & Söhne GmbH,Linz,\n"
    run = importing.check(draft(text, target="accounts", match_by="number"))
    assert run.state == ImportRun.State.CHECKED
    assert not Account.objects.filter(number="N1").exists()
    forecast = run.forecast
    importing.run_now(run)
    assert run.counts == forecast
    assert (forecast["added"], forecast["changed"], forecast["rejected"]) == (1, 1, 1) or forecast["changed"] == 2
