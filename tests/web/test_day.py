"""My day: what it shows to whom, what is done from it, and that it costs the same for few and many."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from kundenkreis.activities.models import Activity
from kundenkreis.core import clock
from kundenkreis.customers.models import Account
from kundenkreis.history.models import Event
from kundenkreis.inbox.models import LastLook
from kundenkreis.insights.models import Signal
from kundenkreis.orders import figures
from kundenkreis.orders.models import Order
from kundenkreis.staff.models import Deputy, User
from kundenkreis.web.account360 import trends
from kundenkreis.web.circles import Circle, choices
from kundenkreis.web.day import Day

pytestmark = pytest.mark.django_db
HOME = "/"
NEWS = "/?part=news"


def noon(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time(12)))


def task(person, account, days: int, **values) -> Activity:
    due = clock.today() + dt.timedelta(days=days)
    given = {
        "kind": "task",
        "subject": f"Due in {days}",
        "account": account,
        "owner": person,
        "due_on": due,
        "is_open": True,
    }
    return Activity.add(by=person, **{**given, **values})


def the_day(person, whose: str = "mine", **values) -> Day:
    return Day(Circle(person, whose), **values)


# --- whose


def test_a_key_account_manager_begins_with_her_own_and_the_head_of_sales_with_the_team(world):
    assert Circle.asked(world.ada, "").whose == "mine"
    assert Circle.asked(world.ben, "").whose == "team"


def test_nobody_is_offered_more_than_she_sees(world):
    assert [key for key, _label in choices(world.rita)] == ["mine", "team"]
    assert [key for key, _label in choices(world.ben)] == ["mine", "team", "all"]
    assert Circle.asked(world.rita, "all").whose != "all"


def test_mine_counts_those_for_whom_i_stand_in_on_these_days_only(world):
    today = clock.today()
    deputy = Deputy.add(by=world.admin, person=world.cem, deputy=world.ada, starts_on=today, ends_on=today)
    assert set(Circle(world.ada).accounts) == {world.lindner, world.brauneis}
    before = today - dt.timedelta(days=1)
    deputy.change(by=world.admin, starts_on=before, ends_on=before)
    assert set(Circle(User.objects.get(pk=world.ada.pk)).accounts) == {world.lindner}


# --- the agenda


def test_tasks_stand_under_overdue_today_and_next(world):
    for days in (-3, 0, 4):
        task(world.ada, world.lindner, days)
    found = {heading: [one.subject for one in rows] for heading, _tone, rows in the_day(world.ada).tasks}
    assert found == {"Overdue": ["Due in -3"], "Today": ["Due in 0"], "Next": ["Due in 4"]}


def test_an_appointment_of_today_stands_by_its_hour_and_not_among_the_tasks(world):
    today = clock.today()
    late, early = noon(today) + dt.timedelta(hours=3), noon(today) - dt.timedelta(hours=3)
    task(world.ada, world.lindner, 0, kind="visit", subject="Visit", at=late)
    task(world.ada, world.lindner, 0, kind="call", subject="Call", at=early)
    day = the_day(world.ada)
    assert [one.subject for one in day.appointments] == ["Call", "Visit"]
    assert day.tasks == []


def test_a_task_of_a_colleague_is_not_mine_but_the_teams(world):
    task(world.cem, world.brauneis, 0)
    assert the_day(world.ada).tasks == []
    assert the_day(world.ben, "team").tasks[0][2][0].account == world.brauneis


# --- without a next step


def test_an_important_account_with_nothing_planned_is_named_until_something_is(world):
    world.lindner.change(by=world.ada, tier="A")
    assert the_day(world.ada).forgotten == [world.lindner]
    one = task(world.ada, world.lindner, 5)
    assert the_day(world.ada).forgotten == []
    one.discard(by=world.ada)
    assert the_day(world.ada).forgotten == [world.lindner]


def test_an_account_of_no_tier_needs_no_next_step(world):
    assert the_day(world.ada).forgotten == []


# --- since the last look


def test_a_look_begins_where_the_one_before_ended(world):
    start = timezone.now()
    hours = dt.timedelta(hours=1)
    assert LastLook.take(world.ada, start) == start - dt.timedelta(days=1)
    assert LastLook.take(world.ada, start + dt.timedelta(minutes=10)) == start - dt.timedelta(days=1)
    # ten minutes later is the same look; hours after it a new one begins at its end
    assert LastLook.take(world.ada, start + 5 * hours) == start + dt.timedelta(minutes=10)
    assert LastLook.take(world.ada, start + 5 * hours + dt.timedelta(minutes=1)) == start + dt.timedelta(minutes=10)


def test_what_others_did_since_is_news_and_what_i_did_is_not(world):
    LastLook.objects.create(person=world.ada, at=timezone.now(), since=timezone.now())
    world.lindner.change(by=world.ada, place="Linz")
    world.lindner.change(by=world.ben, industry="Gifts")
    world.brauneis.change(by=world.ben, industry="Gifts")
    news = the_day(world.ada, now=timezone.now() + dt.timedelta(seconds=1)).news
    assert [item.text for item in news] == ["Account changed: Lindner & Söhne GmbH"]
    assert "Ben Kern" in news[0].detail
    assert "Gifts" in news[0].detail


def test_the_team_leader_sees_the_news_of_all_her_accounts(world):
    Event.objects.all().update(at=timezone.now() - dt.timedelta(days=9))
    world.lindner.change(by=world.ada, place="Linz")
    world.brauneis.change(by=world.cem, place="Hallein")
    news = the_day(world.ben, "all", now=timezone.now() + dt.timedelta(seconds=1)).news
    assert len(news) == 2


def order(account, number: str, total: str, kind: str = "order", on: dt.date | None = None) -> Order:
    amount = Decimal(total)
    return Order.add(
        by=None,
        number=number,
        account=account,
        kind=kind,
        ordered_on=on or clock.today(),
        total=amount,
        total_house=amount,
    )


def test_orders_that_came_in_since_are_added_up_and_credit_notes_counted_apart(world):
    order(world.lindner, "1", "100")
    order(world.lindner, "2", "50.50")
    order(world.lindner, "C3", "-20", kind="credit_note")
    order(world.brauneis, "4", "999")
    order(world.lindner, "5", "700", on=clock.today() - dt.timedelta(days=200))  # history that an import brought
    new = the_day(world.ada).new_orders
    assert (new.number, new.total, new.credit_notes) == (2, Decimal("150.50"), 1)


# --- the page


def test_a_new_person_is_taught_three_steps_until_they_are_done(world, signed_in):
    page = signed_in(world.gerda).get(HOME).content.decode()
    assert page.count('class="lesson') == 3
    task(world.gerda, world.lindner, 1)
    assert [step.is_done for step in the_day(world.gerda, "all").lessons] == [True, True, False]


def test_the_page_asks_as_often_for_many_as_for_few(world, signed_in):
    client = signed_in(world.ada)
    world.lindner.change(by=world.ada, tier="A")
    task(world.ada, world.lindner, 0)
    order(world.lindner, "n", "10")
    signal(world.lindner)
    client.get(HOME), client.get(NEWS)
    with CaptureQueriesContext(connection) as few:
        client.get(HOME), client.get(NEWS)
    for number in range(12):
        account = Account.add(by=world.ada, name=f"Kunde {number}", owner=world.ada, tier="A")
        account.change(by=world.ben, place="Linz")
        task(world.ada, account, number - 4)
        order(account, f"n{number}", "10")
        signal(account)
    with CaptureQueriesContext(connection) as many:
        client.get(HOME), client.get(NEWS)
    assert len(many) <= len(few) + 1  # the names of accounts in the news


def test_names_outside_my_reach_stand_nowhere(world, signed_in):
    world.brauneis.change(by=world.ben, tier="A", place="Hallein")
    task(world.ada, None, 0, subject="Ask Cem")
    order(world.brauneis, "9", "10")
    for address in (HOME, NEWS):
        page = signed_in(world.ada).get(address)
        assert page.status_code == 200
        assert "Brauneis" not in page.content.decode()


def test_what_is_new_comes_right_after_the_page_and_alone(world, signed_in):
    world.lindner.change(by=world.ben, place="Linz")
    client = signed_in(world.ada)
    page = client.get(HOME).content.decode()
    assert 'hx-get="?part=news&amp;whose=mine"' in page
    assert "Account changed" not in page
    part = client.get(f"{NEWS}&whose=mine", headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith("<section")
    assert "Account changed: Lindner" in part


# --- doing something


def undo_in(answer) -> str:
    """Where the toast's button takes it back."""
    found = re.search(r'action="(/day/\d+/(?:take-back|answer/reopen)/[^"]*)"', answer.content.decode())
    return found[1].replace("&amp;", "&")


