"""The shop of insights with its orders, and a small set of criteria whose sums can be made by hand."""

from __future__ import annotations

import pytest

from kundenkreis.planning.models import ScoringRound, SelectionCriterion, SelectionSet, TierRule
from kundenkreis.planning.selection import running
from tests.insights.conftest import facts_folder, sell, shop  # noqa: F401

CRITERIA = (
    {"axis": "attractiveness", "measure": "revenue", "weight": 60, "scale": "range", "low": 0, "high": 1000},
    {"axis": "attractiveness", "measure": "strategic", "weight": 40, "scale": "judged", "missing": "out"},
    {"axis": "position", "measure": "families", "weight": 70, "scale": "steps", "steps": [["1", 50], ["2", 100]]},
    {
        "axis": "position",
        "measure": "returns",
        "weight": 30,
        "scale": "range",
        "low": 10,
        "high": 0,
        "missing": "middle",
    },
)
RULES = (
    {"tier": "A", "attractiveness": 70, "reached": 60},
    {"tier": "D", "attractiveness": 70, "below": 60},
    {"tier": "B", "attractiveness": 40, "revenue": 300},
    {"tier": "C", "revenue": 1},
)


def put_in_force(by, criteria=CRITERIA, rules=RULES) -> SelectionSet:
    """An edition with these criteria and rules, in force."""
    one = SelectionSet.add(by=by, name_en="Ours", name_de="Unsere")
    for place, row in enumerate(criteria):
        SelectionCriterion.add(by=by, of_set=one, position=place, name_en=row["measure"], **row)
    for place, row in enumerate(rules):
        TierRule.add(by=by, of_set=one, position=place, **row)
    one.put_in_force(by=by)
    return one


@pytest.fixture
def ours(shop):  # noqa: F811
    return put_in_force(shop.ben)


@pytest.fixture
def scored(shop, ours):  # noqa: F811
    """`scored(**values)`: a round from its start to its results."""

    def make(**values) -> ScoringRound:
        return running.score(ScoringRound.start(by=shop.ben, **values))

    return make


def results(one: ScoringRound) -> dict:
    return {row.account.name: row for row in one.results.select_related("account")}
