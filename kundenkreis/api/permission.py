"""Permission to contact: the answers for one contact, the steps that people take, wordings, suppressed addresses and lists."""

# No `from __future__ import annotations` here: django-ninja reads the parameters of the functions below as types.

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Router
from pydantic import AfterValidator, Field

from kundenkreis.activities import opting_in
from kundenkreis.activities.permission import table_of
from kundenkreis.api import shapes
from kundenkreis.api.answers import answered
from kundenkreis.api.noun import READ, Noun, kept_by
from kundenkreis.api.problems import forbidden, invalid, not_found
from kundenkreis.api.resource import Pk, Routes
from kundenkreis.core.filters import Filter
from kundenkreis.customers import barring
from kundenkreis.customers.models import Consent, ConsentWording, Contact, Register, Suppression
from kundenkreis.staff import access

_ABOUT = (
    "For every purpose over every channel: whether it is allowed now, by which rule, and why in the caller's language. Ask it before anything "
    "is sent or anybody is called. `conditions` are the four of the customer exception (§ 174 (4) TKG 2021) where that decides; `until` is the "
    "day from which it is allowed again."
)
_SAID = Annotated[str, Field(max_length=200, description="How it came to us."), AfterValidator(shapes.storable)]


class PermissionCondition(shapes.Read):
    name: str
    holds: bool
    sentence: str


class Permission(shapes.Read):
    """One purpose over one channel."""

    purpose: str
    channel: str
    allowed: bool
    rule: str
    rule_name: str
    sentence: str
    since: shapes.Day | None
    until: shapes.Day | None
    conditions: list[PermissionCondition]


class Permissions(shapes.Read):
    items: list[Permission]


class ConsentSource(shapes.Written):
    source: _SAID = ""


class ContactSuppression(shapes.Written):
    reason: Annotated[str, Field(pattern="^(objection|erasure|complaint|wrong|other)$")]
    source: _SAID = ""


class OptIn(shapes.Written):
    wording_id: shapes.Id
    source: _SAID = ""


class Lift(shapes.Written):
    reason: Annotated[
        str, Field(min_length=1, max_length=300, description="Why it is lifted."), AfterValidator(shapes.storable)
    ]


def _object(contact: Contact, *, by: Any, source: str = "") -> None:
    barring.object_to_advertising(contact, by=by, source=source)


def _end_objection(contact: Contact, *, by: Any, source: str) -> None:
    barring.end_objection(contact, by=by, source=source)


def _suppress(contact: Contact, *, by: Any, reason: str, source: str) -> None:
    if not access.may(by, "suppressions.add"):
        raise forbidden()
    barring.suppress_contact(contact, by=by, reason=reason, source=source)


def _opt_in(contact: Contact, *, by: Any, wording_id: int, source: str) -> None:
    wording = ConsentWording.objects.visible_to(by).living().filter(pk=wording_id).first()
    if wording is None:
        raise invalid([{"pointer": "/wording_id", "detail": _("There is no such record.")}])
    opting_in.ask(contact, wording, by=by, source=source)


def add_to(contacts: Routes, consents: Routes) -> None:
    """The routes that belong to contacts and to consents."""

    def view(request: HttpRequest, id: Pk) -> HttpResponse:
        caller = contacts.may(request, "see")
        contact = Contact.objects.visible_to(caller.user).living().filter(pk=id).first()
        if contact is None:
            raise not_found()
        answers = table_of(contact)
        return answered({"items": [_shown(purpose, channel, one) for (purpose, channel), one in answers.items()]})

    path, summary = "/contacts/{int:id}/permissions", "Whether one may be contacted, for what and how: contact"
    contacts.route("GET", path, view, "permissions", summary, Permissions, description=_ABOUT)
    contacts.step("object", "One objects to all advertising", _object, takes=ConsentSource)
    contacts.step("end-objection", "One takes her objection back", _end_objection, takes=ConsentSource)
    contacts.step("suppress", "All of one's addresses onto the suppression list", _suppress, takes=ContactSuppression)
    contacts.step("opt-in", "Ask one for consent by mail (double opt-in)", _opt_in, takes=OptIn)
    consents.step("withdraw", "Withdraw one", Consent.withdraw, takes=ConsentSource)


def _shown(purpose: str, channel: str, answer: Any) -> dict[str, Any]:
    return {
        "purpose": purpose,
        "channel": channel,
        "allowed": answer.allowed,
        "rule": answer.rule.value,
        "rule_name": str(answer.rule.label),
        "sentence": answer.sentence,
        "since": answer.since.isoformat() if answer.since else None,
        "until": answer.until.isoformat() if answer.until else None,
        "conditions": [{"name": one.name, "holds": one.holds, "sentence": one.sentence} for one in answer.conditions],
    }


_WORDING = ("purpose", "edition", "channels", "text_de", "text_en", "valid_from")
WORDINGS = Noun(
    path="wordings",
    title="ConsentWording",
    model=ConsentWording,
    area="contacts",
    tag="Permission",
    about="The texts that people agree to, for a purpose over some channels. One that somebody agreed to is not changed any more.",
    allowed=kept_by("wordings.see", "wordings.change"),
    read=_WORDING,
    write=_WORDING,
    filters=(
        Filter("purpose", "choice", "purpose", choices=Consent.Purpose.choices),
        Filter("edition", "text", "version"),
        Filter("valid_from", "date", "valid from"),
    ),
)


def _add_suppression(*, by: Any, kind: str, reason: str, address: str, source: str = "") -> Suppression:
    return barring.suppress_address(kind, address, by=by, reason=reason, source=source)


_ADDRESS = Annotated[
    str,
    Field(min_length=1, max_length=254, description="A mail address or a number. Only its hash is kept."),
    AfterValidator(shapes.storable),
]


def _allowed(user: Any, verb: str, record: Any) -> bool:
    return access.may(user, f"suppressions.{verb}")


SUPPRESSIONS = Noun(
    path="suppressions",
    title="Suppression",
    model=Suppression,
    area="contacts",
    tag="Permission",
    about="Addresses that get no advertising any more, as hashes. They survive imports and the person's erasure; an administrator lifts them.",
    allowed=_allowed,
    read=("kind", "digest", "reason", "source", "since", "lifted_at", "lift_reason"),
    fixed=("kind", "reason", "source"),
    more={"address": (_ADDRESS, ...)},
    add=_add_suppression,
    filters=(
        Filter("kind", "choice", "kind", choices=Suppression.Kind.choices),
        Filter("reason", "choice", "reason", choices=Suppression.Reason.choices),
        Filter("since", "moment", "since"),
    ),
    verbs=READ | {"add", "history"},
)
REGISTERS = Noun(
    path="registers",
    title="Register",
    model=Register,
    area="house",
    tag="Permission",
    about="Editions of the ECG and Robinson list that came in by file; the one in the state `current` is asked.",
    allowed=kept_by("registers.change", "registers.change"),
    read=("kind", "as_of", "file_name", "state", "count", "bad_count", "bad_lines", "trouble"),
    filters=(
        Filter("kind", "choice", "list", choices=Register.Kind.choices),
        Filter("state", "choice", "state", choices=Register.State.choices),
    ),
    verbs=READ | {"history"},
)

NOUNS = [WORDINGS, SUPPRESSIONS, REGISTERS]


def routers() -> list[Router]:
    suppressions = Routes(SUPPRESSIONS)
    suppressions.step("lift", "Take one off the list, with a reason", Suppression.lift, takes=Lift)
    return [Routes(WORDINGS).router, suppressions.router, Routes(REGISTERS).router]
