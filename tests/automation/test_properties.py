"""What rules did under random changes is what a plain simulation says, and a worker that is killed anywhere loses and doubles nothing."""

from __future__ import annotations

import random

import pytest

from kundenkreis.automation import acting, daily, following, noting, working
from kundenkreis.automation.models import AutomationMark, AutomationRun
from kundenkreis.customers.models import Account
from kundenkreis.history.models import Batch, Event
from kundenkreis.inbox.models import Notification
from kundenkreis.orders.models import OpenItem
from tests.automation.ruling import rule, runs, set_to, told

FIELDS = {
    "tier": ["A", "B", "C"],
    "relation": ["customer", "prospect", "partner"],
    "industry": ["wood", "metal", "glass"],
}


class Simulated:
    """Rules over plain dictionaries. A rule: (when, field, to, condition, action); a change sets it off, its action is a change too."""

    def __init__(self, rules, records):
        self.rules, self.records, self.done = rules, records, []
        self.met = {(at, pk) for at, one in enumerate(rules) for pk in records if self.holds(one, pk)}

    def holds(self, one, pk):
        return all(self.records[pk][field] == value for field, value in one["condition"])

    def change(self, pk, field, value, chain=()):
        """Everything that one change leads to: what a round notes is noted before any of it is done, as the worker does."""
        events = self._write(pk, field, value, chain)
        while events:
            waiting = [
                (at, pk, event_chain)
                for at, one in enumerate(self.rules)
                for pk, event_chain in self._started(at, one, events)
            ]
            events = []
            for at, record, event_chain in waiting:
                one = self.rules[at]
                if self.holds(one, record):
                    self.done.append((at, record, len(event_chain)))
                    events += self._write(record, *one["action"], (*event_chain, at))

    def _write(self, pk, field, value, chain):
        before = self.records[pk][field]
        self.records[pk][field] = value
        return [(pk, field, before, value, chain)] if before != value else []

    def _started(self, at, one, events):
        free = [event for event in events if at not in event[4] and len(event[4]) < noting.DEEPEST]
        if one["when"] == "changed":
            return [
                (e[0], e[4]) for e in free if e[1] == one["field"] and one["to"] in ("", e[3]) and self.holds(one, e[0])
            ]
        found = []
        for pk in dict.fromkeys(event[0] for event in events):
            holds, known = self.holds(one, pk), (at, pk) in self.met
            (self.met.add if holds else self.met.discard)((at, pk))
            chains = [event[4] for event in free if event[0] == pk]
            if holds and not known and chains:
                found.append((pk, min(chains, key=len)))
        return found


def _random_rule(chance):
    field = chance.choice(list(FIELDS))
    when = chance.choice(["changed", "meets"])
    some = chance.sample(list(FIELDS), chance.randint(1 if when == "meets" else 0, 2))
    action = chance.choice(list(FIELDS))
    return {
        "when": when,
        "field": field if when == "changed" else "",
        "to": chance.choice(["", *FIELDS[field]]) if when == "changed" else "",
        "condition": [(name, chance.choice(FIELDS[name])) for name in some],
        "action": (action, chance.choice(FIELDS[action])),
    }


def _stored(world, one):
    conditions = [f"{name}:{'is' if name == 'industry' else 'in'}:{value}" for name, value in one["condition"]]
    to = "" if one["field"] == "industry" and not one["to"] else one["to"]
    return rule(
        world, one["when"], set_to(*one["action"]), field=one["field"], to_value=to, conditions=conditions, most_a_day=10_000
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
def test_random_changes_do_what_a_plain_simulation_says(world, seed):
    chance = random.Random(seed)  # noqa: S311
    accounts = [world.lindner, world.brauneis]
    records = {account.pk: {"tier": "B", "relation": "customer", "industry": "wood"} for account in accounts}
    for account in accounts:
        account.change(by=world.admin, **records[account.pk])
    rules = [_random_rule(chance) for _each in range(4)]
    stored = [_stored(world, one) for one in rules]
    simulated = Simulated(rules, {pk: dict(values) for pk, values in records.items()})
    for _step in range(25):
        account, field = chance.choice(accounts), chance.choice(list(FIELDS))
        value = chance.choice(FIELDS[field])
        Account.objects.get(pk=account.pk).change(by=world.ben, **{field: value})
        simulated.change(account.pk, field, value)
        working.go()
        working.go()
        present = {pk: values for pk, *values in Account.objects.filter(pk__in=records).values_list("pk", *FIELDS)}
        assert present == {pk: list(values.values()) for pk, values in simulated.records.items()}, (rules, _step)
    places = {one.pk: at for at, one in enumerate(stored)}
    done = AutomationRun.objects.filter(state="done").order_by("pk")
    assert [(places[run.rule_id], run.record_id, len(run.chain)) for run in done] == simulated.done
    assert simulated.done, "something happened"


class Killed(BaseException):
    """As if the process had ended here."""


def test_a_worker_that_is_killed_anywhere_loses_and_doubles_nothing(world, monkeypatch):
    """Whatever step it dies in: noting, the look at all records, the actions, after the last of them, closing the batch."""
    monkeypatch.setattr(daily, "STRETCH", 2)
    monkeypatch.setattr(following, "STRETCH", 3)
    made = rule(world, "added", set_to("tier", "A"), told("owner", text="new {record}"))
    chained = rule(world, "changed", set_to("industry", "Top"), field="tier", to_value="A")
    for number in range(7):
        OpenItem.add(
            by=None, account=world.lindner, number=f"R{number}", booked_on="2026-01-01", due_on="2026-01-01", amount=1, open_amount=1
        )  # fmt: skip
    chance, steps = random.Random(1), {}  # noqa: S311

    def killing(module, name):
        real = getattr(module, name)

        def step(*args, **values):
            count = steps[name] = steps.get(name, 0) + 1
            if count <= 6 and chance.random() < 0.4:
                raise Killed(name)
            result = real(*args, **values)
            if count <= 6 and chance.random() < 0.4:
                raise Killed(f"{name} afterwards")
            return result

        monkeypatch.setattr(module, name, step)

    for module, name in (
        (noting, "note"), (noting, "put"), (noting, "_remember"), (acting, "do"), (working, "_keep"), (working, "_end"),
        (working, "close_batches"), (daily, "_done"),
    ):  # fmt: skip
        killing(module, name)
    new = [Account.add(by=world.ada, name=f"New {number}", owner=world.ada) for number in range(8)]
    killed = _until_done()
    assert killed > 5
    assert sorted(run.record_id for run in runs(made, "done")) == [account.pk for account in new]
    assert sorted(run.record_id for run in runs(chained, "done")) == [account.pk for account in new]
    assert Notification.objects.filter(text__startswith="new New").count() == len(new)
    assert Event.objects.filter(verb="account.changed", changes__has_key="industry").count() == len(new)
    assert not Batch.objects.filter(kind="automation", state="running").exists()
    assert AutomationMark.objects.get().event >= max(event for run in runs(made) for event in run.events)


def _until_done():
    """Start the worker again after each time that it was killed, until it has nothing to do; returns how often it died."""
    killed = 0
    for _attempt in range(100):
        try:
            if not working.go() and not AutomationRun.objects.waiting().exists():
                return killed
        except Killed:
            killed += 1
    raise AssertionError("it never came to its end")
