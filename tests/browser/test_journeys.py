"""A key account manager's day in a real browser, in both languages, by keyboard where there is a key for it.

Each story ends with what stands in the database, so that a page that only looks right is not enough.
"""

import datetime as dt
import re
import time
from decimal import Decimal

import pytest
from django.utils import timezone

from kundenkreis.activities.models import Activity
from kundenkreis.core import clock
from kundenkreis.customers.models import Account
from kundenkreis.insights.models import Signal
from kundenkreis.lists.models import SavedView
from tests.browser.settling import answer, settled

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# What she reads and presses; a word that is not translated is not found on the German page.
GERMAN = {
    "Needs you today": "Braucht Sie heute",
    "Call": "Anruf",
    "Task": "Aufgabe",
    "Later": "Später",
    "by 7 days": "um 7 Tage",
    "Undo": "Rückgängig",
    "Missed order.": "Ausgebliebener Auftrag.",
    "First order.": "Erster Auftrag.",
    "We depend on it.": "Wir hängen davon ab.",
    "Logged at Lindner & Söhne GmbH.": "Bei Lindner & Söhne GmbH festgehalten.",
    "Filter": "Filter",
    "Several conditions…": "Mehrere Bedingungen …",
    "Show": "Anzeigen",
    "Save": "Speichern",
    "View": "Ansicht",
    "4 accounts": "4 Kunden",
    "Tier": "Klasse",
    "All matching selected": "Alle passenden ausgewählt",
    "Exactly 1,000 accounts": "Genau 1.000 Kunden",
    "1,000 accounts were changed": "1.000 Kunden wurden geändert",
    "Change them": "Jetzt ändern",
    "Report": "Berichten",
    "1 entry waits to be sent": "1 Eintrag wartet auf das Senden",
    "1 entry has arrived.": "1 Eintrag ist angekommen.",
    "No connection. What you write is kept and sent later.": "Keine Verbindung. Was Sie schreiben, wird behalten und später gesendet.",
    "No connection": "Keine Verbindung",
}


@pytest.fixture(params=["en", "de"])
def say(request, world):
    """`say("Undo")` is what the page says in the story's language."""
    for person in (world.ada, world.ben):
        person.language = request.param
        person.save(update_fields=["language"])
    return lambda text: GERMAN[text] if request.param == "de" else text


def until(check):
    """Wait for what the server does after its answer."""
    for _ in range(200):
        if check():
            return
        time.sleep(0.1)
    assert check()


def has_text(page, selector, text):
    page.locator(selector).filter(has_text=text).first.wait_for()


# --- the morning


def signal(account, kind, value, **figures):
    return Signal.objects.create(
        account=account, kind=kind, value=Decimal(value), figures=figures, raised_on=clock.today()
    )


def three_reasons(world):
    zirner = Account.add(by=world.ada, name="Zirner Glas", owner=world.ada, tier="B", place="Linz")
    moser = Account.add(by=world.ada, name="Moser Licht", owner=world.ada, place="Steyr")
    day = clock.today()
    days = {
        f"{name}_on": (day - dt.timedelta(days=n)).isoformat()
        for name, n in (("expected", 9), ("last", 40), ("late", 2))
    }
    return [
        signal(world.lindner, "missed_order", 9000, **days),
        signal(zirner, "first_order", 500, first_on=day.isoformat(), amount="500.00"),
        signal(moser, "concentration", 300, revenue="300.00", house="5000.00"),
    ]


def answers(signals):
    return [Signal.objects.get(pk=one.pk).answer for one in signals]


