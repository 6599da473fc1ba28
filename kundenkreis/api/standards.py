"""Data quality: the house's rules, who fails them, who was let off, look-ups of VAT IDs, and the figures."""

# No `from __future__ import annotations` here: django-ninja reads the parameters of the functions below as types.

from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from ninja.schema import Schema
from pydantic import Field

from kundenkreis.api import shapes, writing
from kundenkreis.api.answers import answered
from kundenkreis.api.auth import Caller
from kundenkreis.api.noun import ALL, READ, Noun, kept_by, part_of
from kundenkreis.api.problems import forbidden, not_found
from kundenkreis.api.resource import Pk, Routes
from kundenkreis.core.filters import Filter
from kundenkreis.customers.models import Account
from kundenkreis.quality import asking_vies
from kundenkreis.quality.lookups import Lookup
from kundenkreis.quality.rules import Noun as Of
from kundenkreis.quality.rules import QualityFinding, QualityRule, QualityWaiver
from kundenkreis.quality.standards import cockpit, measuring
from kundenkreis.quality.standards.demands import Kind, Reason
from kundenkreis.staff import access

RULES = Noun(
    path="quality-rules",
    title="QualityRule",
    model=QualityRule,
    area="accounts",
    tag="Data quality",
    about="What the house demands of a field of its accounts or contacts. `field` is empty for the age of the whole record; `conditions` are"
    " written as the filters of lists are, and narrow the rule to some records.",
    allowed=kept_by("quality.see", "quality.change"),
    read=("noun_of", "field", "kind", "days", "weight", "conditions", "note"),
    fixed=("noun_of", "field", "kind"),
    write=("days", "weight", "conditions", "note"),
    filters=(
        Filter("noun_of", "choice", "of", choices=Of.choices),
        Filter("kind", "choice", "demand", choices=Kind.choices),
        Filter("weight", "number", "weight"),
    ),
    verbs=ALL - {"bulk"},
)
FINDINGS = Noun(
    path="quality-findings",
    title="QualityFinding",
    model=QualityFinding,
    area="accounts",
    tag="Data quality",
    about="Which record fails which rule, as far as the caller sees it. They follow changes within a minute.",
    allowed=lambda user, verb, record: verb == "see" and access.may(user, "quality.see"),
    read=("rule", "account", "contact", "reason", "since"),
    filters=(
        Filter("rule", "number", "rule", "rule_id"),
        Filter("account", "number", "account", "account_id"),
        Filter("contact", "number", "contact", "contact_id"),
        Filter("reason", "choice", "reason", choices=Reason.choices),
        Filter("since", "moment", "since"),
    ),
    verbs=READ,
)


def _of_either(user: Any, verb: str, record: Any) -> bool:
    """Whoever may let a record off from a rule may end that, too."""
    if verb == "see":
        return access.may(user, "quality.see")
    return access.may(user, "quality.waive", record.record if record is not None else None)


def _waive(*, by: Any, **values: Any) -> QualityWaiver:
    waiver = QualityWaiver.add(by=by, **values)
    measuring.again(waiver.record)
    return waiver


def _ask_again(waiver: QualityWaiver, *, by: Any) -> Any:
    event = waiver.discard(by=by)
    measuring.again(waiver.record)
    return event


WAIVERS = Noun(
    path="quality-waivers",
    title="QualityWaiver",
    model=QualityWaiver,
    area="accounts",
    tag="Data quality",
    about="Records that are let off from a rule, and why: of an account or of a contact.",
    allowed=_of_either,
    read=("rule", "account", "contact", "reason"),
    fixed=("rule", "account", "contact"),
    write=("reason",),
    filters=(
        Filter("rule", "number", "rule", "rule_id"),
        Filter("account", "number", "account", "account_id"),
        Filter("contact", "number", "contact", "contact_id"),
    ),
    add=_waive,
    discard=_ask_again,
    verbs=ALL - {"bulk"},
)
LOOKUPS = Noun(
    path="lookups",
    title="Lookup",
    model=Lookup,
    area="accounts",
    tag="Data quality",
    about="What VIES or FinanzOnline answered about an account's VAT ID on a day.",
    allowed=part_of("accounts", "account"),
    read=("account", "number", "service", "answer", "asked_on", "reference", "name", "address"),
    fixed=("account",),
    write=("number", "service", "answer", "asked_on", "reference", "name", "address"),
    filters=(
        Filter("account", "number", "account", "account_id"),
        Filter("number", "text", "number"),
        Filter("answer", "choice", "answer", choices=Lookup.Answer.choices),
        Filter("asked_on", "date", "asked on"),
    ),
)

