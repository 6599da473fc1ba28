"""Which teams' sums may be told: neither they nor what is left between them are of one or two people."""

import random
from collections import Counter

import pytest

from kundenkreis.activities.small_teams import FEWEST, told


def test_of_everybody_and_of_teams_that_are_large_enough():
    assert told({1: None, 2: None}, {1: 3, 2: 3}) == {None, 1, 2}
    assert told({1: None, 2: None}, {1: 3, 2: 4, None: 3}) == {None, 1, 2}
    assert told({1: None}, {1: 2}) == frozenset()
    assert told({}, {}) == frozenset()


def test_everybody_is_left_out_where_the_rest_would_be_of_one_or_two():
    assert told({1: None, 2: None, 3: None}, {1: 5, 2: 4, 3: 2}) == {1, 2}
    assert told({1: None}, {1: 7, None: 1}) == {1}


def test_the_smallest_team_is_left_out_where_the_rest_of_the_one_above_would_be_of_one_or_two():
    # 1 less 11 and 12 would be the two people of 13.
    assert told({1: None, 11: 1, 12: 1, 13: 1}, {11: 5, 12: 4, 13: 2}) == {None, 1, 11}


def test_below_a_team_that_is_left_out_nothing_is_told():
    # Else 1 less 111 would be two people.
    assert told({1: None, 11: 1, 111: 11}, {111: 3, 11: 1, 1: 1}) == {None, 1}


def test_a_team_in_the_bin_counts_as_none():
    assert told({1: None, 2: 9}, {1: 3, 2: 3, 9: 3}) == {None, 1, 2}


@pytest.mark.parametrize("seed", range(3))
def test_people_in_the_same_told_teams_are_three_at_least(seed):
    dice = random.Random(seed)
    for _house in range(200):
        look_at_a_house(dice)


def look_at_a_house(dice):
    parents = {team: dice.choice([None, *range(1, team)]) for team in range(1, dice.randint(2, 12))}
    people = [dice.choice([None, *parents]) for _person in range(dice.randint(0, 30))]
    shown = told(parents, Counter(people))

    def above(team):
        while team is not None:
            yield team
            team = parents[team]
        yield None

    alike = Counter(frozenset(shown.intersection(above(team))) for team in people)
    alike.pop(frozenset(), None)  # in no sum
    assert all(count >= FEWEST for count in alike.values()), (parents, people, shown)