def test_a_call_is_logged_with_the_step_after_it_and_can_be_undone(world, signed_in):
    client = signed_in(world.ada)
    due = (clock.today() + dt.timedelta(days=3)).isoformat()
    answer = client.post(
        reverse("day:act", args=[world.lindner.pk, "call"]),
        {"text": "Wants 200 kits", "outcome": "good", "next_step": "Send the offer", "next_on": due},
        follow=True,
    )
    call, step = Activity.objects.order_by("pk")
    assert (call.kind, call.is_open, call.outcome, call.account) == ("call", False, "good", world.lindner)
    assert (step.kind, step.is_open, step.due_on.isoformat(), step.owner) == ("task", True, due, world.ada)
    assert "next step is on your list" in answer.content.decode()
    client.post(undo_in(answer))
    assert not Activity.objects.living().exists()
    assert list(Activity.objects.order_by("pk")) == [call, step]  # they wait in the bin


def test_nothing_is_written_when_the_next_step_has_a_day_but_no_words(world, signed_in):
    answer = signed_in(world.ada).post(
        reverse("day:act", args=[world.lindner.pk, "call"]), {"text": "x", "next_on": "2026-05-01"}
    )
    assert answer.status_code == 422
    assert "Write what is to be done then." in answer.content.decode()
    assert not Activity.objects.exists()


