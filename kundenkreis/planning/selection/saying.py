"""Why an account has its tier, in a sentence with the figures; and each criterion's figure and what it is worth, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from kundenkreis.core.models import House
from kundenkreis.core.money import SYMBOLS
from kundenkreis.customers.models import Account
from kundenkreis.planning.models import (
    ABSENT,
    AccountJudgement,
    RoundResult,
    ScoringRound,
    SelectionCriterion,
    SelectionSet,
    TierRule,
)
from kundenkreis.planning.models.measures import MONEY, OF_COSTS, PERCENT, UNIT, Measure
from kundenkreis.planning.selection import running
from kundenkreis.staff import access

_TOLD = 2  # criteria that speak for an account, and that speak against it
_HIGH, _LOW = 67, 33  # points from which a criterion speaks for an account, and up to which against it


@dataclass(frozen=True)
class Line:
    """One criterion of a result: its points (None: it does not count), its figure in words, and the judgement behind it."""

    criterion: SelectionCriterion
    points: int | None
    words: str
    judgement: AccountJudgement | None = None


def number(value: Decimal, digits: int = 0) -> str:
    """With grouped thousands, as the reader's language has it."""
    text = f"{value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP):,.{digits}f}".replace("-", "−")
    return text.translate(str.maketrans(",.", ".,")) if _is_german() else text


def money(value: Decimal) -> str:
    """Whole units of the house's currency."""
    currency, text = House.known().currency, number(value)
    symbol = SYMBOLS.get(currency)
    if _is_german():
        return f"{text}\N{NO-BREAK SPACE}{symbol or currency}"
    return f"{symbol}{text}" if symbol else f"{currency}\N{NO-BREAK SPACE}{text}"


def _is_german() -> bool:
    return (get_language() or "").startswith("de")


def tier_name(tier: str) -> str:
    """ "A", "Development", "no tier"."""
    if tier == ABSENT:
        return _("not in the round")
    return str(dict(Account.Tier.choices).get(tier, tier)) if tier else pgettext("tier", "none")


def figure(measure: str, value: int | None) -> str:
    """A figure in its own unit."""
    if value is None:
        return _("not known")
    if measure in Measure.judged():
        return str(AccountJudgement.Score(value).label)
    real = Decimal(value) / UNIT[measure]
    if measure in MONEY:
        return money(real)
    if measure in PERCENT:
        return f"{number(real, 1)}\N{NO-BREAK SPACE}%"
    return number(real, 1 if UNIT[measure] > 1 else 0)


def reason(row: RoundResult, rules: Sequence[TierRule], criteria: Sequence[SelectionCriterion]) -> str:
    """Why the rules came to the tier, with the figures: what the one that held asks, and what speaks for and against the account most."""
    if row.tier == ABSENT:
        return _("The account was in last year's round and is not in this one.")
    held = rules[row.rule] if row.rule is not None and row.rule < len(rules) else None
    if held is None:
        told = {
            "attractiveness": _axis(row.attractiveness),
            "position": _axis(row.position),
            "revenue": money(row.revenue),
        }
        said = _(
            "No tier, because no rule holds: attractiveness is %(attractiveness)s, our position %(position)s, revenue %(revenue)s."
        )
        return " ".join([said % told, *_speaking(row, criteria)])
    said = _("%(tier)s, because %(why)s.") % {"tier": tier(row.computed), "why": _why(row, held)}
    return " ".join([said, *_speaking(row, criteria)])


def tier(tier: str) -> str:
    return _("Tier %(tier)s") % {"tier": tier} if tier in ("A", "B", "C") else tier_name(tier)


def _axis(value: int | None) -> str:
    return _("not known") if value is None else str(value)


def _why(row: RoundResult, rule: TierRule) -> str:
    parts = []
    if rule.attractiveness is not None:
        asked = {"value": row.attractiveness, "least": rule.attractiveness}
        parts.append(_("attractiveness is %(value)s (at least %(least)s)") % asked)
    if rule.reached is not None:
        parts.append(
            _("our position is %(value)s (at least %(least)s)") % {"value": row.position, "least": rule.reached}
        )
    if rule.below is not None:
        told = {"value": _axis(row.position), "most": rule.below}
        parts.append(_("our position is %(value)s (below %(most)s)") % told)
    if rule.revenue is not None:
        told = {"value": money(row.revenue), "least": money(rule.revenue)}
        parts.append(_("revenue is %(value)s (at least %(least)s)") % told)
    if not parts:
        return _("its rule asks for nothing else")
    last = parts.pop()
    return _("%(first)s and %(last)s") % {"first": ", ".join(parts), "last": last} if parts else last


