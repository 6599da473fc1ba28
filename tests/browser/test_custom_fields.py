"""An administrator gives her house five fields and works with them, in both languages, by keyboard where there is a key for it."""

import re

import pytest

from kundenkreis.customers.models import Account
from kundenkreis.fields.models import CustomField
from kundenkreis.history.models import Event
from tests.browser.settling import settled

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# What she reads and presses; a word that is not translated is not found on the German page.
GERMAN = {
    "Custom fields": "Eigene Felder",
    "Opening hours": "Öffnungszeiten",
    "Seats": "Sitzplätze",
    "Purchases": "Einkauf",
    "Season": "Saison",
    "Per seat": "Je Sitzplatz",
    "Summer": "Sommer",
    "Winter": "Winter",
    "“Per seat” was added.": "„Je Sitzplatz“ wurde hinzugefügt.",
    "Filter": "Filter",
    "Columns": "Spalten",
    "€20.00": "20,00 €",
    "€50.50": "50,50 €",
}
# Its kind, its labels in English and German, and what a field of that kind needs beside them.
FIELDS = [
    ("text", "Opening hours", "Öffnungszeiten", {}),
    ("number", "Seats", "Sitzplätze", {}),
    ("money", "Purchases", "Einkauf", {}),
    ("choice", "Season", "Saison", {"choices": "Summer | Sommer\nWinter"}),
    ("formula", "Per seat", "Je Sitzplatz", {"formula": "round(purchases / seats; 2)", "currency": "EUR"}),
]


@pytest.fixture(params=["en", "de"])
def say(request, world):
    """`say("Season")` is what the page says in the story's language."""
    world.admin.language = request.param
    world.admin.save(update_fields=["language"])
    return lambda text: GERMAN[text] if request.param == "de" else text


def has_text(page, selector, text):
    page.locator(selector).filter(has_text=text).first.wait_for()


def pressed(page, key, selector):
    """A key and what it leads to."""
    page.keyboard.press(key)
    page.wait_for_selector(selector)


def define(page, kind, english, german, needed):
    """A field, from the list of fields and back to it, without the mouse."""
    page.locator("main a[href$='/new/?of=accounts']").first.press("Enter")
    page.locator(f"main a[href$='kind={kind}']").press("Enter")
    page.wait_for_selector("[name=label_en]")
    for name, text in {"label_en": english, "label_de": german, **needed}.items():
        page.focus(f"[name={name}]")
        page.keyboard.insert_text(text)
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile(r"\?of=accounts"))
    page.locator("main a.strong").filter(has_text=re.compile(f"^({english}|{german})$")).wait_for()


def fill_in(page, url, account, **texts):
    """The account's form, opened and saved by its key; a choice by its letters."""
    page.goto(f"{url}/accounts/{account.pk}/")
    pressed(page, "e", "[name=custom_seats]")
    for key, text in texts.items():
        field = page.locator(f"[name=custom_{key}]")
        field.focus()
        if field.evaluate("(one) => one.matches('select')"):
            page.keyboard.type(text)
        else:
            page.keyboard.insert_text(text)
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile(rf"/accounts/{account.pk}/(\?|$)"))


def rows(page):
    return page.locator("[data-rows] tr[data-row]")


def test_she_adds_five_fields_fills_them_in_and_filters_and_sorts_by_a_formula(
    world, look, say, violations, live_server
):
    page = look(world.admin, "/house/fields/?of=accounts")
    has_text(page, "h1", say("Custom fields"))
    for one in FIELDS:
        define(page, *one)
    has_text(page, "#toasts kk-toast", say("“Per seat” was added."))
    assert violations(page) == []
    # Two customers, one after the other; figures are written as her language writes them.
    mark = "," if world.admin.language == "de" else "."
    url = live_server.url
    one = {"season": say("Winter"), "opening_hours": "Mo–Fr", "seats": "20", "purchases": f"1010{mark}00"}
    fill_in(page, url, world.lindner, **one)
    other = {"season": say("Summer"), "opening_hours": "always", "seats": "10", "purchases": f"200{mark}00"}
    fill_in(page, url, world.brauneis, **other)
    Account.add(by=world.admin, name="Without values", owner=world.admin)
    # The formula becomes a column.
    page.goto(f"{url}/accounts/")
    page.get_by_role("link", name=say("Columns"), exact=True).press("Enter")
    page.wait_for_selector("dialog[open] [data-columns]")
    page.locator("dialog[open] [name=columns][value=custom_per_seat]").press("Space")
    page.locator("dialog[open] .dialog-foot button[type=submit]").press("Enter")
    page.wait_for_url(re.compile("columns=.*custom_per_seat"))
    has_text(page, "thead th", say("Per seat"))
    # The list is narrowed by it …
    page.get_by_role("button", name=say("Filter"), exact=True).press("Enter")
    page.get_by_role("menuitem", name=say("Per seat"), exact=True).press("Enter")
    page.wait_for_selector("dialog[open] [name=op]")
    page.select_option("dialog[open] [name=op]", "over")
    page.focus("dialog[open] #id_value")
    page.keyboard.insert_text(f"19{mark}50")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("f=custom_per_seat%3Aover"))
    settled(page, "document.querySelectorAll('[data-rows] tr[data-row]').length === 2")
    has_text(page, ".chip", say("Per seat"))
    assert "Without values" not in page.inner_text("[data-rows]")
    # … and sorted by it, the most first, then the least.
    sorting = page.locator("thead th").filter(has_text=say("Per seat")).get_by_role("link")
    for ordered in (["Lindner", "Brauneis"], ["Brauneis", "Lindner"]):
        sorting.press("Enter")
        settled(page, f"document.querySelector('[data-rows] tr[data-row]')?.textContent.includes('{ordered[0]}')")
        texts = [text.replace("\xa0", " ") for text in rows(page).all_inner_texts()]
        assert [name in text for name, text in zip(ordered, texts, strict=True)] == [True, True]
        assert [amount in " ".join(texts) for amount in (say("€50.50"), say("€20.00"))] == [True, True]
    assert violations(page) == []
    # What stands in the database, and in history by whom.
    made = CustomField.objects.in_order().values_list("key", "kind", "label_en", "label_de")
    assert list(made) == [
        (english.lower().replace(" ", "_"), kind, english, german) for kind, english, german, _needed in FIELDS
    ]
    kept = {one.pk: one.custom for one in Account.objects.living()}
    assert kept[world.lindner.pk] == {
        "opening_hours": "Mo–Fr", "opening_hours~": "mo fr", "seats": 20, "purchases": 1010, "season": "winter", "per_seat": 50.5,
    }  # fmt: skip
    assert kept[world.brauneis.pk] == {
        "opening_hours": "always", "opening_hours~": "always", "seats": 10, "purchases": 200, "season": "summer", "per_seat": 20,
    }  # fmt: skip
    told = Event.objects.about(world.lindner).latest("pk")
    assert (told.actor_id, told.changes["custom_seats"]) == (world.admin.pk, [None, 20])
    assert page.said == []
