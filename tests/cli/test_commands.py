"""token, undo, doctor: what they print, and their exit codes."""

from __future__ import annotations

import argparse
import contextlib
import json
from io import StringIO

import pytest
from django.core.management import call_command, get_commands, load_command_class
from django.core.management.base import CommandError

from kundenkreis.core.readiness import Readiness
from kundenkreis.customers.models import Account
from kundenkreis.fields import indexing
from kundenkreis.history.models import Batch
from kundenkreis.staff.models import ApiToken
from tests.fields.defining import define

OURS = sorted(name for name, app in get_commands().items() if app == "kundenkreis.cli")
WITH_JSON = {"backup", "doctor", "import", "person", "restore", "token", "touches", "undo"}


def said(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_the_commands_of_the_readme_are_there():
    assert {"backup", "demo", "doctor", "import", "restore", "serve", "token", "undo", "worker"} <= set(OURS)


@pytest.mark.parametrize("name", OURS)
def test_every_command_has_help_with_an_example(name):
    text = load_command_class("kundenkreis.cli", name).create_parser("kundenkreis", name).format_help()
    assert "Examples:" in text
    assert f"  kundenkreis {name}" in text
    assert "--pythonpath" not in text, "Django's own options would hide ours"


@pytest.mark.parametrize("name", sorted(WITH_JSON))
def test_what_a_program_would_read_is_there_as_json(name):
    parser = load_command_class("kundenkreis.cli", name).create_parser("kundenkreis", name)
    assert any("--json" in action.option_strings for action in parser._actions)


# --- token -----------------------------------------------------------------------------------------------------------


def test_a_token_is_made_once_and_works(world):
    made = json.loads(
        said("token", "create", "--user", "ADA@example.test", "--name", "ERP", "--scopes", "read,write", "--json")
    )
    token = ApiToken.find(made["key"])
    assert token is not None
    assert (token.user, token.name, token.scopes) == (world.ada, "ERP", ["read", "write"])
    assert made["key"] not in said("token", "list")
    assert made["key"] not in said("token", "list", "--json")


def test_a_revoked_token_is_useless(world):
    made = json.loads(said("token", "create", "--user", "ada@example.test", "--name", "ERP", "--json"))
    assert "is revoked" in said("token", "revoke", str(made["id"]))
    assert ApiToken.find(made["key"]) is None
    assert json.loads(said("token", "list", "--json"))[0]["state"] == "revoked"


def test_the_list_can_be_one_persons(world):
    said("token", "create", "--user", "ada@example.test", "--name", "hers")
    said("token", "create", "--user", "ben@example.test", "--name", "his")
    assert [row["name"] for row in json.loads(said("token", "list", "--user", "ben@example.test", "--json"))] == ["his"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            ["create", "--user", "nobody@example.test", "--name", "x"],
            "no active person with the address nobody@example.test",
        ),
        (["create", "--user", "ada@example.test", "--name", "x", "--scopes", "all"], "all is no scope"),
        (
            ["create", "--user", "ada@example.test", "--name", "x", "--scopes", "nonsense:read"],
            "nonsense:read is no scope",
        ),
        (["create", "--user", "rita@example.test", "--name", "x", "--scopes", "accounts:write"], "may only read"),
        (["create", "--user", "ada@example.test", "--name", "x", "--scopes", ","], "is no scope"),
        (["create", "--user", "ada@example.test", "--name", "x", "--days", "-1"], "cannot have ended before it begins"),
        (["revoke", "4711"], "There is no token 4711"),
    ],
)
def test_what_cannot_be_done_is_said(world, arguments, words):
    with pytest.raises(CommandError, match=words):
        said("token", *arguments)
    assert ApiToken.objects.count() == 0


# --- undo ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def batch(world) -> Batch:
    """A batch that added two accounts, one of which was changed since."""
    from kundenkreis.history.models import BatchChunk

    batch = Batch.objects.create(kind="import", label="customers.csv", state=Batch.State.DONE)
    first, second = (Account.add(by=world.ada, name=name) for name in ("Eins", "Zwei"))
    BatchChunk.objects.create(batch=batch, number=1, model="customers.account", added=[[first.pk, second.pk]])
    second.change(by=world.ada, name="Zwei und mehr")
    return batch


def test_a_dry_run_changes_nothing(batch):
    answer = json.loads(said("undo", str(batch.pk), "--dry-run", "--json"))
    assert (answer["undone"], answer["kept"], answer["dry_run"]) == (1, 1, True)
    assert Account.objects.filter(name="Eins").exists()


