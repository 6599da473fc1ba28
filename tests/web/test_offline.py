"""What a phone keeps and sends later: once, by the same person, and nothing of anybody else."""

import json
import uuid

import pytest

from kundenkreis.activities.models import Activity
from kundenkreis.core import clock


def visit(world, **more):
    return {"account": world.lindner.pk, "kind": "visit", "text": "Visited", **more}


def send(client, data, key, **headers):
    return client.post("/activities/new/", data, headers={"Idempotency-Key": key, "HX-Request": "true", **headers})


@pytest.fixture
def key():
    return str(uuid.uuid4())


def test_a_report_that_comes_twice_is_written_once(world, signed_in, key):
    ada = signed_in(world.ada)
    first, second = send(ada, visit(world), key), send(ada, visit(world), key)
    assert (first.status_code, second.status_code) == (200, 200)
    assert second.headers["Idempotency-Replayed"] == "true"
    assert second.content == first.content
    assert Activity.objects.filter(subject="Visited").count() == 1


def test_the_token_against_forgery_may_be_another_one_the_second_time(world, signed_in, key):
    ada = signed_in(world.ada)
    send(ada, visit(world, csrfmiddlewaretoken="a" * 64), key)
    assert send(ada, visit(world, csrfmiddlewaretoken="b" * 64), key).status_code == 200
    assert Activity.objects.filter(subject="Visited").count() == 1


def test_the_key_of_one_report_is_refused_for_another(world, signed_in, key):
    ada = signed_in(world.ada)
    send(ada, visit(world), key)
    assert send(ada, visit(world, text="Something else"), key).status_code == 400
    assert not Activity.objects.filter(subject="Something else").exists()


def test_what_was_refused_can_be_sent_again_when_it_is_right(world, signed_in, key):
    ada = signed_in(world.ada)
    assert send(ada, visit(world, text=" "), key).status_code == 422
    assert send(ada, visit(world), key).status_code == 200


def test_two_people_s_keys_do_not_meet(world, signed_in, key):
    send(signed_in(world.ada), visit(world), key)
    assert send(signed_in(world.ben), visit(world), key).status_code == 200
    assert Activity.objects.filter(subject="Visited").count() == 2


@pytest.mark.parametrize("bad", ["x", "a" * 200, "<script>alert(1)</script>"])
def test_a_key_that_is_none_is_refused(world, signed_in, bad):
    assert send(signed_in(world.ada), visit(world), bad).status_code == 400


def test_an_edit_that_meets_a_newer_version_shows_both_sides_and_can_be_sent_again(world, signed_in, key):
    one = Activity.add(by=world.ada, kind="note", subject="Mine", account=world.lindner, owner=world.ada)
    ada = signed_in(world.ada)
    page = ada.get(f"/activities/{one.pk}/edit/").content.decode()
    version = page.partition('name="version" value="')[2].partition('"')[0]
    one.change(by=world.ben, subject="Theirs")
    data = {"kind": "note", "subject": "Hers", "account": world.lindner.pk, "owner": world.ada.pk, "version": version}
    answer = ada.post(f"/activities/{one.pk}/edit/", data, headers={"Idempotency-Key": key})
    assert answer.status_code == 409
    assert "Hers" in answer.content.decode() and "Theirs" in answer.content.decode()
    one.refresh_from_db()
    assert one.subject == "Theirs"


def test_every_page_says_whose_it_is_and_nobody_s_does_not(world, signed_in, client):
    ada, ben = (signed_in(person).get("/activities/").headers["X-Person"] for person in (world.ada, world.ben))
    assert ada != ben
    assert "X-Person" not in client.get("/signin/login/").headers
    assert str(world.ada.pk) != ada and world.ada.email not in ada


def test_signing_out_takes_what_the_browser_has_stored(world, signed_in):
    answer = signed_in(world.ada).post("/signin/logout/")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'


def test_a_fresh_token_is_for_who_is_signed_in(world, signed_in, client):
    answer = signed_in(world.ada).get("/offline/token/")
    assert answer.json()["person"] == signed_in(world.ada).get("/activities/").headers["X-Person"]
    assert len(answer.json()["csrf"]) > 30
    assert answer.headers["Cache-Control"] == "no-store"
    assert client.get("/offline/token/").status_code == 302


def test_fetched_ahead_are_the_day_and_the_accounts_of_today_within_reach(world, signed_in):
    for account in (world.lindner, world.brauneis):
        Activity.add(
            by=world.ben, kind="task", subject="x", is_open=True, account=account, owner=world.ada, due_on=clock.today()
        )
    visit = Activity.add(
        by=world.ada,
        kind="visit",
        subject="y",
        is_open=True,
        account=world.lindner,
        owner=world.ada,
        due_on=clock.today(),
    )
    pages = signed_in(world.ada).get("/offline/wanted/").json()["pages"]
    assert f"/activities/{visit.pk}/report/" in pages
    assert f"/accounts/{world.lindner.pk}/" in pages
    assert f"/accounts/{world.brauneis.pk}/" not in pages
    assert pages[0] == "/"


def test_the_product_can_be_installed(client, db):
    answer = client.get("/manifest.webmanifest")
    data = json.loads(answer.content)
    assert answer.headers["Content-Type"] == "application/manifest+json"
    assert {icon["sizes"] for icon in data["icons"]} == {"192x192", "512x512"}
    assert data["display"] == "standalone" and data["scope"] == "/"


def test_the_worker_serves_from_the_root_and_names_the_files_of_the_build(client, db):
    answer = client.get("/worker.js")
    assert answer.headers["Service-Worker-Allowed"] == "/"
    assert answer.headers["Content-Type"] == "text/javascript"
    shell = json.loads(answer.content.decode().partition("self.SHELL = ")[2].partition(";\n")[0])
    assert any("app-" in name for name in shell["files"]) and not any("worker" in name for name in shell["files"])
    assert "script-src" in answer.headers["Content-Security-Policy"]


def test_the_page_without_connection_says_nothing_of_anybody(world, signed_in):
    assert "Huber" not in signed_in(world.ada).get("/offline/").content.decode()


def test_the_server_says_which_draft_it_has_saved_and_only_when_it_has(world, signed_in):
    ada = signed_in(world.ada)
    data = {"kind": "note", "subject": "", "draft": "activity-new"}
    assert "kundenkreis_saved" not in ada.post("/activities/plan/", data).cookies
    data |= {"subject": "Kept", "owner": world.ada.pk, "account": world.lindner.pk}
    assert ada.post("/activities/plan/", data).cookies["kundenkreis_saved"].value == "activity-new"
