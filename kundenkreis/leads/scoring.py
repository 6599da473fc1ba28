"""What makes a lead promising: points for facts, each told in words. The score is their sum and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Q

from kundenkreis.core.filters import BadFilter
from kundenkreis.leads.models import Lead, ScoreRule


@dataclass(frozen=True)
class Line:
    """One rule that the lead fulfils."""

    rule: ScoreRule
    points: int

    @property
    def words(self) -> str:
        """In the language of the moment."""
        return self.rule.words


def lines(lead: Lead) -> list[Line]:
    """Why a lead has its score, the most points first. Two queries."""
    rules = _rules()
    if not rules:
        return []
    counts: dict[str, Any] = {
        f"r{at}": Count("pk", filter=asked, distinct=True) for at, (_one, asked) in enumerate(rules)
    }
    met = Lead._base_manager.filter(pk=lead.pk).aggregate(**counts)
    found = [Line(rule, rule.points) for at, (rule, _asked) in enumerate(rules) if met[f"r{at}"]]
    return sorted(found, key=lambda line: -line.points)


def settle(lead: Lead) -> int:
    """Write the score of a lead that changed; returns it."""
    score = sum(line.points for line in lines(lead))
    Lead._base_manager.filter(pk=lead.pk).exclude(score=score).update(score=score)
    return score


def settle_all(numbers: Sequence[int] | None = None) -> None:
    """The same for all open leads, or these, in one statement a rule: after the rules changed, or an import."""
    rows = Lead.objects.open() if numbers is None else Lead._base_manager.filter(pk__listed=sorted(numbers))
    with transaction.atomic():
        rows.exclude(score=0).update(score=0)
        for rule, asked in _rules():
            rows.filter(asked).update(score=F("score") + rule.points)


def _rules() -> list[tuple[ScoreRule, Q]]:
    """The rules in force, each with its condition; one that cannot be read any more gives no points."""
    found = []
    for rule in ScoreRule.objects.in_force():
        try:
            found.append((rule, rule.asked().q()))
        except BadFilter:
            continue
    return found
