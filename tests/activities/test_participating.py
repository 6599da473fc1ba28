"""Who takes part in an activity: several contacts and colleagues, told to those only who may know them."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from kundenkreis.activities import touching
from kundenkreis.activities.calendar import calendar_of
from kundenkreis.activities.models import Activity
from kundenkreis.activities.participating import attach
from kundenkreis.core import clock
from kundenkreis.customers.models import Account, Contact, Position
from kundenkreis.history import adding, undo
from kundenkreis.history.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(world):
    """Otto and Eva work at Lindner beside Maria; Stranger at Brauneis, whom Ada may not see."""
    for name, account in (("Otto", world.lindner), ("Eva", world.lindner), ("Stranger", world.brauneis)):
        contact = Contact.add(by=world.admin, given_name=name, family_name="Moser")
        Position.add(by=world.admin, contact=contact, account=account)
        setattr(world, name.lower(), contact)
    return world


def meeting(world, **values) -> Activity:
    given = {"kind": "meeting", "subject": "Review", "account": world.lindner, "contact": world.maria}
    return Activity.add(by=world.ada, **given | {"owner": world.ada, "at": timezone.now()} | values)


def told(person, activity) -> tuple[list[str], list[str]]:
    fresh = Activity.objects.get(pk=activity.pk)
    attach(person, [fresh])
    return [str(one) for one in fresh.also_with], [str(one) for one in fresh.with_colleagues]


def test_the_timeline_says_with_whom_and_everybodys_page_has_it(people, client):
    meeting(people, participants=[people.otto, people.eva], colleagues=[people.ben])
    client.force_login(people.ada)
    page = client.get(f"/accounts/{people.lindner.pk}/timeline/").content.decode()
    assert "with Mag. Maria Lindner, Eva Moser, Otto Moser and colleague Ben Kern" in page
    page = client.get(f"/contacts/{people.otto.pk}/").content.decode()
    assert "Meeting: Review" in page
    assert "with Mag. Maria Lindner, Eva Moser and colleague Ben Kern" in page
    assert "Review" not in client.get(f"/contacts/{people.stranger.pk}/").content.decode()


def test_an_open_meeting_is_a_next_step_of_all_who_take_part(people, client):
    meeting(people, participants=[people.otto], is_open=True)
    client.force_login(people.ada)
    assert "Review" in client.get(f"/contacts/{people.otto.pk}/").content.decode()


def test_who_takes_part_was_spoken_with(people):
    seat = Position.objects.get(contact=people.otto)
    seat.change(by=people.ada, touch_days=14)
    one = meeting(people, at=timezone.localtime() - dt.timedelta(days=4), participants=[people.otto])
    due = clock.today() + dt.timedelta(days=10)
    assert Account.objects.get(pk=people.lindner.pk).touch_due == due
    one.change(by=people.ada, participants=[people.eva])
    assert Account.objects.get(pk=people.lindner.pk).touch_due == clock.today() + dt.timedelta(days=14)
    undo.undo_event(Event.objects.about(one).latest("pk"), by=people.ada)
    assert Account.objects.get(pk=people.lindner.pk).touch_due == due
    assert list(one.participants.all()) == [people.otto]
    assert touching.push_down(dry=True) == 0


def test_many_at_once_with_participants_are_undone_as_one(people):
    row = {"kind": "visit", "subject": "Fair", "account": people.lindner, "owner": people.ada}
    added = adding.add_many(
        Activity, [row | {"participants": [people.otto, people.eva]}], by=people.ada, label="Fair", kind="api"
    )
    assert Position.objects.get(contact=people.eva).last_touched == clock.today()
    undo.undo_batch(added.batch, by=people.ada)
    assert not Activity.objects.exists()
    assert Position.objects.get(contact=people.eva).last_touched is None


def test_who_may_not_be_seen_is_not_told_and_stays_when_others_write(people, client):
    one = meeting(people, participants=[people.otto])
    one.change(by=people.admin, participants=[people.otto, people.stranger])
    assert told(people.admin, one)[0] == ["Otto Moser", "Stranger Moser"]
    assert told(people.ada, one)[0] == ["Otto Moser"]
    client.force_login(people.ada)
    for page in (
        f"/activities/{one.pk}/",
        f"/activities/{one.pk}/edit/",
        f"/accounts/{people.lindner.pk}/timeline/",
        f"/history/of/activities.activity/{one.pk}/",
        f"/api/v1/activities/{one.pk}",
    ):
        answer = client.get(page)
        assert answer.status_code == 200, page
        assert "Stranger" not in answer.content.decode(), page
    assert client.get(f"/api/v1/activities/{one.pk}").json()["participant_ids"] == [people.otto.pk]
    form = {"kind": "meeting", "subject": "Review", "account": people.lindner.pk, "contact": people.maria.pk}
    sent = form | {"owner": people.ada.pk, "participants": [people.eva.pk], "colleagues_text": "Ben Kern"}
    assert client.post(f"/activities/{one.pk}/edit/", sent).status_code == 303
    assert set(one.participants.all()) == {people.eva, people.stranger}
    assert list(one.colleagues.all()) == [people.ben]
    client.patch(
        f"/api/v1/activities/{one.pk}",
        {"participant_ids": [people.otto.pk]},
        content_type="application/json",
        headers={"If-Match": "*"},
    )
    assert set(one.participants.all()) == {people.otto, people.stranger}


def test_nobody_is_named_who_may_not_be_seen(people, client):
    client.force_login(people.ada)
    form = {"kind": "meeting", "subject": "Review", "account": people.lindner.pk}
    for wrong in ({"participants": people.stranger.pk}, {"participants_text": "Stranger Moser"}):
        assert client.post("/activities/plan/", form | wrong).status_code == 422
    said = client.post(
        "/api/v1/activities",
        {"kind": "note", "subject": "x", "participant_ids": [people.stranger.pk]},
        content_type="application/json",
    )
    assert said.status_code == 422


def test_taking_part_opens_no_account(people):
    one = Activity.add(
        by=people.admin, kind="meeting", subject="There", account=people.brauneis, colleagues=[people.ada]
    )
    assert not Activity.objects.visible_to(people.ada).filter(pk=one.pk).exists()
    assert not Account.objects.visible_to(people.ada).filter(pk=people.brauneis.pk).exists()


def test_the_composer_and_the_report_take_several(people, client):
    client.force_login(people.ada)
    sent = {"account": people.lindner.pk, "kind": "visit", "text": "Fair", "with_whom": people.maria.pk}
    client.post(
        "/activities/new/", sent | {"participants": [people.otto.pk, people.eva.pk], "colleagues": people.ben.pk}
    )
    visit = Activity.objects.get(kind="visit")
    assert told(people.ada, visit) == (["Eva Moser", "Otto Moser"], ["Ben Kern"])
    planned = meeting(people, is_open=True, participants=[people.otto])
    page = client.get(f"/activities/{planned.pk}/report/").content.decode()
    assert f'name="participants" value="{people.otto.pk}" checked' in page
    client.post(f"/activities/{planned.pk}/report/", {"outcome": "good", "participants": [people.eva.pk]})
    assert told(people.ada, planned)[0] == ["Eva Moser"]


def test_the_pickers_find_people(people, client):
    client.force_login(people.ada)
    found = client.get(f"/contacts/options/?account={people.lindner.pk}").content.decode()
    assert "Otto Moser" in found
    assert "Stranger" not in found
    assert "Ben Kern" in client.get("/people/options/?q=be+ke").content.decode()
    assert "Ada" not in client.get("/people/options/?q=be+ke").content.decode()


def test_the_calendar_says_who_comes(people):
    meeting(people, participants=[people.otto], colleagues=[people.ben])
    text = calendar_of(people.ada).decode().replace("\r\n ", "")
    assert "Otto Moser" in text
    assert "Ben Kern" in text
