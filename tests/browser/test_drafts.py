"""What was typed in a long form survives a reload and a crash, and goes when it is saved or discarded."""

import pytest

from kundenkreis.customers.models import Account
from tests.browser.settling import settled

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DRAFTS = "Object.keys(localStorage).filter((key) => key.startsWith('kundenkreis-draft:')).length"


def reload(page):
    page.on("dialog", lambda dialog: dialog.accept())  # "leave the page?" is asked; a crash does not ask
    page.reload()


def test_a_draft_comes_back_after_a_reload_and_goes_when_it_is_saved(world, look, violations):
    page = look(world.ada, f"/accounts/{world.lindner.pk}/edit/")
    page.fill("[name=name]", "Lindner New")
    settled(page, f"{DRAFTS} === 1")
    reload(page)
    settled(page, "Boolean(document.querySelector('.draft-note'))")
    assert page.input_value("[name=name]") == "Lindner New"
    assert violations(page) == []
    page.click("main form.form .form-actions button[type=submit]")
    page.wait_for_selector("h1:has-text('Lindner New')")
    settled(page, f"{DRAFTS} === 0")
    assert Account.objects.get(pk=world.lindner.pk).name == "Lindner New"


def test_a_draft_can_be_discarded(world, look):
    page = look(world.ada, f"/accounts/{world.lindner.pk}/edit/")
    page.fill("[name=name]", "Lindner New")
    settled(page, f"{DRAFTS} === 1")
    reload(page)
    page.click(".draft-note button")
    assert page.input_value("[name=name]") == "Lindner & Söhne GmbH"
    assert page.evaluate(DRAFTS) == 0


def test_a_draft_over_somebody_s_newer_change_shows_both_sides(world, look):
    page = look(world.ada, f"/accounts/{world.lindner.pk}/edit/")
    page.fill("[name=name]", "Hers")
    settled(page, f"{DRAFTS} === 1")
    world.lindner.change(by=world.ben, name="Theirs")
    reload(page)
    settled(page, "Boolean(document.querySelector('.draft-note'))")
    page.click("main form.form .form-actions button[type=submit]")
    page.wait_for_selector(".conflict")
    assert "Hers" in page.inner_text(".conflict") and "Theirs" in page.inner_text(".conflict")
