"""The figures of the last measurement as a person sees them: by rule with its trend, and by owner, team or source."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import F, Sum

from kundenkreis.quality.rules import Noun, QualityFigure, QualityRule, QualityRun
from kundenkreis.quality.standards import judging
from kundenkreis.quality.standards.demands import Kind
from kundenkreis.staff import access

POINTS = 26  # measurements in a trend
LISTED = 50  # owners, teams or sources in a table
DIMENSIONS = ("owner", "team", "source")


@dataclass(frozen=True)
class Figure:
    """Of how many records something was asked and how many failed, or the same weighted by the rules' weights."""

    asked: int = 0
    failed: int = 0

    @property
    def share(self) -> float | None:
        """The good ones among those asked, 0 to 1; None when nobody was asked."""
        return (self.asked - self.failed) / self.asked if self.asked else None

    def __add__(self, other: Figure) -> Figure:
        return Figure(self.asked + other.asked, self.failed + other.failed)

    def times(self, weight: int) -> Figure:
        return Figure(self.asked * weight, self.failed * weight)


@dataclass(frozen=True)
class Line:
    """One rule: its figure now, its shares in earlier measurements (oldest first, this one last), and why it cannot be asked, if so."""

    rule: QualityRule
    now: Figure
    shares: list[float]
    trouble: str = ""

    @property
    def change(self) -> float | None:
        """How the share has moved since the first measurement of the trend; None with one measurement."""
        return self.shares[-1] - self.shares[0] if len(self.shares) > 1 else None


@dataclass(frozen=True)
class Part:
    """One owner, team or source (`key` None: none): its figure for each kind of rule, and all together, weighted."""

    key: int | None
    by_kind: dict[str, Figure]
    whole: Figure


@dataclass
class Cockpit:
    """What `user` sees of the rules of a noun; narrowed to one owner, team or source if asked ("0" stands for none)."""

    user: Any
    noun: str = Noun.ACCOUNT.value
    narrowed: dict[str, int | None] = field(default_factory=dict)

    @cached_property
    def run(self) -> QualityRun | None:
        return QualityRun.latest()

    @cached_property
    def rules(self) -> list[QualityRule]:
        rules = QualityRule.objects.visible_to(self.user).living().filter(noun_of=self.noun)
        return sorted(rules, key=lambda rule: (list(Kind.values).index(rule.kind), rule.field, rule.pk))

    @cached_property
    def sees_all(self) -> bool:
        return access.reach(self.user, "quality.see").everything

    @cached_property
    def lines(self) -> list[Line]:
        """Every rule, the measured ones with their trend; what weighs most in the sums comes first."""
        told = self._told
        numbers = [run.pk for run in self._runs]
        found = []
        for rule in self.rules:
            figures = [told[number].get(rule.pk, Figure()) for number in numbers]
            shares = [figure.share for figure in figures if figure.share is not None]
            found.append(Line(rule, figures[-1] if figures else Figure(), shares, judging.unreadable(rule)))
        return sorted(found, key=lambda line: -line.now.failed * line.rule.weight)

    @cached_property
    def whole(self) -> Figure:
        return _whole(self.lines)

    def of_kind(self, kind: str) -> Figure:
        return _whole(line for line in self.lines if line.rule.kind == kind)

    @cached_property
    def trend(self) -> list[float]:
        """The weighted share of all rules in each measurement of the trend."""
        told, weights = self._told, {rule.pk: rule.weight for rule in self.rules}
        wholes = [
            sum((figure.times(weights[pk]) for pk, figure in told[run.pk].items() if pk in weights), Figure())
            for run in self._runs
        ]
        return [whole.share for whole in wholes if whole.share is not None]

    @cached_property
    def _runs(self) -> list[QualityRun]:
        """The measurements of the trend, oldest first."""
        return list(QualityRun.objects.exclude(ended_at=None).order_by("-pk")[:POINTS])[::-1]

    @cached_property
    def _told(self) -> dict[int, dict[int, Figure]]:
        """{measurement: {rule: figure}}: of everything as it was added up then, else from the lines of the owners that are seen."""
        return self._whole_house() if self.sees_all and not self.narrowed else self._summed()

    def _whole_house(self) -> dict[int, dict[int, Figure]]:
        return {run.pk: {int(rule): Figure(*pair) for rule, pair in run.totals.items()} for run in self._runs}

    def _summed(self) -> dict[int, dict[int, Figure]]:
        found: dict[int, dict[int, Figure]] = {run.pk: {} for run in self._runs}
        rows = self._figures().filter(run__in=list(found), rule__in=self.rules)
        for run, rule, asked, failed in rows.values_list("run", "rule").annotate(a=Sum("asked"), f=Sum("failed")):
            found[run][rule] = Figure(asked, failed)
        return found

    def _figures(self) -> Any:
        rows = QualityFigure.objects.visible_to(self.user)
        for name, key in self.narrowed.items():
            rows = rows.filter(**{f"{name}_id": key}) if key is not None else rows.filter(**{f"{name}__isnull": True})
        return rows

    def parts(self, by: str) -> list[Part]:
        """The figures of the last measurement by owner, team or source: the LISTED with the most failures."""
        if self.run is None:
            return []
        rows = self._figures().filter(run=self.run, rule__in=self.rules)
        summed = rows.values_list(f"{by}_id", "rule__kind").annotate(
            a=Sum(F("asked") * F("rule__weight")), f=Sum(F("failed") * F("rule__weight"))
        )
        by_key: dict[int | None, dict[str, Figure]] = {}
        for key, kind, asked, failed in summed:
            by_key.setdefault(key, {})[kind] = Figure(asked, failed)
        parts = [Part(key, kinds, sum(kinds.values(), Figure())) for key, kinds in by_key.items()]
        return sorted(parts, key=lambda part: (-part.whole.failed, part.key or 0))[:LISTED]


def _whole(lines: Iterable[Line]) -> Figure:
    return sum((line.now.times(line.rule.weight) for line in lines), Figure())


def kinds_of(rules: Sequence[QualityRule]) -> list[Kind]:
    """The kinds of demand that there is a rule for, in their order."""
    there = {rule.kind for rule in rules}
    return [kind for kind in Kind if kind.value in there]
