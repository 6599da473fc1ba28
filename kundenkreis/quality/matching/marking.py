"""What two records were like when somebody decided about them, as a short mark."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from kundenkreis.customers import alike
from kundenkreis.customers.likeness.traits import Traits


def mark(one: Traits, other: Traits) -> str:
    """Another one as soon as one record has changed in what is compared; the same for another spelling of the same."""
    told = json.dumps([dict(one), dict(other)], sort_keys=True, ensure_ascii=False)
    return hashlib.blake2b(told.encode(), digest_size=16).hexdigest()


def mark_of(pair: Any) -> str:
    """The mark of a pair as its records are now."""
    return marks(pair.kind, [(pair.first.pk, pair.second.pk)])[pair.first.pk, pair.second.pk]


def marks(kind: str, pairs: Iterable[tuple[int, int]]) -> Mapping[tuple[int, int], str]:
    """The marks of some pairs of record numbers, as they are now."""
    asked = list(pairs)
    model = alike.BY_KIND[kind]
    raw = alike.RAW[kind]({number for pair in asked for number in pair})
    traits = {number: model.traits_of(one) for number, one in raw.items()}
    return {(a, b): mark(traits[a], traits[b]) for a, b in asked if a in traits and b in traits}
