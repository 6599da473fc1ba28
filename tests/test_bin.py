"""The shell commands on machines that lack something: each says so in one sentence, before long work."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# fmt: off
TOOLS = [
    "bash", "env", "dirname", "basename", "df", "awk", "sed", "grep", "cat", "tail", "mkdir", "mktemp", "rm", "id", "sh",
]
# fmt: on


class Checkout:
    """A copy of what the commands need, and a PATH with nothing but what a bare machine has."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.path = folder / "checkout", folder / "path"
        self.path.mkdir()
        shutil.copytree(ROOT / "bin", self.folder / "bin", ignore=shutil.ignore_patterns("__pycache__"))
        (self.folder / "kundenkreis" / "cli").mkdir(parents=True)
        shutil.copy(ROOT / "kundenkreis" / "cli" / "ports.py", self.folder / "kundenkreis" / "cli")
        for name in ("pyproject.toml", "requirements.lock", "requirements-dev.lock"):
            shutil.copy(ROOT / name, self.folder)
        for tool in TOOLS:
            if found := shutil.which(tool):
                (self.path / tool).symlink_to(found)
        self.log = folder / "calls"
        self.log.touch()

    def tool(self, name: str, script: str) -> None:
        """Put a program of this name on the PATH."""
        self._script(self.path / name, script)

    def has_python(self) -> None:
        self.tool("python3", f'exec "{sys.executable}" "$@"')

    def has_venv(self) -> None:
        """A virtual environment whose pip and build only write down that they were called."""
        (self.folder / ".venv" / "bin").mkdir(parents=True)
        self._script(
            self.folder / ".venv" / "bin" / "python",
            f"""
            case "$*" in
                *"-m pip"*|*build_hook*|*"-m kundenkreis"*|*"-m pytest"*) echo "$*" >>"{self.log}"; exit 0 ;;
                *_postgres.py*) exit 1 ;;
            esac
            exec "{sys.executable}" "$@"
            """,
        )

    def _script(self, path: Path, script: str) -> None:
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    def run(self, command: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [str(self.folder / "bin" / command), *arguments],
            env={"PATH": str(self.path), "HOME": str(self.folder), "LC_ALL": "C.UTF-8", **environment},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def calls(self) -> list[str]:
        return self.log.read_text().splitlines()


@pytest.fixture
def checkout(tmp_path) -> Checkout:
    return Checkout(tmp_path)


def one_sentence(done: subprocess.CompletedProcess, words: str) -> None:
    assert done.returncode == 1, done.stdout + done.stderr
    assert words in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_machine_without_python_is_told_what_to_install(checkout):
    one_sentence(
        checkout.run("demo"),
        "needs Python 3.11 or newer, and there is none. On Debian or Ubuntu: sudo apt install python3",
    )


def test_a_machine_with_an_old_python_is_told_which_one_it_has(checkout):
    checkout.tool("python3", 'case "$1" in --version) echo Python 3.9.2 ;; *) exit 1 ;; esac')
    one_sentence(checkout.run("demo"), "this machine has Python 3.9.2")


def test_a_newer_python_beside_an_old_one_is_found(checkout):
    checkout.tool("python3", "exit 1")
    checkout.tool("python3.12", f'exec "{sys.executable}" "$@"')
    checkout.has_venv()
    assert checkout.run("demo", "--no-serve").returncode == 0


def test_a_missing_venv_module_is_named(checkout):
    checkout.tool("python3", f'case "$*" in *ensurepip*) exit 1 ;; esac; exec "{sys.executable}" "$@"')
    one_sentence(checkout.run("demo"), "sudo apt install python3-venv")


def test_a_full_disk_is_noticed_before_anything_is_installed(checkout):
    checkout.has_python()
    (checkout.path / "df").unlink()
    checkout.tool("df", 'printf "Filesystem 1024-blocks Used Available Capacity Mounted\\n/dev/x 9 9 102400 99%% /\\n"')
    one_sentence(checkout.run("demo", "--no-serve"), "has 100 MB free and the installation needs 2500 MB")
    assert not (checkout.folder / ".venv").exists()


def test_a_busy_port_is_noticed_before_anything_is_installed(checkout):
    checkout.has_python()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        one_sentence(checkout.run("demo", "--port", str(port)), f"Port {port} is in use by another program")
    assert not (checkout.folder / ".venv").exists()


@pytest.mark.parametrize("command", ["demo", "dev"])
def test_a_port_is_a_number(checkout, command):
    checkout.has_python()
    done = checkout.run(command, *(["--port", "http"] if command == "demo" else ["http"]))
    assert done.returncode == 2
    assert "not http" in done.stderr


def test_an_unknown_option_is_a_wrong_call(checkout):
    done = checkout.run("demo", "--prot", "8000")
    assert done.returncode == 2
    assert "I do not know --prot" in done.stderr


@pytest.mark.parametrize("command", ["demo", "test", "dev", "check"])
def test_help_needs_nothing_installed(checkout, command):
    done = checkout.run(command, "--help")
    assert done.returncode == 0
    assert f"bin/{command}" in done.stdout


@pytest.mark.slow
def test_a_machine_without_network_is_told_so(checkout):
    checkout.has_python()
    unreachable = {"PIP_CONFIG_FILE": os.devnull, "PIP_INDEX_URL": "http://127.0.0.1:9/simple"}
    done = checkout.run("demo", "--no-serve", **unreachable)
    assert done.returncode == 1
    assert "Is the network reachable?" in done.stderr.splitlines()[-1]


def test_the_second_run_installs_nothing(checkout):
    checkout.has_python()
    checkout.has_venv()
    first = checkout.run("demo", "--no-serve")
    assert first.returncode == 0, first.stderr
    assert len([call for call in checkout.calls() if "pip" in call]) == 2
    checkout.log.write_text("")
    second = checkout.run("demo", "--no-serve")
    assert second.returncode == 0
    assert [call for call in checkout.calls() if "pip" in call] == []
    assert "Installing" not in second.stdout


def test_a_changed_lock_file_is_installed(checkout):
    checkout.has_python()
    checkout.has_venv()
    checkout.run("demo", "--no-serve")
    with (checkout.folder / "requirements.lock").open("a") as lock:
        lock.write("one-more==1.0\n")
    checkout.log.write_text("")
    checkout.run("demo", "--no-serve")
    assert len([call for call in checkout.calls() if "pip" in call]) == 2


def test_the_demo_keeps_its_data_in_the_checkout(checkout):
    checkout.has_python()
    checkout.has_venv()
    checkout.run("demo", "--port", "8123", "--reset", "--no-serve")
    assert any(
        "-m kundenkreis demo --port 8123 --host 127.0.0.1 --reset --no-serve" in call for call in checkout.calls()
    )


def test_missing_services_are_named_when_tests_run(checkout):
    checkout.has_python()
    checkout.has_venv()
    done = checkout.run("test", "tests/nothing")
    assert done.returncode == 0, done.stderr
    assert "Skipped: PostgreSQL, because no server on this machine" in done.stdout
    assert "Skipped: Chromium, because it is not installed" in done.stdout
    assert [call for call in checkout.calls() if "pytest" in call] == [
        "-m pytest -n auto --dist worksteal -m not browser tests/nothing"
    ]


def test_missing_services_are_an_error_where_they_are_required(checkout):
    checkout.has_python()
    checkout.has_venv()
    done = checkout.run("test", KUNDENKREIS_REQUIRE_SERVICES="1")
    assert done.returncode == 1
    assert "PostgreSQL is required here" in done.stderr
    assert [call for call in checkout.calls() if "pytest" in call] == []
