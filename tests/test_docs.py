"""The documents say what is so: every setting, every command, every room, every link."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from django.core.management import get_commands
from django.urls import resolve

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "docs" / "operations.md").read_text()


def settings_read() -> dict[str, str | None]:
    """The variables that settings.py asks for, with the default where it is a literal."""
    found: dict[str, str | None] = {}
    for node in ast.walk(ast.parse((ROOT / "kundenkreis" / "settings.py").read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"_env", "_flag"}:
            first, *rest = node.args
            if isinstance(first, ast.Constant):
                default = str(rest[0].value) if rest and isinstance(rest[0], ast.Constant) else None
                found.setdefault(f"KUNDENKREIS_{first.value}", default)
    return found


def settings_documented() -> dict[str, str]:
    """The variables of the table, with what it says about their default."""
    return dict(re.findall(r"^\| `(KUNDENKREIS_\w+)` \| ([^|]*) \|", TEXT, re.MULTILINE))


def test_every_setting_is_documented_and_no_other():
    assert set(settings_documented()) == set(settings_read())


def test_the_defaults_in_the_document_are_the_real_ones():
    documented = settings_documented()
    words = {"True": "1", "False": "0"}
    for name, default in settings_read().items():
        if default and "." not in default.replace("0.25", "") and default not in words:
            assert f"`{default}`" in documented[name], name


def test_every_variable_named_anywhere_in_the_documents_exists():
    named = set()
    for path in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        named |= set(re.findall(r"KUNDENKREIS_[A-Z]+(?:_[A-Z]+)*", path.read_text()))
    for_tests = {
        "KUNDENKREIS_TEST_URL",
        "KUNDENKREIS_TEST_DATABASE",
        "KUNDENKREIS_REQUIRE_SERVICES",
        "KUNDENKREIS_CHROMIUM",
        "KUNDENKREIS_LIST_REQUESTS",
    }
    assert named <= set(settings_read()) | for_tests


def test_every_command_is_documented():
    ours = {name for name, app in get_commands().items() if app == "kundenkreis.cli"}
    table = TEXT.partition("## Command line")[2]
    assert {name for name in ours if f"`{name}`" not in table} == set()


def test_both_commands_stand_in_the_readme():
    readme = (ROOT / "README.md").read_text()
    assert "\nbin/demo\n" in readme
    assert "\nbin/test\n" in readme
    assert "10.24432/C5CG6D" in readme


def test_the_map_lists_every_room():
    text = (ROOT / "docs" / "map.md").read_text()
    rooms = {p.name for p in (ROOT / "kundenkreis").iterdir() if p.is_dir() and not p.name.startswith("__")} - {
        "locale"
    }
    assert {room for room in rooms if f"`{room}`" not in text and f"`{room}/`" not in text} == set()


def test_every_link_between_documents_leads_somewhere():
    broken = []
    for path in [ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", path.read_text()):
            if not (path.parent / target).exists():
                broken.append(f"{path.relative_to(ROOT)}: {target}")
    assert broken == []


def lines_covered(profile: str) -> list[tuple[str, str]]:
    """(line, where) of a profile's tables in docs/coverage.md."""
    part = (ROOT / "docs" / "coverage.md").read_text().partition(f"\n## {profile}\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (.+?) \| (.+?) \|$", part, re.MULTILINE)
    return [row for row in rows if row[0] != "line"]


@pytest.mark.parametrize("profile", ["Key account manager", "Customer relationship manager"])
def test_every_line_of_the_job_profiles_is_on_the_coverage_page(profile):
    terms = (ROOT / "tests" / "data" / "job-profiles" / f"{profile.lower().replace(' ', '-')}.txt").read_text()
    lines = "\n".join(line for line, _where in lines_covered(profile))
    assert [term for term in terms.splitlines() if term not in lines] == []


@pytest.mark.parametrize("profile", ["Key account manager", "Customer relationship manager"])
def test_what_the_coverage_page_names_is_there(profile):
    for line, where in lines_covered(profile):
        for address in re.findall(r"`(/[^`]*)`", where):
            resolve(address.replace("<n>", "1").partition("?")[0])
        for command in re.findall(r"`kundenkreis (\w+)", where):
            assert get_commands()[command] == "kundenkreis.cli"
        assert "`" in where or "not yet" in where or "the product" in where or "account team" in where, line


def test_every_room_says_what_it_is_for():
    for init in (ROOT / "kundenkreis").glob("*/__init__.py"):
        assert ast.get_docstring(ast.parse(init.read_text())), init
