"""Files as they come: what cannot be taken in is said in words and not kept, what is written strangely is understood."""

import errno
import io
import zipfile

import pytest
import xlsxwriter
from django.test import Client

from kundenkreis.customers.models import Account
from kundenkreis.quality.models import ImportRun
from tests.web.imports.clicking import COMPANIES, drafted, imported, mapped, sent, text_of


def test_a_file_without_the_form_s_token_is_refused_and_not_kept(world, uploads):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(world.ben, backend="kundenkreis.web.signin.Backend")
    assert sent(strict, COMPANIES).status_code == 403
    assert not ImportRun.objects.exists()
    assert not list(uploads.iterdir())


def test_nobody_uploads_without_signing_in(db, uploads):
    assert sent(Client(), COMPANIES).status_code == 302
    assert not ImportRun.objects.exists()


# --- large files and full disks ----------------------------------------------------------------------------------------


def test_a_file_beyond_the_limit_is_refused_with_the_limit(client, settings, uploads):
    settings.UPLOAD_LIMIT = 1000
    answer = sent(client, "Name\n" + "Zirbe GmbH\n" * 200)
    assert answer.status_code == 413
    assert "The file is larger than 1\N{NO-BREAK SPACE}kB, so it was not taken in." in text_of(answer)
    assert not list(uploads.iterdir())


def test_a_file_that_hides_its_size_is_refused_all_the_same(client, settings, uploads, monkeypatch):
    settings.UPLOAD_LIMIT = 1000
    monkeypatch.setattr("kundenkreis.web.uploads.int", lambda text: 0, raising=False)
    assert sent(client, "Name\n" + "Zirbe GmbH\n" * 200).status_code == 413
    assert not list(uploads.iterdir())


def test_a_full_disk_is_a_sentence_and_leaves_nothing_behind(client, uploads, monkeypatch):
    def full(self, data):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("kundenkreis.web.uploads._Upload.write", full, raising=False)
    answer = sent(client, COMPANIES)
    assert answer.status_code == 507
    assert "The disk of the server is full." in text_of(answer)
    assert not list(uploads.iterdir())
    assert not ImportRun.objects.exists()


def test_a_disk_that_fills_while_pasted_cells_are_kept_leaves_nothing_behind(client, uploads, monkeypatch):
    def full(*_args):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("kundenkreis.quality.drafting.shutil.copyfileobj", full)
    answer = client.post("/imports/new/", {"pasted": "Name\nZirbe", "target": "accounts"})
    assert answer.status_code == 507
    assert not list(uploads.iterdir())


def test_an_upload_lies_on_the_disk_once(client, uploads):
    drafted(client, COMPANIES)
    assert [path.name.partition("-")[2] for path in uploads.iterdir()] == ["companies.csv"]


# --- bad input, named --------------------------------------------------------------------------------------------------


def workbook(rows, formula=None):
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet("Companies")
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    if formula:
        sheet.write_formula("B2", formula, None, "2")
    book.close()
    return out.getvalue()


def zip_bomb():
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook([["Name"]]))) as real,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bomb,
    ):
        for name in real.namelist():
            bomb.writestr(name, real.read(name))
        bomb.writestr("xl/media/filler.xml", b" " * 300_000_000)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("empty.csv", lambda: b"", "The file is empty. Choose a file with a row of column names and rows below it."),
        ("report.csv", lambda: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n", "whatever its name says"),
        ("bomb.xlsx", zip_bomb, "The workbook was not opened: unpacked it would be far larger"),
        ("table.pdf", lambda: COMPANIES.encode(), "The file calls itself “.pdf”"),
        ("broken.xlsx", lambda: workbook([["Name"], ["x"]])[:300], "it is damaged or cut off"),
    ],
)
def test_a_file_that_is_no_table_is_refused_in_words_and_not_kept(client, uploads, name, content, sentence):
    answer = sent(client, content(), name=name)
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert not ImportRun.objects.exists()
    assert not list(uploads.iterdir())


