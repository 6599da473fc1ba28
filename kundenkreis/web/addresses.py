"""Addresses of pages by their names in the site map. A page has a hundred of them, and Django looks for each anew."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.urls import NoReverseMatch, get_script_prefix, get_urlconf, reverse

_STAND_INS = (7_300_001_000_001, 7_300_001_000_002, 7_300_001_000_003)


def address(name: str, *args: Any, **kwargs: Any) -> str:
    """As `reverse`, but what is around the numbers in an address is remembered: `address("accounts:detail", 12)`."""
    numbers = tuple(arg for arg in args if type(arg) is int)
    plain = (
        all(type(arg) in (int, str) for arg in args)
        and len(numbers) <= len(_STAND_INS)
        and min(numbers, default=0) >= 0
    )
    if kwargs or not plain:
        return reverse(name, args=args or None, kwargs=kwargs or None)
    left = iter(_STAND_INS)
    shape = _shape(
        name, tuple(next(left) if type(arg) is int else arg for arg in args), get_urlconf(), get_script_prefix()
    )
    return shape % numbers if shape else reverse(name, args=args)


@lru_cache(maxsize=4096)
def _shape(name: str, args: tuple[Any, ...], _urlconf: Any, _prefix: str) -> str:
    """The address with %d for each number; "" where it depends on the numbers themselves. Raises NoReverseMatch if there is none at all."""
    stand_ins = [arg for arg in args if type(arg) is int]
    try:
        found = reverse(name, args=args or None)
    except NoReverseMatch:
        if stand_ins:
            return ""
        raise
    places = [found.find(str(one)) for one in stand_ins]
    if places != sorted(places) or -1 in places or any(found.count(str(one)) != 1 for one in stand_ins):
        return ""
    shape = found.replace("%", "%%")
    for one in stand_ins:
        shape = shape.replace(str(one), "%d")
    return shape


def around(name: str) -> tuple[str, str]:
    """What stands before and after the number in a page's address, for a list that draws many rows."""
    before, _zero, after = address(name, 0).rpartition("0")
    return before, after
