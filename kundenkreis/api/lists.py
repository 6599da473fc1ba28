"""Saved views of lists."""

from __future__ import annotations

from typing import Any

from ninja import Router

from kundenkreis.api.noun import ALL, Noun
from kundenkreis.api.resource import Routes
from kundenkreis.core.filters import Filter
from kundenkreis.lists.models import SavedView
from kundenkreis.staff import access

_SHARING = {SavedView.Shared.TEAM: "views.share_team", SavedView.Shared.ALL: "views.share_all"}


def _views(user: Any, verb: str, record: Any) -> bool:
    """Everybody sees her own and what is shared with her, and changes her own."""
    if verb == "see":
        return user.is_authenticated
    if not access.may(user, "views.add"):
        return False
    if record is None:
        return True
    sharing = _SHARING.get(record.shared)
    return record.owner_id == user.pk and (verb == "discard" or sharing is None or access.may(user, sharing))


def _add(*, by: Any, **values: Any) -> SavedView:
    return SavedView.add(by=by, **values | {"owner": by, "team": by.team})


def _change(view: SavedView, *, by: Any, **values: Any) -> Any:
    event = view.change(by=by, **values)
    if not _views(by, "change", view):
        from kundenkreis.api.problems import forbidden

        raise forbidden()
    return event


SAVED_VIEWS = Noun(
    path="saved-views",
    title="SavedView",
    model=SavedView,
    area="views",
    tag="Saved views",
    about="Filters, columns and sorting of a list under a name; `query` is the address's query string.",
    allowed=_views,
    read=("list_name", "name", "query", "owner", "shared", "team", "position"),
    fixed=("list_name",),
    write=("name", "query", "shared", "position"),
    filters=(Filter("list_name", "text", "list"), Filter("owner", "person", "owner", "owner_id")),
    sorts={"name": "name"},
    verbs=ALL - {"bulk"},
    add=_add,
    change=_change,
)

NOUNS = [SAVED_VIEWS]


def routers() -> list[Router]:
    return [Routes(SAVED_VIEWS).router]
