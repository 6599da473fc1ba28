"""One record of every noun around the cast's Lindner, so that no page of the site map stands empty."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from kundenkreis.activities.models import Activity
from kundenkreis.automation import working
from kundenkreis.automation.models import AutomationRule, AutomationRun
from kundenkreis.catalogue.models import Family, Price, PriceList, Product, Unit
from kundenkreis.core import clock
from kundenkreis.customers import barring
from kundenkreis.customers.models import (
    Account,
    AccountLink,
    AccountTeamMember,
    Address,
    Consent,
    ConsentWording,
    Contact,
    ContactPoint,
    PartnerFunction,
    Position,
    Relation,
    Tag,
)
from kundenkreis.fields import picking
from kundenkreis.fields.models import CustomField
from kundenkreis.files import storing
from kundenkreis.forecast import periods, taking
from kundenkreis.forecast.models import ForecastCall
from kundenkreis.history.models import Batch, Event
from kundenkreis.inbox.models import Notification
from kundenkreis.insights.models import Signal
from kundenkreis.leads.models import Lead, LeadConsent, LeadForm, RoutingRule, ScoreRule, Submission
from kundenkreis.lists.models import SavedView
from kundenkreis.market.models import (
    BattleCard,
    Competitor,
    CompetitorShare,
    Initiative,
    MarketSegment,
    Objection,
    PricePoint,
    SegmentSize,
    Strategy,
    Study,
    Target,
)
from kundenkreis.needs import covering
from kundenkreis.needs import joining as joining_wishes
from kundenkreis.needs import usual as usual_needs
from kundenkreis.needs.models import Coverage, Need, NeedFit, NeedsTalk, QuestionSet, Wish, WishAsk, WishTelling
from kundenkreis.orders.models import CreditStanding, Delivery, OpenItem, Order, OrderLine
from kundenkreis.pipeline import ordering, planning, sharing, usual, usual_plans
from kundenkreis.pipeline.models import (
    CloseReason,
    Interview,
    Opportunity,
    OpportunityCompetitor,
    OpportunityContact,
    OpportunityLine,
    OpportunityOrder,
    Pipeline,
    PlanComment,
    PlanStep,
    PlanTemplate,
    Project,
    ProjectParty,
    Qualification,
)
from kundenkreis.planning import usual as usual_selection
from kundenkreis.planning.models import AccountJudgement, RoundResult, ScoringRound, SelectionSet, TierOverride
from kundenkreis.privacy import breach_clock, erasing, restricting, watching
from kundenkreis.privacy.models import Breach, Controller, Erasure, Purpose, SubjectRequest
from kundenkreis.prospecting import suggesting
from kundenkreis.prospecting import usual as usual_prospecting
from kundenkreis.prospecting.models import (
    Fit,
    FitCriterion,
    Judgement,
    ResearchAnswer,
    ResearchQuestion,
    TargetAccount,
    TriggerEvent,
)
from kundenkreis.quality import importing
from kundenkreis.quality.lookups import Lookup
from kundenkreis.quality.merging import merge
from kundenkreis.quality.models import DuplicatePair, EditedSheet, Merge, SheetCell
from kundenkreis.quality.rules import QualityRule, QualityWaiver
from kundenkreis.quality.standards import measuring
from kundenkreis.rates.models import ExchangeRate
from kundenkreis.staff import joining
from kundenkreis.staff.models import AccessReview, ApiToken, Deputy, User
from kundenkreis.stakeholders.models import Counterpart, InfluenceLine, RelationshipGrade, Stakeholder
from kundenkreis.stakeholders.models import Judgement as Judged
from kundenkreis.territories import carrying_out
from kundenkreis.territories.models import AccountChoice, Reassignment, TerritoryChange
from kundenkreis.trips.models import Leg, MileageRate, Trip

ROWS = 12
CELLS = "Number\tName\tPostcode\tEmployees\nK9001\tZirbe GmbH\t4600\t12\nK9002\t\t4020\tsieben\n"


def furnish(world: Any, name: str = "Firma {n}") -> dict[str, Any]:
    """The records by what the site map calls them; `name` is put where people type, with {n} as a number."""
    made: dict[str, Any] = {"account": world.lindner, "contact": world.maria, "person": world.ada}
    made |= {"team": world.north, "territory": world.wels}
    made |= _customers(world, name) | _catalogue(world, name)
    made |= _orders(world, made, name) | _activities(world, name) | _rest(world, name)
    made |= _trips(world, made["done"], name) | _pipeline(world, made, name) | _leads(world, name)
    made |= _wanted(world, name) | _mapped(world, made, name) | _needs(world, made, name)
    made |= _selected(world, name)
    made |= _territories(world, name) | _market(world, name)
    made |= _forecast(world, name)
    return made | _automation(world, name) | _standards(world, name) | _privacy(world, name)


def _market(world: Any, name: str) -> dict[str, Any]:
    """A segment with a size and a share, a competitor with a price and a battle card, a study."""
    by, day = world.admin, clock.today()
    segment = MarketSegment.add(
        by=by, name=name.format(n="segment")[:100], countries=["AT"], note=name.format(n="note")
    )
    told = {"source": name.format(n="source")[:200], "stated_on": day}
    sizes = [SegmentSize.add(by=by, segment=segment, year=year, volume=year, **told) for year in (2024, 2025)]
    texts = {"profile": name.format(n="profile")}
    competitor = Competitor.add(by=by, name=name.format(n="competitor")[:100], account=world.brauneis, **texts)
    CompetitorShare.add(by=by, segment=segment, competitor=competitor, year=2025, percent=12, **told)
    of = {"by": by, "competitor": competitor}
    price = PricePoint.add(**of, what=name.format(n="what")[:200], price=3, seen_on=day, source=told["source"])
    card = BattleCard.add(**of, title=name.format(n="card")[:100], strengths=name.format(n="strong"))
    Objection.add(by=by, card=card, objection=name.format(n="said")[:300], answer=name.format(n="answer"))
    study = Study.add(by=by, title=name.format(n="study")[:200], question=name.format(n="asked"), segment=segment)
    made = {"market_segment": segment, "market_size": sizes[1], "competitor": competitor, "market_price": price}
    return made | {"study": study} | _targets(world, segment, name)


def _targets(world: Any, segment: MarketSegment, name: str) -> dict[str, Any]:
    """Targets of all kinds in the present year, and a strategy with an initiative that has a step."""
    by, day = world.admin, clock.today()
    year: dict[str, Any] = {"by": by, "starts_on": day.replace(month=1, day=1), "note": name.format(n="target")}
    months = {f"month_{number}": 1000 for number in range(1, 13)}
    Target.add(**year, level="house")
    Target.add(**year, level="team", team=world.north, **months)
    Target.add(**year, level="account", account=world.lindner, **months)
    target = Target.add(**year, level="person", person=world.ada, **months)
    period: dict[str, Any] = {"starts_on": year["starts_on"], "ends_on": day.replace(month=12, day=31)}
    strategy = Strategy.add(
        by=by, name=name.format(n="strategy")[:200], text=name.format(n="wanted"), owner=world.ben, **period
    )
    of: dict[str, Any] = {"by": by, "strategy": strategy, "segment": segment, "owner": world.ada, **period}
    Initiative.add(**of, name=name.format(n="linked")[:200], target=target)
    texts = {"measure": name.format(n="measure")[:200], "campaign": name.format(n="campaign")[:120]}
    initiative = Initiative.add(**of, name=name.format(n="initiative")[:200], goal=5000, **texts)
    at: dict[str, Any] = {"owner": world.ada, "due_on": day, "account": world.lindner, "contact": world.maria}
    initiative.plan_step(by=by, kind="task", subject=name.format(n="next")[:200], **at)
    return {"target": target, "strategy": strategy, "initiative": initiative}


def _forecast(world: Any, name: str) -> dict[str, Any]:
    """A snapshot, a person's own call for this quarter, one over it, and one of the house."""
    taking.take(by=world.admin)
    period, note = str(periods.of(clock.today())), name.format(n="call")
    own = ForecastCall.add(by=world.ada, period=period, person=world.ada, commit=900, best_case=1200, note=note)
    ForecastCall.add(by=world.admin, period=period, person=world.ada, is_override=True, commit=800, note=note)
    ForecastCall.add(by=world.admin, period=period, commit=700, note=note)
    return {"forecast_call": own}


