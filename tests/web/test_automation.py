"""The pages of automation: an example is taken over, changed, looked at, switched on, and what it did is told."""

from __future__ import annotations

from django.urls import reverse

from kundenkreis.activities.models import Activity
from kundenkreis.automation import usual, working
from kundenkreis.automation.models import AutomationRule, AutomationRun
from kundenkreis.customers.models import Account
from kundenkreis.fields.models import CustomField
from tests.automation.ruling import again, rule, set_to, task
from tests.fields.defining import define

NEW = "/house/automation/new/"
FILLED = {
    "name": "Tops", "when": "changed", "field": "tier", "was_field": "tier", "to_value": "A", "most_a_day": "50",
    "c.0.name": "revenue", "c.0.was": "revenue", "c.0.op": "over", "c.0.value": "50,000",
    "a.0.do": "task", "a.0.kind": "visit", "a.0.title": "See {account}", "a.0.days": "3", "a.0.working": "1", "a.0.who": "owner",
    "a.1.do": "notify", "a.1.to": ["lead", "role:administrator"],
}  # fmt: skip


def text(response):
    return response.content.decode()


def test_every_example_can_be_stored_as_it_is_in_both_languages(world, signed_in):
    client = signed_in(world.admin)
    assert "Begin with an example" in text(client.get("/house/automation/"))
    for name, one in usual.examples().items():
        page = client.get(f"{NEW}?begin={name}")
        assert page.status_code == 200 and one["name"].split()[0] in text(page)
        made = AutomationRule.add(by=world.admin, **one, responsible=world.admin)
        assert client.get(f"/house/automation/{made.pk}/").status_code == 200
    assert "Begin with an example" not in text(client.get("/house/automation/"))


def test_a_rule_is_written_without_code_looked_at_and_switched_on(world, signed_in):
    client = signed_in(world.admin)
    given = FILLED | {"responsible": world.admin.pk}
    # The buttons draw the form again, with what was typed.
    drawn = text(client.post(f"{NEW}?of=accounts", given | {"do": "add:c"}))
    assert 'name="c.1.name"' in drawn and "See {account}" in drawn
    drawn = text(client.post(f"{NEW}?of=accounts", given | {"do": "action:field"}))
    assert 'name="a.2.field"' in drawn
    drawn = text(client.post(f"{NEW}?of=accounts", given | {"do": "raise:1"}))
    assert drawn.index('name="a.0.to"') < drawn.index('name="a.1.title"')
    assert 'name="a.0.title"' not in text(client.post(f"{NEW}?of=accounts", given | {"do": "drop:0"}))
    # What is unfinished or wrong is said beside it, and nothing is stored.
    for wrong, said in (
        ({"c.0.value": ""}, "needs a value"),
        ({"a.0.title": "{nothing}"}, "Nothing is known of"),
        ({"a.0.days": "x"}, "due in 0 to"),
        ({"name": ""}, "cannot be blank"),
        ({"field": "nothing"}, "whose change starts a rule"),
        ({"responsible": "999999"}, "Say as whom"),
        ({"most_a_day": "many"}, "whole number"),
    ):
        page = client.post(f"{NEW}?of=accounts", given | wrong | {"do": "save"})
        assert page.status_code == 422 and said in text(page), wrong
    assert not AutomationRule.objects.exists()
    stored = client.post(f"{NEW}?of=accounts", given | {"do": "save"}, follow=True)
    made = AutomationRule.objects.get()
    assert made.conditions == ["revenue:over:50000"] and made.actions[0]["working"] is True and not made.is_on
    assert "When an account is changed so that Tier becomes A" in text(stored) and "in 3 working days" in text(stored)
    preview = text(client.get(f"/house/automation/{made.pk}/preview/"))
    assert "In the last 30 days" in preview
    client.post(f"/house/automation/{made.pk}/switch/", {"on": "yes"})
    working.go()
    Account._base_manager.filter(pk=world.lindner.pk).update(revenue_12m=60_000)
    world.lindner.change(by=world.ada, tier="A")
    working.go()
    assert Activity.objects.get().subject == "See Lindner & Söhne GmbH"
    page = text(client.get(f"/house/automation/{made.pk}/"))
    assert "task for Ada Huber" in page and "told Ben Kern, Alma Admin" in page
    run = AutomationRun.objects.get()
    assert "Look and undo" in text(client.get(f"/house/automation/runs/{run.pk}/"))
    assert "Tops" in text(client.get(f"/house/automation/runs/?f=rule:in:{made.pk}"))
    assert "Lindner" in text(client.get(f"/house/automation/{made.pk}/preview/"))
    history = text(client.get(reverse("history:record", args=["activities.activity", Activity.objects.get().pk])))
    assert "Rule: Tops" in history
    assert "Tops" in text(client.get(reverse("history:batch", args=[run.batch_id])))
    client.post(reverse("history:undo_batch", args=[run.batch_id]))
    assert not Activity._base_manager.exists() and AutomationRun.objects.get().state == "done"


def test_two_people_at_once_lose_nothing_and_a_broken_rule_says_why(world, signed_in):
    define("Stage", "choice", choices=[{"key": "a", "en": "A"}, {"key": "b", "en": "B"}])
    made = rule(world, "changed", set_to("custom_stage", "a"), field="place", name="One")
    client = signed_in(world.admin)
    given = {
        "name": "Two",
        "when": "changed",
        "field": "place",
        "a.0.do": "field",
        "a.0.field": "custom_stage",
        "a.0.value": "b",
    }
    given |= {"responsible": world.admin.pk, "version": "1", "do": "save"}
    made.change(by=world.admin, name="Three")
    page = client.post(f"/house/automation/{made.pk}/edit/", given)
    assert page.status_code == 409 and "meanwhile" in text(page) and 'value="2"' in text(page)
    assert client.post(f"/house/automation/{made.pk}/edit/", given | {"version": "2"}).status_code in (302, 303)
    assert (again(made).name, again(made).actions[0]["value"]) == ("Two", "b")
    AutomationRule.objects.get().change(by=world.admin, is_on=False)
    CustomField.objects.get().retire(by=world.admin)
    page = text(client.get(f"/house/automation/{made.pk}/"))
    assert "This rule does not act" in page and "Switch on" not in page
    assert client.get(f"/house/automation/{made.pk}/edit/").status_code == 200


def test_only_who_keeps_the_house_sees_rules(world, signed_in):
    made = rule(world, "added", task())
    for person in (world.ada, world.ben, world.rita):
        client = signed_in(person)
        assert client.get("/house/automation/").status_code == 403
        assert client.get("/house/automation/runs/").status_code == 403
        assert client.get(f"/house/automation/{made.pk}/").status_code == 404
        assert client.post(f"/house/automation/{made.pk}/switch/").status_code == 404
        assert client.get(NEW).status_code == 403
