"""Of which teams a sum may be told, so that no sum, and no difference of sums, is of fewer people than `FEWEST`.

A team's sum holds those of the teams below it. Taken off it, they leave a rest: whoever is in no team of which a sum is told. When each
told team's rest is nobody or `FEWEST` at least, so is every difference of told teams, for it is made of rests (complementary suppression,
as in Hundepool et al., Statistical Disclosure Control, 2012).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping

FEWEST = 3  # people in a sum beside the one who looks, for she knows her own


def told(parents: Mapping[int, int | None], people: Mapping[int | None, int]) -> frozenset[int | None]:
    """The teams whose sum may be told; None stands for everybody.

    `parents` is {team: the team above it, or None}; `people` is how many are in each team itself, and of no team under None.
    """
    below: dict[int | None, list[int]] = defaultdict(list)
    for team, parent in parents.items():
        below[parent if parent in parents else None].append(team)
    whole = Counter({team if team in parents else None: count for team, count in people.items()})
    found: set[int | None] = set()

    def add_up(team: int | None) -> int:
        whole[team] += sum(map(add_up, below[team]))
        return whole[team]

    def large(team: int | None) -> list[int]:
        return sorted((one for one in below[team] if whole[one] >= FEWEST), key=lambda one: (whole[one], one))

    def is_small(rest: int) -> bool:
        return 0 < rest < FEWEST

    def tell(team: int) -> None:
        found.add(team)
        shown = large(team)
        # The smallest of them makes a rest of one or two large enough.
        for one in shown[1:] if is_small(whole[team] - sum(whole[one] for one in shown)) else shown:
            tell(one)

    add_up(None)
    tops = large(None)
    # The teams are worth more than the sum of everybody.
    if whole[None] >= FEWEST and not is_small(whole[None] - sum(whole[one] for one in tops)):
        found.add(None)
    for one in tops:
        tell(one)
    return frozenset(found)