def _territories(world: Any, name: str) -> dict[str, Any]:
    """A draft that gives a territory another owner, people and rules, with an account that stays; one that was carried out."""
    texts = {"note": name.format(n="why")}
    one = Reassignment.add(by=world.admin, name=name.format(n="reassignment")[:100], due_on=clock.today(), **texts)
    change = TerritoryChange.add(
        by=world.admin, reassignment=one, territory=world.wels, sets_owner=True, new_owner=world.cem,
        sets_people=True, new_people=[world.dora], sets_rules=True, countries=["AT"], postcodes=["46", "4000-4099"],
    )  # fmt: skip
    kept = Account.add(by=world.admin, name=name.format(n="kept")[:200], country="AT", postcode="4610", owner=world.ada)
    AccountChoice.add(by=world.admin, reassignment=one, account=kept)
    done = Reassignment.add(by=world.admin, name=name.format(n="done")[:100], whole_house=True)
    carrying_out.carry_out(done, by=world.admin)
    return {"reassignment": one, "territory_change": change, "done_reassignment": done}


def _privacy(world: Any, name: str) -> dict[str, Any]:
    """A request in work, a purpose, a breach, an alert and a reported problem."""
    values = {"wish": name.format(n="wish"), "address": name.format(n="address")[:300], "note": name.format(n="note")}
    request = SubjectRequest.add(
        by=world.ada,
        kind="access",
        contact=world.maria,
        name=name.format(n="who")[:200],
        responsible=world.ada,
        **values,
    )
    texts = {part: name.format(n=part) for part in ("name_de", "name_en", "people_de", "people_en", "interest_en")}
    kept = {"retention_de": "Ein Jahr", "retention_en": name.format(n="kept")}
    purpose = Purpose.add(by=world.admin, key="sales", bases=["b", "f"], covers=["care"], **texts, **kept)
    Controller.say(by=world.admin, name=name.format(n="house")[:200], officer=name.format(n="officer")[:300])
    breach = Breach.add(by=world.admin, title=name.format(n="breach")[:200], happened=name.format(n="happened"))
    alert = watching.raise_alert("mass", world.ada, timezone.now(), slot="walk", count=7_000, what="accounts")
    problem = breach_clock.report(by=world.ada, kind="broken", what=name.format(n="problem"), page="/accounts/")
    gone = Contact.add(by=world.admin, given_name="Gone", family_name=name.format(n="erased"), email="gone@erased.test")
    erasing.work(erasing.begin(gone, by=world.admin, note=name.format(n="note")))
    quiet = Contact.add(by=world.admin, given_name="Quiet", family_name=name.format(n="restricted"))
    restricting.restrict(quiet, by=world.admin, reason=name.format(n="reason"))
    own = Account.add(by=world.admin, name=name.format(n="person"), kind="person", owner=world.ada)
    restricting.hold(own, by=world.admin, reason=name.format(n="claim"))
    left = User.objects.create_user("left@example.test", None, first_name="Lea", last_name=name.format(n="left")[:100])
    joining.lock(left, by=world.admin)
    about = {"gone_colleague": left, "erasure": Erasure.objects.latest("pk"), "private_account": own}
    made = about | {"privacy_request": request, "purpose": purpose, "breach": breach, "alert": alert}
    return made | {"problem": problem}


