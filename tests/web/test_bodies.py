"""What a request may bring, and who may keep the answer."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from django.test import Client

from kundenkreis.files import storing
from kundenkreis.files.models import Document
from kundenkreis.web import bodies

MEGABYTE = 1024 * 1024


@pytest.fixture
def incoming(settings, tmp_path):
    settings.FILES_DIR = tmp_path
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "incoming"
    return settings.FILE_UPLOAD_TEMP_DIR


@pytest.fixture
def opened(monkeypatch):
    """Names of the uploads for which a file was opened on the disk."""
    names = []
    make = TemporaryUploadedFile.__init__

    def noted(self, name, *args, **kwargs):
        names.append(name)
        make(self, name, *args, **kwargs)

    monkeypatch.setattr(TemporaryUploadedFile, "__init__", noted)
    return names


def large(size=8 * MEGABYTE):
    return SimpleUploadedFile("a.txt", b"x" * size)


def test_a_stranger_s_large_body_is_refused_before_anything_is_kept(world, incoming, opened):
    for checked in (True, False):
        stranger = Client(enforce_csrf_checks=checked)
        for path in ("/accounts/new/", f"/documents/of/customers.account/{world.lindner.pk}/", "/signin/login/"):
            answer = stranger.post(path, {"files": large()})
            assert answer.status_code == 413, path
            assert "Nothing of it was kept" in answer.content.decode()
    assert opened == []
    assert not incoming.exists()


def test_a_stranger_s_file_for_the_importer_and_the_api_is_not_read(world, incoming, opened):
    for path, code in (("/imports/new/", 302), ("/api/v1/documents", 401), ("/api/v1/imports", 401)):
        assert Client(enforce_csrf_checks=True).post(path, {"file": large()}).status_code == code
    assert opened == []


def test_a_form_that_takes_no_files_refuses_a_large_body_from_a_colleague_too(
    world, signed_in, incoming, opened, settings
):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = MEGABYTE
    assert signed_in(world.ada).post("/accounts/new/", {"files": large()}).status_code == 413
    assert opened == []


def test_more_than_a_document_may_have_is_refused_by_its_length(world, signed_in, incoming, opened, monkeypatch):
    document = storing.store(SimpleUploadedFile("a.txt", b"x"), world.lindner, by=world.ada)
    monkeypatch.setattr("kundenkreis.web.views.files.add_version.body_limit", MEGABYTE)
    assert signed_in(world.ada).post(f"/documents/{document.pk}/versions/", {"files": large()}).status_code == 413
    assert opened == []
    document.refresh_from_db()
    assert document.latest.number == 1


def test_a_large_document_waits_in_the_data_directory(world, signed_in, incoming, opened):
    path = f"/documents/of/customers.account/{world.lindner.pk}/"
    assert signed_in(world.ada).post(path, {"files": large()}, headers={"HX-Request": "true"}).status_code == 200
    assert opened == ["a.txt"]
    assert incoming.is_dir()
    assert list(incoming.iterdir()) == []
    assert Document.objects.get().latest.size == 8 * MEGABYTE


def test_pages_are_kept_by_nobody_between_and_asked_for_again(world, signed_in):
    ada = signed_in(world.ada)
    for path in ("/accounts/", f"/accounts/{world.lindner.pk}/", "/people/", "/nowhere/"):
        assert ada.get(path)["Cache-Control"] == "private, no-cache", path
    assert "private" in ada.get("/api/v1/accounts")["Cache-Control"]
    assert "no-store" in ada.get("/api/v1/accounts")["Cache-Control"]


def test_a_length_that_is_none_reads_nothing(rf):
    for declared in ("", "abc", "-5", "٣"):
        assert bodies.length_of(rf.generic("POST", "/", b"", CONTENT_LENGTH=declared)) == 0
