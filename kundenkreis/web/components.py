"""The macros of `templates/shared/` for Python: table cells and toasts that are more than text."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.template import engines
from markupsafe import Markup


@cache
def _macros() -> Any:
    return engines["jinja2"].env.get_template("shared/ui.html").module  # type: ignore[attr-defined]


def component(macro: str, /, *args: Any, **kwargs: Any) -> Markup:
    """What a macro of `shared/ui.html` writes: `component("tier", "A")`."""
    return getattr(_macros(), macro)(*args, **kwargs)