def _automation(world: Any, name: str) -> dict[str, Any]:
    """A rule that has acted on a new account, and one that waits for a day."""
    label = name.format(n="automation")[:90]
    actions = [
        {
            "do": "task",
            "kind": "call",
            "title": label[:80].replace("{", "").replace("}", ""),
            "who": "owner",
            "days": 3,
        },
        {"do": "field", "field": "tier", "value": "B"},
        {"do": "notify", "to": ["owner", "role:administrator"], "text": ""},
    ]
    of = {"belongs_to": "accounts", "responsible": world.admin, "is_on": True}
    rule = AutomationRule.add(
        by=world.admin, name=label, when="added", conditions=["country:in:AT"], actions=actions, note=name.format(n="why")[:300], **of
    )  # fmt: skip
    day = {"when": "day", "field": "since", "days": 30}
    AutomationRule.add(by=world.admin, name=f"{label} 2"[:100], actions=actions[2:], **of, **day)
    Account.add(by=world.ada, name=name.format(n="new")[:200], country="AT", owner=world.ada)
    working.go()
    run = AutomationRun.objects.latest("pk")
    other = AutomationRule.add(
        by=world.admin, name=f"{label} 3"[:100], actions=actions[2:], when="added", **of | {"belongs_to": "contacts"}
    )
    skipped = {"state": AutomationRun.State.SKIPPED, "problem": name.format(n="problem")[:500]}
    AutomationRun.objects.create(rule=other, noun="contacts", record_id=world.maria.pk, occasion="n", **skipped)
    return {"automation_rule": rule, "automation_run": run}


def _standards(world: Any, name: str) -> dict[str, Any]:
    """Rules of which the account fails two and is let off from a third, and a look-up of its number."""
    rule, other, spared = (
        QualityRule.add(by=None, noun_of="account", field=field, kind="filled", note=name.format(n="note")[:300])
        for field in ("gln", "employees", "register_number")
    )
    waiver = QualityWaiver.add(by=world.ada, rule=spared, account=world.lindner, reason=name.format(n="reason")[:300])
    lookup = Lookup.add(
        by=world.ada,
        account=world.lindner,
        number="ATU13585627",
        answer="valid",
        asked_on=clock.today(),
        name=name.format(n="found")[:200],
    )
    measuring.measure()
    return {"rule": rule, "other_rule": other, "waiver": waiver, "lookups": lookup}


def _fields(world: Any, name: str) -> CustomField:
    """A text, a choice, a formula, a reference and a roll-up of accounts, filled in on Lindner; a text of orders and of activities."""
    label = name.format(n="field")[:80]
    text = CustomField.add(
        by=world.admin, belongs_to="accounts", key="note_of_house", label_en=label, help_en=label, group_en=label
    )
    choices = [{"key": "a", "en": label}, {"key": "b", "en": "Other"}]
    CustomField.add(
        by=world.admin, belongs_to="accounts", key="choice_of_house", label_en="Choice", kind="choice", choices=choices
    )
    formula = "employees / (employees - employees)"
    CustomField.add(
        by=world.admin, belongs_to="accounts", key="worked_out", label_en="Worked out", kind="formula", formula=formula
    )
    CustomField.add(by=world.admin, belongs_to="orders", key="project_of_house", label_en=label)
    CustomField.add(by=world.admin, belongs_to="activities", key="mood_of_house", label_en=label)
    CustomField.add(
        by=world.admin,
        belongs_to="accounts",
        key="partner_of_house",
        label_en="Partner",
        kind="reference",
        refers_to="accounts",
    )
    CustomField.add(
        by=world.admin, belongs_to="accounts", key="talks_of_house", label_en="Talks", kind="rollup",
        rollup={"of": "activities", "how": "count", "where": ["at:last:365d"]},
    )  # fmt: skip
    world.lindner.change(
        by=world.ada,
        employees=3,
        custom={"note_of_house": name.format(n="value"), "choice_of_house": "a", "partner_of_house": world.lindner},
    )
    return text


