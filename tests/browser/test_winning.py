"""Winning a customer in a real browser: from the website's form to a won opportunity, and a territory that changes hands and comes back."""

from __future__ import annotations

import re

import pytest

from kundenkreis.customers.models import Account
from kundenkreis.leads.models import Lead
from kundenkreis.pipeline import usual
from kundenkreis.pipeline.models import Opportunity
from tests.leads.making import form_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WRITTEN = {
    "company": "Traunsee Catering GmbH", "given_name": "Eva", "family_name": "Moser", "email": "eva@traunsee.test",
    "phone": "+43 7612 1234", "postcode": "4810", "place": "Gmunden", "country": "AT", "interest": "Christmas lights",
    "message": "What do 200 pieces cost?",
}  # fmt: skip


def on_page(page, name):
    page.wait_for_url(re.compile(name))


def test_an_inquiry_by_the_website_becomes_a_won_opportunity(world, look):
    usual.set_up()
    form = form_of(
        world.admin, fields=list(WRITTEN), required=["email"], campaign="Spring", language="en", least_seconds=0
    )
    # Eva, on the website.
    page = look(None, f"/f/{form.token}/")
    for name, value in WRITTEN.items():
        field = page.locator(f"[name={name}]")
        field.select_option(value) if field.evaluate("(one) => one.tagName") == "SELECT" else field.fill(value)
    page.locator("form button[type=submit]").first.click()
    page.get_by_role("heading", name="Thank you").wait_for()
    lead = Lead.objects.get()
    # Ben finds it among the leads, takes it on, and converts it.
    page = look(world.ben, "/leads/")
    page.get_by_role("link", name="Traunsee Catering").first.click()
    on_page(page, rf"/leads/{lead.pk}/$")
    page.get_by_role("link", name="Convert", exact=True).click()
    page.locator("[name=opportunity]").check()
    page.get_by_role("button", name="See where everything goes").click()
    page.get_by_text("Where everything goes").first.wait_for()
    for value in WRITTEN.values():
        assert page.get_by_text(value).count(), value
    page.get_by_role("button", name="Convert", exact=True).click()
    on_page(page, r"/accounts/\d+/")
    deal = Opportunity.objects.get()
    # He wins it, with a reason.
    page = look(world.ben, f"/opportunities/{deal.pk}/")
    page.get_by_role("link", name="Won", exact=True).first.click()
    page.wait_for_selector("#shared-dialog[open] [name=close_reason]")
    page.select_option("#shared-dialog [name=close_reason]", index=1)
    page.fill("#shared-dialog [name=value]", "5000")
    page.click("#shared-dialog .dialog-foot button[type=submit]")
    page.locator(".badge").filter(has_text="won").first.wait_for()
    deal.refresh_from_db()
    lead.refresh_from_db()
    assert (deal.outcome, deal.value, deal.source, deal.campaign) == ("won", 5000, "website", "Spring")
    assert (lead.opportunity, lead.account.name, lead.contact.family_name) == (deal, WRITTEN["company"], "Moser")
    assert {name: getattr(lead, name) for name in WRITTEN} == WRITTEN
    assert page.said == []


def test_a_territory_changes_hands_and_comes_back(world, look):
    world.wels.change(by=world.admin, owner=world.ada)
    page = look(world.ben, "/territories/reassignments/new/")
    page.fill("[name=name]", "North anew")
    page.get_by_role("button", name="Save").click()
    on_page(page, r"/reassignments/\d+/$")
    page.get_by_role("link", name="Change a territory").click()
    page.select_option("[name=territory]", label="Wels")
    page.check("[name=sets_owner]")
    page.select_option("[name=new_owner]", str(world.cem.pk))
    page.get_by_role("button", name="Save").click()
    row = page.locator("#forecast tr").filter(has_text="Lindner")
    row.wait_for()
    assert "Ada Huber → Cem Yıldız" in row.inner_text()
    page.get_by_role("button", name="Carry out now").click()
    page.get_by_role("link", name="Undo …").wait_for()
    assert Account.objects.get(pk=world.lindner.pk).owner == world.cem
    page.get_by_role("link", name="Undo …").click()
    page.get_by_role("button", name=re.compile("^Undo")).last.click()
    page.get_by_text(re.compile("undone|taken back", re.I)).first.wait_for()
    world.wels.refresh_from_db()
    assert (Account.objects.get(pk=world.lindner.pk).owner, world.wels.owner) == (world.ada, world.ada)
    assert page.said == []
