"""Every address of the product with real records in it, from the site map itself: a new page is walked without being told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.core import signing
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from kundenkreis.activities import calendar, morning, opting_in
from kundenkreis.customers.models import Consent

PARTS = {"accounts": ["seats", "positions", "relations", "links", "functions", "addresses", "points", "lookups"]}
PARTS["contacts"] = ["positions", "addresses", "points", "consents"]
PARTS["target_accounts"] = ["answers", "events", "judgements"]
PARTS["stakeholders"] = ["lines", "counterparts"]
PARTS["opportunities"] = ["lines", "contacts", "competitors", "qualification", "interviews"]
# Where one kind of record serves a noun's addresses, and the few addresses that are about another one.
RECORDS = {
    "day": "account",
    "accounts": "account",
    "contacts": "contact",
    "people": "person",
    "people:discard_deputy": "deputy",
    "access": "person",
    "access:review_end": "review",
    "access:review_judge": "review",
    "sheets": "sheet",
    "teams": "team",
    "territories": "territory",
    "accounts:territory": "account",
    "reassignments": "reassignment",
    "market_segments": "market_segment",
    "competitors": "competitor",
    "studies": "study",
    "forecast": "forecast_call",
    "strategies": "strategy",
    "targets": "target",
    "history": "event",
    "history:batch": "batch",
    "history:undo_batch": "batch",
    "documents": "document",
    "views": "view",
    "activities": "activity",
    "products": "product",
    "products:price_list": "price_list",
    "orders": "order",
    "inbox": "notification",
    "imports": "run",
    "imports:look": "draft",
    "imports:map": "draft",
    "imports:check": "draft",
    "tokens": "token",
    "rates": "rate",
    "mileage_rates": "mileage_rate",
    "trips": "trip",
    "leads": "lead",
    "lead_settings": "lead_form",
    "lead_settings:score_edit": "score_rule",
    "lead_settings:score_discard": "score_rule",
    "lead_settings:routing_edit": "routing_rule",
    "lead_settings:routing_discard": "routing_rule",
    "submissions": "submission",
    "opportunities": "opportunity",
    "opportunities:hand_over": "won_opportunity",
    "opportunities:tie": "won_opportunity",
    "opportunities:untie": "won_opportunity",
    "opportunities:plan_interview": "won_opportunity",
    "projects": "project",
    "pipelines": "pipeline",
    "plan_templates": "plan_template",
    "target_accounts": "target_account",
    "stakeholders": "stakeholder",
    **dict.fromkeys(
        ("stakeholders:map", "stakeholders:add", "stakeholders:move", "stakeholders:relationships"), "account"
    ),
    "fitting_accounts": "fitting_account",
    "prospecting": "criteria_set",
    "needs": "need",
    "needs:account": "account",
    "needs_talks": "needs_talk",
    "needs_coverage": "coverage",
    "question_sets": "question_set",
    "wishes": "wish",
    "wish_tellings": "wish_telling",
    "selection": "scoring_round",
    "selection:criteria_copy": "selection_set",
    "selection:criteria_in_force": "selection_set",
    "selection:criteria_edit": "selection_set",
    "selection:criteria_discard": "selection_set",
    "selection:judgement_discard": "selection_judgement",
    "selection:decide": "selection_result",
    "selection:override_discard": "tier_override",
    "selection_results": "selection_result",
    "pipelines:reason": "close_reason",
    "pipelines:reason_discard": "close_reason",
    "families": "family",
    "units": "unit",
    "tags": "tag",
    "lines": "line",
    "open_items": "open_item",
    "signals": "signal",
    "wordings": "wording",
    "fields": "custom_field",
    "automation": "automation_rule",
    "automation_runs": "automation_run",
    "permission:lift": "suppression",
    "duplicates": "pair",
    "merges": "merge",
    "quality": "account",
    "quality:unwaive": "waiver",
    "quality_rules": "rule",
    "privacy_requests": "privacy_request",
    "privacy_record": "purpose",
    "privacy_breaches": "breach",
    "privacy_alerts": "alert",
    "privacy_contacts": "contact",
    "privacy_accounts": "private_account",
    "privacy_erasures": "erasure",
    "privacy_users": "gone_colleague",
    "problems": "problem",
    "disclosure": "contact",
}
# Signing in is allauth's own map, the API has its own walk, and health answers a monitor.
ELSEWHERE = re.compile(
    r"^(api|health|mfa_|account_confirm|account_signup|account_email|account_set_password|usersessions)"
)


def patterns(
    entries: Any = None, route: str = "", space: str = "", keys: tuple = ()
) -> Iterator[tuple[str, str, tuple]]:
    """(name, route, names of its arguments) of every address."""
    for entry in get_resolver().url_patterns if entries is None else entries:
        found = (*keys, *entry.pattern.converters)
        if isinstance(entry, URLResolver):
            inner = f"{space}{entry.namespace}:" if entry.namespace else space
            yield from patterns(entry.url_patterns, route + str(entry.pattern), inner, found)
        elif isinstance(entry, URLPattern):
            yield f"{space}{entry.name}", route + str(entry.pattern), found


def addresses(made: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """(name, address) of every page and action but signing in and the API. Raises KeyError with what a new one needs."""
    for name, route, keys in patterns():
        if ELSEWHERE.match(name) or "(?P" in route:
            continue
        for values in _arguments(name, keys, made):
            yield name, reverse(name, kwargs=values) + NEEDED.get(name, "")


def _arguments(name: str, keys: tuple, made: dict[str, Any]) -> Iterator[dict[str, Any]]:
    space = name.split(":")[0]
    if not keys:
        yield {}
    elif space in PARTS and "name" in keys:
        for part in PARTS[space]:
            mine = {("accounts", "points"): "account_points", ("contacts", "addresses"): "contact_addresses"}
            mine |= {("target_accounts", one): f"target_{one}" for one in PARTS["target_accounts"]}
            mine |= {("stakeholders", one): f"stakeholder_{one}" for one in PARTS["stakeholders"]}
            mine |= {("opportunities", one): f"opportunity_{one}" for one in PARTS["opportunities"]}
            record = made[mine.get((space, part), part)]
            whole = made["won_opportunity" if part == "interviews" else RECORDS[space]]
            values = {"pk": whole.pk, "name": part}
            yield values | ({"part_pk": record.pk} if "part_pk" in keys else {})
    elif space == "bin":
        yield {"noun": "account", **({"pk": made["gone"].pk} if "pk" in keys else {})}
    else:
        others = {"label": "customers.account", "name": "head_of_sales", "number": 1, "kind": "call", "verb": "done"}
        others |= {"purpose": "newsletter", "channel": "email", "consent_pk": made["consents"].pk}
        others |= {"privacy_requests": {"name": "extend"}, "privacy_breaches": {"name": "notify"}}.get(space, {})
        others["activity_pk"] = made[{"trips": "visit", "leads": "lead_task"}.get(space, "activity")].pk
        others["leg_pk"] = made["leg"].pk
        others["stage_pk"] = made["stage"].pk
        others |= {"tie_pk": made["tie"].pk, "party_pk": made["party"].pk, "opportunity_pk": made["bidder"].pk}
        others |= {"noun": "account", "rule_pk": made["rule"].pk}
        others |= {"privacy_alerts": {"kind": "night"}, "disclosure": {"noun": "contact"}}.get(space, {})
        others["key"] = "kind" if space == "activities" or space == "log" else "tier"
        others |= {"opportunities": {"key": "p1"}}.get(space, {})
        others["token"] = signing.dumps(made["person"].pk, salt=morning.SALT)
        if name == "leads:move":
            others["key"] = "status"
        if space == "lead_public":
            others["token"] = made["lead_link" if name.endswith("confirm") else "lead_form_token"]
        others |= {
            "step_pk": made["plan_step"].pk,
            "link_pk": made["plan_link"].pk,
            "comment_pk": made["plan_comment"].pk,
        }
        if space in ("needs", "wishes"):
            others |= {"key": "status", "ask_pk": made["wish_ask"].pk, "telling_pk": made["wish_telling"].pk}
            others["part_pk"] = made["bidder" if name == "needs:untie" else "need_fit"].pk
        if space == "needs_talks":
            others |= {"key": "q1", "answer_pk": made["talk_answer"].pk}
        if space in ("prospecting", "selection"):
            others["kind"] = "set"
        if space == "selection":
            others |= {"about": "strategic", "account_pk": made["account"].pk}
        if name == "target_accounts:move":
            others["key"] = "status"
        if space == "stakeholders":
            others |= {"kind": "attitude", "part_pk": made["judgement"].pk}
        if space == "plan_templates":
            others["step_pk"] = made["template_step"].pk
        if space == "shared_plan":
            others["token"] = made["shared_plan"]
        if space == "opt_in":
            others["token"] = _of_a_customer(name, made)
        if "secret" in keys:
            others["secret"] = calendar.subscribe(made["person"], "Walk")[1]
        if space == "reassignments":
            others |= {"kind": "territory", "part_pk": made["territory_change"].pk}
        if space in ("market_segments", "competitors"):
            kind = "size" if space == "market_segments" else "price"
            others |= {"kind": kind, "part_pk": made[f"market_{kind}"].pk, "year": 2025}
        if space == "strategies":
            others |= {"kind": "initiative", "part_pk": made["initiative"].pk}
        others["price_pk"] = made["price"].pk
        others["person_pk"] = made["person"].pk
        others |= {"picks": {"name": "accounts.industry"}, "layouts": {"noun": "accounts"}}.get(space, {})
        record = (
            made["account"] if "label" in keys else made[RECORDS.get(name) or RECORDS[space]] if "pk" in keys else None
        )
        yield {key: record.pk if key == "pk" else others[key] for key in keys}


def _of_a_customer(name: str, made: dict[str, Any]) -> str:
    """The token of a link that a customer opens."""
    if name == "opt_in:unsubscribe":
        return opting_in.unsubscribe_link(made["contact"], "newsletter").rstrip("/").rpartition("/")[2]
    asked = {"state": "pending", "since": timezone.now(), "source": "walk", "ticket": "walk"}
    consent, _is_new = Consent._base_manager.get_or_create(
        contact=made["contact"], purpose="survey", channel="email", defaults=asked
    )
    return signing.dumps([consent.pk, "walk"], salt="kundenkreis.opt-in")


NEEDED = {"views:add": "?list=accounts", "picks:value": "?key=Gifts", "picks:merge": "?key=Gifts&into=Toys"}
# What stands in a page's query and shows something else.
ALSO = [
    "/?whose=all",
    *(f"/house/fields/new/?of=accounts&kind={kind}" for kind in ("text", "choice", "formula")),
    "/house/fields/?of=products",
    "/house/automation/new/?of=contacts",
    "/house/automation/new/?begin=overdue",
    *(
        f"/accounts/{{account}}/?tab={tab}"
        for tab in ("people", "opportunities", "orders", "structure", "details", "files", "history")
    ),
    "/accounts/{account}/?group=legal",
    "/accounts/?f=place:is:Wels&sort=-name&columns=name,place,owner",
    "/accounts/?f=name:has:xyzzy",
    "/accounts/?layout=board-tier",
    "/activities/all/?layout=board-due",
    "/activities/all/?layout=board-kind",
    "/activities/all/?layout=week",
    "/trips/?layout=month",
    "/leads/?layout=board-status",
    "/leads/{lead}/edit/?field=message",
    "/leads/{lead}/convert/?step=look&account={account}",
    "/opportunities/?layout=board-p{pipeline}",
    "/opportunities/?layout=month",
    "/opportunities/?f=state:in:no_step",
    "/opportunities/new/?account={account}",
    "/opportunities/{opportunity}/edit/?field=probability",
    "/forecast/?who=person-{person}",
    "/forecast/call/?who=person-{person}&over=1",
    "/forecast/changes/?measure=call&kind=new",
    "/forecast/accuracy/?kind=month",
    "/opportunities/{won_opportunity}/",
    "/opportunities/winloss/?by=owner&period=all",
    "/opportunities/winloss/?by=source&f=state:in:lost",
    "/projects/new/?opportunity={opportunity}",
    "/trips/mileage/?means=company_car",
    "/trips/{trip}/edit/?field=purpose",
    "/zones/?q=lond",
    "/search/?q=lindner",
    "/access/people/{person}/?q=Lindner",
    "/access/of/customers.account/{account}/?sees=no",
    "/access/of/customers.account/{account}/?person={person}",
    "/access/review/?by=team&state=open",
    "/sheets/{sheet}/?kind=change",
    "/sheets/{sheet}/?kind=problem",
    "/access/changes/?person={person}&since=2020-01-01",
    "/accounts/{account}/edit/?field=place",
    "/signin/2fa/",
    "/signin/sessions/",
    "/api/v1/docs",
    "/not/there/",
]