def _customers(world: Any, name: str) -> dict[str, Any]:
    lindner, ada = world.lindner, world.ada
    picking.add_many(picking.get("accounts.industry"), [("Gifts", "Geschenke"), ("Toys", "Spielwaren")], by=world.admin)
    lindner.change(by=ada, phone="+43 7242 12345", website="https://lindner.test", industry="Gifts")
    tag = Tag.add(by=ada, name=name.format(n="tag")[:60])
    custom_field = _fields(world, name)
    lindner.tags.set([tag])
    others = [Account.add(by=ada, name=name.format(n=n), owner=ada, place="Wels") for n in range(ROWS)]
    contacts = [Contact.add(by=ada, given_name="Eva", family_name=name.format(n=n), owner=ada) for n in range(3)]
    for contact in contacts:
        Position.add(by=ada, contact=contact, account=lindner, job_title=name.format(n="job"))
    wording = ConsentWording.add(
        by=world.admin,
        purpose="newsletter",
        edition=name.format(n="wording")[:60],
        channels=["email"],
        text_de=name.format(n="Text"),
        text_en=name.format(n="text"),
        valid_from=dt.date(2020, 1, 1),
    )
    return {
        "others": others,
        "custom_field": custom_field,
        "tag": tag,
        "wording": wording,
        "suppression": barring.suppress_address(
            "email", "gone@lindner.test", by=world.admin, reason="other", source=name.format(n="call")[:200]
        ),
        "positions": Position.objects.filter(account=lindner).first(),
        "links": AccountLink.add(by=ada, hierarchy="legal", account=lindner, parent=others[0], share=60),
        "relations": Relation.add(by=ada, account=lindner, kind="reference", note=name.format(n="note")),
        "seats": AccountTeamMember.add(by=ada, account=lindner, person=world.ben, role="sponsor"),
        "functions": PartnerFunction.add(by=ada, account=lindner, function="payer", partner=others[1]),
        "addresses": Address.add(by=ada, account=lindner, place=name.format(n="place")[:100], use="delivery"),
        "points": ContactPoint.add(by=ada, contact=world.maria, kind="phone", value="+43 662 123456"),
        "account_points": ContactPoint.add(by=ada, account=lindner, kind="phone", value="+43 662 1234567"),
        "contact_addresses": Address.add(by=ada, contact=world.maria, place="Wels"),
        "consents": Consent.add(
            by=ada,
            contact=world.maria,
            purpose="newsletter",
            channel="email",
            state="given",
            since=timezone.now(),
            source=name.format(n="form"),
            wording=wording,
            proof=name.format(n="proof")[:300],
        ),
    }


def _catalogue(world: Any, name: str) -> dict[str, Any]:
    family = Family.add(by=world.admin, code="F1", name=name.format(n="family")[:100])
    product = Product.add(
        by=world.admin, number="85123A", name=name.format(n="product"), family=family, cost=Decimal("2.20")
    )
    price_list = PriceList.add(by=world.admin, code="L1", name=name.format(n="list")[:100])
    price = Price.add(
        by=world.admin, price_list=price_list, product=product, amount=Decimal("9.90"), starts_on=dt.date(2026, 1, 1)
    )
    unit = Unit.add(
        by=world.admin, code="C62", name_en=name.format(n="unit")[:40], name_de=name.format(n="Einheit")[:40]
    )
    return {"family": family, "unit": unit, "product": product, "price_list": price_list, "price": price}


def _orders(world: Any, made: dict[str, Any], name: str) -> dict[str, Any]:
    today = clock.today()
    for n in range(ROWS):
        order = Order.add(
            by=None,
            number=f"5363{n:02}",
            account=world.lindner,
            ordered_on=today - dt.timedelta(days=n * 40),
            customer_reference=name.format(n=n)[:60],
            currency="GBP" if n % 2 else "EUR",
            total=100 + n,
            total_house=110 + n,
            line_count=1,
        )
        OrderLine.objects.create(
            order=order,
            product=made["product"],
            position=1,
            account=world.lindner,
            ordered_on=order.ordered_on,
            description=name.format(n="line")[:200],
            quantity=6,
            unit_price=10,
            amount=100 + n,
            amount_house=110 + n,
        )
    Delivery.add(by=None, number="D-1", order=order, promised_on=today, shipped_on=today)
    item = OpenItem.add(
        by=None,
        account=world.lindner,
        number="R-1",
        booked_on=today - dt.timedelta(days=60),
        due_on=today - dt.timedelta(days=30),
        amount=110,
        open_amount=110,
    )
    CreditStanding.add(by=None, account=world.lindner, limit=100, is_blocked=True, reason=name.format(n=1), as_of=today)
    return {"order": order, "line": order.lines.get(), "open_item": item}


def _activities(world: Any, name: str) -> dict[str, Any]:
    kinds = ("call", "visit", "meeting", "mail", "note")
    for number, kind in enumerate(kinds):
        values = {"body": name.format(n=number), "at": timezone.now() - dt.timedelta(days=number)}
        done = Activity.add(
            by=world.ada, kind=kind, subject=name.format(n=kind), account=world.lindner, owner=world.ada, **values
        )
    task = Activity.add(
        by=world.ada,
        kind="task",
        subject=name.format(n="task"),
        account=world.lindner,
        contact=world.maria,
        owner=world.ada,
        is_open=True,
        due_on=clock.today() - dt.timedelta(days=1),
    )
    return {"activity": task, "done": done}