def _speaking(row: RoundResult, criteria: Sequence[SelectionCriterion]) -> list[str]:
    """What has most points, and what has fewest, by what it weighs."""
    both = [(one, points) for one, points in zip(criteria, row.points, strict=False) if points is not None]
    high = sorted((pair for pair in both if pair[1] >= _HIGH), key=lambda pair: (-pair[0].weight * pair[1], pair[0].pk))
    low = sorted((pair for pair in both if pair[1] <= _LOW), key=lambda p: (-p[0].weight * (100 - p[1]), p[0].pk))
    said = []
    for text, pairs in ((_("For it speaks most: %(what)s."), high), (_("Against it: %(what)s."), low)):
        if pairs:
            told = ", ".join(
                _("%(name)s (%(points)s of 100)") % {"name": c.name, "points": p} for c, p in pairs[:_TOLD]
            )
            said.append(text % {"what": told})
    return said


def by_hand(row: RoundResult, decided: Any) -> str:
    """That somebody decided otherwise than the rules; "" when nobody did."""
    if decided is None:
        return ""
    told = {
        "tier": tier(row.tier) if row.tier else tier_name(""), "day": decided.decided_on.isoformat(), "reason": decided.reason,
        "computed": tier(row.computed) if row.computed else tier_name(""),
    }  # fmt: skip
    return _("%(tier)s by decision of %(day)s: %(reason)s Computed was: %(computed)s.") % told


def lines(row: RoundResult, one: ScoringRound, user: Any) -> list[Line]:
    """The result criterion by criterion; what products cost is not told whom it is not for."""
    criteria = running.criteria_of(one.of_set)
    said = {str(j.about): j for j in AccountJudgement.objects.living().filter(account_id=row.account_id)}
    unknown, found = set(one.basis.get("unknown", ())), []
    for criterion, value, points in zip(criteria, row.figures, row.points, strict=False):
        if criterion.measure in OF_COSTS and not access.may(user, "products.see_cost"):
            words, points = _("not shown: what products cost is not for everybody"), None
        elif criterion.pk in unknown:
            words = _("no data: does not count")
        else:
            words = figure(criterion.measure, value)
        judgement = said.get(criterion.measure)
        if judgement is not None and value is not None:
            words = f"{words} – {judgement.reason}"
        found.append(Line(criterion, points, words, judgement))
    return found


def asked(one: SelectionCriterion) -> str:
    """How a figure becomes points, in words."""
    if one.scale == SelectionCriterion.Scale.RANGE:
        ends = {
            name: figure(one.measure, int(end * one.unit))
            for name, end in (("low", one.low), ("high", one.high))
            if end is not None
        }
        return _("0 points at %(low)s, 100 at %(high)s") % ends if len(ends) == 2 else ""
    if one.scale == SelectionCriterion.Scale.STEPS:
        return "; ".join(
            _("from %(figure)s: %(points)s")
            % {"figure": figure(one.measure, int(Decimal(str(bound)) * one.unit)), "points": points}
            for bound, points in one.steps
        )
    return str(one.get_scale_display())


def rule_words(rule: TierRule) -> str:
    """What a rule asks, in words."""
    parts = []
    if rule.attractiveness is not None:
        parts.append(_("attractiveness at least %(least)s") % {"least": rule.attractiveness})
    if rule.reached is not None:
        parts.append(_("our position at least %(least)s") % {"least": rule.reached})
    if rule.below is not None:
        parts.append(_("our position below %(most)s") % {"most": rule.below})
    if rule.revenue is not None:
        parts.append(_("revenue at least %(least)s") % {"least": money(rule.revenue)})
    return ", ".join(parts) or _("everything else")


def rules_of(of_set: SelectionSet) -> list[TierRule]:
    return list(of_set.rules.living())