def test_a_visit_needs_its_time_and_is_open(world, signed_in):
    client, address = signed_in(world.ada), reverse("day:act", args=[world.lindner.pk, "visit"])
    assert client.post(address, {"text": "Show the catalogue"}).status_code == 422
    at = noon(clock.today() + dt.timedelta(days=2))
    client.post(address, {"text": "Show the catalogue", "at": at.strftime("%Y-%m-%dT%H:%M")})
    visit = Activity.objects.get()
    assert (visit.is_open, visit.at, visit.due_on) == (True, at, clock.today() + dt.timedelta(days=2))


def test_another_teams_account_and_unknown_kinds_do_not_exist(world, signed_in):
    client = signed_in(world.ada)
    assert client.get(reverse("day:act", args=[world.brauneis.pk, "call"])).status_code == 404
    assert client.get(reverse("day:act", args=[world.lindner.pk, "note"])).status_code == 404


def test_who_may_only_read_is_refused(world, signed_in):
    assert (
        signed_in(world.rita).post(reverse("day:act", args=[world.lindner.pk, "call"]), {"text": "x"}).status_code
        == 403
    )


def test_the_way_back_stays_in_the_house(world, signed_in):
    answer = signed_in(world.ada).post(
        reverse("day:act", args=[world.lindner.pk, "task"]), {"text": "x", "next": "//evil.example/"}
    )
    assert answer.url == "/"


# --- who needs somebody


FIGURES = {
    "first_order": {"first_on": "2026-02-01", "amount": "120.00"},
    "concentration": {"revenue": "500.00", "house": "5000.00"},
}


def signal(account, value: str = "500", kind: str = "first_order") -> Signal:
    return Signal.objects.create(
        account=account, kind=kind, value=Decimal(value), figures=FIGURES[kind], raised_on=clock.today()
    )


def test_the_most_at_stake_comes_first_and_an_account_once(world):
    other = Account.add(by=world.ada, name="Zirner", owner=world.ada)
    signal(world.lindner, "100")
    signal(other, "300")
    signal(world.lindner, "900", "concentration")
    found = the_day(world.ada).needs
    assert [need.account for need in found] == [world.lindner, other]
    assert [told.signal.kind for told in found[0].told] == ["concentration", "first_order"]


