"""What lists, views, exports and the API can ask of custom fields, in the one filter language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from kundenkreis.core.filters import Filter
from kundenkreis.fields import known, picks, references, rolling
from kundenkreis.fields.known import Field
from kundenkreis.staff.models import User

_KINDS = {"money": "number", "several": "choice"}


@dataclass(frozen=True)
class _Picked(Filter):
    """Of a list of the house's own: asked for as a choice once something is on it, and as a text before."""

    pick: str = ""

    def __getattribute__(self, name: str) -> Any:
        if name == "kind" and picks.is_closed(super().__getattribute__("pick")):
            return "choice"
        return super().__getattribute__(name)


def picked(name: str, label: Any, pick: str, column: str = "") -> Filter:
    """By a column whose values stand on a pick list."""
    kind = "text" if picks.LISTS[pick].is_own else "choice"
    return _Picked(name, kind, label, column, choices=picks.choices_of(pick), pick=pick)


def filters(noun: str, path: str = "") -> tuple[Filter, ...]:
    """One for each active field of the noun; `path` leads to the record ("contact__"). Made once for the same definitions."""
    fields = known.of(noun)
    made = fields.__dict__.setdefault("_filters", {})
    if path not in made:
        made[path] = tuple(_filter(one, path) for one in fields.active)
    return made[path]


def refused(noun: str) -> tuple[Filter, ...]:
    """The retired fields: a view or an address that asks for one is told why it cannot."""
    return tuple(
        Filter(
            one.name, "text", one.label, refused=_("“%(label)s” is a field that was retired.") % {"label": one.label}
        )
        for one in known.of(noun).all
        if one.is_retired
    )


def drivers(noun: str) -> frozenset[str]:
    """The fields whose index is ready (see `core.steering`)."""
    return frozenset(one.name for one in known.of(noun).active if one.is_ready)


def people() -> list[tuple[int, str]]:
    return [(p.pk, str(p)) for p in User.objects.living().order_by("last_name", "first_name")]


def _filter(field: Field, path: str) -> Filter:
    if field.kind == "reference":
        return references.asked(field, path + field.path)
    kind = _KINDS.get(field.holds, field.holds)
    choices = people if kind == "person" else field.labels if kind == "choice" else ()
    may = (lambda person: rolling.may_see(person, field)) if field.rolls else None
    return Filter(field.name, kind, field.label, path + field.path, choices=choices, index_is_of_living=True, may=may)
