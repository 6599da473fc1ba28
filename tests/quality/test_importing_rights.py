"""An import obeys the access rules of the person who runs it; the house itself may everything."""

import pytest

from kundenkreis.catalogue.models import Product
from kundenkreis.customers.models import Account, AccountLink, AccountTeamMember, Contact, Position
from kundenkreis.quality import importing, running
from kundenkreis.quality.models import ImportRun
from kundenkreis.quality.targets import references
from kundenkreis.staff.access import Reach
from kundenkreis.staff.models import Deputy, User
from tests.quality.imports import draft, imported, told


def accounts(text: str, **how):
    return imported(text, target="accounts", **how)


def contacts(text: str, **how):
    return imported(text, target="contacts", **how)


def test_a_contact_gets_no_position_at_an_account_that_the_person_does_not_see(world):
    text = f"last name,e-mail,account\nSpion,spion@example.test,{world.brauneis.number}\nZweiter,zwei@example.test,Brauneis Wohnkultur\n"
    run = contacts(text, by=world.ada)
    assert (run.counts["rejected"], Position.objects.filter(account=world.brauneis).count()) == (2, 0)
    assert told(run) == [
        f"Row 2, column “account”: There is no account “{world.brauneis.number}”.",
        "Row 3, column “account”: There is no account “Brauneis Wohnkultur”.",
    ]
    assert contacts(text, by=world.admin).counts["added"] == 2


def test_the_house_itself_may_name_every_account(world):
    run = contacts(f"last name,e-mail,account\nSpion,spion@example.test,{world.brauneis.number}\n")
    assert (run.counts["added"], Position.objects.get(account=world.brauneis).contact.owner) == (1, None)


def test_an_account_is_not_put_below_one_that_the_person_does_not_see(world):
    text = f"number,name,parent\n{world.lindner.number},Lindner & Söhne GmbH,Brauneis Wohnkultur\n"
    run = accounts(text, match_by="number", by=world.ada)
    assert (AccountLink.objects.count(), run.counts.get("links_added", 0)) == (0, 0)
    assert told(run) == ["Row 2, column “parent”: There is no account “Brauneis Wohnkultur”."]
    assert accounts(text, match_by="number", by=world.admin).counts["links_added"] == 1


@pytest.mark.parametrize(
    ("mode", "said"), [("both", "Another record has “{}” already."), ("update", "There is no record for “{}”")]
)
def test_an_account_out_of_sight_is_not_there_and_its_number_is_taken(world, mode, said):
    text = f"number,name,place\n{world.brauneis.number},Brauneis Wohnkultur,Linz\n"
    run = accounts(text, match_by="number", by=world.ada, mode=mode)
    assert (run.counts["rejected"], said.format(world.brauneis.number) in told(run)[0]) == (1, True)
    world.brauneis.discard(by=world.cem)
    assert told(accounts(text, match_by="number", by=world.ada, mode=mode)) == told(run), "the bin tells nothing either"


def test_an_account_out_of_sight_is_no_twin_of_a_new_one(world):
    run = accounts("name,place\nBrauneis Wohnkultur,Linz\n", match_by="name", by=world.ada)
    assert (run.counts["added"], told(run)) == (1, [])
    assert Account.objects.filter(name="Brauneis Wohnkultur", owner=world.ada, place="Linz").count() == 1


def test_a_contact_out_of_sight_is_no_twin_of_a_new_one(world):
    theirs = Contact.add(by=world.cem, family_name="Brauneis", email="b@brauneis.test", owner=world.cem)
    run = contacts("last name,e-mail\nAnders,b@brauneis.test\n", by=world.ada)
    theirs.refresh_from_db()
    assert (run.counts["added"], theirs.family_name) == (1, "Brauneis")


def test_one_sees_but_may_not_change_the_accounts_of_her_team(world):
    mine = Account.add(by=world.ben, name="Nordlicht", owner=world.ben, team=world.north)
    run = accounts(f"number,name,place\n{mine.number},Nordlicht,Linz\n", match_by="number", by=world.ada)
    assert "does not allow you to change this record" in told(run)[0]


