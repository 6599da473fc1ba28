"""The demo command around the building of the house (which has its own tests)."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from kundenkreis.cli.management.commands import demo
from kundenkreis.cli.progress import Progress
from kundenkreis.core.models import House
from kundenkreis.demo import building


@pytest.fixture
def built(db, tmp_path, settings, monkeypatch) -> list[str]:
    """How often the house was built; the building itself is left out."""
    settings.DATA_DIR = tmp_path
    calls: list[str] = []

    def build(progress) -> None:
        progress("Building", 1, 1)
        calls.append("built")
        House.objects.update_or_create(pk=1, defaults={"is_demo": True})

    monkeypatch.setattr(building, "build", build)
    return calls


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("demo", "--no-serve", *arguments, stdout=out)
    return out.getvalue()


def test_the_house_is_built_once(built):
    run()
    run()
    assert built == ["built"]


def test_the_people_and_their_password_are_told_each_time(built):
    for _time in range(2):
        said = run()
        assert "kundenkreis-demo" in said
        assert "alma@wholesale.example" in said


def test_a_real_house_is_not_filled_with_made_up_people(built, world):
    with pytest.raises(CommandError, match="holds a house that is not a demo"):
        run()
    assert built == []


def test_a_real_house_is_not_thrown_away(built, world):
    with pytest.raises(CommandError, match="so it is not deleted"):
        run("--reset")
    assert House.objects.model.__name__ == "House"
    assert world.ada.__class__.objects.filter(pk=world.ada.pk).exists()


def test_two_at_the_same_time_are_one_too_many(built):
    with demo.only_one(), pytest.raises(CommandError, match="Another `demo` is building"):
        run()
    assert built == []


@pytest.mark.slow
def test_a_half_built_house_is_built_anew(house):
    (house.folder / "demo.json").write_text(json.dumps({"state": "building"}))
    (house.folder / "kundenkreis.sqlite3-wal").touch()
    probe = (
        "from kundenkreis.cli.management.commands import demo; demo.throw_away(demo.read_mark());"
        "demo.migrate(print); from kundenkreis.staff.models import User; print(f'{User.objects.count()}{demo.read_mark()}')"
    )
    assert house.python(probe).splitlines()[-1] == "0"
    assert not (house.folder / "files").exists()


def test_a_log_gets_a_line_for_each_tenth(capsys):
    progress = Progress()
    for done in range(0, 1001, 10):
        progress("Importing", done, 1000)
    progress("Naming")
    lines = capsys.readouterr().out.splitlines()
    assert lines == [f"· Importing {tenth} %" for tenth in range(0, 101, 10)] + ["· Naming"]


def test_a_terminal_gets_a_bar():
    class Terminal(StringIO):
        def isatty(self) -> bool:
            return True

    out = Terminal()
    progress = Progress(out)
    progress("Importing", 262_730, 525_461)
    progress.end_line()
    assert out.getvalue().endswith(f"· Importing [{'█' * 15}{'·' * 15}]  50%  262,730 of 525,461\n")
