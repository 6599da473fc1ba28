"""The Jinja environment of all our pages: translations, built assets, icons, links and the figures' formats.

Macros in `templates/shared/` are the components; a page imports them all with `{% import "shared/ui.html" as ui %}`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.contrib.messages import get_messages
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext, ngettext, npgettext, pgettext
from jinja2 import Environment, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from kundenkreis.web import charts, formats
from kundenkreis.web.addresses import address

DIST = Path(__file__).resolve().parent / "static" / "dist"


def environment(**options: Any) -> Environment:
    """Called once by Django's Jinja2 backend (see TEMPLATES in settings)."""
    env = Environment(  # noqa: S701 (Django's backend passes autoescape=True)
        **options, extensions=["jinja2.ext.i18n"], trim_blocks=True, lstrip_blocks=True
    )
    env.policies["ext.i18n.trimmed"] = True
    env.install_gettext_callables(gettext, ngettext, newstyle=True, pgettext=pgettext, npgettext=npgettext)  # type: ignore[attr-defined]
    env.filters |= {name: _when_shown(format) for name, format in formats.FILTERS.items()}
    env.filters["capfirst"] = capfirst  # Jinja's own `capitalize` makes "E-mail" of "E-Mail"
    env.globals |= {
        "asset": asset,
        "attributes": attributes,
        "has_url": has_url,
        "icon": icon,
        "language": get_language,
        "messages_of": get_messages,
        "opened": formats.opened,
        "query": query,
        "shell_for": _shell_for,
        "sparkline": charts.sparkline,
        "static": static,
        "url": address,
    }
    return env


def _when_shown(format: Callable[..., Any]) -> Callable[..., Any]:
    """Keeps Jinja from working out `{{ 0|money }}` once, while it compiles: the next reader may read another language."""

    @pass_context
    def shown(context: Context, *args: Any, **kwargs: Any) -> Any:
        return format(*args, **kwargs)

    return shown


def asset(name: str) -> str:
    """The address of a built file by its plain name: `app.js`, `app.css`, `inter.woff2`."""
    try:
        return static(_built("manifest.json")["files"][name])
    except KeyError:
        raise ImproperlyConfigured(
            f"The front end has no “{name}”. Build it with: python frontend/build_hook.py"
        ) from None


@cache
def icon(name: str, size: str = "") -> Markup:
    """A Lucide icon as inline SVG, hidden from screen readers: the words beside it say what it means.

    `name` must stand in `frontend/icons.txt`. `size` is "", "small" or "large".
    """
    try:
        inner = _built("icons.json")[name]
    except KeyError:
        raise ImproperlyConfigured(
            f"There is no icon “{name}”. Add it to frontend/icons.txt and build the front end."
        ) from None
    kind = f"icon icon-{size}" if size else "icon"
    return Markup(f'<svg class="{kind}" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{inner}</svg>')  # noqa: S704 (our own build)


def _built(name: str) -> dict[str, Any]:
    path = DIST / name
    try:
        return _read(path, path.stat().st_mtime_ns)
    except FileNotFoundError:
        raise ImproperlyConfigured("The front end is not built. Build it with: python frontend/build_hook.py") from None


@cache
def _read(path: Path, changed: int) -> dict[str, Any]:
    return json.loads(path.read_text())


def has_url(name: str, *args: Any, **kwargs: Any) -> bool:
    """True if the site map knows the name: a door that is not built yet shows no link to itself."""
    try:
        reverse(name, args=args or None, kwargs=kwargs or None)
    except NoReverseMatch:
        return False
    return True


def attributes(given: Mapping[str, Any] | None) -> Markup:
    """HTML attributes from a mapping. True writes the name alone; None and False leave it out."""
    parts = []
    for name, value in (given or {}).items():
        if value is True:
            parts.append(Markup(" {}").format(name))
        elif value is not None and value is not False:
            parts.append(Markup(' {}="{}"').format(name, value))
    return Markup("").join(parts)


def query(request: HttpRequest, **changes: Any) -> str:
    """The present address's query with some values changed; None takes one out. A new sorting or filter forgets the place (`after`)."""
    values = request.GET.copy()
    if "after" not in changes:
        values.pop("after", None)
    for name, value in changes.items():
        if value is None:
            values.pop(name, None)
        elif isinstance(value, list | tuple):
            values.setlist(name, [str(v) for v in value])
        else:
            values[name] = str(value)
    return "?" + urlencode([(name, value) for name, listed in values.lists() for value in listed])


def _shell_for(request: HttpRequest) -> Any:
    from kundenkreis.web.context import shell_for  # the models are loaded by the first page, not with the settings

    return shell_for(request)
