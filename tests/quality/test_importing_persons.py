"""Accounts that are a person's own: a row names the contact by her address or her name."""

import pytest

from kundenkreis.customers.models import Account, Contact
from kundenkreis.quality import importing
from tests.quality.imports import draft, imported, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def eva(world):
    return Contact.add(by=world.admin, family_name="Lindhofer", given_name="Eva", email="eva@kunde.test")


def accounts(text, **how):
    return imported(text, target="accounts", match_by="number", **how)


def test_a_new_account_of_a_person_is_linked_to_her_contact(world, eva):
    run = accounts("number,name,person\nP-1,Eva Lindhofer,EVA@kunde.test\n")
    account = Account.objects.get(number="P-1")
    assert (run.counts["added"], account.person, account.kind) == (1, eva, "person")


def test_an_account_that_is_here_is_linked_and_the_undo_takes_the_link_away(world, eva):
    account = Account.add(by=None, name="Eva Lindhofer", number="P-1", kind="person")
    run = accounts("number,name,person\nP-1,Eva Lindhofer,Eva Lindhofer\n")
    account.refresh_from_db()
    assert (run.counts["changed"], account.person) == (1, eva)
    assert accounts("number,name,person\nP-1,Eva Lindhofer,eva@kunde.test\n").counts["unchanged"] == 1
    importing.undo_now(run, None)
    account.refresh_from_db()
    assert account.person is None


def test_a_company_is_nobody_s_own(world, eva):
    Account.add(by=None, name="Lindhofer GmbH", number="P-1")
    run = accounts("number,name,person\nP-1,Lindhofer GmbH,eva@kunde.test\n")
    assert run.counts["rejected"] == 1
    assert "Only an account of the kind “person” can be that of a contact." in told(run)[0]


@pytest.mark.parametrize("same_chunk", [True, False])
def test_a_person_has_one_account_at_most(world, eva, same_chunk):
    rows = "P-1,Eva,eva@kunde.test\n", "P-2,Eva again,Eva Lindhofer\n"
    if not same_chunk:
        accounts("number,name,person\n" + rows[0])
    text = "number,name,person\n" + "".join(rows)
    foreseen = importing.check(draft(text, target="accounts", match_by="number")).forecast
    run = accounts(text)
    assert (foreseen["rejected"], run.counts["rejected"]) == (1, 1)
    assert told(run) == ["Row 3, column “person”: “Eva Lindhofer” has an account of her or his own already."]


def test_a_person_who_is_not_there_or_not_in_sight_is_refused(world, eva):
    Contact.add(by=world.admin, family_name="Lindhofer", given_name="Eva")
    text = "number,name,person\nP-1,A,nobody@kunde.test\nP-2,B,Eva Lindhofer\n"
    run = accounts(text)
    assert (run.counts["rejected"], run.counts.get("added", 0)) == (2, 0)
    assert told(run)[0] == "Row 2, column “person”: There is no contact “nobody@kunde.test”, or more than one."
    run = accounts("number,name,person\nP-3,C,eva@kunde.test\n", by=world.ada)
    assert run.counts["rejected"] == 1, "she does not see this contact"
