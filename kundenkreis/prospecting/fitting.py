"""How well target accounts fit: each criterion's points with the reason in words, and the sum that stands on the list.

Fit = points ÷ all weights × 100. What is not known gives no points and is told apart, so that somebody goes and finds out.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from kundenkreis.core.countries import country_name
from kundenkreis.customers.discretion import within_reach
from kundenkreis.customers.models import Account
from kundenkreis.fields import picks
from kundenkreis.prospecting import degrees
from kundenkreis.prospecting.degrees import Asked, Best, Facts
from kundenkreis.prospecting.models import CriteriaSet, FitCriterion, Judgement, TargetAccount
from kundenkreis.staff.models import Territory

BEST = 50  # of our customers, by revenue of 12 months
CHUNK = 1000
COLUMNS = ("industry", "country", "territory_id", "employees", "revenue_12m", "revenue_before")
Measure = FitCriterion.Measure


@dataclass(frozen=True)
class Line:
    """One criterion of an account: its points of the most there are (None: not known yet), and why."""

    criterion: FitCriterion
    points: float | None
    words: str
    judgement: Judgement | None = None

    @property
    def most(self) -> int:
        return self.criterion.weight


@dataclass(frozen=True)
class Yardstick:
    """The criteria in force, and the best customers where one of them asks for these."""

    criteria: tuple[FitCriterion, ...]
    asked: tuple[Asked, ...]
    best: tuple[Best, ...]

    @property
    def weights(self) -> int:
        return sum(one.weight for one in self.criteria)

    def fit(self, facts: Facts, judged: dict[int, int]) -> tuple[int, int] | None:
        """(fit, points of 100 that are not known yet); None without a criterion. `judged`: criterion → 0 to 3."""
        if not self.criteria:
            return None
        got, missing = 0.0, 0
        for criterion, asked in zip(self.criteria, self.asked, strict=True):
            found = _degree(criterion, asked, facts, self.best, judged)
            got += (found or 0) * criterion.weight
            missing += criterion.weight if found is None else 0
        return round(100 * got / self.weights), round(100 * missing / self.weights)


def yardstick(*, judged: bool = True) -> Yardstick:
    """What is in force now; without `judged` only what data can tell. Three queries at most."""
    present = CriteriaSet.present(CriteriaSet.Kind.TARGETS)
    rows = list(present.criteria.living()) if present is not None else []
    rows = [one for one in rows if judged or not one.is_judged]
    asked = tuple(Asked(one.measure, frozenset(one.values), one.low, one.high) for one in rows)
    needs_best = any(one.measure == Measure.SIMILARITY for one in rows)
    return Yardstick(tuple(rows), asked, _best() if needs_best else ())


def _best() -> tuple[Best, ...]:
    """The largest customers, by the index on revenue."""
    rows = Account._base_manager.filter(deleted_at=None, restricted_at=None, revenue_12m__gt=0)
    found = rows.order_by("-revenue_12m", "-pk").values_list("pk", "name", *COLUMNS)[:BEST]
    return tuple(Best(pk, name, facts_of(values).features) for pk, name, *values in found)


def facts_of(values: Sequence[Any]) -> Facts:
    """From an account's `COLUMNS`, in their order."""
    industry, country, territory, employees, revenue, before = values
    return Facts(industry, country, territory, employees or 0, revenue, before)


def _facts(account: Account) -> Facts:
    return facts_of([getattr(account, name) for name in COLUMNS])


def _degree(
    criterion: FitCriterion, asked: Asked, facts: Facts, best: tuple[Best, ...], judged: dict[int, int]
) -> float | None:
    if criterion.is_judged:
        score = judged.get(criterion.pk)
        return None if score is None else score / Judgement.Score.FULLY
    return degrees.degree(asked, facts, best)