def test_she_starts_the_day_acts_on_three_reasons_and_takes_each_back(world, look, say, violations):
    signals = three_reasons(world)
    page = look(world.ada, "/")
    needs = page.locator("#needs .need")
    assert [say("Needs you today") in page.inner_text("#needs"), needs.count()] == [True, 3]
    for row, reason in zip(needs.all(), ("Missed order.", "First order.", "We depend on it."), strict=True):
        assert say(reason) in row.inner_text()
    # The call that took place answers the first reason.
    needs.nth(0).get_by_role("link", name=say("Call"), exact=True).press("Enter")
    page.wait_for_selector("dialog[open] textarea:focus")
    assert "Lindner & Söhne GmbH" in page.inner_text("dialog[open] h2")
    page.keyboard.type("Orders on Monday")
    assert violations(page) == []
    page.keyboard.press("Control+Enter")
    has_text(page, "#toasts kk-toast", say("Logged at Lindner & Söhne GmbH."))
    assert (answers(signals), Activity.objects.living().get().kind) == (["done", "", ""], "call")
    page.locator("#toasts").get_by_role("button", name=say("Undo")).press("Enter")
    settled(page, "document.querySelectorAll('#needs .need').length === 3")
    assert (answers(signals), Activity.objects.living().count()) == (["", "", ""], 0)
    # A task puts the second off until its day.
    needs.nth(1).get_by_role("link", name=say("Task"), exact=True).press("Enter")
    page.wait_for_selector("dialog[open] textarea:focus")
    page.keyboard.type("Send a welcome")
    page.keyboard.press("Control+Enter")
    settled(page, "document.querySelectorAll('#needs .need').length === 2")
    assert (answers(signals), Activity.objects.living().get().kind) == (["", "snoozed", ""], "task")
    page.locator("#toasts").get_by_role("button", name=say("Undo")).press("Enter")
    settled(page, "document.querySelectorAll('#needs .need').length === 3")
    # The third is put off by a week, from the menu, and comes back too.
    needs.nth(2).get_by_role("button", name=say("Later"), exact=True).press("Enter")
    settled(page, "document.activeElement.matches('[role=menuitem]')")
    while say("by 7 days") not in page.evaluate("document.activeElement.textContent"):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    settled(page, "document.querySelectorAll('#needs .need').length === 2")
    assert Signal.objects.get(pk=signals[2].pk).snoozed_until == clock.today() + dt.timedelta(days=7)
    page.locator("#toasts").get_by_role("button", name=say("Undo")).press("Enter")
    settled(page, "document.querySelectorAll('#needs .need').length === 3")
    assert (answers(signals), Activity.objects.living().count()) == (["", "", ""], 0)
    assert page.said == []


# --- finding


def test_she_finds_a_customer_by_a_misspelt_name(world, look, say):
    Account.add(by=world.ada, name="Glaserei Müller", owner=world.ada, place="Linz")
    page = look(world.ada, "/products/")
    for key, typed, meant in (
        ("/", "lidner soehne", "Lindner & Söhne GmbH"),
        ("Control+k", "mueler", "Glaserei Müller"),
    ):
        page.keyboard.press(key)
        page.keyboard.type(typed)
        settled(page, f"document.querySelector('#palette [aria-selected=true]')?.textContent.includes('{meant}')")
        page.keyboard.press("Enter")
        page.locator("h1").filter(has_text=meant).wait_for()
    assert page.said == []


# --- lists


def many(world, count, **values):
    rows = [
        Account(
            number=f"X-{i:05}", name=f"Firma {i:05}", key=f"firma {i:05}", owner=world.ada, team=world.north, **values
        )
        for i in range(count)
    ]
    Account.objects.bulk_create(rows, batch_size=500)


def pick(page, place, name):
    """Choose a field in the builder and wait until its comparison stands there."""
    page.select_option(f'select[name="{place}.name"]', name)
    page.wait_for_selector(f'select[name="{place}.op"], select[name="{place}.joined"]')


def press(page, place, verb):
    page.click(f'.builder button[value="{verb}:{place}"]')


def test_she_builds_a_view_of_four_conditions_counts_and_saves_it(world, look, say, violations):
    many(world, 3, country="AT", tier="A")
    elsewhere = Account.add(by=world.ada, name="Elsewhere", owner=world.ada, country="DE", tier="A")
    page = look(world.ben, "/accounts/")
    page.get_by_role("button", name=say("Filter"), exact=True).press("Enter")
    page.get_by_role("menuitem", name=say("Several conditions…")).press("Enter")
    page.wait_for_selector("dialog[open] .builder")
    pick(page, "c.0", "country")
    page.check('input[name="c.0.value"][value="AT"]')
    press(page, "c", "any")
    pick(page, "c.1.0", "tier")
    page.check('input[name="c.1.0.value"][value="A"]')
    pick(page, "c.1.1", "place")
    page.fill('input[name="c.1.1.value"]', "Wels")
    press(page, "c", "add")
    pick(page, "c.2", "orders")
    page.select_option('select[name="c.2.joined"]', "without")
    has_text(page, ".builder-count", say("4 accounts"))
    assert violations(page) == []
    page.locator(".builder-foot").get_by_role("button", name=say("Show"), exact=True).click()
    page.wait_for_url(re.compile("f=orders"))
    assert page.locator(".chip").count() == 3
    page.locator("nav, .tabs").get_by_role("link", name=say("View"), exact=True).press("Enter")
    page.wait_for_selector("dialog[open] [name=name]:focus")
    page.keyboard.type("Without orders")
    page.locator("dialog[open]").get_by_role("button", name=say("Save"), exact=True).press("Enter")
    page.wait_for_url(re.compile("view="))
    view = SavedView.objects.get(name="Without orders")
    assert "any%28tier%3Ain%3AA%3Bplace%3Ahas%3AWels%29" in view.query and "orders%3Awithout" in view.query
    page.goto(page.url.split("?")[0] + f"?view={view.pk}")
    assert page.locator("[data-rows] tr[data-row]").count() == 4
    assert elsewhere.name not in page.inner_text("[data-rows]")
    assert page.said == []


