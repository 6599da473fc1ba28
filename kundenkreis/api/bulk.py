"""Many records in one request: all or nothing, or row by row with `?partial=true`."""

from __future__ import annotations

from functools import partial as partially
from typing import Annotated, Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from pydantic import Field, create_model
from pydantic import ValidationError as Unreadable
from pydantic_core import from_json

from kundenkreis.api import shapes, writing
from kundenkreis.api.answers import answered
from kundenkreis.api.auth import Caller
from kundenkreis.api.noun import Noun
from kundenkreis.api.problems import Problem, forbidden, from_django, from_pydantic, invalid
from kundenkreis.history.adding import Added
from kundenkreis.history.adding import add_many as store

ROWS_MAX = 10_000
_ERRORS_SHOWN = 500


class RowProblem(shapes.Read):
    pointer: str
    detail: str


class BulkAnswer(shapes.Read):
    """`ids` are in the order of the rows; a row that was refused has null and stands in `errors`."""

    added: int
    refused: int
    batch_id: int | None = Field(
        description="The batch with which all of it can be undone; null when nothing was added."
    )
    ids: list[int | None]
    errors: list[RowProblem] = Field(description="At most 500.")


def bulk_schema(noun: Noun) -> Any:
    rows = Annotated[list[noun.new_schema], Field(min_length=1, max_length=ROWS_MAX)]  # type: ignore[name-defined]
    return create_model(f"New{noun.title}Bulk", __base__=shapes.Written, items=(rows, ...))


def add_many(noun: Noun, request: HttpRequest, caller: Caller, *, partial: bool) -> HttpResponse:
    """Store the rows of a request as one batch. Raises Problem 422 with what is wrong with which row, unless `partial`."""
    rows = _rows(request)
    errors: dict[int, list[dict[str, str]]] = {}
    given = _given(noun, rows, errors)
    _refuse_fields(noun, caller, given)
    values = _with_references(noun, caller, given, errors)
    if errors and not partial:
        raise invalid(_flat(errors))
    good = [index for index in range(len(rows)) if index not in errors]
    answer: dict[str, Any] = {"added": 0, "refused": len(errors), "batch_id": None, "ids": [None] * len(rows)}
    if good:
        with transaction.atomic():
            added = _stored(noun, caller, [values[index] for index in good], partial)
            for place, wrong in added.refused.items():
                errors[good[place]] = from_django(wrong, noun.names, f"/items/{good[place]}")
            if errors and not partial:
                raise invalid(_flat(errors))
            for place, record in zip(good, added.records, strict=True):
                answer["ids"][place] = None if record is None else record.pk
            answer["added"] = sum(pk is not None for pk in answer["ids"])
            answer["refused"] = len(errors)
            answer["batch_id"] = added.batch.pk
            if not answer["added"]:
                transaction.set_rollback(True)
                answer["batch_id"] = None
    return answered(answer | {"errors": _flat(errors)}, 201)


def _rows(request: HttpRequest) -> list[Any]:
    try:
        document = from_json(writing.body_bytes(request), allow_inf_nan=False)
    except ValueError as wrong:
        raise Problem(400, "malformed", _("The body is not valid JSON.")) from wrong
    if not isinstance(document, dict) or not isinstance(document.get("items"), list) or set(document) != {"items"}:
        raise invalid([{"pointer": "", "detail": _("This must be an object with the list “items”.")}])
    rows = document["items"]
    if not 1 <= len(rows) <= ROWS_MAX:
        raise invalid([{"pointer": "/items", "detail": _("Between 1 and %(most)s rows.") % {"most": ROWS_MAX}}])
    return rows


def _given(noun: Noun, rows: list[Any], errors: dict[int, list[dict[str, str]]]) -> list[dict[str, Any]]:
    """Each row's values by its schema; {} and errors for one that does not fit."""
    schema, given = noun.new_schema, []
    for index, row in enumerate(rows):
        try:
            read = schema.model_validate(row)
            given.append({name: getattr(read, name) for name in read.model_fields_set})
        except Unreadable as wrong:
            errors[index] = from_pydantic(wrong.errors(include_url=False, include_input=False), ("items", index))
            given.append({})
    return given


def _refuse_fields(noun: Noun, caller: Caller, given: list[dict[str, Any]]) -> None:
    if noun.hidden:
        writing.refuse_hidden(noun, caller, dict.fromkeys(name for row in given for name in row))


def _with_references(
    noun: Noun, caller: Caller, given: list[dict[str, Any]], errors: dict[int, list[dict[str, str]]]
) -> list[dict[str, Any]]:
    """The rows with records in place of numbers, looked up once for each field."""
    values: list[dict[str, Any]] = [{} for _row in given]
    for name in dict.fromkeys(name for row in given for name in row):
        field = noun.fields.get(name)
        key = field.name if field is not None else name
        if field is None or not field.is_relation:
            for row, target in zip(given, values, strict=True):
                if name in row:
                    target[key] = row[name]
            continue
        many = field.many_to_many
        asked = {n for row in given if name in row for n in (row[name] if many else [row[name]]) if n is not None}
        found = writing.references(field, caller, asked)
        for index, row in enumerate(given):
            if name not in row:
                continue
            numbers = row[name] if many else [row[name]]
            if any(n is not None and n not in found for n in numbers):
                errors.setdefault(index, []).append(
                    {"pointer": f"/items/{index}/{name}", "detail": _("There is no such record.")}
                )
            elif many:
                values[index][key] = [found[n] for n in numbers]
            else:
                values[index][key] = found.get(row[name])
    for row in values:
        writing.refuse_guarded(noun, caller, row)
    return [writing.with_mine(noun, caller, row) for row in values]


def _stored(noun: Noun, caller: Caller, values: list[dict[str, Any]], partial: bool) -> Added:
    label = _("API: %(count)s × %(noun)s") % {"count": len(values), "noun": noun.model._meta.verbose_name}
    verb = noun.add_many or partially(store, noun.model)
    added: Added = verb(values, by=caller.user, label=label, kind="api", partial=partial)
    if not added.refused or partial:
        for record in added.records:
            if record is not None and not noun.allowed(caller.user, "add", record):
                raise forbidden()
    return added


def _flat(errors: dict[int, list[dict[str, str]]]) -> list[dict[str, str]]:
    return [one for index in sorted(errors) for one in errors[index]][:_ERRORS_SHOWN]
