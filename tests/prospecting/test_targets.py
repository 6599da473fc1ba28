"""Accounts on the wanted list: put there, researched, won or dropped; and who of us knows whom there."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone, translation

from kundenkreis.activities.models import Activity
from kundenkreis.core import clock
from kundenkreis.core.models import House
from kundenkreis.customers.models import Account, AccountTeamMember, Contact, Position
from kundenkreis.history import undo
from kundenkreis.prospecting import wanting
from kundenkreis.prospecting.models import ResearchAnswer, ResearchQuestion, TargetAccount, TriggerEvent
from kundenkreis.prospecting.paths import warm_paths
from kundenkreis.quality.merging import merge
from tests.pipeline.cards import wrong
from tests.prospecting.wanted import prospect, target

pytestmark = pytest.mark.django_db


def ordered(account: Account, days_ago: int = 0) -> None:
    Account.objects.filter(pk=account.pk).update(last_order_on=clock.today() - dt.timedelta(days=days_ago))


def test_an_account_is_wanted_once_and_no_customer_is(world):
    one = target(world)
    assert (one.owner, one.status) == (world.ada, "research")
    assert wrong(lambda: target(world, one.account))
    customer = prospect(world, "Customer")
    ordered(customer, 700)
    customer.refresh_from_db()
    assert set(wrong(lambda: target(world, customer))) == {"account"}
    ordered(customer, 800)
    customer.refresh_from_db()
    assert target(world, customer), "who has not ordered for so long can be won back"


def test_what_is_said_of_it_needs_a_reason_or_a_source(world):
    one = target(world)
    assert set(wrong(lambda: one.change(by=world.ada, status="dropped"))) == {"drop_reason"}
    assert set(wrong(lambda: one.change(by=world.ada, status="won"))) == {"status"}
    assert set(wrong(lambda: one.change(by=world.ada, potential=Decimal(9000)))) == {"potential_source"}
    assert set(wrong(lambda: one.change(by=world.ada, note="a\x00b"))) == {"note"}
    one.drop("Bought by a competitor", by=world.ada)
    one.change(by=world.ada, status="approach")
    assert TargetAccount.objects.get(pk=one.pk).drop_reason == ""


def test_it_is_won_with_its_first_order(world):
    one, still = target(world), target(world, prospect(world, "Other"))
    assert wanting.follow_orders() == 0
    ordered(one.account)
    assert wanting.follow_orders() == 1
    assert TargetAccount.objects.get(pk=one.pk).status == "won"
    assert TargetAccount.objects.get(pk=still.pk).status == "research"


def test_research_and_events_say_when_and_from_where(world):
    one = target(world)
    question = ResearchQuestion.objects.living().first()
    answer = {"by": world.ada, "target": one, "question": question}
    assert set(wrong(lambda: ResearchAnswer.add(text="Dowels", source="", **answer))) == {"source"}
    tomorrow = clock.today() + dt.timedelta(days=1)
    assert set(wrong(lambda: ResearchAnswer.add(text="D", source="Web", found_on=tomorrow, **answer))) == {"found_on"}
    ResearchAnswer.add(text="Dowels", source="Annual report", **answer)
    assert wrong(lambda: ResearchAnswer.add(text="Again", source="Web", **answer))
    event = {"by": world.ada, "target": one, "kind": "site", "what": "Plant in Linz", "happened_on": clock.today()}
    for bad in ("javascript:alert(1)", "data:text/html,x", "ftp://x.test/", "//x.test"):
        assert set(wrong(lambda bad=bad: TriggerEvent.add(url=bad, **event))) == {"url"}
    yesterday = clock.today() - dt.timedelta(days=1)
    assert "expires_on" in wrong(lambda: TriggerEvent.add(expires_on=yesterday, **event))
    assert TriggerEvent.add(url="https://news.test/linz", **event)


def test_many_are_put_on_the_list_as_one_and_taken_off_as_one(world, monkeypatch):
    there = target(world)
    customer = prospect(world, "Customer")
    ordered(customer)
    prospect(world, "New one"), prospect(world, "New two")
    accounts = Account.objects.filter(pk__gte=there.account_id)
    assert len(wanting.put_on_list(accounts, by=world.ada, owner=world.cem).refused) == 4, "who does not see them"
    added = wanting.put_on_list(accounts, by=world.ada, owner=world.ben)
    new = [one for one in added.records if one is not None]
    assert [one.account.name for one in new] == ["New one", "New two"] and len(added.refused) == 2
    assert {one.owner for one in new} == {world.ben}
    assert TargetAccount.objects.filter(fit=None).count() == 0, "each has its fit at once"
    undo.undo_batch(added.batch, by=world.ada)
    assert list(TargetAccount.objects.living()) == [there]
    monkeypatch.setattr(wanting, "AT_ONCE", 1)
    assert wrong(lambda: wanting.put_on_list(accounts, by=world.ada))


def test_it_is_seen_with_its_account_and_owned_by_somebody_who_sees_that(world):
    one = target(world, by=world.ben, owner=world.ada)
    assert [TargetAccount.objects.visible_to(p).filter(pk=one.pk).exists() for p in (world.ada, world.ben, world.cem)] == [
        True, True, False,
    ]  # fmt: skip
    assert set(wrong(lambda: one.change(by=world.ben, owner=world.cem))) == {"owner"}
    AccountTeamMember.add(by=None, account=one.account, person=world.cem, role="sponsor")
    one.change(by=world.ben, owner=world.cem)
    seen = [
        TargetAccount.objects.gathered_for(p).filter(pk=one.pk).exists()
        for p in (world.ada, world.ben, world.cem, world.rita)
    ]
    assert seen[:3] == [True, True, True]


def test_a_merge_of_accounts_carries_it(world):
    kept, gone = prospect(world, "Kept"), prospect(world, "Gone")
    one = target(world, gone)
    merge(kept, gone, by=world.admin)
    assert TargetAccount.objects.get(pk=one.pk).account == kept


def spoke(world, person, contact, account, days_ago, **values):
    at = timezone.now() - dt.timedelta(days=days_ago)
    return Activity.add(
        by=None, kind="visit", subject="Visit", account=account, contact=contact, owner=person, at=at, **values
    )


def test_warm_paths_lead_by_whoever_spoke_with_somebody_there_or_elsewhere(world):
    account = prospect(world)
    huber = Contact.add(by=None, given_name="Franz", family_name="Huber", owner=world.ada)
    Position.add(by=None, contact=huber, account=world.lindner, job_title="Buyer", is_main=False,
                 ends_on=clock.today() - dt.timedelta(days=30))  # fmt: skip
    Position.add(by=None, contact=huber, account=account, job_title="Head of buying")
    for days in (400, 300, 200):
        spoke(world, world.ben, huber, world.lindner, days)
    spoke(world, world.ada, huber, account, 900)
    assert warm_paths(account, world.cem) == [], "what she may not see is not told"
    AccountTeamMember.add(by=None, account=account, person=world.cem, role="sponsor")
    with translation.override("en"):
        told = [one.words for one in warm_paths(account, world.ada)]
        assert "Ada Huber spoke with Franz Huber once" in told[0], "one's own comes first"
        assert "Ben Kern knows Franz Huber (Head of buying)" in told, "without a works agreement nobody is counted"
        assert any("Cem" in words and "account team" in words for words in told)
        house = House.current()
        house.works_agreement_on, house.works_agreement = clock.today(), "Agreement"
        house.save()
        told = [one.words for one in warm_paths(account, world.admin)]
        assert "Ben Kern spoke with Franz Huber 3 times" in told[0] and "Ada Huber" in told[1], (
            "more often and later is warmer"
        )
