"""Large files on their way in: written to disk piece by piece, beside where they will stay, and never beyond the house's limit."""

from __future__ import annotations

import errno
import tempfile
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, TemporaryFileUploadHandler
from django.http import HttpRequest

SUFFIX = ".upload"
LEFT_BEHIND = 24 * 3600  # seconds after which the rest of a broken-off upload is swept away


class TooLarge(Exception):
    """The file is larger than `settings.UPLOAD_LIMIT`; nothing of it was kept."""


class NoSpace(Exception):
    """The disk is full; nothing of the file was kept."""


def to_disk(request: HttpRequest, folder: Path) -> None:
    """Let the request's files be written to `folder`. Call it before anything reads `request.POST`; raises TooLarge."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > settings.UPLOAD_LIMIT:
        raise TooLarge
    _sweep(folder)
    request.upload_handlers = [_ToDisk(request, folder)]


def is_full(error: OSError) -> bool:
    return error.errno in (errno.ENOSPC, errno.EDQUOT)


class _Upload(TemporaryUploadedFile):
    def __init__(
        self, folder: Path, name: str, content_type: str, size: int, charset: str, extra: dict[str, Any]
    ) -> None:
        file = tempfile.NamedTemporaryFile(suffix=SUFFIX, dir=folder)  # noqa: SIM115 (closed with the request)
        UploadedFile.__init__(self, file, name, content_type, size, charset, extra)


class _ToDisk(TemporaryFileUploadHandler):
    def __init__(self, request: HttpRequest, folder: Path) -> None:
        super().__init__(request)
        self.folder = folder
        self.received = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        FileUploadHandler.new_file(self, *args, **kwargs)
        self.file = _Upload(self.folder, self.file_name, self.content_type, 0, self.charset, self.content_type_extra)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.received += len(raw_data)
        if self.received > settings.UPLOAD_LIMIT:
            self.file.close()
            raise TooLarge
        try:
            self.file.write(raw_data)
            self.file.flush()
        except OSError as error:
            self.file.close()
            if is_full(error):
                raise NoSpace from error
            raise


def _sweep(folder: Path) -> None:
    """Take away what uploads have left behind whose process was killed."""
    for path in folder.glob(f"*{SUFFIX}"):
        if time.time() - path.stat().st_mtime > LEFT_BEHIND:
            path.unlink(missing_ok=True)
