"""What is added up out of the kept columns is what the rows come to, to the cent, whoever changed them and whoever asks."""

from __future__ import annotations

import datetime as dt
import itertools
import random
from decimal import Decimal

import pytest
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from kundenkreis.catalogue.models import Family
from kundenkreis.core import clock
from kundenkreis.customers.discretion import name_within_reach
from kundenkreis.customers.models import AccountTeamMember
from kundenkreis.fields.bulk_editing import edit
from kundenkreis.forecast import periods, summing
from kundenkreis.forecast.summing import Part
from kundenkreis.history import undo
from kundenkreis.history.models import Event
from kundenkreis.pipeline import bulk_editing, columns, lanes, marking, winloss, winloss_kept, winloss_people
from kundenkreis.pipeline.models import (
    CloseReason,
    Opportunity,
    OpportunityCompetitor,
    OpportunityLine,
    OpportunityMark,
    Project,
)
from kundenkreis.pipeline.winloss_cuts import cuts
from tests.pipeline.cards import card, pipeline, product, soon, stages

pytestmark = pytest.mark.django_db


def readers(world):
    """Of every reach: all; own and team; own, seats and few accounts; nobody's."""
    return [world.admin, world.ada, world.cem, world.rita, world.gerda]


def by_rows(user, cut, days):
    """As the door asks where further conditions are asked: all added up in the database."""
    rows = Opportunity.objects.visible_to(user).living()
    if days:
        after = clock.midnight(days[1] + dt.timedelta(days=1))
        rows = rows.filter(closed_at__gte=clock.midnight(days[0]), closed_at__lt=after)
    return rows.filter(name_within_reach(user, "account")) if cut.of_account else rows


def test_sums_after_random_lives_are_those_of_the_rows(world):
    lives, keys = Lives(world, 11), itertools.cycle(cuts())
    for _round in range(3):
        lives.live(20)
        for user in readers(world):
            same_board(user)
            same_forecast(user)
            for _each in range(3):
                same_win_and_loss(user, next(keys))
    assert lives.done == set(Lives.VERBS)


def same_win_and_loss(user, key):
    today, cut = clock.today(), cuts()[key]
    assert winloss_kept.is_kept(cut)
    for days in (None, (today - dt.timedelta(days=20), today)):
        rows = by_rows(user, cut, days)
        kept = winloss_kept.closed_by(user, days, cut)
        assert winloss_kept.analyse(kept, cut) == winloss.analyse(rows, cut), (user, key, days)
        assert winloss_kept.teams(kept) == set(winloss_people.teams_of(rows)), (user, key)


def same_board(user):
    since = timezone.now() - dt.timedelta(days=15)
    rows = Opportunity.objects.visible_to(user).living().filter(pipeline=pipeline()).select_related("stage")
    rows = rows.filter(Q(outcome="") | Q(closed_at__gte=since))
    told: dict[int, list] = {}
    for one in rows:
        counts = told.setdefault(one.stage_id, [0, Decimal(0), Decimal(0)])
        counts[0] += 1
        if not one.shadowed:
            counts[1] += one.value_house
            counts[2] += one.value_house * one.likelihood / 100
    board = lanes.on_board(user, pipeline().pk, since)
    assert board.sums() == {stage: tuple(counts) for stage, counts in told.items()}, user
    for sort in ("expected_close_on", "value_house"):
        for descending in (False, True):
            smallest = dt.date.min if sort == "expected_close_on" else Decimal(-1)
            some = sorted(rows, key=lambda one: (getattr(one, sort) or smallest, one.pk), reverse=descending)  # noqa: B023
            wanted = {stage: [one.pk for one in some if one.stage_id == stage][:3] for stage in told}
            assert board.first(sort, descending, 3) == wanted, (user, sort, descending)


