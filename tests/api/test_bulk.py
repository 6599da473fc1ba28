"""Many records in one request."""

from __future__ import annotations

import time

import pytest

from kundenkreis.core import search
from kundenkreis.customers.models import Account, Contact
from kundenkreis.history.models import Batch, Event
from kundenkreis.staff import access


def test_all_rows_are_stored_as_one_batch(world, program):
    ada = program(world.ada)
    rows = [{"name": f"Firma {n}", "country": "AT"} for n in range(20)]
    answer = ada.post("accounts/bulk", {"items": rows})
    assert answer.status_code == 201
    assert answer.json()["added"] == 20
    made = Account.objects.in_bulk(answer.json()["ids"])
    assert [made[pk].name for pk in answer.json()["ids"]] == [row["name"] for row in rows]
    assert len({account.number for account in made.values()}) == 20
    assert all(
        account.owner == world.ada and account.team == world.ada.team and account.version == 1
        for account in made.values()
    )
    batch = Batch.objects.get(pk=answer.json()["batch_id"])
    assert batch.counts == {"customers.account": {"added": 20}}
    assert Event.objects.filter(batch=batch).count() == 1


def test_what_came_in_bulk_is_found_by_the_search_box(world, program):
    pk = program(world.ada).post("accounts/bulk", {"items": [{"name": "Zwirnknopf GmbH"}]}).json()["ids"][0]
    assert [hit.subject_id for hit in search.find(search.ACCOUNT, "zwirnknopf")] == [pk]


def test_numbers_go_on_after_a_bulk_request(world, program):
    ada = program(world.ada)
    ada.post("accounts/bulk", {"items": [{"name": "A"}, {"name": "B"}]})
    numbers = [ada.post("accounts", {"name": name}).json()["number"] for name in "CD"]
    assert len({*numbers, *Account.objects.values_list("number", flat=True)}) == Account.objects.count()


def test_one_wrong_row_stores_nothing_and_is_named(world, program):
    rows = [
        {"name": "Gut"},
        {"name": ""},
        {"name": "Auch gut", "tier": "Z"},
        {"name": "Doppelt", "number": world.lindner.number},
    ]
    answer = program(world.ada).post("accounts/bulk", {"items": rows})
    assert answer.status_code == 422
    assert {error["pointer"] for error in answer.json()["errors"]} == {"/items/1/name", "/items/2/tier"}
    again = program(world.ada).post(
        "accounts/bulk", {"items": [rows[0], rows[3], rows[3] | {"number": "X1"}, rows[0] | {"number": "X1"}]}
    )
    assert again.status_code == 422
    assert {error["pointer"] for error in again.json()["errors"]} == {"/items/1/number", "/items/3/number"}
    assert Account.objects.count() == 2
    assert not Batch.objects.exists()


def test_partial_stores_the_good_rows(world, program):
    rows = [{"name": "Gut"}, {"name": ""}, {"name": "Doppelt", "number": world.lindner.number}, {"name": "Auch gut"}]
    answer = program(world.ada).post("accounts/bulk?partial=true", {"items": rows}).json()
    assert (answer["added"], answer["refused"]) == (2, 2)
    assert [pk is not None for pk in answer["ids"]] == [True, False, False, True]
    assert {error["pointer"] for error in answer["errors"]} == {"/items/1/name", "/items/2/number"}
    assert Account.objects.count() == 4


def test_a_request_without_a_good_row_leaves_no_batch(world, program):
    answer = program(world.ada).post(
        "accounts/bulk?partial=true", {"items": [{"name": ""}, {"number": world.lindner.number, "name": "x"}]}
    )
    assert answer.json()["batch_id"] is None
    assert not Batch.objects.exists()


