"""People, views, notifications and the rest that is one's own."""

from __future__ import annotations

import pytest

from kundenkreis.history.models import Event
from kundenkreis.inbox.kinds import NAMES
from kundenkreis.inbox.models import Notification
from kundenkreis.lists.models import SavedView
from kundenkreis.rates.models import ExchangeRate


def test_the_last_administrator_stays(world, program):
    admin, path = program(world.admin), f"people/{world.admin.pk}"
    assert admin.patch(path, {"role": "read_only"}).status_code == 422
    assert admin.delete(path).status_code == 409
    assert admin.post(f"{path}/lock").status_code == 409


def test_a_locked_persons_tokens_stop_working(world, program):
    ada = program(world.ada)
    assert program(world.admin).post(f"people/{world.ada.pk}/lock").json()["is_active"] is False
    assert ada.get("me").status_code == 401
    assert program(world.admin).post(f"people/{world.ada.pk}/unlock").json()["is_active"] is True


def test_nobody_gives_herself_another_role(world, program):
    for person in (world.ada, world.ben):
        assert program(person).patch(f"people/{person.pk}", {"role": "administrator"}).status_code == 403
    world.ada.refresh_from_db()
    assert world.ada.role == "key_account_manager"


def test_a_person_never_shows_her_password(world, program):
    made = program(world.admin).post("people", {"email": "Neu@Example.test", "last_name": "Neu"}).json()
    assert made["email"] == "neu@example.test"
    assert "password" not in made
    history = program(world.admin).get(f"people/{made['id']}/history")
    assert "md5" not in history.content.decode()
    assert (
        program(world.admin).post("people", {"email": "x@example.test", "last_name": "X", "password": "y"}).status_code
        == 422
    )


def test_one_names_her_own_deputy_and_nobody_elses(world, program):
    ada = program(world.ada)
    own = {"person_id": world.ada.pk, "deputy_id": world.cem.pk, "starts_on": "2026-01-01"}
    assert ada.post("deputies", own).status_code == 201
    # Naming oneself the deputy of somebody else would lend one her rights.
    assert (
        ada.post(
            "deputies", {"person_id": world.ben.pk, "deputy_id": world.ada.pk, "starts_on": "2026-01-01"}
        ).status_code
        == 403
    )


def test_a_view_is_shared_by_those_who_may(world, program):
    ada = program(world.ada)
    body = {"list_name": "accounts", "name": "Mine", "query": "f=country:in:AT"}
    made = ada.post("saved-views", body).json()
    assert made["owner_id"] == world.ada.pk
    assert program(world.cem).get(f"saved-views/{made['id']}").status_code == 404
    assert ada.post("saved-views", body | {"name": "All", "shared": "all"}).status_code == 403
    assert ada.patch(f"saved-views/{made['id']}", {"shared": "all"}).status_code == 403
    assert SavedView.objects.get(pk=made["id"]).shared == "private"
    assert ada.patch(f"saved-views/{made['id']}", {"shared": "team"}).status_code == 200
    assert program(world.rita).get(f"saved-views/{made['id']}").status_code == 200
    assert program(world.rita).patch(f"saved-views/{made['id']}", {"name": "Hers"}).status_code == 403
    assert program(world.ben).delete(f"saved-views/{made['id']}").status_code in (403, 404)


def test_notifications_are_the_callers_own(world, program):
    note = Notification.send(world.ada, "reminder", "Call Lindner")
    assert [item["id"] for item in program(world.ada).get("notifications").json()["items"]] == [note.pk]
    assert program(world.ben).get("notifications").json()["items"] == []
    assert program(world.ben).post(f"notifications/{note.pk}/read").status_code == 404
    assert program(world.ada).post(f"notifications/{note.pk}/read").json()["read_at"]


def test_a_person_chooses_for_herself_what_she_is_told_where(world, program):
    ada = program(world.ada)
    every = ada.get("notification-choices").json()
    assert (every["daily_mail"], every["hour"]) == (True, 7)
    assert set(every["inbox"]) == set(every["mail"]) == NAMES
    wanted = {"inbox": ["mention", "due"], "mail": [], "daily_mail": False, "hour": 9}
    assert ada.put("notification-choices", wanted).json() == wanted
    assert ada.get("notification-choices").json() == wanted
    assert Event.objects.latest("pk").verb == "user.notifications_chosen"
    assert program(world.ben).get("notification-choices").json() == every


@pytest.mark.parametrize("wrong", [{"hour": 24}, {"inbox": ["gossip"]}, {"mail": None}, {"more": 1}])
def test_a_choice_that_is_none_is_refused_at_its_field(world, program, wrong):
    given = {"inbox": [], "mail": [], "daily_mail": True, "hour": 7} | wrong
    answer = program(world.ada).put("notification-choices", given)
    assert answer.status_code == 422
    assert [one["pointer"].split("/")[1] for one in answer.json()["errors"]] == list(wrong)
    assert program(world.ada).get("notification-choices").json()["hour"] == 7


def test_activities_are_finished_and_opened_again(world, program):
    ada = program(world.ada)
    made = ada.post(
        "activities", {"kind": "task", "subject": "Call", "is_open": True, "account_id": world.lindner.pk}
    ).json()
    assert made["owner_id"] == world.ada.pk
    done = ada.post(f"activities/{made['id']}/finish").json()
    assert (done["is_open"], bool(done["done_at"])) == (False, True)
    assert ada.post(f"activities/{made['id']}/reopen").json()["is_open"] is True


def test_the_house_and_its_rates_are_known_to_all(world, program):
    ExchangeRate.objects.create(currency="GBP", on="2010-01-01", rate="0.8")
    assert program(world.rita).get("house").json()["currency"] == "EUR"
    assert program(world.rita).get("exchange-rates?currency=GBP").json()["items"][0]["rate"] == "0.80000000"


@pytest.mark.parametrize("path", ["events", "events?f=subject_type:is:customers.account"])
def test_the_whole_history_is_for_those_who_may(world, program, path):
    assert program(world.ada).get(path).status_code == 403
    items = program(world.ben).get(path).json()["items"]
    assert items[0]["id"] < items[-1]["id"]


def test_an_administrator_has_a_link_mailed_to_a_new_person(world, program, mailoutbox):
    made = (
        program(world.admin).post("people", {"email": "neu@example.test", "last_name": "Neu", "language": "de"}).json()
    )
    assert mailoutbox == []
    assert program(world.admin).post(f"people/{made['id']}/invite").status_code == 200
    assert mailoutbox[0].to == ["neu@example.test"]
    assert "http://testserver/signin/" in mailoutbox[0].body
    assert program(world.ada).post(f"people/{made['id']}/invite").status_code == 403
    world.cem.change(by=world.admin, is_active=False)
    assert program(world.admin).post(f"people/{world.cem.pk}/invite").status_code == 409
