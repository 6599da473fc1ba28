"""Which value each field of a merged record gets. No database: two records in, choices and values out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models

from kundenkreis.fields.filling import Fielded, put
from kundenkreis.fields.known import PREFIX

KEPT, GONE, BOTH = "kept", "gone", "both"

# What only makes sense together is taken together: a street of one and a place of the other are no address.
_TOGETHER: tuple[tuple[str, ...], ...] = (
    ("street", "postcode", "place", "country"),
    ("register_number", "register_court"),
    ("owner", "team"),
    ("touch_days", "touch_reason"),
    ("title_before", "title_after"),
)
# A number stays with its record, where it goes on leading to the one that is kept.
_NEVER = frozenset({"id", "number", "is_generated", "bar"})


@dataclass(frozen=True, slots=True)
class Field:
    """One field of both records. `choice` is what it gets unless somebody says otherwise; `with_` names the fields that go with it."""

    name: str
    label: str
    kept: Any
    gone: Any
    choice: str
    may_be_both: bool
    with_: tuple[str, ...]

    @property
    def differs(self) -> bool:
        return bool(self.kept != self.gone)


def names(model: type[models.Model]) -> list[str]:
    """The fields of which a merge has to choose a value."""
    return [f.name for f in model._meta.concrete_fields if f.editable and f.name not in _NEVER]


def fields(kept: models.Model, gone: models.Model) -> list[Field]:
    """Every field with its default choice: what the kept record lacks comes from the other, and of two texts nothing is lost."""
    found = []
    for name in names(type(kept)):
        spec: Any = kept._meta.get_field(name)
        group = next((group for group in _TOGETHER if name in group), (name,))
        mine, theirs = getattr(kept, spec.attname), getattr(gone, spec.attname)
        is_text = isinstance(spec, models.TextField)
        choice = GONE if _is_bare(kept, group) and not _is_bare(gone, group) else KEPT
        if is_text and mine and theirs and mine.strip() != theirs.strip():
            choice = BOTH
        with_ = tuple(other for other in group if other != name and hasattr(kept, other))
        found.append(Field(name, str(spec.verbose_name), mine, theirs, choice, is_text, with_))
    return found + _custom(kept, gone)


def _custom(kept: Any, gone: Any) -> list[Field]:
    """The custom fields, each by itself; what formulas come to follows."""
    own = kept.own_fields().written if isinstance(kept, Fielded) else ()
    both = [(one, kept.custom.get(one.key), gone.custom.get(one.key)) for one in own]
    return [
        Field(one.name, str(one.label), mine, theirs, KEPT if theirs is None or mine is not None else GONE, False, ())
        for one, mine, theirs in both
    ]


def chosen(kept: models.Model, gone: models.Model, choices: Mapping[str, str]) -> dict[str, Any]:
    """{column: value} of those fields of `kept` that get another value. Raises ValueError for a field or choice that there is not."""
    known = {field.name: field for field in fields(kept, gone)}
    for name, choice in choices.items():
        if name not in known or choice not in (KEPT, GONE, BOTH) or (choice == BOTH and not known[name].may_be_both):
            raise ValueError(f"{name}: {choice}")
    values: dict[str, Any] = {}
    for field in known.values():
        choice = choices.get(field.name, field.choice)
        value = field.kept
        if choice == GONE:
            value = field.gone
        elif choice == BOTH and field.differs:
            value = "\n\n".join(filter(None, (field.kept, field.gone)))
        if value != field.kept and field.name.startswith(PREFIX):
            values.setdefault("custom", dict(kept.custom))  # type: ignore[attr-defined]
            put(values["custom"], kept.own_fields().by_name[field.name], value)  # type: ignore[attr-defined]
        elif value != field.kept:
            values[str(kept._meta.get_field(field.name).attname)] = value  # type: ignore[union-attr]
    return values | _refused(kept, gone)


def _refused(kept: Any, gone: Any) -> dict[str, Any]:
    """Nobody chooses away that one of the two is not to be contacted, or objects to advertising (GDPR Art. 21 (2)): the earlier day holds."""
    values = {}
    if getattr(gone, "bar", "") and not kept.bar:
        values["bar"] = gone.bar
    since = getattr(gone, "objected_at", None)
    if since is not None and (kept.objected_at is None or since < kept.objected_at):
        values |= {"objected_at": since, "objection_source": gone.objection_source}
    return values


def _is_bare(record: models.Model, group: Sequence[str]) -> bool:
    return all(getattr(record, name, None) in (None, "") for name in group if name != "country" or len(group) == 1)
