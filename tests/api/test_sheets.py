"""A list goes out as a workbook and comes back edited, by program."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from kundenkreis.customers.models import Account
from kundenkreis.quality.models import EditedSheet
from tests.fields.defining import one_of_each
from tests.quality.sheets.conftest import Book

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


def exported(program, query="noun=accounts&fields=name,place&f=name:has:Lindner"):
    answer = program.get(f"sheet-export?{query}")
    assert answer.status_code == 200, answer.content
    return Book(b"".join(answer.streaming_content))


def send(program, book):
    content = book if isinstance(book, bytes) else book.bytes()
    file = SimpleUploadedFile("kunden.xlsx", content)
    return program.client.post("/api/v1/sheets", {"file": file}, headers=program.headers)


def test_a_list_is_exported_edited_compared_decided_and_applied(world, program):
    admin = program(world.admin)
    book = exported(admin)
    assert book.cells[0] == ["Key (do not change)", "Name", "Place"]
    book.put(2, "Place", "Linz")
    book.cells.append(["", "New", "Graz"])
    world.lindner.change(by=world.ada, place="Enns")
    sheet = send(admin, book).json()
    assert (sheet["state"], sheet["counts"]["conflicts"], sheet["counts"]["refused"]) == ("compared", 1, 1)
    cells = admin.get(f"sheets/{sheet['id']}/cells").json()["items"]
    assert [(cell["row"], cell["kind"], cell["now"], cell["new"]) for cell in cells] == [
        (2, "conflict", "Enns", "Linz"),
        (3, "problem", None, None),
    ]
    assert "new" in cells[1]["reason"]
    assert len(admin.get(f"sheets/{sheet['id']}/cells?kind=conflict").json()["items"]) == 1
    assert admin.post(f"sheets/{sheet['id']}/apply").status_code == 409
    assert admin.post(f"sheets/{sheet['id']}/decide", {"decision": "sheet", "cell_id": 987654}).status_code == 422
    assert admin.post(f"sheets/{sheet['id']}/decide", {"decision": "sheet"}).status_code == 200
    done = admin.post(f"sheets/{sheet['id']}/apply").json()
    assert (done["state"], Account.objects.get(pk=world.lindner.pk).place) == ("done", "Linz")
    assert admin.post(f"batches/{done['batch_id']}/undo").status_code == 200
    assert Account.objects.get(pk=world.lindner.pk).place == "Enns"


def test_only_her_own_and_only_what_she_may_change(world, program):
    admin = program(world.admin)
    book = exported(admin)
    book.put(2, "Place", "Linz")
    pk = send(admin, book).json()["id"]
    ben = program(world.ben)
    assert ben.get(f"sheets/{pk}").status_code == 404
    assert ben.get(f"sheets/{pk}/cells").status_code == 404
    assert ben.post(f"sheets/{pk}/apply").status_code == 404
    assert program(world.rita).get("sheets").status_code == 403
    assert program(world.ada).get("sheet-export?noun=products").status_code == 403
    assert program(world.cem).get("sheet-export?noun=accounts&fields=secret").status_code == 422
    assert program(world.cem).get("sheet-export?noun=accounts&f=nonsense").status_code == 422
    assert [row[1] for row in exported(program(world.cem), "noun=accounts&fields=name").cells[1:]] == [
        "Brauneis Wohnkultur"
    ]
    assert admin.delete(f"sheets/{pk}").status_code == 204
    assert not EditedSheet.objects.exists()


def test_what_is_no_workbook_of_ours_is_refused(world, program):
    admin = program(world.admin)
    assert send(admin, b"a;b\n1;2\n").status_code == 422
    assert admin.post("sheets", {}).status_code == 415
    assert not EditedSheet.objects.exists()


def test_custom_fields_are_named_exported_told_and_taken_over_and_formulas_are_none(world, program):
    one_of_each()
    world.lindner.change(by=world.admin, custom={"seats": 40, "volume": 1000, "days": ["monday"]})
    admin = program(world.admin)
    book = exported(admin, "noun=accounts&fields=name,custom_seats,custom_days&f=custom_seats:is:40")
    assert book.cells == [
        ["Key (do not change)", "Name", "Seats", "Days"],
        [book.cells[1][0], world.lindner.name, 40, "Monday"],
    ]
    book.put(2, "Seats", 20)
    book.put(2, "Days", "Sunday")
    pk = send(admin, book).json()["id"]
    cells = admin.get(f"sheets/{pk}/cells").json()["items"]
    told = [(cell["kind"], cell["field"], cell["now"], cell["new"], cell["reason"]) for cell in cells]
    assert told == [
        ("change", "custom_seats", 40, 20, None),
        ("problem", "custom_days", None, None, "“Sunday” is none of the choices."),
    ]
    book.put(2, "Days", "Monday")
    pk = send(admin, book).json()["id"]
    assert admin.post(f"sheets/{pk}/apply").json()["state"] == "done"
    assert Account.objects.get(pk=world.lindner.pk).custom["per_seat"] == 50
    assert admin.get("sheet-export?noun=accounts&fields=custom_per_seat").status_code == 422
    assert "Seats" in exported(admin, "noun=accounts").cells[0]
