"""Project sale: several bidders of one project, counted once, and awarded to one of them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from importlib import import_module

import pytest
from django.apps import apps
from django.db.models import Sum

from kundenkreis.core import clock
from kundenkreis.customers.models import Account
from kundenkreis.history.models import Event
from kundenkreis.history.undo import undo_batch, undo_event
from kundenkreis.pipeline import awarding, stages, winloss
from kundenkreis.pipeline.asking import state, weighted
from kundenkreis.pipeline.models import CloseReason, Opportunity, OpportunityLine, Project, ProjectParty, counting
from kundenkreis.pipeline.winloss_cuts import cuts
from kundenkreis.quality import merging
from kundenkreis.staff import access
from tests.pipeline.cards import card, product, ready, soon, wrong
from tests.pipeline.cards import stages as stages_of

pytestmark = pytest.mark.django_db


def project(world, **values) -> Project:
    return Project.add(by=world.ada, **{"name": "Hospital Linz", "place": "Linz", "country": "AT", **values})


def bidders(world, *values: int, **more) -> tuple[Project, list[Opportunity]]:
    one = project(world)
    cards = [
        card(world, name=f"Bidder {number}", project=one, value=Decimal(value), **more)
        for number, value in enumerate(values)
    ]
    return one, cards


def counts() -> list[str]:
    return list(Opportunity.objects.open().counted().order_by("pk").values_list("name", flat=True))


class TestCountedOnce:
    def test_the_likeliest_times_dearest_counts_and_the_sums_know_it(self, world):
        card(world, name="Alone", value=Decimal(7))
        one, (a, b, c) = bidders(world, 100, 300, 300)
        assert counts() == ["Alone", "Bidder 1"]
        assert Opportunity.objects.open().counted().aggregate(sum=Sum("value_house"))["sum"] == 307
        share = b.stage.probability
        assert Opportunity.objects.open().counted().aggregate(sum=Sum(weighted()))["sum"] == Decimal(307) * share / 100
        a.change(by=world.ada, probability=90)
        assert counts() == ["Alone", "Bidder 0"]
        b.change(by=world.ada, stage=stages_of()[0], value=Decimal(1000), probability=10)
        assert counts() == ["Alone", "Bidder 1"]
        assert (one.opportunities.count(), c.shadowed) == (3, True)

    def test_whoever_is_chosen_counts_until_she_is_lost(self, world):
        one, (a, b, _c) = bidders(world, 100, 300, 200)
        event = one.count_by(a, by=world.ada)
        assert counts() == ["Bidder 0"]
        undo_event(event, by=world.ada)
        assert counts() == ["Bidder 1"]
        one.refresh_from_db()
        one.count_by(a, by=world.ada)
        a.lose(by=world.ada, close_reason=awarding.neutral_reason())
        assert counts() == ["Bidder 1"]
        assert "leading" in wrong(lambda: one.count_by(a, by=world.ada))
        assert "leading" in wrong(lambda: one.count_by(card(world), by=world.ada))

    def test_what_leaves_and_comes_back_is_counted_anew(self, world):
        one, (a, b) = bidders(world, 100, 300)
        leaves = b.change(by=world.ada, project=None)
        assert counts() == ["Bidder 0", "Bidder 1"]
        undo_event(leaves, by=world.ada)
        assert counts() == ["Bidder 1"]
        b.refresh_from_db()
        gone = b.discard(by=world.ada)
        assert counts() == ["Bidder 0"]
        undo_event(gone, by=world.ada)
        assert counts() == ["Bidder 1"]
        binned = one.discard(by=world.ada)
        assert counts() == ["Bidder 0", "Bidder 1"]
        undo_event(binned, by=world.ada)
        assert counts() == ["Bidder 1"]

    def test_what_is_won_counts_and_nothing_else_of_its_project(self, world):
        _one, (a, b) = bidders(world, 100, 300)
        ready(a, world)
        a.win(by=world.ada)
        assert counts() == []
        assert list(Opportunity.objects.counted().values_list("pk", flat=True)) == [a.pk]
        a.reopen(by=world.ada)
        assert counts() == ["Bidder 1"]
        assert b.pk

    def test_several_lost_bids_are_one_loss_and_none_while_another_is_open_or_won(self, world):
        one, (a, b, c) = bidders(world, 100, 300, 200)
        price = CloseReason.objects.filter(outcome="lost", is_neutral=False, children=None).first()

        def losses():
            found = winloss.analyse(Opportunity.objects.living(), cuts()["pipeline"])
            lost = Opportunity.objects.living().filter(state("lost_ours")).values_list("name", flat=True)
            assert found.whole.lost == len(lost) == sum(reason.number for reason in found.reasons)
            return sorted(lost), found.whole.neutral

        b.lose(by=world.ada, close_reason=price)
        a.lose(by=world.ada, close_reason=price)
        assert (losses(), counts()) == (([], 0), ["Bidder 2"]), "the project is not decided"
        last = c.lose(by=world.ada, close_reason=price)
        assert losses() == (["Bidder 1"], 0), "one project, one loss: the highest bid"
        undo_event(last, by=world.ada)
        assert losses() == ([], 0)
        c.refresh_from_db()
        c.lose(by=world.ada, close_reason=awarding.neutral_reason())
        assert losses() == (["Bidder 1"], 1), "what is no loss of ours stands apart"
        b.change(by=world.ada, close_reason=awarding.neutral_reason())
        assert losses() == (["Bidder 0"], 2)
        b.change(by=world.ada, close_reason=price)
        changed = price.change(by=world.admin, is_neutral=True)
        assert losses() == ([], 3)
        undo_event(changed, by=world.admin)
        assert losses() == (["Bidder 1"], 1)
        gone = b.discard(by=world.ada)
        assert losses() == (["Bidder 0"], 1)
        undo_event(gone, by=world.ada)
        one.discard(by=world.ada)
        assert losses() == (["Bidder 0", "Bidder 1"], 1), "without a project each is one"
        one.restore(by=world.ada)
        for each in (c, a):
            each.refresh_from_db()
            each.reopen(by=world.ada)
        ready(c, world)
        c.win(by=world.ada)
        assert losses() == ([], 0), "won: what another bidder lost is no lost project"
        assert Opportunity.objects.filter(shadowed=True).count() == 2

    def test_losses_from_before_are_brought_into_step(self, world):
        price = CloseReason.objects.filter(outcome="lost", is_neutral=False, children=None).first()
        for values in ((100, 300, 200), (50, 70)):
            for one in bidders(world, *values)[1][: 3 if len(values) == 3 else 1]:
                one.lose(by=world.ada, close_reason=price)
        kept = dict(Opportunity.objects.values_list("pk", "shadowed"))
        assert sum(kept.values()) == 3
        Opportunity.objects.filter(outcome="lost").update(shadowed=False)
        import_module("kundenkreis.pipeline.migrations.0004_one_loss").count_once(apps, None)
        assert dict(Opportunity.objects.values_list("pk", "shadowed")) == kept

    def test_a_stage_that_is_given_up_a_probability_and_a_line_change_who_counts(self, world):
        _one, (a, b) = bidders(world, 200, 100)
        assert counts() == ["Bidder 0"]
        first, second = stages_of()[:2]
        Opportunity.objects.filter(pk=b.pk).update(stage=second)
        changed = second.change(by=world.admin, probability=90)
        assert counts() == ["Bidder 1"]
        undo_event(changed, by=world.admin)
        counting.follow([a.project_id])
        second.refresh_from_db()
        second.change(by=world.admin, probability=90)
        removed = stages.remove(second, by=world.admin, to=first)
        assert counts() == ["Bidder 0"]
        undo_batch(Event.objects.get(verb="batch.done").batch, by=world.admin)
        assert counts() == ["Bidder 1"]
        assert removed
        OpportunityLine.add(by=world.ada, opportunity=a, product=product(), price=Decimal(9000))
        a.refresh_from_db()
        a.change(by=world.ada, sums_lines=True)
        assert counts() == ["Bidder 0"]

    def test_it_asks_no_more_however_many_projects_there_are(self, world, django_assert_num_queries):
        some = [bidders(world, 100, 200)[0].pk for _number in range(4)]
        Opportunity.objects.update(shadowed=True)
        with django_assert_num_queries(6):  # a savepoint, its end, and four
            counting.follow(some)
        assert Opportunity.objects.counted().count() == 4


class TestAwarding:
    def test_it_goes_to_one_and_the_others_are_closed_without_a_loss_and_all_is_taken_back_at_once(self, world):
        one, (a, b, c) = bidders(world, 100, 300, 200)
        ready(b, world)
        event = awarding.award(one, to=b, by=world.ada, won=True)
        some = {each.pk: each for each in Opportunity.objects.all()}
        assert [some[each.pk].outcome for each in (a, b, c)] == ["lost", "won", "lost"]
        assert some[a.pk].close_reason.is_neutral
        assert (one.status, one.awarded_on, one.awarded_to) == ("awarded", clock.today(), b)
        undo_event(event, by=world.ada)
        one.refresh_from_db()
        assert (one.status, one.awarded_to, one.awarded_on, one.leading) == ("planned", None, None, None)
        assert set(Opportunity.objects.values_list("outcome", flat=True)) == {""}
        assert counts() == ["Bidder 1"]

    def test_it_may_go_on_open(self, world):
        one, (a, b) = bidders(world, 100, 300)
        awarding.award(one, to=a, by=world.ada)
        a.refresh_from_db()
        b.refresh_from_db()
        assert (a.outcome, b.outcome, counts()) == ("", "lost", ["Bidder 0"])
        assert "" in wrong(lambda: awarding.award(one, to=a, by=world.ada))

    def test_it_is_refused_in_words_and_then_nothing_has_changed(self, world):
        one, (a, b) = bidders(world, 100, 300)
        assert "to" in wrong(lambda: awarding.award(one, to=card(world), by=world.ada))
        b.lose(by=world.ada, close_reason=awarding.neutral_reason())
        assert "to" in wrong(lambda: awarding.award(one, to=b, by=world.ada))
        b.reopen(by=world.ada)
        CloseReason.objects.get(is_neutral=True).discard(by=world.admin)
        assert "neutral" in wrong(lambda: awarding.award(one, to=a, by=world.ada))[""]
        one.refresh_from_db()
        assert one.status == "planned"


class TestProject:
    def test_a_status_has_its_day_in_order(self, world):
        one = project(world, value=Decimal(50_000))
        assert (one.number, one.value_house, one.owner, one.team) == ("P-00001", 50_000, world.ada, world.north)
        one.change(by=world.ada, status="specified")
        assert one.specified_on == clock.today()
        earlier = clock.today() - dt.timedelta(days=1)
        assert "tendered_on" in wrong(lambda: one.change(by=world.ada, tendered_on=earlier))
        assert "awarded_on" in wrong(lambda: one.change(by=world.ada, awarded_on=soon()))
        assert "value" in wrong(lambda: one.change(by=world.ada, value=Decimal(-1)))

    def test_a_party_is_an_account_or_a_name_and_has_a_role_once(self, world):
        one = project(world)
        named = ProjectParty.add(by=world.ada, project=one, role="planner", name=" Atelier  Gruber ")
        assert str(named).startswith("Atelier Gruber (")
        ProjectParty.add(by=world.ada, project=one, role="installer", account=world.lindner)
        assert wrong(lambda: ProjectParty.add(by=world.ada, project=one, role="installer", account=world.lindner))
        assert "name" in wrong(lambda: ProjectParty.add(by=world.ada, project=one, role="owner"))
        assert "project" in wrong(lambda: named.change(by=world.ada, project=project(world)))

    def test_it_is_seen_by_who_sees_a_bidder_or_a_party(self, world):
        one, other = project(world), project(world, name="School")
        assert not Project.objects.visible_to(world.cem).exists()
        assert not one.within(access.reach(world.cem, "opportunities.see"))
        card(world, by=world.cem, owner=world.cem, account=None, project=one)
        ProjectParty.add(by=world.ada, project=other, role="owner", account=world.brauneis)
        assert set(Project.objects.visible_to(world.cem)) == {one, other}
        assert one.within(access.reach(world.cem, "opportunities.see"))
        assert not access.may(world.rita, "opportunities.change", one)
        assert access.may(world.rita, "opportunities.see", one)

    def test_its_parties_go_along_when_accounts_are_merged(self, world):
        one = project(world)
        twin = Account.add(by=world.ada, name="Lindner Soehne", owner=world.ada)
        party = ProjectParty.add(by=world.ada, project=one, role="installer", account=twin)
        stays = ProjectParty.add(by=world.ada, project=one, role="owner", account=twin)
        ProjectParty.add(by=world.ada, project=one, role="owner", account=world.lindner)
        merging.merge(world.lindner, twin, by=world.ada)
        party.refresh_from_db()
        stays.refresh_from_db()
        assert (party.account, stays.account) == (world.lindner, twin)
