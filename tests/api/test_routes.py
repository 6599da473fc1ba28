"""Every route of the API, asked by nobody, by each role, and for other people's records."""

from __future__ import annotations

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kundenkreis.api.door import NOUNS, openapi_document
from kundenkreis.customers.models import Account, Contact
from kundenkreis.staff import access
from kundenkreis.staff.roles import Role
from tests import world as cast
from tests.api.making import BOUND, bodies, make_all

ROUTES = [
    (method.upper(), path)
    for path, operations in json.loads(openapi_document()[0])["paths"].items()
    for method in operations
]

MARKET = (
    "market-segments", "market-sizes", "competitors", "competitor-shares", "price-points", "battle-cards", "objections", "market-studies",
    "strategies", "initiatives",
)  # fmt: skip
OF_STAKEHOLDERS = ("stakeholder-judgements", "influence-lines", "stakeholder-counterparts")
SELECTED = ("selection-judgements", "tier-overrides")
OF_TARGETS = ("research-answers", "trigger-events", "fit-judgements")
OF_NEEDS = ("need-fits", "talk-answers")
PLANS = ("action-plans", "action-plan-steps", "action-plan-comments")
# What the access table must allow for seeing and for adding. Written down here once more, so that a slip in a declaration shows.
SEE = {
    "sheets": "accounts.change",
    "products": "products.see",
    "families": "products.see",
    "units": "products.see",
    "price-lists": "products.see",
    "prices": "products.see",
    "people": "people.see",
    "teams": "people.see",
    "territories": "people.see",
    "deputies": "people.see",
    "imports": "imports.see",
    "duplicate-pairs": "duplicates.see",
    "import-mappings": "imports.see",
    "tokens": "",
    "events": "history.see",
    "contacts": "contacts.see",
    "positions": "contacts.see",
    "consents": "contacts.see",
    "wordings": "wordings.see",
    "suppressions": "suppressions.see",
    "registers": "registers.change",
    "activities": "activities.see",
    "documents": "documents.see",
    "orders": "orders.see",
    "deliveries": "orders.see",
    "open-items": "orders.see",
    "credit-standings": "orders.see",
    "saved-views": "",
    "notifications": "",
    "batches": "",
    "exchange-rates": "",
    **dict.fromkeys(("quality-rules", "quality-findings", "quality-waivers"), "quality.see"),
    **dict.fromkeys(("leads", "lead-score-rules", "lead-routing-rules"), "leads.see"),
    "lead-submissions": "lead_settings.see",
    "trips": "trips.see",
    "trip-legs": "trips.see",
    **dict.fromkeys(MARKET, "market.see"),
    **dict.fromkeys(("forecast-calls", "forecast-snapshots"), "forecasts.see"),
    "targets": "targets.see",
    **dict.fromkeys(("reassignments", "reassignment-territories", "reassignment-accounts"), "reassignments.see"),
    "mileage-rates": "",
    **dict.fromkeys(
        (
            "opportunities",
            "opportunity-lines",
            "opportunity-contacts",
            "opportunity-competitors",
            "opportunity-qualifications",
            "projects",
            "project-parties",
            "opportunity-orders",
            "opportunity-interviews",
            *PLANS,
        ),
        "opportunities.see",
    ),
    **dict.fromkeys(("pipelines", "stages", "close-reasons", "interview-guides"), "pipelines.see"),
    **dict.fromkeys(("target-accounts", *OF_TARGETS), "target_accounts.see"),
    **dict.fromkeys(("stakeholders", *OF_STAKEHOLDERS), "stakeholders.see"),
    **dict.fromkeys(("selection-sets", "selection-criteria", "tier-rules", "scoring-rounds"), "selection.see"),
    **dict.fromkeys(("selection-results", *SELECTED), "selection.see"),
    **dict.fromkeys(("criteria-sets", "fit-criteria", "research-questions"), "pipelines.see"),
    **dict.fromkeys(("needs", "needs-talks", "needs-coverage", *OF_NEEDS), "needs.see"),
    **dict.fromkeys(("question-sets", "question-editions"), "pipelines.see"),
    **dict.fromkeys(("wishes", "wish-asks", "wish-tellings"), "wishes.see"),
    "privacy-requests": "requests.add",
    **dict.fromkeys(("automation-rules", "automation-runs"), "automation.see"),
    **dict.fromkeys(("purposes", "breaches", "alerts", "erasures", "restrictions"), "privacy.see"),
    "problems": "",
}
ADD = {
    "accounts": "accounts.add",
    "contacts": "contacts.add",
    "positions": "contacts.change",
    "consents": "contacts.change",
    "wordings": "wordings.change",
    "suppressions": "suppressions.add",
    "activities": "activities.add",
    "products": "products.add",
    "families": "products.add",
    "units": "products.add",
    "price-lists": "products.add",
    "prices": "products.add",
    "orders": "orders.add",
    "deliveries": "orders.add",
    "open-items": "orders.add",
    "credit-standings": "orders.add",
    "people": "people.add",
    "teams": "people.add",
    "territories": "people.add",
    "deputies": "people.see",
    "saved-views": "views.add",
    "exchange-rates": "rates.change",
    "quality-rules": "quality.change",
    "quality-waivers": "quality.waive",
    "custom-fields": "fields.change",
    "automation-rules": "automation.change",
    "pick-lists": "fields.change",
    "layouts": "fields.change",
    "leads": "leads.add",
    **dict.fromkeys(("lead-score-rules", "lead-routing-rules"), "lead_settings.change"),
    "trips": "trips.add",
    "trip-legs": "trips.change",
    "opportunities": "opportunities.add",
    "projects": "opportunities.add",
    **dict.fromkeys(("project-parties", "opportunity-orders", "opportunity-interviews"), "opportunities.change"),
    **dict.fromkeys(
        ("opportunity-lines", "opportunity-contacts", "opportunity-competitors", "opportunity-qualifications", *PLANS),
        "opportunities.change",
    ),
    "target-accounts": "target_accounts.add",
    "stakeholders": "stakeholders.add",
    **dict.fromkeys(OF_STAKEHOLDERS, "stakeholders.change"),
    "scoring-rounds": "selection.arrange",
    **dict.fromkeys(SELECTED, "selection.change"),
    **dict.fromkeys(OF_TARGETS, "target_accounts.change"),
    **dict.fromkeys(("needs", "needs-talks"), "needs.add"),
    **dict.fromkeys(OF_NEEDS, "needs.change"),
    "wishes": "wishes.add",
    "wish-asks": "wishes.change",
    "reassignments": "reassignments.add",
    "forecast-calls": "forecasts.add",
    **dict.fromkeys(MARKET, "market.change"),
    "targets": "targets.add",
    **dict.fromkeys(("market-segments", "competitors", "market-studies", "strategies"), "market.add"),
    **dict.fromkeys(("reassignment-territories", "reassignment-accounts"), "reassignments.change"),
    "mileage-rates": "mileage_rates.change",
    "privacy-requests": "requests.add",
    "purposes": "privacy.change",
    "breaches": "privacy.change",
    "problems": "",
}


