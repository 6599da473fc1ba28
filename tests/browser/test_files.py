"""A document in the browser: a PDF is shown by the browser's own viewer, and still reaches nothing."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from kundenkreis.files import storing

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj "
    b"3 0 obj<</Type/Page/MediaBox[0 0 200 200]/Parent 2 0 R>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
)


def test_a_pdf_opens_in_the_browser_s_viewer(world, look):
    document = storing.store(SimpleUploadedFile("Vertrag.pdf", PDF), world.lindner, by=world.ada)
    page = look(world.ada, f"/documents/{document.pk}/")
    with page.expect_navigation(wait_until="commit"):
        page.get_by_role("link", name="Vertrag.pdf").first.click()
    assert page.url.endswith("?show=1")
    page.wait_for_function("document.contentType == 'application/pdf'")
    # The viewer is a frame of the browser's own; in it stands the document once more.
    for _try in range(40):
        if sum(frame.url == page.url for frame in page.frames) == 2:
            break
        page.wait_for_timeout(250)
    assert any(frame.url.startswith("chrome-extension://") for frame in page.frames)
    assert sum(frame.url == page.url for frame in page.frames) == 2
    assert not [said for said in page.said if "Content Security Policy" in said]
