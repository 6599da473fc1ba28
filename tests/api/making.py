"""A body for each noun's POST, on Brauneis (Cem's account) and what hangs on it: enough to make one of everything."""

from __future__ import annotations

from typing import Any

from kundenkreis.core import clock
from kundenkreis.needs import usual as usual_needs
from kundenkreis.needs.models import QuestionEdition
from kundenkreis.pipeline import usual
from kundenkreis.pipeline.models import Opportunity, Pipeline
from kundenkreis.planning import usual as usual_selection
from kundenkreis.planning.models import RoundResult, ScoringRound
from kundenkreis.prospecting import usual as usual_prospecting
from kundenkreis.prospecting.models import FitCriterion, ResearchQuestion
from kundenkreis.stakeholders.models import Stakeholder


def bodies(world: Any) -> dict[str, dict[str, Any]]:
    """Noun → body. The nouns come in an order in which each finds what it refers to; "@contacts" is the number of the one made."""
    account = world.brauneis.pk
    usual.set_up()
    end = Pipeline.objects.living().first().stage_of_kind("won")
    won = Opportunity.add(by=world.cem, name="Won", account=world.brauneis, stage=end).pk
    usual_prospecting.set_up()
    other = Stakeholder.add(by=world.cem, account=world.brauneis, contact=world.maria).pk
    usual_needs.set_up()
    scored = _round(world)
    return {
        "tags": {"name": "Fair 2026"},
        "teams": {"name": "East"},
        "territories": {"name": "Graz", "countries": ["AT"], "postcodes": ["80"]},
        "people": {"email": "neu@example.test", "last_name": "Neu", "role": "read_only"},
        "deputies": {"person_id": world.cem.pk, "deputy_id": world.ben.pk, "starts_on": "2026-01-01"},
        "accounts": {"name": "Zubau OG", "owner_id": world.cem.pk},
        "account-links": {"hierarchy": "legal", "account_id": account, "parent_id": "@accounts"},
        "relations": {"account_id": account, "kind": "reference"},
        "account-team": {"account_id": account, "person_id": world.dora.pk, "role": "service"},
        "partner-functions": {"account_id": account, "function": "payer", "partner_id": "@accounts"},
        "contacts": {"family_name": "Brauneis", "given_name": "Kurt", "owner_id": world.cem.pk},
        "positions": {"contact_id": "@contacts", "account_id": account, "job_title": "Owner"},
        "wordings": {
            "purpose": "newsletter",
            "edition": "2026-01",
            "channels": ["email"],
            "text_de": "Ja, gerne.",
            "text_en": "Yes, please.",
            "valid_from": "2026-01-01",
        },
        "consents": {
            "contact_id": "@contacts",
            "purpose": "newsletter",
            "channel": "email",
            "state": "given",
            "since": "2026-01-02T10:00:00+01:00",
            "source": "Form",
        },
        "addresses": {"account_id": account, "place": "Salzburg", "use": "delivery"},
        "ways-to-reach": {"contact_id": "@contacts", "kind": "phone", "value": "+43 662 123456"},
        "activities": {"kind": "call", "subject": "Hello", "account_id": account, "owner_id": world.cem.pk},
        "families": {"code": "F1", "name": "Lamps"},
        "units": {"code": "C62", "name_en": "piece", "name_de": "Stück"},
        "products": {"number": "P1", "name": "Lamp", "family_id": "@families", "unit_id": "@units", "cost": "4.20"},
        "price-lists": {"code": "L1", "name": "Standard", "currency": "EUR"},
        "prices": {
            "price_list_id": "@price-lists",
            "product_id": "@products",
            "amount": "9.90",
            "starts_on": "2026-01-01",
        },
        "orders": {
            "number": "A-1",
            "account_id": account,
            "ordered_on": "2026-02-01",
            "lines": [{"product_id": "@products", "quantity": "3", "unit_price": "9.90"}],
        },
        "deliveries": {"number": "D-1", "order_id": "@orders"},
        "open-items": {
            "account_id": account,
            "number": "R-1",
            "booked_on": "2026-02-01",
            "due_on": "2026-03-01",
            "amount": "29.70",
            "open_amount": "29.70",
        },
        "credit-standings": {"account_id": account, "limit": "5000", "as_of": "2026-02-01"},
        "saved-views": {"list_name": "accounts", "name": "Mine"},
        "privacy-requests": {"kind": "access", "contact_id": "@contacts"},
        "purposes": {
            "key": "fairs",
            "bases": ["f"],
            "name_de": "Messen",
            "name_en": "Fairs",
            "interest_en": "To meet customers",
            "people_de": "Kunden",
            "people_en": "Customers",
            "retention_de": "Ein Jahr",
            "retention_en": "A year",
        },
        "breaches": {"title": "A mail to the wrong address"},
        "problems": {"what": "The list stays empty", "page": "/accounts/"},
        "trips": {
            "purpose": "Visit in Salzburg",
            "starts_at": "2026-02-02T07:00:00+01:00",
            "start_place": "Wels",
            "ends_at": "2026-02-02T17:00:00+01:00",
            "end_place": "Wels",
        },
        "leads": {"company": "Made GmbH", "family_name": "Made", "email": "made@lead.test", "is_inquiry": True},
        "lead-score-rules": {"words_de": "groß", "words_en": "big", "points": 10, "conditions": ["employees:over:10"]},
        "lead-routing-rules": {"name": "All", "way": "person", "person_id": world.ada.pk},
        "trip-legs": {
            "trip_id": "@trips",
            "on": "2026-02-02",
            "start_place": "Wels",
            "end_place": "Salzburg",
            "km": "98.5",
        },
        "opportunities": {
            "name": "Lamps for the shop",
            "account_id": account,
            "owner_id": world.cem.pk,
            "value": "900",
        },
        "opportunity-lines": {
            "opportunity_id": "@opportunities",
            "product_id": "@products",
            "quantity": "12",
            "price": "9.90",
            "delivered_in": "2026-05-01",
        },
        "opportunity-contacts": {"opportunity_id": "@opportunities", "contact_id": "@contacts", "role": "champion"},
        "opportunity-competitors": {"opportunity_id": "@opportunities", "name": "Fischer"},
        "opportunity-qualifications": {
            "opportunity_id": "@opportunities",
            "element": "pain",
            "score": 0,
            "next_question": "Who?",
        },
        "projects": {"name": "Hospital Linz", "place": "Linz", "country": "AT", "value": "120000"},
        "project-parties": {"project_id": "@projects", "role": "planner", "name": "Atelier Gruber"},
        "opportunity-orders": {"opportunity_id": won, "order_id": "@orders"},
        "opportunity-interviews": {
            "opportunity_id": won,
            "contact_id": "@contacts",
            "channel": "visit",
            "again": 7,
            "answers": {"q1": "At the fair"},
        },
        "action-plans": {"opportunity_id": "@opportunities", "title": "Joint plan"},
        "action-plan-steps": {"plan_id": "@action-plans", "title": "Test the samples", "side": "theirs"},
        "action-plan-comments": {"plan_id": "@action-plans", "text": "Fine."},
        "selection-judgements": {"account_id": account, "about": "strategic", "score": 2, "reason": "They build"},
        "scoring-rounds": {"starts_on": "2026-01-01", "as_of": "2026-01-31", "note": "The year's"},
        "tier-overrides": {"round_id": scored.pk, "account_id": account, "tier": "A", "reason": "Opens ten shops"},
        "target-accounts": {"account_id": "@accounts", "priority": 1},
        "research-answers": {
            "target_id": "@target-accounts",
            "question_id": ResearchQuestion.objects.first().pk,
            "text": "Dowels",
            "source": "Annual report",
        },
        "trigger-events": {
            "target_id": "@target-accounts",
            "kind": "site",
            "what": "A plant in Linz",
            "happened_on": "2026-01-07",
        },
        "fit-judgements": {
            "target_id": "@target-accounts",
            "criterion_id": FitCriterion.objects.filter(measure="judged").first().pk,
            "score": 2,
            "reason": "They build",
        },
        "stakeholders": {"account_id": account, "contact_id": "@contacts"},
        "stakeholder-judgements": {
            "stakeholder_id": "@stakeholders",
            "kind": "goal",
            "text": "Fewer suppliers",
            "source": "She said so",
        },
        "influence-lines": {"stakeholder_id": "@stakeholders", "influenced_id": other, "source": "She said so"},
        "stakeholder-counterparts": {"stakeholder_id": "@stakeholders", "person_id": world.ada.pk},
        "needs": {"account_id": "@accounts", "title": "Goods run out", "effect_base": "1200.00"},
        "need-fits": {"need_id": "@needs", "product_id": "@products", "degree": 2},
        "needs-talks": {
            "account_id": "@accounts",
            "edition_id": QuestionEdition.objects.first().pk,
            "held_on": "2026-01-07",
        },
        "talk-answers": {"talk_id": "@needs-talks", "key": "q1", "value": "From several"},
        "wishes": {"title": "Smaller packs"},
        "wish-asks": {"wish_id": "@wishes", "account_id": "@accounts", "weight": 3},
        "mileage-rates": {"valid_from": "2026-01-01", "per_km": "0.50", "per_passenger": "0.15", "source": "RGV"},
        "market-segments": {"name": "Wood trade in Austria", "industries": ["Trade"], "countries": ["AT"]},
        "market-sizes": {
            "segment_id": "@market-segments",
            "year": 2025,
            "volume": "1000000",
            "source": "WKO",
            "stated_on": "2026-01-15",
        },
        "competitors": {"name": "Holzmann KG", "country": "AT"},
        "competitor-shares": {
            "segment_id": "@market-segments",
            "competitor_id": "@competitors",
            "year": 2025,
            "percent": "12.5",
            "source": "WKO",
            "stated_on": "2026-01-15",
        },
        "price-points": {
            "competitor_id": "@competitors",
            "what": "Lamp",
            "product_id": "@products",
            "price": "8.90",
            "seen_on": "2026-01-20",
            "source": "Fair",
        },
        "battle-cards": {"competitor_id": "@competitors", "title": "Price", "how_we_win": "Service"},
        "objections": {"card_id": "@battle-cards", "objection": "They are cheaper.", "answer": "Not with delivery."},
        "market-studies": {"title": "Lamps 2026", "question": "Who buys lamps?"},
        "forecast-calls": {"period": "2026-Q1", "commit": "1000.00", "note": "As told to the board"},
        "targets": {"starts_on": "2027-01-01", "level": "person", "person_id": world.ada.pk, "month_1": "1000.00"},
        "strategies": {"name": "Grow in Austria", "starts_on": "2026-01-01", "ends_on": "2026-12-31"},
        "initiatives": {
            "strategy_id": "@strategies",
            "name": "Specialist shops",
            "starts_on": "2026-01-01",
            "ends_on": "2026-06-30",
            "segment_id": "@market-segments",
            "goal": "1000.00",
        },
        "reassignments": {"name": "North is shared out anew", "due_on": "2099-01-01"},
        "reassignment-territories": {
            "reassignment_id": "@reassignments",
            "territory_id": "@territories",
            "sets_owner": True,
            "new_owner_id": world.cem.pk,
        },
        "reassignment-accounts": {"reassignment_id": "@reassignments", "account_id": account},
        "quality-rules": {"noun_of": "account", "field": "gln", "kind": "filled"},
        "quality-waivers": {"rule_id": "@quality-rules", "account_id": account, "reason": "Has none"},
        "lookups": {"account_id": account, "number": "ATU13585627", "answer": "valid", "asked_on": "2026-01-15"},
        "custom-fields": {"belongs_to": "accounts", "key": "made", "kind": "text", "label_en": "Made"},
        "automation-rules": {
            "name": "Made",
            "belongs_to": "accounts",
            "when": "added",
            "responsible_id": world.admin.pk,
            "actions": [{"do": "notify", "to": ["owner"]}],
        },
        "pick-lists": {"name": "accounts.industry", "choices": [{"en": "Trade", "de": "Handel"}]},
        "layouts": {
            "belongs_to": "orders",
            "groups": [{"key": "about", "en": "About", "fields": [{"name": "customer_reference"}]}],
        },
        "exchange-rates": {"currency": "CHF", "on": "2026-02-01", "rate": "0.94", "source": "ECB"},
    }