def test_she_changes_a_thousand_accounts_at_once_and_takes_it_back(world, look, say):
    many(world, 1_000)
    page = look(world.ben, "/accounts/?f=name:starts:firma")
    for key in ("j", "x"):
        page.keyboard.press(key)
    page.locator("[data-select-all]").press("Enter")
    has_text(page, "kk-bulk [data-count]", say("All matching selected"))
    page.keyboard.press("Control+k")
    page.keyboard.type(say("Tier"))
    settled(page, f"document.querySelector('#palette [aria-selected=true]')?.textContent.includes('{say('Tier')}')")
    page.keyboard.press("Enter")
    has_text(page, "main b", say("Exactly 1,000 accounts"))
    page.select_option("[name=value]", "B")
    page.get_by_role("button", name=say("Change them")).press("Enter")
    has_text(page, "#toasts kk-toast", say("1,000 accounts were changed"))
    assert Account.objects.filter(tier="B").count() == 1_000
    page.locator("#toasts").get_by_role("button", name=say("Undo")).press("Enter")
    until(lambda: not Account.objects.filter(tier="B").exists())
    assert Account.objects.filter(key__startswith="firma", tier="").count() == 1_000
    assert page.said == []


# --- on the road


def kept(page):
    """What this browser holds for the road."""
    return answer(
        page, "caches.open('pages').then((c) => c.keys()).then((all) => all.map((r) => new URL(r.url).pathname))"
    )


def test_without_a_connection_she_reads_the_brief_and_reports_her_visit_and_it_arrives_once(
    world, look, say, violations
):
    visit = Activity.add(
        by=world.ada,
        kind="visit",
        subject="Spring range",
        account=world.lindner,
        owner=world.ada,
        is_open=True,
        at=timezone.now() + dt.timedelta(minutes=1),
        due_on=clock.today(),
    )
    report, brief = f"/activities/{visit.pk}/report/", f"/accounts/{world.lindner.pk}/"
    page = look(world.ada, "/", width=390)
    home = page.url.rstrip("/")
    settled(page, "Boolean(navigator.serviceWorker.controller)")
    until(lambda: {report, brief} <= set(kept(page)))
    page.context.set_offline(True)
    page.goto(f"{home}/products/")
    has_text(page, "h1", say("No connection"))
    page.goto(home + "/")
    page.get_by_role("link", name="Spring range").first.wait_for()
    page.goto(home + brief)
    page.locator("h1").filter(has_text="Lindner & Söhne GmbH").wait_for()
    assert "Spring range" in page.inner_text("main")
    has_text(page, "#waiting", say("No connection. What you write is kept and sent later."))
    # The report: what came out of it, what was said, what follows.
    page.goto(home + "/")
    page.locator("#appointments").get_by_role("link", name=say("Report"), exact=True).click()
    page.wait_for_url(home + report)
    page.check("[name=outcome][value=good]", force=True)
    page.fill("[name=body]", "They want samples")
    page.fill("[name=next_step]", "Send samples")
    save = page.locator("main form").get_by_role("button", name=say("Save"), exact=True)
    save.click()
    has_text(page, "#waiting", say("1 entry waits to be sent"))
    assert save.is_disabled()  # a second press would be a second report
    assert violations(page) == []
    visit.refresh_from_db()
    assert visit.is_open
    page.context.set_offline(False)
    has_text(page, "#toasts kk-toast", say("1 entry has arrived."))
    visit.refresh_from_db()
    assert (visit.is_open, visit.outcome, visit.body) == (False, "good", "They want samples")
    assert [one.subject for one in Activity.objects.filter(kind="task")] == ["Send samples"]
    page.goto(home + "/")
    assert page.locator("#waiting").is_hidden()
    assert Activity.objects.living().count() == 2