@pytest.fixture
def everybody(world):
    people = [world.ada, world.ben, world.dora, world.gerda, world.rita, world.admin]
    people.append(cast.person("cora", "Cora", "Claim", Role.COMPLAINT_MANAGER, world.north))
    people.append(cast.person("mark", "Mark", "Et", Role.MARKETING, world.north))
    assert {person.role for person in people} == set(Role.values)
    return people


def test_every_route_refuses_who_does_not_say_who_she_is(world, program):
    nobody = program(None)
    for method, path in ROUTES:
        answer = nobody.ask(method, path.replace("{id}", "1").replace("{number}", "1"))
        assert answer.status_code == 401, (method, path)
        assert answer["Content-Type"] == "application/problem+json"


def test_every_list_is_open_to_the_roles_that_may_see_it(everybody, program):
    for person in everybody:
        asking = program(person)
        for noun in NOUNS:
            if "list" not in noun.verbs:
                continue
            action = SEE.get(noun.path, "accounts.see")
            expected = 200 if not action or access.scope(person, action) else 403
            assert asking.get(noun.path).status_code == expected, (person.role, noun.path)


def test_every_noun_is_added_by_the_roles_that_may_add_it(everybody, program):
    for person in everybody:
        asking = program(person)
        for noun in NOUNS:
            if "add" not in noun.verbs or noun.path == "documents":
                continue
            action = ADD.get(noun.path, "accounts.change")
            expected = 422 if not action or access.scope(person, action) else 403
            assert asking.post(noun.path, {}).status_code == expected, (person.role, noun.path)


