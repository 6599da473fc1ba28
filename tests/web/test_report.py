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


def reported(world, client, **values) -> Event:
    """The event of a planned visit's report that has made a task; a colleague may see it."""
    visit = planned(world)
    client.force_login(world.ada)
    sent = {"outcome": "good", "body": "They want samples.", "next_step": "Send samples"} | values
    assert client.post(f"/activities/{visit.pk}/report/", sent).status_code == 303
    return Event.objects.about(visit).latest("pk")


def test_taking_a_report_back_takes_its_next_step_back_and_forth(world, client):
    event = reported(world, client)
    step = Activity.objects.get(kind="task")
    page = client.get(f"/history/{event.pk}/").content.decode()
    assert "With it goes back: Activity added: Send samples" in page
    assert client.post(f"/history/{event.pk}/undo/").status_code == 303
    assert Activity.objects.get(pk=event.subject_id).is_open
    step.refresh_from_db()
    assert step.deleted_at is not None
    again = Event.objects.get(undoes=event)
    assert [part.verb for part in again.parts.all()] == ["activity.discarded"]
    client.post(f"/history/{again.pk}/undo/")
    step.refresh_from_db()
    assert step.deleted_at is None
    assert not Activity.objects.get(pk=event.subject_id).is_open


def test_a_report_of_what_was_not_planned_goes_with_its_step(world, client):
    client.force_login(world.ada)
    address = f"/activities/report/?account={world.lindner.pk}&kind=call"
    client.post(address, {"outcome": "good", "body": "Fine", "next_step": "Ring again"})
    event = Event.objects.about(Activity.objects.get(kind="call")).get()
    assert client.post(f"/api/v1/events/{event.pk}/undo").status_code == 200
    assert not Activity.objects.living().exists()


def test_a_step_that_somebody_has_worked_on_stays(world, client):
    event = reported(world, client)
    step = Activity.objects.get(kind="task")
    step.change(by=world.ben, subject="Send better samples")
    said = client.post(f"/history/{event.pk}/undo/", follow=True).content.decode()
    assert "Undone, but for what somebody has changed again since." in said
    step.refresh_from_db()
    assert step.deleted_at is None
    assert Activity.objects.get(pk=event.subject_id).is_open


def test_a_step_that_was_taken_back_alone_does_not_hinder(world, client):
    event = reported(world, client)
    step = Activity.objects.get(kind="task")
    undo.undo_event(Event.objects.about(step).get(), by=world.ada)
    assert undo.undo_event(event, by=world.ada).parts == 0
    assert Activity.objects.get(pk=event.subject_id).is_open


def test_nobody_takes_back_a_step_that_she_may_not(world, client):
    event = reported(world, client)
    Activity.objects.filter(kind="task").update(account=world.brauneis, owner=world.cem)
    Event.objects.filter(goes_with=event).update(actor_id=world.cem.pk)
    assert client.post(f"/history/{event.pk}/undo/").status_code == 403
    assert not Activity.objects.get(pk=event.subject_id).is_open


# --- after a click on a number ---------------------------------------------------------------------------------------


def test_numbers_offer_the_report_of_their_call_to_those_who_may_write_it(world, client):
    world.lindner.change(by=world.admin, phone="+43 7242 12345")
    world.maria.change(by=world.admin, mobile="+43 664 1234567")
    client.force_login(world.ada)
    account, contact = world.lindner.pk, world.maria.pk
    asked = f"/activities/report/?kind=call&amp;account={account}"
    page = client.get(f"/accounts/{account}/").content.decode()
    assert f'data-call="{asked}"' in page
    assert f'data-call="{asked}&amp;contact={contact}"' in page
    of_contact = f'data-call="/activities/report/?kind=call&amp;contact={contact}&amp;account={account}"'
    for address in (f"/contacts/{contact}/", f"/contacts/{contact}/?peek=1"):
        assert of_contact in client.get(address).content.decode()
    client.force_login(world.rita)
    assert "data-call" not in client.get(f"/accounts/{account}/").content.decode()


def test_the_dialog_knows_whom_and_when(world, client):
    client.force_login(world.ada)
    before = timezone.now() - dt.timedelta(minutes=20)
    address = f"/activities/report/?kind=call&account={world.lindner.pk}&contact={world.maria.pk}"
    address += f"&at={int(before.timestamp() * 1000)}"
    page = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "Call with Mag. Maria Lindner" in page
    assert "<html" not in page
    sent = {"outcome": "voicemail", "again": "1", "next": "/accounts/?q=x", "contact": world.maria.pk}
    said = client.post(address, sent, headers={"HX-Request": "true"})
    assert said.headers["HX-Redirect"] == "/accounts/?q=x"
    call, again = Activity.objects.order_by("pk")
    assert (call.outcome, call.contact, call.account) == ("voicemail", world.maria, world.lindner)
    assert abs(call.at - before) < dt.timedelta(seconds=1)
    assert (again.kind, again.is_open, again.contact) == ("call", True, world.maria)
    assert again.due_on == clock.today() + dt.timedelta(days=1)
    world.lindner.refresh_from_db()
    assert world.lindner.last_touched is None, "nobody was spoken with"
    undo.undo_event(Event.objects.about(call).get(), by=world.ada)
    assert not Activity.objects.living().exists()


def test_a_moment_that_cannot_be_is_now(world, client):
    client.force_login(world.ada)
    ahead = int((timezone.now() + dt.timedelta(days=3)).timestamp() * 1000)
    for at in ("x", "1", str(ahead), "9" * 14, "9" * 40):
        address = f"/activities/report/?kind=call&account={world.lindner.pk}&at={at}"
        assert client.post(address, {"outcome": "not_reached"}).status_code == 303
        assert timezone.now() - Activity.objects.latest("pk").at < dt.timedelta(minutes=1)


def test_a_contact_without_an_account_is_reported_too(world, client):
    client.force_login(world.ada)
    contact = type(world.maria).add(by=world.ada, family_name="Solo", owner=world.ada)
    address = f"/activities/report/?kind=call&contact={contact.pk}"
    assert "Call with Solo" in client.get(address, headers={"HX-Request": "true"}).content.decode()
    sent = {"outcome": "good", "body": "Fine", "contact": contact.pk, "next": "//elsewhere.example/"}
    assert client.post(address, sent).headers["Location"] == f"/contacts/{contact.pk}/"
    assert Activity.objects.get().contact == contact
    client.force_login(world.cem)
    assert client.get(address).status_code == 404


def test_a_report_in_the_dialog_that_lacks_something_comes_back_there(world, client):
    client.force_login(world.ada)
    address = f"/activities/report/?kind=call&account={world.lindner.pk}"
    said = client.post(address, {"outcome": "good", "body": ""}, headers={"HX-Request": "true"})
    assert said.status_code == 422
    assert "<html" not in said.content.decode()


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
