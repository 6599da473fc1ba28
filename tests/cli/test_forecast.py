"""`kundenkreis forecast`: what it prints for people and for programs."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import call_command

from kundenkreis.forecast.models import Baseline, Snapshot
from tests.pipeline.cards import card

pytestmark = pytest.mark.django_db


def said(*options: str) -> str:
    out = StringIO()
    call_command("forecast", *options, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_a_snapshot_is_taken_once_a_day_and_told(world):
    card(world)
    assert "taken; opportunities: 1." in said("--take")
    told = json.loads(said("--take", "--json"))
    assert (told["opportunities"], told["is_new"], Snapshot.objects.count()) == (1, False, 1)
    assert len(told["baselines"]) == Baseline.objects.count() == 4
    assert "too few to say" in said()
