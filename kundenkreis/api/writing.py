"""Values coming in: read strictly, references found among what the caller may see, and given to one verb."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from django.core.exceptions import RequestDataTooBig, ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from pydantic import BaseModel
from pydantic import ValidationError as Unreadable

from kundenkreis.api import problems
from kundenkreis.api.auth import Caller
from kundenkreis.api.noun import Noun
from kundenkreis.api.problems import Problem, forbidden, from_django, from_pydantic, invalid
from kundenkreis.core.records import Record
from kundenkreis.history import trail
from kundenkreis.history.recording import Recorded
from kundenkreis.staff import access

B = TypeVar("B", bound=BaseModel)
_TAG = re.compile(r'(?:W/)?"(\d{1,9})"', re.ASCII)


def body_bytes(request: HttpRequest) -> bytes:
    """The body of a request that says it is JSON. Raises Problem 415, 413."""
    kind = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind != "application/json" and not (kind.startswith("application/") and kind.endswith("+json")):
        raise Problem(
            415, "media-type", _("Please send application/json."), headers={"Accept-Post": "application/json"}
        )
    try:
        return request.body
    except RequestDataTooBig as big:
        raise Problem(413, "too-large") from big


def body_of(request: HttpRequest, schema: type[B]) -> B:
    """The body as the schema says. Raises Problem 400 when it is no JSON, 422 with every wrong value otherwise."""
    try:
        return schema.model_validate_json(body_bytes(request))
    except Unreadable as wrong:
        found = wrong.errors(include_url=False, include_input=False)
        if any(error["type"] == "json_invalid" for error in found):
            raise Problem(400, "malformed", _("The body is not valid JSON.")) from None
        raise invalid(from_pydantic(found)) from None


def version_of(request: HttpRequest) -> int | None:
    """The version in If-Match; None for `*`. Raises Problem 428 when it is missing."""
    written = request.headers.get("If-Match")
    if written is None:
        raise Problem(428, "version-required", _('Send the ETag you got as If-Match, such as "3", or * for any.'))
    if written.strip() == "*":
        return None
    found = _TAG.fullmatch(written.strip())
    if not found:
        raise Problem(400, "malformed", _('If-Match is one ETag, such as "3", or *.'))
    return int(found[1])


def values_of(noun: Noun, caller: Caller, given: dict[str, Any], record: Any = None) -> dict[str, Any]:
    """A body's values as the verbs take them: references as records; `record` is the one to change. Raises Problem 422, 403."""
    refuse_hidden(noun, caller, given)
    values, errors = {}, []
    for name, value in given.items():
        field = noun.fields.get(name)
        if field is None or not field.is_relation:
            values[field.name if field is not None else name] = value
            continue
        ids = value if field.many_to_many else [] if value is None else [value]
        if record is not None and not field.many_to_many and value == getattr(record, field.attname):
            values[field.name] = getattr(record, field.name)  # as it is, even where she cannot see it
            continue
        found = references(field, caller, ids)
        for number in ids:
            if number not in found:
                errors.append({"pointer": f"/{name}", "detail": _("There is no such record.")})
        if field.many_to_many:
            values[field.name] = [found[n] for n in ids if n in found]
        else:
            values[field.name] = found.get(value) if value is not None else None
    if errors:
        raise invalid(errors)
    refuse_guarded(noun, caller, values, record)
    return values


def references(field: Any, caller: Caller, ids: Iterable[int]) -> dict[int, Any]:
    """The records that a field may point to, among these numbers: those that the caller sees and that are not in the bin."""
    ids = set(ids)
    if not ids:
        return {}
    found = field.related_model._default_manager.visible_to(caller.user).filter(pk__in=ids)
    return {record.pk: record for record in (found.living() if issubclass(field.related_model, Record) else found)}


def refuse_hidden(noun: Noun, caller: Caller, given: dict[str, Any]) -> None:
    if noun.hidden and noun.hidden_from(caller.user) & set(given):
        raise forbidden()


def refuse_guarded(noun: Noun, caller: Caller, values: dict[str, Any], record: Any = None) -> None:
    """Problem 403 when a guarded field gets another value than it has; in a new record, than the caller herself."""
    for name, action in noun.guarded.items():
        if name not in values:
            continue
        value = values[name]
        present = getattr(record, name) if record is not None else None
        allowed = (present,) if record is not None else (None, caller.user)
        if value not in allowed and not access.may(caller.user, action):
            raise forbidden()


def with_mine(noun: Noun, caller: Caller, values: dict[str, Any]) -> dict[str, Any]:
    return values if not noun.mine or noun.mine in values else values | {noun.mine: caller.user}


def add(noun: Noun, caller: Caller, values: dict[str, Any], at: str = "", **more: Any) -> Any:
    """Make a record by the noun's verb. Raises Problem 422, and 403 when the new record would be none that she may add."""
    verb = noun.add or noun.model.add  # type: ignore[attr-defined]
    try:
        record = verb(by=caller.user, **with_mine(noun, caller, values), **more)
    except ValidationError as wrong:
        raise invalid(from_django(wrong, noun.names, at)) from wrong
    if not noun.allowed(caller.user, "add", record):
        raise forbidden()
    return record


def change(noun: Noun, caller: Caller, record: Any, values: dict[str, Any]) -> Any:
    verb = noun.change or type(record).change
    try:
        return verb(record, by=caller.user, **values)
    except ValidationError as wrong:
        raise invalid(from_django(wrong, noun.names)) from wrong


def step(verb: Callable[..., Any], record: Any, *, by: Any, **values: Any) -> None:
    """A verb of its own. Raises Problem 422 where one of the values is wrong, 409 with the reason where the record is not ready for it."""
    try:
        verb(record, by=by, **values)
    except ValidationError as wrong:
        if values.keys() & getattr(wrong, "error_dict", {}).keys():
            raise invalid(from_django(wrong, {})) from wrong
        raise Problem(409, "conflict", " ".join(wrong.messages)) from wrong


def refuse_stale(noun: Noun, caller: Caller, record: Recorded, version: int | None, current: dict[str, Any]) -> None:
    """Problem 412 when the record has another version than the caller saw, with what others changed since."""
    if version is None or version == record.version:
        return
    steps = trail.since(record, version)
    hidden = noun.hidden_from(caller.user)
    changed = {problems.member(name, noun.names)[0] for step in steps for name in step.changes} - hidden
    raise Problem(
        412,
        "stale",
        theirs={name: current[name] for name in sorted(changed) if name in current},
        changed_by=steps[0].actor_name if steps else "",
        current=current,
        headers={"ETag": f'"{record.version}"'},
    )
