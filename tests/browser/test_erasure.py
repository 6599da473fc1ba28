"""A stakeholder with open invoices asks to be erased: taken in, answered, erased as far as the law lets, kept and blocked where it does not."""

import datetime as dt
import re

import pytest

from kundenkreis.core import clock
from kundenkreis.core.models import House
from kundenkreis.customers.models import Account, Contact, Position
from kundenkreis.orders.models import OpenItem
from kundenkreis.privacy.models import Erasure, SubjectRequest
from tests.browser.settling import settled

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OPEN = "document.getElementById('shared-dialog').open && Boolean(document.querySelector('#shared-dialog form'))"
WORDS = {
    "en": ("Identity checked", "Enter the answer", "To the erasure", "1 open items"),
    "de": ("Identität geprüft", "Antwort eintragen", "Zur Löschung", "1 offene Posten"),
}


@pytest.fixture
def quax(world):
    """She decides at Lindner, and buys for herself too: one invoice of hers is not paid."""
    contact = Contact.add(by=world.ada, given_name="Zitaline", family_name="Quaxberger", email="zq@quaxmail.test")
    Position.add(by=world.ada, contact=contact, account=world.lindner, job_title="Head of purchasing")
    home = {"street": "Quaxgasse 7", "postcode": "4600", "place": "Wels", "country": "AT"}
    own = Account.add(by=world.ada, name="Zitaline Quaxberger", kind="person", person=contact, owner=world.ada, **home)
    booked = {"booked_on": clock.today(), "due_on": clock.today() + dt.timedelta(days=30)}
    OpenItem.add(by=None, account=own, number="R-1", currency="EUR", amount=50, open_amount=50, **booked)
    return contact


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_request_for_erasure_is_answered_and_carried_out(
    world, quax, look, live_server, tmp_path, settings, language
):
    settings.DATA_DIR, settings.FILES_DIR = tmp_path, tmp_path / "files"
    House.forget()
    type(world.admin).objects.filter(pk=world.admin.pk).update(language=language)
    checked, answered, to_erasure, items = WORDS[language]

    page = look(world.admin, f"/privacy/requests/new/?contact={quax.pk}&kind=erasure")
    page.fill("[name=wish]", "Erase whatever you have about me.")
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(re.compile(r"/privacy/requests/\d+/$"))
    request = SubjectRequest.objects.get()

    for button, field, text in (
        (checked, "how", "Called back at the number that we know"),
        (answered, "answer", "Done; what vouchers need is kept until its date."),
    ):
        page.get_by_role("link", name=button).click()
        settled(page, OPEN)
        page.fill(f"#shared-dialog [name={field}]", text)
        page.locator("#shared-dialog button[type=submit]").last.click()
        settled(page, "!document.getElementById('shared-dialog').open")
        page.wait_for_url(f"**/privacy/requests/{request.pk}/")
    page.get_by_role("link", name=to_erasure).click()
    until = str(clock.today().year + 7)
    notice = page.locator("#erasure").inner_text()
    assert until in notice and items in notice and "§ 132 BAO" in notice
    assert page.input_value("#erasure [name=e-request_number]") == request.number

    page.fill("#erasure [name=e-name]", "Somebody else")
    page.locator("#erasure form button[type=submit]").last.click()
    page.locator("#erasure .field-error").first.wait_for()
    assert not Erasure.objects.exists(), "the name has to be hers"
    page.fill("#erasure [name=e-name]", "Zitaline Quaxberger")
    page.locator("#erasure form button[type=submit]").last.click()
    page.wait_for_url(re.compile(r"/privacy/erasures/\d+/"))
    erasure = Erasure.objects.get()
    assert (erasure.state, erasure.request_number) == (Erasure.State.KEPT, request.number)
    kept = page.locator("main").inner_text()
    assert "Quaxgasse 7" in kept and until in kept
    assert page.said == [] or all("422" in one for one in page.said)

    page.goto(live_server.url + "/search/?q=Quaxberger")
    assert "Zitaline" not in page.content()
    page.goto(live_server.url + f"/accounts/{world.lindner.pk}/?tab=people")
    assert "Quaxberger" not in page.content()
    page.goto(live_server.url + f"/privacy/requests/{request.pk}/")
    assert "Called back" not in page.content() and request.number in page.content()
    assert page.goto(live_server.url + f"/contacts/{quax.pk}/").status == 404
