"""Reporting a call, visit or meeting: the planned one is done, the step after it stands on the list, and nobody reports what she may not."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from kundenkreis.activities.models import Activity
from kundenkreis.core import clock
from kundenkreis.history import undo
from kundenkreis.history.models import Event

pytestmark = pytest.mark.django_db


def planned(world, **values) -> Activity:
    given = {"kind": "visit", "subject": "Spring range", "account": world.lindner, "owner": world.ada, "is_open": True}
    return Activity.add(by=world.ada, **{**given, "at": timezone.now(), "due_on": clock.today(), **values})


def test_a_planned_visit_becomes_a_done_one_with_its_next_step(world, client):
    visit = planned(world)
    client.force_login(world.ada)
    given = {"outcome": "good", "body": "They want samples.", "minutes": "40", "contact": world.maria.pk}
    assert (
        client.post(
            f"/activities/{visit.pk}/report/", given | {"next_step": "Send samples", "next_in": "14"}
        ).status_code
        == 303
    )
    visit.refresh_from_db()
    assert (visit.is_open, visit.outcome, visit.minutes, visit.contact) == (False, "good", 40, world.maria)
    step = Activity.objects.get(kind="task")
    assert (step.subject, step.due_on, step.contact) == (
        "Send samples",
        clock.today() + dt.timedelta(days=14),
        world.maria,
    )
    world.lindner.refresh_from_db()
    assert world.lindner.last_touched == clock.today()
    undo.undo_event(Event.objects.about(visit).latest("pk"), by=world.ada)
    visit.refresh_from_db()
    assert visit.is_open


def test_what_was_not_planned_is_written_as_done(world, client):
    client.force_login(world.ada)
    address = f"/activities/report/?account={world.lindner.pk}&kind=call"
    assert client.post(address, {"outcome": "difficult", "body": "Late again.\nThey are cross."}).status_code == 303
    call = Activity.objects.get()
    assert (call.kind, call.subject, call.is_open, call.owner) == ("call", "Late again.", False, world.ada)
    assert client.post(address, {"outcome": "good", "body": " "}).status_code == 422
    assert client.post(address, {"outcome": "not_reached"}).status_code == 303


def test_an_outcome_is_asked_for(world, client):
    visit = planned(world)
    client.force_login(world.ada)
    assert client.post(f"/activities/{visit.pk}/report/", {"body": "Fine"}).status_code == 422
    visit.refresh_from_db()
    assert visit.is_open


def test_done_ones_and_tasks_are_shown_and_other_peoples_are_not_reported(world, client):
    client.force_login(world.ada)
    for values, refused in (({"kind": "task"}, 302), ({"is_open": False}, 409)):
        one = planned(world, **values)
        address = f"/activities/{one.pk}/report/"
        assert client.get(address).headers["Location"] == f"/activities/{one.pk}/"
        assert client.post(address, {"outcome": "good"}).status_code == refused
        assert one.version == Activity.objects.get(pk=one.pk).version
    assert client.get("/activities/report/").headers["Location"] == "/accounts/"
    assert client.get(f"/activities/report/?account={world.brauneis.pk}&kind=visit").status_code == 404
    assert client.get(f"/activities/report/?account={world.lindner.pk}&kind=note").status_code == 404
    client.force_login(world.rita)
    assert client.get(f"/activities/{planned(world).pk}/report/").status_code == 403


def test_my_day_and_the_page_lead_there(world, client):
    visit = planned(world)
    client.force_login(world.ada)
    for page in ("/", f"/activities/{visit.pk}/"):
        assert f"/activities/{visit.pk}/report/" in client.get(page).content.decode()
    page = client.get(f"/activities/{visit.pk}/report/").content.decode()
    assert "Lindner &amp; Söhne GmbH · Spring range" in page


def test_whoever_may_not_see_the_account_is_not_told_its_name(world, client):
    visit = Activity.add(
        by=world.cem, kind="visit", subject="Help out", account=world.brauneis, owner=world.ada, is_open=True
    )
    client.force_login(world.ada)
    page = client.get(f"/activities/{visit.pk}/report/")
    assert page.status_code == 200
    assert "Brauneis" not in page.content.decode()


def test_a_report_that_comes_too_late_is_neither_written_nor_lost(world, client):
    visit = planned(world)
    client.force_login(world.ada)
    address = f"/activities/{visit.pk}/report/"
    client.post(address, {"outcome": "good", "body": "First"})
    answer = client.post(address, {"outcome": "difficult", "body": "They were cross", "next_step": "Call"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "has been reported in the meantime" in page and "They were cross" in page
    visit.refresh_from_db()
    assert (visit.outcome, visit.body, Activity.objects.count()) == ("good", "First", 1)
    assert client.get(address).status_code == 302
