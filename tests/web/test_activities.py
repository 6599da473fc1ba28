"""What is to be done: seen by those who may, ticked off, put off, taken back."""

import datetime as dt
import re

import pytest
from django.utils import timezone

from kundenkreis.activities.models import Activity
from kundenkreis.core import clock
from kundenkreis.customers.models import AccountTeamMember, Contact
from kundenkreis.history.models import Event
from kundenkreis.inbox.models import Notification


def task(world, subject="Send the price list", **values):
    given = {"kind": "task", "account": world.lindner, "owner": world.ada, "is_open": True} | values
    return Activity.add(by=given["owner"], subject=subject, **given)


@pytest.fixture
def due(world):
    today = clock.today()
    return {
        "overdue": task(world, "Long overdue", due_on=today - dt.timedelta(3)),
        "today": task(world, "Due today", due_on=today),
        "soon": task(world, "Due soon", due_on=today + dt.timedelta(7)),
        "later": task(world, "Due later", due_on=today + dt.timedelta(8)),
        "someday": task(world, "Some day"),
    }


def fresh(activity):
    return Activity.objects.get(pk=activity.pk)


def test_what_is_to_be_done_stands_under_its_day_soonest_first(world, signed_in, due):
    page = signed_in(world.ada).get("/activities/").content.decode()
    said = [
        "Overdue",
        "Long overdue",
        ">Today<",
        "Due today",
        "The next seven days",
        "Due soon",
        "Later",
        "Due later",
        "Without a day",
        "Some day",
    ]
    places = [page.index(one, page.index("page-head")) for one in said]
    assert places == sorted(places)


def test_mine_are_mine_and_those_of_whom_i_stand_in_for(world, signed_in, due):
    from kundenkreis.staff.models import Deputy

    assert "Due today" not in signed_in(world.cem).get("/activities/").content.decode()
    Deputy.add(by=world.ben, person=world.ada, deputy=world.cem, starts_on=clock.today())
    assert "Due today" in signed_in(world.cem).get("/activities/").content.decode()


def test_my_team_s_and_everybody_s_stay_within_what_i_may_see(world, signed_in, due):
    assert "Due today" in signed_in(world.rita).get("/activities/?whose=team").content.decode()
    assert "Due today" in signed_in(world.ben).get("/activities/?whose=all").content.decode()
    assert "Due today" not in signed_in(world.cem).get("/activities/?whose=all").content.decode()


def test_ticked_off_in_the_list_it_stays_struck_through_with_an_undo(world, signed_in, due):
    client = signed_in(world.ada)
    answer = client.post(f"/activities/{due['today'].pk}/finish/", {"row": "1"}, headers={"HX-Request": "true"})
    page = answer.content.decode()
    event = Event.objects.about(due["today"]).latest("pk")
    assert "is-done" in page
    assert f"/history/{event.pk}/undo/" in page
    client.post(f"/history/{event.pk}/undo/")
    assert fresh(due["today"]).is_open


def test_without_javascript_ticking_off_leads_back_to_where_it_was_done(world, signed_in, due):
    answer = signed_in(world.ada).post(
        f"/activities/{due['today'].pk}/finish/", {"next": f"/accounts/{world.lindner.pk}/"}
    )
    assert (answer.status_code, answer["Location"]) == (303, f"/accounts/{world.lindner.pk}/")
    assert not fresh(due["today"]).is_open


@pytest.mark.parametrize("elsewhere", ["https://evil.test/", "//evil.test", "/\\evil.test"])
def test_ticking_off_leads_nowhere_else(world, signed_in, due, elsewhere):
    assert (
        "evil"
        not in signed_in(world.ada).post(f"/activities/{due['today'].pk}/finish/", {"next": elsewhere})["Location"]
    )


def test_putting_off_moves_the_day_and_the_reminder(world, signed_in):
    today, at = clock.today(), timezone.now() - dt.timedelta(hours=1)
    one = task(world, due_on=today - dt.timedelta(5), remind_at=at)
    Activity.objects.filter(pk=one.pk).update(reminded_at=at)
    signed_in(world.ada).post(f"/activities/{one.pk}/put-off/", {"days": "3"})
    after = fresh(one)
    assert (after.due_on, after.remind_at, after.reminded_at) == (
        today + dt.timedelta(3),
        at + dt.timedelta(days=3),
        None,
    )


