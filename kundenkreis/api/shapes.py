"""From a model's fields to typed schemas: what a record looks like when it is read, made and changed."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Literal

from django.db import models
from django.utils import translation
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, create_model
from pydantic_core import PydanticCustomError

ID_MAX = 2**63 - 1
TEXT_MAX = 100_000
FIRST_DAY, LAST_DAY = dt.date(1000, 1, 1), dt.date(9998, 12, 31)

Id = Annotated[int, Field(ge=1, le=ID_MAX)]

# Forms that the columns' types alone do not say.
_PATTERNS = {"country": r"^([A-Z]{2})?$", "currency": r"^[A-Z]{3}$"}
_EXAMPLES = {"country": "AT", "currency": "EUR", "postcode": "4600", "phone": "+43 7242 12345", "language": "de"}


class Written(BaseModel):
    """What comes in: exact types, nothing unknown."""

    model_config = ConfigDict(strict=True, extra="forbid")


class Read(BaseModel):
    """What goes out. Only described with it: answers are built from rows directly."""

    model_config = ConfigDict(extra="forbid")


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A readable field that is not simply a column of the record: `make` turns the values of `columns` (ORM paths) into it."""

    name: str
    columns: tuple[str, ...]
    type: Any
    make: Callable[..., Any] = lambda value: value
    description: str = ""
    # The kind of record whose name it is, told only to who may see that record: `make` then gives (its number, its name).
    of: Any = None
    # What is made of the columns for one caller, where that is not the same for all: `made_for(user)` stands in for `make`.
    made_for: Any = None


def name_of(name: str, path: str, model: Any, column: str = "name") -> Shown:
    """The name of an account or contact that a reference points at, for those who may see it."""
    return Shown(
        name=name,
        columns=(f"{path}_id", f"{path}__{column}"),
        type=str | None,
        make=lambda pk, text: None if pk is None else (pk, text),
        description="Empty when the caller may not see that record.",
        of=model,
    )


def _full_name(first: str | None, last: str | None) -> str | None:
    """A person of staff, by the columns of her name; None when there is none."""
    return None if last is None else f"{first or ''} {last}".strip()


def named(name: str, path: str) -> Shown:
    """The name of a person of staff whom a reference points at."""
    columns = (f"{path}__first_name", f"{path}__last_name")
    return Shown(name=name, columns=columns, type=str | None, make=_full_name)


def api_name(field: Any) -> str:
    """`owner` is `owner_id` in the API, `tags` is `tag_ids`; everything else keeps its name."""
    if field.many_to_many:
        return {"people": "person_ids"}.get(field.name, field.name.removesuffix("s") + "_ids")
    return field.attname if field.is_relation else field.name


def names_of(model: type[models.Model]) -> dict[str, str]:
    """Model field → name in the API."""
    own: Iterable[Any] = [*model._meta.concrete_fields, *model._meta.many_to_many]
    return {field.name: api_name(field) for field in own}


# --- values coming in ------------------------------------------------------------------------------------------------

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})", re.ASCII)


def storable(text: str) -> str:
    if "\0" in text:
        raise PydanticCustomError("null_character", "null character")
    return text


def _day(value: Any) -> Any:
    if value is None:
        return value
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise PydanticCustomError("day", "day")
    try:
        day = dt.date.fromisoformat(value)
    except ValueError:
        raise PydanticCustomError("day", "day") from None
    if not FIRST_DAY <= day <= LAST_DAY:
        raise PydanticCustomError("day", "day")
    return day


def _moment(value: Any) -> Any:
    if value is None:
        return value
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        raise PydanticCustomError("moment", "moment")
    try:
        moment = dt.datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", value.upper()))
    except ValueError:
        raise PydanticCustomError("moment", "moment") from None
    if not FIRST_DAY <= moment.date() <= LAST_DAY:
        raise PydanticCustomError("moment", "moment")
    return moment


_NUMBER = re.compile(r"-?\d{1,20}(\.\d{1,20})?", re.ASCII)


