"""What key account managers keep: stakeholders, needs, wishes, selection."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from kundenkreis.core import clock
from kundenkreis.customers.models import (
    Contact,
    Position,
)
from kundenkreis.needs import covering
from kundenkreis.needs import joining as joining_wishes
from kundenkreis.needs import usual as usual_needs
from kundenkreis.needs.models import Coverage, Need, NeedFit, NeedsTalk, QuestionSet, Wish, WishAsk, WishTelling
from kundenkreis.pipeline.models import (
    Opportunity,
)
from kundenkreis.planning import usual as usual_selection
from kundenkreis.planning.models import AccountJudgement, RoundResult, ScoringRound, SelectionSet, TierOverride
from kundenkreis.stakeholders.models import Counterpart, InfluenceLine, RelationshipGrade, Stakeholder
from kundenkreis.stakeholders.models import Judgement as Judged


def mapped(world: Any, made: dict[str, Any], name: str) -> dict[str, Any]:
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


def needs(world: Any, made: dict[str, Any], name: str) -> dict[str, Any]:
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


def selected(world: Any, name: str) -> dict[str, Any]:
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
