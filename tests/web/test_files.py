"""Documents on the screen: who adds, who reads, and that a download does no harm."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from kundenkreis.catalogue.models import Product
from kundenkreis.files import storing
from kundenkreis.files.models import Document

PDF = b"%PDF-1.7\n%%EOF\n"


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"


def upload(name="Vertrag.pdf", content=PDF):
    return SimpleUploadedFile(name, content)


def panel(record):
    return f"/documents/of/{record._meta.label_lower}/{record.pk}/"


@pytest.fixture
def contract(world):
    return storing.store(upload(), world.lindner, by=world.ada)


def body(answer):
    return b"".join(answer.streaming_content)


def test_dropped_files_stand_in_the_panel(world, signed_in):
    answer = signed_in(world.ada).post(
        panel(world.lindner), {"files": [upload(), upload("Logo.txt", b"x")]}, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 200
    page = answer.content.decode()
    assert ("Vertrag.pdf" in page, "Logo.txt" in page) == (True, True)
    assert Document.objects.on(world.lindner).count() == 2


def test_of_several_files_the_good_ones_are_kept_and_the_others_named(world, signed_in):
    given = {"files": [upload(), upload("wrong.pdf", b"<html>")]}
    answer = signed_in(world.ada).post(panel(world.lindner), given, headers={"HX-Request": "true"})
    assert "“wrong.pdf” says it is .pdf" in answer.content.decode()
    assert [d.name for d in Document.objects.all()] == ["Vertrag.pdf"]


def test_an_upload_that_claims_to_be_a_pdf_is_refused_on_the_page(world, signed_in):
    answer = signed_in(world.ada).post(panel(world.lindner), {"files": upload("x.pdf", b"<script>alert(1)</script>")})
    assert answer.status_code == 422
    assert "looks like web page (HTML)" in answer.content.decode()
    assert not Document.objects.exists()


def test_documents_of_an_account_one_cannot_see_are_not_found(world, signed_in, contract):
    cem = signed_in(world.cem)
    for address in (
        panel(world.lindner),
        f"/documents/{contract.pk}/",
        f"/documents/{contract.pk}/download/",
        f"/documents/{contract.pk}/versions/1/",
    ):
        assert cem.get(address).status_code == 404
    for address in (
        panel(world.lindner),
        f"/documents/{contract.pk}/versions/",
        f"/documents/{contract.pk}/discard/",
        f"/documents/{contract.pk}/rename/",
    ):
        assert cem.post(address, {"files": upload(), "name": "x"}).status_code == 404
    assert Document.objects.living().count() == 1


def test_who_may_only_read_reads_and_adds_nothing(world, signed_in, contract):
    rita = signed_in(world.rita)
    assert body(rita.get(f"/documents/{contract.pk}/download/")) == PDF
    assert rita.post(panel(world.lindner), {"files": upload()}).status_code == 403
    assert rita.post(f"/documents/{contract.pk}/versions/", {"files": upload()}).status_code == 403
    assert rita.post(f"/documents/{contract.pk}/discard/").status_code == 403
    assert contract.versions.count() == 1


def test_a_contact_has_documents_too(world, signed_in):
    signed_in(world.ada).post(panel(world.maria), {"files": upload("CV.pdf")})
    assert Document.objects.get().account_id == world.lindner.pk


@pytest.mark.parametrize(
    "address",
    ["/documents/of/staff.user/1/", "/documents/of/core.house/1/", "/documents/of/no.such/1/", "/documents/of/auth/1/"],
)
def test_nothing_but_records_of_customers_has_documents(world, signed_in, address):
    assert signed_in(world.admin).get(address).status_code == 404


@pytest.mark.parametrize(
    ("name", "content"),
    [("page.html", b"<html><script>alert(1)</script>"), ("drawing.svg", b"<svg onload='alert(1)'/>"), ("a.pdf", PDF)],
)
def test_a_download_runs_nothing_in_the_browser(world, signed_in, name, content):
    document = storing.store(upload(name, content), world.lindner, by=world.ada)
    answer = signed_in(world.ada).get(f"/documents/{document.pk}/download/")
    assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert "html" not in answer["Content-Type"]
    assert "svg" not in answer["Content-Type"]
    assert body(answer) == content


def test_only_pdfs_and_pictures_are_shown_by_the_browser(world, signed_in, contract):
    page = storing.store(upload("page.html", b"<html>"), world.lindner, by=world.ada)
    client = signed_in(world.ada)
    assert client.get(f"/documents/{contract.pk}/download/?show=1")["Content-Disposition"].startswith("inline")
    assert client.get(f"/documents/{page.pk}/download/?show=1")["Content-Disposition"].startswith("attachment")


def test_a_pdf_that_is_shown_is_not_sandboxed_and_still_reaches_nothing(world, signed_in, contract):
    shown = signed_in(world.ada).get(f"/documents/{contract.pk}/download/?show=1")
    assert shown["Content-Security-Policy"].startswith("default-src 'none'")
    assert "sandbox" not in shown["Content-Security-Policy"]
    assert shown["X-Content-Type-Options"] == "nosniff"
    picture = storing.store(upload("a.png", b"\x89PNG\r\n\x1a\n"), world.lindner, by=world.ada)
    assert "sandbox" in signed_in(world.ada).get(f"/documents/{picture.pk}/download/?show=1")["Content-Security-Policy"]


def test_an_older_version_is_still_there(world, signed_in, contract):
    client = signed_in(world.ada)
    client.post(f"/documents/{contract.pk}/versions/", {"files": upload("neu.pdf", PDF + b"2")})
    assert body(client.get(f"/documents/{contract.pk}/download/")) == PDF + b"2"
    assert body(client.get(f"/documents/{contract.pk}/versions/1/")) == PDF
    assert client.get(f"/documents/{contract.pk}/versions/7/").status_code == 404
    assert "Vertrag.pdf" in client.get(f"/documents/{contract.pk}/").content.decode()


def test_a_document_goes_to_the_bin_and_comes_back(world, signed_in, contract):
    client = signed_in(world.ada)
    client.post(f"/documents/{contract.pk}/discard/")
    assert client.get(f"/documents/{contract.pk}/").status_code == 404
    assert "Vertrag.pdf" not in client.get(panel(world.lindner)).content.decode()
    client.post(f"/bin/document/{contract.pk}/restore/")
    assert "Vertrag.pdf" in client.get(panel(world.lindner)).content.decode()


def test_a_name_cannot_carry_markup_or_a_path(world, signed_in, contract):
    client = signed_in(world.ada)
    client.post(f"/documents/{contract.pk}/rename/", {"name": "../<script>alert(1)</script>.pdf"})
    contract.refresh_from_db()
    assert "/" not in contract.name
    assert "<script>alert" not in client.get(f"/documents/{contract.pk}/").content.decode()


def test_missing_content_is_a_page_not_a_crash(world, signed_in, contract):
    storing.path_of(contract.latest.sha256).unlink()
    answer = signed_in(world.ada).get(f"/documents/{contract.pk}/download/")
    assert answer.status_code == 410
    assert "missing on the server" in answer.content.decode()


@pytest.fixture
def lantern(world):
    return Product.add(by=None, number="L1", name="Lantern")


def test_documents_of_a_product_are_added_by_those_who_may_change_it(world, signed_in, lantern):
    assert panel(lantern) in signed_in(world.ben).get(f"/products/{lantern.pk}/").content.decode()
    assert signed_in(world.ben).post(panel(lantern), {"files": upload("Datenblatt.pdf")}).status_code == 303
    sheet = Document.objects.on(lantern).get()
    for other in (world.ada, world.gerda, world.rita):
        client = signed_in(other)
        page = client.get(panel(lantern)).content.decode()
        assert ("Datenblatt.pdf" in page, 'type="file"' in page) == (True, False)
        assert client.get(f"/documents/{sheet.pk}/").status_code == 200
        assert body(client.get(f"/documents/{sheet.pk}/download/")) == PDF
        assert client.post(panel(lantern), {"files": upload()}).status_code == 403
        for verb in ("versions", "rename", "discard"):
            assert client.post(f"/documents/{sheet.pk}/{verb}/", {"files": upload(), "name": "x"}).status_code == 403
    assert Document.objects.on(lantern).living().get().versions.count() == 1


def test_a_product_s_document_comes_back_for_those_who_may_change_products_only(world, signed_in, lantern):
    discarded = storing.store(upload(), lantern, by=world.admin).discard(by=world.admin)
    assert signed_in(world.gerda).post(f"/history/{discarded.pk}/undo/").status_code == 403
    signed_in(world.ben).post(f"/history/{discarded.pk}/undo/")
    assert Document.objects.on(lantern).living().count() == 1


def test_what_has_no_documents_has_no_panel(world, signed_in):
    from kundenkreis.catalogue.models import Family

    family = Family.add(by=None, code="G", name="Gifts")
    assert signed_in(world.admin).get(panel(family)).status_code == 404
