"""What is odd about exports and sign-ins, who is told, and that nothing of it is kept for long."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from kundenkreis.inbox.models import Notification
from kundenkreis.privacy import watching
from kundenkreis.privacy.models import Alert, Breach, Oddity, Outflow, SignIn
from kundenkreis.staff.models import User

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 3, 2, 11, tzinfo=dt.UTC)
AGENT = "Mozilla/5.0 (X11; Linux x86_64) Firefox/128.0"


@pytest.fixture
def ada(world):
    User.objects.filter(pk=world.ada.pk).update(created_at=NOON - dt.timedelta(days=400))
    world.ada.refresh_from_db()
    return world.ada


def kinds():
    return sorted(Alert.objects.values_list("kind", flat=True))


def test_an_hour_is_added_up_over_all_ways(ada):
    watching.went_out(ada, "list", "accounts", 3_000, NOON)
    watching.went_out(ada, "api", "contacts", 2_000, NOON + dt.timedelta(minutes=40))
    assert kinds() == []
    watching.went_out(ada, "api", "contacts", 1, NOON + dt.timedelta(minutes=50))
    watching.went_out(ada, "api", "contacts", 5, NOON + dt.timedelta(minutes=51))
    alert = Alert.objects.get()
    assert (alert.kind, alert.count, alert.person) == ("mass", 5_001, ada)
    assert Outflow.objects.count() == 2
    watching.went_out(ada, "list", "accounts", 4_000, NOON + dt.timedelta(hours=1))
    assert kinds() == ["mass"]


def test_far_above_the_usual_counts_from_a_number_on(ada):
    watching.went_out(ada, "list", "accounts", 100, NOON - dt.timedelta(days=3))
    watching.went_out(ada, "list", "accounts", 500, NOON)
    assert kinds() == []
    watching.went_out(ada, "list", "accounts", 1, NOON)
    alert = Alert.objects.get()
    assert (alert.kind, alert.count, alert.usual) == ("unusual", 501, 100)


def test_at_night_and_from_a_new_account_less_is_odd(world, ada):
    night = dt.datetime(2026, 3, 2, 22, 30, tzinfo=dt.UTC)  # 23:30 in Vienna
    watching.went_out(ada, "list", "accounts", 201, night)
    assert kinds() == ["night"]
    User.objects.filter(pk=world.cem.pk).update(created_at=NOON - dt.timedelta(days=13))
    world.cem.refresh_from_db()
    watching.went_out(world.cem, "list", "accounts", 201, NOON)
    assert kinds() == ["new", "night"]


@pytest.mark.parametrize(
    ("begin", "end", "nights"),
    [(22, 5, {22, 23, 0, 1, 2, 3, 4}), (0, 5, {0, 1, 2, 3, 4}), (5, 5, set()), (9, 11, {9, 10})],
)
def test_a_night_may_go_over_midnight(begin, end, nights):
    rule = watching.AlertRule(from_hour=begin, to_hour=end)
    assert {hour for hour in range(24) if rule.is_night(hour)} == nights


def test_a_rule_is_the_house_s_to_change(world, ada):
    watching.set_rule(Oddity.MASS, by=world.admin, records=10)
    watching.went_out(ada, "list", "accounts", 11, NOON)
    assert kinds() == ["mass"]
    watching.set_rule(Oddity.MASS, by=world.admin, is_on=False)
    watching.went_out(ada, "list", "accounts", 11, NOON + dt.timedelta(hours=2))
    assert kinds() == ["mass"]


def test_the_keepers_are_told_once_and_by_number_only(world, ada):
    for _more in range(3):
        watching.went_out(ada, "list", "accounts", 6_000, NOON)
    assert [one.person for one in Notification.objects.all()] == [world.admin]
    assert "Ada Huber" in Notification.objects.get().text


def test_a_new_device_is_told_to_the_person_herself(ada):
    watching.signed_in(ada, AGENT, "203.0.113.7", NOON, last=NOON - dt.timedelta(days=1))
    assert not Notification.objects.exists()  # the first that is known at all
    watching.signed_in(
        ada, AGENT.replace("128", "129"), "203.0.113.9", NOON, last=NOON
    )  # a new version, the same network
    assert not Notification.objects.exists()
    watching.signed_in(ada, "curl/8", "203.0.113.9", NOON, last=NOON)
    assert [one.person for one in Notification.objects.all()] == [ada]
    assert kinds() == []


def test_a_new_network_after_a_long_silence_is_odd_and_so_is_a_sleeping_account(ada):
    watching.signed_in(ada, AGENT, "203.0.113.7", NOON - dt.timedelta(days=60), last=None)
    watching.signed_in(ada, AGENT, "198.51.100.7", NOON, last=NOON - dt.timedelta(days=29))
    assert kinds() == []
    watching.signed_in(ada, AGENT, "192.0.2.7", NOON, last=NOON - dt.timedelta(days=30))
    assert kinds() == ["device"]
    watching.signed_in(ada, AGENT, "192.0.2.7", NOON + dt.timedelta(days=2), last=NOON - dt.timedelta(days=90))
    assert kinds() == ["device", "dormant"]


def test_a_sign_in_at_night_is_odd(ada):
    watching.signed_in(ada, AGENT, "203.0.113.7", dt.datetime(2026, 3, 2, 2, tzinfo=dt.UTC))
    assert kinds() == ["hours"]


def test_neither_address_nor_browser_is_kept(ada):
    watching.signed_in(ada, AGENT, "203.0.113.7", NOON)
    watching.signed_in(ada, AGENT, "203.0.113.250", NOON)
    watching.signed_in(ada, AGENT, "no address", NOON)
    rows = list(SignIn.objects.order_by("pk").values_list("device", "network"))
    assert rows[0] == rows[1]
    assert rows[0][1] != rows[2][1]
    assert not any("203" in value and "." in value or "Firefox" in value for row in rows for value in row)


def test_the_way_of_signing_in_leads_here(world, client):
    client.post("/signin/login/", {"login": world.ada.email, "password": "kundenkreis-tests"}, HTTP_USER_AGENT=AGENT)
    assert SignIn.objects.get().person == world.ada


def test_repeated_failures_raise_an_alert(world, client, settings):
    settings.AXES_ENABLED = True
    for _try in range(5):
        client.post("/signin/login/", {"login": world.ada.email, "password": "wrong"})
    assert kinds() == ["failures"]


def test_an_export_is_counted_when_it_has_gone_out(world, signed_in):
    answer = signed_in(world.ben).get("/accounts/export/?format=csv")
    assert not Outflow.objects.exists()
    b"".join(answer.streaming_content)
    row = Outflow.objects.get()
    assert (row.person, row.way, row.what, row.count) == (world.ben, "list", "accounts", 2)
    signed_in(world.ben).get("/accounts/export-to-edit/")
    assert Outflow.objects.filter(way="sheet").get().count == 2


def test_an_alert_is_answered_once(world, ada):
    alert = watching.raise_alert(Oddity.MASS, ada, NOON, slot="a", count=1)
    with pytest.raises(ValidationError):
        alert.clear(by=world.admin, note=" ")
    alert.clear(by=world.admin, note="A mailing, agreed with Ben")
    with pytest.raises(ValidationError):
        alert.make_breach(by=world.admin)
    other = watching.raise_alert(Oddity.MASS, ada, NOON, slot="b", count=1)
    breach = other.make_breach(by=world.admin)
    assert (other.state, other.breach, Breach.objects.get()) == ("breach", breach, breach)
    assert breach.is_undecided


def test_all_of_it_is_gone_after_90_days_but_what_nobody_has_answered(world, ada):
    now = timezone.now()
    old, young = now - dt.timedelta(days=91), now - dt.timedelta(days=89)
    for at in (old, young):
        Outflow.objects.create(person=ada, hour=at, way="list", what="accounts", count=1)
        SignIn.objects.create(person=ada, at=at, device="d", network="n")
        watching.raise_alert(Oddity.MASS, ada, at, slot=f"open{at:%j}")
        watching.raise_alert(Oddity.MASS, ada, at, slot=f"done{at:%j}").clear(by=world.admin, note="x")
    assert watching.forget_old(now) == 3
    assert (Outflow.objects.count(), SignIn.objects.count(), Alert.objects.count()) == (1, 1, 3)
