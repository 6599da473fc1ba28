"""Documents over the API."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from kundenkreis.catalogue.models import Product
from kundenkreis.files.models import Document

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


@pytest.fixture
def files_dir(settings, tmp_path):
    settings.FILES_DIR = tmp_path


def send(program, path: str, content: bytes = PDF, name: str = "offer.pdf", **fields):
    body = fields | {"file": SimpleUploadedFile(name, content)}
    headers = program.headers | {key: fields.pop(key) for key in list(fields) if key == "Idempotency-Key"}
    return program.client.post(
        f"/api/v1/{path}", {k: v for k, v in body.items() if k != "Idempotency-Key"}, headers=headers
    )


@pytest.fixture
def document(files_dir, world, program):
    answer = send(program(world.ada), "documents", subject_type="customers.account", subject_id=world.lindner.pk)
    assert answer.status_code == 201, answer.content
    return answer.json()


def test_a_file_goes_up_and_comes_down(world, program, document):
    assert document["name"] == "offer.pdf"
    assert document["content_type"] == "application/pdf"
    assert document["account_id"] == world.lindner.pk
    answer = program(world.ben).get(f"documents/{document['id']}/content")
    assert b"".join(answer.streaming_content) == PDF
    assert answer["Content-Disposition"] == 'attachment; filename="offer.pdf"'
    assert answer["Content-Type"] == "application/pdf"


def test_head_of_a_file_sends_no_content(world, program, document):
    answer = program(world.ada).ask("HEAD", f"documents/{document['id']}/content")
    assert (answer.status_code, b"".join(answer.streaming_content)) == (200, b"")
    assert answer["Content-Length"] == str(len(PDF))


def test_a_newer_version_stands_beside_the_older(world, program, document):
    ada, newer = program(world.ada), PDF + b"\n"
    assert send(ada, f"documents/{document['id']}/versions", newer).json()["latest_version"] == 2
    versions = ada.get(f"documents/{document['id']}/versions").json()["items"]
    assert [version["number"] for version in versions] == [2, 1]
    assert b"".join(ada.get(f"documents/{document['id']}/content?version=1").streaming_content) == PDF
    assert b"".join(ada.get(f"documents/{document['id']}/content").streaming_content) == newer
    assert ada.get(f"documents/{document['id']}/content?version=3").status_code == 404


def test_a_file_that_lies_about_itself_is_refused(files_dir, world, program):
    answer = send(
        program(world.ada),
        "documents",
        b"MZ\x90\x00\x03",
        subject_type="customers.account",
        subject_id=world.lindner.pk,
    )
    assert answer.status_code == 422
    assert "offer.pdf" in answer.json()["errors"][0]["detail"]
    assert not Document.objects.exists()


def test_other_peoples_records_take_no_files(files_dir, world, program):
    answer = send(program(world.ada), "documents", subject_type="customers.account", subject_id=world.brauneis.pk)
    assert answer.json()["errors"] == [{"pointer": "/subject_id", "detail": "There is no such record."}]
    assert (
        send(
            program(world.rita), "documents", subject_type="customers.account", subject_id=world.lindner.pk
        ).status_code
        == 403
    )


def test_other_peoples_documents_are_not_there(world, program, document):
    cem = program(world.cem)
    assert cem.get("documents").json()["items"] == []
    for tail in ("", "/content", "/versions", "/history"):
        assert cem.get(f"documents/{document['id']}{tail}").status_code == 404
    assert send(cem, f"documents/{document['id']}/versions").status_code == 404


def test_an_upload_is_done_once(files_dir, world, program):
    fields = {"subject_type": "customers.account", "subject_id": world.lindner.pk, "Idempotency-Key": "once"}
    first = send(program(world.ada), "documents", **dict(fields))
    second = send(program(world.ada), "documents", **dict(fields))
    assert first.json() == second.json()
    assert send(program(world.ada), "documents", PDF + b"x", **dict(fields)).status_code == 422
    assert Document.objects.count() == 1


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("application/json", b"{}", 415),
        ("multipart/form-data", b"x", 400),
        ("multipart/form-data; boundary=x", b"--x--\r\n", 422),
        ("multipart/form-data; boundary=x", b"nonsense", 422),
    ],
)
def test_an_upload_that_is_none(files_dir, world, program, kind, body, status):
    answer = program(world.ada).post("documents", body, **{"Content-Type": kind})
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"


def test_a_document_is_renamed_discarded_and_restored(world, program, document):
    ada, path = program(world.ada), f"documents/{document['id']}"
    assert ada.patch(path, {"name": "../etc/passwd"}).json()["name"] == "passwd"
    assert ada.delete(path).status_code == 204
    assert ada.get(f"{path}/content").status_code == 404
    assert ada.post(f"{path}/restore").status_code == 200


def test_a_product_s_documents_are_read_by_all_and_kept_by_those_who_may_change_products(files_dir, world, program):
    lantern = Product.add(by=None, number="L1", name="Lantern")
    on = {"subject_type": "catalogue.product", "subject_id": lantern.pk}
    answer = send(program(world.ben), "documents", **on)
    assert answer.status_code == 201, answer.content
    address = f"documents/{answer.json()['id']}"
    for other in (world.ada, world.gerda):
        assert program(other).get(address).status_code == 200
        assert b"".join(program(other).get(f"{address}/content").streaming_content) == PDF
        assert send(program(other), "documents", **on).status_code == 403
        assert send(program(other), f"{address}/versions", PDF + b"\n").status_code == 403
        assert program(other).ask("DELETE", address).status_code == 403
    found = program(world.rita).get(f"documents?subject_type=catalogue.product&subject_id={lantern.pk}").json()
    assert len(found["items"]) == 1
