"""A test copy: what is in it, what is not, and that nothing leaves it; a way from it to the live house by the command line."""

import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import override_settings

from kundenkreis.activities import morning
from kundenkreis.cli import test_copying
from kundenkreis.configuration import document
from kundenkreis.configuration.models import Origin
from kundenkreis.core.models import House
from kundenkreis.core.sending import EmailBackend
from kundenkreis.fields import picking
from kundenkreis.fields.models import CustomField
from kundenkreis.history.models import Batch
from kundenkreis.staff.models import ApiToken, User
from tests.fields.defining import define

pytestmark = pytest.mark.django_db(transaction=True)
HOUSE = Path(__file__).resolve().parents[2]


def run(*arguments):
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def in_copy(made, *arguments):
    """A command of the copy, in a process of its own as an administrator runs it."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("KUNDENKREIS_") and name != "DJANGO_SETTINGS_MODULE"
    }
    environment = kept | made.environment | {"PYTHONPATH": str(HOUSE), "KUNDENKREIS_SECRET_KEY": "another one"}
    done = subprocess.run(
        [sys.executable, "-m", "kundenkreis", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        cwd=HOUSE,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def elsewhere(tmp_path, db, django_db_blocker, monkeypatch):
    """Folder of the copy and, on PostgreSQL, a database of its own. Tests may else open no database that the settings do not know."""
    monkeypatch.setattr(BaseDatabaseWrapper, "ensure_connection", django_db_blocker._real_ensure_connection)
    if connection.vendor == "sqlite":
        yield tmp_path / "copy", ""
        return
    name = f"{connection.settings_dict['NAME']}_copy"
    given = connection.settings_dict
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
    host = str(given["HOST"]).replace("/", "%2F")
    password = f":{given['PASSWORD']}" if given["PASSWORD"] else ""
    yield tmp_path / "copy", f"postgres://{given['USER']}{password}@{host}:{given['PORT']}/{name}"
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def made_of(elsewhere):
    folder, url = elsewhere
    return test_copying.make(folder, lambda *_all: None, database_url=url)


@pytest.fixture
def admin(db):
    return User.objects.create_user(
        email="alma@wholesale.example",
        password="a long password",
        role="administrator",
        first_name="Alma",
        last_name="Adler",
    )


def test_the_way_from_live_to_a_test_copy_and_back(admin, elsewhere, tmp_path):
    """Copy, change there, compare and go live, in the words of the commands."""
    House.current()
    define("Hours")
    picking.add(picking.get("accounts.industry"), "Trade", "Handel", by=admin)
    (Path(settings.DATA_DIR) / "erasures.jsonl").touch()
    made = made_of(elsewhere)
    assert (made.folder / "erasures.jsonl").exists() and (
        made.folder / test_copying.ENVIRONMENT
    ).stat().st_mode & 0o077 == 0
    # In the copy an administrator loads what she has prepared.
    prepared = document.as_json()
    prepared["parts"]["custom_fields"]["accounts.hours"]["label_en"] = "Opening hours"
    wanted = tmp_path / "wanted.json"
    wanted.write_text(json.dumps(prepared))
    in_copy(made, "configuration", "apply", str(wanted), "--by", admin.email)
    tried = tmp_path / "tried.json"
    in_copy(made, "configuration", "export", str(tried))
    assert set(json.loads(tried.read_text())["base"]["custom_fields"]) == {"accounts.hours"}
    assert CustomField.objects.get().label_en == "Hours", "the live house knows nothing of it"
    # Meanwhile the live house has changed by itself.
    define("Later")
    told = run("configuration", "compare", str(tried))
    assert "Opening hours" in told and "Later" not in told
    assert "1 definitions" in run("configuration", "apply", str(tried), "--by", admin.email)
    assert CustomField.objects.get(key="hours").label_en == "Opening hours"
    assert "already" in run("configuration", "compare", str(tried))
    assert Batch.objects.get(kind="configuration").actor_id == admin.pk


def test_what_leads_in_or_out_is_not_in_the_copy(admin, elsewhere, client):
    House.current()
    link = default_token_generator.make_token(admin)
    client.force_login(admin, backend="kundenkreis.web.signin.Backend")
    ApiToken.issue(user=admin, name="Shop", scopes=["accounts"], by=admin)
    made = made_of(elsewhere)
    database = connection.settings_dict | (
        {"NAME": str(made.folder / test_copying.DATABASE)}
        if connection.vendor == "sqlite"
        else {"NAME": connection.settings_dict["NAME"] + "_copy"}
    )
    with test_copying._opened(database):
        using = test_copying.ALIAS
        house = House.objects.using(using).get()
        there = User._base_manager.using(using).get(email=admin.email)
        assert house.is_test_copy and house.copied_at is not None
        assert not ApiToken.objects.using(using).exists()
        assert not default_token_generator.check_token(there, link), "a link to set a password is worth nothing there"
        assert Session.objects.count() == 1 and not Session.objects.using(using).exists()
        assert Origin.objects.using(using).get().house == house.name
    assert not House.current().is_test_copy


def test_no_mail_leaves_a_test_copy_and_every_page_says_what_it_is(admin, client):
    House.current()
    client.force_login(admin, backend="kundenkreis.web.signin.Backend")

    def has_banner(page):
        return b'id="test-copy"' in client.get(page, follow=True).content

    assert not has_banner("/house/configuration/")
    House.objects.update(is_test_copy=True)
    House.forget()
    assert (
        EmailBackend(host="nowhere.invalid").send_messages(
            [mail.EmailMessage("A", "B", "c@d.example", ["e@f.example"])]
        )
        == 0
    )
    for page in ("/", "/house/configuration/", "/accounts/", "/signin/login/"):
        client.logout() if page == "/signin/login/" else None
        assert has_banner(page), page
    with override_settings(EMAIL_BACKEND="kundenkreis.core.sending.EmailBackend"):
        assert not morning._can_mail(admin)
    with pytest.raises(CommandError, match="test copy itself"):
        run("testcopy", "/nowhere/at/all")


def test_a_copy_is_refused_where_it_would_do_harm(admin, tmp_path):
    House.current()
    full = tmp_path / "full"
    full.mkdir()
    (full / "something").touch()
    for folder, said in ((full, "not empty"), (Path(settings.DATA_DIR) / "inside", "outside")):
        with pytest.raises(test_copying.CannotCopy, match=said):
            test_copying.make(
                folder, lambda *_all: None, database_url="" if connection.vendor == "sqlite" else "postgres:///other"
            )
    with pytest.raises(CommandError, match="no test copy"):
        run("testcopy", "--erasures", str(full / "something"))
    with pytest.raises(CommandError, match="no part"):
        run("configuration", "export", str(tmp_path / "x.json"), "--part", "weather")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["full"]
