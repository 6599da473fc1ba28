"""Keeping documents: what is stored, what is refused, and that nothing is ever half there."""

import errno
import io
import os
import time
import zipfile
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from kundenkreis.files import kinds, storing
from kundenkreis.files.models import Document, Version
from kundenkreis.history.models import Event
from kundenkreis.history.undo import undo_event

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 32


def docx(folder="word/"):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(f"{folder}document.xml", "<w/>")
    return made.getvalue()


def upload(name, content):
    return SimpleUploadedFile(name, content)


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"
    return settings.FILES_DIR


def contents(folder):
    return [p for p in Path(folder).rglob("*") if p.is_file()]


def test_a_document_is_kept_and_read_again_byte_for_byte(world):
    document = storing.store(upload("Vertrag.pdf", PDF), world.lindner, by=world.ada)
    assert storing.open_version(document.latest).read() == PDF
    assert (document.latest.content_type, document.latest.size, document.latest.number) == (kinds.PDF, len(PDF), 1)
    assert document.account_id == world.lindner.pk
    assert Event.objects.about(document).get().verb == "document.added"


def test_the_same_content_is_kept_once(world, own_folder):
    storing.store(upload("a.pdf", PDF), world.lindner, by=world.ada)
    storing.store(upload("b.pdf", PDF), world.brauneis, by=world.cem)
    assert len(contents(own_folder)) == 1


def test_a_newer_version_stands_beside_the_old_one(world):
    document = storing.store(upload("Vertrag.pdf", PDF), world.lindner, by=world.ada)
    storing.add_version(document, upload("Vertrag v2.pdf", PDF + b"%2"), by=world.ben)
    document.refresh_from_db()
    assert (document.latest.number, document.latest.uploaded_by) == (2, world.ben)
    assert [storing.open_version(v).read() for v in document.versions.order_by("number")] == [PDF, PDF + b"%2"]


def test_a_newer_version_can_be_undone(world):
    document = storing.store(upload("Vertrag.pdf", PDF), world.lindner, by=world.ada)
    storing.add_version(document, upload("Vertrag.pdf", PDF + b"%2"), by=world.ben)
    undo_event(Event.objects.about(document).latest("pk"), by=world.ben)
    document.refresh_from_db()
    assert document.latest.number == 1


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("offer.pdf", b"<html><script>alert(1)</script></html>", "web page (HTML)"),
        ("offer.PDF", docx(), "Word document"),
        ("offer.pdf", b"MZ\x90\x00\x03\x00\x00\x00", "Windows program"),
        ("offer.docx", b"PK\x03\x04 broken", "something unknown"),
        ("offer.docx", docx("xl/"), "Excel workbook"),
        ("picture.png", b"GIF89a\x00\x00", "GIF picture"),
        ("notes.txt", b"\x00\x01\x02\x03", "something unknown"),
        ("notes.csv", b"<!DOCTYPE html><p>", "web page (HTML)"),
    ],
)
def test_an_upload_that_claims_to_be_something_else_is_refused_and_says_what_it_is(
    world, own_folder, name, content, said
):
    with pytest.raises(ValidationError) as refused:
        storing.store(upload(name, content), world.lindner, by=world.ada)
    assert said in refused.value.messages[0]
    assert "Nothing was stored" in refused.value.messages[0]
    assert not Document.objects.exists()
    assert contents(own_folder) == []


@pytest.mark.parametrize(
    ("name", "content", "found"),
    [
        ("a.pdf", PDF, kinds.PDF),
        ("a.docx", docx(), kinds.DOCX),
        ("a.xlsx", docx("xl/"), kinds.XLSX),
        ("a.zip", b"PK\x05\x06" + b"\x00" * 18, kinds.ZIP),
        ("a.png", PNG, "image/png"),
        ("a.txt", "Grüße".encode(), kinds.TEXT),
        ("a.csv", "a;b\nü;1\n".encode("cp1252"), kinds.TEXT),
        ("BM.txt", b"BM and others", kinds.TEXT),
        ("page.html", b"<html></html>", kinds.HTML),
        ("drawing.svg", b"<?xml version='1.0'?><svg onload='alert(1)'/>", kinds.SVG),
        ("program.exe", b"MZ\x90\x00", "application/x-msdownload"),
        ("no ending", b"\x00\x00\x00", kinds.UNKNOWN),
    ],
)
def test_the_type_is_found_in_the_content(world, name, content, found):
    assert storing.store(upload(name, content), world.lindner, by=world.ada).latest.content_type == found


def test_a_zip_bomb_is_stored_without_being_opened(world):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb", b"\x00" * 50_000_000)
    began = time.monotonic()
    assert (
        storing.store(upload("bomb.zip", made.getvalue()), world.lindner, by=world.ada).latest.content_type == kinds.ZIP
    )
    assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\win.ini", "win.ini"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("a\x00b.pdf", "ab.pdf"),
        ("  . ", "file"),
        ("...", "file"),
        ('what?"now"*.pdf', "what__now__.pdf"),
        ("Ü" * 300 + ".pdf", "Ü" * 196 + ".pdf"),
        ("line\nbreak.txt", "linebreak.txt"),
        ("zero\u200bwidth.pdf", "zerowidth.pdf"),
    ],
)
def test_names_are_made_harmless(given, kept):
    assert storing.clean_name(given) == kept


def test_an_empty_file_is_refused(world):
    with pytest.raises(ValidationError, match="is empty"):
        storing.store(upload("a.txt", b""), world.lindner, by=world.ada)


def test_a_file_that_is_too_large_is_refused_while_it_comes(world, own_folder, monkeypatch):
    monkeypatch.setattr(storing, "LIMIT", 1024 * 1024)

    class Endless:
        name = "endless.txt"
        given = 0

        def chunks(self, size):
            while True:
                self.given += 1
                yield b"x" * size

    endless = Endless()
    with pytest.raises(ValidationError, match="larger than 1 MB"):
        storing.store(endless, world.lindner, by=world.ada)
    assert endless.given <= 3
    assert contents(own_folder) == []


def test_a_full_disk_says_so_and_leaves_nothing(world, own_folder, monkeypatch):
    def full(*_args):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(storing.os, "fsync", full)
    with pytest.raises(ValidationError, match="disk is full"):
        storing.store(upload("a.pdf", PDF), world.lindner, by=world.ada)
    assert not Document.objects.exists()
    assert contents(own_folder) == []


def test_when_the_database_refuses_the_content_is_swept_a_day_later_and_not_before(world, own_folder, monkeypatch):
    monkeypatch.setattr(storing, "_version", lambda *_args: (_ for _ in ()).throw(RuntimeError("database gone")))
    with pytest.raises(RuntimeError):
        storing.store(upload("a.pdf", PDF), world.lindner, by=world.ada)
    assert not Document.objects.exists()
    assert storing.sweep() == 0
    for path in contents(own_folder):
        os.utime(path, (time.time() - 90_000,) * 2)
    assert storing.sweep() == 1
    assert contents(own_folder) == []


def test_a_sweep_keeps_what_a_version_needs(world, own_folder):
    document = storing.store(upload("a.pdf", PDF), world.lindner, by=world.ada)
    for path in contents(own_folder):
        os.utime(path, (time.time() - 90_000,) * 2)
    assert storing.sweep() == 0
    assert storing.open_version(document.latest).read() == PDF


def test_missing_content_is_told_in_a_sentence(world):
    document = storing.store(upload("a.pdf", PDF), world.lindner, by=world.ada)
    storing.path_of(document.latest.sha256).unlink()
    with pytest.raises(storing.Lost, match="missing on the server"):
        storing.open_version(Version.objects.get())
