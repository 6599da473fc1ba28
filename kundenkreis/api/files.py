"""Documents on any record: uploads, versions, downloads."""

# No `from __future__ import annotations` here: django-ninja reads the parameters of the functions below as types.

import hashlib
from typing import Any

from django.apps import apps
from django.core.exceptions import RequestDataTooBig, ValidationError
from django.http import FileResponse, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Router
from ninja.schema import Schema
from pydantic import Field

from kundenkreis.api import reading, shapes
from kundenkreis.api.answers import answered, created
from kundenkreis.api.history import SimplePage
from kundenkreis.api.noun import ALL, READ, Noun
from kundenkreis.api.once import once
from kundenkreis.api.problems import Problem, forbidden, from_django, invalid, not_found
from kundenkreis.api.resource import ONCE_PARAMETER, Pk, Routes, page_schema
from kundenkreis.api.shapes import Shown, named
from kundenkreis.core.filters import Filter
from kundenkreis.files import kinds, storing
from kundenkreis.files.models import Document, Version, may

# Records that a document can be put on by the API.
SUBJECTS = (
    "customers.account",
    "customers.contact",
    "activities.activity",
    "orders.order",
    "catalogue.product",
    "pipeline.opportunity",
)


def _clean(document: Document, *, by: Any, **values: Any) -> Any:
    return document.change(
        by=by, **values | {"name": storing.clean_name(values["name"])} if "name" in values else values
    )


DOCUMENTS = Noun(
    path="documents",
    title="Document",
    model=Document,
    area="documents",
    tag="Documents",
    about="Files on accounts, contacts, activities, orders and products, with their versions.",
    allowed=may,
    read=(
        "name",
        "subject_type",
        "subject_id",
        "account_id",
        Shown(name="file_name", columns=("latest__file_name",), type=str | None),
        Shown(name="size", columns=("latest__size",), type=int | None, description="In bytes."),
        Shown(
            name="content_type",
            columns=("latest__content_type",),
            type=str | None,
            description="As found in the content.",
        ),
        Shown(name="latest_version", columns=("latest__number",), type=int | None),
    ),
    write=("name",),
    filters=(
        Filter("subject_type", "choice", "on what", choices=[(label, label) for label in SUBJECTS]),
        Filter("subject_id", "number", "number of the record"),
        Filter("account", "number", "account", "account_id"),
        Filter("name", "text", "name"),
    ),
    verbs=ALL - {"add", "bulk"},
    change=_clean,
)

VERSIONS = Noun(
    path="document-versions",
    title="DocumentVersion",
    model=Version,
    area="documents",
    allowed=DOCUMENTS.allowed,
    seen=lambda user: Version.objects.filter(document__in=Document.objects.visible_to(user)),
    read=(
        "number",
        "file_name",
        "sha256",
        "size",
        "content_type",
        "uploaded_by",
        named("uploaded_by_name", "uploaded_by"),
        "uploaded_at",
    ),
    verbs=READ,
)

NOUNS = [DOCUMENTS]


class ContentQuery(Schema):
    version: int | None = Field(None, ge=1, le=2**31 - 1, description="Which version; the newest when left out.")


FRAME = 1024 * 1024  # bytes around the file in a form


def _form(**fields: Any) -> dict[str, Any]:
    file = {"type": "string", "format": "binary", "description": "At most 250 MB."}
    properties = fields | {"file": file}
    schema = {"type": "object", "properties": properties, "required": [*fields, "file"], "additionalProperties": False}
    return {"required": True, "content": {"multipart/form-data": {"schema": schema}}}


def _upload(request: HttpRequest) -> Any:
    """The file of a multipart request. Raises Problem 415, 413, 422."""
    if not request.headers.get("Content-Type", "").lower().startswith("multipart/form-data"):
        raise Problem(415, "media-type", _("Please send multipart/form-data."))
    if int(request.META.get("CONTENT_LENGTH") or 0) > storing.LIMIT + FRAME:
        raise Problem(413, "too-large")
    try:
        upload = request.FILES.get("file")
    except RequestDataTooBig as big:
        raise Problem(413, "too-large") from big
    if upload is None:
        raise invalid([{"pointer": "/file", "detail": _("This is needed.")}])
    return upload


def _digest(request: HttpRequest, upload: Any) -> bytes:
    digest = hashlib.sha256(repr(sorted(request.POST.items())).encode())
    for piece in upload.chunks():
        digest.update(piece)
    upload.seek(0)
    return digest.digest()


