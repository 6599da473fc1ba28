"""What people judge: what is still missing, and what follows when they do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from kundenkreis.core import bulk
from kundenkreis.customers.models import Account
from kundenkreis.planning.models import (
    ABSENT,
    AccountJudgement,
    RoundResult,
    ScoringRound,
    SelectionCriterion,
    TierOverride,
)
from kundenkreis.planning.models.measures import Measure
from kundenkreis.planning.selection import counting, figuring, running
from kundenkreis.staff import access

_WRITTEN = ("tier", "computed", "attractiveness", "position", "rule", "open", "figures", "points")


@dataclass(frozen=True)
class Missing:
    """An account of the round, and what of it nobody has judged yet."""

    result: RoundResult
    criteria: tuple[SelectionCriterion, ...]


def judged_places(criteria: Sequence[SelectionCriterion]) -> list[int]:
    """Where in a result's lists stands what only people can say."""
    return [place for place, one in enumerate(criteria) if one.measure in Measure.said_by_people()]


def worklist(one: ScoringRound, user: Any, most: int = 10) -> list[Missing]:
    """The largest accounts of which something is still to be judged, among those that this person may judge."""
    reach = access.reach(user, "selection.change")
    if not one.is_scored or not reach:
        return []
    rows = RoundResult.objects.visible_to(user).filter(round=one, open__gt=0).for_list()
    if not reach.everything:
        rows = rows.filter(account_id__in=Account.objects.within(reach).values("pk"))
    criteria = running.criteria_of(one.of_set)
    places = judged_places(criteria)
    found = []
    for row in rows.order_by("-revenue", "-pk")[:most]:
        found.append(Missing(row, tuple(criteria[place] for place in places if row.figures[place] is None)))
    return found


@transaction.atomic
def score_again(accounts: Collection[int]) -> None:
    """These accounts in the rounds that are scored and not in force yet, by what people say of them now."""
    rounds = ScoringRound.objects.living().filter(state=ScoringRound.State.READY).select_related("of_set")
    for one in rounds:
        rows = list(_rows(one, accounts))
        if rows:
            said, decided = _said(accounts), _decided(one, accounts)
            criteria = running.criteria_of(one.of_set)
            measure = running.yardstick(criteria, one.of_set, one.basis)
            _rewrite(one, rows, lambda row: _scored(row, criteria, measure, said[row.account_id], decided))  # noqa: B023 used at once


@transaction.atomic
def decide_again(accounts: Collection[int]) -> None:
    """The tiers that people decided on, in rounds that are scored; of the one in force on the accounts as well."""
    standing = ScoringRound.present()
    rounds = ScoringRound.objects.living().filter(state__in=ScoringRound.SCORED)
    for one in rounds.filter(results__account_id__in=list(accounts)).distinct():
        decided = _decided(one, accounts)
        rows = list(_rows(one, accounts))
        _rewrite(one, rows, lambda row: {"tier": decided.get(row.account_id, row.computed)})  # noqa: B023 used at once
        if standing is not None and one.pk == standing.pk:
            _put_on_accounts({row.account_id: row.tier for row in rows})


def _put_on_accounts(tiers: dict[int, str]) -> None:
    for account in Account.objects.living().filter(pk__in=list(tiers)):
        account.change(by=None, tier=tiers[account.pk])


def _rows(one: ScoringRound, accounts: Collection[int]) -> Any:
    return RoundResult.objects.filter(round=one, account_id__listed=sorted(accounts)).exclude(tier=ABSENT)


def _decided(one: ScoringRound, accounts: Collection[int]) -> dict[int, str]:
    rows = TierOverride.objects.living().filter(round=one, account_id__listed=sorted(accounts))
    return {row.account_id: row.plain for row in rows}


def _said(accounts: Collection[int]) -> dict[int, dict[str, int | None]]:
    found: dict[int, dict[str, int | None]] = defaultdict(dict)
    for row in AccountJudgement.objects.living().filter(account_id__listed=sorted(accounts)):
        found[row.account_id][str(row.about)] = row.figure
    return found


def _scored(
    row: RoundResult,
    criteria: Sequence[SelectionCriterion],
    measure: Any,
    said: dict[str, int | None],
    decided: dict[int, str],
) -> dict[str, Any]:
    """What a result becomes with these judgements; its other figures are as they were."""
    shares = figuring.wallet(row.cents, said.get("potential"))
    figures = list(row.figures)
    for place, one in enumerate(criteria):
        if one.measure in Measure.said_by_people():
            figures[place] = said.get(one.measure)
        elif one.measure == Measure.WALLET:
            figures[place] = shares.get("wallet")
    found = measure.score(figures, row.cents)
    return {
        "computed": found.tier, "tier": decided.get(row.account_id, found.tier), "attractiveness": found.attractiveness,
        "position": found.position, "rule": found.rule, "figures": figures, "points": list(found.points),
        "open": sum(figures[place] is None for place in judged_places(criteria)),
    }  # fmt: skip


def _rewrite(one: ScoringRound, rows: Sequence[RoundResult], becomes: Any) -> None:
    """Write what differs of these results, and keep the round's counts in step."""
    ids = [row.pk for row in rows]
    before = counting.columns(RoundResult.objects.filter(pk__listed=ids))
    for row in rows:
        for name, value in becomes(row).items():
            setattr(row, name, value)
    bulk.update_rows(
        RoundResult, ["id", *_WRITTEN], [(row.pk, *(getattr(row, name) for name in _WRITTEN)) for row in rows]
    )
    counting.shift(one.pk, before, counting.columns(RoundResult.objects.filter(pk__listed=ids)))
