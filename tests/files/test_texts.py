"""What stands in documents is read by a program of its own and found by its words; hostile files end that program, not ours."""

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pypdf import PdfWriter

from kundenkreis.core import search, search_texts
from kundenkreis.files import extracting, kinds, storing, texts
from kundenkreis.files.models import DocumentText

pytestmark = pytest.mark.django_db
State = DocumentText.State


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, settings):
    settings.FILES_DIR = tmp_path / "files"


def docx(*paragraphs, name="word/document.xml", extra=b""):
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    body = "".join(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in paragraphs)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(name, extra + f'<w:document xmlns:w="{space}"><w:body>{body}</w:body></w:document>'.encode())
    return file.getvalue()


def torn(content):
    """The same file with a hole in what is packed in it; its table of contents is whole."""
    middle = len(content) // 2
    return content[:middle] + b"\x00" * 40 + content[middle + 40 :]


def pdf(text, password=""):
    stream = f"BT /F1 12 Tf 72 700 Td ({text}) Tj ET".encode("latin-1")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >> >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
    ]
    out = b"%PDF-1.4\n"
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 5\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer << /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % start
    if not password:
        return out
    writer = PdfWriter(clone_from=io.BytesIO(out))
    writer.encrypt(password, algorithm="RC4-128")
    locked = io.BytesIO()
    writer.write(locked)
    return locked.getvalue()


def xlsx(tmp_path):
    import xlsxwriter

    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Konditionen")
        sheet.write_row(0, 0, ["Bonusstaffel", 4711, 2.5])
    return path.read_bytes()


def stored(world, name, content):
    return storing.store(SimpleUploadedFile(name, content), world.lindner, by=world.ada)


def found(typed):
    asked = search_texts.question(typed)
    return [] if asked is None else search_texts.newest(search.DOCUMENT, asked, 5)


def test_a_word_document_is_read_and_found(world):
    document = stored(world, "Vertrag.docx", docx("Rahmenvertrag", "mit Müller &amp; Co"))
    assert document.read.state == State.READ
    assert document.read.text == "Rahmenvertrag\nmit Müller & Co"
    assert found("rahmenvertrag mueller") == [document.pk]
    assert found("vertrag docx") == [document.pk]


def test_a_pdf_is_read(world):
    assert "Wartungsplan für Kühlgeräte" in stored(world, "plan.pdf", pdf("Wartungsplan für Kühlgeräte")).read.text


def test_a_workbook_is_read_with_its_numbers_as_people_write_them(world, tmp_path):
    assert stored(world, "a.xlsx", xlsx(tmp_path)).read.text == "Konditionen\nBonusstaffel  4711  2.5"


@pytest.mark.parametrize(
    "content", ["Straße;Größe".encode(), "Straße;Größe".encode("cp1252"), "Straße;Größe".encode("utf-16")]
)
def test_plain_text_is_read_in_its_encoding(world, content):
    assert stored(world, "a.csv", content).read.text == "Straße;Größe"


def test_of_a_web_page_what_a_person_reads_is_kept(world):
    page = b"<!doctype html><html><head><title>x</title><style>p{}</style></head><body><p>Guten&nbsp;Tag</p><script>evil()</script></body>"
    assert stored(world, "page.html", page).read.text == "Guten Tag"


def test_a_newer_version_takes_the_place_of_the_older_one(world):
    document = stored(world, "a.txt", b"Ananas")
    storing.add_version(document, SimpleUploadedFile("a.txt", b"Birne"), by=world.ada)
    assert DocumentText.objects.get(document=document).text == "Birne"
    assert found("birne") == [document.pk]


def test_a_document_is_found_by_its_new_name(world):
    document = stored(world, "a.txt", b"Ananas")
    document.change(by=world.ada, name="Jahresgespräch.txt")
    assert found("jahresgespraech") == [document.pk]


def test_a_picture_has_no_text_and_is_not_read_again(world):
    document = stored(world, "a.png", b"\x89PNG\r\n\x1a\n" + b"0" * 40)
    assert document.read.state == State.NO_TEXT
    assert texts.read_rest() == 0


def test_a_lost_job_is_made_up_for(world):
    document = stored(world, "a.txt", b"Ananas")
    DocumentText.objects.all().delete()
    assert texts.read_rest() == 1
    assert DocumentText.objects.get(document=document).text == "Ananas"


def test_a_password_is_said(world):
    assert stored(world, "a.pdf", pdf("geheim", password="x")).read.state == State.PASSWORD


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("broken.pdf", b"%PDF-1.7\n" + b"\x00garbage" * 500),
        ("torn.docx", torn(docx("text", *map(str, range(2000))))),
        ("no.docx", docx("text", extra=b"<<<")),
        (
            "bomb.docx",
            docx(
                "&lol9;",
                extra=b"<!DOCTYPE w [<!ENTITY lol0 'lollollollol'>"
                + b"".join(b"<!ENTITY lol%d '%s'>" % (i, b"&lol%d;" % (i - 1) * 12) for i in range(1, 10))
                + b"]>",
            ),
        ),
    ],
)
def test_a_damaged_or_hostile_file_is_said_to_be_unreadable(world, name, content):
    document = stored(world, name, content)
    assert document.read.state in (State.BROKEN, State.TOO_LARGE, State.NO_TEXT)
    assert document.read.text == ""


def test_what_would_not_fit_when_unpacked_is_not_unpacked(world):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open("word/document.xml", "w", force_zip64=True) as part:
            for _ in range(310):
                part.write(b" " * 1024 * 1024)
    assert stored(world, "large.docx", file.getvalue()).read.state == State.TOO_LARGE


def test_a_file_that_takes_too_long_is_given_up(world, monkeypatch):
    monkeypatch.setattr(texts, "SECONDS", 0.01)
    assert stored(world, "a.txt", b"Ananas").read.state == State.TOO_LARGE


def test_the_reader_cannot_write_files_and_is_limited_in_memory(tmp_path):
    code = (
        "from kundenkreis.files import extracting; extracting.limit_myself()\n"
        "try: x = bytearray(2 * extracting.MEMORY); print('memory')\n"
        "except MemoryError: print('limited')\n"
        f"try: f = open({str(tmp_path / 'x')!r}, 'wb'); f.write(b'x'); f.close(); print('written')\n"
        "except OSError: print('refused')"
    )
    root = Path(extracting.__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env={"PYTHONPATH": str(root)})
    assert done.stdout.split() == ["limited"] or done.stdout.split() == ["limited", "refused"]
    assert not (tmp_path / "x").exists() or (tmp_path / "x").stat().st_size == 0


def test_a_very_long_text_is_read_from_its_beginning(world):
    document = stored(world, "a.txt", b"wort " * 200_000)
    assert document.read.state == State.PARTLY
    assert len(document.read.text) == extracting.MOST


def test_every_kind_that_is_readable_is_a_kind_of_ours():
    assert set(kinds.NAMES) >= extracting.READABLE
