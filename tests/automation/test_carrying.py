"""Rules go from one house to another with the configuration, after a look at the difference."""

from __future__ import annotations

import json

import pytest
from django.core.exceptions import ValidationError

from kundenkreis.automation.models import AutomationRule
from kundenkreis.configuration import applying, comparing, document
from kundenkreis.fields import known
from kundenkreis.fields.models import CustomField
from kundenkreis.history import undo
from kundenkreis.staff.models import User
from tests.automation.ruling import again, rule, set_to, task, told
from tests.fields.defining import define

PART = "automation_rules"


def compared(content):
    return comparing.compare(document.read(content))


def taken_over(content, by, *more):
    found = compared(content)
    return applying.apply(found, applying.usual(found) | set(more), by=by)


def carried():
    return dict(document.dump([PART])[PART])


def test_what_is_taken_out_and_brought_in_again_is_the_same_whoever_has_which_number(world):
    one = rule(
        world, "added", task(who=f"person:{world.ben.pk}"), told("lead", f"person:{world.ada.pk}"), name="Welcome"
    )
    tops = {"name": "Tops", "field": "relation", "to_value": "customer", "conditions": ["country:in:AT"]}
    rule(world, "changed", set_to("tier", "A"), **tops)
    file, before = document.written([PART]).encode(), carried()
    assert not compared(file) and list(before) == ["tops", "welcome"]
    assert before["welcome"]["actions"][0]["who"] == f"person:{world.ben.email}"
    assert before["welcome"]["responsible"] == world.admin.email
    # The other house: Ben has another number there, one rule differs, one is not there, one is there alone.
    User.objects.filter(pk=world.ben.pk).update(email="old@example.test")
    new_ben = User.objects.create_user("ben@example.test", "x", last_name="Kern", role="head_of_sales")
    AutomationRule.objects.get(key="tops").discard(by=world.admin)
    one.change(by=world.admin, name="Hello", most_a_day=3)
    rule(world, "added", task(), name="Only here")
    there = carried()
    kinds = {item.change.key: (item.kind, {line[0] for line in item.lines}) for item in compared(file).items}
    assert kinds["tops"][0] == "new" and kinds["only-here"][0] == "gone"
    assert kinds["welcome"] == ("changed", {"Name", "At most a day", "Then"})
    batch = taken_over(file, world.admin)
    assert {item.change.key for item in compared(file).items} == {"only-here"}, (
        "told only: nobody says that it should go"
    )
    assert again(one).actions[0]["who"] == f"person:{new_ben.pk}" and again(one).is_on, "what is there stays on or off"
    assert not AutomationRule.objects.living().get(key="tops").is_on, "what comes in is off"
    undo.undo_batch(batch, by=world.admin)
    assert carried() == there


def test_what_does_not_fit_the_house_is_told_and_refused_as_a_whole(world):
    define("seats", "number")
    rule(world, "added", task(), name="Good")
    rule(world, "meets", task(), name="Large", conditions=["custom_seats:from:5"])
    rule(world, "added", task(who=f"person:{world.cem.pk}"), name="For Cem")
    file = document.written().encode()
    AutomationRule._base_manager.all().delete()
    CustomField._base_manager.all().delete()
    known.forget()
    User.objects.filter(pk=world.cem.pk).update(email="elsewhere@example.test")
    found = compared(file)
    said = {item.change.key: item for item in found.items if item.part.name == PART}
    assert not said["good"].conflicts and said["for-cem"].is_stopped
    assert "cem@example.test" in said["for-cem"].conflicts[0].text
    assert said["large"].conflicts and not said["large"].is_stopped, "the file brings the field along"
    with pytest.raises(ValidationError, match="Large|large"):
        applying.apply(found, {f"{PART}:good", f"{PART}:large"}, by=world.admin)
    assert not AutomationRule.objects.exists(), "all or nothing"
    taken_over(file, world.admin)
    assert set(AutomationRule.objects.values_list("key", flat=True)) == {"good", "large"}


@pytest.mark.parametrize(
    "nonsense",
    [{"days": "x"}, {"strange": 1}, {"belongs_to": "moons"}, {"days": True}, {"name": None}, {"conditions": {}}],
)
def test_nonsense_is_no_rule(world, nonsense):
    rule(world, "added", task(), name="Good")
    whole = document.as_json()
    whole["parts"][PART]["good"] |= nonsense
    with pytest.raises(ValidationError):
        compared(json.dumps(whole).encode())
