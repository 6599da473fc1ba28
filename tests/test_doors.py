"""Every address of the product asks who is there, and no door writes past the verbs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

HOUSE = Path(__file__).resolve().parent.parent / "kundenkreis"

# Open to strangers: signing in and its two-factor steps, resetting a password, the language before it, the health check, API's own answer;
# what a browser needs to install the product, its page for no connection, and the signed link that ends the daily mail.
OPEN = re.compile(
    r"^(health$|signin/|language/|api/|account/reauthenticate|static/"
    r"|f/"  # forms that anybody fills in; tests/web/test_leads.py asks what they take
    r"|plan/"  # opened by the secret in it; tests/web/test_shared_plan.py asks who else gets in
    r"|consent/|unsubscribe/"  # signed links for customers; tests/web/test_opt_in.py asks what they open
    r"|manifest\.webmanifest$|worker\.js$|offline/$|inbox/mail-off/"
    r"|calendar/)"  # opened by the secret in it; tests/activities/test_calendar.py asks who else gets in
)
SAMPLES = {
    "pk": "1",
    "event": "1",
    "batch": "1",
    "number": "1",
    "key": "x",
    "uidb36": "1",
    "name": "accounts",
    "subject_type": "customers.account",
}


def addresses(patterns=None, prefix=""):
    """(address with sample values, view) of the whole site map."""
    for entry in patterns if patterns is not None else get_resolver().url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from addresses(entry.url_patterns, route)
        elif isinstance(entry, URLPattern):
            filled = re.sub(r"<(?:(\w+):)?(\w+)>", lambda m: SAMPLES.get(m[2], "1" if m[1] == "int" else "x"), route)
            yield filled, entry


def test_the_site_map_is_not_empty():
    assert len(list(addresses())) > 20


@pytest.mark.django_db
def test_a_stranger_gets_no_page(client):
    seen = []
    for address, _entry in addresses():
        if OPEN.match(address) or "(?P" in address:
            continue
        for ask in (client.get, client.post):
            answer = ask(f"/{address}")
            if answer.status_code == 405:
                continue
            if not (answer.status_code == 302 and answer.headers["Location"].startswith("/signin/login/")):
                seen.append((address, ask.__name__, answer.status_code))
    assert seen == []


@pytest.mark.django_db
def test_another_team_s_records_do_not_exist_at_any_address(world, signed_in):
    """Cem asks for everything under every noun with the numbers of Ada's records."""
    stranger = signed_in(world.cem)
    leaks = []
    for address, entry in addresses():
        noun = address.split("/")[0]
        number = {"accounts": world.lindner.pk, "contacts": world.maria.pk}.get(noun)
        if number is None or "/1/" not in f"/{address}":
            continue
        own = f"/{address}".replace("/1/", f"/{number}/", 1)
        for ask in (stranger.get, stranger.post):
            answer = ask(own)
            if answer.status_code not in (404, 405):
                leaks.append((own, ask.__name__, answer.status_code, entry.name))
    assert leaks == []


WRITES = re.compile(
    r"objects\.(create|bulk_create|update_or_create|get_or_create|bulk_update)\(|\)\.(update|delete)\(|(?<!form)\.save\(\)"
)
# The API keeps the answers to idempotency keys in a table of its own, and the pages those to forms sent later.
WRITERS = {"api/once.py", "web/once.py"}


@pytest.mark.parametrize(
    "path",
    sorted((HOUSE / "web").rglob("*.py")) + sorted((HOUSE / "api").rglob("*.py")),
    ids=lambda p: str(p.relative_to(HOUSE)),
)
def test_a_door_changes_records_by_verbs_only(path):
    if str(path.relative_to(HOUSE)) in WRITERS or "migrations" in path.parts:
        return
    lines = [line.strip() for line in path.read_text().splitlines() if WRITES.search(line) and "session" not in line]
    assert lines == []
