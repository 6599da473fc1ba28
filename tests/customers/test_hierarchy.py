"""Dated hierarchies that never bite their own tail."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from kundenkreis.customers import hierarchy
from kundenkreis.customers.models import Account

MAY, JUNE, JULY = dt.date(2026, 5, 1), dt.date(2026, 6, 30), dt.date(2026, 7, 1)


@pytest.fixture
def family(world):
    return {name: Account.add(by=world.ben, name=name) for name in ("Holding", "North", "South", "Shop")}


def put(world, child, parent, kind="legal", **values):
    return hierarchy.place(child, parent, kind, by=world.ben, **values)


def test_a_group_is_everybody_under_the_head(world, family):
    put(world, family["North"], family["Holding"])
    put(world, family["South"], family["Holding"])
    put(world, family["Shop"], family["North"])
    group = hierarchy.group(family["Shop"], "legal", MAY)
    assert group[0] == family["Holding"].pk
    assert set(group) == {a.pk for a in family.values()}
    assert hierarchy.members(family["North"], "legal", MAY) == [family["North"].pk, family["Shop"].pk]
    assert hierarchy.root(family["Shop"], "legal", MAY) == family["Holding"]


def test_hierarchies_are_separate(world, family):
    put(world, family["Shop"], family["North"], "legal")
    put(world, family["North"], family["Shop"], "buying")
    assert hierarchy.members(family["Shop"], "legal", MAY) == [family["Shop"].pk]
    assert hierarchy.hierarchies_of(family["Shop"], MAY) == ["legal", "buying"]


def test_a_circle_is_refused_in_words(world, family):
    put(world, family["North"], family["Holding"])
    put(world, family["Shop"], family["North"])
    with pytest.raises(ValidationError, match="circle"):
        put(world, family["Holding"], family["Shop"])
    with pytest.raises(ValidationError, match="circle"):
        put(world, family["South"], family["South"])
    assert hierarchy.ancestors(family["Holding"], "legal", MAY) == [family["Holding"].pk]


def test_a_circle_on_different_days_is_none(world, family):
    put(world, family["North"], family["South"], ends_on=JUNE)
    put(world, family["South"], family["North"], starts_on=JULY)
    assert hierarchy.root(family["North"], "legal", MAY) == family["South"]
    assert hierarchy.root(family["South"], "legal", JULY) == family["North"]


def test_a_circle_on_one_common_day_is_one(world, family):
    put(world, family["North"], family["South"], ends_on=JULY)
    with pytest.raises(ValidationError, match="circle"):
        put(world, family["South"], family["North"], starts_on=JULY)


def test_an_account_has_one_parent_at_a_time(world, family):
    put(world, family["Shop"], family["North"], ends_on=JUNE)
    with pytest.raises(ValidationError, match="at that time already"):
        put(world, family["Shop"], family["South"], starts_on=JUNE)
    put(world, family["Shop"], family["South"], starts_on=JULY)
    assert hierarchy.root(family["Shop"], "legal", JULY) == family["South"]


def test_a_link_in_the_bin_does_not_hold(world, family):
    put(world, family["Shop"], family["North"]).discard(by=world.ben)
    assert hierarchy.group(family["Shop"], "legal", MAY) == [family["Shop"].pk]


def test_a_deep_group_is_one_query(world, django_assert_num_queries):
    chain = [Account.add(by=world.ben, name=f"Level {i}") for i in range(12)]
    for child, parent in zip(chain[1:], chain, strict=False):
        put(world, child, parent)
    with django_assert_num_queries(1):
        assert len(hierarchy.members(chain[0], "legal", MAY)) == 12
