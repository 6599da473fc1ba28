"""The components: documented, under one name, clean under a strict content security policy, and shown on /patterns/."""

import re
from pathlib import Path

import pytest
from django.template import engines
from django.test import Client
from django.utils import translation

import kundenkreis.web
from kundenkreis.web.jinja import environment
from kundenkreis.web.views import errors

TEMPLATES = Path(kundenkreis.web.__file__).parent / "templates"
ROOT = TEMPLATES.parents[2]
ALL = sorted(TEMPLATES.rglob("*.html"))
SHARED = sorted((TEMPLATES / "shared").glob("*.html"))


def public_macros():
    return [(path, name) for path in SHARED for name in re.findall(r"{% macro ([a-z]\w*)\(", path.read_text())]


@pytest.mark.parametrize(("path", "name"), public_macros(), ids=lambda value: getattr(value, "stem", value))
def test_every_component_says_its_parameters_and_is_offered_by_ui(path, name):
    assert re.search(r"{#[^#]*\b" + name + r"\(", path.read_text()), f"no comment above {name}"
    assert f"{{% set {name} = " in (TEMPLATES / "shared" / "ui.html").read_text()


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.relative_to(TEMPLATES).as_posix())
def test_no_template_carries_what_the_security_policy_forbids(path):
    text = re.sub(r"{#.*?#}", "", path.read_text(), flags=re.DOTALL)
    if path.parent.name != "mail":  # programs for mail know nothing but styles in the element
        assert not re.search(r"\sstyle=", text)
    if path.name != "disclosure_file.html":  # a file that a person takes home, with its own look
        assert "<style" not in text
    assert not re.search(r"<[^>]*\son\w+=", text)
    for script in re.findall(r"<script[^>]*>", text):
        assert "src=" in script or "application/json" in script or "nonce=" in script, script


def test_every_icon_that_a_template_names_is_built():
    known = set((ROOT / "frontend" / "icons.txt").read_text().split())
    named = {name for path in ALL for name in re.findall(r'(?:icon\(|icon=|glyph=)"([a-z0-9-]+)"', path.read_text())}
    assert named
    assert not named - known


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_patterns_page_shows_every_component(world, signed_in, language):
    world.ada.language = language
    world.ada.save()
    page = signed_in(world.ada).get("/patterns/").content.decode()
    assert f'<html lang="{language}"' in page
    for part in (
        "stats",
        "timeline-item",
        "composer",
        "table-sticky",
        "bulkbar",
        "conflict",
        "drop",
        "progress",
        "skeleton",
        "toast",
        "combobox",
    ):
        assert f'class="{part}' in page or f" {part}" in page, part
    assert not re.search(r"\sstyle=", page)


def test_a_stranger_does_not_see_the_patterns(db):
    assert Client().get("/patterns/").status_code == 302


def test_what_is_not_there_is_said_in_the_shell_to_those_who_are_signed_in(world, signed_in):
    answer = signed_in(world.ada).get("/patterns/nothing-here/")
    assert answer.status_code == 404
    assert 'class="rail"' in answer.content.decode()


def test_a_form_without_its_token_is_refused_with_a_sentence(world):
    answer = Client(enforce_csrf_checks=True).post("/signin/login/", {"login": "ada@example.test"})
    assert answer.status_code == 403
    assert "Nothing was changed" in answer.content.decode()


def test_the_rail_shows_only_what_the_person_may_see(world, signed_in):
    administrator = signed_in(world.admin).get("/patterns/").content.decode()
    reader = signed_in(world.rita).get("/patterns/").content.decode()
    assert 'href="/house/"' in administrator
    assert 'href="/house/"' not in reader


def test_the_chosen_appearance_holds_without_script(world, signed_in):
    client = signed_in(world.ada)
    assert "data-theme" not in client.get("/patterns/").content.decode().split("<head>")[0]
    client.cookies["kundenkreis_theme"] = "dark"
    assert 'data-theme="dark"' in client.get("/patterns/").content.decode().split("<head>")[0]
    client.cookies["kundenkreis_theme"] = '"><script>'
    assert "data-theme" not in client.get("/patterns/").content.decode().split("<head>")[0]


def test_a_server_error_is_said_even_when_the_frame_cannot_be_drawn(rf):
    class Gone:
        @property
        def is_authenticated(self):
            raise RuntimeError("the database is gone")

    request = rf.get("/")
    request.user = Gone()
    answer = errors.server_error(request)
    assert answer.status_code == 500
    assert "Please try again" in answer.content.decode()


def test_a_figure_written_into_a_template_is_shown_in_the_language_of_whoever_reads_it():
    template = engines["jinja2"].from_string("{{ 1234|money }}")
    with translation.override("en"):
        assert template.render() == "€1,234.00"
    with translation.override("de"):
        assert template.render() == "1.234,00\N{NO-BREAK SPACE}€"


def test_a_first_letter_becomes_a_capital_and_the_rest_stays_as_it_is():
    shown = environment(autoescape=True).from_string("{{ one|capfirst }}, {{ two|capfirst }}")
    assert shown.render(one="e-Mail", two="UID") == "E-Mail, UID"
