"""Who gets which accounts from a day on: planned, foreseen, carried out as one batch, and undone."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kundenkreis.activities.models import Activity
from kundenkreis.core import clock
from kundenkreis.customers.models import Account
from kundenkreis.history.models import Batch, Event
from kundenkreis.history.undo import preview_batch, undo_batch
from kundenkreis.inbox.models import Notification
from kundenkreis.pipeline.models import CloseReason, Opportunity
from kundenkreis.staff import looking_back, opened
from kundenkreis.staff.models import Territory
from kundenkreis.staff.rights_changes import rights_changes
from kundenkreis.territories import carrying_out, forecasting, tasks
from kundenkreis.territories.models import AccountChoice, Reassignment, TerritoryChange

pytestmark = pytest.mark.django_db


@pytest.fixture
def linz(world):
    return Territory.add(by=world.admin, name="Linz", countries=["AT"], postcodes=["40"], owner=world.cem)


@pytest.fixture
def wels(world, linz):
    world.wels.change(by=world.admin, owner=world.ada)
    return world.wels


def account(world, name, postcode, owner=None, **values):
    made = Account.add(by=world.admin, name=name, country="AT", postcode=postcode, owner=owner, **values)
    Account.objects.filter(pk=made.pk).update(revenue_12m=Decimal("100.50"))
    return made


def planned(world, *changes, **values):
    made = Reassignment.add(by=world.ben, name="Nord wird neu verteilt", **values)
    for one in changes:
        TerritoryChange.add(by=world.ben, reassignment=made, **one)
    return made


def seats():
    rows = Account.objects.order_by("pk").values_list("pk", "territory_id", "territory_by_hand", "owner_id", "team_id")
    return {row[0]: row[1:] for row in rows}


def test_another_owner_gets_the_former_one_s_accounts_and_what_is_open_with_them(world, wels):
    hers, without, others = (
        account(world, "Ihr", "4601", world.ada),
        account(world, "Frei", "4602"),
        account(world, "Key", "4603", world.ben),
    )
    task = Activity.add(by=world.ada, kind="task", subject="Anrufen", account=hers, owner=world.ada, is_open=True)
    done = Activity.add(by=world.ada, kind="note", subject="Alt", account=hers, owner=world.ada)
    of_ben = Activity.add(by=world.ben, kind="task", subject="Prüfen", account=hers, owner=world.ben, is_open=True)
    one = planned(world, {"territory": wels, "sets_owner": True, "new_owner": world.dora})
    carrying_out.carry_out(one, by=world.ben)
    for record in (hers, without, others, task, done, of_ben, wels, one):
        record.refresh_from_db()
    assert (hers.owner, hers.team, without.owner, others.owner) == (world.dora, world.dora.team, world.dora, world.ben)
    assert (task.owner, done.owner, of_ben.owner) == (world.dora, world.ada, world.ben)
    assert (wels.owner, one.state) == (world.dora, "done")
    assert one.batch.counts["customers.account"] == {"changed": 3}, "with Lindner"
    assert one.batch.counts["activities.activity"] == {"changed": 1}


def test_open_opportunities_go_along_with_their_account_and_come_back(world, wels):
    hers, task = account(world, "Ihr", "4601", world.ada), {"by": world.ada, "value": 100}
    kept = Opportunity.add(**task, name="Regal", account=hers)
    lost = Opportunity.add(**task, name="Alt", account=hers)
    lost.lose(by=world.ada, close_reason=CloseReason.objects.filter(outcome="lost").first())
    of_ben = Opportunity.add(by=world.ben, name="Bens", account=hers)
    one = planned(world, {"territory": wels, "sets_owner": True, "new_owner": world.cem})
    assert forecasting.forecast(one)["opportunities"] == 1
    carrying_out.carry_out(one, by=world.ben)

    def owners():
        for deal in (kept, lost, of_ben):
            deal.refresh_from_db()
        return [(deal.owner, deal.team) for deal in (kept, lost, of_ben)]

    assert owners() == [(world.cem, world.south), (world.ada, world.north), (world.ben, world.ben.team)]
    assert one.batch.counts["pipeline.opportunity"] == {"changed": 1}
    undo_batch(one.batch, by=world.ben)
    assert owners()[0] == (world.ada, world.north)


def test_other_rules_bring_accounts_from_one_territory_to_the_other(world, wels, linz):
    there = account(world, "Grenze", "4650", world.ada)
    stays = account(world, "Mitte", "4600", world.ada)
    fixed = account(world, "Fix", "4650", world.ada, territory=linz)
    one = planned(world, {"territory": linz, "sets_rules": True, "countries": ["AT"], "postcodes": ["40", "465"]})
    carrying_out.carry_out(one, by=world.ben)
    for record in (there, stays, fixed, linz):
        record.refresh_from_db()
    assert (there.territory, there.owner) == (linz, world.cem)
    assert (stays.territory, stays.owner) == (wels, world.ada)
    assert (fixed.territory, fixed.territory_by_hand) == (linz, True), "what was set by hand stays"
    assert linz.postcodes == ["40", "465"]


def test_an_account_by_hand_stays_or_goes_where_it_is_sent(world, wels, linz):
    stays, goes = account(world, "Bleibt", "4601", world.ada), account(world, "Geht", "4602", world.ada)
    one = planned(world, {"territory": wels, "sets_owner": True, "new_owner": world.dora})
    AccountChoice.add(by=world.ben, reassignment=one, account=stays)
    AccountChoice.add(by=world.ben, reassignment=one, account=goes, territory=linz)
    carrying_out.carry_out(one, by=world.ben)
    stays.refresh_from_db()
    goes.refresh_from_db()
    assert (stays.territory, stays.owner) == (wels, world.ada)
    assert (goes.territory, goes.owner, goes.territory_by_hand) == (linz, world.cem, True)


def test_the_rules_are_applied_to_the_whole_house(world, wels, linz):
    lost = account(world, "Verirrt", "4020", world.ada)
    Account.objects.filter(pk=lost.pk).update(territory=None)
    fixed = account(world, "Fix", "4020", world.ada, territory=wels)
    carrying_out.carry_out(planned(world, whole_house=True), by=world.ben)
    lost.refresh_from_db()
    fixed.refresh_from_db()
    assert (lost.territory, fixed.territory) == (linz, wels)
    carrying_out.carry_out(planned(world, whole_house=True, takes_by_hand=True), by=world.ben)
    fixed.refresh_from_db()
    assert (fixed.territory, fixed.territory_by_hand) == (linz, False)


@pytest.mark.parametrize(("owners", "expected"), [("former", "aao"), ("all", "aaa"), ("none", "cnb")])
def test_who_gets_another_owner_is_chosen(world, wels, owners, expected):
    made = [account(world, "A", "4601", world.ada), account(world, "B", "4602"), account(world, "C", "4603", world.ben)]
    before = [one.owner_id for one in made]
    one = planned(world, {"territory": wels, "sets_owner": True, "new_owner": world.dora}, owners=owners)
    carrying_out.carry_out(one, by=world.ben)
    after = [Account.objects.get(pk=one.pk).owner_id for one in made]
    wanted = {"a": world.dora.pk, "c": world.ada.pk, "n": None, "o": world.ben.pk, "b": world.ben.pk}
    assert after == [wanted[letter] for letter in expected]
    assert before == [world.ada.pk, None, world.ben.pk]


def test_the_forecast_is_what_happens(world, wels, linz):
    for number in range(6):
        account(world, f"A{number}", f"460{number}", [world.ada, None, world.ben][number % 3])
    Activity.add(by=world.ada, kind="task", subject="Anrufen", account=world.lindner, owner=world.ada, is_open=True)
    one = planned(
        world, {"territory": wels, "sets_owner": True, "new_owner": world.dora},
        {"territory": linz, "sets_rules": True, "countries": ["AT"], "postcodes": ["40", "4605"]},
    )  # fmt: skip
    before = seats()
    said = forecasting.forecast(one)
    assert seats() == before, "looking changes nothing"
    carrying_out.carry_out(one, by=world.ben)
    after = seats()
    differing = [pk for pk in before if before[pk] != after[pk]]
    assert said["moved"] == len(differing) > 3
    assert Decimal(said["revenue"]) == sum(a.revenue_12m for a in Account.objects.filter(pk__in=differing))
    assert said["activities"] == 1
    for person, (count, revenue, count_after, revenue_after, _open) in said["people"].items():
        hers = Account.objects.living().filter(owner=int(person) or None)
        assert (hers.count(), sum(a.revenue_12m for a in hers)) == (count_after, Decimal(revenue_after))
        assert count == sum(1 for seat in before.values() if seat[2] == (int(person) or None))
        assert revenue
    for territory, (_count, _revenue, count_after, _revenue_after, _open) in said["territories"].items():
        assert Account.objects.living().filter(territory=int(territory) or None).count() == count_after
    assert {row[0] for row in said["top"]} == set(differing)


def test_a_forecast_is_counted_anew_when_something_changes(world, wels, monkeypatch):
    one = planned(world, {"territory": wels, "sets_owner": True, "new_owner": world.dora})
    assert forecasting.foreseen(one)["moved"] == 1
    one.refresh_from_db()
    assert one.forecast["moved"] == 1
    AccountChoice.add(by=world.ben, reassignment=one, account=world.lindner)
    one.refresh_from_db()
    assert "moved" not in one.forecast
    monkeypatch.setattr(forecasting, "AT_ONCE", 0)
    asked = []
    monkeypatch.setattr(tasks, "count_forecast", SimpleNamespace(enqueue=asked.append))
    assert forecasting.foreseen(one) is None, "the worker counts"
    one.refresh_from_db()
    assert forecasting.foreseen(one) is None
    assert asked == [one.pk], "and is asked once"
    forecasting.count(one)
    one.refresh_from_db()
    assert forecasting.foreseen(one)["moved"] == 0


def test_those_concerned_are_told_once_in_numbers(world, wels):
    account(world, "Ihr", "4601", world.ada)
    carrying_out.carry_out(
        planned(world, {"territory": wels, "sets_owner": True, "new_owner": world.dora}), by=world.ben
    )
    texts = {one.person_id: one.text for one in Notification.objects.filter(kind="territories")}
    assert set(texts) == {world.ada.pk, world.dora.pk}
    assert "came to you 2" in texts[world.dora.pk]
    assert "left you 2" in texts[world.ada.pk]


def test_it_stands_among_the_changes_of_rights(world, wels):
    one = planned(
        world,
        {
            "territory": wels,
            "sets_owner": True,
            "new_owner": world.dora,
            "sets_people": True,
            "new_people": [world.rita],
        },
    )
    carrying_out.carry_out(one, by=world.ben)
    one.refresh_from_db()
    found = list(rights_changes())
    assert any(event.batch_id == one.batch_id and event.subject_type == "history.batch" for event in found)
    moved = next(event for event in found if event.subject_type == "staff.territory" and event.batch_id == one.batch_id)
    whom = {(effect.is_open, effect.whom) for effect in opened.of([moved])[moved.pk]}
    assert whom == {(True, "Dora Steiner"), (False, "Ada Huber"), (True, "Rita Lang")}
    assert moved in rights_changes(person=world.dora)


def test_undone_as_a_whole_everything_is_as_it_was(world, wels, linz):
    account(world, "Ihr", "4601", world.ada)
    account(world, "Grenze", "4650", world.ada)
    task = Activity.add(
        by=world.ada, kind="task", subject="Anrufen", account=world.lindner, owner=world.ada, is_open=True
    )
    before = seats()
    one = planned(
        world, {"territory": wels, "sets_owner": True, "new_owner": world.dora},
        {"territory": linz, "sets_rules": True, "countries": ["AT"], "postcodes": ["40", "465"]},
    )  # fmt: skip
    carrying_out.carry_out(one, by=world.ben)
    one.refresh_from_db()
    assert seats() != before
    assert looking_back.may_undo_batch(world.ben, one.batch)
    assert not looking_back.may_undo_batch(world.ada, one.batch)
    result = undo_batch(one.batch, by=world.ben)
    for record in (task, wels, linz, one):
        record.refresh_from_db()
    assert seats() == before
    assert (result.kept, task.owner, wels.owner, linz.postcodes) == (0, world.ada, world.ada, ["40"])
    assert one.is_undone
    assert Account.add(by=world.admin, name="Neu", country="AT", postcode="4650").territory == wels, (
        "the old rules hold"
    )


def test_what_was_changed_meanwhile_stays_and_is_named(world, wels):
    other = account(world, "Anders", "4601", world.ada)
    named = account(world, "Umbenannt", "4602", world.ada)
    one = planned(world, {"territory": wels, "sets_owner": True, "new_owner": world.dora})
    carrying_out.carry_out(one, by=world.ben)
    Account.objects.get(pk=other.pk).change(by=world.ben, owner=world.cem)
    Account.objects.get(pk=named.pk).change(by=world.ben, name="Anders genannt")
    one.refresh_from_db()
    assert preview_batch(one.batch).kept == 1
    result = undo_batch(one.batch, by=world.ben)
    other.refresh_from_db()
    named.refresh_from_db()
    assert (other.owner, named.owner, named.name) == (world.cem, world.ada, "Anders genannt")
    assert result.kept_records == [("customers.account", other.pk)]


def test_a_killed_worker_s_work_is_gone_on_with_and_none_is_done_twice(world, wels, monkeypatch):
    made = [account(world, f"A{n}", f"460{n}", world.ada) for n in range(7)]
    one = planned(world, {"territory": wels, "sets_owner": True, "new_owner": world.dora})
    monkeypatch.setattr(carrying_out, "STEP", 3)
    carrying_out.begin(one, by=world.ben)
    assert carrying_out._step(one)
    assert carrying_out.orphans() == [], "it has just taken a step"
    assert carrying_out.orphans(timezone.now() + dt.timedelta(hours=1)) == [one.pk]
    back = Account.objects.get(pk=made[0].pk)
    back.change(by=world.ben, owner=world.ada)
    tasks.carry_out.func(one.pk)
    tasks.carry_out.func(one.pk)
    one.refresh_from_db()
    owners = [Account.objects.get(pk=a.pk).owner_id for a in made]
    assert owners == [world.ada.pk] + [world.dora.pk] * 6, "what a colleague changed back behind it stays"
    assert one.batch.counts["customers.account"]["changed"] == 8
    assert one.batch.counts["seen"] == 8
    assert one.tally == {str(world.dora.pk): [8, 0], str(world.ada.pk): [0, 8]}


def test_one_that_fails_says_so_and_can_be_undone(world, wels, monkeypatch):
    before = seats()
    one = planned(world, {"territory": wels, "sets_owner": True, "new_owner": world.dora})
    carrying_out.begin(one, by=world.ben)
    monkeypatch.setattr(carrying_out, "_apply", lambda *args: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        tasks.carry_out.func(one.pk)
    one.refresh_from_db()
    assert (one.state, one.batch.state) == ("failed", "failed")
    undo_batch(one.batch, by=world.ben)
    wels.refresh_from_db()
    assert (seats(), wels.owner) == (before, world.ada)


def test_it_can_be_stopped_by_hand(world, wels):
    one = planned(world, {"territory": wels, "sets_owner": True, "new_owner": world.dora})
    carrying_out.begin(one, by=world.ben)
    carrying_out.stop(one, by=world.ben)
    assert not carrying_out._step(one)
    with pytest.raises(ValidationError):
        carrying_out.stop(one, by=world.ben)


def test_two_who_carry_it_out_at_once_do_it_once(world, wels):
    one = planned(world, {"territory": wels, "sets_owner": True, "new_owner": world.dora})
    other = Reassignment.objects.get(pk=one.pk)
    carrying_out.carry_out(one, by=world.ben)
    with pytest.raises(ValidationError, match="already"):
        carrying_out.begin(other, by=world.admin)
    assert Batch.objects.filter(kind="reassignment").count() == 1


def test_the_worker_begins_what_is_due_and_nothing_else(world, wels):
    today = clock.today()
    change = {"territory": wels, "sets_owner": True, "new_owner": world.dora}
    now, later, draft = (planned(world, change, due_on=day) for day in (today, today + dt.timedelta(days=1), today))
    now.plan(by=world.ben)
    later.plan(by=world.ben)
    assert carrying_out.begin_due() == [now.pk]
    assert [Reassignment.objects.get(pk=one.pk).state for one in (now, later, draft)] == ["running", "planned", "draft"]
    assert Event.objects.about(now).get(verb="reassignment.begun").actor_id == world.ben.pk


def test_what_has_become_impossible_by_its_day_is_a_draft_again_and_its_planner_is_told(world, wels):
    one = planned(world, {"territory": wels, "sets_owner": True, "new_owner": world.dora}, due_on=clock.today())
    one.plan(by=world.ben)
    world.dora.change(by=world.admin, is_active=False)
    assert carrying_out.begin_due() == []
    one.refresh_from_db()
    assert (one.state, "Dora Steiner" in one.problem) == ("draft", True)
    assert Notification.objects.get(kind="territories").person == world.ben


def test_bad_plans_are_refused(world, wels):
    with pytest.raises(ValidationError) as past:
        Reassignment.add(by=world.ben, name="Gestern", due_on=clock.today() - dt.timedelta(days=1))
    assert "due_on" in past.value.message_dict
    one = Reassignment.add(by=world.ben, name="Nichts", due_on=clock.today())
    with pytest.raises(ValidationError, match="nothing"):
        one.plan(by=world.ben)
    with pytest.raises(ValidationError) as empty:
        TerritoryChange.add(by=world.ben, reassignment=one, territory=wels)
    assert "sets_owner" in empty.value.message_dict
    TerritoryChange.add(by=world.ben, reassignment=one, territory=wels, sets_owner=True, new_owner=world.dora)
    with pytest.raises(ValidationError), transaction.atomic():
        TerritoryChange.add(by=world.ben, reassignment=one, territory=wels, sets_owner=True, new_owner=world.cem)
    with pytest.raises(ValidationError) as nul:
        one.change(by=world.ben, note="a\x00b")
    assert "note" in nul.value.message_dict
    one.plan(by=world.ben)
    for refused in (
        lambda: one.change(by=world.ben, name="Anders"),
        lambda: TerritoryChange.objects.get(reassignment=one).discard(by=world.ben),
        lambda: AccountChoice.add(by=world.ben, reassignment=one, account=world.lindner),
        lambda: one.plan(by=world.ben),
    ):
        with pytest.raises(ValidationError), transaction.atomic():
            refused()
    one.reopen(by=world.ben)
    one.change(by=world.ben, name="Anders")
    world.cem.change(by=world.admin, is_active=False)
    with pytest.raises(ValidationError) as left:
        TerritoryChange.objects.get(reassignment=one).change(by=world.ben, new_owner=world.cem)
    assert "new_owner" in left.value.message_dict


def test_a_planned_one_that_is_thrown_away_is_not_carried_out(world, wels):
    one = planned(world, {"territory": wels, "sets_owner": True, "new_owner": world.dora}, due_on=clock.today())
    one.plan(by=world.ben)
    one.discard(by=world.ben)
    assert carrying_out.begin_due() == []
    one.restore(by=world.ben)
    assert carrying_out.begin_due() == [], "it came back as a draft"


def test_only_those_who_may_assign_see_them(world, wels):
    one = planned(world)
    seen = {
        p.first_name
        for p in (world.ada, world.ben, world.dora, world.rita, world.admin)
        if Reassignment.objects.visible_to(p).filter(pk=one.pk)
    }
    assert seen == {"Ben", "Alma"}


_Seats = st.lists(
    st.tuples(
        st.sampled_from(["4600", "4610", "4020", "9999"]), st.sampled_from(["ada", "cem", "ben", ""]), st.booleans()
    ),
    min_size=1,
    max_size=8,
)
_Meddled = st.sets(st.integers(0, 7), max_size=4)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_Seats, _Meddled, st.sampled_from(["former", "all", "none"]), st.booleans(), st.booleans())
def test_carried_out_and_undone_every_account_has_what_it_had(world, wels, linz, some, meddled, owners, by_hand, whole):
    with transaction.atomic():
        made = [
            account(
                world, f"K{n}", code, getattr(world, who) if who else None, **({"territory": wels} if fixed else {})
            )
            for n, (code, who, fixed) in enumerate(some)
        ]
        before = seats()
        one = planned(
            world, {"territory": wels, "sets_owner": True, "new_owner": world.dora},
            {"territory": linz, "sets_rules": True, "countries": ["AT"], "postcodes": ["40", "461"]},
            owners=owners, takes_by_hand=by_hand, whole_house=whole,
        )  # fmt: skip
        foreseen = forecasting.forecast(one)
        carrying_out.carry_out(one, by=world.ben)
        between = seats()
        assert foreseen["moved"] == sum(between[pk] != before[pk] for pk in before)
        touched = [made[n].pk for n in meddled if n < len(made)]
        for pk in touched:
            Account.objects.get(pk=pk).change(by=world.ben, owner=world.gerda)
        there = seats()
        one.refresh_from_db()
        result = undo_batch(one.batch, by=world.ben)
        moved = {pk for pk in before if between[pk] != before[pk]}
        for pk, seat in seats().items():
            assert seat == (there[pk] if pk in touched else before[pk])
        assert {pk for _label, pk in result.kept_records} == moved & set(touched)
        transaction.set_rollback(True)
