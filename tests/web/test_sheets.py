"""The pages of the round trip: export to edit, bring back, look, decide, take over, undo."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from kundenkreis.customers.models import Account
from kundenkreis.fields.models import CustomField
from kundenkreis.quality import tasks
from kundenkreis.quality.models import EditedSheet
from kundenkreis.quality.sheets import bringing
from tests.fields.defining import one_of_each
from tests.quality.sheets.conftest import Book

LIST = "?columns=name,place,owner,revenue"


@pytest.fixture(autouse=True)
def _data(settings, tmp_path):
    settings.DATA_DIR = tmp_path


def exported(client, address=f"/accounts/export-to-edit/{LIST}"):
    answer = client.get(address)
    assert answer.status_code == 200
    return Book(b"".join(answer.streaming_content))


def brought(client, book):
    content = book if isinstance(book, bytes) else book.bytes()
    return client.post("/sheets/", {"file": SimpleUploadedFile("Kunden.xlsx", content)}, follow=True)


def test_the_view_goes_out_with_its_columns_in_its_order_and_comes_back_edited(world, signed_in):
    admin = signed_in(world.admin)
    assert "Excel file to edit" in admin.get("/accounts/").content.decode()
    book = exported(admin)
    assert book.cells[0] == ["Key (do not change)", "Name", "Tier", "Tags", "Place", "Owner", "Revenue 12 m"]
    row = next(n for n, cells in enumerate(book.cells, start=1) if "Lindner" in str(cells[1]))
    book.put(row, "Place", "Linz")
    page = brought(admin, book).content.decode()
    assert "Lindner &amp; Söhne GmbH" in page
    assert "<strong>Linz</strong>" in page
    sheet = EditedSheet.objects.get()
    done = admin.post(f"/sheets/{sheet.pk}/apply/", follow=True).content.decode()
    assert "Taken over." in done
    assert Account.objects.get(pk=world.lindner.pk).place == "Linz"
    sheet.refresh_from_db()
    assert "Edited in a spreadsheet" in admin.get(f"/history/batches/{sheet.batch_id}/?preview=1").content.decode()
    admin.post(f"/history/batches/{sheet.batch_id}/undo/")
    assert Account.objects.get(pk=world.lindner.pk).place == "Wels"


def test_each_list_goes_out_only_with_what_its_reader_sees(world, signed_in):
    names = [row[1] for row in exported(signed_in(world.cem)).cells[1:]]
    assert names == ["Brauneis Wohnkultur"]
    contacts = exported(signed_in(world.ada), "/contacts/export-to-edit/")
    assert contacts.cells[1][2:4] == ["Maria", "Lindner"]
    assert signed_in(world.rita).get("/accounts/export-to-edit/").status_code == 403
    assert signed_in(world.ada).get("/products/export-to-edit/").status_code == 403


def test_a_conflict_is_decided_before_anything_is_taken_over(world, signed_in):
    admin = signed_in(world.admin)
    book = exported(admin, "/accounts/export-to-edit/?columns=name,place&f=name:has:Lindner")
    book.put(2, "Place", "Linz")
    world.lindner.change(by=world.ada, place="Enns")
    page = brought(admin, book).content.decode()
    for said in ("Enns", "Ada Huber", "Linz", "Wels", "Take all from the workbook"):
        assert said in page
    sheet = EditedSheet.objects.get()
    assert "Decide about 1 cell first." in admin.post(f"/sheets/{sheet.pk}/apply/", follow=True).content.decode()
    admin.post(f"/sheets/{sheet.pk}/decide/", {"decision": "sheet", "cell": sheet.cells.get().pk})
    admin.post(f"/sheets/{sheet.pk}/apply/")
    assert Account.objects.get(pk=world.lindner.pk).place == "Linz"


def test_refused_rows_are_told_with_their_row_and_field(world, signed_in):
    admin = signed_in(world.admin)
    book = exported(admin, "/accounts/export-to-edit/?columns=name,email&f=name:has:Lindner")
    book.put(2, "E-mail", "nonsense")
    book.cells.append(["", "", "New company", "", "x@y.test"])
    page = brought(admin, book).content.decode()
    assert "“nonsense” is not an e-mail address." in page
    assert "The row has no key: it is new. New records come in by an import." in page


def test_nobody_looks_at_or_confirms_somebody_else_s_workbook(world, signed_in):
    admin = signed_in(world.admin)
    book = exported(admin)
    book.put(2, "Place", "Linz")
    brought(admin, book)
    sheet = EditedSheet.objects.get()
    ben = signed_in(world.ben)
    assert ben.get(f"/sheets/{sheet.pk}/").status_code == 404
    for verb in ("apply", "decide", "forget"):
        assert ben.post(f"/sheets/{sheet.pk}/{verb}/").status_code == 404
    admin.post(f"/sheets/{sheet.pk}/forget/")
    assert not EditedSheet.objects.exists()


def test_what_is_not_ours_is_refused_in_a_sentence(world, signed_in):
    admin = signed_in(world.admin)
    assert brought(admin, b"a;b\n1;2\n").status_code == 422
    assert "no workbook that was exported here" in brought(admin, b"a;b\n1;2\n").content.decode()
    assert admin.post("/sheets/", {}).status_code == 422
    assert signed_in(world.rita).get("/sheets/").status_code == 403
    assert not EditedSheet.objects.exists()


def test_a_large_one_is_compared_and_taken_over_by_the_worker(world, signed_in, monkeypatch):
    monkeypatch.setattr(bringing, "AT_ONCE_BYTES", 0)
    monkeypatch.setattr(bringing, "AT_ONCE_ROWS", 0)
    admin = signed_in(world.admin)
    book = exported(admin)
    book.put(2, "Place", "Linz")
    brought(admin, book)
    sheet = EditedSheet.objects.get()
    if sheet.state == "comparing":
        assert "The workbook is being compared." in admin.get(f"/sheets/{sheet.pk}/").content.decode()
        tasks.compare_sheet.func(sheet.pk)
    admin.post(f"/sheets/{sheet.pk}/apply/")
    sheet.refresh_from_db()
    if sheet.state == "applying":
        tasks.apply_sheet.func(sheet.pk)
        sheet.refresh_from_db()
    assert (sheet.state, sheet.counts["taken"]) == ("done", 1)


def test_the_workbook_opens_with_its_hidden_sheet_hidden_and_its_keys_grey(world, signed_in):
    import zipfile

    answer = signed_in(world.admin).get(f"/accounts/export-to-edit/{LIST}")
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as book:
        assert 'name="Kundenkreis" sheetId="2" state="hidden"' in book.read("xl/workbook.xml").decode()


def test_custom_fields_that_the_list_shows_go_out_and_come_back_and_formulas_only_to_be_read(world, signed_in):
    one_of_each()
    world.lindner.change(by=world.admin, custom={"seats": 40, "volume": 1000, "days": ["monday"]})
    admin = signed_in(world.admin)
    shown = "columns=name,custom_per_seat,custom_days,custom_seats&f=custom_seats:is:40"
    book = exported(admin, f"/accounts/export-to-edit/?{shown}")
    assert book.cells[0][4:] == ["Per seat", "Days", "Seats"]
    assert book.cells[1][4:] == [25, "Monday", 40]
    for heading, value in (("Per seat", 1), ("Days", "Friday; Monday"), ("Seats", "20")):
        book.put(2, heading, value)
    page = brought(admin, book).content.decode()
    for said in ("Seats", "Days", "<strong>Monday; Friday</strong>", "<strong>20</strong>"):
        assert said in page
    assert "Per seat" not in page
    sheet = EditedSheet.objects.get()
    CustomField.objects.get(key="days").retire(by=world.admin)
    assert "Days" in admin.get(f"/sheets/{sheet.pk}/").content.decode(), "a retired field has its name still"
    CustomField.objects.get(key="days").bring_back(by=world.admin)
    assert "Taken over." in admin.post(f"/sheets/{sheet.pk}/apply/", follow=True).content.decode()
    after = Account.objects.get(pk=world.lindner.pk).custom
    assert (after["seats"], after["days"], after["per_seat"]) == (20, ["monday", "friday"], 50)


def test_the_same_in_german(world, signed_in):
    one_of_each()
    world.lindner.change(by=world.admin, custom={"seats": 40, "window": "evening", "days": ["monday", "friday"]})
    world.admin.change(by=world.admin, language="de")
    admin = signed_in(world.admin)
    shown = "columns=name,custom_window,custom_days,custom_seats&f=custom_seats:is:40"
    book = exported(admin, f"/accounts/export-to-edit/?{shown}")
    assert book.cells[0][4:] == ["Window", "Days", "Sitzplätze"]
    assert book.cells[1][4:] == ["Abend", "Montag; Freitag", 40]
    brought(admin, book)
    assert not EditedSheet.objects.get().cells.exists()
