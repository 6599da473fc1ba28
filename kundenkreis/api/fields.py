"""Custom fields: their definitions as a resource, and their values as the member `custom` of a noun that has them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from ninja import Router
from pydantic import AfterValidator, Field

from kundenkreis.api import shapes
from kundenkreis.api.noun import READ, Noun
from kundenkreis.api.resource import Routes
from kundenkreis.api.shapes import Shown, storable
from kundenkreis.core.filters import Filter
from kundenkreis.fields import known, rolling, values
from kundenkreis.fields.models import CustomField, Layout, PickList
from kundenkreis.staff import access

_Text = Annotated[str, Field(max_length=values.LONGEST_TEXT), AfterValidator(storable)]
_Key = Annotated[str, Field(max_length=40, pattern=r"^[a-z][a-z0-9_]*$")]
_Value = _Text | int | float | Annotated[list[_Text], Field(max_length=10_000)] | None
_Given = Annotated[dict[_Key, _Value], Field(max_length=300)]
_GIVEN = (
    "Values of custom fields by their keys (`/custom-fields`): numbers and amounts as text or number, days as 2026-01-31, choices by their "
    "keys, people and other records by their numbers. What is left out stays as it is;"
    " null takes a value away. Formulas are worked out and cannot be written."
)
WRITTEN: dict[str, Any] = {"custom": (_Given, Field(default={}, description=_GIVEN))}
"""`Noun.more` of a noun with custom fields."""

_Read = dict[str, str | int | list[str]]


def shown(noun: str) -> Shown:
    """The values of a record's active fields, by key; what is empty is left out."""

    def made_for(user: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
        there = [one for one in known.of(noun).active if not one.rolls or rolling.may_see(user, one)]
        return lambda kept: {one.key: _out(one, kept[one.key]) for one in there if one.key in kept}

    said = "Values of custom fields by their keys; what is empty is left out. Numbers and amounts are text, so that they stay exact."
    return Shown(name="custom", columns=("custom",), type=_Read, made_for=made_for, description=said)


def _out(field: known.Field, value: Any) -> Any:
    if field.holds in ("number", "money"):
        amount = values.as_decimal(value)
        return str(value) if amount is None else format(amount, "f")
    return value


class RollUp(shapes.Written):
    """What is rolled up: `of` which records, `how`, `what` of them (not of a count), and `where`: conditions in the language of the lists."""

    of: Annotated[str, Field(max_length=40)] = ""
    how: Annotated[str, Field(max_length=10)] = ""
    what: Annotated[str, Field(max_length=40)] = ""
    where: Annotated[list[_Text], Field(max_length=20)] = []


class ChoiceOfField(shapes.Written):
    """One choice; the key is made of the label when it is left out, and never changes. `default`: what new forms begin with; `merged`: the
    key of the choice that stands for it now.
    """

    key: Annotated[str, Field(max_length=40, pattern=r"^[a-z0-9_]*$")] = ""
    en: Annotated[str, Field(max_length=80), AfterValidator(storable)] = ""
    de: Annotated[str, Field(max_length=80), AfterValidator(storable)] = ""
    retired: bool = False
    default: bool = False
    merged: Annotated[str, Field(max_length=40, pattern=r"^[a-z0-9_]*$")] = ""


def _plain(given: dict[str, Any]) -> dict[str, Any]:
    """Choices as the noun takes them."""
    if given.get("choices") is not None:
        given["choices"] = [one.model_dump() for one in given["choices"]]
    elif "choices" in given:
        given["choices"] = []
    if "rollup" in given:
        given["rollup"] = given["rollup"].model_dump() if given["rollup"] is not None else {}
    return given


def _add(*, by: Any, **given: Any) -> CustomField:
    return CustomField.add(by=by, **_plain(given))


def _change(record: CustomField, *, by: Any, **given: Any) -> Any:
    return record.change(by=by, **_plain(given))


def _allowed(user: Any, verb: str, record: Any) -> bool:
    """Everybody knows which fields there are; an administrator keeps them."""
    return user.is_authenticated if verb == "see" else access.may(user, "fields.change")


_WRITTEN = (
    "label_en",
    "label_de",
    "help_en",
    "help_de",
    "group_en",
    "group_de",
    "position",
    "is_required",
    "required_roles",
    "required_stages",
    "decimals",
    "currency",
    "formula",
    "refers_to",
    "is_indexed",
    "is_searched",
)
CUSTOM_FIELDS = Noun(
    path="custom-fields",
    title="CustomField",
    model=CustomField,
    area="house",
    tag="House",
    about="Fields that the house has added to a noun (`belongs_to`: accounts, contacts, products, leads, projects …). Their values are the member "
    "`custom` of its records.",
    allowed=_allowed,
    read=(
        "belongs_to",
        "key",
        "kind",
        *_WRITTEN,
        Shown(name="choices", columns=("choices",), type=list[ChoiceOfField]),
        Shown(name="rollup", columns=("rollup",), type=RollUp | None, make=lambda kept: kept or None),
        "rolled_on",
        "index_state",
        "retired_at",
    ),
    fixed=("belongs_to", "key", "kind"),
    write=_WRITTEN,
    more={
        "choices": (Annotated[list[ChoiceOfField], Field(max_length=10_000)], Field(default=[])),
        "rollup": (RollUp | None, Field(default=None)),
    },
    filters=(
        Filter("belongs_to", "text", "noun"),
        Filter("key", "text", "code"),
        Filter("kind", "choice", "kind", choices=CustomField.Kind.choices),
        Filter("retired_at", "moment", "retired"),
    ),
    sorts={"position": "position"},
    verbs=READ | {"add", "change", "discard", "restore", "history"},
    add=_add,
    change=_change,
)


def _listed(given: dict[str, Any]) -> dict[str, Any]:
    for name in ("choices", "groups"):
        if given.get(name) is not None:
            given[name] = [one.model_dump() for one in given[name]]
        elif name in given:
            given[name] = []
    return given


class ValueOfList(shapes.Written):
    """One value of a list. `default`: what new forms begin with; `merged`: the key of the value that stands for it now."""

    key: Annotated[str, Field(max_length=200), AfterValidator(storable)] = ""
    en: Annotated[str, Field(max_length=200), AfterValidator(storable)] = ""
    de: Annotated[str, Field(max_length=200), AfterValidator(storable)] = ""
    retired: bool = False
    default: bool = False
    merged: Annotated[str, Field(max_length=200), AfterValidator(storable)] = ""


class FieldOfLayout(shapes.Written):
    """A field in its place: whether page and form show it, and whether the form insists on it."""

    name: Annotated[str, Field(max_length=60), AfterValidator(storable)]
    page: bool = True
    form: bool = True
    required: bool = False


class GroupOfLayout(shapes.Written):
    key: Annotated[str, Field(max_length=60), AfterValidator(storable)]
    en: Annotated[str, Field(max_length=80), AfterValidator(storable)] = ""
    de: Annotated[str, Field(max_length=80), AfterValidator(storable)] = ""
    fields: Annotated[list[FieldOfLayout], Field(max_length=600)] = []


PICK_LISTS = Noun(
    path="pick-lists",
    title="PickList",
    model=PickList,
    area="house",
    tag="House",
    about="What the house has made of a list of built-in choices (`name`: accounts.industry, accounts.tier, …): how its values are called,"
    " their order, which are not offered. A list that the house has not touched is not there. Choices of custom fields stand at `/custom-fields`.",
    allowed=_allowed,
    read=("name", Shown(name="choices", columns=("choices",), type=list[ValueOfList])),
    fixed=("name",),
    write=(),
    more={"choices": (Annotated[list[ValueOfList], Field(max_length=10_000)], Field(default=[]))},
    filters=(Filter("name", "text", "name"),),
    sorts={},
    verbs=READ | {"add", "change", "discard", "restore", "history"},
    add=lambda *, by, **given: PickList.add(by=by, **_listed(given)),
    change=lambda record, *, by, **given: record.change(by=by, **_listed(given)),
)
LAYOUTS = Noun(
    path="layouts",
    title="Layout",
    model=Layout,
    area="house",
    tag="House",
    about="Which groups and fields of a noun (`belongs_to`) stand where, on its page and in its form, for everybody or for one role."
    " A layout orders and hides; it opens nothing.",
    allowed=_allowed,
    read=("belongs_to", "role", Shown(name="groups", columns=("groups",), type=list[GroupOfLayout])),
    fixed=("belongs_to", "role"),
    write=(),
    more={"groups": (Annotated[list[GroupOfLayout], Field(max_length=40)], Field(default=[]))},
    filters=(Filter("belongs_to", "text", "noun"), Filter("role", "text", "role")),
    sorts={},
    verbs=READ | {"add", "change", "discard", "restore", "history"},
    add=lambda *, by, **given: Layout.add(by=by, **_listed(given)),
    change=lambda record, *, by, **given: record.change(by=by, **_listed(given)),
)

NOUNS = [CUSTOM_FIELDS, PICK_LISTS, LAYOUTS]


def routers() -> list[Router]:
    routes = Routes(CUSTOM_FIELDS)
    routes.step("retire", "Retire one: it is asked for no more, what it holds stays", CustomField.retire)
    routes.step("bring-back", "Bring a retired one back", CustomField.bring_back)
    return [routes.router, Routes(PICK_LISTS).router, Routes(LAYOUTS).router]