def test_what_lies_ahead_is_put_off_from_its_own_day(world, signed_in):
    one = task(world, due_on=clock.today() + dt.timedelta(10))
    signed_in(world.ada).post(f"/activities/{one.pk}/put-off/", {"days": "7"})
    assert fresh(one).due_on == clock.today() + dt.timedelta(17)


@pytest.mark.parametrize("days", ["", "0", "-1", "9999999", "x", "²"])
def test_nonsense_puts_nothing_off(world, signed_in, due, days):
    assert signed_in(world.ada).post(f"/activities/{due['today'].pk}/put-off/", {"days": days}).status_code == 404
    assert fresh(due["today"]).due_on == clock.today()


@pytest.mark.parametrize("what", ["", "edit/"])
def test_another_team_s_activity_is_not_found(world, signed_in, due, what):
    assert signed_in(world.cem).get(f"/activities/{due['today'].pk}/{what}").status_code == 404


@pytest.mark.parametrize("verb", ["finish", "reopen", "put-off", "pin", "discard"])
def test_who_may_only_read_changes_nothing(world, signed_in, due, verb):
    assert signed_in(world.rita).get(f"/activities/{due['today'].pk}/").status_code == 200
    assert signed_in(world.rita).post(f"/activities/{due['today'].pk}/{verb}/", {"days": "1"}).status_code == 403
    assert signed_in(world.cem).post(f"/activities/{due['today'].pk}/{verb}/", {"days": "1"}).status_code == 404
    assert fresh(due["today"]).version == 1


def test_a_whole_activity_is_planned_and_changed(world, signed_in):
    client = signed_in(world.ada)
    given = {
        "kind": "visit",
        "subject": "Spring order",
        "account": world.lindner.pk,
        "contact": world.maria.pk,
        "owner": world.ada.pk,
        "at": "2026-05-04T10:00",
        "due_on": "04.05.2026",
        "is_open": "on",
        "remind_at": "2026-05-03T09:00",
    }
    client.post("/activities/plan/", given)
    one = Activity.objects.get(subject="Spring order")
    assert (one.account, one.contact, one.due_on, one.is_open) == (
        world.lindner,
        world.maria,
        dt.date(2026, 5, 4),
        True,
    )
    client.post(f"/activities/{one.pk}/edit/", given | {"subject": "Summer order", "version": "1"})
    assert fresh(one).subject == "Summer order"


