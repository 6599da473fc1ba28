"""Every route of a noun from its declaration: list, get, add, change, discard, restore, history, bulk."""

# No `from __future__ import annotations` here: django-ninja reads the parameters of the functions below as types.

from typing import Annotated, Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Path, Query, Router
from ninja.schema import Schema
from pydantic import Field, create_model

from kundenkreis.api import reading, shapes, writing
from kundenkreis.api.answers import answered, created, not_modified
from kundenkreis.api.auth import Caller
from kundenkreis.api.bulk import BulkAnswer, add_many, bulk_schema
from kundenkreis.api.events import EVENTS, HistoryPage
from kundenkreis.api.noun import Noun
from kundenkreis.api.once import PATTERN, once
from kundenkreis.api.problems import Problem, forbidden, invalid, not_found
from kundenkreis.customers.models.merged import Mergeable
from kundenkreis.history import trail
from kundenkreis.staff import looking_back

Pk = Annotated[int, Path(ge=1, le=shapes.ID_MAX)]

_IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "description": "The record's ETag as you last saw it, or `*`.",
    "schema": {"type": "string", "pattern": r'^(\*|"[0-9]{1,9}")$'},
    "example": "*",
}
_MERGED = {"description": "It was merged into another record, to which `Location` leads."}
_IF_NONE_MATCH = {"name": "If-None-Match", "in": "header", "schema": {"type": "string"}, "required": False}
ONCE_PARAMETER = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Any text; the same key within 24 hours does the work once and answers the same.",
    "schema": {"type": "string", "pattern": PATTERN},
}

bodies: dict[str, Any] = {}
"""Schemas of request bodies by name; the door adds them to the OpenAPI document."""


def body(schema: Any) -> dict[str, Any]:
    """The OpenAPI part for a JSON body of this schema."""
    bodies[schema.__name__] = schema
    reference = {"$ref": f"#/components/schemas/{schema.__name__}"}
    return {"required": True, "content": {"application/json": {"schema": reference}}}


def page_schema(title: str, row: Any) -> Any:
    """A page of a list."""
    columns: dict[str, Any] = {
        "items": (list[row], ...),
        "next": (str | None, Field(description="The address of the page after this one.")),
        "previous": (str | None, Field(description="The address of the page before this one.")),
    }
    return create_model(f"{title}Page", __base__=shapes.Read, **columns)