def _trips(world: Any, visit: Activity, name: str) -> dict[str, Any]:
    now = timezone.now().replace(hour=10, minute=0)
    trip = Trip.add(
        by=world.ada,
        purpose=name.format(n="trip"),
        starts_at=now,
        start_place="Wels",
        ends_at=now + dt.timedelta(hours=8),
        end_zone="Europe/London",
        end_place=name.format(n="end")[:200],
        visits=[visit],
    )
    leg = Leg.add(
        by=world.ada,
        trip=trip,
        on=trip.first_day,
        start_place="Wels",
        end_place=name.format(n="there")[:200],
        km=Decimal(120),
        passengers=name.format(n="with")[:200],
    )
    rate = MileageRate.add(
        by=world.admin, valid_from=dt.date(2020, 1, 1), per_km=Decimal("0.42"), source=name.format(n="law")[:200]
    )
    return {"trip": trip, "leg": leg, "visit": visit, "mileage_rate": rate}


def _leads(world: Any, name: str) -> dict[str, Any]:
    """A lead with all that it has, another one that is closed, the rules about them, a form and what was sent by it."""
    texts = {part: name.format(n=part) for part in ("title_de", "title_en", "intro_de", "intro_en")}
    wording = ConsentWording.add(
        by=world.admin, purpose="events", edition=name.format(n="leads")[:60], channels=["email"], text_de=name.format(n="ja"),
        text_en=name.format(n="yes"), valid_from=dt.date(2020, 1, 1),
    )  # fmt: skip
    form = LeadForm.add(
        by=world.admin, name=name.format(n="form")[:100], fields=["company", "family_name", "email", "message"], required=["email"],
        wording=wording, **texts,
    )  # fmt: skip
    words = name.format(n="points")[:120]
    score = ScoreRule.add(by=world.admin, words_de=words, words_en=words, points=5, conditions=["country:in:AT"])
    routing = RoutingRule.add(by=world.admin, name=name.format(n="routing")[:100], way="person", person=world.ada)
    known = {
        "given_name": "Eva",
        "family_name": name.format(n="lead")[:100],
        "email": "eva@lead.test",
        "phone": "+43 1 5550",
        "country": "AT",
    }
    lead = Lead.add(
        by=world.ada, company=name.format(n="leads")[:200], owner=world.ada, message=name.format(n="message"), campaign=name.format(n="c")[:120],
        form=form, is_inquiry=True, **known,
    )  # fmt: skip
    lead.touch(by=world.ada, kind="call", subject=name.format(n="spoken")[:200], outcome="good")
    task = lead.touch(by=world.ada, kind="task", subject=name.format(n="send")[:200], is_open=True)[0]
    consent = LeadConsent.add(by=None, lead=lead, wording=wording, source=name.format(n="form")[:200])
    LeadConsent.objects.filter(pk=consent.pk).update(ticket="walk")
    Lead.add(by=world.ada, company="Closed", owner=world.ada).disqualify(by=world.ada, reason="no_need")
    sent = Submission.objects.create(
        form=form, data={"company": name.format(n="sent"), "email": "a@sent.test"}, why="trap"
    )
    link = signing.dumps([consent.pk, "walk"], salt="kundenkreis.lead-opt-in")
    made = {
        "lead": lead,
        "lead_task": task,
        "lead_form": form,
        "score_rule": score,
        "routing_rule": routing,
        "submission": sent,
    }
    return made | {"lead_form_token": form.token, "lead_link": link}


def _pipeline(world: Any, made: dict[str, Any], name: str) -> dict[str, Any]:
    """An opportunity with a line, a buying contact, a competitor and an activity; another one that is lost."""
    usual.set_up()
    pipeline = Pipeline.objects.living().get(kind="new")
    about = {"description": name.format(n="description"), "campaign": name.format(n="campaign")[:120]}
    one = Opportunity.add(
        by=world.ada,
        name=name.format(n="opportunity")[:200],
        account=world.lindner,
        expected_close_on=clock.today() + dt.timedelta(days=20),
        activities=[made["activity"]],
        **about,
    )
    note = {"note": name.format(n="note")[:200]}
    line = OpportunityLine.add(
        by=world.ada,
        opportunity=one,
        product=made["product"],
        price=Decimal(12),
        delivered_in=clock.today(),
        discount=Decimal(3),
        **note,
    )
    buyer = OpportunityContact.add(by=world.ada, opportunity=one, contact=world.maria, role="champion", **note)
    rival = OpportunityCompetitor.add(
        by=world.ada, opportunity=one, name=name.format(n="rival")[:200], strength=name.format(n="strength")[:300]
    )
    known = Qualification.add(
        by=world.ada,
        opportunity=one,
        element="pain",
        evidence=name.format(n="evidence"),
        next_question=name.format(n="question")[:300],
    )
    reason = CloseReason.add(by=world.admin, name_en=name.format(n="reason")[:60], outcome="lost")
    lost = Opportunity.add(by=world.ada, name=name.format(n="lost")[:200], account=world.lindner, value=Decimal(900))
    lost.lose(by=world.ada, close_reason=reason, close_note=name.format(n="why"))
    own = {"opportunity": one, "pipeline": pipeline, "stage": pipeline.first_stage(), "close_reason": reason}
    own |= {"opportunity_lines": line, "opportunity_contacts": buyer, "opportunity_competitors": rival}
    return own | {"opportunity_qualification": known} | _closing(world, made, name) | _plan(world, one, name)