# What is done beyond adding and changing, and the action that it asks. The record is not there, so who may gets as far as 404 or 422.
STEPS = {
    "POST /imports": "imports.run",
    "POST /contacts/{id}/object": "contacts.see",
    "POST /contacts/{id}/end-objection": "contacts.see",
    "POST /contacts/{id}/suppress": "contacts.see",
    "POST /contacts/{id}/opt-in": "contacts.see",
    "POST /consents/{id}/withdraw": "contacts.see",
    "POST /suppressions/{id}/lift": "suppressions.see",
    "POST /imports/{id}/mapping": "imports.see",
    "POST /imports/{id}/check": "imports.see",
    "POST /imports/{id}/start": "imports.see",
    "POST /imports/{id}/cancel": "imports.see",
    "POST /imports/{id}/undo": "imports.see",
    "POST /accounts/{id}/ask-vies": "accounts.change",
    "POST /people/{id}/invite": "people.see",
    "POST /people/{id}/lock": "people.see",
    "POST /people/{id}/unlock": "people.see",
    **{
        f"POST /privacy-requests/{{id}}/{step}": "requests.add"
        for step in ("ask-identity", "identify", "begin", "extend", "respond", "refuse")
    },
    **{
        f"POST /breaches/{{id}}/{step}": "privacy.see"
        for step in ("notify", "leave-unnotified", "tell-people", "close", "reopen")
    },
    "POST /alerts/{id}/clear": "privacy.see",
    "POST /alerts/{id}/make-breach": "privacy.see",
    "POST /problems/{id}/settle": "",
    "POST /contacts/{id}/disclosure": "privacy.change",
    **{
        f"POST /contacts/{{id}}/{step}": "privacy.change"
        for step in ("restrict", "lift-restriction", "hold", "end-hold", "erase")
    },
    **{f"POST /people/{{id}}/{step}": "privacy.change" for step in ("hold", "end-hold", "erase")},
    "POST /batches/{id}/undo": "",
    "POST /events/{id}/undo": "",
    "DELETE /tokens/{id}": "",
    "POST /sheets/{id}/apply": "accounts.change",
    "POST /sheets/{id}/decide": "accounts.change",
    "DELETE /sheets/{id}": "accounts.change",
}


def test_every_step_is_open_to_the_roles_that_may_see_what_it_is_about(everybody, program):
    for person in everybody:
        asking = program(person)
        for route, action in STEPS.items():
            method, path = route.split()
            assert (method, f"/api/v1{path}") in ROUTES, route
            answer = asking.ask(method, path.removeprefix("/").replace("{id}", "987654321"), {}, **{"If-Match": "*"})
            expected = (404, 415) if not action or access.scope(person, action) else (403,)
            assert answer.status_code in expected, (person.role, route, answer.content)
            assert (
                program(person, ["accounts:read"])
                .ask(method, path.removeprefix("/").replace("{id}", "987654321"), {})
                .status_code
                == 403
            ), (person.role, route)


def test_a_role_that_may_only_read_writes_nothing(world, program):
    made = make_all(program(world.admin), world)
    world.brauneis.change(by=world.ben, owner=world.ada)  # Rita's team sees it now
    rita = program(world.rita)
    for noun, record in made.items():
        path = f"{noun}/{record['id']}"
        assert rita.patch(path, {}).status_code in (403, 404), noun
        assert rita.delete(path).status_code in (403, 404), noun
        assert rita.post(f"{path}/restore").status_code in (403, 404), noun
        assert program(world.admin).get(path).status_code == 200, noun


def test_other_peoples_records_are_not_there(world, program):
    made = make_all(program(world.admin), world)
    stranger = program(world.ada)
    for noun in BOUND:
        record = made[noun]["id"]
        assert record not in [item["id"] for item in stranger.get(f"{noun}?limit=500").json()["items"]], noun
        for method, tail in (("GET", ""), ("GET", "/history"), ("PATCH", ""), ("DELETE", ""), ("POST", "/restore")):
            answer = stranger.ask(method, f"{noun}/{record}{tail}", {}, **{"If-Match": "*"})
            if answer.status_code == 405 and tail == "/restore":
                continue
            assert answer.status_code == 404, (noun, method, tail, answer.content)
        assert stranger.get(f"{noun}?id=1").status_code == 422


