"""Nonsense in an address, a query or a form is answered in words, never by a broken page."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

import pytest
from django.db import connection, transaction
from django.test import Client

from tests.conftest import forget_cached_facts
from tests.furnished import furnish
from tests.sitemap import addresses, patterns
from tests.turns import here

One = TypeVar("One")
NUL, LONG = "\x00", "a" * 10_000
HUGE = str(10**30)
MARK = "<script>alert(1)</script>"
# One query each with everything that a page might read from it.
QUERIES = [
    {"q": value, "f": [value, f"name:{value}:{value}", f"name:is:{value}", f"revenue_12m:gt:{value}"]}
    | dict.fromkeys(
        ["sort", "after", "view", "columns", "tab", "group", "field", "kind", "list", "page", "part", "peek", "format"],
        value,
    )
    | dict.fromkeys(
        ["account", "contact", "person", "noun", "who", "from", "until", "letter", "owner", "next", "date"], value
    )
    for value in (NUL, LONG, "-1", HUGE, MARK, "name:in:9223372036854775808", "🦆%00%ff", "[]{}'\"--", "1e400")
]
PLAIN = [{"Accept-Language": "de-AT"}, {"HX-Request": "true"}]


@pytest.fixture
def made(world):
    return furnish(world)


def each_by_itself(nonsense: Sequence[One]) -> Iterator[tuple[int, One]]:
    """Each with its number, in the house as it was at the beginning: furnishing it takes longer than asking."""
    for number, one in enumerate(nonsense):
        with transaction.atomic():
            yield number, one
            transaction.set_rollback(True)
        forget_cached_facts()


def faults(client, ask, address, *args, **kwargs):
    answer = getattr(client, ask)(address, *args, **kwargs)
    if answer.streaming:
        b"".join(answer.streaming_content)
    return [f"{ask} {address[:80]} {answer.status_code}"] if answer.status_code >= 500 else []


def faults_as_page_or_fragment(client, ask, address, data, turn, value):
    """Of each nonsense every fourth address is asked, of the next one the next ones, now as a page and then as a fragment.

    The other database gets others; zero bytes, which PostgreSQL takes nowhere, come to every address there.
    """
    everywhere = value == NUL and connection.vendor == "postgresql"
    if not everywhere and not (here(turn) and turn // 2 % 2):
        return []
    return faults(client, ask, address, data, headers=PLAIN[turn // 4 % 2])


@pytest.fixture
def admin(world, signed_in):
    """An administrator's client that gets the 500 itself, as a browser does."""
    client = signed_in(world.admin)
    client.raise_request_exception = False
    return client


def test_nonsense_in_the_query_breaks_no_page(admin, world, made, signed_in):
    ben = signed_in(world.ben)
    ben.raise_request_exception = False
    found = []
    for first, query in each_by_itself(QUERIES):
        for turn, (name, address) in enumerate(addresses(made), first):
            client = ben if name.split(":")[0] in ("accounts", "contacts") else admin
            found += faults_as_page_or_fragment(client, "get", address.split("?")[0], query, turn, query["q"])
    assert found == []


def test_numbers_that_no_record_has_are_not_found(admin, made):
    found = []
    for first, number in each_by_itself(["0", "9223372036854775807", "9223372036854775808", HUGE]):
        for turn, (_name, address) in enumerate(addresses(made), first):
            parts = [number if part.isdigit() else part for part in address.split("?")[0].split("/")]
            if number in parts and here(turn):
                for ask in ("get", "post"):
                    found += faults(admin, ask, "/".join(parts))
    assert found == []


VALUES = [NUL, LONG, "-1", HUGE, MARK, "1e400", "", "NaN", "2026-99-99"]


def test_nonsense_in_a_form_breaks_no_page(admin, world, made):
    found = []
    for first, value in each_by_itself(VALUES):
        for turn, (name, address) in enumerate(addresses(made), first):
            if name in ("people:discard", "people:lock") or name.startswith("account_"):
                continue  # or nobody would be left to ask
            fields = FIELDS | {"version": value, "action": value}
            found += faults_as_page_or_fragment(admin, "post", address, dict.fromkeys(fields, value), turn, value)
        assert admin.get("/people/").status_code == 200, "all that was asked by somebody who is signed in"
    assert found == []


FIELDS = dict.fromkeys(
    "name number place country postcode owner team tags website phone email language form_of_address family_name given_name "
    "kind subject body account contact at minutes due_on remind_at outcome price_list product amount starts_on ends_on cost "
    "family unit ean code currency role first_name last_name territories parent countries postcodes deputy person query shared "
    "target delimiter encoding pasted match_by mode field operator value ids all q columns sort f tag purpose channel state since "
    "source use street label share hierarchy function partner next theme job_title is_main days scopes text list".split()
)


def test_the_walk_meets_every_kind_of_address(made):
    walked = {name for name, _address in addresses(made)}
    assert len(walked) > 100
    assert {
        name for name, _r, keys in patterns() if "pk" in keys and ":" in name and not name.startswith("api")
    } <= walked


@pytest.mark.django_db
def test_a_stranger_s_nonsense_breaks_no_sign_in_page():
    client = Client(raise_request_exception=False)
    found = []
    for value in (NUL, LONG, HUGE, MARK):
        for address in (
            "/signin/login/",
            "/signin/password/reset/",
            "/signin/2fa/authenticate/",
            "/signin/password/reset/key/1-x/",
        ):
            found += faults(client, "get", address, {"next": value})
            found += faults(
                client,
                "post",
                address,
                {"login": value, "password": value, "email": value, "code": value, "next": value},
            )
        found += faults(client, "post", "/language/", {"language": value, "next": value})
        client.cookies["kundenkreis_session"] = value.replace(NUL, "")[:3000]
        found += faults(client, "get", "/accounts/")
    assert found == []


@pytest.mark.once  # what a page makes of a text is no matter of the database
def test_markup_in_names_is_text_on_every_page_and_fragment(world, signed_in):
    """In every place where people type, on every address, for a page and for a fragment; whoever may less than all by turns."""
    made = furnish(world, "<img src=x onerror=alert({n})>\"'")
    ben, admin, ada = (signed_in(person) for person in (world.ben, world.admin, world.ada))
    found, shown = [], 0
    for turn, (_name, address) in enumerate(addresses(made)):
        others = [(ben, PLAIN[turn % 2]), (ada, PLAIN[turn // 2 % 2])]
        for client, headers in [(admin, PLAIN[0]), (admin, PLAIN[1]), others[turn // 4 % 2]]:
            answer = client.get(address, headers=headers)
            if answer.status_code == 200 and "html" in answer.headers["Content-Type"] and not answer.streaming:
                text = answer.content.decode()
                shown += "&lt;img src=x" in text
                found += [address] if "<img src=x" in text else []
    assert found == []
    assert shown > 50
