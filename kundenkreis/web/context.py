"""What the frame around every page needs: the rail by what is built and what the person may see, her menu, her inbox."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Any

from django.db import DatabaseError
from django.http import HttpRequest
from django.template import engines
from django.template.backends.utils import csrf_input
from django.urls import get_urlconf
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language
from markupsafe import Markup

from kundenkreis.core.models import House
from kundenkreis.web.places import ACTIONS, Link, Reachable, address, reachable
from kundenkreis.web.strings import browser_strings

THEMES = ("light", "dark")
THEME_COOKIE = "kundenkreis_theme"


@dataclass
class Shell:
    """Everything around the page's own content. Each part is worked out when a template asks for it."""

    request: HttpRequest
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def user(self) -> Any:
        return getattr(self.request, "user", None)

    @property
    def is_test_copy(self) -> bool:
        """Whether every page says that this is not the live house; a page that says that the database is away cannot."""
        try:
            return House.known().is_test_copy
        except DatabaseError:
            return False

    @property
    def is_signed_in(self) -> bool:
        return bool(self.user and self.user.is_authenticated)

    @cached_property
    def rail(self) -> list[tuple[str, list[Link]]]:
        return [(label, [self._here(name, link) for name, link in links]) for label, links in self._reachable.rail]

    @cached_property
    def phone(self) -> list[Link]:
        """Three places for the bottom bar, with the plus after the second; the palette lists the rest."""
        return [link for _label, links in self.rail for link in links if link.on_phone][:3]

    @cached_property
    def create(self) -> list[Link]:
        return list(self._reachable.create)

    @cached_property
    def theme(self) -> str:
        """ "light", "dark" or "" (as the system): this browser's choice, else the person's."""
        chosen = self.request.COOKIES.get(THEME_COOKIE) or getattr(self.user, "theme", "")
        return chosen if chosen in THEMES else ""

    @cached_property
    def theme_choice(self) -> str:
        return self.theme or "system"

    @cached_property
    def unread(self) -> int:
        if not self.is_signed_in or not self.urls["inbox"]:
            return 0
        from kundenkreis.inbox.models import how_many_wait

        return how_many_wait(self.user)

    @cached_property
    def urls(self) -> dict[str, str]:
        """Pages the frame itself leads to; "" where one is not built."""
        names = {
            "home": "day:home",
            "search": "search",
            "opened": "opened",
            "mention": "activities:mention",
            "worker": "worker",
            "token": "offline:token",
            "wanted": "offline:wanted",
            "inbox": "inbox:list",
            "me": "me:profile",
            "theme": "me:theme",
            "language": "set_language",
            "sign_in": "account_login",
            "sign_out": "account_logout",
        }
        return {key: address(name) for key, name in names.items()} | {"home": address("day:home") or "/"}

    @property
    def language(self) -> str:
        return (get_language() or "en")[:2]

    @property
    def person(self) -> str:
        """Whose page this is, for what the browser keeps; "" before signing in."""
        from kundenkreis.web.views.offline import person_tag

        return person_tag(self.user) if self.is_signed_in else ""

    @property
    def strings(self) -> Markup:
        """The browser's sentences and addresses as JSON for one data block."""
        return _strings(self.language, self._reachable.places, self._reachable.create, tuple(self.urls.items()))

    @property
    def overlays(self) -> Markup:
        """The palette and the list of keys: the same for everybody with the same places and language, so drawn once."""
        known = self._reachable
        return _overlays(self.language, known.places, known.create, bool(known.further_create), self.urls["search"])

    @property
    def further(self) -> Markup:
        """The lines of the palette for all other places; drawn once as well. They are a third of a page, so they come when it is opened."""
        return _further(self.language, self._reachable.further, self._reachable.further_create)

    @cached_property
    def _reachable(self) -> Reachable:
        allowed = frozenset(action for action in ACTIONS if self._may(action))
        return reachable(self.language, allowed, get_urlconf())

    @cached_property
    def _place(self) -> str:
        """The address of the place that this page belongs to: of those that its own begins with, the longest."""
        path = self.request.path
        leading = [one.url for one in self._reachable.places if one.url != "/" and path.startswith(one.url)]
        return max(leading, key=len, default="/" if path == "/" else "")

    def _here(self, name: str, link: Link) -> Link:
        is_current = link.url == self._place
        count = self.counts.get(name)
        return replace(link, is_current=is_current, count=count) if is_current or count is not None else link

    def _may(self, action: str) -> bool:
        if not self.is_signed_in:
            return False
        if not action:
            return True
        from kundenkreis.staff import access

        return bool(access.reach(self.user, action))


@lru_cache(maxsize=128)
def _strings(
    language: str, places: tuple[Link, ...], create: tuple[Link, ...], urls: tuple[tuple[str, str], ...]
) -> Markup:
    def keyed(links: tuple[Link, ...]) -> list[dict[str, str]]:
        return [{"key": link.key, "url": link.url, "label": link.label} for link in links if link.key]

    data = {"words": browser_strings(), "places": keyed(places), "create": keyed(create), "urls": dict(urls)}
    return Markup(json.dumps(data, ensure_ascii=True).replace("<", "\\u003c"))  # noqa: S704 (it cannot close its element)


@lru_cache(maxsize=128)
def _overlays(
    _language: str, places: tuple[Link, ...], create: tuple[Link, ...], further_create: bool, search: str
) -> Markup:
    return _drawn("shared/palette", places=places, create=create, further_create=further_create, search=search)


@lru_cache(maxsize=128)
def _further(_language: str, places: tuple[Link, ...], create: tuple[Link, ...]) -> Markup:
    return _drawn("search/further", places=places, create=create)


def _drawn(name: str, **given: Any) -> Markup:
    return Markup(engines["jinja2"].get_template(f"{name}.html").render(given))  # noqa: S704 (a template)


def shell_for(request: HttpRequest) -> Shell:
    """The frame for this request; made once."""
    if not hasattr(request, "_shell"):
        request._shell = Shell(request)  # type: ignore[attr-defined]
    return request._shell  # type: ignore[attr-defined]


def once_a_page(request: HttpRequest) -> dict[str, Any]:
    """The hidden field of each form: one for all forms of a page, because every new one costs 64 random letters."""
    return {"csrf_input": SimpleLazyObject(lambda: csrf_input(request))}


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor for the pages that packages bring (Django's own templates)."""
    from kundenkreis.web.jinja import asset

    built = SimpleLazyObject(lambda: {"css": asset("app.css"), "script": asset("app.js")})
    return {"shell": SimpleLazyObject(lambda: shell_for(request)), "built": built}
