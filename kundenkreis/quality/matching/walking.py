"""A few records held against all others by the house's table of keys, without the engine."""

from __future__ import annotations

from collections.abc import Sequence

from kundenkreis.customers import alike
from kundenkreis.customers.models import match_keys
from kundenkreis.quality.matching.comparisons import Matched
from kundenkreis.quality.matching.keeping import Found
from kundenkreis.quality.matching.scoring import LIKELY, weigh
from kundenkreis.quality.matching.weights import Weights

PER_KEY = 40  # candidates of one key that are looked at
TOGETHER = 200  # records whose candidates are read at once


def pairs(matched: Matched, weights: Weights, before: float, ids: Sequence[int]) -> list[Found]:
    """The likely pairs of these records with any other, each once."""
    found: dict[tuple[int, int], Found] = {}
    for start in range(0, len(ids), TOGETHER):
        some = ids[start : start + TOGETHER]
        for one in _of_some(matched, weights, before, some):
            found[one.low, one.high] = one
    return sorted(found.values())


def _of_some(matched: Matched, weights: Weights, before: float, ids: Sequence[int]) -> list[Found]:
    kind, number = matched.kind, match_keys.KINDS[matched.name]
    own = {pk: kind.traits_of(raw) for pk, raw in _living(matched, ids).items()}
    candidates = {pk: set(match_keys.found(number, kind.keys_of(traits), PER_KEY)) - {pk} for pk, traits in own.items()}
    others = set().union(*candidates.values()) - own.keys() if candidates else set()
    traits = own | {pk: kind.traits_of(raw) for pk, raw in _living(matched, sorted(others)).items()}
    found = []
    for pk, some in candidates.items():
        for other in some & traits.keys():
            low, high = sorted((pk, other))
            likeness = weigh(matched, weights, before, traits[low], traits[high])
            if likeness.weight >= LIKELY:
                found.append(Found(low, high, likeness))
    return found


def _living(matched: Matched, ids: Sequence[int]) -> dict[int, dict]:
    from kundenkreis.quality.matching.running import MODELS

    living = set(MODELS[matched.name].objects.living().filter(pk__listed=list(ids)).values_list("pk", flat=True))
    return alike.RAW[matched.name](living)