def _number(value: Any) -> Any:
    """A decimal as text ("12.50"), which is exact, or as a number."""
    if value is None or isinstance(value, Decimal):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise PydanticCustomError("decimal_type", "decimal")
    text = format(Decimal(str(value)), "f") if isinstance(value, float) else str(value)
    if not _NUMBER.fullmatch(text):
        raise PydanticCustomError("decimal_parsing", "decimal")
    return Decimal(text)


Day = Annotated[dt.date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
Moment = Annotated[dt.datetime, BeforeValidator(_moment), WithJsonSchema({"type": "string", "format": "date-time"})]


def decimal_type(digits: int, places: int, *, writing: bool) -> Any:
    """Money and quantities: text in answers; text or number in requests."""
    whole = digits - places
    pattern = rf"^-?\d{{1,{whole}}}(\.\d{{1,{places}}})?$" if places else rf"^-?\d{{1,{whole}}}$"
    text = {"type": "string", "pattern": pattern, "examples": ["12.5"]}
    if not writing:
        return Annotated[str, WithJsonSchema(text)]
    limit = 10**whole
    number = {"type": "number", "exclusiveMinimum": -limit, "exclusiveMaximum": limit}
    return Annotated[
        Decimal,
        Field(max_digits=digits, decimal_places=places),
        BeforeValidator(_number),
        WithJsonSchema({"anyOf": [text, number]}),
    ]


# --- types of fields -------------------------------------------------------------------------------------------------


def type_of(field: Any, *, writing: bool) -> Any:
    """The Python type, with its limits, of a model field in a request (`writing`) or an answer."""
    inner = _inner_type(field, writing)
    return inner | None if field.null and not field.many_to_many else inner


def _inner_type(field: Any, writing: bool) -> Any:
    if field.many_to_many:
        return Annotated[list[Id], Field(max_length=200)] if writing else list[Id]
    if field.is_relation or isinstance(field, models.BigAutoField):
        return Id
    if field.choices:
        values = [value for value, _label in field.flatchoices if value != ""]
        return Literal[tuple([*values, ""] if field.blank else values)]
    if isinstance(field, models.BooleanField):
        return bool
    if isinstance(field, models.DecimalField):
        return decimal_type(field.max_digits, field.decimal_places, writing=writing)
    if isinstance(field, models.FloatField):
        return float
    if isinstance(field, models.IntegerField):
        return _whole_number(field)
    if isinstance(field, models.DateTimeField):
        return Moment
    if isinstance(field, models.DateField):
        return Day
    if isinstance(field, models.JSONField):
        item = Annotated[str, Field(max_length=100), AfterValidator(storable)]
        return Annotated[list[item], Field(max_length=1000)] if field.default is list else dict[str, Any]
    return _text(field, writing)


def _whole_number(field: models.IntegerField) -> Any:
    if isinstance(field, models.PositiveSmallIntegerField):
        return Annotated[int, Field(ge=0, le=32767)]
    if isinstance(field, models.BigIntegerField):
        return Annotated[int, Field(ge=-ID_MAX, le=ID_MAX)]
    low = 0 if isinstance(field, models.PositiveIntegerField) else -(2**31)
    return Annotated[int, Field(ge=low, le=2**31 - 1)]


def _text(field: models.Field, writing: bool) -> Any:
    limits: dict[str, Any] = {"max_length": field.max_length or TEXT_MAX}
    if pattern := _PATTERNS.get(field.name):
        limits["pattern"] = pattern
    elif not field.blank:
        limits["min_length"] = 1
    if not writing:
        return Annotated[str, WithJsonSchema({"type": "string"})]
    parts: list[Any] = [Field(**limits), AfterValidator(storable)]
    if isinstance(field, models.EmailField):
        address = {"type": "string", "format": "email", "maxLength": field.max_length}
        parts.append(WithJsonSchema({"anyOf": [address, {"type": "string", "const": ""}]} if field.blank else address))
    return Annotated[(str, *parts)]  # type: ignore[return-value]


# --- schemas ---------------------------------------------------------------------------------------------------------


def _about(field: Any) -> dict[str, Any]:
    with translation.override("en"):
        said = str(field.verbose_name)
        about: dict[str, Any] = {"title": said[:1].upper() + said[1:]}
    if field.name in _EXAMPLES:
        about["examples"] = [_EXAMPLES[field.name]]
    return about


def _without_default(schema: dict[str, Any]) -> None:
    schema.pop("default", None)


def read_schema(
    name: str, model: type[models.Model], fields: Iterable[str | Shown], optional: Mapping[str, Any] | None = None
) -> type[Read]:
    """What a record looks like in an answer. `optional` fields may be missing (from people who may not see them)."""
    columns: dict[str, Any] = {}
    for one in fields:
        if isinstance(one, Shown):
            columns[one.name] = (one.type, Field(description=one.description or None))
            continue
        field = model._meta.get_field(one)
        kind = type_of(field, writing=False)
        if one in (optional or {}):
            columns[api_name(field)] = (kind, Field(default=None, json_schema_extra=_without_default, **_about(field)))
        else:
            columns[api_name(field)] = (kind, Field(**_about(field)))
    return create_model(name, __base__=Read, **columns)


def row_schema(name: str, whole: type[Read]) -> type[Read]:
    """The same record in a list, of which `fields` may choose some."""
    columns: dict[str, Any] = {
        key: (
            info.annotation,
            Field(default=None, title=info.title, description=info.description, json_schema_extra=_without_default),
        )
        for key, info in whole.model_fields.items()
    }
    for key, info in whole.model_fields.items():
        if info.metadata:
            columns[key] = (Annotated[(info.annotation, *info.metadata)], columns[key][1])  # type: ignore[index]
    return create_model(name, __base__=Read, **columns)


def new_schema(
    name: str,
    model: type[models.Model],
    fields: Iterable[str],
    more: Mapping[str, Any] | None = None,
    derived: Collection[str] = (),
) -> type[Written]:
    """What is needed to make a record; what is left out gets its default, or follows from the rest (`derived`)."""
    columns: dict[str, Any] = {}
    for one in fields:
        field: Any = model._meta.get_field(one)
        kind = type_of(field, writing=True)
        default = _without_default if one in derived else _default_of(field)
        if field.blank or field.null or field.has_default() or one in derived:
            columns[api_name(field)] = (
                kind,
                Field(default=None, json_schema_extra=default, **_about(field)),
            )
        else:
            columns[api_name(field)] = (kind, Field(**_about(field)))
    return create_model(name, __base__=Written, **columns, **(more or {}))


def change_schema(
    name: str, model: type[models.Model], fields: Iterable[str], more: Mapping[str, Any] | None = None
) -> type[Written]:
    """What can be changed; what is left out stays as it is."""
    columns: dict[str, Any] = {}
    for one in fields:
        field: Any = model._meta.get_field(one)
        about = Field(default=None, json_schema_extra=_without_default, **_about(field))
        columns[api_name(field)] = (type_of(field, writing=True), about)
    return create_model(name, __base__=Written, **columns, **(more or {}))


def _default_of(field: Any) -> Callable[[dict[str, Any]], None]:
    value = None if callable(field.default) or not field.has_default() else field.get_default()

    def show(schema: dict[str, Any]) -> None:
        schema.pop("default", None)
        if value is not None:
            schema["default"] = str(value) if isinstance(value, Decimal) else value

    return show


# --- values going out ------------------------------------------------------------------------------------------------


def out_of(field: Any) -> Callable[[Any], Any] | None:
    """How a column's value becomes JSON; None: as it is."""
    if isinstance(field, models.DecimalField):
        return lambda value: None if value is None else format(value, "f")
    if isinstance(field, models.DateTimeField):
        return moment_out
    if isinstance(field, models.DateField):
        return lambda value: None if value is None else value.isoformat()
    return None


def moment_out(value: dt.datetime | None) -> str | None:
    return None if value is None else value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
