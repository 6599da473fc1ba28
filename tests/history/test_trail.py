"""The history of one record: its events, and what batches did to it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kundenkreis.activities.handing_over import hand_over
from kundenkreis.core.records import Stale
from kundenkreis.customers.bulk_editing import Change
from kundenkreis.customers.models import Account, Tag
from kundenkreis.fields.bulk_editing import edit
from kundenkreis.history import adding, trail
from kundenkreis.history.models import Event
from kundenkreis.history.undo import undo_batch


def fresh(account):
    return Account.objects.get(pk=account.pk)


def tiered(account, tier, by):
    return edit(Account.objects.filter(pk=account.pk), Change.tier(tier), label=f"Tier: {tier}", by=by)


def told(record, **how):
    return [(e.verb, e.actor_name, e.changes) for e in (step.event for step in trail.of(record, limit=50, **how))]


def test_a_bulk_edit_stands_in_the_history_of_its_records_and_of_no_other(world):
    batch = tiered(world.lindner, "A", world.ben)
    newest = trail.of(world.lindner, limit=1)[0].event
    assert (newest.verb, newest.actor_name, newest.changes) == ("account.changed", "Ben Kern", {"tier": ["", "A"]})
    assert (newest.batch, newest.at, newest.pk) == (batch, batch.started_at, None)
    assert [verb for verb, *_rest in told(world.brauneis)] == ["account.added"]


def test_a_tag_put_on_many_says_which(world):
    tag = Tag.add(by=world.ben, name="Christmas")
    edit(Account.objects.filter(pk=world.lindner.pk), Change.tagged(tag), label="Tag: Christmas", by=world.ben)
    assert told(world.lindner)[0] == ("account.changed", "Ben Kern", {"tags": [[], [tag.pk], "", "Christmas"]})


def test_a_hand_over_names_both_people(world):
    hand_over(world.ada, world.cem, by=world.admin)
    _verb, actor, changes = told(world.lindner)[0]
    assert actor == "Alma Admin"
    assert changes["owner"] == [world.ada.pk, world.cem.pk, "Ada Huber", "Cem Yıldız"]
    assert changes["team"][2:] == ["North", "South"]


def test_an_undone_batch_says_who_took_it_back(world):
    undo_batch(tiered(world.lindner, "A", world.ben), by=world.admin)
    assert told(world.lindner)[:2] == [
        ("account.undone", "Alma Admin", {"tier": ["A", ""]}),
        ("account.changed", "Ben Kern", {"tier": ["", "A"]}),
    ]


def test_what_an_undo_kept_is_not_told_as_undone(world):
    batch = tiered(world.lindner, "A", world.ben)
    fresh(world.lindner).change(by=world.ada, tier="B")
    undo_batch(batch, by=world.admin)
    assert [verb for verb, *_rest in told(world.lindner)] == ["account.changed", "account.changed", "account.added"]


def test_records_that_were_made_together_say_so_once(world):
    rows = [{"name": f"Firma {n}", "owner": world.ada, "country": "AT"} for n in range(3)]
    made = adding.add_many(Account, rows, by=world.ada, label="API", kind="api")
    steps = trail.of(made.records[1], limit=5)
    assert [(s.event.verb, s.event.batch, s.event.actor_name) for s in steps] == [
        ("account.added", made.batch, "Ada Huber")
    ]


def test_pages_go_on_where_the_last_one_ended_without_gaps_or_repetition(world):
    for number in range(7):
        fresh(world.lindner).change(by=world.ada, place=f"Ort {number}")
        tiered(world.lindner, "ABC"[number % 3], world.ben)
    whole = [str(step.place) for step in trail.of(world.lindner, limit=50)]
    assert len(whole) == 15
    seen, below = [], None
    while page := trail.of(world.lindner, below=below, limit=4):
        seen += [str(step.place) for step in page]
        below = trail.Place.read(seen[-1])
    assert seen == whole


def test_a_long_history_of_batches_costs_few_queries(world):
    def count():
        with CaptureQueriesContext(
            connection,
        ) as queries:
            trail.of(fresh(world.lindner), limit=50)
        return len(queries)

    tiered(world.lindner, "A", world.ben)
    few = count()
    for number in range(12):
        tiered(world.lindner, "ABC"[number % 3], world.ben)
    assert count() <= few + 12, "one for the rows of each batch that is shown, no more"


def test_only_what_changed_since_one_looked_is_a_conflict(world):
    fresh(world.lindner).change(by=world.ada, place="Linz")
    tiered(world.lindner, "A", world.ben)
    fresh(world.lindner).change(by=world.ada, version=2, place="Graz")
    assert fresh(world.lindner).place == "Graz"


def test_a_bulk_edit_since_one_looked_is_a_conflict_even_beside_older_events(world):
    fresh(world.lindner).change(by=world.ada, tier="B")
    tiered(world.lindner, "A", world.ben)
    with pytest.raises(Stale) as refused:
        fresh(world.lindner).change(by=world.ada, version=2, tier="C")
    assert refused.value.theirs == {"tier": "A"}
    assert fresh(world.lindner).tier == "A"


def test_the_steps_since_a_version_are_the_latest_ones_newest_first(world):
    fresh(world.lindner).change(by=world.ada, place="Linz")
    tiered(world.lindner, "A", world.ben)
    fresh(world.lindner).change(by=world.cem, place="Graz")
    undone = tiered(world.lindner, "B", world.ben)
    undo_batch(undone, by=world.admin)
    steps = trail.since(fresh(world.lindner), 3)
    assert [(s.actor_name, set(s.changes)) for s in steps] == [
        ("Alma Admin", {"tier"}),
        ("Ben Kern", {"tier"}),
        ("Cem Yıldız", {"place"}),
    ]
    assert trail.since(fresh(world.lindner), fresh(world.lindner).version) == []


def test_signing_in_is_no_change_of_a_person(world):
    Event.objects.all().delete()
    world.ada.change(by=world.admin, job_title="KAM")
    seen = world.ada.version
    from kundenkreis.history.recording import record_event

    record_event(world.ada, "signin.succeeded", by=world.ada)
    world.ada.change(by=world.admin, phone="+43 1 234567")
    assert [e.verb for e in trail.since(world.ada, seen)] == ["user.changed"]
