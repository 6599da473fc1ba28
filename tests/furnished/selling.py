"""What winning customers needs: leads, wanted accounts, opportunities, territories, market and forecast."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.core import signing

from kundenkreis.core import clock
from kundenkreis.customers.models import (
    Account,
    ConsentWording,
)
from kundenkreis.forecast import periods, taking
from kundenkreis.forecast.models import ForecastCall
from kundenkreis.leads.models import Lead, LeadConsent, LeadForm, RoutingRule, ScoreRule, Submission
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
from kundenkreis.territories import carrying_out
from kundenkreis.territories.models import AccountChoice, Reassignment, TerritoryChange


def market(world: Any, name: str) -> dict[str, Any]:
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


def forecast(world: Any, name: str) -> dict[str, Any]:
    """A snapshot, a person's own call for this quarter, one over it, and one of the house."""
    taking.take(by=world.admin)
    period, note = str(periods.of(clock.today())), name.format(n="call")
    own = ForecastCall.add(by=world.ada, period=period, person=world.ada, commit=900, best_case=1200, note=note)
    ForecastCall.add(by=world.admin, period=period, person=world.ada, is_override=True, commit=800, note=note)
    ForecastCall.add(by=world.admin, period=period, commit=700, note=note)
    return {"forecast_call": own}


def territories(world: Any, name: str) -> dict[str, Any]:
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


def leads(world: Any, name: str) -> dict[str, Any]:
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


def pipeline(world: Any, made: dict[str, Any], name: str) -> dict[str, Any]:
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


def wanted(world: Any, name: str) -> dict[str, Any]:
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
