"""Reading documents, for the worker."""

from __future__ import annotations

from django_tasks import task

from kundenkreis.files import texts


@task()
def read_document(version_id: int) -> None:
    """Read a version that was uploaded, unless a newer one or a twin of this job was faster."""
    version = texts.unread().filter(pk=version_id).first()
    if version is not None:
        texts.read(version)