# Nouns whose records follow an account or a contact: another team does not see them.
BOUND = [
    "accounts",
    "account-links",
    "relations",
    "account-team",
    "partner-functions",
    "contacts",
    "positions",
    "consents",
    "addresses",
    "ways-to-reach",
    "activities",
    "orders",
    "deliveries",
    "open-items",
    "credit-standings",
    "opportunities",
    "opportunity-lines",
    "opportunity-contacts",
    "opportunity-competitors",
    "opportunity-qualifications",
    "projects",
    "project-parties",
    "opportunity-orders",
    "opportunity-interviews",
    "stakeholders",
    "stakeholder-judgements",
    "influence-lines",
    "stakeholder-counterparts",
    "target-accounts",
    "research-answers",
    "trigger-events",
    "fit-judgements",
    "needs",
    "need-fits",
    "needs-talks",
    "talk-answers",
    "wish-asks",
    "action-plans",
    "action-plan-steps",
    "action-plan-comments",
    "quality-waivers",
    "lookups",
]


def make_all(program: Any, world: Any) -> dict[str, dict[str, Any]]:
    """One record of each noun, made by the program; noun → answer."""
    made: dict[str, dict[str, Any]] = {}
    for noun, body in bodies(world).items():
        answer = program.post(noun, _filled(body, made))
        assert answer.status_code == 201, (noun, answer.content)
        made[noun] = answer.json()
    return made


def _filled(value: Any, made: dict[str, dict[str, Any]]) -> Any:
    if isinstance(value, dict):
        return {key: _filled(one, made) for key, one in value.items()}
    if isinstance(value, list):
        return [_filled(one, made) for one in value]
    return made[value[1:]]["id"] if isinstance(value, str) and value.startswith("@") else value


def _round(world: Any) -> ScoringRound:
    """A round that is scored, with a result for the account whose tier is decided on."""
    usual_selection.set_up(clock.today())
    one = ScoringRound.start(by=world.ben)
    ScoringRound.objects.filter(pk=one.pk).update(state="ready")
    count = one.of_set.criteria.count()
    RoundResult.objects.create(round=one, account=world.brauneis, figures=[None] * count, points=[None] * count)
    return one
