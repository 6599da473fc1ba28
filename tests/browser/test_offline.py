"""A visit is reported on a phone without a connection, and arrives once."""

import pytest

from kundenkreis.activities.models import Activity
from tests.browser.settling import answer, settled

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_visit_written_without_a_connection_waits_and_arrives_once(world, look, violations):
    page = look(world.ada, f"/accounts/{world.lindner.pk}/", width=390)
    page.context.set_offline(True)
    settled(page, "!document.getElementById('waiting').hidden")
    page.fill(".composer-text", "Visited the shop")
    page.check("kk-composer [value=visit]", force=True)
    page.click(".composer-bar button[type=submit]")
    settled(page, "document.querySelector('#waiting [data-text]').textContent === '1 entry waits to be sent'")
    assert page.input_value(".composer-text") == ""
    assert not Activity.objects.filter(subject="Visited the shop").exists()
    assert violations(page) == []
    page.click("#waiting button")
    settled(page, "document.getElementById('waiting-list').textContent.includes('Visited the shop')")
    page.keyboard.press("Escape")
    page.context.set_offline(False)
    settled(page, "document.getElementById('waiting').hidden")
    page.reload()
    page.wait_for_timeout(500)
    (one,) = Activity.objects.filter(subject="Visited the shop")
    assert (one.kind, one.account, one.owner) == ("visit", world.lindner, world.ada)


def test_an_old_form_token_and_a_conflict_are_no_loss(world, look):
    one = Activity.add(by=world.ada, kind="note", subject="Price", account=world.lindner, owner=world.ada)
    page = look(world.ada, f"/activities/{one.pk}/edit/", width=390)
    page.context.set_offline(True)
    page.fill("[name=subject]", "Hers")
    page.evaluate("for (const f of document.querySelectorAll('[name=csrfmiddlewaretoken]')) f.value = 'old'")
    page.evaluate("document.querySelector('form[data-offline]').requestSubmit()")
    settled(page, "document.querySelector('#waiting [data-text]').textContent === '1 entry waits to be sent'")
    one.change(by=world.ben, subject="Theirs")
    page.context.set_offline(False)
    settled(page, "document.querySelector('#waiting [data-text]').textContent === '1 could not be sent and need you'")
    page.click("#waiting button")
    page.click("#waiting-list button >> nth=0")
    page.wait_for_selector(".conflict")
    text = page.inner_text(".conflict")
    assert "Hers" in text and "Theirs" in text
    one.refresh_from_db()
    assert one.subject == "Theirs"


def test_an_account_that_she_opened_is_there_without_a_connection_and_gone_for_the_next_person(world, look):
    page = look(world.ada, f"/accounts/{world.lindner.pk}/", width=390)
    settled(page, "Boolean(navigator.serviceWorker.controller)")
    page.reload()
    kept = "caches.open('pages').then((c) => c.keys()).then((all) => all.map((r) => new URL(r.url).pathname).join(' '))"
    settled(page, f"{kept}.then((all) => all.includes('/accounts/{world.lindner.pk}/'))")
    page.evaluate("document.querySelector('#me-menu form[action*=logout]').requestSubmit()")
    page.wait_for_url("**/signin/**")
    assert f"/accounts/{world.lindner.pk}/" not in answer(page, kept)
