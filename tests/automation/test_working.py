"""Rules: what starts them, what they do, as whom, once, and how far."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kundenkreis.activities.models import Activity
from kundenkreis.automation import acting, working
from kundenkreis.automation.models import AutomationMet, AutomationRun
from kundenkreis.core import clock
from kundenkreis.customers import bulk_editing
from kundenkreis.customers.models import Account
from kundenkreis.fields.bulk_editing import edit
from kundenkreis.history.models import Batch, Event
from kundenkreis.history.undo import undo_batch, undo_event
from kundenkreis.inbox.models import Notification
from kundenkreis.insights.models import Signal
from kundenkreis.orders.models import OpenItem, Order
from kundenkreis.privacy import erasing, restricting
from tests.automation.ruling import again, rule, runs, set_to, task, told
from tests.fields.defining import define


def test_a_new_record_gets_a_task_for_its_owner_as_one_batch_that_can_be_undone(world):
    made = rule(
        world,
        "added",
        task("Welcome {account}", days=2, working=True),
        told("owner", "role:administrator", text="New: {record}"),
    )
    new = Account.add(by=world.ada, name="Zirbe GmbH", owner=world.ada)
    assert working.go() == 1
    activity = Activity.objects.get(subject="Welcome Zirbe GmbH")
    assert (activity.owner, activity.account, activity.is_open) == (world.ada, new, True)
    assert activity.due_on == acting.due_on(clock.today(), 2, working=True)
    event = Event.objects.about(activity).get()
    assert (event.actor_id, event.batch.kind, event.batch.label) == (world.admin.pk, "automation", made.name)
    assert set(
        Notification.objects.filter(kind="automation", text="New: Zirbe GmbH").values_list("person_id", flat=True)
    ) == {
        world.ada.pk,
        world.admin.pk,
    }
    (run,) = runs(made)
    assert (run.state, run.record_id, run.actor_id, len(run.deeds)) == ("done", new.pk, world.ada.pk, 2)
    assert working.go() == 0
    undo_batch(run.batch, by=world.admin)
    assert not Activity._base_manager.filter(pk=activity.pk).exists()
    assert working.go() == 0, "an undo starts nothing"


def test_only_who_newly_fulfils_the_conditions_starts_a_rule(world):
    Account.add(by=world.ada, name="Old A", tier="A")
    made = rule(world, "meets", set_to("industry", "Top"), conditions=["tier:in:A", "relation:in:customer"])
    assert runs(made) == []
    world.lindner.change(by=world.ada, tier="A")
    world.lindner.change(by=world.ada, place="Linz")
    working.go()
    assert again(world.lindner).industry == "Top" and len(runs(made)) == 1
    world.lindner.change(by=world.ada, tier="B")
    working.go()
    world.lindner.change(by=world.ada, tier="A")
    working.go()
    assert len(runs(made)) == 2
    # A figure has no event: the look of the next day sees it.
    by_figure = rule(world, "meets", task(), conditions=["revenue:over:1000"])
    Account._base_manager.filter(pk=world.brauneis.pk).update(revenue_12m=5000)
    assert working.go() == 0
    type(made).objects.filter(pk=by_figure.pk).update(looked_on=clock.today() - dt.timedelta(days=1))
    assert working.go() == 1 and runs(by_figure)[0].record_id == world.brauneis.pk


def test_a_field_that_changes_from_one_value_to_another_starts_a_rule_in_bulk_too(world):
    define("Stage", "choice", choices=[{"key": "a", "en": "A"}, {"key": "b", "en": "B"}])
    own = rule(world, "changed", set_to("custom_stage", "b"), field="custom_stage", to_value="a")
    made = rule(world, "changed", set_to("custom_stage", "a"), field="tier", from_value="B", to_value="A")
    world.lindner.change(by=world.ada, tier="A")
    working.go()
    assert runs(made) == []
    world.lindner.change(by=world.ada, tier="B")
    edit(Account.objects.filter(pk=world.lindner.pk), bulk_editing.Change.tier("A"), label="Tier", by=world.ben)
    working.go()
    (run,) = runs(made)
    assert (run.state, run.actor_id) == ("done", world.ben.pk)
    assert again(world.lindner).custom_stage == "b", "what one rule did starts another"
    assert runs(own)[0].chain == [made.pk]


def test_two_rules_that_set_each_others_field_come_to_an_end(world):
    there = rule(world, "changed", set_to("relation", "partner"), field="tier")
    back = rule(world, "changed", set_to("tier", "C"), field="relation")
    world.lindner.change(by=world.ada, tier="A")
    assert working.go() == 2 and working.go() == 0
    assert [len(runs(one)) for one in (there, back)] == [1, 1]
    assert (again(world.lindner).tier, again(world.lindner).relation) == ("C", "partner")
    # Chains of different rules end as well.
    for at, name in enumerate(("industry", "language", "touch_days")):
        rule(world, "changed", set_to(name, ["X", "en", "30"][at]), field=["relation", "industry", "touch_days"][at])
    world.brauneis.change(by=world.cem, tier="B")
    working.go()
    assert max(len(run.chain) for run in AutomationRun.objects.all()) <= 2


def test_a_day_comes_once_for_each_record(world):
    today = clock.today()
    for number, days in (("R1", 7), ("R2", 6), ("R3", 7), ("R4", 9)):
        OpenItem.add(
            by=None, account=world.lindner, number=number, booked_on=today, due_on=today - dt.timedelta(days=days),
            amount=10, open_amount=0 if number == "R3" else 10,
        )  # fmt: skip
    made = rule(
        world,
        "day",
        task("Dun {record}", who="lead"),
        noun="open_items",
        field="due",
        days=7,
        conditions=["open:over:0"],
    )
    assert [run.record_id for run in runs(made)] == [OpenItem.objects.get(number="R1").pk]
    assert Activity.objects.get(subject="Dun R1").owner == world.ben
    late = OpenItem.add(
        by=None, account=world.lindner, number="R5", booked_on=today, due_on=today - dt.timedelta(days=7), amount=1, open_amount=1
    )  # fmt: skip
    working.go()
    assert runs(made)[-1].record_id == late.pk, "what comes in on the day itself is seen too"
    type(made).objects.filter(pk=made.pk).update(looked_on=today - dt.timedelta(days=3))
    working.go()
    assert [run.record_id for run in runs(made)][2:] == [OpenItem.objects.get(number="R4").pk], (
        "late days are made up for, none twice"
    )
    define("Renewal", "date")
    before = rule(world, "day", told("owner"), field="custom_renewal", days=-30)
    world.lindner.change(by=world.ada, custom_renewal=(today + dt.timedelta(days=30)).isoformat())
    working.go()
    assert runs(before)[0].state == "done"


def test_signals_that_are_raised_start_a_rule(world):
    raised = {"account": world.lindner, "value": 900, "raised_on": clock.today()}
    Signal.objects.create(kind="falling", **raised)
    made = rule(world, "added", task("Look: {record}", kind="call"), noun="signals", conditions=["value:over:500"])
    Signal.objects.create(kind="missed_order", **raised)
    Signal.objects.create(kind="returns", **raised | {"value": 10})
    working.go()
    assert [run.state for run in runs(made)] == ["done"]
    assert Activity.objects.get(kind="call").owner == world.ada


def test_what_came_in_by_import_starts_a_rule_only_when_it_says_so(world):
    quiet = rule(world, "meets", task("Quiet"), conditions=["country:in:AT"])
    loud = rule(world, "added", task("Loud"), for_imports=True)
    batch = Batch.objects.create(kind="import", label="x.csv")
    new = Account.add(by=world.ada, name="Imported", country="AT", owner=world.ada, batch=batch)
    working.go()
    assert [len(runs(one)) for one in (quiet, loud)] == [0, 1]
    new.change(by=world.ada, place="Wels")
    working.go()
    assert runs(quiet) == [], "it fulfils the conditions since the import, which was not to count"


def test_beyond_its_number_a_day_a_rule_is_stopped_and_the_administrator_told(world):
    made = rule(world, "added", told("owner"), most_a_day=2)
    for name in "ABCD":
        Account.add(by=world.ada, name=name, owner=world.ada)
    working.go()
    made = again(made)
    assert [run.state for run in runs(made)] == ["skipped", "skipped"] and not made.is_on and "2" in made.stopped_why
    assert Notification.objects.filter(person=world.admin, kind="automation", text__contains="stopped").count() == 1
    assert Event.objects.about(made).filter(verb="automationrule.stopped").exists()
    made.switch(True, by=world.admin)
    assert again(made).stopped_why == ""


def test_it_acts_as_whoever_answers_for_it_and_tells_nobody_what_she_does_not_see(world):
    made = rule(world, "changed", set_to("tier", "A"), field="place", responsible=world.cem)
    world.lindner.change(by=world.ada, place="Linz")
    working.go()
    assert runs(made) == [], "Cem does not see Lindner, and his rule does not see it change"
    owner = rule(
        world, "changed", {"do": "owner", "who": f"person:{world.cem.pk}"}, field="place", responsible=world.ada
    )
    world.lindner.change(by=world.ada, place="Enns")
    working.go()
    assert (runs(owner)[0].state, again(world.lindner).owner) == ("failed", world.ada)
    assert Notification.objects.filter(person=world.ada, kind="automation", text__contains="failed").count() == 1
    rule(
        world,
        "changed",
        told("role:key_account_manager"),
        task(who=f"person:{world.cem.pk}"),
        field="industry",
        name="Wide",
    )
    world.lindner.change(by=world.ada, industry="Wood")
    working.go()
    run = AutomationRun.objects.latest("pk")
    assert run.state == "failed" and "Cem" in run.problem
    assert not Notification.objects.filter(text__startswith="Wide: Lindner").exists(), "all of it or nothing"
    rule(world, "changed", told("role:key_account_manager"), field="industry", name="Narrow")
    world.lindner.change(by=world.ada, industry="Metal")
    working.go()
    people = Notification.objects.filter(text__startswith="Narrow").values_list("person_id", flat=True)
    assert list(people) == [world.ada.pk]


def test_restricted_people_and_who_may_not_be_contacted_are_left_alone(world):
    made = rule(
        world, "changed", task("Mail {contact}", kind="mail", purpose="newsletter"), noun="contacts", field="email"
    )
    world.maria.change(by=world.ada, email="new@lindner.test")
    working.go()
    assert runs(made)[0].state == "failed" and not Activity.objects.exists(), "she has not agreed to advertising"
    plain = rule(world, "changed", task("Note {contact}"), noun="contacts", field="language")
    world.maria.change(by=world.ada, language="en")
    restricting.restrict(again(world.maria), by=world.admin, reason="asked")
    working.go()
    assert [run.state for run in runs(plain)] in ([], ["skipped"]) and not Activity.objects.exists()


def test_a_rule_that_leans_on_what_is_gone_does_not_act_and_says_why(world):
    field = define("Stage", "choice", choices=[{"key": "a", "en": "A"}, {"key": "b", "en": "B"}])
    made = rule(world, "meets", task(), conditions=["custom_stage:in:a"])
    gone = rule(world, "added", task(who=f"person:{world.gerda.pk}"))
    field.retire(by=world.admin)
    world.gerda.discard(by=world.admin)
    Account.add(by=world.ada, name="New", owner=world.ada)
    for _pass in range(2):
        working.go()
    assert runs(made) == runs(gone) == []
    said = list(
        Notification.objects.filter(person=world.admin, text__contains="cannot act").values_list("text", flat=True)
    )
    assert len(said) == 2 and any("Gerda" in text for text in said)
    made.change(by=world.admin, name="Renamed")
    made.switch(False, by=world.admin)
    with pytest.raises(ValidationError):
        made.switch(True, by=world.admin)


def test_it_is_undone_event_by_event_too_and_the_rule_stays_quiet(world):
    made = rule(world, "changed", set_to("industry", "Wood"), {"do": "owner", "who": "actor"}, field="place")
    world.lindner.change(by=world.ben, place="Linz")
    working.go()
    (run,) = runs(made)
    assert again(world.lindner).owner == world.ben and len(run.events) == 2
    assert undo_batch(run.batch, by=world.admin).kept == 0
    assert (again(world.lindner).owner, again(world.lindner).industry) == (world.ada, "")
    undo_event(Event.objects.about(world.lindner).filter(changes__has_key="place").latest("pk"), by=world.ada)
    assert working.go() == 0 and len(runs(made)) == 1


def test_what_is_no_rule_is_refused_in_words(world):
    def refused(**values):
        given = {
            "name": "R",
            "belongs_to": "accounts",
            "when": "added",
            "actions": [task()],
            "responsible": world.admin,
        }
        with pytest.raises(ValidationError) as wrong:
            type(rule(world, "added", task())).add(by=world.admin, **given | values)
        return wrong.value.message_dict

    assert "conditions" in refused(conditions=["nothing:is:1"])
    assert "conditions" in refused(conditions=["owner:is:me"])
    assert "conditions" in refused(when="meets")
    assert "{strange}" in refused(actions=[task("Hello {strange}")])["actions"][0]
    assert (
        "actions" in refused(actions=[])
        and "actions" in refused(actions=["x"])
        and "actions" in refused(actions=[{"do": "task", "days": "x"}])
    )
    assert "actions" in refused(actions=[set_to("tier", "Z")]) and "actions" in refused(actions=[set_to("number", "1")])
    assert "actions" in refused(actions=[task(title="a\0b")]) and "actions" in refused(actions=[told("role:king")])
    assert "actions" in refused(when="day", field="since", actions=[task(who="actor")])
    assert "field" in refused(when="day", field="tier") and "field" in refused(when="changed", field="revenue_12m")
    assert "to_value" in refused(when="changed", field="tier", to_value="Z")
    assert "when" in refused(belongs_to="signals", when="day") and "responsible" in refused(responsible=None)


def test_a_verb_asks_nothing_of_rules_and_the_worker_little_when_none_is_on(world):
    made = rule(world, "changed", task(), field="place")
    with CaptureQueriesContext(connection) as queries:
        world.lindner.change(by=world.ada, place="Linz")
        edit(Account.objects.all(), bulk_editing.Change.tier("A"), label="Tier", by=world.ben)
    assert [one["sql"] for one in queries if "automation_" in one["sql"]] == []
    made.switch(False, by=world.admin)
    with CaptureQueriesContext(connection) as queries:
        working.go()
    assert len(queries) <= 3


def test_an_erased_person_is_named_in_no_rule_and_no_run(world):
    made = rule(
        world, "changed", task("Ask Maria Lindner"), noun="contacts", field="language", note="For Maria Lindner", conditions=["name:has:huber"]
    )  # fmt: skip
    watching = rule(world, "meets", told("owner"), noun="contacts", conditions=["language:in:de,en"])
    AutomationRun.objects.create(
        rule=made, noun="contacts", record_id=world.maria.pk, occasion="e1", problem="Maria Lindner"
    )
    AutomationRun.objects.create(rule=made, noun="accounts", record_id=world.maria.pk, occasion="e2")
    assert AutomationMet.objects.filter(rule=watching, record_id=world.maria.pk).exists()
    erasing.work(erasing.begin(world.maria, by=world.admin))
    made = again(made)
    assert "Maria" not in f"{made.note} {made.actions} {made.name}"
    assert [run.noun for run in runs(made)] == ["accounts"], "an account of the same number is another record"
    assert not AutomationMet.objects.filter(rule=watching, record_id=world.maria.pk).exists()


def test_orders_activities_and_contacts_have_rules_too(world):
    define("Checked", noun="orders")
    define("Since", "date", noun="contacts")
    order = rule(
        world, "added", set_to("custom_checked", "seen"), task("Order {record}: {custom_checked}"), noun="orders"
    )
    made = Order.add(by=world.gerda, number="A-1", account=world.lindner, ordered_on=clock.today())
    working.go()
    assert (runs(order)[0].problem, again(made).custom_checked) == ("", "seen")
    assert Activity.objects.get(account=world.lindner).subject == "Order A-1: seen"
    difficult = rule(
        world,
        "changed",
        told("lead", text="{record} at {account}"),
        noun="activities",
        field="outcome",
        to_value="difficult",
    )
    visit = Activity.add(by=world.ada, kind="visit", subject="Talk", account=world.lindner, owner=world.ada)
    visit.change(by=world.ada, outcome="difficult")
    working.go()
    assert runs(difficult)[0].state == "done"
    assert Notification.objects.get(person=world.ben, kind="automation").text == "Talk at Lindner & Söhne GmbH"
    contact = rule(
        world, "day", set_to("language", "en"), noun="contacts", field="custom_since", conditions=["language:in:de"]
    )
    world.maria.change(by=world.ada, custom_since=clock.today().isoformat())
    working.go()
    assert runs(contact)[0].state == "done" and again(world.maria).language == "en"
