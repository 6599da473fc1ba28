"""Refusals: every error is a problem of RFC 9457 (`application/problem+json`), in the caller's language."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from kundenkreis.fields.known import PREFIX

MEDIA_TYPE = "application/problem+json"

# What each kind of problem is called. The last part of its `type` leads to the docs page.
TITLES: dict[str, Any] = {
    "malformed": lazy("The request cannot be read."),
    "unauthenticated": lazy("Please send a valid token."),
    "forbidden": lazy("You are not allowed to do this."),
    "not-found": lazy("There is no such record."),
    "no-such-address": lazy("There is nothing at this address."),
    "method": lazy("This address does not take this method."),
    "conflict": lazy("This does not go together with what is stored."),
    "stale": lazy("Somebody else changed the record meanwhile."),
    "too-large": lazy("The request is too large."),
    "media-type": lazy("This kind of content is not understood here."),
    "invalid": lazy("Some values are not valid."),
    "version-required": lazy("Please say which version you saw."),
    "too-many": lazy("Too many requests."),
    "unexpected": lazy("Something went wrong on our side."),
}


class Problem(Exception):
    """A refusal on its way to the caller. `more` becomes further members of the document."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str = "",
        *,
        errors: list[dict[str, str]] | None = None,
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ):
        self.status, self.code, self.detail = status, code, str(detail)
        self.errors, self.headers, self.more = errors, headers or {}, more
        super().__init__(f"{status} {code} {detail}")

    def body(self) -> dict[str, Any]:
        document: dict[str, Any] = {
            "type": f"/api/v1/docs#problem-{self.code}",
            "title": str(TITLES[self.code]),
            "status": self.status,
        }
        if self.detail:
            document["detail"] = self.detail
        if self.errors is not None:
            document["errors"] = self.errors
        return document | self.more

    def response(self) -> HttpResponse:
        content = json.dumps(self.body(), cls=DjangoJSONEncoder)
        response = HttpResponse(content, status=self.status, content_type=MEDIA_TYPE)
        for name, value in self.headers.items():
            response[name] = value
        return response


def invalid(errors: list[dict[str, str]]) -> Problem:
    """422: what is wrong with which value. Each error has `detail` and a JSON `pointer` into the body, or a `parameter`."""
    return Problem(422, "invalid", errors=errors)


def not_found() -> Problem:
    return Problem(404, "not-found")


def forbidden(detail: str = "") -> Problem:
    return Problem(403, "forbidden", detail)


def pointer(path: Iterable[Any]) -> str:
    """A JSON pointer (RFC 6901)."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def member(name: str, names: Mapping[str, str]) -> list[str]:
    """Where in a body the field stands: a custom one within `custom`."""
    if name.startswith(PREFIX) and name not in names and "custom" in names:
        return ["custom", name.removeprefix(PREFIX)]
    return [names.get(name, name)]


def from_django(error: ValidationError, names: Mapping[str, str], at: str = "") -> list[dict[str, str]]:
    """A verb's ValidationError as our list; `names` maps model fields to the API's, `at` is the pointer of the record in the body."""
    by_field = error.message_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.messages}
    found = []
    for name, messages in by_field.items():
        where = at if name == NON_FIELD_ERRORS else f"{at}/{'/'.join(member(name, names))}"
        found += [{"pointer": where, "detail": str(message)} for message in messages]
    return found


# What pydantic finds, in words of ours (its own are English only). %(…)s come from the error's context.
_FOUND: dict[str, Any] = {
    "missing": lazy("This is needed."),
    "extra_forbidden": lazy("There is no such field."),
    "string_type": lazy("This must be text."),
    "string_too_long": lazy("At most %(max_length)s characters."),
    "string_too_short": lazy("At least %(min_length)s characters."),
    "string_pattern_mismatch": lazy("This does not have the right form."),
    "int_type": lazy("This must be a whole number."),
    "int_parsing": lazy("This must be a whole number."),
    "int_parsing_size": lazy("This number is too large."),
    "int_from_float": lazy("This must be a whole number."),
    "bool_type": lazy("This must be true or false."),
    "bool_parsing": lazy("This must be true or false."),
    "greater_than_equal": lazy("At least %(ge)s."),
    "less_than_equal": lazy("At most %(le)s."),
    "literal_error": lazy("One of these: %(expected)s."),
    "decimal_type": lazy("This must be a number."),
    "decimal_parsing": lazy("This must be a number."),
    "finite_number": lazy("This must be a number."),
    "decimal_max_digits": lazy("At most %(max_digits)s digits."),
    "decimal_max_places": lazy("At most %(decimal_places)s decimal places."),
    "decimal_whole_digits": lazy("At most %(whole_digits)s digits before the decimal point."),
    "list_type": lazy("This must be a list."),
    "too_long": lazy("At most %(max_length)s entries."),
    "too_short": lazy("At least %(min_length)s entries."),
    "dict_type": lazy("This must be an object."),
    "model_type": lazy("This must be an object."),
    "model_attributes_type": lazy("This must be an object."),
    "null_character": lazy("This contains a character that cannot be stored."),
    "day": lazy("This must be a day such as 2026-01-31."),
    "moment": lazy("This must be a date and time with its offset, such as 2026-01-31T09:30:00+01:00."),
    "timezone_aware": lazy("This must be a date and time with its offset, such as 2026-01-31T09:30:00+01:00."),
}


def from_pydantic(found: Iterable[Mapping[str, Any]], at: Iterable[Any] = ()) -> list[dict[str, str]]:
    """pydantic's errors as our list."""
    return [{"pointer": pointer([*at, *error["loc"]]), "detail": words_of(error)} for error in found]


def words_of(error: Mapping[str, Any]) -> str:
    """One error of pydantic's as a sentence."""
    kind = error["type"]
    if kind.startswith("date_"):
        kind = "day"
    elif kind.startswith(("datetime_", "timezone_")):
        kind = "moment"
    if kind not in _FOUND:
        return _("This value is not valid.")
    return str(_FOUND[kind]) % {key: str(value).replace("'", "") for key, value in error.get("ctx", {}).items()}