# What other records do to this one after it was made.
TOUCHED = {
    "fit": 0,
    "fit_open": 0,
    "version": 0,
    "changed_at": "",
    "main_account_id": 0,
    "main_account_name": "",
    "job_title": "",
}


def test_what_is_made_can_be_read_changed_discarded_and_restored(world, program):
    admin = program(world.admin)
    made = make_all(admin, world)
    for noun in reversed(list(made)):
        record, path = made[noun], f"{noun}/{made[noun]['id']}"
        assert {**record, **TOUCHED} == {**admin.get(path).json(), **TOUCHED}, noun
        assert record["id"] in [item["id"] for item in admin.get(f"{noun}?sort=-id").json()["items"]], noun
        tag = admin.get(path)["ETag"]
        assert admin.patch(path, {}, etag=tag).status_code == 200, noun
        assert admin.get(f"{path}/history").json()["items"], noun
        assert admin.delete(path, etag=tag).status_code == 204, noun
        assert admin.get(path).status_code == 404, noun
        assert admin.post(f"{path}/restore").status_code == 200, noun
        assert admin.get(path).status_code == 200, noun


def test_an_empty_required_field_is_named_for_every_noun(world, program):
    admin = program(world.admin)
    for noun in bodies(world).keys() - {
        "leads"
    }:  # of a lead one of five is enough: its company, a name, a way to reach her
        errors = admin.post(noun, {}).json()["errors"]
        assert errors, noun
        assert all(error["detail"] == "This is needed." for error in errors), noun


def test_the_number_of_queries_of_a_list_does_not_grow_with_it(world, program):
    admin = program(world.admin)
    make_all(admin, world)
    admin.get("accounts")

    def count(noun: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert admin.get(f"{noun}?limit=500").status_code == 200
        return len(queries)

    few = {noun.path: count(noun.path) for noun in NOUNS if "list" in noun.verbs}
    tags = list(Account.tags.rel.model.objects.all())
    for n in range(12):
        account = Account.add(by=world.admin, name=f"Firma {n}", owner=world.cem, tags=tags)
        Contact.add(by=world.admin, family_name=f"Person {n}", owner=world.cem, tags=tags)
        program(world.admin).post("activities", {"kind": "note", "subject": "x", "account_id": account.pk})
        program(world.admin).post("relations", {"kind": "customer", "account_id": account.pk})
    assert {noun.path: count(noun.path) for noun in NOUNS if "list" in noun.verbs} == few
    assert max(few.values()) <= 8


def test_costs_are_for_those_who_may_see_them(world, program):
    product = make_all(program(world.admin), world)["products"]
    path = f"products/{product['id']}"
    program(world.admin).patch(path, {"cost": "5.55"})
    sees, not_sees = program(world.ada), program(world.gerda)
    assert sees.get(path).json()["cost"] == "5.5500"
    for answer in (not_sees.get(path).json(), not_sees.get("products").json()["items"][0]):
        assert "cost" not in answer
        assert "is_cost_generated" not in answer
    assert '"5.55' not in json.dumps(not_sees.get(f"{path}/history").json())
    assert "5.55" in json.dumps(sees.get(f"{path}/history").json())
    assert not_sees.get("products?f=cost:over:5").status_code == 422
    assert not_sees.get("products?cost=5.55").status_code == 422
    assert sees.get("products?f=cost:over:5").json()["items"]


@pytest.mark.parametrize("role", Role.values)
def test_history_is_read_with_the_record_but_a_person_s_only_by_herself_and_who_keeps_people(world, program, role):
    made = make_all(program(world.admin), world)
    reader = cast.person("reader", "Rosa", "Reader", role, world.south)
    caller = program(reader)
    for noun, record in made.items():
        seen = caller.get(f"{noun}/{record['id']}").status_code
        asked = caller.get(f"{noun}/{record['id']}/history").status_code
        if noun == "people":
            keeps = access.may(reader, "people.change") or access.may(reader, "history.see")
            assert asked == (200 if keeps else 404), (role, noun)
        else:
            assert asked == seen, (role, noun)
    assert caller.get(f"people/{reader.pk}/history").status_code == 200