def test_two_people_on_one_activity_the_second_chooses(world, signed_in):
    one = task(world)
    given = {"kind": "task", "account": world.lindner.pk, "owner": world.ada.pk, "is_open": "on", "version": "1"}
    signed_in(world.ben).post(f"/activities/{one.pk}/edit/", given | {"subject": "Ben's words"})
    answer = signed_in(world.ada).post(f"/activities/{one.pk}/edit/", given | {"subject": "Ada's words"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert ("Ben&#39;s words" in page, "Ada&#39;s words" in page) == (True, True)
    assert fresh(one).subject == "Ben's words"


def test_an_activity_is_not_moved_to_an_account_one_cannot_see(world, signed_in):
    one = task(world)
    given = {"kind": "task", "subject": "x", "account": world.brauneis.pk, "owner": world.ada.pk, "version": "1"}
    assert signed_in(world.ada).post(f"/activities/{one.pk}/edit/", given).status_code == 422
    assert fresh(one).account == world.lindner


def opened(client, one):
    """What the form of an activity sends back when nothing is touched."""
    page = client.get(f"/activities/{one.pk}/edit/").text
    form = re.search(r'<form class="form.*?</form>', page, re.DOTALL)[0]
    return {
        name: (re.findall(rf'name="{name}" value="([^"]*)"', form) or [""])[0]
        for name in ("account", "contact", "version")
    }


def test_where_it_belongs_stays_hidden_and_as_it_is_when_the_rest_is_changed(world, signed_in):
    """Ada was given something to do at an account of another team's."""
    quirin = Contact.add(by=world.cem, given_name="Quirin", family_name="Quendel", owner=world.cem)
    one = Activity.add(
        by=world.ben, kind="task", subject="Call", is_open=True, account=world.brauneis, contact=quirin, owner=world.ada
    )
    ada, rest = signed_in(world.ada), {"kind": "task", "owner": world.ada.pk, "is_open": "on"}
    shown = opened(ada, one)
    assert (shown["account"], shown["contact"]) == ("", "")
    assert "account=" not in shown["version"]
    answer = ada.post(f"/activities/{one.pk}/edit/", rest | shown | {"subject": "Call back"})
    assert answer.status_code == 303
    assert (fresh(one).subject, fresh(one).account, fresh(one).contact) == ("Call back", world.brauneis, quirin)
    shown = opened(ada, one)
    AccountTeamMember.add(by=world.ben, account=world.brauneis, person=world.ada, role="inside")
    assert ada.post(f"/activities/{one.pk}/edit/", rest | shown | {"subject": "Seen now"}).status_code == 303
    assert (fresh(one).subject, fresh(one).account) == ("Seen now", world.brauneis)


def test_it_can_be_moved_from_there_to_an_account_of_one_s_own(world, signed_in):
    one = Activity.add(by=world.ben, kind="task", subject="Call", account=world.brauneis, owner=world.ada)
    ada = signed_in(world.ada)
    given = opened(ada, one) | {"kind": "task", "subject": "Call", "owner": world.ada.pk, "account": world.lindner.pk}
    assert ada.post(f"/activities/{one.pk}/edit/", given).status_code == 303
    assert fresh(one).account == world.lindner


def test_a_note_that_should_be_due_is_refused_in_words(world, signed_in):
    given = {"kind": "note", "subject": "x", "account": world.lindner.pk, "is_open": "on"}
    answer = signed_in(world.ada).post("/activities/plan/", given)
    assert answer.status_code == 422
    assert "A note cannot be due; make it a task." in answer.content.decode()


def test_the_list_of_all_activities_is_filtered_and_stays_within_one_s_reach(world, signed_in, due):
    Activity.add(by=world.cem, kind="call", subject="Brauneis called", account=world.brauneis, owner=world.cem)
    everything = signed_in(world.ben).get("/activities/all/?f=kind:in:call").content.decode()
    assert ("Brauneis called" in everything, "Due today" in everything) == (True, False)
    assert "Brauneis called" not in signed_in(world.ada).get("/activities/all/").content.decode()


def test_into_the_bin_and_back(world, signed_in, due):
    client = signed_in(world.ada)
    client.post(f"/activities/{due['today'].pk}/discard/")
    assert ">Due today</a>" not in client.get("/activities/").content.decode()
    client.post(f"/bin/activity/{due['today'].pk}/restore/")
    assert ">Due today</a>" in client.get("/activities/").content.decode()


def test_markup_in_a_subject_is_text(world, signed_in):
    one = task(world, "<img src=x onerror=alert(1)>", body="<script>alert(1)</script>")
    for address in ("/activities/", "/activities/all/", f"/activities/{one.pk}/"):
        page = signed_in(world.ada).get(address).content.decode()
        assert "<img src=x" not in page
        assert "<script>alert" not in page


def test_the_inbox_leads_to_what_it_tells_and_is_read_then(world, signed_in):
    one = task(world)
    told = Notification.send(world.ada, "reminder", "Reminder: Send the price list", f"/activities/{one.pk}/")
    client = signed_in(world.ada)
    assert "Send the price list" in client.get("/inbox/").content.decode()
    assert client.post(f"/inbox/{told.pk}/open/")["Location"] == f"/activities/{one.pk}/"
    told.refresh_from_db()
    assert told.read_at is not None


def test_nobody_reads_somebody_else_s_inbox(world, signed_in):
    told = Notification.send(world.ada, "reminder", "Secret")
    cem = signed_in(world.cem)
    assert "Secret" not in cem.get("/inbox/").content.decode()
    assert cem.post(f"/inbox/{told.pk}/open/").status_code == 404
    cem.post("/inbox/read/")
    told.refresh_from_db()
    assert told.read_at is None


def test_a_notification_never_leads_out_of_the_house(world, signed_in):
    told = Notification.send(world.ada, "reminder", "x", "//evil.test/")
    assert signed_in(world.ada).post(f"/inbox/{told.pk}/open/")["Location"] == "/inbox/"