def test_a_batch_is_undone_and_later_changes_are_kept(batch, world):
    said_text = said("undo", str(batch.pk), "--by", "ada@example.test")
    assert "customers.csv: 1 records undone, 1 kept." in said_text
    assert not Account.objects.filter(name="Eins").exists()
    assert Account.objects.filter(name="Zwei und mehr").exists()
    batch.refresh_from_db()
    assert batch.state == Batch.State.UNDONE
    assert batch.events.get(verb="batch.undone").actor_id == world.ada.pk


def test_a_batch_cannot_be_undone_twice(batch):
    said("undo", str(batch.pk))
    with pytest.raises(CommandError, match="nothing was undone"):
        said("undo", str(batch.pk))


def test_an_unknown_batch_is_named(db):
    with pytest.raises(CommandError, match="There is no batch 4711"):
        said("undo", "4711")


# --- doctor ----------------------------------------------------------------------------------------------------------


def examined(*arguments: str) -> dict[str, dict]:
    """The doctor's findings by what they are about."""
    out = StringIO()
    with contextlib.suppress(SystemExit):
        call_command("doctor", "--json", *arguments, stdout=out)
    return {finding["what"]: finding for finding in json.loads(out.getvalue())["findings"]}


def test_the_doctor_looks_at_everything(world):
    assert set(examined()) == {
        "python", "database", "migrations", "data directory", "disk", "secret key", "web settings", "front end",
        "translations", "worker", "search index", "custom fields", "clock",
    }  # fmt: skip


def test_a_lost_index_of_a_custom_field_is_found(world):
    field = define("Seats", "number")
    assert examined()["custom fields"]["level"] == "ok"
    indexing.drop(field)
    assert examined()["custom fields"]["level"] == "warning"
    assert "seats" in examined()["custom fields"]["says"]


def test_a_search_index_out_of_step_is_found_and_mended(world):
    assert examined()["search index"]["level"] == "ok"
    Account.objects.filter(pk=world.lindner.pk).update(deleted_at="2026-01-01T00:00Z")
    finding = examined()["search index"]
    assert finding["level"] == "error"
    assert "--rebuild-search" in finding["do"]
    assert examined("--rebuild-search")["search index"]["level"] == "ok"


def test_a_database_that_is_not_there_is_an_error(db, monkeypatch):
    from kundenkreis.cli import diagnosis

    monkeypatch.setattr(diagnosis.readiness, "look", lambda thorough: Readiness(database="It is gone."))
    with pytest.raises(SystemExit) as end:
        said("doctor")
    assert end.value.code == 1
    findings = examined()
    assert findings["database"]["says"] == "It is gone."
    assert "search index" not in findings


@pytest.mark.parametrize(("mode", "level"), [(0o600, "ok"), (0o644, "error")])
def test_a_secret_key_that_others_can_read_is_an_error(tmp_path, settings, monkeypatch, mode, level):
    from kundenkreis.cli import diagnosis

    monkeypatch.delenv("KUNDENKREIS_SECRET_KEY", raising=False)
    settings.DATA_DIR = tmp_path
    (tmp_path / "secret_key").write_text("x" * 60)
    (tmp_path / "secret_key").chmod(mode)
    assert diagnosis.secret_key().level == level


@pytest.mark.parametrize(("free", "level"), [(400_000_000, "error"), (1_000_000_000, "warning"), (9_000_000_000, "ok")])
def test_little_disk_is_noticed(monkeypatch, free, level):
    from kundenkreis.cli import diagnosis

    monkeypatch.setattr(diagnosis.shutil, "disk_usage", lambda _folder: argparse.Namespace(free=free))
    assert diagnosis.disk().level == level


def test_a_data_directory_that_cannot_be_written_is_an_error(tmp_path, settings):
    from kundenkreis.cli import diagnosis

    (tmp_path / "file").write_text("in the way")
    settings.DATA_DIR = tmp_path / "file"
    assert diagnosis.data_directory().level == "error"


def test_plain_http_for_others_is_a_warning(settings):
    from kundenkreis.cli import diagnosis

    settings.ALLOWED_HOSTS = ["crm.example.com"]
    settings.DEBUG = settings.SESSION_COOKIE_SECURE = False
    assert diagnosis.web_settings().level == "warning"
    settings.SESSION_COOKIE_SECURE = True
    assert diagnosis.web_settings().level == "ok"
    settings.DEBUG = True
    assert diagnosis.web_settings().level == "error"
