"""What is due stands in the inbox each morning, and one mail a day tells it, once."""

import datetime as dt
import re

import pytest
from django.core import mail
from django.utils import timezone

from kundenkreis.activities import morning
from kundenkreis.activities.models import Activity
from kundenkreis.inbox.models import Notification, Preference
from kundenkreis.staff.models import User

SEVEN = dt.datetime(2026, 3, 2, 7, 5, tzinfo=timezone.get_default_timezone())


@pytest.fixture(autouse=True)
def _today(world):
    from kundenkreis.core.models import House

    House.objects.update_or_create(pk=1, defaults={"name": "Example", "today": SEVEN.date()})
    House.forget()


def task(world, subject, days=0, **values):
    due = SEVEN.date() + dt.timedelta(days=days)
    values = {"account": world.lindner, "owner": world.ada} | values
    return Activity.add(by=world.ada, kind="task", subject=subject, is_open=True, due_on=due, **values)


def mails_to(person):
    return [one for one in mail.outbox if one.to == [person.email]]


def test_the_mail_tells_what_is_due_and_what_is_new_in_text_and_html(world):
    task(world, "Call <b>Maria</b>")
    task(world, "Offer", days=-3)
    task(world, "Later", days=3)
    Notification.send(world.ada, "mention", "Ben mentions you", "/activities/1/")
    assert morning.begin(SEVEN) == 1
    (sent,) = mails_to(world.ada)
    html, kind = sent.alternatives[0]
    assert sent.subject == "Your day: 3 things"
    assert "Call <b>Maria</b> (Lindner & Söhne GmbH)" in sent.body
    assert "Call &lt;b&gt;Maria&lt;/b&gt;" in html and kind == "text/html"
    assert sent.body.index("Offer") < sent.body.index("Maria") < sent.body.index("Ben mentions you")
    assert "Later" not in sent.body
    assert "http://127.0.0.1:8000/activities/" in sent.body


def test_the_mail_speaks_the_person_s_language(world):
    User.objects.filter(pk=world.ada.pk).update(language="de")
    task(world, "Anruf")
    morning.begin(SEVEN)
    (sent,) = mails_to(world.ada)
    assert "Guten Tag Ada Huber" in sent.body
    assert 'lang="de"' in sent.alternatives[0][0]


def test_no_mail_without_anything_to_tell(world):
    assert morning.begin(SEVEN) == 0
    assert mail.outbox == []


def test_not_before_her_hour_and_not_twice_a_day(world):
    Preference.choose(world.ada, by=world.ada, quiet=[], unmailed=[], digest=True, hour=9)
    task(world, "Call")
    assert morning.begin(SEVEN) == 0
    assert morning.begin(SEVEN.replace(hour=9)) == 1
    assert morning.begin(SEVEN.replace(hour=9, minute=15)) == 0
    Notification.send(world.ada, "mention", "Later today")
    assert morning.begin(SEVEN.replace(hour=18)) == 0
    assert morning.begin(SEVEN + dt.timedelta(days=1, hours=3)) == 1
    assert "Later today" in mail.outbox[-1].body


def test_what_was_read_or_mailed_is_not_mailed_again(world):
    Notification.send(world.ada, "mention", "Read already").read()
    Notification.send(world.ada, "mention", "Unread")
    morning.begin(SEVEN)
    assert "Read already" not in mail.outbox[0].body
    assert morning.begin(SEVEN + dt.timedelta(days=1)) == 0


def test_a_worker_that_dies_after_the_claim_sends_nothing_twice_and_loses_nothing(world, monkeypatch):
    Notification.send(world.ada, "mention", "Important")

    class Killed(BaseException):
        pass

    def die(*_arguments):
        raise Killed

    monkeypatch.setattr(morning, "message", die)
    with pytest.raises(Killed):
        morning.begin(SEVEN)
    monkeypatch.undo()
    assert morning.begin(SEVEN.replace(minute=15)) == 0
    assert morning.begin(SEVEN + dt.timedelta(days=1)) == 1
    assert "Important" in mail.outbox[0].body


class Killed(BaseException):
    """As if the power went out: nothing of ours catches it."""


def dying(*_arguments, **_values):
    raise Killed


def test_a_worker_that_dies_between_the_claim_and_the_line_in_the_inbox_leaves_the_line_to_the_next(world, monkeypatch):
    task(world, "Call")
    monkeypatch.setattr(Notification, "send", dying)
    with pytest.raises(Killed):
        morning.begin(SEVEN)
    monkeypatch.undo()
    morning.begin(SEVEN.replace(minute=15))
    morning.begin(SEVEN.replace(minute=30))
    assert Notification.objects.filter(person=world.ada, kind="due").count() == 1


