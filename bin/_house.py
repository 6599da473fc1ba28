"""The house's sizes, as a signal to look: prints what has grown too long, and fails only with --strict."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULE, FUNCTION, TEMPLATE, STYLE = 400, 40, 120, 300
FORBIDDEN = {"utils", "helpers", "services", "selectors", "managers", "signals"}


def signals() -> Iterator[str]:
    for path in sorted((ROOT / "kundenkreis").rglob("*.py")):
        if "migrations" in path.parts:
            continue
        text = path.read_text()
        yield from too_long(path, text, MODULE, "module")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > FUNCTION:
                    yield f"{path.relative_to(ROOT)}:{node.lineno} function {node.name} has {lines} lines (limit {FUNCTION})"
    for path in sorted((ROOT / "kundenkreis" / "web").rglob("*.html")):
        yield from too_long(path, path.read_text(), TEMPLATE, "template")
    for path in sorted((ROOT / "frontend").rglob("*.css")):
        if "node_modules" not in path.parts:
            yield from too_long(path, path.read_text(), STYLE, "style sheet")


def too_long(path: Path, text: str, limit: int, what: str) -> Iterator[str]:
    lines = text.count("\n")
    if lines > limit:
        yield f"{path.relative_to(ROOT)} {what} has {lines} lines (limit {limit})"


def faults() -> Iterator[str]:
    """What the house does not allow at all."""
    for path in sorted((ROOT / "kundenkreis").rglob("*.py")):
        if path.stem in FORBIDDEN:
            yield f"{path.relative_to(ROOT)}: no module is called {path.stem}; name it after what it does"


if __name__ == "__main__":
    found = list(signals())
    broken = list(faults())
    print("\n".join([*broken, *found]) or "All within the house's sizes.")
    sys.exit(1 if broken or (found and "--strict" in sys.argv) else 0)