def _subject(request: HttpRequest, user: Any) -> Any:
    """The record that an upload names. Raises Problem 422 when she does not see it, 403 when she may put nothing there."""
    label, number = request.POST.get("subject_type", ""), request.POST.get("subject_id", "")
    if label not in SUBJECTS:
        raise invalid(
            [{"pointer": "/subject_type", "detail": _("One of these: %(names)s.") % {"names": ", ".join(SUBJECTS)}}]
        )
    pk = int(number) if number.isascii() and number.isdigit() and len(number) < 19 else 0
    subject = apps.get_model(label)._default_manager.visible_to(user).living().filter(pk=pk).first()
    if subject is None:
        raise invalid([{"pointer": "/subject_id", "detail": _("There is no such record.")}])
    if not may(user, "add", subject):
        raise forbidden()
    return subject


def _add(request: HttpRequest) -> HttpResponse:
    caller = ROUTES.may(request, "add")
    upload = _upload(request)
    subject = _subject(request, caller.user)

    def work() -> HttpResponse:
        try:
            document = storing.store(upload, subject, by=caller.user, name=request.POST.get("name", ""))
        except ValidationError as wrong:
            raise invalid(from_django(wrong, {}, "/file")) from wrong
        return created(f"{request.path}/{document.pk}", ROUTES.show(caller, document.pk))

    return once(request, work, _digest(request, upload))


def _document(request: HttpRequest, pk: int) -> Document:
    caller = ROUTES.may(request, "see")
    document = Document.objects.visible_to(caller.user).living().select_related("latest").filter(pk=pk).first()
    if document is None:
        raise not_found()
    return document


def _versions(request: HttpRequest, id: Pk, query: Query[SimplePage]) -> HttpResponse:
    found = Version.objects.filter(document=_document(request, id))
    order = [("number", "desc"), ("id", "desc")]
    caller = request.auth  # type: ignore[attr-defined]
    return answered(reading.paged(READER, request, caller, found, order, after=query.after, limit=query.limit))


def _add_version(request: HttpRequest, id: Pk) -> HttpResponse:
    document = _document(request, id)
    caller = request.auth  # type: ignore[attr-defined]
    caller.must_reach("documents", "write")
    if not may(caller.user, "change", document):
        raise forbidden()
    upload = _upload(request)

    def work() -> HttpResponse:
        try:
            version = storing.add_version(document, upload, by=caller.user)
        except ValidationError as wrong:
            raise invalid(from_django(wrong, {}, "/file")) from wrong
        address = f"{request.path.removesuffix('/versions')}/content?version={version.number}"
        return created(address, ROUTES.show(caller, document.pk))

    return once(request, work, _digest(request, upload))


def _content(request: HttpRequest, id: Pk, query: Query[ContentQuery]) -> Any:
    document = _document(request, id)
    version = document.latest if query.version is None else document.versions.filter(number=query.version).first()
    if version is None:
        raise not_found()
    try:
        content = storing.open_version(version)
    except storing.Lost as why:
        raise Problem(410, "not-found", str(why)) from why
    kind = version.content_type if version.content_type not in (kinds.HTML, kinds.SVG) else kinds.UNKNOWN
    response = FileResponse(content, as_attachment=True, filename=version.file_name, content_type=kind)
    response["ETag"] = f'"{version.sha256}"'
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, no-store"
    return response


ROUTES = Routes(DOCUMENTS)
READER = reading.Reader(VERSIONS)
_ON: dict[str, Any] = {
    "subject_type": {"type": "string", "enum": list(SUBJECTS)},
    "subject_id": {"type": "integer", "minimum": 1, "maximum": shapes.ID_MAX},
}


def routers() -> list[Router]:
    record = {201: DOCUMENTS.record_schema}
    binary = {
        "200": {"description": "The content.", "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}}}
    }
    gone = {"410": {"description": "The content is missing on the server."}}
    page = page_schema("DocumentVersion", VERSIONS.row_schema)
    where, once_only = "/documents/{int:id}", {"parameters": [ONCE_PARAMETER]}
    ROUTES.route(
        "POST", "/documents", _add, "add", "Put a file on a record", record, requestBody=_form(**_ON), **once_only
    )
    ROUTES.route("GET", f"{where}/versions", _versions, "versions", "The versions of a document, newest first", page)
    ROUTES.route(
        "POST",
        f"{where}/versions",
        _add_version,
        "add_version",
        "Add a version",
        record,
        requestBody=_form(),
        **once_only,
    )
    ROUTES.route(
        "GET", f"{where}/content", _content, "content", "The file itself", {200: None}, responses=binary | gone
    )
    return [ROUTES.router]
