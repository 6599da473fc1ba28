"""Every page of the site map in a real Chromium: axe in both themes, at a desk's and a phone's width, its size and a quiet console."""

import re

import pytest
from django.core.cache import cache

from kundenkreis.customers.models import Contact
from kundenkreis.leads.models import Lead, LeadForm
from kundenkreis.pipeline.models import PlanLink
from kundenkreis.staff.models import User
from tests.furnished import furnish
from tests.sitemap import ALSO, addresses

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MOST_BYTES = 150_000
# A reference with every operation of the API on one page, to be searched by the browser; 20 kB when compressed.
REFERENCE = "/api/v1/docs"
NOUNS = {
    "customers": ("accounts", "contacts"),
    "work": ("day", "activities", "log", "imports", "sheets", "inbox", "documents", "views", "history", "bin"),
    "sales": ("products", "orders", "opportunities", "projects", "winloss", "pipelines", "stakeholders", "patterns"),
    "leads": ("leads", "lead_settings", "submissions", "lead_public", "selection", "selection_results"),
    "also": ("also",),
    "needs": ("needs", "needs_talks", "needs_coverage", "question_sets", "wishes", "wish_tellings"),
    "care": (
        "duplicates",
        "merges",
        "quality",
        "quality_rules",
        "sheets",
        "fields",
        "permission",
        "wordings",
        "automation",
        "automation_runs",
    ),
    "privacy": (
        "privacy_requests",
        "privacy_done",
        "privacy_record",
        "privacy_breaches",
        "privacy_alerts",
        "problems",
        "disclosure",
    ),
    "rights": (
        "people",
        "teams",
        "territories",
        "reassignments",
        "market_segments",
        "competitors",
        "studies",
        "strategies",
        "market_pictures",
        "targets",
        "access",
        "tokens",
        "me",
    ),
}
SIGN_IN = ["/signin/login/", "/signin/password/reset/", "/signin/password/reset/done/", "/signin/inactive/"]


def group_of(name: str) -> str:
    return next((group for group, spaces in NOUNS.items() if name.split(":")[0] in spaces), "house")


def pages(world, signed_in, made, group):
    """(person, address) of the group's pages, each as the first of these who gets it; [] of sizes, and what nobody gets."""
    people = [world.ben, world.admin, world.ada]
    clients = {person: signed_in(person) for person in people}
    found, lost, seen = [], [], set()
    numbers = {key: record.pk for key, record in made.items() if hasattr(record, "pk")}
    also = [("also:also", address.format(**numbers)) for address in ALSO]
    for name, address in [*addresses(made), *also]:
        if group_of(name) != group or (name.endswith("part_change") and name in seen):
            continue
        seen.add(name)
        for person in people:
            answer = clients[person].get(address)
            if answer.status_code in (200, 302, 303, 405):
                break
        if answer.status_code == 200 and not answer.streaming and b"<html" in answer.content:
            found.append((person, address))
            if markup := re.search(rb"&lt;/?(time|span|svg|small|strong)\b", answer.content):
                lost.append((name, address, f"{markup[0]!r} stands there to be read"))
            if len(answer.content) > MOST_BYTES and address != REFERENCE:
                lost.append((name, address, f"{len(answer.content)} bytes"))
        elif address == "/not/there/":
            found.append((world.ben, address))
        elif answer.status_code not in (200, 302, 303, 405):
            lost.append((name, address, answer.status_code))
    return found, lost


def speak(people, language):
    User.objects.filter(pk__in=[person.pk for person in people]).update(language=language)
    cache.clear()


def faults(page, address, violations, only=()):
    """What is wrong with the page as it stands."""
    wrong = [f"{address}: {one}" for one in violations(page, only)]
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        wrong.append(f"{address}: scrolls sideways")
    # The page that is not there says so to the console too.
    wrong += [f"{address} says: {text}" for text in page.said if "404" not in text or "not/there" not in address]
    page.said.clear()
    return wrong


LOOKS = [("en", "light", 1440), ("de", "dark", 390)]
# A page is loaded in one look, read by axe whole, and turned into the other, where axe reads what hangs on theme and width.
ON_THE_LOOK = (
    "color-contrast", "link-in-text-block", "target-size", "scrollable-region-focusable", "button-name", "link-name", "label",
    "select-name", "aria-hidden-focus", "nested-interactive",
)  # fmt: skip
# Closed and unseen, the same on every page, and two thirds of what axe would have to look through.
CLOSED = "document.querySelectorAll('dialog:not([open])').forEach((one) => one.remove())"


def turned(page, theme, width):
    page.emulate_media(color_scheme=theme)
    page.set_viewport_size({"width": width, "height": 900})


@pytest.mark.parametrize("group", [*NOUNS, "house"])
def test_every_page_is_accessible_fits_and_is_quiet(world, look, live_server, signed_in, violations, group):
    """In German, whose words are the longer ones; in English each page has been asked for by then."""
    found, wrong = pages(world, signed_in, furnish(world), group)
    assert found
    speak([world.ben, world.admin, world.ada], "de")
    Contact.objects.update(language="de")  # pages behind links in mails speak the language of who got the mail
    LeadForm.objects.update(language="de")
    Lead.objects.update(language="de")
    PlanLink.objects.update(language="de")
    open_ones = {}
    for place, (person, address) in enumerate(found):
        whole = person not in open_ones
        page = open_ones.get(person) or open_ones.setdefault(person, look(person, "/me/"))
        first, second = LOOKS[:: 1 - 2 * (place % 2)]  # by turns, so that a page begins as the one before has ended
        turned(page, *first[1:])
        page.goto(live_server.url + address)
        assert page.get_attribute("html", "lang") == "de"
        if not whole:
            page.evaluate(CLOSED)
        wrong += faults(page, address, violations)
        # Pages in another state are half in the one look and half in the other: as they usually are they are in both.
        # The reference is long: axe reads it once.
        if group != "also" and address != REFERENCE:
            turned(page, *second[1:])
            wrong += faults(page, address, violations, ON_THE_LOOK)
    assert not wrong, "\n".join(map(str, wrong))


@pytest.mark.parametrize(("language", "theme", "width"), LOOKS)
def test_the_pages_before_signing_in_are_accessible(look, live_server, violations, db, language, theme, width):
    page = look(None, SIGN_IN[0], width, theme)
    page.set_extra_http_headers({"Accept-Language": language})
    wrong = []
    for address in SIGN_IN:
        page.goto(live_server.url + address)
        wrong += faults(page, address, violations)
    assert not wrong, "\n".join(wrong)
