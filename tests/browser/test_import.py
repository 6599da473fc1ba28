"""A small file goes through the wizard in a real browser, and out again as a whole."""

import pytest

from kundenkreis.customers.models import Account
from tests.browser.settling import settled

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

COMPANIES = "Number;Name;Postcode;Place;Employees\nK9001;Zirbe GmbH;4600;Wels;12\nK9002;;4020;Linz;7\n"


def test_a_file_is_looked_at_mapped_checked_imported_and_undone(world, look):
    page = look(world.ben, "/imports/new/")
    page.set_input_files(
        "input[name=file]", {"name": "firmen.csv", "mimeType": "text/csv", "buffer": COMPANIES.encode()}
    )
    page.select_option("[name=target]", "accounts")
    page.get_by_role("button", name="Look at it").click()
    page.wait_for_selector("text=Zirbe GmbH")
    page.get_by_role("button", name="Go on to the mapping").click()
    page.get_by_role("button", name="Check every row").click()
    page.wait_for_selector("text=would be stored")
    assert not Account.objects.filter(number="K9001").exists(), "a check stores nothing"
    page.get_by_role("button", name="Import 1 line").click()
    page.get_by_role("link", name="Undo the whole import").wait_for()
    assert Account.objects.get(number="K9001").name == "Zirbe GmbH"
    assert "firmen.csv" in page.inner_text("body")
    page.get_by_role("link", name="Undo the whole import").click()
    page.get_by_role("button", name="Undo all of it").click()
    settled(page, "document.body.innerText.includes('Undone')")
    assert not Account.objects.living().filter(number="K9001").exists()
    assert page.said == []
