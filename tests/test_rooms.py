"""The house's rules that a machine can check: floors, doors, no catch-all modules, documented rooms."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps

HOUSE = Path(__file__).resolve().parent.parent / "kundenkreis"
# Ground floor first. A room imports, and points foreign keys at, rooms on lower floors only; neighbours do not know each other.
FLOORS = [
    {"core"},
    {"history"},
    {"staff", "configuration"},
    {"fields", "files", "inbox", "lists", "rates"},
    {"customers"},
    {"activities", "catalogue"},
    {"orders", "trips"},
    {"insights", "pipeline"},
    {"forecast", "leads", "market", "needs", "prospecting", "stakeholders", "territories"},
    {"planning", "quality"},
    {"privacy"},
    {"automation"},
    {"web", "api", "jobs", "cli", "demo"},
]
LEVEL = {room: level for level, rooms in enumerate(FLOORS) for room in rooms}
DOORS = FLOORS[-1]
# The few doors that go through another: the site map leads to the API, the health page and the commands look at the worker,
# the demo command builds the demo house.
DOORS_TO_DOORS = {"web": {"jobs", "api"}, "cli": {"jobs", "demo"}}
CATCH_ALLS = {"services", "selectors", "managers", "utils", "helpers", "signals"}


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def modules() -> list[Path]:
    return [p for p in HOUSE.rglob("*.py") if p.parent != HOUSE and "migrations" not in p.parts]


def room_of(path: Path) -> str:
    return path.relative_to(HOUSE).parts[0]


def imported_rooms(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(tree(path)):
        names = []
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        for name in names:
            parts = name.split(".")
            if parts[0] == "kundenkreis" and len(parts) > 1 and parts[1] in LEVEL:
                found.add(parts[1])
    return found


def test_every_folder_is_a_room_on_a_floor():
    folders = {p.name for p in HOUSE.iterdir() if p.is_dir() and not p.name.startswith("__")} - {"locale"}
    assert folders == set(LEVEL)


def test_a_module_imports_lower_floors_only():
    wrong = []
    for path in modules():
        room = room_of(path)
        allowed = {r for r, level in LEVEL.items() if level < LEVEL[room]} | {room} | DOORS_TO_DOORS.get(room, set())
        wrong += [(str(path.relative_to(HOUSE)), other) for other in imported_rooms(path) - allowed]
    assert wrong == []


def test_foreign_keys_point_at_lower_floors_only():
    wrong = []
    for model in apps.get_models():
        room = model._meta.app_label
        if room not in LEVEL:
            continue
        for field in model._meta.get_fields():
            if field.is_relation and field.concrete and field.related_model:
                other = field.related_model._meta.app_label
                if other in LEVEL and other != room and LEVEL[other] >= LEVEL[room]:
                    wrong.append(f"{model._meta.label}.{field.name} -> {other}")
    assert wrong == []


def test_there_are_no_catch_all_modules():
    assert [p for p in modules() if p.stem in CATCH_ALLS] == []


def test_there_are_no_signal_receivers():
    told = [p for p in modules() if "@receiver" in p.read_text() or "post_save.connect" in p.read_text()]
    assert told == []


@pytest.mark.parametrize("room", sorted(LEVEL))
def test_a_room_says_what_it_is_for(room):
    docstring = ast.get_docstring(ast.parse((HOUSE / room / "__init__.py").read_text()))
    assert docstring and len(docstring) > 60


def test_a_module_says_in_a_sentence_what_it_is_for():
    some = [path for path in modules() if path.name not in {"apps.py", "__init__.py"}]
    assert [path for path in some if not ast.get_docstring(tree(path))] == []
