"""Many opportunities changed at once from their list, and the peek beside it."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.urls import reverse

from kundenkreis.core import clock, search
from kundenkreis.fields import editing_very_many
from kundenkreis.history.models import Batch, Event
from kundenkreis.history.undo import undo_batch
from kundenkreis.pipeline.models import CloseReason, Opportunity, OpportunityContact
from kundenkreis.web import bulk_running, finding
from tests.pipeline.cards import card, soon

pytestmark = pytest.mark.django_db


@pytest.fixture
def three(world):
    """An open one and a lost one of Ada's, and one of Cem's."""
    lost = card(world, name="Old hall")
    lost.lose(by=world.ada, close_reason=CloseReason.objects.filter(outcome="lost").first())
    return card(world, name="New hall"), lost, card(world, name="Shop", by=world.cem, account=world.brauneis)


def sent(client, change, rows, value="", **more):
    body = {"change": change, "ids": [one.pk for one in rows], "sure": "1", "value": value} | more
    return client.post(reverse("opportunities:bulk"), body)


def now_of(rows, name):
    return [getattr(Opportunity.objects.get(pk=one.pk), name) for one in rows]


def test_the_exact_number_comes_first_and_what_one_may_not_change_stays(world, signed_in, three):
    ada = signed_in(world.ada)
    look = ada.post(reverse("opportunities:bulk"), {"change": "campaign", "ids": [one.pk for one in three]})
    assert "Exactly 2 opportunities" in look.content.decode() and "Shop" not in look.content.decode()
    assert sent(ada, "campaign", three, " Spring   fair ").status_code == 303
    assert now_of(three, "campaign") == ["Spring fair", "Spring fair", ""]
    found = finding.find(world.ada, {search.OPPORTUNITY: Opportunity}, "spring fair", 10)
    assert {hit.subject_id for hit in found} == {three[0].pk, three[1].pk}
    batch = Batch.objects.get()
    assert Event.objects.get(verb="batch.edited").changes == {"opportunities": [None, 2]}
    undo_batch(batch, by=world.ada)
    assert now_of(three, "campaign") == ["", "", ""]


def test_day_and_category_are_of_open_ones_only(world, signed_in, three):
    ben = signed_in(world.ben)
    sent(ben, "category", three, "commit")
    sent(ben, "close", three, soon(60).strftime("%d.%m.%Y"))
    assert now_of(three, "forecast_category") == ["commit", "omitted", "commit"]
    assert now_of(three, "expected_close_on") == [soon(60), None, soon(60)]
    assert now_of(three, "version")[0] == three[0].version + 2


def test_a_new_owner_brings_her_team_and_an_undo_both_back(world, signed_in, three):
    sent(signed_in(world.ben), "owner", three, world.cem.pk)
    assert now_of(three, "team") == [world.south] * 3
    undo_batch(Batch.objects.get(), by=world.ben)
    assert [now_of(three, "owner"), now_of(three, "team")] == [
        [world.ada, world.ada, world.cem], [world.north, world.north, world.south],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "value"), [("category", "closed"), ("close", "yesterday"), ("close", ""), ("owner", "0")]
)
def test_what_cannot_be_is_refused_at_its_field(world, signed_in, three, change, value):
    value = (clock.today() - dt.timedelta(days=1)).isoformat() if value == "yesterday" else value
    answer = sent(signed_in(world.ben), change, three, value)
    assert answer.status_code == 422
    assert re.search(r'aria-invalid="true"|class="[^"]*error', answer.content.decode())
    assert not Batch.objects.exists()


def test_who_only_reads_changes_nothing(world, signed_in, three):
    assert sent(signed_in(world.rita), "campaign", three, "X").status_code == 403
    assert sent(signed_in(world.ben), "stage", three, "1").status_code == 404


def test_very_many_are_the_worker_s(world, signed_in, three, monkeypatch, django_capture_on_commit_callbacks):
    monkeypatch.setattr(bulk_running, "AT_ONCE", 1)
    monkeypatch.setattr(editing_very_many, "REST", 0)
    with django_capture_on_commit_callbacks(execute=True):
        sent(signed_in(world.ben), "close", [], soon().isoformat(), all="1")
    assert now_of(three, "expected_close_on") == [soon(), None, soon()]
    assert Batch.objects.get().counts["pipeline.opportunity"] == {"changed": 2}


def test_the_peek_says_what_matters_and_names_nobody_outside_one_s_reach(world, signed_in, three):
    one = three[2]
    OpportunityContact.add(by=world.admin, opportunity=one, contact=world.maria, role="economic_buyer")
    one.change(by=world.cem, owner=world.ada)  # Ada sees the deal, and neither Brauneis nor through it anybody
    text = signed_in(world.cem).get(reverse("opportunities:detail", args=[one.pk]), {"peek": "1"}).content.decode()
    assert "Brauneis" in text and "no next step" in text and "somebody whom you do not see" in text
    text = signed_in(world.ada).get(reverse("opportunities:detail", args=[one.pk]), {"peek": "1"}).content.decode()
    assert "Maria" in text and "Brauneis" not in text
