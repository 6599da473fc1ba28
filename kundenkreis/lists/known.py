"""Which lists there are and what an address of each may ask: told by the door that shows them, so that no view is kept that none can open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _

from kundenkreis.core.filters import BadFilter, Filter, parse

KEPT = ("f", "q", "sort", "columns", "layout")
"""What of an address a view keeps; the rest is a place in the list or a question about it."""


@dataclass(frozen=True)
class KnownList:
    """`filters()` are what it can be asked by, `columns()` the keys of its columns, `sorts()` of those it can be sorted by."""

    filters: Callable[[], tuple[Filter, ...]]
    columns: Callable[[], set[str]]
    sorts: Callable[[], set[str]]


LISTS: dict[str, KnownList] = {}
_are_all_told = False


def all_told() -> None:
    """Every list of the door has told of itself: what is asked of another one from now on is a mistake."""
    global _are_all_told
    _are_all_told = True


def check(name: str, query: str, by: Any) -> None:
    """Raise ValidationError, by field, when there is no such list or it cannot be asked like this.

    A process that shows no lists (the command line) knows none of them, or a few that something has read, and checks nothing.
    """
    if not _are_all_told:
        return
    if name not in LISTS:
        said = _("There is no such list; there are: %(names)s.") % {"names": ", ".join(sorted(LISTS))}
        raise ValidationError({"list_name": said})
    known, given = LISTS[name], QueryDict(query.lstrip("?"))
    if strange := sorted(set(given) - set(KEPT)):
        raise ValidationError({"query": _("A view keeps no “%(name)s”.") % {"name": strange[0][:60]}})
    try:
        parse(given.getlist("f"), known.filters(), by=by)
    except BadFilter as bad:
        raise ValidationError({"query": str(bad)}) from bad
    asked = {key.partition(":")[0] for value in given.getlist("columns") for key in value.split(",") if key}
    asked_sorts = {value.lstrip("-") for value in given.getlist("sort")}
    if unknown := sorted((asked - known.columns()) | (asked_sorts - known.sorts())):
        raise ValidationError({"query": _("The list has no column “%(name)s”.") % {"name": unknown[0][:60]}})