NOUNS = [RULES, FINDINGS, WAIVERS, LOOKUPS]
_ABOUT = (
    "The figures of the last measurement: of how many records each rule was asked, how many failed it, and the good ones' share (0 to 1) now "
    "and in earlier measurements, oldest first. Of all records for whoever sees them all, else of those of the owners and teams that the "
    "caller sees."
)


class QualityLine(shapes.Read):
    rule_id: shapes.Id
    name: str
    kind: str
    weight: int
    asked: int
    failed: int
    share: float | None
    shares: list[float]
    trouble: str = Field(description="Why the rule is not asked; empty when it is.")


class QualityFigures(shapes.Read):
    measured_at: shapes.Moment | None
    share: float | None = Field(description="Of all rules together, weighted.")
    items: list[QualityLine]


class QualityQuery(Schema):
    noun_of: Literal["account", "contact"] = "account"
    owner_id: shapes.Id | None = None
    team_id: shapes.Id | None = None


def _figures(request: HttpRequest, query: Query[QualityQuery]) -> HttpResponse:
    caller: Caller = request.auth  # type: ignore[attr-defined]
    caller.must_reach("accounts", "read")
    if not access.may(caller.user, "quality.see"):
        raise forbidden()
    asked = {"owner": query.owner_id, "team": query.team_id}
    shown = cockpit.Cockpit(caller.user, query.noun_of, {name: key for name, key in asked.items() if key is not None})
    return answered(
        {
            "measured_at": shown.run.started_at.isoformat() if shown.run else None,
            "share": shown.whole.share,
            "items": [_line(line) for line in shown.lines],
        }
    )


def _line(line: cockpit.Line) -> dict[str, Any]:
    rule, now = line.rule, line.now
    return {
        "rule_id": rule.pk,
        "name": rule.name,
        "kind": rule.kind,
        "weight": rule.weight,
        "asked": now.asked,
        "failed": now.failed,
        "share": now.share,
        "shares": line.shares,
        "trouble": line.trouble,
    }


class Asked(shapes.Read):
    """The number about which VIES is being asked. Its answer will be a look-up."""

    number: str


def _ask_vies(request: HttpRequest, id: Pk) -> HttpResponse:
    caller: Caller = request.auth  # type: ignore[attr-defined]
    caller.must_reach("accounts", "write")
    if not access.may(caller.user, "accounts.change"):
        raise forbidden()
    account = Account.objects.visible_to(caller.user).living().filter(pk=id).first()
    if account is None:
        raise not_found()
    if not access.may(caller.user, "accounts.change", account):
        raise forbidden()
    asked: list[asking_vies.State] = []
    writing.step(lambda one, by: asked.append(asking_vies.ask_for(one, by=by)), account, by=caller.user)
    return answered({"number": asked[0].number})


def routers() -> list[Router]:
    rules = Routes(RULES)
    rules.router.add_api_operation(
        "/accounts/{int:id}/ask-vies",
        ["POST"],
        _ask_vies,
        operation_id="accounts_ask_vies",
        summary="Have VIES asked whether the account's VAT ID is valid",
        description="In the background, if the settings of the house allow it; the answer becomes one of `/lookups`.",
        tags=["Data quality"],
        response=Asked,
    )
    rules.router.add_api_operation(
        "/quality",
        ["GET"],
        _figures,
        operation_id="quality",
        summary="How good the data are",
        description=_ABOUT,
        tags=["Data quality"],
        response=QualityFigures,
    )
    return [rules.router, *(Routes(noun).router for noun in (FINDINGS, WAIVERS, LOOKUPS))]