@pytest.mark.parametrize("who", ["ada", "gerda"])
@pytest.mark.parametrize("cell", ["cem@example.test,,", ",South,", ",,Wels"])
def test_only_who_may_assign_gives_accounts_to_others(world, who, cell):
    AccountTeamMember.add(by=world.ben, account=world.lindner, person=world.gerda, role="inside")
    world.lindner.change(by=world.ben, territory=None)
    person = getattr(world, who)
    text = f"number,name,owner,team,territory\n{world.lindner.number},Lindner & Söhne GmbH,{cell}\nN-1,New,{cell}\n"
    before = (world.ada.pk, world.north.pk, None)
    run = accounts(text, match_by="number", by=person)
    world.lindner.refresh_from_db()
    assert (world.lindner.owner_id, world.lindner.team_id, world.lindner.territory_id) == before
    assert (run.counts["rejected"], run.counts.get("added", 0)) == (2, 0)
    assert all(
        "Your role does not allow you to give accounts to people, teams or territories" in one for one in told(run)
    )
    assert accounts(text, match_by="number", by=world.ben).counts.get("rejected", 0) == 0


def test_what_is_so_already_needs_no_right_to_assign(world):
    text = f"number,name,owner,team,territory,place\n{world.lindner.number},Lindner & Söhne GmbH,Ada Huber,North,Wels,Linz\n"
    run = accounts(text, match_by="number", by=world.ada)
    assert (run.counts["changed"], told(run)) == (1, [])


def test_taking_an_account_by_one_s_own_name_is_assigning_too(world):
    text = f"number,name,owner\n{world.lindner.number},Lindner & Söhne GmbH,Gerda Wolf\nN-2,New,Gerda Wolf\n"
    AccountTeamMember.add(by=world.ben, account=world.lindner, person=world.gerda, role="inside")
    run = accounts(text, match_by="number", by=world.gerda)
    world.lindner.refresh_from_db()
    assert (world.lindner.owner, run.counts["rejected"], run.counts["added"]) == (world.ada, 1, 1)
    assert Account.objects.get(number="N-2").owner == world.gerda


def test_one_sees_what_one_has_imported(world):
    accounts("name\nMein Fund\n", match_by="name", by=world.ada)
    found = Account.objects.visible_to(world.ada).get(name="Mein Fund")
    assert (found.owner, found.team) == (world.ada, world.north)
    contacts("last name,e-mail\nFund,\n", by=world.ada)
    assert Contact.objects.visible_to(world.ada).get(family_name="Fund").owner == world.ada
    accounts("name\nUnser Fund\n", match_by="name", by=world.gerda)
    assert Account.objects.get(name="Unser Fund").owner is None, "she sees every account"


def test_a_deputy_names_the_accounts_that_she_sees_for_another(world):
    text = "last name,e-mail,account\nNeu,neu@example.test,Brauneis Wohnkultur\n"
    Deputy.add(by=world.ben, person=world.cem, deputy=world.ada, starts_on="2020-01-01")
    assert contacts(text, by=User.objects.get(pk=world.ada.pk)).counts["added"] == 1


def test_the_dry_run_refuses_what_the_import_refuses(world):
    text = (
        "number,name,owner,parent\n"
        f"{world.brauneis.number},Brauneis Wohnkultur,,\n"
        f"{world.lindner.number},Lindner & Söhne GmbH,Cem Yıldız,\n"
        "N-3,New,,Brauneis Wohnkultur\n"
    )
    checked = importing.check(draft(text, target="accounts", match_by="number", by=world.ada))
    run = accounts(text, match_by="number", by=world.ada)
    same = ("added", "rejected", "notes")
    assert [checked.forecast.get(n, 0) for n in same] == [run.counts.get(n, 0) for n in same] == [1, 2, 1]
    assert told(checked) == told(run)


