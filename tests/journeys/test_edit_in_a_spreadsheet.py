"""Gerda edits 500 rows in a spreadsheet and brings them back, while her colleagues go on working."""

from django.core.files.uploadedfile import SimpleUploadedFile

from kundenkreis.customers.models import Account
from kundenkreis.history.models import Event
from kundenkreis.quality.models import EditedSheet
from tests.quality.sheets.conftest import Book


def test_500_rows_go_out_are_edited_and_come_back(world, signed_in, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    rows = [
        Account(
            number=f"J-{n:04}",
            name=f"Journey {n:04}",
            key=f"journey {n:04}",
            owner=world.gerda,
            place="Wels",
            team=world.north,
        )
        for n in range(500)
    ]
    Account.objects.bulk_create(rows)
    gerda = signed_in(world.gerda)

    # She opens the view that she wants to tidy up, and takes it out to edit.
    answer = gerda.get("/accounts/export-to-edit/?f=name:starts:Journey&columns=name,place,industry,email")
    book = Book(b"".join(answer.streaming_content))
    assert len(book.cells) == 501

    # In the spreadsheet she fills a column, moves it to the front, deletes another one, sorts the rows upside down, and adds notes of her own.
    industry = book.column("Industry")
    for row in book.cells[1:]:
        row[industry] = "Furniture"
    book.put(2, "Place", "Linz")
    book.put(3, "Place", "")
    book.put(4, "Place", "Steyr")
    book.drop("E-mail")
    for n, row in enumerate(book.cells):
        row.insert(0, row.pop(industry))
        row.append("My notes" if n == 0 else f"note {n}")
    book.sheets[book.name] = [book.cells[0], *reversed(book.cells[1:])]

    # Meanwhile Ben corrects one of the places that she has changed too, and a phone number that she has not.
    ben = signed_in(world.ben)
    first, third = (Account.objects.get(number=number) for number in ("J-0000", "J-0002"))
    third.change(by=world.ben, place="Enns")
    first.change(by=world.ben, phone="+43 7242 1")

    # She brings it back, and sees what differs before anything is stored.
    file = SimpleUploadedFile("Kunden.xlsx", book.bytes())
    page = gerda.post("/sheets/", {"file": file}, follow=True).content.decode()
    sheet = EditedSheet.objects.get()
    counts = sheet.counts
    assert (counts["rows"], counts["changed"], counts["emptied"], counts["conflicts"], counts["refused"]) == (
        500,
        502,
        1,
        1,
        0,
    )
    for said in ("Enns", "Ben Kern", "Steyr", "E-mail", "My notes"):
        assert said in page
    assert not Account.objects.filter(industry="Furniture").exists()

    # The conflict is hers to decide: Ben is right. Then she takes the rest over.
    conflict = sheet.cells.get(kind="conflict")
    gerda.post(f"/sheets/{sheet.pk}/decide/", {"decision": "now", "cell": conflict.pk})
    done = gerda.post(f"/sheets/{sheet.pk}/apply/", follow=True).content.decode()
    assert "500 records were changed" in done
    after = {account.number: account for account in Account.objects.filter(number__startswith="J-")}
    assert {account.industry for account in after.values()} == {"Furniture"}
    assert [after[f"J-000{n}"].place for n in range(4)] == ["Linz", "", "Enns", "Wels"]
    assert after["J-0000"].phone == "+43 7242 1"

    # Each account's history names her and the workbook; and she takes all of it back as one.
    sheet.refresh_from_db()
    history = ben.get(f"/history/of/customers.account/{after['J-0000'].pk}/").content.decode()
    assert "Edited in a spreadsheet: Kunden.xlsx" in history
    assert Event.objects.filter(batch=sheet.batch, verb="batch.edited").count() == 1
    gerda.post(f"/history/batches/{sheet.batch_id}/undo/")
    back = {account.number: account for account in Account.objects.filter(number__startswith="J-")}
    assert {account.industry for account in back.values()} == {""}
    assert [back[f"J-000{n}"].place for n in range(3)] == ["Wels", "Wels", "Enns"]
    assert back["J-0000"].phone == "+43 7242 1"
