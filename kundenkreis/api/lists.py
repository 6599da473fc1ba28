"""Saved views of lists."""

# No `from __future__ import annotations` here: django-ninja reads the parameters of the functions below as types.

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Router
from pydantic import AfterValidator, Field

from kundenkreis.api import shapes, writing
from kundenkreis.api.answers import answered
from kundenkreis.api.noun import ALL, Noun
from kundenkreis.api.problems import invalid
from kundenkreis.api.resource import Routes, body
from kundenkreis.core.filters import Filter
from kundenkreis.lists.models import SavedView, StartView
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


class StartViewChoice(shapes.Written):
    """That a list opens with a view."""

    list_name: Annotated[str, Field(max_length=40, examples=["accounts"]), AfterValidator(shapes.storable)]
    view_id: shapes.Id


class StartViews(shapes.Written):
    """The views that the caller's lists open with, one for each list at most; a list that is not named opens with everything."""

    items: Annotated[list[StartViewChoice], Field(max_length=100)]


def _start_views(person: Any) -> dict[str, Any]:
    chosen = StartView.of(person).values_list("list_name", "view_id")
    return {"items": [{"list_name": name, "view_id": view} for name, view in chosen]}


def _views_of(given: StartViews, person: Any) -> list[SavedView]:
    """The chosen views. Raises Problem 422 at each that she does not see, that is another list's, or that comes second for a list."""
    seen = SavedView.objects.visible_to(person).living().in_bulk({one.view_id for one in given.items})
    errors, found = [], {}
    for place, one in enumerate(given.items):
        view = seen.get(one.view_id)
        if view is None:
            errors.append({"pointer": f"/items/{place}/view_id", "detail": _("There is no such record.")})
        elif view.list_name != one.list_name:
            errors.append({"pointer": f"/items/{place}/view_id", "detail": _("This view belongs to another list.")})
        elif one.list_name in found:
            errors.append({"pointer": f"/items/{place}/list_name", "detail": _("This list is named twice.")})
        else:
            found[one.list_name] = view
    if errors:
        raise invalid(errors)
    return list(found.values())


def routers() -> list[Router]:
    routes = Routes(SAVED_VIEWS)

    def chosen(request: HttpRequest) -> HttpResponse:
        return answered(_start_views(routes.may(request, "see").user))

    def choose(request: HttpRequest) -> HttpResponse:
        caller = routes.may(request, "see")
        caller.must_reach("views", "write")  # for oneself alone: whoever sees a view may open a list with it
        given = writing.body_of(request, StartViews)
        StartView.choose_all(caller.user, _views_of(given, caller.user))
        return answered(_start_views(caller.user))

    said = "For the caller alone. Any view that she sees will do; a view that she no longer sees is not told, and its list shows everything."
    routes.route("GET", "/start-views", chosen, "start", "Which views my lists open with", StartViews, description=said)
    title, asked = "Choose the views that my lists open with", body(StartViews)
    routes.route("PUT", "/start-views", choose, "choose_start", title, StartViews, description=said, requestBody=asked)
    return [routes.router]
