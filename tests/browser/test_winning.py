"""Winning customers in a real browser: from the website's form to a won opportunity, a territory that changes hands, a forecast call."""

from __future__ import annotations

import re

import pytest

from kundenkreis.core import clock
from kundenkreis.customers.models import Account
from kundenkreis.forecast import periods
from kundenkreis.forecast.models import ForecastCall
from kundenkreis.leads.models import Lead
from kundenkreis.pipeline import usual
from kundenkreis.pipeline.models import Opportunity
from tests.browser.settling import settled
from tests.leads.making import form_of
from tests.pipeline.cards import card

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


def test_a_forecast_call_is_held(world, look):
    """Ben looks at what changed in a week, asks Ada about a deal that has slipped, and puts his own figure over hers, with a reason."""
    period = periods.of(clock.today())
    day = clock.today()  # it lies in the period, whenever the test runs
    sure, late = (
        card(world, name=name, value=value, expected_close_on=day, forecast_category="commit")
        for name, value in (("Hall in Wels", 12_000), ("School in Linz", 8_000))
    )
    page = look(world.ben, "/forecast/changes/")
    page.get_by_role("button", name="Take a snapshot now").click()
    on_page(page, r"/forecast/snapshots/")
    late.change(by=world.ada, expected_close_on=period.moved(1).first)
    page.get_by_role("table").get_by_role("link").first.click()
    on_page(page, r"/forecast/changes/\?since=")
    steps = page.get_by_role("table").first
    assert "20,000" in steps.inner_text() and "12,000" in steps.inner_text()
    steps.get_by_role("link", name="slipped", exact=False).first.click()
    page.locator("#names").filter(has_text="School in Linz").wait_for()
    page.goto(page.url.partition("/forecast/")[0] + "/forecast/")
    page.get_by_role("link", name="Ada Huber").first.click()
    on_page(page, r"who=person-")
    page.get_by_role("link", name="Give a call").last.click()
    page.fill("[name=commit]", "10,000")
    page.get_by_role("button", name="Save").click()
    settled(page, "document.querySelector('[name=note]').matches(':invalid')")  # over what another says a word is due
    page.fill("[name=note]", "The hall waits for its permit.")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("The hall waits for its permit.").first.wait_for()
    call = ForecastCall.objects.get()
    assert (call.person, call.given_by, call.commit, call.is_override) == (world.ada, world.ben, 10_000, True)
    page.goto(page.url.partition("/forecast/")[0] + "/forecast/")
    assert "10,000" in page.locator(".stats").first.inner_text()
    assert Opportunity.objects.get(pk=sure.pk).value == 12_000
    assert page.said == []