def test_names_that_two_accounts_have_are_clear_when_only_one_is_in_sight(world):
    twin = Account.add(by=world.cem, name="Lindner & Söhne GmbH", owner=world.cem)
    run = contacts("last name,e-mail,account\nNeu,neu@example.test,Lindner & Söhne GmbH\n", by=world.ada)
    assert run.counts["added"] == 1
    assert Contact.objects.get(email="neu@example.test").main_account == world.lindner
    assert references.accounts([twin.name], Reach(everything=True)) == {}


def test_a_file_may_not_leave_the_house_without_an_administrator(world):
    text = "e-mail,full name,role\nadmin@example.test,Alma Admin,read_only\n"
    run = imported(text, target="people")
    world.admin.refresh_from_db()
    assert (run.counts["rejected"], world.admin.role) == (1, "administrator")
    assert told(run) == ["Row 2, column “role”: “Alma Admin” is the last administrator. Make somebody else one first."]


def test_of_two_administrators_a_file_may_demote_one(world):
    world.ben.change(by=None, role="administrator")
    text = "e-mail,full name,role\nadmin@example.test,Alma Admin,read_only\nben@example.test,Ben Kern,head_of_sales\n"
    run = imported(text, target="people")
    assert (run.counts["changed"], run.counts["rejected"]) == (1, 1)
    assert User.objects.filter(role="administrator", is_active=True).count() == 1
    assert importing.check(draft(text, target="people")).forecast["rejected"] == 1


@pytest.mark.parametrize("rows_at_once", [1, 25_000])
def test_of_three_administrators_a_file_that_demotes_all_leaves_one(world, monkeypatch, rows_at_once):
    for name in ("CHUNK", "SMALL_CHUNK"):
        monkeypatch.setattr(running, name, rows_at_once)
    for person in (world.ben, world.cem):
        person.change(by=None, role="administrator")
    three = [world.ben.email, world.cem.email, world.admin.email]
    text = "e-mail,last name,role\n" + "".join(f"{mail},Name,read_only\n" for mail in three)
    run = imported(text, target="people")
    assert (run.counts["changed"], run.counts["rejected"]) == (2, 1)
    assert list(User.objects.filter(role="administrator", is_active=True)) == [world.admin]
    importing.undo_now(run, None)
    assert User.objects.filter(role="administrator", is_active=True).count() == 3


def test_the_undo_of_a_file_does_not_take_the_last_administrators_away(world):
    text = f"e-mail,last name,role\n{world.ben.email},Kern,administrator\n{world.cem.email},Cem,administrator\n"
    run = imported(text, target="people")
    assert User.objects.filter(role="administrator").count() == 3
    world.admin.change(by=None, role="read_only")
    result = importing.undo_now(run, None)
    assert User.objects.filter(role="administrator", is_active=True).count() >= 1
    assert result.kept >= 1


def test_sales_lines_add_products_only_for_those_who_may(world):
    text = "order number,item number,quantity,unit price,date,account number\n1,P-1,1,2.00,2026-01-05,{0}\n1,P-2,1,2.00,2026-01-05,{0}\n"
    text = text.format(world.lindner.number)
    Product.add(by=world.admin, number="P-1", name="There")
    run = imported(text, target="sales", by=world.gerda)
    assert (run.counts["added"], run.counts["rejected"]) == (1, 1)
    assert told(run) == [
        "Row 3, column “item number”: There is no product “P-2”, and your role does not allow you to add products."
    ]
    assert imported(text, target="sales", by=world.admin).counts["products_added"] == 1


def test_an_import_whose_person_is_gone_does_not_go_on_as_the_house(world, monkeypatch):
    for name in ("CHUNK", "SMALL_CHUNK"):
        monkeypatch.setattr(running, name, 1)
    run = draft("name\nA\nB\n", target="accounts", match_by="name", by=world.ada)
    importing.run_now(run, lambda at: ImportRun.objects.filter(pk=at.pk).update(wants_cancel=True))
    ImportRun.objects.filter(pk=run.pk).update(owner=None)
    with pytest.raises(importing.CannotImport, match="not_allowed"):
        importing.run_now(ImportRun.objects.get(pk=run.pk))
    assert Account.objects.filter(name__in="AB").count() == 1