def test_a_worker_that_dies_before_the_mail_leaves_the_day_without_one_and_the_next_day_tells_all(world, monkeypatch):
    task(world, "Call")
    Notification.send(world.ada, "mention", "Important")
    monkeypatch.setattr(mail.EmailMultiAlternatives, "send", dying)
    with pytest.raises(Killed):
        morning.begin(SEVEN)
    monkeypatch.undo()
    for minute in (15, 30, 45):
        assert morning.begin(SEVEN.replace(minute=minute)) == 0
    assert morning.begin(SEVEN + dt.timedelta(days=1)) == 1
    (sent,) = mails_to(world.ada)
    assert "Important" in sent.body and "Call" in sent.body


def test_a_worker_that_dies_after_the_mail_was_taken_sends_no_second_one_that_day(world, monkeypatch):
    Notification.send(world.ada, "mention", "Important")
    sending = mail.EmailMultiAlternatives.send

    def send_and_die(*arguments):
        sending(*arguments)
        raise Killed

    monkeypatch.setattr(mail.EmailMultiAlternatives, "send", send_and_die)
    with pytest.raises(Killed):
        morning.begin(SEVEN)
    monkeypatch.undo()
    assert morning.begin(SEVEN.replace(minute=15)) == 0
    assert len(mails_to(world.ada)) == 1
    # Whether it went out is not known; so the next day tells it rather than never, and then no more.
    for days, sent in ((1, 1), (2, 0)):
        assert morning.begin(SEVEN + dt.timedelta(days=days)) == sent


def test_a_worker_that_dies_takes_no_other_person_s_mail_with_it(world, monkeypatch):
    for person in (world.ada, world.cem):
        Notification.send(person, "mention", "Hello")
    sending = mail.EmailMultiAlternatives.send

    def die_first(self, *arguments):
        if not mail.outbox and not died:
            died.append(self)
            raise Killed
        return sending(self, *arguments)

    died = []
    monkeypatch.setattr(mail.EmailMultiAlternatives, "send", die_first)
    with pytest.raises(Killed):
        morning.begin(SEVEN)
    assert morning.begin(SEVEN.replace(minute=15)) == 1
    assert {died[0].to[0], mail.outbox[0].to[0]} == {world.ada.email, world.cem.email}


def test_a_mail_server_that_does_not_answer_is_tried_again(world, monkeypatch):
    Notification.send(world.ada, "mention", "Important")

    def refuse(*_arguments):
        raise OSError("no route")

    monkeypatch.setattr(mail.EmailMultiAlternatives, "send", refuse)
    assert morning.begin(SEVEN) == 0
    monkeypatch.undo()
    assert morning.begin(SEVEN.replace(minute=15)) == 1


def test_who_switched_it_off_who_is_locked_and_demo_people_get_none(world):
    for person in (world.ada, world.ben, world.cem):
        Notification.send(person, "mention", "Hello")
    Preference.choose(world.ada, by=world.ada, quiet=[], unmailed=[], digest=False, hour=7)
    User.objects.filter(pk=world.ben.pk).update(is_active=False)
    User.objects.filter(pk=world.cem.pk).update(is_demo=True)
    assert morning.begin(SEVEN) == 0


def test_the_link_in_the_mail_ends_it_by_post_only_and_without_signing_in(world, client):
    task(world, "Call")
    morning.begin(SEVEN)
    sent = mails_to(world.ada)[0]
    off = re.search(r"http://127.0.0.1:8000(/inbox/mail-off/\S+/)", sent.body)[1]
    assert sent.extra_headers["List-Unsubscribe"] == f"<http://127.0.0.1:8000{off}>"
    assert client.get(off).status_code == 200
    assert Preference.of(world.ada).digest
    assert client.post(off, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert not Preference.of(world.ada).digest


@pytest.mark.parametrize("token", ["x", "MQ:1abc:sig", "1"])
def test_a_link_that_we_did_not_write_does_nothing(world, client, token):
    assert client.post(f"/inbox/mail-off/{token}/").status_code == 404


def test_what_is_due_stands_in_the_inbox_once_a_day(world):
    task(world, "Call")
    task(world, "Offer", days=-1)
    for minute in (5, 15):
        morning.begin(SEVEN.replace(minute=minute))
    (one,) = Notification.objects.filter(kind="due")
    assert one.text == "Of your tasks and appointments: 1 is due today, 1 is overdue."
    assert one.person == world.ada


def test_an_account_that_she_may_not_see_is_not_named_in_the_mail(world):
    task(world, "Call", account=world.brauneis)
    morning.begin(SEVEN)
    assert "Brauneis" not in mail.outbox[0].body


def test_the_choice_is_made_on_a_page_of_one_s_own(world, signed_in):
    ada = signed_in(world.ada)
    assert "I am given something to do" in ada.get("/me/notifications/").content.decode()
    answer = ada.post("/me/notifications/", {"shown": ["assigned"], "mailed": [], "hour": "18"})
    assert answer.status_code == 303
    wishes = Preference.of(world.ada)
    assert (wishes.digest, wishes.hour) == (False, 18)
    assert "assigned" not in wishes.quiet and "mention" in wishes.quiet
    assert ada.post("/me/notifications/", {"hour": "99"}).status_code == 422
