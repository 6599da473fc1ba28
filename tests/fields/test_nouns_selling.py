"""Custom fields of projects and leads: in form, page, list, filter, API, import and history."""

from __future__ import annotations

import html

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from kundenkreis.history.models import Event
from kundenkreis.history.undo import undo_batch, undo_event
from kundenkreis.leads.models import Lead
from kundenkreis.pipeline.models import Project
from tests.api.conftest import Program
from tests.fields.defining import define
from tests.quality.imports import imported

pytestmark = pytest.mark.django_db


def project(world):
    return Project.add(by=world.ada, name="Clinic"), "projects", {"name": "Clinic", "status": "planned"}


def lead(world):
    return (
        Lead.add(by=world.ada, company="Clinic", owner=world.ada),
        "leads",
        {"company": "Clinic", "language": "de", "source": "other"},
    )


@pytest.mark.parametrize("make", [project, lead])
def test_values_are_typed_shown_filtered_imported_and_taken_back(world, signed_in, make):
    record, noun, given = make(world)
    define("Heating", "choice", noun, choices=[{"en": "Gas"}, {"en": "Heat pump"}])
    define("Floors", "number", noun, is_required=True)
    define("Double", "formula", noun, formula="floors * 2", decimals=0)
    client = signed_in(world.ada)
    edit, page = reverse(f"{noun}:edit", args=[record.pk]), reverse(f"{noun}:detail", args=[record.pk])
    asked = client.get(edit).content.decode()
    assert "custom_heating" in asked
    version = html.unescape(asked.split('name="version" value="')[1].split('"')[0])
    given |= {"owner": world.ada.pk, "custom_heating": "heat_pump", "version": version}
    assert client.post(edit, given | {"custom_floors": "many"}).status_code == 422
    answer = client.post(edit, given | {"custom_floors": "12"})
    assert answer.status_code == 303, [one for one in answer.content.decode().splitlines() if "error" in one]
    record.refresh_from_db()
    assert record.custom == {"heating": "heat_pump", "floors": 12, "double": 24}
    shown = client.get(page).content.decode()
    assert "Heat pump" in shown and "24" in shown
    event = Event.objects.about(record).latest("pk")
    assert event.changes["custom_floors"] == [None, 12]
    listed = reverse(f"{noun}:list")
    rows = client.get(listed, {"f": "custom_heating:in:heat_pump", "sort": "-custom_floors"}, follow=True)
    assert page in rows.content.decode()
    assert page not in client.get(listed, {"f": "custom_floors:under:5"}, follow=True).content.decode()

    caller = Program(world.ada)
    told = caller.get(f"{noun}?f=custom_floors:from:12").json()["items"]
    assert [one["custom"] for one in told] == [{"heating": "heat_pump", "floors": "12", "double": "24"}]
    answer = caller.patch(f"{noun}/{record.pk}", {"custom": {"floors": 3}})
    assert (answer.status_code, answer.json()["custom"]["double"]) == (200, "6")
    assert caller.patch(f"{noun}/{record.pk}", {"custom": {"heating": "coal"}}).status_code == 422

    heading = {"projects": "project", "leads": "company"}[noun]
    how = {"projects": "name", "leads": "company"}[noun]
    text = f"{heading},Heating,Floors\nClinic,Gas,5\nSchool,,\nTower,Coal,1\nHall,Gas,7\n"
    run = imported(text, target=noun, by=world.admin, match_by=how)
    assert (run.counts["changed"], run.counts["added"], run.counts["rejected"]) == (1, 1, 2)
    record.refresh_from_db()
    assert record.custom == {"heating": "gas", "floors": 5, "double": 10}
    undo_batch(run.batch, by=world.admin)
    record.refresh_from_db()
    assert (record.custom["floors"], type(record).objects.count()) == (3, 1)
    undo_event(event, by=world.ada)
    record.refresh_from_db()
    assert "heating" not in record.custom


def test_what_a_form_brings_in_is_not_refused_for_the_house_s_own_fields(world):
    define("Floors", "number", "leads", is_required=True)
    assert Lead.add(by=None, company="By form").pk
    with pytest.raises(ValidationError) as refused:
        Lead.objects.get().change(by=world.ada, custom_floors="")
    assert "custom_floors" in refused.value.message_dict