def refigure(numbers: Collection[int] | None = None) -> int:
    """Write the fit of these target accounts, or of all: after the criteria, a judgement or an account changed. How many changed.

    Figured, not decided: it makes no new version. Two queries for a thousand of them.
    """
    measure, now, changed = yardstick(), timezone.now(), 0
    rows = TargetAccount._base_manager.filter(deleted_at=None)
    if numbers is not None:
        rows = rows.filter(pk__listed=sorted(numbers))
    ids = list(rows.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), CHUNK):
        some = ids[start : start + CHUNK]
        judged: dict[int, dict[int, int]] = {}
        said = Judgement.objects.living().filter(target_id__listed=some)
        for target, criterion, score in said.values_list("target_id", "criterion_id", "score"):
            judged.setdefault(target, {})[criterion] = score
        columns = [f"account__{name}" for name in COLUMNS]
        groups: dict[tuple[int | None, int], list[int]] = {}
        found = TargetAccount._base_manager.filter(pk__listed=some).values_list("pk", "fit", "fit_open", *columns)
        for pk, fit, still, *values in found:
            new = measure.fit(facts_of(values), judged.get(pk, {})) or (None, 0)
            changed += new != (fit, still)
            groups.setdefault(new, []).append(pk)
        for (fit, still), those in groups.items():
            TargetAccount._base_manager.filter(pk__listed=those).update(fit=fit, fit_open=still, fitted_at=now)
    return changed


def lines(target: TargetAccount, user: Any) -> list[Line]:
    """Why a target account has its fit, criterion by criterion. Best customers are named as far as `user` may see them."""
    measure, facts = yardstick(), _facts(target.account)
    said = {one.criterion_id: one for one in target.judgements.living()}
    judged = {pk: one.score for pk, one in said.items()}
    found = []
    for criterion, asked in zip(measure.criteria, measure.asked, strict=True):
        share = _degree(criterion, asked, facts, measure.best, judged)
        points = None if share is None else share * criterion.weight
        judgement = said.get(criterion.pk)
        words = _judged(judgement) if criterion.is_judged else _words(asked, facts, measure.best, share, user)
        found.append(Line(criterion, points, words, judgement))
    return found


def _judged(judgement: Judgement | None) -> str:
    return f"{judgement.get_score_display()} – {judgement.reason}" if judgement else _("nobody has judged it yet")


def _words(asked: Asked, facts: Facts, best: tuple[Best, ...], share: float | None, user: Any) -> str:
    if asked.measure == Measure.SIMILARITY:
        return _alike(facts, best, share, user)
    if share is None:
        return _("not known")
    if asked.measure in FitCriterion.RANGES:
        return _ranged(asked, facts)
    present = getattr(facts, asked.measure)
    said = said_values(asked.measure, [present])
    return (_("%(value)s is wanted") if share else _("%(value)s is not among what is wanted")) % {"value": said}


def _ranged(asked: Asked, facts: Facts) -> str:
    number = degrees.number_of(asked.measure, facts)
    wanted = said_range(asked.low, asked.high)
    return _("%(number)s; wanted is %(range)s") % {"number": f"{number:,.0f}".replace(",", "\u202f"), "range": wanted}


def _alike(facts: Facts, best: tuple[Best, ...], share: float | None, user: Any) -> str:
    if share is None:
        return _(
            "nothing can be compared: industry, country or number of employees is missing, or there is no customer yet"
        )
    near = degrees.nearest(facts.features, best)[1]
    seen = within_reach(user, Account, [one.pk for one in near])
    names = [one.name for one in near if one.pk in seen][:3]
    said = _("%(share)s %% of industry, country and size class agree with the most similar of our best customers")
    told = said % {"share": round(share * 100)}
    return f"{told}: {', '.join(names)}" if names else told


def said_values(measure: str, values: Sequence[Any]) -> str:
    """Values of a criterion's list in words."""
    if measure == Measure.COUNTRY:
        return ", ".join(country_name(one) for one in values)
    if measure == Measure.TERRITORY:
        names = dict(Territory._base_manager.filter(pk__in=values).values_list("pk", "name"))
        return ", ".join(names.get(one, "–") for one in values)
    return ", ".join(str(picks.said("accounts.industry", one)) for one in values)


def said_range(low: Any, high: Any) -> str:
    """ "50 to 250", "from 50", "up to 250"."""
    told = {"low": f"{low:,.0f}".replace(",", "\u202f") if low is not None else "",
            "high": f"{high:,.0f}".replace(",", "\u202f") if high is not None else ""}  # fmt: skip
    if low is None:
        return _("up to %(high)s") % told
    return (_("from %(low)s") if high is None else _("%(low)s to %(high)s")) % told
