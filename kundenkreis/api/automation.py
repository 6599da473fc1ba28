"""Automation rules, and what they did."""

from __future__ import annotations

from typing import Annotated, Any

from ninja import Router
from pydantic import AfterValidator, Field

from kundenkreis.api.noun import READ, Noun, kept_by
from kundenkreis.api.resource import Routes
from kundenkreis.api.shapes import Shown, storable
from kundenkreis.automation.models import AutomationRule, AutomationRun
from kundenkreis.automation.nouns import When, choices
from kundenkreis.core.filters import Filter

_Text = Annotated[str, Field(max_length=1_000), AfterValidator(storable)]
_Condition = Annotated[str, Field(max_length=4_000), AfterValidator(storable)]
_Key = Annotated[str, Field(max_length=20, pattern=r"^[a-z]+$")]
_Action = Annotated[
    dict[_Key, bool | int | _Text | Annotated[list[_Text], Field(max_length=300)]], Field(max_length=10)
]
_ALLOWED = kept_by("automation.see", "automation.change")
_ACTIONS = (
    'In their order: {"do": "task", "kind", "title", "text", "days", "working", "who", "purpose"}, {"do": "owner", "who"}, {"do": "field", '
    '"field", "value"}, {"do": "notify", "to", "text"}. People are "owner", "lead", "actor" (whoever did it) or "person:7"; to be told also '
    '"role:head_of_sales". Texts may hold {record}, {account}, {contact}, {owner}, {today}, {rule} and {custom_…}.'
)
_WRITTEN = (
    "name",
    "when",
    "field",
    "from_value",
    "to_value",
    "days",
    "responsible",
    "for_imports",
    "most_a_day",
    "note",
)
RULES = Noun(
    path="automation-rules",
    title="AutomationRule",
    model=AutomationRule,
    area="house",
    tag="Automation",
    about="When a record of a noun (`belongs_to`) is added, newly fulfils conditions (`meets`), is changed in `field` or reaches `days` after"
    " the date `field`, then actions are done as `responsible`. `conditions` are written as the filters of lists are. A rule begins"
    " switched off.",
    allowed=_ALLOWED,
    read=(
        "key", "belongs_to", *_WRITTEN, Shown(name="conditions", columns=("conditions",), type=list[str]),
        Shown(name="actions", columns=("actions",), type=list[dict[str, Any]], description=_ACTIONS),
        "is_on", "stopped_why",
    ),
    fixed=("key", "belongs_to"),
    write=_WRITTEN,
    more={
        "conditions": (Annotated[list[_Condition], Field(max_length=20)], Field(default=[])),
        "actions": (Annotated[list[_Action], Field(max_length=10)], Field(default=[], description=_ACTIONS)),
    },
    filters=(
        Filter("belongs_to", "choice", "noun", choices=choices),
        Filter("key", "text", "code"),
        Filter("when", "choice", "when", choices=When.choices),
        Filter("is_on", "flag", "switched on"),
    ),
    verbs=READ | {"add", "change", "discard", "restore", "history"},
)  # fmt: skip
RUNS = Noun(
    path="automation-runs",
    title="AutomationRun",
    model=AutomationRun,
    area="house",
    tag="Automation",
    about="What a rule did on a record, or why not. Kept for 90 days.",
    allowed=lambda user, verb, record: verb == "see" and _ALLOWED(user, verb, record),
    read=(
        "rule", "noun", "record_id", "occasion", "at", "state", "done_at",
        Shown(name="deeds", columns=("deeds",), type=list[dict[str, Any]], description="What each action did."), "problem", "batch",
    ),
    filters=(
        Filter("rule", "number", "rule", "rule_id"),
        Filter("noun", "choice", "noun", choices=choices),
        Filter("record_id", "number", "record"),
        Filter("state", "choice", "state", choices=AutomationRun.State.choices),
        Filter("at", "moment", "when"),
    ),
    verbs=READ,
)  # fmt: skip

NOUNS = [RULES, RUNS]


def routers() -> list[Router]:
    rules = Routes(RULES)
    rules.step(
        "switch-on", "Switch it on: from now on it acts on what happens", lambda rule, by: rule.switch(True, by=by)
    )
    rules.step("switch-off", "Switch it off: what waits is not done", lambda rule, by: rule.switch(False, by=by))
    return [rules.router, Routes(RUNS).router]
