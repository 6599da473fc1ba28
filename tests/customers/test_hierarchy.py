"""Dated hierarchies that never bite their own tail."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from kundenkreis.customers import hierarchy
from kundenkreis.customers.models import Account
from kundenkreis.history.models import Event
from kundenkreis.history.undo import undo_event

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
    with pytest.raises(ValidationError, match="cannot belong to itself"):
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
    with pytest.raises(ValidationError, match="another parent in this hierarchy"):
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


def test_a_change_of_dates_cannot_close_a_circle(world, family, signed_in):
    link = put(world, family["North"], family["South"], ends_on=JUNE)
    put(world, family["South"], family["North"], starts_on=JULY)
    with pytest.raises(ValidationError, match="circle"):
        link.change(by=world.ben, ends_on=None)
    link.refresh_from_db()
    assert link.ends_on == JUNE
    address = f"/accounts/{family['North'].pk}/links/{link.pk}/edit/"
    page = signed_in(world.ben).post(address, {"starts_on": "", "ends_on": "", "share": ""})
    assert page.status_code == 422
    assert "circle" in page.text


def test_a_link_out_of_the_bin_cannot_close_a_circle(world, family):
    link = put(world, family["North"], family["South"])
    link.discard(by=world.ben)
    put(world, family["South"], family["North"])
    with pytest.raises(ValidationError, match="circle"):
        link.restore(by=world.ben)
    with pytest.raises(ValidationError, match="circle"):
        undo_event(Event.objects.get(verb="accountlink.discarded"), by=world.ben)
    assert hierarchy.root(family["North"], "legal", MAY) == family["North"]


def test_a_link_out_of_the_bin_is_no_second_parent(world, family):
    link = put(world, family["Shop"], family["South"])
    link.discard(by=world.ben)
    put(world, family["Shop"], family["North"])
    with pytest.raises(ValidationError, match="another parent"):
        link.restore(by=world.ben)
    with pytest.raises(ValidationError, match="another parent"):
        undo_event(Event.objects.get(verb="accountlink.discarded"), by=world.ben)
    assert hierarchy.ancestors(family["Shop"], "legal", MAY)[1:] == [family["North"].pk]


def test_an_undone_change_cannot_close_a_circle(world, family):
    link = put(world, family["North"], family["South"])
    event = link.change(by=world.ben, ends_on=JUNE)
    put(world, family["South"], family["North"], starts_on=JULY)
    with pytest.raises(ValidationError, match="circle"):
        undo_event(event, by=world.ben)
