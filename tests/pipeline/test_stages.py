"""Pipelines, their stages and the reasons of outcomes, as a house arranges them."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from kundenkreis.history.models import Batch, Event
from kundenkreis.history.undo import undo_batch, undo_event
from kundenkreis.pipeline import stages as stage_verbs
from kundenkreis.pipeline import usual
from kundenkreis.pipeline.models import CloseReason, Opportunity, Pipeline, Stage, StageChange
from kundenkreis.staff import access
from tests.pipeline.cards import card, pipeline, stages, wrong

pytestmark = pytest.mark.django_db


def test_a_new_house_has_the_usual_pipelines_in_both_languages(world):
    usual.set_up()
    assert {one.kind for one in Pipeline.objects.all()} == {"new", "existing", "project", "tender", "renewal"}
    assert all(one.name_en and one.name_de for one in Stage.objects.all())
    for one in Pipeline.objects.all():
        assert one.stage_of_kind("won") and one.stage_of_kind("lost") and one.first_stage()


def test_they_come_once(world):
    usual.set_up()
    before = Stage.objects.count()
    assert usual.set_up() is False
    assert Stage.objects.count() == before


def test_a_stage_with_cards_goes_only_when_it_is_said_where_they_go(world):
    first, second, *_rest = stages()
    one, other = card(world), card(world)
    other.discard(by=world.ada)
    assert "to" in wrong(lambda: stage_verbs.remove(first, by=world.admin))
    assert "to" in wrong(lambda: stage_verbs.remove(first, by=world.admin, to=first))
    assert "to" in wrong(lambda: stage_verbs.remove(first, by=world.admin, to=stages("tender")[0]))
    assert "to" in wrong(lambda: stage_verbs.remove(first, by=world.admin, to=stages()[4]))
    stage_verbs.remove(first, by=world.admin, to=second)
    assert set(Opportunity.objects.values_list("stage_id", flat=True)) == {second.pk}
    assert first not in stages()
    assert StageChange.objects.filter(from_stage=first, to_stage=second).count() == 2
    one.refresh_from_db()
    assert one.version == 2


def test_to_take_the_batch_back_brings_cards_and_stage_back(world):
    first, second, *_rest = stages()
    one = card(world)
    stage_verbs.remove(first, by=world.admin, to=second)
    undo_batch(Batch.objects.get(kind=stage_verbs.KIND), by=world.admin)
    one.refresh_from_db()
    assert one.stage == first
    assert first in stages()
    assert StageChange.objects.filter(opportunity=one).count() == 1


def test_an_empty_stage_goes_and_comes_back(world):
    second = stages()[1]
    event = stage_verbs.remove(second, by=world.admin)
    assert second not in stages()
    undo_event(event, by=world.admin)
    assert second in stages()


@pytest.mark.parametrize("place", [4, 5])
def test_a_pipeline_keeps_its_ends(world, place):
    assert wrong(lambda: stage_verbs.remove(stages()[place], by=world.admin))


def test_a_pipeline_keeps_its_last_open_stage(world):
    some = stages("renewal")[:3]
    for stage in some[:2]:
        stage_verbs.remove(stage, by=world.admin)
    assert wrong(lambda: stage_verbs.remove(some[2], by=world.admin))


def test_a_second_end_of_the_same_kind_is_refused(world):
    made = lambda: Stage.add(by=world.admin, pipeline=pipeline(), name_en="Won too", kind="won")  # noqa: E731
    assert wrong(made)
    with pytest.raises(IntegrityError), transaction.atomic():
        Stage.objects.filter(pk=stages()[0].pk).update(kind="won")


@pytest.mark.parametrize("probability", [-1, 101])
def test_a_stages_probability_is_between_none_and_certain(world, probability):
    assert "probability" in wrong(lambda: stages()[0].change(by=world.admin, probability=probability))


def test_what_is_won_is_certain(world):
    won = stages()[4]
    won.change(by=world.admin, probability=10, name_en="Ordered")
    assert (won.probability, won.name_en) == (100, "Ordered")


def test_a_stage_asks_only_for_what_there_is(world):
    stage = stages()[0]
    for asked in (["weather"], "value", [1], ["value", "value"], {"value": 1}):
        assert "needs_to_leave" in wrong(lambda asked=asked: stage.change(by=world.admin, needs_to_leave=asked))
    stage.change(by=world.admin, needs_to_leave=["value", "champion"])
    assert stage.needs_to_leave == ["value", "champion"]


def test_a_stage_with_cards_keeps_its_kind(world):
    card(world)
    assert "kind" in wrong(lambda: stages()[0].change(by=world.admin, kind="lost"))


def test_a_pipeline_with_opportunities_is_switched_off_not_thrown_away(world):
    card(world)
    assert wrong(lambda: pipeline().discard(by=world.admin))
    pipeline().change(by=world.admin, is_active=False)
    assert "pipeline" in wrong(lambda: card(world, pipeline=pipeline()))


def test_stages_are_put_in_order(world):
    some = stages()
    stage_verbs.arrange(pipeline(), [some[1].pk, some[0].pk], by=world.admin)
    assert stages() == [some[1], some[0], *some[2:]]


def test_one_name_serves_both_languages(world):
    stage = Stage.add(by=world.admin, pipeline=pipeline(), name_de=" Muster  geschickt ")
    assert (stage.name_en, stage.name_de) == ("Muster geschickt", "Muster geschickt")
    assert wrong(lambda: Stage.add(by=world.admin, pipeline=pipeline()))


def test_reasons_have_two_levels(world):
    usual.set_up()
    below = CloseReason.objects.filter(parent__isnull=False).first()
    assert "parent" in wrong(lambda: CloseReason.add(by=world.admin, name_en="Deeper", outcome="lost", parent=below))
    root = CloseReason.objects.filter(outcome="lost", parent=None).first()
    assert "parent" in wrong(lambda: CloseReason.add(by=world.admin, name_en="Won", outcome="won", parent=root))
    assert wrong(lambda: root.discard(by=world.admin))


def test_only_those_who_lead_and_administrators_arrange(world):
    may = {
        person.first_name
        for person in (world.ada, world.ben, world.rita, world.admin)
        if access.may(person, "pipelines.change")
    }
    assert may == {"Ben", "Alma"}
    assert Pipeline.objects.visible_to(world.rita).exists() == Pipeline.objects.exists()


def test_arranging_is_history(world):
    stage = stages()[0]
    stage.change(by=world.admin, old_after_days=9)
    assert Event.objects.about(stage).latest("pk").verb == "stage.changed"