def _closing(world: Any, made: dict[str, Any], name: str) -> dict[str, Any]:
    """A won opportunity with an order and a line that waits for one, an interview about it, and a project with a party and a bidder."""
    won = Opportunity.add(by=world.ada, name=name.format(n="won")[:200], account=world.lindner, value=Decimal(90))
    for price in (30, 60):
        line = {"product": made["product"], "price": Decimal(price), "delivered_in": clock.today()}
        OpportunityLine.add(by=world.ada, opportunity=won, **line)
    OpportunityContact.add(by=world.ada, opportunity=won, contact=world.maria, role="economic_buyer")
    soon = clock.today() + dt.timedelta(days=20)
    won.change(by=world.ada, expected_close_on=soon, decision_on=soon)
    won.win(by=world.ada)
    tie = OpportunityOrder.add(by=world.gerda, opportunity=won, order=made["order"], lines=ordering.waiting(won)[:1])
    talk = Interview.add(
        by=world.ada, opportunity=won, contact=world.maria, channel="visit", again=8, criterion="price",
        answers={"q1": name.format(n="found")[:2000], "q3": 7}, note=name.format(n="said"),
    )  # fmt: skip
    texts = {"place": name.format(n="place")[:120], "description": name.format(n="about")}
    project = Project.add(by=world.ada, name=name.format(n="project")[:200], country="AT", value=Decimal(5000), **texts)
    party = ProjectParty.add(
        by=world.ada, project=project, role="installer", account=world.lindner, note=name.format(n="note")[:300]
    )
    ProjectParty.add(by=world.ada, project=project, role="planner", name=name.format(n="planner")[:200])
    bidder, _other = (
        Opportunity.add(
            by=world.ada, name=name.format(n=f"bid {value}")[:200], account=world.lindner, project=project, value=value
        )
        for value in (Decimal(3000), Decimal(2000))
    )
    found = {"won_opportunity": won, "tie": tie, "opportunity_interviews": talk}
    return found | {"project": project, "party": party, "bidder": bidder}


def _wanted(world: Any, name: str) -> dict[str, Any]:
    """A target account with everything that can be known of it; and an account that fits and is not on the list."""
    usual_prospecting.set_up()
    account = Account.add(
        by=world.ada, name=name.format(n="wanted")[:200], relation="prospect", owner=world.ada, country="AT"
    )
    fitting = Account.add(
        by=world.ada, name=name.format(n="fitting")[:200], relation="prospect", owner=world.ada, country="AT"
    )
    said = {
        "potential_source": name.format(n="source")[:200],
        "note": name.format(n="note"),
        "potential": Decimal(9000),
    }
    one = TargetAccount.add(by=world.ada, account=account, **said)
    question, criterion = (
        ResearchQuestion.objects.living().first(),
        FitCriterion.objects.filter(measure="judged").first(),
    )
    texts = {"text": name.format(n="answer"), "source": name.format(n="annual report")[:300]}
    answer = ResearchAnswer.add(by=world.ada, target=one, question=question, **texts)
    event = TriggerEvent.add(
        by=world.ada, target=one, kind="site", what=name.format(n="event")[:300], happened_on=clock.today(), url="https://news.test/1",
        note=name.format(n="event note"), source=name.format(n="paper")[:300],
    )  # fmt: skip
    judged = Judgement.add(by=world.ada, target=one, criterion=criterion, score=2, reason=name.format(n="reason")[:500])
    for number in (2, 3):
        Account.add(
            by=world.ada,
            name=name.format(n=f"fitting {number}")[:200],
            relation="prospect",
            owner=world.ada,
            country="AT",
        )
    dropped = Account.add(by=world.ada, name=name.format(n="dropped")[:200], relation="prospect", owner=world.ada)
    TargetAccount.add(by=world.ada, account=dropped).drop(name.format(n="why")[:300], by=world.ada)
    suggesting.figure_all()
    made = {
        "target_account": one,
        "fitting_account": Fit.objects.get(account=fitting),
        "criteria_set": criterion.of_set,
    }
    return made | {"target_answers": answer, "target_events": event, "target_judgements": judged}


def _mapped(world: Any, made: dict[str, Any], name: str) -> dict[str, Any]:
    """Three people on the map of Lindner's, judged, with a line, a counterpart, a grade, and touches."""
    source = {"by": world.ada, "source": name.format(n="source")[:300]}
    one = Stakeholder.add(by=world.ada, account=world.lindner, contact=world.maria)
    judged = Judged.add(stakeholder=one, kind="attitude", attitude=-1, **source)
    Judged.add(stakeholder=one, kind="attitude", attitude=1, **source)
    Judged.add(stakeholder=one, kind="role", role="economic_buyer", **source)
    Judged.add(stakeholder=one, kind="goal", text=name.format(n="goal")[:500], **source)
    below = []
    for number in (1, 2):
        contact = Contact.add(by=world.ada, family_name=name.format(n=f"person {number}")[:100], owner=world.ada)
        Position.add(by=world.ada, contact=contact, account=world.lindner, job_title=name.format(n="job")[:120])
        below.append(Stakeholder.add(by=world.ada, account=world.lindner, contact=contact))
        Judged.add(stakeholder=below[-1], kind="reports_to", superior=one, **source)
    ears = {"stakeholder": one, "influenced": below[1], "note": name.format(n="line")[:300]}
    line = InfluenceLine.add(**ears, **source)
    counterpart = Counterpart.add(by=world.ada, stakeholder=one, person=world.ada)
    RelationshipGrade.add(by=world.ada, stakeholder=one, person=world.ada, grade=2)
    return {"stakeholder": one, "judgement": judged, "stakeholder_lines": line, "stakeholder_counterparts": counterpart}


