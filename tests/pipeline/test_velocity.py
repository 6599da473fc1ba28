"""How long opportunities stand in a stage, and which stand too long."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from kundenkreis.pipeline import velocity
from kundenkreis.pipeline.models import Opportunity, StageChange
from kundenkreis.pipeline.velocity import nearest_rank
from tests.pipeline.cards import card, stages


@pytest.mark.parametrize(("percent", "rank"), [(1, 1), (50, 10), (75, 15), (76, 16), (90, 18), (100, 20)])
def test_a_percentile_is_the_value_at_its_nearest_rank(percent, rank):
    assert nearest_rank(list(range(1, 21)), percent) == rank


def won(world, count: int) -> None:
    """So many that stood in the first stage for 1, 2, 3 … days and were won."""
    first, second, *_rest, end, _lost = stages()
    now = timezone.now()
    for number in range(1, count + 1):
        one = card(world, stage=end, name=f"Won {number}", closed_at=now, opened_at=now - dt.timedelta(days=90))
        StageChange.objects.create(opportunity=one, from_stage=first, to_stage=second, at=now, days=number)
    cache.clear()


@pytest.mark.django_db
class TestUsual:
    def test_under_twenty_it_says_nothing(self, world):
        won(world, 19)
        what = velocity.usual(stages()[0].pk)
        assert (what.number, what.is_enough) == (19, False)
        old = card(world, opened_at=timezone.now() - dt.timedelta(days=300))
        assert velocity.standing(old)[0] == "few"
        assert not Opportunity.objects.filter(velocity.stuck()).exists()

    def test_from_twenty_on_it_knows_what_is_usual(self, world):
        won(world, 20)
        what = velocity.usual(stages()[0].pk)
        assert (what.number, what.half, what.most, what.nearly_all) == (20, 10, 15, 18)

    def test_those_that_were_lost_do_not_count(self, world):
        won(world, 20)
        Opportunity.objects.filter(outcome="won", name="Won 20").update(outcome="lost")
        cache.clear()
        assert velocity.usual(stages()[0].pk).number == 19

    @pytest.mark.parametrize(("days", "said"), [(14, ""), (16, "most"), (19, "nearly_all")])
    def test_an_open_one_is_held_against_them(self, world, days, said):
        won(world, 20)
        one = card(world, opened_at=timezone.now() - dt.timedelta(days=days))
        assert velocity.standing(one)[0] == said
        assert Opportunity.objects.filter(velocity.stuck()).exists() == bool(said)

    def test_the_list_and_the_page_say_it(self, world, client):
        won(world, 20)
        one = card(world, name="Slow hall", opened_at=timezone.now() - dt.timedelta(days=30))
        client.force_login(world.ada)
        listed = client.get(reverse("opportunities:list"), {"f": "state:in:stuck"}).content.decode()
        assert "Slow hall" in listed
        assert "Won 1<" not in listed
        shown = client.get(reverse("opportunities:detail", args=[one.pk])).content.decode()
        assert "Of 20 that were won" in shown
        assert "10 · 15 · 18" in client.get(reverse("pipelines:list")).content.decode()