def test_signals_of_accounts_outside_the_circle_are_not_mine(world):
    signal(world.brauneis)
    assert the_day(world.ada).needs == []
    assert [need.account for need in the_day(world.ben, "all").needs] == [world.brauneis]


def test_reasons_are_put_off_for_days_and_wait_again_when_that_is_taken_back(world, signed_in):
    one, client = signal(world.lindner), signed_in(world.ada)
    answer = client.post(
        reverse("day:answer", args=[world.lindner.pk, "snooze"]),
        {"signal": one.pk, "days": "7"},
        headers={"HX-Request": "true"},
    )
    one.refresh_from_db()
    assert (one.answer, one.snoozed_until) == ("snoozed", clock.today() + dt.timedelta(days=7))
    assert the_day(world.ada).needs == []
    client.post(undo_in(answer))
    assert [need.account for need in the_day(world.ada).needs] == [world.lindner]


def test_a_logged_call_settles_the_reason_and_one_step_takes_both_back(world, signed_in):
    one, client = signal(world.lindner), signed_in(world.ada)
    address = reverse("day:act", args=[world.lindner.pk, "call"])
    page = client.post(
        address, {"text": "Orders on Monday", "signal": one.pk, "settles": "on", "next_step": "Ask"}, follow=True
    )
    one.refresh_from_db()
    assert (one.answer, Activity.objects.living().count()) == ("done", 2)
    client.post(undo_in(page))
    one.refresh_from_db()
    assert (one.answer, Activity.objects.living().count()) == ("", 0)


def test_a_planned_visit_puts_the_reason_off_until_its_day(world, signed_in):
    one, at = signal(world.lindner), noon(clock.today() + dt.timedelta(days=4))
    signed_in(world.ada).post(
        reverse("day:act", args=[world.lindner.pk, "visit"]),
        {"text": "Visit", "at": at.strftime("%Y-%m-%dT%H:%M"), "signal": one.pk, "settles": "on"},
    )
    one.refresh_from_db()
    assert (one.answer, one.snoozed_until) == ("snoozed", clock.today() + dt.timedelta(days=4))


def test_the_reason_stays_when_the_box_is_not_ticked(world, signed_in):
    one = signal(world.lindner)
    signed_in(world.ada).post(
        reverse("day:act", args=[world.lindner.pk, "call"]), {"text": "No answer", "signal": one.pk}
    )
    one.refresh_from_db()
    assert one.answer == ""


def test_the_reasons_of_another_teams_account_cannot_be_answered(world, signed_in):
    one = signal(world.brauneis)
    client = signed_in(world.ada)
    assert client.post(reverse("day:answer", args=[world.brauneis.pk, "done"]), {"signal": one.pk}).status_code == 404
    # nor by naming one's own account beside it
    client.post(reverse("day:answer", args=[world.lindner.pk, "done"]), {"signal": one.pk})
    one.refresh_from_db()
    assert one.answer == ""


def test_who_may_only_read_cannot_answer(world, signed_in):
    one = signal(world.lindner)
    answer = signed_in(world.rita).post(reverse("day:answer", args=[world.lindner.pk, "done"]), {"signal": one.pk})
    assert answer.status_code == 403


# --- the trend beside a reason


def test_a_trend_is_kept_until_a_booking_changes_the_account_s_figures(world, django_assert_num_queries):
    def trend() -> list[Decimal]:
        return trends([world.lindner], clock.today())[world.lindner.pk]

    order(world.lindner, "t1", "100")
    figures.push_down([world.lindner.pk])  # as the verbs that book do
    world.lindner.refresh_from_db()
    assert trend()[-1] == Decimal(100)
    with django_assert_num_queries(0):
        assert trend()[-1] == Decimal(100)
    second = order(world.lindner, "t2", "50")
    figures.push_down([world.lindner.pk])
    world.lindner.refresh_from_db()
    assert trend()[-1] == Decimal(150)
    second.discard(by=None)
    world.lindner.refresh_from_db()
    assert trend()[-1] == Decimal(100)
    assert trends([], clock.today()) == {}
