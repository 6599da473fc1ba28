"""Automation rules over the API: written, refused in words, switched on, and what they did."""

from __future__ import annotations

from kundenkreis.automation import working
from kundenkreis.automation.models import AutomationRule
from kundenkreis.customers.models import Account

BODY = {
    "name": "Welcome", "belongs_to": "accounts", "when": "added", "conditions": ["country:in:AT"],
    "actions": [{"do": "task", "kind": "call", "title": "Welcome {account}", "days": 2, "working": True, "who": "owner"}],
}  # fmt: skip


def test_a_rule_is_written_switched_on_and_tells_what_it_did(world, program):
    admin = program(world.admin)
    body = BODY | {"responsible_id": world.admin.pk}
    made = admin.post("automation-rules", body)
    assert made.status_code == 201, made.content
    rule = made.json()
    assert (rule["key"], rule["is_on"], rule["actions"][0]["purpose"]) == ("welcome", False, "")
    for wrong, field in (
        ({"conditions": ["nothing:is:1"]}, "conditions"),
        ({"actions": [{"do": "dance"}]}, "actions"),
        ({"actions": []}, "actions"),
        ({"when": "day"}, "field"),
        ({"responsible_id": None}, "responsible"),
    ):
        answer = admin.post("automation-rules", body | wrong)
        assert answer.status_code == 422 and field in answer.content.decode(), (wrong, answer.content)
    assert admin.post("automation-rules", body | {"key": "welcome"}).status_code == 422, "a key is there once"
    address = f"automation-rules/{rule['id']}"
    assert admin.post(f"{address}/switch-on", {}).json()["is_on"] is True
    account = Account.add(by=world.ada, name="Zirbe", country="AT", owner=world.ada)
    Account.add(by=world.ada, name="Fichte", country="DE", owner=world.ada)
    working.go()
    (run,) = admin.get(f"automation-runs?rule={rule['id']}").json()["items"]
    assert (run["record_id"], run["state"], run["deeds"][0]["person"]) == (account.pk, "done", world.ada.pk)
    changed = admin.patch(address, {"conditions": ["country:in:DE"]}, admin.get(address)["ETag"])
    assert changed.status_code == 200 and changed.json()["conditions"] == ["country:in:DE"]
    assert admin.post(f"{address}/switch-off", {}).json()["is_on"] is False
    assert [one["verb"] for one in admin.get(f"{address}/history").json()["items"]][:1] == [
        "automationrule.switched_off"
    ]
    assert admin.delete(address, admin.get(address)["ETag"]).status_code in (200, 204)
    assert AutomationRule.objects.living().count() == 0


def test_nobody_else_sees_or_writes_rules(world, program):
    for person in (world.ada, world.ben):
        other = program(person)
        assert other.get("automation-rules").status_code == other.get("automation-runs").status_code == 403
        assert other.post("automation-rules", BODY).status_code == 403
