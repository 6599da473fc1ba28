"""Imports: how they went, and why rows were refused. `importing` is how a file is brought in."""

# No `from __future__ import annotations` here: django-ninja reads the parameters of the functions below as types.

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from kundenkreis.api import importing, reading
from kundenkreis.api.answers import answered
from kundenkreis.api.history import SimplePage
from kundenkreis.api.noun import READ, Noun
from kundenkreis.api.problems import not_found
from kundenkreis.api.resource import Pk, Routes, page_schema
from kundenkreis.api.shapes import named
from kundenkreis.core.filters import Filter
from kundenkreis.quality.models import ImportProblem, ImportRun, Mapping
from kundenkreis.staff import access


def _imports(user: Any, verb: str, record: Any) -> bool:
    return verb == "see" and access.may(user, "imports.see")


IMPORTS = Noun(
    path="imports",
    title="Import",
    model=ImportRun,
    area="imports",
    tag="Imports",
    about="Files on their way in: state and counts. `added + changed + unchanged + rejected` in `counts` are the rows read.",
    allowed=_imports,
    read=(
        "target",
        "file_name",
        "size",
        "mapping",
        "match_by",
        "mode",
        "state",
        "owner",
        named("owner_name", "owner"),
        "batch",
        "created_at",
        "started_at",
        "ended_at",
        "rows_total",
        "rows_read",
        "share",
        "forecast",
        "counts",
    ),
    filters=(
        Filter("state", "choice", "state", choices=ImportRun.State.choices),
        Filter("target", "text", "what"),
        Filter("owner", "person", "who", "owner_id"),
    ),
    default_sort="-id",
    verbs=READ,
)

PROBLEMS = Noun(
    path="import-problems",
    title="ImportProblem",
    model=ImportProblem,
    area="imports",
    tag="Imports",
    about="Why a row of a file was not stored, with the row as it was.",
    allowed=_imports,
    seen=lambda user: ImportProblem.objects.filter(run__in=ImportRun.objects.visible_to(user)),
    read=("run", "row", "field", "code", "params", "is_note", "cells"),
    filters=(Filter("run", "number", "import", "run_id"),),
    verbs=READ,
)

MAPPINGS = Noun(
    path="import-mappings",
    title="ImportMapping",
    model=Mapping,
    area="imports",
    tag="Imports",
    about="Which column became which field the last time a file with the same headers came in. The next such file is mapped alike.",
    allowed=_imports,
    seen=lambda user: Mapping.objects.all(),
    read=("target", "name", "mapping", "options", "owner", "used_at"),
    filters=(Filter("target", "text", "what"), Filter("owner", "person", "who", "owner_id")),
    verbs=READ,
)

NOUNS = [IMPORTS, MAPPINGS]


def routers() -> list[Router]:
    routes = Routes(IMPORTS)
    reader = reading.Reader(PROBLEMS)

    def problems(request: HttpRequest, id: Pk, query: Query[SimplePage]) -> HttpResponse:
        caller = routes.may(request, "see")
        if not IMPORTS.visible(caller.user).filter(pk=id).exists():
            raise not_found()
        found = ImportProblem.objects.filter(run_id=id)
        order = [("row", "asc"), ("id", "asc")]
        return answered(reading.paged(reader, request, caller, found, order, after=query.after, limit=query.limit))

    page = page_schema("ImportProblem", PROBLEMS.row_schema)
    routes.route("GET", "/imports/{int:id}/problems", problems, "problems", "Rows of an import that were refused", page)
    importing.add_to(routes)
    return [routes.router, Routes(MAPPINGS).router]
