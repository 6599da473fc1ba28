"""The declaration of a noun: what it shows, what may be written, how its list is asked, and who may do what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db import models

from kundenkreis.api import shapes
from kundenkreis.api.shapes import Shown
from kundenkreis.core.filters import Filter
from kundenkreis.core.records import Record
from kundenkreis.fields import asking as fields
from kundenkreis.staff import access

Allowed = Callable[[Any, str, Any], bool]
"""`allowed(user, verb, record)`: may she see, add, change or discard it; without a record: anything of the kind at all."""

READ = frozenset({"list", "get"})
ALL = READ | {"add", "change", "discard", "restore", "history", "bulk"}


def of(prefix: str) -> Allowed:
    """The access table's own answer: "accounts.change" on the record itself."""
    return lambda user, verb, record: access.may(user, f"{prefix}.{verb}", record)


def part_of(prefix: str, owner: str) -> Allowed:
    """For what belongs to a record: whoever may change the account may add, change and discard its relations."""

    def allowed(user: Any, verb: str, record: Any) -> bool:
        action = f"{prefix}.{'see' if verb == 'see' else 'change'}"
        return access.may(user, action, getattr(record, owner) if record is not None and verb != "see" else None)

    return allowed


def kept_by(see: str, write: str) -> Allowed:
    """For what an administrator keeps: one action to see, one to write, on nothing in particular."""
    return lambda user, verb, record: access.may(user, see if verb == "see" else write)


@dataclass(frozen=True, kw_only=True)
class Noun:
    """`read`, `write` and `fixed` (only when it is made) name model fields; `Shown` are further readable ones.

    `mine`: the field that is the caller when left out. `guarded`: fields whose value needs another action, unless it is the caller herself.
    `hidden`: fields that need an action to be seen, in lists, filters and history too. `seen`: the queryset a person sees where the
    model has no `visible_to`; `listed` the same for lists, where that has a better shape. `feed`: narrows a list that is followed in
    the order of the numbers down to what nothing can come before any more; its last page has a `next` as well. `add`, `change` and
    `discard` are other verbs than the model's own, called as `verb(by=…, **values)`, `verb(record, by=…, **values)` and
    `verb(record, by=…)`; `add_many` is another verb than `history.adding.add_many`, called like it but for the model; `more` are members
    of the body that are no fields, given to those verbs under their names; `derived` are fields that the verb works out when they are
    left out, whatever default the column has.
    `fielded`: the noun (of `fields.nouns`) whose custom fields can be asked and sorted by too.
    `drivers`: names of filters whose column leads an index (see `core.steering`).
    """

    path: str
    title: str
    model: type[models.Model]
    area: str
    allowed: Allowed
    about: str = ""
    tag: str = ""
    read: tuple[str | Shown, ...]
    write: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()
    more: Mapping[str, Any] = field(default_factory=dict)
    filters: tuple[Filter, ...] = ()
    drivers: frozenset[str] = frozenset()
    fielded: str = ""
    sorts: Mapping[str, str] = field(default_factory=dict)
    default_sort: str = "id"
    feed: Callable[[Any], Any] | None = None
    verbs: frozenset[str] = ALL
    mine: str = ""
    derived: frozenset[str] = frozenset()
    guarded: Mapping[str, str] = field(default_factory=dict)
    hidden: Mapping[str, str] = field(default_factory=dict)
    seen: Callable[[Any], models.QuerySet] | None = None
    listed: Callable[[Any], models.QuerySet] | None = None
    add: Callable[..., Any] | None = None
    add_many: Callable[..., Any] | None = None
    change: Callable[..., Any] | None = None
    discard: Callable[..., Any] | None = None
    # Refuses a new record that may be here already, when the request asks for that; called as `refuse(request, user, values)`.
    refuse: Callable[[Any, Any, dict[str, Any]], None] | None = None
    parameters: tuple[dict[str, Any], ...] = ()

    @property
    def all_filters(self) -> tuple[Filter, ...]:
        """With the custom fields, those that were retired too: who asks by one is told so."""
        return (
            (*self.filters, *fields.filters(self.fielded), *fields.refused(self.fielded))
            if self.fielded
            else self.filters
        )

    @property
    def all_drivers(self) -> frozenset[str]:
        return self.drivers | fields.drivers(self.fielded) if self.fielded else self.drivers

    def for_list(self, user: Any) -> Any:
        """What `visible` gives, in the shape in which a list of it is read."""
        return self.listed(user) if self.listed else self.visible(user)

    def visible(self, user: Any) -> Any:
        return self.seen(user) if self.seen else self.model._default_manager.visible_to(user)  # type: ignore[attr-defined]

    @property
    def has_bin(self) -> bool:
        return issubclass(self.model, Record)

    @cached_property
    def names(self) -> dict[str, str]:
        return shapes.names_of(self.model)

    @cached_property
    def fields(self) -> dict[str, Any]:
        """Name in the API → model field."""
        return {api: self.model._meta.get_field(name) for name, api in self.names.items()}

    @cached_property
    def readable(self) -> tuple[str | Shown, ...]:
        """What is shown, with the number, version and times that every record has."""
        own = ("version", "created_at", "changed_at", "deleted_at") if self.has_bin else ()
        return ("id", *self.read, *own)

    @cached_property
    def record_schema(self) -> type[shapes.Read]:
        return shapes.read_schema(self.title, self.model, self.readable, self.hidden)

    @cached_property
    def row_schema(self) -> type[shapes.Read]:
        return shapes.row_schema(f"{self.title}Row", self.record_schema)

    @cached_property
    def new_schema(self) -> type[shapes.Written]:
        return shapes.new_schema(f"New{self.title}", self.model, (*self.fixed, *self.write), self.more, self.derived)

    @cached_property
    def change_schema(self) -> type[shapes.Written]:
        more = {name: (kind[0] | None, None) for name, kind in self.more.items()}
        return shapes.change_schema(f"{self.title}Change", self.model, self.write, more)

    def hidden_from(self, user: Any) -> frozenset[str]:
        return frozenset(name for name, action in self.hidden.items() if not access.may(user, action))
