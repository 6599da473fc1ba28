"""Pick lists from a file: names in either language lead to values, anything else and what is retired is refused at its row."""

from kundenkreis.customers.models import Account, Position
from kundenkreis.fields import picking
from kundenkreis.fields.unifying import merge
from tests.quality.imports import imported, told


def kept(name="accounts.industry"):
    return picking.get(name)


def test_names_in_both_languages_lead_to_values_and_others_are_refused_at_their_rows(world):
    picking.add_many(kept(), [("Trade", "Handel"), ("Food", "Essen"), ("Art", "Kunst"), ("Arts", "Künste")], by=None)
    picking.change(kept(), "Food", by=None, retired=True)
    merge(kept(), "Arts", "Art", by=None)
    picking.change(kept("accounts.relation"), "prospect", by=None, en="Lead", de="Anfrage")
    picking.change(kept("accounts.relation"), "press", by=None, retired=True)
    rows = [
        "A,HANDEL,Anfrage", "B,trade,prospect", "C,Künste,Lead", "D,Fishing,customer", "E,Essen,customer", "F,Trade,press", "G,,",
    ]  # fmt: skip
    run = imported("Name,Industry,Relation\n" + "\n".join(rows) + "\n", target="accounts", match_by="name")
    made = dict(Account.objects.filter(name__in="ABCDEFG").values_list("name", "industry"))
    assert made == {"A": "Trade", "B": "Trade", "C": "Art", "G": ""}, told(run)
    assert Account.objects.get(name="A").relation == "prospect"
    assert [problem.row for problem in run.problems.order_by("row")] == [5, 6, 7]
    assert "Trade" in told(run)[0], "what is on offer is named"


def test_a_list_on_which_nothing_stands_takes_any_text(world):
    run = imported("Name,Industry\nA,Anything\nB,Whatever else\n", target="accounts", match_by="name")
    assert run.counts["added"] == 2, told(run)
    assert Account.objects.get(name="A").industry == "Anything"


def test_what_a_record_holds_already_may_come_again_though_it_is_retired(world):
    picking.add_many(kept(), [("Trade", "Handel"), ("Food", "Essen")], by=None)
    world.lindner.change(by=None, industry="Food")
    picking.change(kept(), "Food", by=None, retired=True)
    run = imported(f"Name,Industry,Place\n{world.lindner.name},Essen,Enns\n", target="accounts", match_by="name")
    assert run.counts["changed"] == 1, told(run)
    world.lindner.refresh_from_db()
    assert (world.lindner.industry, world.lindner.place) == ("Food", "Enns")


def test_departments_of_contacts_are_read_the_same_way(world):
    picking.add_many(kept("contacts.department"), [("Purchasing", "Einkauf")], by=None)
    rows = (
        f"Eva,Berger,eva@shop.test,{world.lindner.name},einkauf\nIda,Moser,ida@shop.test,{world.lindner.name},Nowhere\n"
    )
    run = imported("First name,Last name,E-mail,Account,Department\n" + rows, target="contacts", match_by="email")
    assert Position.objects.get(contact__email="eva@shop.test").department == "Purchasing", told(run)
    assert run.counts["rejected"] == 1
