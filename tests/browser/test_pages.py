"""Every page of the site map in a real Chromium: axe in both themes, both languages, a phone's width, its size and a quiet console."""

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


def faults(page, address, violations):
    """What is wrong with the page as it stands."""
    wrong = [f"{address}: {one}" for one in violations(page)]
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        wrong.append(f"{address}: scrolls sideways")
    # The page that is not there says so to the console too.
    wrong += [f"{address} says: {text}" for text in page.said if "404" not in text or "not/there" not in address]
    page.said.clear()
    return wrong


# Every page is read by axe twice: what depends on the theme, the language or the width differs between the two.
LOOKS = [("en", "light", 1440), ("de", "dark", 390)]
# Closed and unseen, the same on every page, and two thirds of what axe would have to look through.
CLOSED = "document.querySelectorAll('dialog:not([open])').forEach((one) => one.remove())"


@pytest.mark.parametrize("group", [*NOUNS, "house"])
def test_every_page_is_accessible_fits_and_is_quiet(world, look, live_server, signed_in, violations, group):
    found, wrong = pages(world, signed_in, furnish(world), group)
    assert found
    for turn, (language, theme, width) in enumerate(LOOKS):
        speak([world.ben, world.admin, world.ada], language)
        Contact.objects.update(language=language)  # pages behind links in mails speak the language of who got the mail
        LeadForm.objects.update(language=language)
        Lead.objects.update(language=language)
        PlanLink.objects.update(language=language)
        open_ones = {}
        # Pages in another state are half in the one look and half in the other: as they usually are they are in both.
        for person, address in found[turn::2] if group == "also" else found:
            whole = person not in open_ones
            page = open_ones.get(person) or open_ones.setdefault(person, look(person, "/me/", width, theme))
            page.goto(live_server.url + address)
            assert page.get_attribute("html", "lang") == language
            if not whole:
                page.evaluate(CLOSED)
            # The reference is long, and in English either way: axe reads it once.
            asked = violations if address != REFERENCE or language == "en" else lambda _page: []
            wrong += faults(page, address, asked)
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
