"""The log of breaches: its clock, its decisions, who is told when; and problems that people report."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from kundenkreis.history.models import Event
from kundenkreis.inbox.models import Notification
from kundenkreis.privacy import breach_clock
from kundenkreis.privacy.models import Breach, Problem

pytestmark = pytest.mark.django_db


@pytest.fixture
def one(world):
    return Breach.add(by=world.admin, title="Lost laptop", noticed_at=timezone.now() - dt.timedelta(hours=3))


def refused(verb, **values):
    with pytest.raises(ValidationError) as trouble:
        verb(**values)
    return set(getattr(trouble.value, "error_dict", {"__all__": 1}))


def test_the_clock_runs_until_somebody_decides(world, one):
    assert (one.number, one.is_undecided, one.hours_left) == ("DV-0001", True, 68)
    one.notify(by=world.admin, reference="D124.1")
    assert not one.is_undecided
    assert Event.objects.about(one).latest("pk").verb == "breach.notified"


def test_after_72_hours_the_reasons_for_the_delay_go_with_it(world):
    late = Breach.add(by=world.admin, title="Old", noticed_at=timezone.now() - dt.timedelta(hours=73))
    assert refused(late.notify, by=world.admin) == {"late_reason"}
    in_time = late.noticed_at + dt.timedelta(hours=72)
    late.notify(by=world.admin, at=in_time)  # it was in time and is written down later
    assert late.authority_told_at == in_time
    assert refused(late.notify, by=world.admin, at=timezone.now() + dt.timedelta(hours=1)) == {"at"}
    assert refused(late.notify, by=world.admin, at=late.noticed_at - dt.timedelta(hours=1)) == {"at"}


def test_it_is_left_unnotified_only_where_no_risk_is_likely(world, one):
    assert refused(one.leave_unnotified, by=world.admin, reason="Encrypted")
    one.change(by=world.admin, risk="unlikely")
    assert refused(one.leave_unnotified, by=world.admin, reason=" ") == {"reason"}
    one.leave_unnotified(by=world.admin, reason="Encrypted")
    assert not one.is_undecided


def test_it_is_closed_only_when_everything_is_decided(world, one):
    assert refused(one.close, by=world.admin)
    one.notify(by=world.admin)
    assert refused(one.close, by=world.admin)  # no risk, no measures
    one.change(by=world.admin, risk="high", measures="Wiped from afar")
    assert refused(one.close, by=world.admin)  # the people
    assert refused(one.tell_people, by=world.admin) == {"how"}
    assert refused(one.tell_people, by=world.admin, how="Letter", why_not="No address") == {"how"}
    one.tell_people(by=world.admin, how="Letter")
    one.close(by=world.admin)
    assert refused(one.notify, by=world.admin)
    one.reopen(by=world.admin)
    assert one.closed_at is None


def test_the_keepers_are_told_after_24_48_66_and_72_hours(world):
    noticed = dt.datetime(2026, 3, 27, 9, tzinfo=dt.UTC)
    Breach.add(by=world.admin, title="x", noticed_at=noticed)
    told = []
    for hour in range(100):
        now = noticed + dt.timedelta(hours=hour)
        if breach_clock.remind(now):
            told.append(hour)
        assert breach_clock.remind(now) == 0
    assert told == [24, 48, 66, 72]
    assert {note.person for note in Notification.objects.all()} == {world.admin}
    assert "48 hours left" in Notification.objects.order_by("pk").first().text


def test_what_is_decided_is_told_of_no_more(world, one):
    one.notify(by=world.admin)
    assert breach_clock.remind(timezone.now() + dt.timedelta(days=9)) == 0


def test_it_cannot_have_been_noticed_before_it_happened_nor_tomorrow(world):
    now = timezone.now()
    with pytest.raises(ValidationError):
        Breach.add(by=None, title="x", noticed_at=now + dt.timedelta(minutes=5))
    with pytest.raises(ValidationError):
        Breach.add(by=None, title="x", noticed_at=now, happened_at=now + dt.timedelta(minutes=5))


def test_an_incident_opens_a_breach_and_its_clock_runs(world):
    made = breach_clock.report(
        by=world.ada, kind="incident", what="Sent to\nthe wrong Huber", page="/contacts/7/?q=Huber#x"
    )
    assert made.page == "/contacts/7/"
    assert made.breach.title == "Sent to the wrong Huber"
    assert made.breach.is_undecided
    assert [note.person for note in Notification.objects.all()] == [world.admin]


def test_who_reports_sees_her_own_and_the_keepers_all(world):
    mine = breach_clock.report(by=world.ada, kind="broken", what="Nothing happens")
    assert mine.breach is None
    for person, sees in (
        (world.ada, True),
        (world.cem, False),
        (world.rita, False),
        (world.ben, True),
        (world.admin, True),
    ):
        assert Problem.objects.visible_to(person).exists() is sees, person
    with pytest.raises(ValidationError):
        mine.settle_it(by=world.admin, note="")
    mine.settle_it(by=world.admin, note="Put right in the next version")
    assert mine.settled_at
