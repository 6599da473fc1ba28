"""A program brings a file in by the wizard's steps and under its rules."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from kundenkreis.customers.models import Account

CSV = b"Number,Name,Country\nZ-1,Zirbe GmbH,AT\nZ-2,Zeder KG,Narnia\n"


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


def send(program, content=CSV, **fields):
    fields["file"] = SimpleUploadedFile("kunden.csv", content)
    return program.client.post("/api/v1/imports", fields, headers=program.headers)


def prepared(program):
    run = send(program, target="accounts").json()
    answer = program.post(f"imports/{run['id']}/mapping", {"match_by": "number"})
    assert answer.json()["hindrances"] == [], answer.content
    return f"imports/{run['id']}"


def test_a_file_is_sent_mapped_tried_started_and_undone(world, program, django_capture_on_commit_callbacks):
    ada = program(world.ada)
    path = prepared(ada)
    for step in ("check", "start", "undo"):
        with django_capture_on_commit_callbacks(execute=True):
            assert ada.post(f"{path}/{step}").status_code == 200, step
        run = ada.get(path).json()
        assert isinstance(run["share"], float)
        if step == "check":
            assert (run["state"], run["forecast"]["rejected"]) == ("checked", 1), run
            assert not Account.objects.filter(number="Z-1").exists()
        if step == "start":
            assert (run["state"], run["counts"]["rejected"]) == ("done", 1)
            assert Account.objects.filter(number="Z-1").exists()
            assert [problem["row"] for problem in ada.get(f"{path}/problems").json()["items"]] == [3]
    assert run["state"] == "undone"
    assert not Account.objects.filter(number="Z-1").exists()


def test_what_hinders_is_said_and_a_step_out_of_turn_is_refused(world, program):
    ada = program(world.ada)
    path = prepared(ada)
    answer = ada.post(f"{path}/mapping", {"mapping": {"name": "Nowhere"}})
    assert "Nowhere" in " ".join(answer.json()["hindrances"])
    for step in ("start", "cancel", "undo"):
        assert ada.post(f"{path}/{step}").status_code == 409, step
    assert ada.post(f"{path}/mapping", {"target": "planets"}).status_code == 422


def test_nobody_else_prepares_or_begins_it_and_who_may_not_import_sends_nothing(world, program):
    path = prepared(program(world.ada))
    admin = program(world.admin)
    for step in ("mapping", "check", "start"):
        assert admin.post(f"{path}/{step}", {}).status_code == 403, step
    for step in ("mapping", "check", "start", "cancel", "undo"):
        assert program(world.cem).post(f"{path}/{step}", {}).status_code == 404, step
        assert program(world.ada, ["imports:read"]).post(f"{path}/{step}", {}).status_code == 403, step
    assert send(program(world.rita)).status_code == 403
    assert send(program(None)).status_code == 401


def test_what_is_no_table_or_too_large_is_refused_in_words(world, program, settings):
    ada = program(world.ada)
    assert send(ada, b"").status_code == 422
    assert send(ada, target="planets").status_code == 422
    assert ada.post("imports", {}).status_code == 415
    settings.UPLOAD_LIMIT = 10
    assert send(ada).status_code == 413


def test_what_became_what_the_last_time_is_listed(world, program, django_capture_on_commit_callbacks):
    ada = program(world.ada)
    path = prepared(ada)
    for step in ("check", "start"):
        with django_capture_on_commit_callbacks(execute=True):
            assert ada.post(f"{path}/{step}").status_code == 200, step
    [mapping] = ada.get("import-mappings?target=accounts").json()["items"]
    assert mapping["mapping"]["number"] == "Number"
    assert mapping["owner_id"] == world.ada.pk
