"""A person's disclosure over the interface: the texts to look through, and the whole of it made of those that were shown."""

# No `from __future__ import annotations` here: django-ninja reads the parameters of the functions below as types.

import json
from typing import Annotated, Any, Literal

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _
from ninja import Query, Router
from ninja.schema import Schema
from pydantic import Field

from kundenkreis.api import shapes
from kundenkreis.api.answers import answered
from kundenkreis.api.auth import Caller
from kundenkreis.api.problems import forbidden, invalid, not_found
from kundenkreis.api.resource import Pk, body
from kundenkreis.api.writing import body_of
from kundenkreis.core import clock
from kundenkreis.customers.models import Contact
from kundenkreis.privacy import disclosing, looking
from kundenkreis.privacy.belonging import Person
from kundenkreis.privacy.disclosure import Disclosure
from kundenkreis.privacy.models import SubjectRequest
from kundenkreis.staff import access

LOOKED_AT_ONCE = 50


class NewDisclosure(shapes.Written):
    """Which texts were shown to whom the house knows itself: see `GET /contacts/{id}/disclosure-texts`."""

    language: Literal["de", "en", ""] = ""
    portable: bool = False
    request_id: shapes.Id | None = None


class DisclosureText(shapes.Read):
    """A text as it would go out. `names_others` and `unsure` (somebody has the same name) stand first; `left_out` says why passages are."""

    place: str
    section: str
    label: str
    text: str
    names_others: bool
    unsure: bool
    left_out: list[str]


class DisclosureTexts(shapes.Read):
    """`next`: the `start` of the following texts; null at the end."""

    count: int
    next: int | None
    texts: list[DisclosureText]


class DisclosureFile(shapes.Read):
    sha256: str
    made_on: str
    language: str
    disclosure: dict[str, Any]


def _told(request: HttpRequest, pk: int) -> tuple[Caller, Contact]:
    """Who asks, and about whom: restricted people too."""
    caller: Caller = request.auth  # type: ignore[attr-defined]
    caller.must_reach("privacy", "write")
    if not access.may(caller.user, "privacy.change"):
        raise forbidden()
    contact = Contact._base_manager.filter(pk=pk).first()
    if contact is None:
        raise not_found()
    return caller, contact


class TextsQuery(Schema):
    """`language` is that of the file; `start` skips so many texts."""

    language: Literal["de", "en", ""] = ""
    start: Annotated[int, Field(ge=0, le=1_000_000)] = 0


def _texts(request: HttpRequest, id: Pk, query: Query[TextsQuery]) -> HttpResponse:
    """The texts that would go out, fifty at once. That they were shown to whoever asks is remembered."""
    caller, contact = _told(request, id)
    with translation.override(query.language or contact.language), disclosing.as_she_was(contact) as person:
        every = Disclosure(person).texts
    after = query.start + LOOKED_AT_ONCE
    some = every[query.start : after]
    looking.note(person, some, by=caller.user)
    told = [
        {
            "place": value.place, "section": value.section, "label": value.label, "text": value.text,
            "names_others": value.names_others, "unsure": value.unsure, "left_out": value.blacked,
        }
        for value in some
    ]  # fmt: skip
    return answered({"count": len(every), "next": after if after < len(every) else None, "texts": told})


def _disclose(request: HttpRequest, id: Pk) -> HttpResponse:
    caller, contact = _told(request, id)
    given = body_of(request, NewDisclosure)
    asked = None
    if given.request_id is not None:
        asked = SubjectRequest.objects.visible_to(caller.user).filter(pk=given.request_id, contact=contact).first()
        if asked is None:
            raise invalid([{"pointer": "/request_id", "detail": _("There is no such request of this person.")}])
    unread = _("Texts that were not shown to you yet may be about other people. Read all of disclosure-texts first.")
    language = given.language or contact.language
    with translation.override(language), disclosing.as_she_was(contact) as person:
        shown = Disclosure(person, portable=given.portable)
        if looking.unseen(person, shown.texts, by=caller.user):
            raise invalid([{"pointer": "", "detail": unread}])
        data, count = shown.as_data(), shown.count
    content = json.dumps(data, ensure_ascii=False).encode()
    with transaction.atomic():
        kind = "portable" if given.portable else "json"
        sha256 = disclosing.disclosed(
            Person.of_contact(contact),
            content,
            by=caller.user,
            count=count,
            kind=kind,
            language=language,
            request=asked,
        )
    return answered({"sha256": sha256, "made_on": clock.today().isoformat(), "language": language, "disclosure": data})


def routers() -> list[Router]:
    router = Router()
    router.add_api_operation(
        "/contacts/{int:id}/disclosure-texts",
        ["GET"],
        _texts,
        operation_id="contacts_disclosure_texts",
        summary="The freely written texts that a disclosure would tell, to be looked through",
        description="Somebody else may be named in them. The house remembers which were shown to whom; a disclosure is made of no others.",
        tags=["Data protection"],
        response=DisclosureTexts,
    )
    router.add_api_operation(
        "/contacts/{int:id}/disclosure",
        ["POST"],
        _disclose,
        operation_id="contacts_disclosure",
        summary="Everything that is held about a contact (GDPR Art. 15 and 20)",
        description="The answer is made for this call and not kept; history keeps its SHA-256. For whoever keeps data protection.",
        tags=["Data protection"],
        response=DisclosureFile,
        openapi_extra={"requestBody": body(NewDisclosure)},
    )
    return [router]
