"""The server: it starts on a whole database only, and ends without leaving anything behind."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import time
import urllib.error
import urllib.request
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest

from kundenkreis.cli.management.commands import serve
from tests.cli.conftest import eventually

pytestmark = pytest.mark.slow


def family(process) -> set[int]:
    """The process and all that descend from it."""
    parents = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if fields[0] != "Z":
            parents[int(status.parent.name)] = int(fields[1])
    found = {process.pid}
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def alive(pids: set[int]) -> set[int]:
    def runs(pid: int) -> bool:
        try:
            return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
        except OSError:
            return False

    return {pid for pid in pids if runs(pid)}


def health(port: int) -> tuple[int, dict]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)
    except OSError:
        return 0, {}


@pytest.fixture
def served(house, free_port, started):
    """`served()` starts the house and waits until it is well."""

    def start(*arguments: str):
        process = house.start("serve", "--port", str(free_port), "--workers", "2", *arguments)
        started.append(process)
        assert eventually(lambda: f"ready: http://127.0.0.1:{free_port} " in house.log.read_text(), 60), (
            house.log.read_text()
        )
        assert health(free_port)[0] == 200
        return process, free_port

    return start


# On a busy machine the second web worker may still be loading, and rarely the signal meets it just while Granian takes over from us: then it
# is killed after a while and the log says so. Asked once more, and only about that.
@pytest.mark.flaky(reruns=1, only_rerun=["refused to gracefully stop"])
@pytest.mark.parametrize("how", ["SIGTERM", "SIGINT to everyone, as Ctrl-C does", "SIGHUP", "SIGKILL"])
def test_nothing_is_left_when_the_server_ends(house, served, how):
    process, port = served()
    everyone = family(process)
    assert len(everyone) == 4, "the supervisor, two web workers, one worker"
    if how.startswith("SIGINT"):
        os.killpg(process.pid, signal.SIGINT)
    else:
        process.send_signal(getattr(signal, how))
    code = process.wait(30)
    assert code == (-signal.SIGKILL if how == "SIGKILL" else 0)
    assert eventually(lambda: not alive(everyone), 15)
    assert health(port)[0] == 0
    assert house.log.read_text() == f"Kundenkreis is ready: http://127.0.0.1:{port}  (Ctrl-C ends it)\n"


@pytest.mark.parametrize("after", [0.6, 1.2, 1.8])
def test_a_server_that_is_stopped_while_it_starts_ends_at_once(house, free_port, started, after):
    process = house.start("serve", "--port", str(free_port), "--workers", "4")
    started.append(process)
    time.sleep(after)
    everyone = family(process)
    process.terminate()
    process.wait(30)
    assert eventually(lambda: not alive(everyone), 15)
    assert "refused to gracefully stop" not in house.log.read_text()


def test_a_killed_worker_is_started_again(served):
    process, port = served()
    worker = next(pid for pid in family(process) if b"worker" in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0"))
    os.kill(worker, signal.SIGKILL)
    assert eventually(lambda: health(port)[0] == 503)
    assert eventually(lambda: health(port)[0] == 200)


def test_without_a_worker_the_house_is_not_well(house, free_port, started):
    started.append(house.start("serve", "--port", str(free_port), "--no-worker"))
    assert eventually(lambda: health(free_port)[0] == 503)
    answer = health(free_port)[1]
    assert answer["status"] == "bad"
    assert answer["database"] == answer["migrations"] == "ok"
    assert "No worker is running" in answer["worker"]


def test_a_busy_port_is_a_sentence(house):
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        done = house.run("serve", "--port", str(port))
    assert done.returncode == 1
    assert done.stderr.startswith(f"CommandError: Port {port} is in use by another program.")


def test_an_empty_database_is_not_served(empty):
    done = empty.run("serve")
    assert done.returncode == 1
    assert "The database is empty. Run `kundenkreis migrate`" in done.stderr


def test_a_half_migrated_database_is_not_served(house):
    change(house, "DELETE FROM django_migrations WHERE app = 'quality'")
    done = house.run("serve")
    assert done.returncode == 1
    assert "The database is not fully migrated" in done.stderr
    assert "quality.0001" in done.stderr
    assert "Run `kundenkreis migrate`" in done.stderr


def test_a_database_from_before_the_migrations_were_put_together_is_migrated_as_any_other(house):
    change(house, "DELETE FROM django_migrations WHERE name = '0001_squashed'")
    assert "The database is not fully migrated" in house.run("serve").stderr
    assert house.run("migrate", "--verbosity", "0").returncode == 0
    assert house.run("doctor").returncode in (0, 1)
    assert "as this version wants it" in house.run("doctor").stdout


def test_a_database_that_stopped_half_way_to_them_is_not_served(house):
    change(house, "DELETE FROM django_migrations WHERE app = 'pipeline' AND name IN ('0001_squashed', '0008_lanes')")
    done = house.run("serve")
    assert done.returncode == 1
    assert "stopped half-way to version 0.1 (at pipeline." in done.stderr


def test_a_database_of_a_newer_version_is_not_served(house):
    change(house, "INSERT INTO django_migrations (app, name, applied) VALUES ('core', '9999_future', '2030-01-01')")
    done = house.run("serve")
    assert done.returncode == 1
    assert "prepared by a newer Kundenkreis (it knows core.9999_future)" in done.stderr


def test_a_database_that_lacks_a_table_is_not_served(house):
    change(house, "DROP TABLE files_version")
    done = house.run("serve")
    assert done.returncode == 1
    assert "the table files_version is missing" in done.stderr


def test_a_database_that_does_not_answer_is_a_sentence(house):
    house.settings = {"KUNDENKREIS_DATABASE_URL": "postgres://nobody@127.0.0.1:9/nothing"}
    for command in (["serve"], ["worker"], ["token", "list"], ["backup", "x.zip"]):
        done = house.run(*command)
        assert done.returncode == 1
        assert "The database cannot be reached" in done.stderr
        assert "Traceback" not in done.stderr


def change(house, statement: str) -> None:
    with closing(sqlite3.connect(house.folder / "kundenkreis.sqlite3")) as database, database:
        database.execute("PRAGMA foreign_keys=OFF")
        database.execute(statement)


@pytest.mark.django_db
def test_the_health_page_is_for_everybody_and_never_kept(client):
    answer = client.get("/health")
    assert answer.status_code in (200, 503)
    assert set(answer.json()) == {"status", "version", "database", "migrations", "worker"}
    assert "no-store" in answer.headers["Cache-Control"]
    assert client.post("/health").status_code == 405


@pytest.mark.parametrize(
    ("host", "said", "url"),
    [
        ("127.0.0.1", "", "http://127.0.0.1:8123"),
        ("0.0.0.0", "", "http://127.0.0.1:8123"),  # noqa: S104
        ("::1", "", "http://[::1]:8123"),
        ("127.0.0.1", "https://crm.example.com", "https://crm.example.com"),
    ],
)
def test_links_lead_to_where_it_is_served_unless_the_settings_say_otherwise(monkeypatch, settings, host, said, url):
    settings.PUBLIC_URL = said or "http://127.0.0.1:8000"
    monkeypatch.setenv("KUNDENKREIS_PUBLIC_URL", said)
    monkeypatch.setattr(serve.ports, "why_not", lambda _host, _port: "")
    monkeypatch.setattr("kundenkreis.cli.server.Server", lambda *_given: SimpleNamespace(run=lambda: None))
    serve.serve(host, 8123, 1, with_worker=False, say=print)
    assert (settings.PUBLIC_URL, os.environ["KUNDENKREIS_PUBLIC_URL"]) == (url, url)
