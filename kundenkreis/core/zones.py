"""Time zones: which there are, what their clocks show, and which moment a time on one of them is.

Zones go by their IANA names ("Europe/London"); "" is the house's own (`settings.TIME_ZONE`).
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, available_timezones

from babel.dates import get_timezone_location
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kundenkreis.core.text import fold

# Names without a place of their own: "GMT+1" is west of Greenwich, which nobody expects, and the others are kept for old programs.
_NO_PLACE = ("Etc/", "SystemV/", "US/", "Brazil/", "Canada/", "Chile/", "Mexico/")


class NoSuchTime(ValueError):
    """The clock was put forward over this time: it never showed it."""


@cache
def names() -> frozenset[str]:
    """Every zone that can be kept: those named after a place, and UTC."""
    found = {name for name in available_timezones() if "/" in name and not name.startswith(_NO_PLACE)}
    return frozenset(found | {"UTC"})


def is_known(name: str) -> bool:
    return name in names()


def check(name: str) -> None:
    """For a column's validators. Raises ValidationError when there is no such zone."""
    if name and not is_known(name):
        raise ValidationError(_("There is no time zone “%(name)s”. Write it as Europe/London."), params={"name": name})


def zone(name: str) -> ZoneInfo:
    """The zone of a known name, the house's for "" and for one that this machine does not know."""
    return ZoneInfo(name if is_known(name) else settings.TIME_ZONE)


def is_foreign(name: str, at: dt.datetime) -> bool:
    """Whether the clocks there show at that moment something else than the house's do."""
    return bool(name) and at.astimezone(zone(name)).utcoffset() != at.astimezone(zone("")).utcoffset()


def local(at: dt.datetime, name: str) -> dt.datetime:
    """What a clock of the zone shows at that moment."""
    return at.astimezone(zone(name))


def moment(shown: dt.datetime, name: str, *, not_before: dt.datetime | None = None) -> dt.datetime:
    """The moment, in UTC, at which a clock of the zone shows this (without a zone of its own).

    A clock that is put back shows an hour twice: the first one counts, unless it lies before `not_before` and the second does not.
    Raises NoSuchTime for an hour that is left out when the clock is put forward.
    """
    there = zone(name)
    first = shown.replace(tzinfo=there, fold=0).astimezone(dt.UTC)
    if first.astimezone(there).replace(tzinfo=None) != shown:
        raise NoSuchTime(name)
    if not_before is not None and first < not_before:
        second = shown.replace(tzinfo=there, fold=1).astimezone(dt.UTC)
        return second if second >= not_before else first
    return first


def city(name: str) -> str:
    """The place that a zone is named after, in the language that is active: "Wien", "Vienna"."""
    return _city(zone(name).key, _locale()).rpartition("/")[2]


def found(text: str) -> list[str]:
    """The zones whose name or place begins a word with what was typed, those named exactly so first.

    Where several names are kept for one place ("Europe/Belfast" is London's), the one that is called like it comes for all.
    """
    asked = fold(text)
    if not asked:
        return []
    hits = {
        name: asked in spoken
        for name, spoken in _spoken(_locale())
        if any(one.startswith(asked) or f" {asked}" in one for one in spoken)
    }
    return sorted(hits, key=lambda name: (not hits[name], name))


def _locale() -> str:
    return "de_AT" if (get_language() or "en").startswith("de") else "en_GB"


@lru_cache(maxsize=2000)
def _city(name: str, locale: str) -> str:
    return get_timezone_location(ZoneInfo(name), locale=locale, return_city=True)


@cache
def _spoken(locale: str) -> list[tuple[str, frozenset[str]]]:
    """Each place's zone with everything that it is called, folded."""
    places: dict[str, list[str]] = defaultdict(list)
    for name in sorted(names()):
        places[_city(name, "en_GB")].append(name)
    made = []
    for place, called in places.items():
        own = [name for name in called if fold(name.rpartition("/")[2]) == fold(place)]
        words = [*called, *(name.rpartition("/")[2] for name in called), _city(called[0], locale).rpartition("/")[2]]
        made.append(((own or called)[0], frozenset(map(fold, words))))
    return made
