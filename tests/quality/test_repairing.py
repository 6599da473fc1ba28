"""The file of rejected rows: complete, in words, safe in a spreadsheet, and good to import again."""

import csv
import io

import pytest

from kundenkreis.customers.models import Account
from kundenkreis.quality import importing, repairing
from kundenkreis.quality.models import ImportRun
from tests.quality.imports import imported

pytestmark = pytest.mark.django_db


def rejected(run: ImportRun) -> list[dict[str, str]]:
    _name, pieces = repairing.problems_file(run)
    return list(csv.DictReader(io.StringIO(b"".join(pieces).decode("utf-8-sig"))))


def test_each_rejected_row_stands_there_once_with_all_that_is_wrong():
    run = imported("name,e-mail,tier,note\nA,a@,Z,keep\nB,b@firma.example,A,\n", target="accounts", match_by="name")
    rows = rejected(run)
    assert len(rows) == 1
    assert (rows[0]["name"], rows[0]["e-mail"], rows[0]["note"]) == ("A", "a@", "keep")
    assert "“a@” is not an e-mail address" in rows[0]["Problem"]


@pytest.mark.parametrize("cell", ["=1+1", "+CALL()", "-2+3", "@SUM(A1)", "\t=1"])
def test_no_cell_is_a_formula_for_a_spreadsheet(cell):
    assert repairing.safe(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["-12,50", "-1.234,56", "+43", "plain", "", "'quoted"])
def test_numbers_and_words_stay_as_they_are(cell):
    assert repairing.safe(cell) == cell


def test_a_repaired_file_goes_in_with_the_same_mapping_and_the_same_texts():
    run = imported(
        "title;number;mail\n=cmd|x;1;bad\n",
        target="accounts",
        mapping={"name": "title", "email": "mail"},
        match_by="name",
    )
    name, pieces = repairing.problems_file(run)
    text = b"".join(pieces).decode("utf-8-sig").replace("bad", "good@firma.example")
    again = importing.start_draft(io.BytesIO(text.encode()), name, None)
    assert (again.target, again.mapping) == ("accounts", {"name": "title", "email": "mail"})
    importing.run_now(again)
    assert Account.objects.get(email="good@firma.example").name == "=cmd|x"


def test_without_rejected_rows_the_file_has_only_headings():
    assert rejected(imported("name\nA\n", target="accounts", match_by="name")) == []


def test_cells_beyond_the_last_column_and_long_ones_come_back_whole():
    long = "x" * 5_000
    run = imported(
        f"name,place\nAlpha,Wels,extra1,extra2\nBeta,Linz,{long}\nGamma,Graz\n", target="accounts", match_by="name"
    )
    rows = rejected(run)
    assert [list(row.values()) for row in rows] == [
        ["Alpha", "Wels", rows[0]["Problem"], "extra1", "extra2"],
        ["Beta", "Linz", rows[1]["Problem"], long, ""],
    ]
    assert "4 cells where 2 are expected" in rows[0]["Problem"]


def test_a_row_with_too_many_cells_can_be_repaired_in_the_file_of_rejected_rows():
    run = imported("name,place,note\nGamma,Graz,e\nAlpha,Wels,a,b\nBeta,Linz,c,d\n", target="accounts", match_by="name")
    name, pieces = repairing.problems_file(run)
    lines = list(csv.reader(io.StringIO(b"".join(pieces).decode("utf-8-sig"))))
    lines[1] = ["Alpha", "Wels", "a b", "", ""]  # one is repaired, the other sent again as it was
    text = "\n".join(",".join(f'"{cell}"' for cell in line) for line in lines)
    again = importing.start_draft(io.BytesIO(text.encode()), name, None)
    assert (again.target, again.mapping) == ("accounts", run.mapping)
    importing.run_now(again)
    assert (again.counts["added"], again.counts["rejected"]) == (1, 1)
    assert Account.objects.get(name="Alpha").place == "Wels"
    (left,) = rejected(again)
    assert list(left.values()) == ["Beta", "Linz", "c", left["Problem"], "d"]
    assert "4 cells where 3 are expected" in left["Problem"]
