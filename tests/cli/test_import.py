"""`kundenkreis import` on the command line."""

import datetime as dt
import json
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from kundenkreis.customers.models import Account
from kundenkreis.orders.models import Order
from kundenkreis.quality import importing
from kundenkreis.quality.models import ImportRun
from kundenkreis.rates.models import ExchangeRate

pytestmark = pytest.mark.django_db
RETAIL = "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country\n"
GOOD = "1,A,Lamp,1,2010-01-01,1.5,77,France\n"
BAD = "1,,=HYPERLINK(1),1,2010-01-01,1.5,77,France\n"


@pytest.fixture(autouse=True)
def pounds(db):
    ExchangeRate.objects.create(currency="GBP", on=dt.date(2009, 12, 1), rate=Decimal("0.9"))


@pytest.fixture
def file(tmp_path):
    def write(text: str, name: str = "sales.csv"):
        path = tmp_path / name
        path.write_text(text)
        return path

    return write


def test_every_row_stored_is_exit_code_0_and_one_json_object(file, capsys):
    call_command("import", str(file(RETAIL + GOOD)), "--as", "sales", "--json")
    answer = json.loads(capsys.readouterr().out)
    assert (answer["state"], answer["rows"], answer["counts"]["added"], answer["problems"]) == ("done", 1, 1, [])
    assert Order.objects.get().total == Decimal("1.50")


def test_rejected_rows_are_exit_code_1_and_a_file_that_imports_when_repaired(file, tmp_path, capsys):
    with pytest.raises(SystemExit) as exit_:
        call_command("import", str(file(RETAIL + GOOD + BAD)), "--rejected", str(tmp_path / "rejected.csv"))
    assert exit_.value.code == 1
    assert "Row 3, column “StockCode”: This must not be empty." in capsys.readouterr().out
    text = (tmp_path / "rejected.csv").read_text("utf-8-sig")
    assert text.splitlines()[0] == RETAIL.strip() + ",Problem"
    assert ",'=HYPERLINK(1)," in text
    repaired = file(text.replace("1,,'", "1,B,'"), "repaired.csv")
    call_command("import", str(repaired))
    assert set(Order.objects.get().lines.values_list("product__number", "description")) == {
        ("A", "Lamp"),
        ("B", "=HYPERLINK(1)"),
    }


def test_a_dry_run_says_what_would_be(file, capsys):
    call_command("import", str(file(RETAIL + GOOD)), "--dry-run")
    assert "Would be: 1 rows: " in capsys.readouterr().out
    assert not Order.objects.exists()


def test_fields_are_mapped_by_hand(file):
    call_command(
        "import",
        str(file("a;b\nNord GmbH;Linz\n")),
        "--as",
        "accounts",
        "--map",
        "name=a",
        "--map",
        "place=b",
        "--match",
        "name",
    )
    assert Account.objects.get(name="Nord GmbH").place == "Linz"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nowhere.csv"], "There is no file at “nowhere.csv”"),
        ([], "Name the file to import"),
        (["{file}", "--as", "unicorns"], "--as is one of: accounts"),
        (["{file}", "--as", "accounts", "--map", "name=Nothing"], "The file has no column “Nothing”."),
        (["{file}", "--user", "nobody@example.test"], "There is no active person"),
        (["--resume", "99"], "There is no import 99."),
    ],
)
def test_what_cannot_be_imported_is_exit_code_2_and_leaves_nothing(file, arguments, sentence):
    path = str(file(RETAIL + GOOD))
    with pytest.raises(CommandError, match=sentence) as error:
        call_command("import", *[argument.format(file=path) for argument in arguments])
    assert error.value.returncode in (1, 2)
    assert not ImportRun.objects.exists()


def test_an_empty_file_is_told_and_leaves_nothing(file):
    before = set(importing.folder().iterdir())
    with pytest.raises(CommandError, match="The file is empty") as error:
        call_command("import", str(file("")))
    assert error.value.returncode == 2
    assert set(importing.folder().iterdir()) == before


def test_ctrl_c_stops_after_the_chunk_and_the_run_goes_on(file, monkeypatch, capsys):
    import os
    import signal

    from kundenkreis.quality import running

    monkeypatch.setattr(running, "CHUNK", 1)
    monkeypatch.setattr(running, "SMALL_CHUNK", 1)
    real, taken = running._Walker.take, []

    def take(self, chunk):
        real(self, chunk)
        taken.append(chunk)
        if len(taken) == 2:
            os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(running._Walker, "take", take)
    rows = "".join(GOOD.replace("1,", f"{n},", 1) for n in range(1, 6))
    with pytest.raises(CommandError, match="Stopped after 2 rows. Go on with: kundenkreis import --resume"):
        call_command("import", str(file(RETAIL + rows)))
    run = ImportRun.objects.get()
    assert Order.objects.count() == 2
    call_command("import", "--resume", str(run.pk))
    assert Order.objects.count() == 5
    assert "5 rows: " in capsys.readouterr().out
