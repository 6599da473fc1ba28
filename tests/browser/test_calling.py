"""After a click on a number the report of the call is offered, and is not lost; several people are picked by typing."""

import pytest

from kundenkreis.activities.models import Activity
from kundenkreis.customers.models import Contact, Position
from tests.browser.settling import settled

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
OPEN = "document.getElementById('shared-dialog').open && Boolean(document.querySelector('form[data-call-report]'))"
CLOSED = "!document.getElementById('shared-dialog').open"
WAITING = "Object.keys(localStorage).some((key) => key.startsWith('kundenkreis-call:'))"


@pytest.fixture
def called(world, look):
    """Ada's phone, on Maria's page, just after she has clicked on her number."""
    world.maria.change(by=world.ada, mobile="+43 664 1234567")
    page = look(world.ada, f"/contacts/{world.maria.pk}/", width=390)
    # Chromium would ask which program dials, and take no click on the page until that is answered.
    page.evaluate(
        "document.addEventListener('click', (e) => e.target.closest('[href^=\"tel:\"]') && e.preventDefault())"
    )
    page.click("a[data-call]")
    settled(page, OPEN)
    return page


def test_a_call_is_reported_with_few_taps(world, called, violations):
    assert "Call with Mag. Maria Lindner" in called.inner_text("#shared-dialog")
    assert violations(called) == []
    assert called.evaluate("document.documentElement.scrollWidth <= innerWidth")
    called.click("#shared-dialog label:has-text('left a message')")
    called.click("#shared-dialog fieldset:has-text('Call again') label:has-text('tomorrow')")
    called.click("#shared-dialog .dialog-foot button[type=submit]")
    settled(called, f"{CLOSED} && !({WAITING})")
    call, again = Activity.objects.order_by("pk")
    assert (call.outcome, call.contact, again.kind, again.is_open) == ("voicemail", world.maria, "call", True)


def test_what_was_begun_is_there_after_a_reload_until_it_is_dismissed(world, called):
    called.on("dialog", lambda dialog: dialog.accept())
    called.fill("#shared-dialog [name=body]", "She wants samples")
    settled(called, "Object.keys(localStorage).some((key) => key.startsWith('kundenkreis-draft:'))")
    called.reload()
    settled(called, OPEN)
    assert called.input_value("#shared-dialog [name=body]") == "She wants samples"
    called.click("#shared-dialog .dialog-foot [data-dialog-close]")
    settled(called, CLOSED)
    called.reload()
    called.wait_for_timeout(500)
    assert called.evaluate(CLOSED)
    assert not Activity.objects.exists()


def test_an_empty_report_says_what_is_missing_in_the_dialog(world, called):
    called.click("#shared-dialog label:has-text('good')")
    called.click("#shared-dialog .dialog-foot button[type=submit]")
    called.wait_for_selector("#shared-dialog .field-error")
    called.fill("#shared-dialog [name=body]", "Fine")
    called.click("#shared-dialog .dialog-foot button[type=submit]")
    called.wait_for_selector("text=Reported.")
    assert Activity.objects.get().body == "Fine"


def test_several_people_are_picked_by_typing(world, look, violations):
    for name in ("Otto", "Eva"):
        contact = Contact.add(by=world.ada, given_name=name, family_name="Moser")
        Position.add(by=world.ada, contact=contact, account=world.lindner)
    page = look(world.ada, f"/activities/plan/?account={world.lindner.pk}&kind=meeting")
    page.fill("[name=subject]", "Review")
    for typed in ("Otto", "Eva", "Otto"):
        page.fill("#id_participants", typed)
        page.wait_for_selector(f"#id_participants-list [role=option]:has-text('{typed} Moser')")
        page.keyboard.press("Enter")
        settled(page, "document.getElementById('id_participants').value === ''")
    page.fill("#id_colleagues", "be")
    page.click("#id_colleagues-list [role=option]:has-text('Ben Kern')")
    assert page.locator(".picked").all_inner_texts() == ["Otto Moser", "Eva Moser", "Ben Kern"]
    page.click(".picked:has-text('Eva')")
    assert violations(page) == []
    page.click("main form.form .form-actions button[type=submit]")
    page.wait_for_selector("h1:has-text('Review')")
    made = Activity.objects.get()
    assert [str(one) for one in made.participants.all()] == ["Otto Moser"]
    assert list(made.colleagues.all()) == [world.ben]
