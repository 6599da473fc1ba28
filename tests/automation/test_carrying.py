"""Rules go from one house to another as plain data, with a look at the difference first."""

from __future__ import annotations

import json

import pytest
from django.core.exceptions import ValidationError

from kundenkreis.automation import carrying
from kundenkreis.automation.models import AutomationRule
from kundenkreis.staff.models import User
from tests.automation.ruling import again, rule, set_to, task, told


def test_what_is_taken_out_and_brought_in_again_is_the_same_whoever_has_which_number(world):
    one = rule(
        world, "added", task(who=f"person:{world.ben.pk}"), told("lead", f"person:{world.ada.pk}"), name="Welcome"
    )
    rule(
        world,
        "changed",
        set_to("tier", "A"),
        name="Tops",
        field="relation",
        to_value="customer",
        conditions=["country:in:AT"],
    )
    rows = json.loads(json.dumps(carrying.dump()))
    assert not carrying.compare(rows) and [row["key"] for row in rows] == ["tops", "welcome"]
    assert rows[1]["actions"][0]["who"] == f"person:{world.ben.email}" and rows[1]["responsible"] == world.admin.email
    # The other house: Ben has another number there, one rule differs, one is not there, one is there alone.
    User.objects.filter(pk=world.ben.pk).update(email="old@example.test")
    new_ben = User.objects.create_user("ben@example.test", "x", last_name="Kern", role="head_of_sales")
    AutomationRule.objects.get(key="tops").discard(by=world.admin)
    one.change(by=world.admin, name="Hello", most_a_day=3)
    only_here = rule(world, "added", task(), name="Only here")
    found = carrying.compare(rows)
    assert [row["key"] for row in found.added] == ["tops"] and found.left == [only_here]
    ((changed, parts),) = found.changed
    assert changed == one and set(parts) == {"name", "most_a_day", "actions"}
    carrying.apply(rows, by=world.admin)
    assert not carrying.compare(rows)
    assert again(one).actions[0]["who"] == f"person:{new_ben.pk}" and again(one).is_on, "what is there stays on or off"
    assert not AutomationRule.objects.living().get(key="tops").is_on, "what comes in is off"


def test_what_does_not_fit_the_house_is_refused_as_a_whole_and_named(world):
    rows = [
        {"key": "good", "name": "Good", "belongs_to": "accounts", "when": "added", "actions": [task()], "responsible": world.admin.email},
        {"key": "bad", "name": "Bad", "belongs_to": "accounts", "when": "added", "actions": [task()], "responsible": "who@example.test"},
    ]  # fmt: skip
    with pytest.raises(ValidationError) as wrong:
        carrying.apply(rows, by=world.admin)
    assert "bad" in str(wrong.value) and not AutomationRule.objects.exists()
    for nonsense in (
        None, {}, [1], [{}], [rows[0] | {"days": "x"}], [rows[0] | {"strange": 1}], [rows[0], rows[0]], [rows[0] | {"belongs_to": "moons"}],
        [rows[0] | {"days": True}],
    ):  # fmt: skip
        with pytest.raises(ValidationError):
            carrying.compare(nonsense)
    with pytest.raises(ValidationError):
        carrying.apply([rows[0] | {"actions": ["x", {"do": ["y"]}, None]}], by=world.admin)