class Routes:
    """The routes of one noun, on a router of ninja's."""

    def __init__(self, noun: Noun, router: Router | None = None):
        self.noun = noun
        self.reader = reading.Reader(noun)
        self.router = router or Router(tags=[noun.tag or noun.path])
        self.say = noun.title[:1].lower() + noun.title[1:]
        for verb in ("list", "get", "add", "change", "discard", "restore", "history", "bulk"):
            if verb in noun.verbs:
                getattr(self, f"_{verb}")()

    # --- what the routes share

    def may(self, request: HttpRequest, verb: str, record: Any = None) -> Caller:
        """The caller, if her token and her role reach as far as `verb`. Raises Problem 403."""
        caller: Caller = request.auth  # type: ignore[attr-defined]
        caller.must_reach(self.noun.area, "read" if verb == "see" else "write")
        if not self.noun.allowed(caller.user, verb, record):
            raise forbidden()
        return caller

    def show(self, caller: Caller, pk: int, queryset: Any = None) -> dict[str, Any]:
        """A record that the caller may see, out of the bin. Raises Problem 404."""
        found = self.noun.visible(caller.user) if queryset is None else queryset
        return self.reader.one(caller, found.living() if self.noun.has_bin and queryset is None else found, pk)

    def find(self, caller: Caller, pk: int, verb: str, *, in_bin: bool = False) -> Any:
        """A record to work on, locked until the transaction ends. Raises Problem 404 when not visible, 403 when not allowed."""
        found = self.noun.visible(caller.user)
        found = found.in_bin() if in_bin else found.living()
        if not found.filter(pk=pk).exists():
            raise not_found()
        record = self.noun.model._base_manager.select_for_update(of=("self",)).get(pk=pk)
        if not self.noun.allowed(caller.user, verb, record):
            raise forbidden()
        return record

    def route(self, method: str, path: str, view: Any, verb: str, summary: str, response: Any, **extra: Any) -> None:
        self.router.add_api_operation(
            path,
            [method],
            view,
            response=response,
            operation_id=f"{self.noun.path.replace('-', '_')}_{verb}",
            summary=summary,
            description=extra.pop("description", ""),
            openapi_extra=extra or None,
        )

    # --- reading

    def _list(self) -> None:
        parameters = reading.list_parameters(self.noun)

        def view(request: HttpRequest, query: Annotated[Any, Query()]) -> HttpResponse:
            caller = self.may(request, "see")
            return answered(reading.page_of(self.reader, request, caller, query))

        view.__annotations__["query"] = Query[parameters]  # type: ignore[valid-type]
        page = page_schema(self.noun.title, self.noun.row_schema)
        self.route(
            "GET", f"/{self.noun.path}", view, "list", f"List {self.noun.path}", page, description=self.noun.about
        )

    def _get(self) -> None:
        def view(request: HttpRequest, id: Pk) -> HttpResponse:
            caller = self.may(request, "see")
            try:
                record = self.show(caller, id)
            except Problem:
                kept = self._merged_into(caller, id)
                if kept is None:
                    raise
                return HttpResponse(status=301, headers={"Location": request.build_absolute_uri(str(kept))})
            return not_modified(request, record) or answered(record)

        self.route(
            "GET",
            f"/{self.noun.path}/{{int:id}}",
            view,
            "get",
            f"Read one: {self.say}",
            self.noun.record_schema,
            parameters=[_IF_NONE_MATCH],
            **({"responses": {301: _MERGED}} if self._may_be_merged else {}),
        )

    @property
    def _may_be_merged(self) -> bool:
        return issubclass(self.noun.model, Mergeable)

    def _merged_into(self, caller: Caller, pk: int) -> int | None:
        """The record that the one under this number is a part of now, if the caller sees it."""
        if not self._may_be_merged:
            return None
        merged: Any = self.noun.model._base_manager
        kept = merged.filter(pk=pk, merged_into__isnull=False).values_list("merged_into_id", flat=True).first()
        return kept if kept is not None and self.noun.visible(caller.user).filter(pk=kept).exists() else None

    def _history(self) -> None:
        class HistoryQuery(Schema):
            limit: int = Field(reading.SIZE, ge=1, le=reading.SIZE_MAX)
            after: str = Field("", max_length=2000)

        def view(request: HttpRequest, id: Pk, query: Query[HistoryQuery]) -> HttpResponse:
            caller = self.may(request, "see")
            record = self.noun.visible(caller.user).filter(pk=id).first()
            if record is None or not looking_back.may_see(caller.user, record):
                raise not_found()
            below = trail.Place.read(query.after)
            if query.after and below is None:
                said = _("This link to a page of the list is not valid any more. Please start at the first page.")
                raise invalid([{"parameter": "after", "detail": said}])
            steps = trail.of(record, below=below, limit=query.limit + 1)
            shown = steps[: query.limit]
            after = str(shown[-1].place) if len(steps) > query.limit else ""
            items = EVENTS.steps(caller, [step.event for step in shown])
            return answered({"items": items, "next": reading.address_of(request, after)})

        path = f"/{self.noun.path}/{{int:id}}/history"
        said = "What imports, bulk edits and other batches did to it stands here too, as steps without a number of their own."
        summary = f"What happened to one, newest first: {self.say}"
        self.route("GET", path, view, "history", summary, HistoryPage, description=said)

    # --- writing

    def _add(self) -> None:
        schema = self.noun.new_schema

        def view(request: HttpRequest) -> HttpResponse:
            caller = self.may(request, "add")
            given = writing.body_of(request, schema)
            return once(request, lambda: self._made(request, caller, given))

        self.route(
            "POST",
            f"/{self.noun.path}",
            view,
            "add",
            f"Add one: {self.say}",
            {201: self.noun.record_schema},
            requestBody=body(schema),
            parameters=[ONCE_PARAMETER, *self.noun.parameters],
        )

    @transaction.atomic
    def _made(self, request: HttpRequest, caller: Caller, given: Any) -> HttpResponse:
        values = writing.values_of(self.noun, caller, {name: getattr(given, name) for name in given.model_fields_set})
        if self.noun.refuse:
            self.noun.refuse(request, caller.user, values)
        record = writing.add(self.noun, caller, values)
        own = self.noun.model._base_manager.all()
        return created(f"{request.path}/{record.pk}", self.reader.one(caller, own, record.pk))

    def _change(self) -> None:
        schema = self.noun.change_schema

        def view(request: HttpRequest, id: Pk) -> HttpResponse:
            caller = self.may(request, "see")
            caller.must_reach(self.noun.area, "write")
            with transaction.atomic():
                record = self.find(caller, id, "change")
                version = writing.version_of(request)
                given = writing.body_of(request, schema)
                if version is not None and version != record.version:
                    writing.refuse_stale(self.noun, caller, record, version, self.show(caller, id))
                given_values = {name: getattr(given, name) for name in given.model_fields_set}
                values = writing.values_of(self.noun, caller, given_values, record)
                writing.change(self.noun, caller, record, values)
                return answered(self.reader.one(caller, self.noun.model._base_manager.all(), id))

        self.route(
            "PATCH",
            f"/{self.noun.path}/{{int:id}}",
            view,
            "change",
            f"Change one: {self.say}",
            self.noun.record_schema,
            requestBody=body(schema),
            parameters=[_IF_MATCH],
        )

    def _discard(self) -> None:
        def view(request: HttpRequest, id: Pk) -> HttpResponse:
            caller = self.may(request, "see")
            caller.must_reach(self.noun.area, "write")
            with transaction.atomic():
                record = self.find(caller, id, "discard")
                version = writing.version_of(request)
                if version is not None and version != record.version:
                    writing.refuse_stale(self.noun, caller, record, version, self.show(caller, id))
                writing.step(self.noun.discard or type(record).discard, record, by=caller.user)
            return HttpResponse(status=204)

        path, said = f"/{self.noun.path}/{{int:id}}", f"Put one into the bin: {self.say}"
        self.route("DELETE", path, view, "discard", said, {204: None}, parameters=[_IF_MATCH])

    def _restore(self) -> None:
        def view(request: HttpRequest, id: Pk) -> HttpResponse:
            caller = self.may(request, "see")
            caller.must_reach(self.noun.area, "write")
            with transaction.atomic():
                record = self.find(caller, id, "discard", in_bin=True)
                writing.step(type(record).restore, record, by=caller.user)
                return answered(self.reader.one(caller, self.noun.model._base_manager.all(), id))

        path, said = f"/{self.noun.path}/{{int:id}}/restore", f"Take one out of the bin: {self.say}"
        self.route("POST", path, view, "restore", said, self.noun.record_schema)

    def _bulk(self) -> None:
        schema = bulk_schema(self.noun)

        class BulkQuery(Schema):
            partial: bool = Field(
                False, description="Store the good rows and report the others, instead of all or nothing."
            )

        def view(request: HttpRequest, query: Query[BulkQuery]) -> HttpResponse:
            caller = self.may(request, "add")
            return once(request, lambda: add_many(self.noun, request, caller, partial=query.partial))

        self.route(
            "POST",
            f"/{self.noun.path}/bulk",
            view,
            "bulk",
            f"Add up to 10,000: {self.say}",
            {201: BulkAnswer},
            requestBody=body(schema),
            parameters=[ONCE_PARAMETER],
        )

    # --- further steps

    def step(self, name: str, summary: str, verb: Any, takes: Any = None) -> None:
        """A verb of its own: `POST /activities/7/finish`; with `takes`, the values that the body may or must give it."""
        must = takes is not None and any(field.is_required() for field in takes.model_fields.values())

        def view(request: HttpRequest, id: Pk) -> HttpResponse:
            caller = self.may(request, "see")
            caller.must_reach(self.noun.area, "write")
            with transaction.atomic():
                record = self.find(caller, id, "change")
                given = {}
                if takes is not None and (must or request.body):
                    given = writing.body_of(request, takes).model_dump()
                writing.step(verb, record, by=caller.user, **given)
                return answered(self.reader.one(caller, self.noun.model._base_manager.all(), id))

        more = {"requestBody": body(takes) | {"required": must}} if takes is not None else {}
        self.route("POST", f"/{self.noun.path}/{{int:id}}/{name}", view, name, summary, self.noun.record_schema, **more)