def _needs(world: Any, made: dict[str, Any], name: str) -> dict[str, Any]:
    """A needs talk with an answer of each kind, a need with what fits and an opportunity, and a wish whose status went back."""
    usual_needs.set_up()
    edition = QuestionSet.objects.living().first().current()
    talk = NeedsTalk.add(
        by=world.ada, account=world.lindner, contact=world.maria, edition=edition, note=name.format(n="talk")
    )
    said = {"text": name.format(n="said"), "money": "1200.5", "number": "3", "yes_no": "yes", "choice": "c1"}
    answers = [talk.answer(one["key"], said[one["kind"]], by=world.ada) for one in edition.questions[:-2]]
    talk.answer(edition.questions[-2]["key"], "", by=world.ada, skipped=True)
    hurts = next(one for one in answers if one.shows_need)
    need = Need.of_answer(hurts, by=world.ada, effect_low=Decimal(10), effect_base=Decimal(20), effect_high=Decimal(30),
                          solve_by=clock.today() + dt.timedelta(days=30), next_question=name.format(n="next?")[:300])  # fmt: skip
    fit = NeedFit.add(by=world.ada, need=need, product=made["product"], degree=3, note=name.format(n="fit")[:300])
    NeedFit.add(by=world.ada, need=need, family=made["family"])
    need.tie(Opportunity.add(by=world.ada, name=name.format(n="sold")[:200], account=world.lindner), by=world.ada)
    dropped = Need.add(by=world.ada, account=world.lindner, title=name.format(n="dropped")[:200])
    dropped.drop(name.format(n="why not")[:300], by=world.ada)
    covering.figure_all()
    return _wishes(world, made, name) | {
        "needs_talk": talk, "talk_answer": hurts, "need": need, "need_fit": fit, "question_set": edition.of_set,
        "coverage": Coverage.objects.get(account=world.lindner),
    }  # fmt: skip


def _wishes(world: Any, made: dict[str, Any], name: str) -> dict[str, Any]:
    texts = {"description": name.format(n="wished"), "product": made["product"]}
    one = Wish.add(by=world.ada, title=name.format(n="wish")[:200], **texts)
    same = Wish.add(by=world.ada, title=name.format(n="same wish")[:200])
    ask = WishAsk.add(
        by=world.ada, wish=one, account=world.lindner, contact=world.maria, note=name.format(n="asked")[:500]
    )
    WishAsk.add(by=world.ada, wish=same, account=world.brauneis)
    one.change(by=world.ada, status="looked_at")
    WishTelling.objects.waiting().get(wish=one, account=world.lindner).tell(
        "call", by=world.ada, note=name.format(n="told")[:500]
    )
    joining_wishes.join(one, same, by=world.ada)
    one.change(by=world.ada, status="planned", answer=name.format(n="what comes"))
    waiting = WishTelling.objects.waiting().get(wish=one, account=world.lindner)
    return {"wish": one, "wish_ask": ask, "wish_telling": waiting}


def _selected(world: Any, name: str) -> dict[str, Any]:
    """Two rounds of key account selection with results, a judgement, a tier by decision, and a draft of the next edition."""
    usual_selection.set_up(clock.today())
    present = SelectionSet.present()
    count = present.criteria.count()
    scored = {
        "state": "ready",
        "expected": 2,
        "seen": 2,
        "counts": {"tier:A": 1, "tier:": 1, "change:>A": 1, "moved:->A": 1, "moved:->": 1},
    }
    rounds = []
    for year in (2025, 2026):
        one = ScoringRound.start(
            by=world.ben, starts_on=dt.date(year, 1, 1), as_of=clock.today(), note=name.format(n="round")[:300]
        )
        ScoringRound.objects.filter(pk=one.pk).update(**scored, before=rounds[0] if rounds else None)
        for account, tier in ((world.lindner, "A"), (world.brauneis, "")):
            RoundResult.objects.create(
                round=one, account=account, tier=tier, computed=tier, before="-", attractiveness=80, position=60, revenue=Decimal(900),
                open=1, figures=[None] * count, points=[50] * count, rule=0 if tier else None,
            )  # fmt: skip
        rounds.append(one)
    ScoringRound.objects.filter(pk=rounds[0].pk).update(state="in_force", in_force_on=clock.today())
    said = {"account": world.lindner, "reason": name.format(n="reason")[:500]}
    judged = AccountJudgement.add(by=world.ada, about="reference", score=2, **said)
    decided = TierOverride.add(
        by=world.ben, round=rounds[1], account=world.lindner, tier="B", reason=name.format(n="decided")[:300]
    )
    return {
        "scoring_round": rounds[1],
        "selection_set": present.copy(by=world.ben),
        "selection_result": rounds[1].results.get(account=world.lindner),
        "selection_judgement": judged,
        "tier_override": decided,
    }


