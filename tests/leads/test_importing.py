"""Leads from a list: matched, scored, given to whom the rules say, and undone as a whole."""

from __future__ import annotations

import pytest

from kundenkreis.core import search
from kundenkreis.history.undo import undo_batch
from kundenkreis.inbox.models import Notification
from kundenkreis.leads import routing
from kundenkreis.leads.models import Lead
from tests.leads.making import lead_of, points, routed
from tests.quality.imports import imported

pytestmark = pytest.mark.django_db
TEXT = (
    "Firma;Vorname;Nachname;E-Mail;PLZ;Ort;Land;Mitarbeiter;Quelle;Kampagne\n"
    "Alpha GmbH;Eva;Moser;eva@alpha.test;4600;Wels;AT;50;fair;Autumn\n"
    "Beta OG;;;;5020;Salzburg;AT;3;;\n"
    "Gamma KG;Max;Huber;max@gamma.test;80331;München;DE;80;;\n"
)


def test_a_list_becomes_leads_with_points_and_owners_and_its_undo_takes_them_away(world):
    points(world.admin, "big", 20, "employees:over:10")
    routed(world.admin, position=1, conditions=["country:in:DE"], way="person", person=world.cem)
    routed(world.admin, position=2, way="turn", team=world.north)
    run = imported(TEXT, target="leads", by=world.dora)
    found = {one.company: one for one in Lead.objects.all()}
    assert {name: (one.score, one.origin) for name, one in found.items()} == {
        "Alpha GmbH": (20, "import"), "Beta OG": (0, "import"), "Gamma KG": (20, "import"),
    }  # fmt: skip
    assert found["Gamma KG"].owner == world.cem
    assert found["Alpha GmbH"].owner.team_id in (world.north.pk,)
    assert found["Alpha GmbH"].territory == world.wels
    assert (found["Alpha GmbH"].source, found["Beta OG"].source) == ("fair", "list")
    assert len({one.number for one in found.values()}) == 3
    assert all(one.first_touch_due for one in found.values())
    assert [hit.label for hit in search.find(search.LEAD, "Gamma")] == ["Gamma KG"]
    assert Notification.objects.filter(person=world.cem, kind="lead").count() == 1
    undo_batch(run.batch, by=world.dora)
    assert not Lead._base_manager.exists()


def test_a_second_list_changes_what_is_there_and_adds_no_twin(world):
    imported(TEXT, target="leads", by=world.dora)
    imported(TEXT.replace("Wels", "Marchtrenk"), target="leads", by=world.dora)
    assert Lead.objects.count() == 3
    assert Lead.objects.get(email="eva@alpha.test").place == "Marchtrenk"


def test_rules_give_many_at_once_as_they_give_one_by_one(world):
    routed(world.admin, way="load", team=world.north.parent)
    numbers = [lead_of(world.admin, owner=None, company=f"F{n}").owner_id for n in range(7)]
    Lead.objects.all().delete()
    many = [Lead(number=f"X{n}", company=f"F{n}") for n in range(7)]
    Lead.objects.bulk_create(many)
    routing.route_many([one.pk for one in many])
    assert list(Lead.objects.order_by("pk").values_list("owner_id", flat=True)) == numbers
