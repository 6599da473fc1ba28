"""Requests of people: from the day they come to the answer, and who is told when."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from kundenkreis.core.models import House
from kundenkreis.history.models import Event
from kundenkreis.inbox.models import Notification
from kundenkreis.privacy import reminding
from kundenkreis.privacy.models import SubjectRequest, may_work_on

pytestmark = pytest.mark.django_db
MONDAY = dt.date(2026, 3, 2)


@pytest.fixture
def on_day(world):
    def on(day: dt.date) -> None:
        House.objects.update(today=day)
        House.forget()

    House.current()
    on(MONDAY)
    return on


@pytest.fixture
def one(world, on_day):
    return SubjectRequest.add(by=world.gerda, kind="access", contact=world.maria, how="phone", responsible=world.ada)


def verbs(record):
    return [event.verb for event in Event.objects.about(record).order_by("pk")]


def test_taking_in_needs_two_facts_only(world, on_day):
    made = SubjectRequest.add(by=world.gerda, kind="erasure", name="Somebody on the phone")
    assert (made.number, made.state, made.received_on) == ("DS-0001", "received", MONDAY)
    assert made.due_on == dt.date(2026, 4, 2)
    assert made.taken_in_by == world.gerda
    assert SubjectRequest.add(by=None, kind="access", name="X").number == "DS-0002"


def test_who_asks_must_be_said_and_no_day_lies_ahead(world, on_day):
    with pytest.raises(ValidationError) as refused:
        SubjectRequest.add(by=world.gerda, kind="access", name=" ")
    assert "name" in refused.value.error_dict
    with pytest.raises(ValidationError) as refused:
        SubjectRequest.add(by=world.gerda, kind="access", name="X", received_on=MONDAY + dt.timedelta(days=1))
    assert "received_on" in refused.value.error_dict


def test_from_receipt_to_answer(world, on_day, one):
    with pytest.raises(ValidationError):
        one.respond(by=world.ada, answer="Here it is")  # nobody knows yet who asks
    one.identify(by=world.ada, how="Called back on the number that we know")
    one.begin(by=world.ada)
    with pytest.raises(ValidationError):
        one.begin(by=world.ada)
    with pytest.raises(ValidationError):
        one.respond(by=world.ada, answer=" ")
    one.respond(by=world.ada, answer="Sent by mail", recipients_told="Carrier")
    assert (one.state, one.answered_on, one.is_open) == ("answered", MONDAY, False)
    assert verbs(one) == [f"subjectrequest.{verb}" for verb in ("added", "identified", "begun", "answered")]
    for step in (
        lambda: one.extend(by=None, reason="x"),
        lambda: one.refuse(by=None, reason="x", told_of_complaint=True),
    ):
        with pytest.raises(ValidationError):
            step()


def test_a_refusal_has_a_reason_and_tells_of_the_right_to_complain(world, on_day, one):
    with pytest.raises(ValidationError) as refused:
        one.refuse(by=world.ada, reason="Manifestly excessive", told_of_complaint=False)
    assert "told_of_complaint" in refused.value.error_dict
    with pytest.raises(ValidationError) as refused:
        one.refuse(by=world.ada, reason=" ", told_of_complaint=True)
    assert "reason" in refused.value.error_dict
    one.refuse(by=world.ada, reason="Manifestly excessive", told_of_complaint=True)
    assert (one.state, one.told_of_complaint) == ("refused", True)


def test_it_is_extended_once_with_a_reason_and_within_the_first_month(world, on_day, one):
    with pytest.raises(ValidationError) as refused:
        one.extend(by=world.ada, reason=" ")
    assert "reason" in refused.value.error_dict
    on_day(dt.date(2026, 4, 2))  # the last day
    one.extend(by=world.ada, reason="Three archives")
    assert one.due_on == dt.date(2026, 6, 2)
    with pytest.raises(ValidationError):
        one.extend(by=world.ada, reason="Four archives")
    other = SubjectRequest.add(by=None, kind="access", name="X", received_on=MONDAY)
    on_day(dt.date(2026, 4, 3))
    with pytest.raises(ValidationError):
        other.extend(by=world.ada, reason="Too late")


def test_days_of_waiting_for_proof_of_identity_are_added(world, on_day, one):
    with pytest.raises(ValidationError):
        one.ask_identity(by=world.ada, note="")
    one.ask_identity(by=world.ada, note="A new mail address")
    assert one.is_waiting
    assert one.due_on == dt.date(2026, 4, 2)
    on_day(dt.date(2026, 3, 12))
    one.identify(by=world.ada, how="Sent from the known address")
    assert one.due_on == dt.date(2026, 4, 13)  # ten days later is Sunday 12 April
    assert not one.is_waiting


def test_identity_is_not_checked_before_it_came_nor_tomorrow(world, on_day, one):
    for day in (MONDAY - dt.timedelta(days=1), MONDAY + dt.timedelta(days=1)):
        with pytest.raises(ValidationError) as refused:
            one.identify(by=world.ada, how="x", on=day)
        assert "on" in refused.value.error_dict


def test_a_late_answer_says_why(world, on_day, one):
    one.identify(by=world.ada, how="x")
    on_day(dt.date(2026, 4, 3))
    with pytest.raises(ValidationError) as refused:
        one.respond(by=world.ada, answer="Here")
    assert "late_reason" in refused.value.error_dict
    one.respond(by=world.ada, answer="Here", on=dt.date(2026, 4, 2))  # it went out in time and was written down later


def test_two_people_answer_one_request_once(world, on_day, one):
    one.identify(by=world.ada, how="x")
    same = SubjectRequest.objects.get(pk=one.pk)
    one.respond(by=world.ada, answer="First")
    with pytest.raises(ValidationError):
        same.respond(by=world.admin, answer="Second")
    one.refresh_from_db()
    assert one.answer == "First"


def test_who_sees_and_who_works_on_it(world, on_day, one):
    def sees(person):
        return SubjectRequest.objects.visible_to(person).filter(pk=one.pk).exists()

    assert {p.first_name for p in (world.ada, world.ben, world.cem, world.gerda, world.rita, world.admin) if sees(p)} == {
        "Ada", "Ben", "Gerda", "Alma",
    }  # fmt: skip
    works = {
        p.first_name
        for p in (world.ada, world.ben, world.cem, world.gerda, world.rita, world.admin)
        if may_work_on(p, one)
    }
    assert works == {"Ada", "Alma"}


def test_whoever_answers_is_told_before_it_is_due_and_the_keepers_when_it_is_late(world, on_day, one):
    told = {}
    for day in range(35):
        today = MONDAY + dt.timedelta(days=day)
        on_day(today)
        before = Notification.objects.count()
        reminding.remind(today)
        assert reminding.remind(today) == 0  # another worker
        if Notification.objects.count() > before:
            told[(one.due_on - today).days] = set(
                Notification.objects.order_by("pk")[before:].values_list("person__first_name", flat=True)
            )
    assert told == {14: {"Ada"}, 7: {"Ada"}, 3: {"Ada"}, 1: {"Ada"}, 0: {"Ada"}, -1: {"Ada", "Alma"}}
    assert not Notification.objects.filter(text__contains="Lindner").exists()


def test_an_extended_request_is_told_of_again(world, on_day, one):
    on_day(dt.date(2026, 4, 1))
    assert reminding.remind() == 1
    one.extend(by=world.ada, reason="Archives")
    assert reminding.remind() == 0
    on_day(dt.date(2026, 5, 20))
    assert reminding.remind() == 1


def test_without_anybody_who_answers_the_keepers_are_told(world, on_day):
    made = SubjectRequest.add(by=world.gerda, kind="access", name="X")
    reminding.taken_in(made, world.gerda)
    assert [one.person for one in Notification.objects.all()] == [world.admin]
    assert made.number in Notification.objects.get().text
