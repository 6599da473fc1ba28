"""Every noun's routes, tried on accounts and contacts."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from kundenkreis.customers.bulk_editing import Change
from kundenkreis.customers.models import Account
from kundenkreis.fields.bulk_editing import edit
from kundenkreis.history.models import Batch


def test_a_list_shows_what_the_person_may_see(world, program):
    names = [item["name"] for item in program(world.ada).get("accounts").json()["items"]]
    assert names == ["Lindner & Söhne GmbH"]
    assert len(program(world.ben).get("accounts").json()["items"]) == 2


def test_another_teams_account_by_guessed_number_is_not_there(world, program):
    ada = program(world.ada)
    for method, path in (("GET", ""), ("GET", "/history"), ("PATCH", ""), ("DELETE", ""), ("POST", "/restore")):
        answer = ada.ask(method, f"accounts/{world.brauneis.pk}{path}", {}, **{"If-Match": "*"})
        assert answer.status_code == 404, (method, path)
        assert answer["Content-Type"] == "application/problem+json"
    world.brauneis.refresh_from_db()
    assert world.brauneis.deleted_at is None


def test_adding_answers_with_the_record_and_its_address(world, program):
    ada = program(world.ada)
    answer = ada.post("accounts", {"name": "Neu KG", "country": "AT"})
    assert answer.status_code == 201
    record = answer.json()
    assert answer["Location"] == f"/api/v1/accounts/{record['id']}"
    assert answer["ETag"] == '"1"'
    assert record["owner_id"] == world.ada.pk
    assert record["owner_name"] == "Ada Huber"
    assert record["number"].startswith("K-")
    assert ada.get(answer["Location"]).json() == record


def test_every_wrong_value_is_named(world, program):
    answer = program(world.ada).post("accounts", {"tier": "Z", "employees": -1, "surprise": 1, "country": "Austria"})
    assert answer.status_code == 422
    assert {error["pointer"] for error in answer.json()["errors"]} == {
        "/name",
        "/tier",
        "/employees",
        "/surprise",
        "/country",
    }


def test_errors_speak_the_callers_language(world, program):
    answer = program(world.ada).post("accounts", {}, **{"Accept-Language": "de"})
    assert answer["Content-Language"] == "de"
    assert program(world.ada).post("accounts", {})["Content-Language"] == "en"


def test_changing_needs_the_version_that_was_seen(world, program):
    ada = program(world.ada)
    path = f"accounts/{world.lindner.pk}"
    tag = ada.get(path)["ETag"]
    assert ada.patch(path, {"place": "Linz"}, etag=None).status_code == 428
    changed = ada.patch(path, {"place": "Linz"}, etag=tag)
    assert changed.status_code == 200
    assert changed.json()["place"] == "Linz"
    assert changed["ETag"] != tag


def test_a_stale_version_is_refused_and_shows_theirs(world, program):
    ada, ben = program(world.ada), program(world.ben)
    path = f"accounts/{world.lindner.pk}"
    tag = ada.get(path)["ETag"]
    ben.patch(path, {"place": "Graz"}, etag=tag)
    refused = ada.patch(path, {"place": "Linz"}, etag=tag)
    assert refused.status_code == 412
    assert refused.json()["theirs"] == {"place": "Graz"}
    assert refused.json()["changed_by"] == "Ben Kern"
    assert refused.json()["current"]["place"] == "Graz"
    assert Account.objects.get(pk=world.lindner.pk).place == "Graz"


def test_a_read_with_the_known_version_costs_nothing(world, program):
    ada = program(world.ada)
    tag = ada.get(f"accounts/{world.lindner.pk}")["ETag"]
    again = ada.get(f"accounts/{world.lindner.pk}", **{"If-None-Match": tag})
    assert again.status_code == 304
    assert again.content == b""


def test_what_is_deleted_lies_in_the_bin_and_comes_back(world, program):
    ada, admin = program(world.ada), program(world.admin)
    path = f"accounts/{world.lindner.pk}"
    assert ada.delete(path).status_code == 204
    assert ada.get(path).status_code == 404
    assert ada.get("accounts").json()["items"] == []
    assert ada.get("accounts?bin=true").status_code == 403
    assert [item["id"] for item in admin.get("accounts?bin=true").json()["items"]] == [world.lindner.pk]
    assert ada.post(f"{path}/restore").json()["deleted_at"] is None
    assert ada.get(path).status_code == 200
    assert ada.post(f"{path}/restore").status_code == 404


def test_history_says_who_changed_what(world, program):
    ada = program(world.ada)
    ada.patch(f"accounts/{world.lindner.pk}", {"place": "Linz"})
    newest = ada.get(f"accounts/{world.lindner.pk}/history").json()["items"][0]
    assert newest["verb"] == "account.changed"
    assert newest["actor_name"] == "Ada Huber"
    assert {"field": "place", "before": "Wels", "after": "Linz", "before_name": "", "after_name": ""} in newest[
        "changes"
    ]


def test_a_list_is_paged_by_its_next_link(world, program):
    for n in range(7):
        Account.add(by=world.ben, name=f"Firma {n}", owner=world.ben)
    ben, seen = program(world.ben), []
    address = "accounts?limit=3&sort=name"
    while address:
        answer = ben.get(address)
        seen += [item["name"] for item in answer.json()["items"]]
        address = answer.json()["next"]
        assert ('rel="next"' in answer.headers.get("Link", "")) == bool(address)
    assert len(seen) == 9 == len(set(seen))
    assert seen == sorted(seen, key=lambda name: name.lower())


def test_a_list_can_be_filtered_and_cut_to_some_fields(world, program):
    ben = program(world.ben)
    assert [a["place"] for a in ben.get("accounts?place=Wels").json()["items"]] == ["Wels"]
    assert [a["place"] for a in ben.get("accounts?f=name:has:brau").json()["items"]] == ["Salzburg"]
    assert ben.get("accounts?fields=name&f=name:starts:lind").json()["items"] == [
        {"id": world.lindner.pk, "name": "Lindner & Söhne GmbH"}
    ]


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=501",
        "limit=x",
        "sort=nonsense",
        "after=nonsense",
        "f=nonsense",
        "f=country:like:x",
        "fields=cost",
        "nonsense=1",
        "f=name:has:%00",
    ],
)
def test_nonsense_in_a_query_is_named(world, program, query):
    answer = program(world.ada).get(f"accounts?{query}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["parameter"]


def test_an_owner_is_assigned_by_those_who_may(world, program):
    path = f"accounts/{world.lindner.pk}"
    assert program(world.ada).patch(path, {"owner_id": world.cem.pk}).status_code == 403
    assert program(world.ben).patch(path, {"owner_id": world.cem.pk}).json()["owner_name"] == "Cem Yıldız"


def test_a_reference_to_a_record_that_one_cannot_see_does_not_exist(world, program):
    answer = program(world.ada).post("positions", {"contact_id": world.maria.pk, "account_id": world.brauneis.pk})
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"pointer": "/account_id", "detail": "There is no such record."}]


def test_a_circle_in_a_hierarchy_is_refused(world, program):
    ben = program(world.ben)
    first = {"hierarchy": "legal", "account_id": world.lindner.pk, "parent_id": world.brauneis.pk}
    assert ben.post("account-links", first).status_code == 201
    second = {"hierarchy": "legal", "account_id": world.brauneis.pk, "parent_id": world.lindner.pk}
    refused = ben.post("account-links", second)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "/parent_id"


def test_history_tells_what_a_batch_did_and_pages_through_all_of_it(world, program):
    edit(Account.objects.filter(pk=world.lindner.pk), Change.tier("A"), label="Tier: A", by=world.ben)
    ada, verbs = program(world.ada), []
    page = ada.get(f"accounts/{world.lindner.pk}/history?limit=1").json()
    step = page["items"][0]
    assert (step["id"], step["verb"], step["actor_name"]) == (None, "account.changed", "Ben Kern")
    assert step["changes"][0] | {"before_name": "", "after_name": ""} == {
        "field": "tier",
        "before": "",
        "after": "A",
        "before_name": "",
        "after_name": "",
    }
    assert step["batch_id"] == Batch.objects.get().pk
    while page["items"]:
        verbs += [item["verb"] for item in page["items"]]
        page = ada.get(page["next"]).json() if page["next"] else {"items": []}
    assert verbs == ["account.changed", "account.added"]
    assert ada.get(f"accounts/{world.lindner.pk}/history?after=nonsense").status_code == 422


def test_a_stale_version_names_who_changed_it_by_bulk_edit_and_what(world, program):
    ada = program(world.ada)
    ada.patch(f"accounts/{world.lindner.pk}", {"place": "Linz"})
    tag = ada.get(f"accounts/{world.lindner.pk}")["ETag"]
    edit(Account.objects.filter(pk=world.lindner.pk), Change.tier("A"), label="Tier: A", by=world.ben)
    refused = ada.patch(f"accounts/{world.lindner.pk}", {"place": "Wels"}, etag=tag)
    assert refused.status_code == 412
    assert refused.json()["changed_by"] == "Ben Kern"
    assert refused.json()["theirs"] == {"tier": "A"}


def test_what_changed_lately_is_found_and_in_the_bin_what_changed_there(world, program):
    old = timezone.now() - dt.timedelta(days=400)
    Account._base_manager.update(changed_at=old)
    world.lindner.change(by=world.ada, place="Linz")
    gone = Account.add(by=None, name="Gone")
    gone.discard(by=None)
    since = (timezone.now() - dt.timedelta(days=30)).date().isoformat()
    found = program(world.admin).get(f"accounts?f=changed:after:{since}").json()["items"]
    assert [one["id"] for one in found] == [world.lindner.pk]
    binned = program(world.admin).get(f"accounts?bin=true&f=changed:after:{since}").json()["items"]
    assert [one["id"] for one in binned] == [gone.pk]
