"""Leads: taken in with a look at whom they may be, worked on, converted or disqualified; and the rules about them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router
from pydantic import AfterValidator, Field

from kundenkreis.api import fields, shapes, twins
from kundenkreis.api.noun import READ, Noun, kept_by, of
from kundenkreis.api.problems import Problem, forbidden, invalid
from kundenkreis.api.resource import Routes
from kundenkreis.api.shapes import Shown, named, storable
from kundenkreis.core.filters import Filter
from kundenkreis.customers.models import Account, Contact
from kundenkreis.leads import converting
from kundenkreis.leads.models import Lead, RoutingRule, ScoreRule, Submission
from kundenkreis.quality.matching import entry
from kundenkreis.staff import access

_WHO = (
    "company", "form_of_address", "title_before", "given_name", "family_name", "title_after", "job_title", "email", "phone", "mobile",
    "website", "street", "postcode", "place", "country", "language", "industry", "employees", "message", "interest", "is_inquiry", "source",
    "campaign", "medium", "referrer", "landing_page", "owner",
)  # fmt: skip
_Condition = Annotated[str, Field(max_length=4_000), AfterValidator(storable)]
_Text = Annotated[str, Field(max_length=300), AfterValidator(storable)]


class Disqualified(shapes.Written):
    """Why nothing will come of it: a value of the pick list `leads.reason`."""

    reason: Annotated[str, Field(max_length=12), AfterValidator(storable)]
    reason_note: _Text = ""


class Conversion(shapes.Written):
    """Into which account and contact; left out: new ones. `opportunity` makes one of these too."""

    account_id: shapes.Id | None = None
    contact_id: shapes.Id | None = None
    opportunity: bool = False


def _add(*, by: Any, **values: Any) -> Lead:
    return Lead.add(by=by, origin=Lead.Origin.API, **values)


def _refuse(request: HttpRequest, user: Any, values: Mapping[str, Any]) -> None:
    """Problem 409 with the accounts and contacts that she may be, when the header asks for it."""
    asked = request.headers.get(twins.HEADER, "").strip()
    if asked not in ("", "true", "false"):
        said = _("Choose one or more of: %(known)s.") % {"known": "true, false"}
        raise invalid([{"parameter": twins.HEADER, "detail": said}])
    if asked != "true":
        return
    texts = {name: value for name, value in values.items() if isinstance(value, str)}
    accounts = entry.accounts_like(texts | {"name": texts.get("company", "")}, user) if texts.get("company") else []
    contacts = entry.contacts_like(texts, user) if texts.get("family_name") or texts.get("email") else []
    if accounts or contacts:
        found = [(noun, twin) for noun, some in (("account", accounts), ("contact", contacts)) for twin in some]
        told = [
            {"noun": noun, "id": t.record.pk, "name": str(t.record), "probability": round(t.likeness.probability, 6)}
            for noun, t in found
        ]
        raise Problem(409, "conflict", _("Perhaps this is here already. Nothing was saved."), twins=told)


def _disqualify(lead: Lead, *, by: Any, reason: str, reason_note: str = "") -> Any:
    return lead.disqualify(by=by, reason=reason, reason_note=reason_note)


def _convert(
    lead: Lead, *, by: Any, account_id: int | None = None, contact_id: int | None = None, opportunity: bool = False
) -> Any:
    account = _seen(Account, account_id, by, "/account_id")
    contact = _seen(Contact, contact_id, by, "/contact_id")
    plan = converting.plan(lead, account, contact, by=by, opportunity=opportunity)
    makes = {
        "accounts.add": account is None,
        "contacts.add": plan.with_contact and contact is None,
        "opportunities.add": opportunity,
        "activities.add": True,
    }
    if not all(access.may(by, action) for action, is_made in makes.items() if is_made):
        raise forbidden()
    return converting.convert(lead, by=by, account=account, contact=contact, opportunity=opportunity)


def _seen(model: Any, pk: int | None, by: Any, pointer: str) -> Any:
    if pk is None:
        return None
    found = model.objects.visible_to(by).living().filter(pk=pk).first()
    if found is None:
        raise invalid([{"pointer": pointer, "detail": _("There is no such record.")}])
    return found


def _change(lead: Lead, *, by: Any, **values: Any) -> Any:
    if not lead.is_open:
        raise ValidationError(_("The lead is %(status)s already.") % {"status": lead.get_status_display()})
    return lead.change(by=by, **values)


LEADS = Noun(
    refuse=_refuse,
    parameters=(twins.PARAMETER,),
    path="leads",
    title="Lead",
    model=Lead,
    area="leads",
    tag="Leads",
    about="People and companies who may become customers. Without `owner_id` the house's rules say whose a new one is. `score` is the sum of"
    " the points of the score rules that it fulfils.",
    allowed=of("leads"),
    read=(
        "number", "status", *_WHO, named("owner_name", "owner"), "team", "territory", "origin", "form", "score", "received_at",
        "first_touch_due", "first_touched_at", "disqualified_at", "reason", "reason_note", "converted_at", "account", "contact", "opportunity",
        "is_generated", fields.shown("leads"),
    ),
    write=_WHO,
    more=fields.WRITTEN,
    fielded="leads",
    guarded={"owner": "leads.assign"},
    add=_add,
    change=_change,
    filters=(
        Filter("name", "text", "name", "key"),
        Filter("number", "text", "lead number"),
        Filter("status", "choice", "status", choices=Lead.Status.choices),
        Filter("owner", "person", "owner", "owner_id"),
        Filter("score", "number", "score"),
        Filter("received", "moment", "received", "received_at", aliases=("received_at",)),
        Filter("due", "moment", "first touch due", "first_touch_due", aliases=("first_touch_due",)),
        Filter("touched", "moment", "first touch", "first_touched_at", aliases=("first_touched_at",)),
        Filter("source", "choice", "source", choices=Lead.Source.choices),
        Filter("campaign", "text", "campaign"),
        Filter("country", "choice", "country"),
        Filter("email", "text", "e-mail"),
        Filter("inquiry", "flag", "has asked us", "is_inquiry", aliases=("is_inquiry",)),
        Filter("origin", "choice", "came in by", choices=Lead.Origin.choices),
    ),
    drivers=frozenset({"received", "owner", "score", "status"}),
    sorts={"received_at": "received_at", "score": "score"},
)  # fmt: skip
_RULED: dict[str, Any] = {"conditions": (Annotated[list[_Condition], Field(max_length=20)], Field(default=[]))}
_CONDITIONS = Shown(name="conditions", columns=("conditions",), type=list[str])
_KEPT = kept_by("leads.see", "lead_settings.change")
SCORES = Noun(
    path="lead-score-rules",
    title="LeadScoreRule",
    model=ScoreRule,
    area="leads",
    tag="Leads",
    about="Points for leads that fulfil `conditions`, which are written as the filters of lists are.",
    allowed=_KEPT,
    read=("position", "words_de", "words_en", "points", "is_on", _CONDITIONS),
    write=("position", "words_de", "words_en", "points", "is_on"),
    more=_RULED,
)
ROUTING = Noun(
    path="lead-routing-rules",
    title="LeadRoutingRule",
    model=RoutingRule,
    area="leads",
    tag="Leads",
    about="Whose a new lead is: the first rule by `position` that finds somebody who works and is not away decides.",
    allowed=_KEPT,
    read=("position", "name", "way", "person", "team", "is_on", _CONDITIONS),
    write=("position", "name", "way", "person", "team", "is_on"),
    more=_RULED,
)
SUBMISSIONS = Noun(
    path="lead-submissions",
    title="LeadSubmission",
    model=Submission,
    area="leads",
    tag="Leads",
    about="What was sent by public forms, as it came; what is held back waits for a person.",
    allowed=kept_by("lead_settings.see", "lead_settings.change"),
    read=(
        "form", "received_at", "state", "why", "problem", "language", "agreed", "lead", "decided_at",
        Shown(name="data", columns=("data",), type=dict[str, str]),
    ),
    verbs=READ,
    filters=(
        Filter("state", "choice", "state", choices=Submission.State.choices),
        Filter("received", "moment", "received", "received_at"),
    ),
)  # fmt: skip

NOUNS = [LEADS, SCORES, ROUTING, SUBMISSIONS]


def routers() -> list[Router]:
    routes = Routes(LEADS)
    routes.step("take-over", "Make one the caller's", Lead.take_over)
    routes.step("disqualify", "Say why nothing will come of one", _disqualify, Disqualified)
    routes.step("reopen", "Work on a disqualified one again", Lead.reopen)
    routes.step("convert", "Make an account and a contact of one", _convert, Conversion)
    return [routes.router, *(Routes(noun).router for noun in NOUNS[1:])]