def test_a_bulk_request_can_be_undone(world, program):
    ada = program(world.ada)
    tag = program(world.ben).post("tags", {"name": "Fair"}).json()["id"]
    made = ada.post("accounts/bulk", {"items": [{"name": f"Firma {n}", "tag_ids": [tag]} for n in range(5)]}).json()
    ada.patch(f"accounts/{made['ids'][0]}", {"place": "Wels"})
    assert program(world.cem).post(f"batches/{made['batch_id']}/undo").status_code == 404
    undone = ada.post(f"batches/{made['batch_id']}/undo")
    assert undone.json()["kept_records"] == [["customers.account", made["ids"][0]]]
    assert set(Account.objects.filter(pk__in=made["ids"]).values_list("pk", flat=True)) == {made["ids"][0]}
    assert ada.post(f"batches/{made['batch_id']}/undo").status_code == 409


def test_rows_that_keep_others_in_step_are_written_one_by_one(world, program):
    people = (
        program(world.ada)
        .post("contacts/bulk", {"items": [{"family_name": f"Huber {n}"} for n in range(3)]})
        .json()["ids"]
    )
    rows = [{"contact_id": pk, "account_id": world.lindner.pk, "job_title": "Buyer"} for pk in people]
    answer = program(world.ada).post("positions/bulk", {"items": [*rows, rows[0]]})
    assert answer.status_code == 422
    assert {error["pointer"] for error in answer.json()["errors"]} == {"/items/3"}
    assert program(world.ada).post("positions/bulk", {"items": rows}).json()["added"] == 3
    assert set(Contact.objects.filter(pk__in=people).values_list("main_account", "job_title")) == {
        (world.lindner.pk, "Buyer")
    }


def test_a_constraint_of_the_database_is_answered_by_row(world, program):
    rows = [{"account_id": world.lindner.pk, "person_id": world.ben.pk, "role": "finance"}] * 2
    answer = program(world.ada).post("account-team/bulk?partial=true", {"items": rows}).json()
    assert (answer["added"], answer["refused"]) == (1, 1)


def test_references_are_looked_up_among_what_one_sees(world, program):
    rows = [{"kind": "note", "subject": "a", "account_id": pk} for pk in (world.lindner.pk, world.brauneis.pk)]
    answer = program(world.ada).post("activities/bulk", {"items": rows})
    assert answer.json()["errors"] == [{"pointer": "/items/1/account_id", "detail": "There is no such record."}]


def test_a_role_with_a_narrow_reach_adds_no_more_than_one_by_one(world, program):
    from kundenkreis.staff.roles import Role
    from tests import world as cast

    mark = cast.person("mark", "Mark", "Et", Role.MARKETING, world.north)
    assert access.scope(mark, "accounts.add") != access.ALL
    asking = program(mark)
    assert asking.post("accounts/bulk", {"items": [{"name": "Meins"}]}).status_code == 201
    assert asking.post("accounts/bulk", {"items": [{"name": "Keins", "owner_id": None}]}).status_code == 403
    assert not Account.objects.filter(name="Keins").exists()


@pytest.mark.parametrize(
    "body", [{}, {"items": []}, {"items": {}}, {"items": [{}], "x": 1}, [], 7, {"items": [1, None, "x"]}]
)
def test_a_bulk_body_of_another_form_is_refused(world, program, body):
    assert program(world.ada).post("accounts/bulk", body).status_code == 422


def test_more_than_ten_thousand_rows_are_refused(world, program):
    answer = program(world.ada).post("accounts/bulk", {"items": [{"name": "x"}] * 10_001})
    assert answer.status_code == 422
    assert not Account.objects.filter(name="x").exists()


@pytest.mark.slow
def test_ten_thousand_contacts_come_in_within_seconds(world, program):
    rows = [
        {"family_name": f"Huber {n}", "given_name": "Eva", "email": f"eva{n}@example.test", "language": "de"}
        for n in range(10_000)
    ]
    began = time.process_time()
    answer = program(world.ada).post("contacts/bulk", {"items": rows})
    assert answer.json()["added"] == 10_000
    assert time.process_time() - began < 10  # about 2 s on a quiet machine; wide, because other tests run beside it