def _plan(world: Any, one: Opportunity, name: str) -> dict[str, Any]:
    """A mutual action plan that is shared, with a step of each side and what both said."""
    usual_plans.set_up()
    plan = planning.begin(one, by=world.ada, title=name.format(n="plan")[:150])
    texts = {"note": name.format(n="note for both"), "internal_note": name.format(n="internal note")}
    mine = PlanStep.add(by=world.ada, plan=plan, title=name.format(n="our step")[:200], owner=world.ada, **texts)
    theirs = {"title": name.format(n="their step")[:200], "side": "theirs", "contact": world.maria}
    step = PlanStep.add(by=world.ada, plan=plan, due_on=clock.today() - dt.timedelta(days=2), **theirs)
    link, address = sharing.share(plan, by=world.ada, contact=world.maria)
    sharing.looked(link)
    said = sharing.comment(link, name.format(n="comment"), name.format(n="visitor")[:100], step.pk)
    PlanComment.add(by=world.ada, plan=plan, answers=said, step=step, text=name.format(n="answer"))
    template = PlanTemplate.objects.living().first()
    kept = {"plan": plan, "plan_step": mine, "plan_link": link, "plan_comment": said, "plan_template": template}
    return kept | {"template_step": template.steps.first(), "shared_plan": address.rstrip("/").rpartition("/")[2]}


def _merged(world: Any, name: str) -> Merge:
    """A third account that is part of Lindner now, and an activity that came after."""
    twin = Account.add(by=world.ada, name=name.format(n="twin"), owner=world.ada, phone="+4372421234")
    made = merge(world.lindner, twin, by=world.ada)
    world.lindner.refresh_from_db()
    Activity.add(by=world.ada, kind="note", subject=name.format(n="since"), account=world.lindner)
    return made


def _edited(world: Any, name: str) -> EditedSheet:
    """A workbook that differs in a cell, in one that somebody else has changed too, and in a row that is refused."""
    sheet = EditedSheet.objects.create(
        noun="accounts", file_name=name.format(n="sheet")[:200], owner=world.ben, state="compared", made_at=timezone.now(),
        made_by=name.format(n="who")[:200], counts={"rows": 3, "changed": 1, "conflicts": 1, "refused": 1, "unchanged": 1},
    )  # fmt: skip
    about = {"sheet": sheet, "record_id": world.lindner.pk, "label": world.lindner.name, "field": "place"}
    texts = ["Wels", "Wels", name.format(n="place")[:100]]
    SheetCell.objects.create(row=2, kind="change", was="Wels", now="Wels", new=texts[2], texts=texts, **about)
    more = {"by": name.format(n="colleague")[:200], "at": timezone.now()}
    SheetCell.objects.create(row=3, kind="conflict", was="a", now="b", new="c", texts=["a", "b", ""], **about, **more)
    SheetCell.objects.create(
        sheet=sheet, row=4, kind="problem", code="sheet_key_changed", params={"value": name.format(n=4)}
    )
    return sheet


def _reviewed(world: Any, name: str) -> AccessReview:
    review = AccessReview.begin(by=world.admin, name=name.format(n="review")[:120])
    review.judge(world.ada, by=world.admin, verdict="kept")
    review.judge(world.cem, by=world.admin, verdict="change", note=name.format(n="note")[:500])
    return review


def _rest(world: Any, name: str) -> dict[str, Any]:
    ada, ben = world.ada, world.ben
    world.brauneis.discard(by=world.cem)
    draft = importing.start_pasted(CELLS, ben, target="accounts")
    run = importing.start_pasted(CELLS.replace("K900", "K800"), ben, target="accounts")
    importing.run_now(run)
    token, _key = ApiToken.issue(user=ada, name=name.format(n="token"), scopes=["accounts:read"], by=ada)
    upload = SimpleUploadedFile("Vertrag.pdf", b"%PDF-1.7\n%%EOF\n")
    return {
        "document": storing.store(upload, world.lindner, by=ada, name=f"{name.format(n='paper')[:60]}.pdf"),
        "view": SavedView.add(by=ada, list_name="accounts", name=name.format(n="view")[:80], owner=ada),
        "notification": Notification.send(ada, "reminder", name.format(n="remember"), "/activities/"),
        "deputy": Deputy.add(by=world.admin, person=ada, deputy=ben, starts_on=clock.today()),
        "token": token,
        "gone": world.brauneis,
        "signal": Signal.objects.create(
            account=world.lindner,
            kind="first_order",
            value=110,
            figures={"first_on": clock.today().isoformat(), "amount": "110.00"},
            raised_on=clock.today(),
        ),
        "pair": DuplicatePair.objects.create(
            kind="account",
            account=min(world.lindner, Account.objects.get(name=name.format(n=0)), key=lambda a: a.pk),
            other_account=max(world.lindner, Account.objects.get(name=name.format(n=0)), key=lambda a: a.pk),
            weight=4.0,
            probability=0.94,
            explanation={
                "prior": -10.0,
                "fields": {"name": ["typing", 12.0], "vat_id": ["unknown", 0.0], "site": ["roof", 2.0]},
            },
        ),
        "merge": _merged(world, name),
        "review": _reviewed(world, name),
        "sheet": _edited(world, name),
        "rate": ExchangeRate.add(
            by=world.admin, currency="GBP", on=clock.today(), rate=Decimal("0.87"), source=name.format(n="bank")
        ),
        "draft": draft,
        "run": run,
        "batch": Batch.objects.filter(kind="import").latest("pk"),
        "event": Event.objects.about(world.lindner).latest("pk"),
    }