def same_forecast(user):
    period = periods.of(clock.today())
    whole = summing.sums(user, period)
    rows = Opportunity.objects.visible_to(user).living().filter(shadowed=False)
    for name in summing.OPEN:
        some = rows.filter(summing.open_in(period), forecast_category=name)
        assert sum((getattr(one, name) for one in whole.owners.values()), Part()) == part(some), (user, name)
    for owner, told in whole.owners.items():
        assert told.closed == part(rows.filter(summing.won_in(period), owner=owner)), (user, owner)
    late = rows.filter(summing.open_in(period), expected_close_on__lt=clock.today())
    assert sum((one.overdue for one in whole.owners.values()), Part()) == part(late)
    still = rows.filter(outcome="", forecast_category__in=summing.OPEN)
    assert whole.undated == part(still.filter(expected_close_on=None))
    assert whole.earlier == part(still.filter(expected_close_on__lt=period.first))


def part(rows) -> Part:
    values = list(rows.values_list("value_house", flat=True))
    return Part(len(values), int(sum(values) * 100))


class Lives:
    """Opportunities to which things happen, one after the other, by every way in which there is one."""

    VERBS = (
        "add", "change", "close", "reopen", "discard", "undo", "hand_over", "bulk", "project", "rival", "line", "account",
        "past_the_verbs", "gone", "arranged", "rolled_back",
    )  # fmt: skip

    def __init__(self, world, seed: int):
        self.world, self.dice, self.done = world, random.Random(seed), set()  # noqa: S311
        pipeline()
        AccountTeamMember.objects.create(account=world.lindner, person=world.cem, role="inside")
        self.people = [world.ada, world.ben, world.cem, None]
        self.accounts = [world.lindner, world.brauneis, None]
        for _each in range(8):
            self.add()

    def live(self, number: int) -> None:
        for each in range(number):
            verb = self.VERBS[each] if each < len(self.VERBS) else self.dice.choice(self.VERBS)
            with transaction.atomic():
                getattr(self, verb)()
            self.done.add(verb)

    def one(self, **which) -> Opportunity:
        some = list(Opportunity.objects.living().filter(**which).order_by("pk"))
        return self.dice.choice(some) if some else self.add()

    def worth(self) -> Decimal:
        return Decimal(self.dice.randint(1, 9_000_000)) / 100

    def day(self) -> dt.date | None:
        return self.dice.choice([None, clock.today() + dt.timedelta(days=self.dice.randint(-120, 60))])

    # --- what happens

    def add(self) -> Opportunity:
        one = card(
            self.world, account=self.dice.choice(self.accounts), owner=self.dice.choice(self.people), value=self.worth(),
            source=self.dice.choice(["", "fair", "call"]), stage=stages()[self.dice.randrange(4)],
            forecast_category=self.dice.choice(["pipeline", "commit", "best_case", "omitted"]), by=self.world.admin,
        )  # fmt: skip
        Opportunity.objects.filter(pk=one.pk).update(expected_close_on=self.day())
        return one

    def change(self) -> None:
        self.one(outcome="").change(
            by=self.world.admin, value=self.worth(), expected_close_on=soon(), probability=self.dice.choice([None, 7, 90]),
            account=self.dice.choice(self.accounts),
        )  # fmt: skip

    def close(self) -> None:
        """As an import does it, which asks nothing: at some moment within two months, for some reason."""
        for _each in range(3):
            one, outcome = self.one(outcome=""), self.dice.choice(["won", "lost"])
            end = timezone.now() - dt.timedelta(days=self.dice.uniform(0, 60))
            reason = self.dice.choice([None, *CloseReason.objects.filter(outcome=outcome)])
            Opportunity.objects.filter(pk=one.pk).update(
                outcome=outcome, stage=pipeline().stage_of_kind(outcome), closed_at=end, close_reason=reason,
                opened_at=end - dt.timedelta(days=self.dice.uniform(0, 400)), criterion=self.dice.choice(["", "price", "service"]),
                price_gap=self.dice.choice([None, Decimal("4.5"), Decimal("-3.1"), Decimal("12.3")]),
                forecast_category={"won": "closed", "lost": "omitted"}[outcome],
            )  # fmt: skip

    def reopen(self) -> None:
        self.one(outcome="lost").reopen(by=self.world.admin, stage=stages()[0]) if Opportunity.objects.living().filter(
            outcome="lost"
        ) else None

    def discard(self) -> None:
        self.one().discard(by=self.world.admin)

    def undo(self) -> None:
        """The last thing that was done to one of them, or an attempt at it."""
        event = Event.objects.filter(subject_type="pipeline.opportunity").order_by("-pk")[self.dice.randrange(5)]
        try:
            undo.undo_event(event, by=self.world.admin)
        except undo.CannotUndo:
            self.one().change(by=self.world.admin, name="Another name")

    def hand_over(self) -> None:
        self.one().change(by=self.world.admin, owner=self.dice.choice(self.people))

    def bulk(self) -> None:
        numbers = list(Opportunity.objects.open().order_by("pk").values_list("pk", flat=True)[:5])
        change = bulk_editing.Change.expected_close(clock.today() + dt.timedelta(days=self.dice.randint(0, 40)))
        batch = edit(Opportunity.objects.filter(pk__in=numbers), change, label="Day", by=self.world.admin)
        if self.dice.random() < 0.5:
            undo.undo_batch(batch, by=self.world.admin)

    def project(self) -> None:
        """Two bidders of one project, of which one counts."""
        project = Project.add(by=self.world.admin, name="Hospital")
        for one in (self.one(), self.one()):
            one.change(by=self.world.admin, project=project)

    def rival(self) -> None:
        one = self.one()
        OpportunityCompetitor.add(by=self.world.admin, opportunity=one, name=self.dice.choice(["Fox", "Hen", "Owl"]))
        if lost := Opportunity.objects.filter(outcome="lost").first():
            rival = OpportunityCompetitor.objects.create(opportunity=lost, name=f"Rat {self.dice.random()}")
            Opportunity.objects.filter(pk=lost.pk).update(lost_to=rival)
            OpportunityCompetitor.objects.filter(pk=rival.pk).update(name="Cat")

    def line(self) -> None:
        family = Family.objects.filter(code="G").first() or Family.add(by=None, name="Garden", code="G")
        of = product(self.dice.choice(["D-1", "D-2"]))
        OpportunityLine.objects.create(opportunity=self.one(), product=of, price=1)
        of.change(by=None, family=self.dice.choice([None, family]))

    def account(self) -> None:
        account = self.dice.choice(self.accounts[:2])
        account.refresh_from_db()
        industry = self.dice.choice(["", "retail", "building"])
        account.change(by=self.world.admin, industry=industry, employees=self.dice.choice([None, 5, 49, 50, 900]))

    def past_the_verbs(self) -> None:
        Opportunity.objects.filter(pk=self.one().pk).update(value_house=self.worth(), team=self.world.south)

    def gone(self) -> None:
        Opportunity.objects.filter(pk=self.one().pk).delete()

    def arranged(self) -> None:
        """What is arranged for all: how likely a stage is, and what is no loss of ours."""
        stages()[self.dice.randrange(4)].change(by=self.world.admin, probability=self.dice.randint(1, 99))
        CloseReason.objects.filter(name_en="Too late").update(is_neutral=self.dice.random() < 0.5)

    def rolled_back(self) -> None:
        """What was read within a transaction that came to nothing is not remembered."""
        with transaction.atomic():
            Opportunity.objects.filter(pk=self.one().pk).update(value_house=Decimal(10**9))
            columns.now()
            transaction.set_rollback(True)


def test_only_what_has_changed_is_read_again(world, django_assert_num_queries):
    one = card(world)
    before = columns.now()
    with django_assert_num_queries(1):
        assert columns.now() is before
    one.change(by=world.ada, name="Called otherwise")
    with django_assert_num_queries(4):  # the marks, and of one chunk opportunities, competitors and families
        columns.now()


def test_what_is_not_marked_is_not_remembered(world):
    """Between two migrations nobody marks; and marks come back with new tokens for all."""
    one = card(world, value=Decimal(10))
    columns.now()
    try:
        marking.take_down("default")
        Opportunity.objects.filter(pk=one.pk).update(value_house=Decimal(20))
        assert columns.now()["cents"].tolist() == [2_000]
        assert not OpportunityMark.objects.exists()
    finally:
        marking.put_up("default")
    assert columns.now()["cents"].tolist() == [2_000]
    Opportunity.objects.filter(pk=one.pk).update(value_house=Decimal(30))
    assert columns.now()["cents"].tolist() == [3_000]
