"""Which nouns have custom fields: each tells it when the house starts, with what of its own formulas may read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kundenkreis.fields.filling import Fielded


@dataclass(frozen=True)
class FieldedNoun:
    """`name` as lists and addresses have it ("accounts"); `read` is what of the record's own columns formulas can read, with its kind;
    `stages` the values of what `Fielded.asks` looks at, with their labels.
    """

    name: str
    model: type[Fielded]
    label: Any
    read: Mapping[str, str] = field(default_factory=dict)
    stages: Mapping[str, Any] = field(default_factory=dict)


NOUNS: dict[str, FieldedNoun] = {}


def tell(name: str, model: type[Fielded], label: Any, stages: Iterable[tuple[str, Any]] = (), /, **read: str) -> None:
    """This noun has custom fields. `stages` are those in which a field can be required, with their labels; `read` maps columns to
    "number", "text" or "date".
    """
    NOUNS[name] = FieldedNoun(name, model, label, read, dict(stages))