def test_two_hundred_columns_are_shown_in_part_and_all_can_be_mapped(client):
    names = [f"Field {n}" for n in range(199)]
    run = drafted(client, ";".join(["Name", *names]) + "\n" + ";".join(["Zirbe", *(["x"] * 199)]) + "\n")
    look = client.get(f"/imports/{run.pk}/look/")
    assert "140 more columns are not shown here" in text_of(look)
    page = client.get(f"/imports/{run.pk}/map/")
    assert '<option value="Field 198">' in text_of(page)
    assert max(len(look.content), len(page.content)) < 150_000
    assert "would be stored" in text_of(mapped(client, run, **{"map-industry": "Field 198", "map-country": ""}))
    run.refresh_from_db()
    assert run.mapping == {"name": "Name", "industry": "Field 198"}


def test_two_rows_of_headings_are_joined_and_said(client):
    run = drafted(client, "Company;;Address;\nName;Employees;Postcode;Place\nZirbe;3;4600;Wels\nBirke;4;4020;Linz\n")
    assert "Two rows of headings were joined" in text_of(client.get(f"/imports/{run.pk}/look/"))
    one = client.post(
        f"/imports/{run.pk}/look/", {"target": "accounts", "header_rows": "1", "header_at": "2"}, follow=True
    )
    assert one.context["headers"] == ("Name", "Employees", "Postcode", "Place")


def test_lines_in_another_encoding_are_kept_and_said(client):
    run = imported(client, "Number;Name\nK1;Müller\n".encode() + "K2;Größe\n".encode("windows-1252"))
    assert list(Account.objects.filter(number__in=["K1", "K2"]).order_by("number").values_list("name", flat=True)) == [
        "Müller",
        "Größe",
    ]
    assert (run.counts["added"], run.counts.get("rejected", 0)) == (2, 0)
    said = "Lines in another text encoding than the rest of the file were recognised and kept: 1 (rows 3)."
    assert said in text_of(client.get(f"/imports/{run.pk}/"))


def test_decimal_commas_and_points_are_told_apart_and_can_be_chosen(world, signed_in, uploads):
    client = signed_in(world.gerda)
    sales = "Invoice;Item;Quantity;Price;Date\n1;A;2;{};2010-12-01\n"
    comma = drafted(client, sales.format("1.234,56"), target="sales")
    assert "1.234,56 (found)" in text_of(client.get(f"/imports/{comma.pk}/look/"))
    point = drafted(client, sales.format("1,234.56"), target="sales")
    assert "1,234.56 (found)" in text_of(client.get(f"/imports/{point.pk}/look/"))
    unclear = drafted(client, sales.format("1,234"), target="sales")
    assert "can be read in two ways here" in text_of(client.get(f"/imports/{unclear.pk}/look/"))
    client.post(f"/imports/{unclear.pk}/look/", {"target": "sales", "decimal_mark": "."})
    assert "can be read in two ways here" not in text_of(client.get(f"/imports/{unclear.pk}/look/"))


def test_formulas_are_not_calculated(client):
    run = drafted(client, workbook([["Number", "Name"], ["K1", "Zirbe"]], formula="=1+1"), name="book.xlsx")
    assert "nothing is calculated here" in text_of(client.get(f"/imports/{run.pk}/look/"))
    text = imported(client, 'Number;Name\nK1;"=HYPERLINK(""http://x.test"")"\n')
    assert Account.objects.get(number="K1").name == '=HYPERLINK("http://x.test")'
    assert "It was kept as text and is never calculated." in text_of(
        client.get(f"/imports/{text.pk}/problems/?notes=1")
    )


def test_script_in_names_headings_and_file_names_is_shown_as_text(client):
    script = "<script>alert(1)</script>"
    run = drafted(
        client, f"Number;Name;{script}\nK1;{script}Zirbe;{script}\nK2;;{script}\n", name="x<img src=x onerror=y>.csv"
    )
    pages = [client.get(f"/imports/{run.pk}/{step}/") for step in ("look", "map")]
    pages.append(mapped(client, run))
    pages.append(client.post(f"/imports/{run.pk}/start/", follow=True))
    pages += [client.get(f"/imports/{run.pk}/{part}") for part in ("problems/", "problems/?notes=1", "undo/")]
    pages.append(client.get("/imports/"))
    for page in pages:
        assert page.status_code == 200
        assert script not in text_of(page)
        assert "<img src=x" not in text_of(page)
    assert "&lt;script&gt;" in text_of(pages[0])
