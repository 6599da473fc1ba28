"""Houses of their own, on the disk, for commands that are run as a person runs them."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PREPARE = """
from kundenkreis.staff.models import User
User.objects.create_user("ada@example.com", "correct horse battery", first_name="Ada", last_name="Adler", role="administrator")
"""


class Installation:
    """A data directory, and the command line working on it."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self.settings = settings
        self.log = folder.with_name(f"{folder.name}.log")

    @property
    def environment(self) -> dict[str, str]:
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("KUNDENKREIS_", "DJANGO_", "PYTEST_"))}
        return clean | {"KUNDENKREIS_DATA_DIR": str(self.folder), "PYTHONPATH": str(ROOT), **self.settings}

    def run(self, *arguments: str | Path, timeout: float = 60) -> subprocess.CompletedProcess:
        return subprocess.run(
            [sys.executable, "-m", "kundenkreis", *map(str, arguments)],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def python(self, code: str) -> str:
        """Run Python in the house; what it prints."""
        done = self.run("shell", "--no-imports", "--command", code)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def start(self, *arguments: str) -> subprocess.Popen:
        return subprocess.Popen(
            [sys.executable, "-m", "kundenkreis", *arguments],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=self.log.open("w"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


@pytest.fixture(scope="session")
def prepared(tmp_path_factory) -> Path:
    """A migrated house with one person, to copy from."""
    folder = tmp_path_factory.mktemp("prepared")
    house = Installation(folder)
    done = house.run("migrate", "--skip-checks", "--verbosity", "0", timeout=180)
    assert done.returncode == 0, done.stderr
    house.python(PREPARE)
    (folder / "files").mkdir()
    (folder / "files" / "letter.txt").write_text("Dear Ada")
    return folder


@pytest.fixture(scope="session")
def backup_of_prepared(prepared, tmp_path_factory) -> Path:
    """Its backup; copy it before changing it."""
    path = tmp_path_factory.mktemp("backup") / "house.zip"
    done = Installation(prepared).run("backup", path)
    assert done.returncode == 0, done.stderr
    return path


@pytest.fixture
def house(prepared, tmp_path) -> Installation:
    shutil.copytree(prepared, tmp_path / "house")
    return Installation(tmp_path / "house")


@pytest.fixture
def empty(tmp_path) -> Installation:
    """A new machine: an empty data directory."""
    (tmp_path / "empty").mkdir()
    return Installation(tmp_path / "empty")


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def started() -> Iterator[list[subprocess.Popen]]:
    """Whatever a test puts here is ended after it."""
    processes: list[subprocess.Popen] = []
    yield processes
    for process in processes:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def eventually(holds, seconds: float = 20) -> bool:
    """True as soon as it holds, False if it did not in time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if holds():
            return True
        time.sleep(0.1)
    return False
