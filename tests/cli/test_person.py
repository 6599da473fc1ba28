"""The first administrator comes from the command line; the password is asked for and never shown."""

from __future__ import annotations

import getpass
import io
import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from kundenkreis.history.models import Event
from kundenkreis.staff.models import User

pytestmark = pytest.mark.django_db
SECRET = "seven green lanterns"  # noqa: S105


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def said(*arguments: str) -> str:
    out = StringIO()
    call_command("person", *arguments, stdout=out, stderr=out)
    return out.getvalue()


def add(*more: str, email: str = "alma@house.test") -> str:
    return said("add", email, "--first-name", "Alma", "--last-name", "Adler", *more)


@pytest.fixture
def typed(monkeypatch):
    """Answers at a terminal, one after the other; the questions are returned."""
    answers, asked = [SECRET, SECRET], []
    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr(getpass, "getpass", lambda question: asked.append(question) or answers.pop(0))
    return answers


def test_the_first_administrator_is_added_and_can_sign_in(client, typed):
    text = add()
    alma = User.objects.get()
    assert (alma.email, alma.role, alma.check_password(SECRET)) == ("alma@house.test", "administrator", True)
    assert SECRET not in text
    assert SECRET not in json.dumps([event.changes for event in Event.objects.all()])
    assert client.login(username=alma.email, password=SECRET)


def test_a_program_gives_the_password_by_standard_input_and_reads_json(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{SECRET}\n"))
    made = json.loads(add("--role", "read_only", "--json"))
    assert made == {
        "id": User.objects.get().pk,
        "email": "alma@house.test",
        "name": "Alma Adler",
        "role": "read_only",
        "is_active": True,
    }
    assert json.loads(said("list", "--json")) == [made]
    assert "alma@house.test" in said("list")


def test_two_passwords_that_differ_add_nobody(typed):
    typed[1] = "another one altogether"
    with pytest.raises(CommandError, match="differ"):
        add()
    assert not User.objects.exists()


@pytest.mark.parametrize("weak", ["short", "", "password1234"])
def test_a_weak_password_is_refused_with_its_reason(typed, weak):
    typed[:] = [weak, weak]
    with pytest.raises(CommandError, match="password"):
        add()
    assert not User.objects.exists()


def test_an_address_that_is_there_is_refused_before_a_password_is_asked_for(world, typed):
    with pytest.raises(CommandError, match="already"):
        add(email="ADA@example.test")
    assert len(typed) == 2


def test_what_is_no_address_is_refused(typed):
    with pytest.raises(CommandError, match="mail"):
        add(email="alma")
    assert not User.objects.exists()
